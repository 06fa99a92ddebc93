"""What can be bet on in a statement: relations linear in means, within declared ranges that the draws must keep."""

import numpy as np
import pytest
from sympy import And, Eq, Ge, Gt, Implies, Le, Lt, Max, Ne, Not, Or

from refute import Mean, Probability, sizes
from refute.betting import drawn, obstacle, playable, targets
from refute.errors import ClaimError, EvaluationError
from refute.evaluation import Tensors
from refute.namespace import namespace
from tests.tiny import Numbers, a, b, c, claim_of, f, k

RANGES = {a: (0, None), b: (0, 1), f: (0, None)}


def claim(statement, **overrides):
    return claim_of(statement, **{"randomness": {"w": Numbers()}, "bounded": RANGES, "axes": {}, **overrides})


def tensors(made, **values):
    import torch

    return Tensors(made, namespace("torch"), {name: torch.tensor(v, dtype=torch.float64) for name, v in values.items()}, {"n": 3})


def only(statement, values, **overrides):
    """The draws of the only target of a statement."""
    made = claim(statement, **overrides)
    (target,) = targets(made)
    return drawn(target, made, tensors(made, **values))


@pytest.mark.parametrize(
    ("statement", "signs"),
    [
        (Le(Mean(a), c), [1]),
        (Lt(Mean(a), 2 * c + 1), [1]),
        (Gt(Mean(a), c), [-1]),
        (Eq(Mean(a), c), [1, -1]),
        (Not(Ne(Mean(a), c), evaluate=False), [1, -1]),
        (Not(Lt(Mean(a), c), evaluate=False), [-1]),
        (Le(2 * Mean(a) + 1, c), [1]),
        (Le(c, Mean(a)), [-1]),
        (Le(Mean(a), Mean(b)), [1]),
        (Le(Mean(a), 1 - Probability(b)), [1]),
        (And(Le(Mean(a), c), Ge(c, 1)), [1]),
        (And(Le(Mean(a), c), And(Ge(Mean(b), c))), [1, -1]),
        (Le(Mean(f[k]), c), [1]),
        (Le(Mean(a), k * c), [1]),
        (Le(a, c), []),
        (Ne(Mean(a), c), []),
        (Le(Mean(a) * Mean(b), c), []),
        (Le(Mean(a) ** 2, c), []),
        (Le(Max(Mean(a), c), 2), []),
        (Or(Le(Mean(a), c), Ge(c, 1)), []),
        (Implies(Ge(c, 1), Le(Mean(a), c)), []),
    ],
    ids=str,
)
def test_which_relations_can_be_bet_on(statement, signs):
    """Relations that are linear in means, alone or in a conjunction; a refuted part of a disjunction refutes nothing."""
    found = targets(claim(statement, axes={k: (0, 2)}))
    assert sorted((target.sign for target in found), reverse=True) == signs


def test_ratios_have_mean_one_at_the_boundary():
    """``(L - low) / (m - low)`` for a bound from above, ``(high - L) / (high - m)`` for one from below."""
    above = only(Le(Mean(a), c), {"a": [1.0, 3.0], "c": [2.0, 2.0]})
    assert above.ratios(()) == pytest.approx([0.5, 1.5], abs=1e-10)
    below = only(Ge(Mean(b), c), {"b": [0.0, 0.5], "c": [0.25, 0.25]})
    assert below.ratios(()) == pytest.approx([4 / 3, 2 / 3], abs=1e-10)


def test_ratios_are_rounded_against_a_refutation():
    """A value that equals its bound in floats is a little below it for the bet."""
    ratios = only(Le(Mean(a), c), {"a": [2.0, 0.0], "c": [2.0, 2.0]}).ratios(())
    assert 1 - 1e-10 < ratios[0] < 1
    assert ratios[1] == 0


def test_a_sum_of_means_has_the_range_of_the_sum():
    """``2 E a - 3 E b <= c`` is about draws of 2a - 3b, which are at least -3 if a >= 0 and b <= 1."""
    draws = only(Le(2 * Mean(a) - 3 * Mean(b), c), {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 1.0]})
    assert draws.values == pytest.approx(np.array([2.0, -3.0]))
    assert float(draws.low) == -3
    assert np.isnan(draws.high)
    assert draws.ratios(()) == pytest.approx([5 / 4, 0.0], abs=1e-10)


