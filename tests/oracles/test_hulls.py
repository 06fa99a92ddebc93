"""Selectable keys: known configurations, both certificates on random keys, and seeded bugs."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles import hulls
from oracles.attention import dot
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.loader import load
from tests.oracles.seeded import compared, with_bug

MP = Certifying()
CLAIM = load(Path("claims/isometry/ln_selectable_hull.py"))[0]


def selection(keys):
    """All quantities, evaluated."""
    found = hulls.selection(MP, [[Fraction(x) for x in key] for key in keys])
    return {name: value() if callable(value) else value for name, value in found.items()}


def test_three_keys_on_a_line():
    """The middle one is in the hull of the others, and between two of them."""
    found = selection([[0], [1], [3]])
    assert found["margin"] == found["hull"] == found["segment"] == [1, 0, 4]
    assert found["nearest"] == [1, 1, 4]


def test_centre_of_a_triangle():
    """It is in the hull of the three corners, but in no segment between two of them."""
    found = selection([[3, 0], [0, 3], [-3, -3], [0, 0]])
    assert found["margin"][3] == found["hull"][3] == 0
    assert found["segment"][3] > 0
    assert all(margin > 0 for margin in found["margin"][:3])


def test_repeated_keys_are_not_selectable():
    """Both copies are in the hull of the rest; the third key is selected."""
    found = selection([[1, 2], [1, 2], [0, 0]])
    assert found["margin"] == found["hull"] == [0, 0, 5]
    assert found["closest"] == 0


@pytest.mark.parametrize("ratio", [1, 1000, 10**9])
def test_of_two_distinct_keys_both_are_selectable(ratio):
    """However different the norms: the largest margin is the distance of the keys."""
    found = selection([[ratio, 0], [1, Fraction(1, 1000)]])
    assert found["margin"] == found["hull"] == [(ratio - 1) ** 2 + Fraction(1, 10**6)] * 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=2, max_size=2), min_size=2, max_size=6))
def test_margin_and_hull_are_dual(keys):
    """The best query by its active set and the nearest point by its weights give one number, 0 or not."""
    found = selection(keys)
    assert found["margin"] == found["hull"]


def test_no_query_of_a_grid_does_better():
    """The best margin over a grid of directions that holds (1, 3), the normal of the nearest edge, is the largest margin."""
    keys = [[0, 0], [2, 1], [1, 3], [-1, 2]]
    apart = [[Fraction(a - b) for a, b in zip(keys[0], key, strict=True)] for key in keys[1:]]
    margins = []
    for k in range(-60, 61):
        query = [Fraction(k, 30), Fraction(-1)]
        margins.append(max(min(dot(row, query) for row in apart), 0) ** 2 / dot(query, query))
    assert max(margins) == hulls.largest_margin(apart) == Fraction(5, 2)


def test_evaluator_agrees_with_oracle():
    """On random and corner instances of three searches every quantity is the oracle's, up to its rounding."""
    for seed in range(3):
        assert compared(CLAIM, seed).compared > 20


@pytest.mark.parametrize("quantity", sorted(CLAIM.quantity_names()))
def test_bug_in_the_oracle_is_seen(quantity):
    """A quantity that is off by one part in a million contradicts the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(CLAIM, quantity))
