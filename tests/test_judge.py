"""Rulings on hand-made claims: every outcome, and what may never become one."""

from fractions import Fraction

import pytest
import sympy
from sympy import And, Eq, Gt, Implies, Le, Lt, Ne, Or

from refute.arithmetic import Reference
from refute.errors import Disagreement, OracleError
from refute.judge import CAP_BITS, FIRST_BITS, TIE_BITS, Judge
from tests.tiny import a, b, c, claim_of, f, k, numbers


def ruling(statement, *values, cap=CAP_BITS, ties_to_cap=2, **overrides):
    return Judge(claim_of(statement, **overrides), cap=cap, ties_to_cap=ties_to_cap).rule(numbers(*values))


def squared_root(mp, x):
    """The first number as the square of its root: a ball around it if the root is irrational."""
    root = mp.sqrt(x[0])
    return {"a": root * root, "b": x[1], "c": x[2]}


def test_a_violated_instance_shows_both_sides():
    """A violation gives relation, index, sides and relative gap, and is decided at the first precision."""
    found = ruling(Le(f[k], b), 1, 2, 4)
    assert (found.outcome, found.bits, found.index) == ("violated", FIRST_BITS, {"k": 3})
    assert (found.lhs, found.rhs) == ("4", "2")
    assert found.gap == pytest.approx(1 / 3)


def test_a_true_instance_holds():
    """An instance on which the statement is true holds, at equality too."""
    assert ruling(Le(a, b), 1, 2, 0).outcome == "holds"
    assert ruling(Le(a, b), 2, 2, 0).outcome == "holds"
    assert ruling(Lt(a, b), 2, 2, 0).outcome == "violated"


def test_an_unmet_hypothesis_is_no_counterexample():
    """Where a hypothesis fails the instance is unmet, whatever the statement says, even if another is undecided."""
    assert ruling(Le(a, b), 3, 2, 0, hypotheses=[Gt(c, 0)]).outcome == "unmet"
    hypotheses = [Gt(a, 2), Gt(c, 0)]
    assert ruling(Le(a, b), 2, 1, 0, oracle=squared_root, hypotheses=hypotheses).outcome == "unmet"


def test_an_undecided_hypothesis_certifies_nothing():
    """A violated statement under a hypothesis that the balls do not decide is undecided."""
    found = ruling(Le(b, c), 2, 1, 0, oracle=squared_root, hypotheses=[Gt(a, 2)])
    assert found.outcome == "undecided"
    assert "hypothesis" in found.reason


def test_irrational_equality_is_a_tie_to_the_cap():
    """An enclosure that keeps shrinking around 0 is a tie; only a few climb beyond the first limit."""
    judge = Judge(claim_of(Le(a, b), oracle=squared_root), ties_to_cap=1)
    first, second = judge.rule(numbers(2, 2, 0)), judge.rule(numbers(3, 3, 0))
    assert (first.outcome, first.bits) == ("tie", CAP_BITS)
    assert (second.outcome, second.bits) == ("tie", TIE_BITS)


def test_a_tie_that_is_slow_to_compute_does_not_climb(monkeypatch):
    """Where a level takes longer than the patience of the judge, the tie is one to that many bits."""
    monkeypatch.setattr("refute.judge.PATIENCE", -1.0)
    found = ruling(Le(a, b), 2, 2, 0, oracle=squared_root)
    assert (found.outcome, found.bits) == ("tie", TIE_BITS)


@pytest.mark.parametrize("scale", [Fraction(1, 2**600), 1, 2**600])
def test_ties_do_not_depend_on_the_scale(scale):
    """Huge and tiny sides tie alike, and so does a comparison with a bare 0."""

    def oracle(mp, x):
        root = mp.sqrt(x[0] * scale)
        return {"a": root * root, "b": x[1] * scale, "c": root * root - x[1] * scale}

    assert ruling(Le(a, b), 2, 2, 0, oracle=oracle).outcome == "tie"
    assert ruling(Le(c, 0), 2, 2, 0, oracle=oracle).outcome == "tie"
    assert ruling(Eq(a, b), 2, 2, 0, oracle=oracle).outcome == "tie"


def test_small_differences_are_decided_by_climbing():
    """A difference far below the first precision is decided at a higher one."""
    tiny = Fraction(1, 2**200)
    found = ruling(Le(a, b), 2, 2 - tiny, 0, oracle=squared_root)
    assert found.outcome == "violated"
    assert found.bits > 128
    assert ruling(Le(a, b), 2, 2 + tiny, 0, oracle=squared_root).outcome == "holds"


def test_an_enclosure_that_does_not_shrink_is_undecided():
    """A number known only to an interval, or to nothing, is no tie."""
    for low, high in ((0, 1), ("-inf", "inf")):

        def oracle(mp, x, low=low, high=high):
            ends = [getattr(mp, {"-inf": "ninf", "inf": "inf"}[e]) if isinstance(e, str) else mp.mpf(e) for e in (low, high)]
            return {"a": mp.between(*ends), "b": Fraction(1, 2), "c": x[2]}

        assert ruling(Le(a, b), 0, 0, 0, oracle=oracle).outcome == "undecided"