def test_entries_of_an_axis_are_bets_of_their_own():
    """Every entry has its own values, bound and ratios."""
    draws = only(Le(Mean(f[k]), (k + 1) * c), {"f": [[1.0, 2.0, 9.0], [0.0, 2.0, 0.0]], "c": [1.0, 1.0]}, axes={k: (0, 2)})
    assert list(draws.entries) == [(0,), (1,), (2,)]
    assert draws.ratios((2,)) == pytest.approx([3.0, 0.0], abs=1e-9)
    assert draws.bound == pytest.approx([1, 2, 3])


def test_a_bound_at_the_end_of_the_range_allows_no_bet():
    """Where the bound is the least value the mean could have, a ratio would divide by 0."""
    assert only(Le(Mean(a), c), {"a": [0.0, 0.0], "c": [0.0, 0.0]}).ratios(()) is None
    assert only(Ge(Mean(a), c), {"a": [0.0, 0.0], "c": [1.0, 1.0]}).ratios(()) is None  # no upper end is declared


@pytest.mark.parametrize(
    ("statement", "values", "message"),
    [
        (Le(Mean(a), c), {"a": [-0.5, 1.0], "c": [1.0, 1.0]}, "a draw of a is -0.5, outside the range"),
        (Le(Mean(b), c), {"b": [2.0, 1.0], "c": [1.0, 1.0]}, "a draw of b is 2.0, outside the range"),
        (Le(Probability(b), c), {"b": [0.5, 1.0], "c": [1.0, 1.0]}, "the indicator of an event is 0 or 1"),
        (Le(Mean(a), c), {"a": [1.0, 1.0], "c": [1.0, 2.0]}, "the bound of a mean changes from draw to draw"),
        (Le(c * Mean(a), 1), {"a": [1.0, 1.0], "c": [1.0, 2.0]}, "the coefficient c of a mean changes"),
    ],
)
def test_draws_that_contradict_the_declaration_are_refused(statement, values, message):
    """A draw outside its range, an event that is no event, a bound that is random: one sentence each."""
    with pytest.raises(EvaluationError, match=message):
        only(statement, values)


def test_a_rounding_below_the_range_is_forgiven():
    """A draw of -1e-16 where 0 is the least counts as 0."""
    assert only(Le(Mean(a), c), {"a": [-1e-16, 1.0], "c": [1.0, 1.0]}).ratios(())[0] == 0


def test_an_overflow_counts_as_the_least_it_could_be():
    """A draw that is infinite or NaN in floats is no evidence where exact means decide; where draws alone would, it breaks the claim."""
    values = {"a": [float("nan"), float("inf"), 1.0], "c": [1.0, 1.0, 1.0]}
    found = only(Le(Mean(a), c), values, expectation=lambda mp, x: {"a": x[0], "c": x[2]}).ratios(())
    assert found == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)
    with pytest.raises(EvaluationError, match="2 of 3 draws of a are infinite or NaN, so draws cannot decide"):
        only(Le(Mean(a), c), values)


def test_only_declared_quantities_are_played_on():
    """Of a conjunction the part whose range is not declared is left alone."""
    made = claim(And(Le(Mean(a), c), Le(Mean(f[k]), c)), bounded={a: (0, None)}, axes={k: (0, 2)})
    assert [target.averaged for target in playable(made)] == [{"a"}]


def test_what_hinders_a_bet_is_said():
    """Without a declared range, or a relation linear in means, the reason is a clause of a sentence."""
    assert obstacle(claim(Le(Mean(a), c))) == ""
    assert obstacle(claim(Le(Probability(b), c), bounded={})) == ""
    assert obstacle(claim(Le(Mean(a), c), bounded={})) == "`bounded` declares no range of a, such as bounded={a: (0, 1)}"
    assert "linear in means" in obstacle(claim(Le(Mean(a) ** 2, c)))


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({a: (None, None)}, "should be \\(lowest, highest\\)"),
        ({a: 3}, "should be \\(lowest, highest\\)"),
        ({a: (0.5, 1)}, "floats are not exact"),
        ({"q": (0, 1)}, "which no definition declares"),
        ({a: (1, 0)}, "the lowest should come first"),
        ({a: (0, "q")}, "speaks of q"),
    ],
)
def test_a_wrong_declaration_is_refused(ranges, message):
    """A range is a pair of exact ends in names that the claim declares."""
    with pytest.raises(ClaimError, match=message):
        claim(Le(Mean(a), c), bounded=ranges)


def test_a_range_may_depend_on_sizes_and_quantities():
    """The end ``n c`` of a range is computed on each instance."""
    draws = only(Le(Mean(a), c), {"a": [1.0, 3.0], "c": [2.0, 2.0]}, bounded={a: (0, sizes("n") * c)})
    assert float(draws.high) == 6
