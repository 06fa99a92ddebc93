"""Lengths with a single outlier, and numbers in an interval."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.lengths import between, lengths

XP = namespace("torch")


@pytest.mark.parametrize(("family", "longer"), [("one long", True), ("one short", False)])
def test_one_row_differs_from_all_others(family, longer):
    """All lengths are 1 but the first, which is far from 1 in some of a hundred draws."""
    values = lengths("n").sample(Sampler(1), family, 100, {"n": 6}, {})[""]
    assert bool((values[:, 1:] == 1).all())
    assert bool(((values[:, 0] >= 1) == longer).all())
    assert float((values[:, 0].log().abs()).max()) > 3


@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_corner_and_sample_is_admitted(n):
    """No family and no corner leaves the admissible range, and one corner has a single long row."""
    source = lengths("n")
    for family in source.families:
        values = source.sample(Sampler(2), family, 50, {"n": n}, {})[""]
        assert all(source.admits({"": exact(value.numpy())}, {"n": n}, {}) for value in values)
    corners = [corner[""] for corner in source.corners({"n": n}, {})]
    assert all(source.admits({"": exact(corner)}, {"n": n}, {}) for corner in corners)
    assert [Fraction(16), *[Fraction(1)] * (n - 1)] in corners


def test_between_reaches_both_ends():
    """Corners are the ends and the middle, samples stay inside and come within 1e-6 of both ends."""
    source = between(0, 1)
    ends = [corner[""] for corner in source.corners({}, {})]
    assert {Fraction(0), Fraction(1), Fraction(1, 2)} <= set(ends)
    values = source.sample(Sampler(1), "near the ends", 2000, {}, {})[""]
    assert 0 <= float(values.min()) < 1e-6
    assert 1 - 1e-6 < float(values.max()) <= 1


@given(st.data())
def test_readable_numbers_are_admitted(data):
    """What Hypothesis draws lies between the bounds, and what does not is repaired to the nearer one."""
    source = between(2, 4)
    assert source.admits({"": exact(source.draw(data.draw, {}, {})[""])}, {}, {})
    assert not source.admits({"": exact(5)}, {}, {})
    assert source.repair({"": exact(5)}, {}, {})[""] == 4
    assert float(source.clamp(XP, {"": XP.asarray([5.0])})[""][0]) == 4
