"""Power: mutants are hunted without the answer, and fall back on stored killers openly."""

from sympy import Le

from refute import Mutant, certificate, power
from refute.instance import Instance, exact
from tests.small_claims import am_gm, power_mean, product


def mutant_of(claim, name="factor 9/10"):
    return next(mutant for mutant in claim.mutants if mutant.name == name)


def test_hunt_reports_lane_evaluations_and_shrunk_instance():
    """A refuted mutant tells by which lane, after how many evaluations, and where in exact numbers."""
    claim = am_gm()
    found = power.hunt(claim, mutant_of(claim), seed=1, seconds=2.0)
    assert found.refuted
    assert found.lane in ("corners", "sample", "ascent", "structured")
    assert found.evaluations >= 1
    assert not found.replayed


def test_hunt_never_uses_replay():
    """The instance that a paper prints gives no power: a hunt with the replay lane alone refutes nothing."""
    printed = Instance(sizes={"n": 2}, raw={"x": exact([1, 1])})
    claim = am_gm(replay=[printed])
    assert not power.hunt(claim, mutant_of(claim), seed=1, seconds=0.5, names=("replay",)).refuted


def test_stored_killer_refutes_openly(tmp_path):
    """What a hunt found is stored as a certificate; a later hunt that has no time replays it and says so."""
    claim = am_gm()
    assert power.hunt(claim, mutant_of(claim), seed=1, seconds=2.0, stored=tmp_path).refuted
    path = certificate.path_in(tmp_path, claim.id, "factor 9/10")
    assert certificate.verify(certificate.read(path), claim).outcome == "violated"
    later = power.hunt(claim, mutant_of(claim), seed=1, seconds=0.5, names=(), stored=tmp_path)
    assert later.refuted
    assert later.replayed
    assert later.lane == "replay"


def test_killer_of_another_statement_is_not_used(tmp_path):
    """When a mutant's statement changes, its old killer no longer counts and is replaced."""
    claim = am_gm()
    power.hunt(claim, mutant_of(claim), seed=1, seconds=2.0, stored=tmp_path)
    changed = am_gm(mutants=[Mutant("factor 9/10", statement=Le(product, power_mean * 4 / 5), because="all ones")])
    assert not power.hunt(changed, mutant_of(changed), seed=1, seconds=0.5, names=(), stored=tmp_path).refuted
    assert power.hunt(changed, mutant_of(changed), seed=1, seconds=2.0, stored=tmp_path).refuted
    assert power.hunt(changed, mutant_of(changed), seed=1, seconds=0.5, names=(), stored=tmp_path).replayed


def test_necessity_finds_the_hypothesis_needed():
    """Dropping a hypothesis that a statement needs yields a counterexample; one that it does not need yields none."""
    from tests.small_claims import first, last

    needed = am_gm(statement=Le(first, last), hypotheses=[first < last], without={first < last: {}})
    (found,) = power.necessity(needed, ("corners", "sample"), 1, 1.0)
    assert found.needed
    assert found.counterexample.outcome == "violated"
    superfluous = am_gm(ordered=True, without={first < last: {}})
    (found,) = power.necessity(superfluous, ("corners", "sample"), 1, 0.5)
    assert not found.needed
