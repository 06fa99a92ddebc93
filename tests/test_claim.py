"""Claims are checked when they are built, and say in one sentence what is missing."""

import pytest
from sympy import Eq, Gt, Le, Lt

from refute import Instance, Mean, Mutant, exact, quantities, sizes
from refute.claim import require_complete
from refute.errors import ClaimError
from tests.tiny import Numbers, a, b, c, claim_of, f, k

GOOD = Le(a, b + c)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"source": "Theorem 1"}, "place in a paper"),
        ({"source": None}, "place in a paper"),
        ({"provenance": "hearsay"}, "provenance"),
        ({"expect": "maybe"}, "expect"),
        ({"inputs": {}}, "no inputs"),
        ({"inputs": {"x": 3}}, "should be an Input"),
        ({"evaluate": None}, "evaluate is not callable"),
        ({"sizes": {}}, "which `sizes` does not give"),
        ({"sizes": {"n": (4, 3)}}, "empty range"),
        ({"sizes": {"n": 3}}, "should be a pair"),
        ({"sizes": {"n": (1, 2, 3)}}, "should be a pair"),
        ({"sizes": {"n": (1, "m")}}, "not an earlier size"),
        ({"sizes": {"n": (1, "m+1"), "m": (1, 2)}}, "not an earlier size"),
        ({"axes": {k: (1, "N")}}, "not an earlier size"),
        ({"axes": {k: (2, 1)}}, "empty range"),
        ({"definitions": {a: "x", b: "y"}}, "c, which no definition"),
        ({"definitions": {a: "x", b: "y", c: "z", quantities("n"): "also a size"}}, "'n' names two"),
        ({"definitions": {a: "x", b: "y", c: "z", sizes("k"): "also an axis"}}, "'k' names two"),
        ({"definitions": {a: "x", b: "y", c: "z", "(Le a b)": "not a name"}}, "identifier"),
        ({"statement": Le(Mean(a), b)}, "nothing random"),
        ({"hypotheses": [Gt(Mean(a), b)]}, "nothing random"),
        ({"hypotheses": [Eq(a, 0.5)]}, "floats are not exact"),
        ({"scale": quantities("height")}, "scale"),
        ({"replay": [Instance(sizes={"m": 3})]}, "replayed instance"),
        ({"replay": [Instance(sizes={"n": 4}, raw={"x": exact([1, 2, 3, 4])})]}, "widen the range"),
    ],
)
def test_malformed_claims_are_refused_at_construction(overrides, words):
    """Each omission raises one sentence that names the claim."""
    with pytest.raises(ClaimError, match=words) as caught:
        claim_of(overrides.pop("statement", GOOD), **overrides)
    assert str(caught.value).startswith("tiny: ")
    assert "\n" not in str(caught.value)


def test_a_mutant_needs_a_reason_and_a_difference():
    """A mutant without a reason, without an override, or with an unknown one is refused."""
    with pytest.raises(ClaimError, match="no reason"):
        Mutant("weak", because="", statement=GOOD)
    with pytest.raises(ClaimError, match="overrides nothing"):
        Mutant("same", because="none")
    with pytest.raises(ClaimError, match="overrides colour, which no claim has"):
        claim_of(GOOD).mutated(Mutant("odd", because="unknown field", colour="red"))
    with pytest.raises(ClaimError, match=r"mutant 'float'.*floats"):
        claim_of(GOOD).mutated(Mutant("float", because="a float", statement=Le(a, 0.5 * b)))


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"mutants": []}, "no mutants"),
        (
            {"mutants": [Mutant("m", because="x", statement=Le(a, b)), Mutant("m", because="y", statement=Le(b, a))]},
            "two mutants",
        ),
        ({"mutants": [Mutant("m", because="the same again", statement=Le(a, c + b))]}, "states what the claim states"),
        ({"mutants": [Mutant("m", because="x", flavour=1)]}, "which no claim has"),
        ({"expect": "refuted"}, "corrected_by"),
    ],
)
def test_incomplete_claims_of_a_catalogue_are_refused(overrides, words):
    """What a verdict rests on must be there: mutants that differ, and a correction of what is false as printed."""
    with pytest.raises(ClaimError, match=words):
        require_complete(claim_of(GOOD, **overrides))


def test_a_mutant_inherits_what_it_does_not_override():
    """A mutant keeps inputs and oracle of its claim, but neither its mutants nor its replayed instances."""
    claim = claim_of(GOOD, replay=[Instance(sizes={"n": 3}, raw={"x": exact([1, 2, 3])})])
    mutant = claim.mutated(Mutant("strict", because="ties", statement=Lt(a, b + c)))
    assert mutant.oracle is claim.oracle
    assert not mutant.mutants
    assert not mutant.replay
    assert mutant.digest != claim.digest


class Others(Numbers):
    """Numbers of another kind."""


def test_the_digest_binds_the_statement_and_what_it_means():
    """Each part changes the digest; the range of a size does not, since it only says where to look."""
    digests = {
        claim_of(GOOD).digest,
        claim_of(Lt(a, b + c)).digest,
        claim_of(GOOD, hypotheses=[Gt(a, b)]).digest,
        claim_of(GOOD, axes={k: (0, "n-1")}).digest,
        claim_of(GOOD, reading="with the biased variance").digest,
        claim_of(GOOD, definitions={**claim_of(GOOD).definitions, a: "something else"}).digest,
        claim_of(GOOD, inputs={"x": Others()}).digest,
    }
    assert len(digests) == 7
    assert claim_of(GOOD).digest == claim_of(GOOD, sizes={"n": (3, 5)}).digest


def test_ranges_may_depend_on_earlier_sizes():
    """A size or an axis may be bounded by an earlier size, plus or minus an integer."""
    claim = claim_of(Le(f[k], b), inputs={"x": Numbers()}, sizes={"n": (3, 4), "m": (1, "n-1")}, axes={k: (0, "m+1")})
    assert claim.size_range("m", {"n": 4}) == (1, 3)
    assert claim.axis_range("k", {"n": 4, "m": 2}) == range(4)


def test_a_replayed_instance_that_no_input_admits_is_refused():
    """A stated counterexample that the inputs exclude could never be judged, so the claim does not load."""
    outside = Instance(sizes={"n": 3}, raw={"x": exact([-1, 2, 3])})
    claim = claim_of(
        GOOD,
        inputs={"x": Numbers(lambda entry: entry > 0)},
        replay=[outside],
        mutants=[Mutant("strict", because="ties", statement=Lt(a, b + c))],
    )
    with pytest.raises(ClaimError, match="replayed instance 1 is outside the range"):
        require_complete(claim)