def test_a_tie_does_not_hide_an_enclosure_that_does_not_shrink():
    """With a tie in one relation or index and a wide enclosure in another the instance is undecided, not a tie."""

    def oracle(mp, x):
        root = mp.sqrt(x[0])
        return {"a": root * root, "b": x[1], "c": mp.between(0, 4), "f": [root * root, mp.between(0, 4), mp.mpf(0)]}

    for statement in (And(Le(a, b), Le(c, b)), Le(f[k], b), Or(Lt(a, b), Le(c, b))):
        assert ruling(statement, 2, 2, 0, oracle=oracle).outcome == "undecided"


def test_a_statement_without_a_value_is_undecided():
    """A division by an exact 0 is neither a violation nor a pass, and a premise that fails makes it irrelevant."""
    found = ruling(Le(a / b, c), 1, 0, 5)
    assert found.outcome == "undecided"
    assert "no value" in found.reason
    assert ruling(Implies(Gt(b, 0), Le(a / b, c)), 1, 0, 5).outcome == "holds"
    assert ruling(Implies(Ne(b, 0), Le(a / b, c)), 6, 1, 5).outcome == "violated"


def test_a_violation_beside_an_open_index_is_found():
    """An index without a value does not keep another one from being a counterexample."""

    def oracle(mp, x):
        return {"a": x[0], "b": x[1], "c": x[2], "f": [mp.between(-1, 1), x[1], x[2]]}

    assert ruling(Le(sympy.sqrt(f[k]), 2), 0, 9, 0, oracle=oracle).outcome == "violated"


def test_two_arithmetics_that_disagree_are_an_error():
    """A violation that mpmath clearly denies is never certified."""

    def oracle(mp, x):
        return {"a": x[0] * (1 if isinstance(mp, Reference) else 3), "b": x[1], "c": x[2]}

    with pytest.raises(Disagreement, match="one of the two arithmetics"):
        ruling(Le(a, b), 1, 2, 0, oracle=oracle)
    with pytest.raises(Disagreement, match="is met"):
        ruling(Le(b, c), 1, 2, 0, oracle=oracle, hypotheses=[Gt(a, 2)])


@pytest.mark.parametrize("scale", [Fraction(1, 10**80), 1, 10**80])
def test_exact_violations_by_equality_are_no_disagreement(scale):
    """What rationals decide at equality, or by less than mpmath's digits, stays violated: mpmath cannot tell."""

    def oracle(mp, x):
        third = mp.mpf(1) / 3 * mp.mpf(scale)
        return {"a": 3 * third, "b": mp.mpf(scale) * x[1], "c": third}

    assert ruling(Lt(a, b), 0, 1, 0, oracle=oracle).outcome == "violated"
    assert ruling(Ne(a, b), 0, 1, 0, oracle=oracle).outcome == "violated"
    assert ruling(Le(a, b), 0, 1 - Fraction(1, 10**90), 0, oracle=oracle).outcome == "violated"
    assert ruling(Eq(a, b), 0, 1 - Fraction(1, 10**90), 0, oracle=oracle).outcome == "violated"


@pytest.mark.parametrize(
    ("oracle", "words"),
    [
        (lambda mp, x: 1 / 0, "raised ZeroDivisionError"),
        (lambda mp, x: {"a": 0.5, "b": x[1]}, "float 0.5"),
        (lambda mp, x: {"a": float("nan"), "b": x[1]}, "float nan"),
        (lambda mp, x: {"b": x[1]}, "returned no quantity a"),
        (lambda mp, x: None if isinstance(mp, Reference) else [1], "should return a mapping"),
        (lambda mp, x: {"a": x[0] + 0.5, "b": x[1]}, "exact numbers only"),
    ],
)
def test_errors_of_an_oracle_are_oracle_errors(oracle, words):
    """An oracle that raises, returns floats or forgets a quantity is an error with one sentence, never a ruling."""
    with pytest.raises(OracleError, match=words):
        ruling(Le(a, b), 1, 2, 0, oracle=oracle)


def test_infinite_values_are_extended_reals():
    """Minus infinity is below everything, equal infinities satisfy <= and not <."""

    def oracle(mp, x):
        return {"a": mp.log(x[0]), "b": mp.log(x[1]), "c": x[2]}

    assert ruling(Le(a, b), 0, 5, 0, oracle=oracle).outcome == "holds"
    assert ruling(Le(b, a), 0, 5, 0, oracle=oracle).outcome == "violated"
    assert ruling(Le(a, b), 0, 0, 0, oracle=oracle).outcome == "holds"
    assert ruling(Lt(a, b), 0, 0, 0, oracle=oracle).outcome == "violated"
    assert ruling(Le(a - b, c), 0, 0, 0, oracle=oracle).outcome == "undecided"


def test_a_claim_about_a_mean_without_an_exact_value_is_open():
    """Without an expectation for the instance nothing is decided."""
    from refute import Mean
    from tests.tiny import Numbers

    claim = claim_of(
        Le(Mean(a), b), randomness={"w": Numbers()}, expectation=lambda mp, x: {"a": x[0], "b": x[1]} if x[2] else None
    )
    judge = Judge(claim)
    assert judge.rule(numbers(1, 2, 0)).outcome == "open"
    assert judge.rule(numbers(1, 2, 1)).outcome == "holds"
    assert judge.rule(numbers(3, 2, 1)).outcome == "violated"
