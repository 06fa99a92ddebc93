"""Examining one claim: the verdicts, and what each of them rests on."""

import pytest
from sympy import Ge, Le, Rational

from refute import Mutant, certificate
from refute.examine import Options, examine
from tests import small_claims
from tests.small_claims import am_gm, power_mean, product

OPTIONS = Options(budget=1.0)


def test_true_claim_survives_with_its_evidence():
    """A true claim survives: instances of every lane, mutants refuted, agreement, no counterexample, no certificate."""
    record = examine(am_gm(), OPTIONS)
    assert (record.verdict, record.as_expected) == ("survived", True)
    assert [lane.name for lane in record.lanes] == ["replay", "corners", "sample", "ascent", "structured"]
    assert record.instances == sum(lane.instances for lane in record.lanes) > 100
    assert record.mutants[0].refuted
    assert record.mutants[0].counterexample.outcome == "violated"
    assert record.agreement.compared > 0
    assert record.counterexample is None
    assert record.certificate is None
    assert record.theorem.latex


def test_false_claim_is_refuted_with_a_certificate_that_verifies(tmp_path):
    """A false claim is refuted; the certificate on disk is accepted and its instance is small."""
    claim = am_gm(factor="999999/1000000")
    record = examine(claim, Options(budget=2.0, reports=tmp_path))
    assert record.verdict == "refuted"
    found = certificate.read(tmp_path / record.certificate)
    assert certificate.verify(found, claim).outcome == "violated"
    assert record.counterexample.sizes["n"] <= 2


def test_unrefuted_mutant_makes_a_claim_weak():
    """A mutant that is in truth the claim itself cannot be refuted, so the claim is weak and the mutant is named."""
    same = Mutant("the same again", statement=Ge(power_mean, product), because="it is not false at all")
    record = examine(am_gm(mutants=[same]), OPTIONS)
    assert record.verdict == "weak"
    assert "the same again" in record.why


def test_hypotheses_that_never_hold_make_a_claim_vacuous():
    """A search whose hypotheses are never met says nothing, whatever the statement."""
    record = examine(am_gm(hypotheses=[small_claims.first < 0]), OPTIONS)
    assert record.verdict == "vacuous"
    assert "met the hypotheses" in record.why


def test_lanes_that_draw_nothing_are_vacuous():
    """An empty run is never a pass."""
    record = examine(am_gm(), Options(budget=1.0, lanes=("replay",)))
    assert record.verdict == "vacuous"


def test_oracle_that_raises_breaks_its_claim():
    """An exception inside an oracle is a verdict with one sentence, not an exception."""

    def oracle(mp, x):
        return 1 / mp.mpf(0)

    assert examine(am_gm(oracle=oracle), OPTIONS).verdict == "broken"


@pytest.mark.parametrize("shift", [Rational(1, 10**6), Rational(1, 10**9)])
def test_a_constant_that_is_slightly_too_small_is_refuted(shift):
    """Where a theorem is tight, a relative error of 1e-6 and 1e-9 in its constant is found and certified."""
    record = examine(am_gm(statement=Le(product, (1 - shift) * power_mean)), OPTIONS)
    assert record.verdict == "refuted"


def test_trend_is_never_refuted():
    """A certified instance against a trend leaves it undecided."""
    assert examine(am_gm(factor="1/2", trend=True), OPTIONS).verdict == "undecided"


def test_hazard_is_recorded_where_floats_contradict_a_true_theorem():
    """An evaluator that rounds upwards says violated at equality; the truth is a tie or holds, and the instance is kept."""

    def evaluate(xp, x):
        values = small_claims.evaluate(xp, x)
        return {**values, product: values[product] * (1 + 2.0**-50)}

    record = examine(am_gm(evaluate=evaluate), OPTIONS)
    assert record.verdict == "survived"
    assert record.hazards
    assert all(hazard.float_gap > 0 for hazard in record.hazards)


def test_same_seed_gives_the_same_refutation():
    """A run is reproducible from its seed."""
    first, second = (examine(am_gm(factor="9/10"), Options(budget=5.0, seed=4)) for _ in range(2))
    assert first.counterexample == second.counterexample
