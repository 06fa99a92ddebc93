"""Spectra: always admissible, isotropic, flat and rank-one-like ones among them, and a logarithm that does not cancel."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.spectra import CEILING, FLOOR, level, log1p_minus, spectrum

SOURCE = spectrum("n")
XP = namespace("torch")


@pytest.mark.parametrize("family", SOURCE.families)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_samples_are_admissible(family, n):
    """Every parameter of every family is positive and within the range, exactly."""
    values = SOURCE.sample(Sampler(3), family, 300, {"n": n}, {})[""]
    assert values.shape == (300, n)
    assert all(SOURCE.admits({"": exact(row.numpy())}, {"n": n}, {}) for row in values[:100])


@given(st.data(), st.integers(1, 6))
def test_readable_spectra_are_admissible(data, n):
    """Whatever Hypothesis draws is within the range."""
    assert SOURCE.admits({"": exact(SOURCE.draw(data.draw, {"n": n}, {})[""])}, {"n": n}, {})


def test_corners_hold_the_extremes():
    """Among the corners are isotropy, one vanishing singular value and a matrix of nearly rank one."""
    corners = [exact(corner[""]).tolist() for corner in SOURCE.corners({"n": 3}, {})]
    assert [1, 1, 1] in corners
    assert any(max(a) == sorted(a)[1] and min(a) < Fraction(1, 10**8) for a in corners)
    assert any(sorted(a)[1] < Fraction(1, 10**8) for a in corners)


def test_distances_from_isotropy_range_over_the_scales():
    """In 300 draws near isotropy the relative spread is below 1e-7 and above 1e-2."""
    values = SOURCE.sample(Sampler(1), "near isotropy", 300, {"n": 4}, {})[""]
    spread = (values.max(dim=1).values - values.min(dim=1).values) / values.mean(dim=1)
    assert float(spread.min()) < 1e-7
    assert float(spread.max()) > 1e-2


def test_clamp_and_repair_admit():
    """What ascent pushes out of range comes back to its ends."""
    clamped = SOURCE.clamp(XP, {"": torch.tensor([[-1.0, 1e9]]).double()})[""][0]
    assert clamped.tolist() == [float(FLOOR), float(CEILING)]
    repaired = SOURCE.repair({"": exact([-1, 10**9])}, {"n": 2}, {})
    assert SOURCE.admits(repaired, {"n": 2}, {})


@pytest.mark.parametrize("x", [2.0**-40, -(2.0**-40), 2.0**-10, -0.09, 0.0999, 0.1001, -0.5, 3.0, -1 + 2.0**-30])
def test_logarithm_less_its_linear_part(x):
    """log(1 + x) - x is right to fourteen digits on both sides of the switch of formulas."""
    mp = Certifying(bits=200)
    truth = mp.to_float(mp.log(1 + mp.mpf(Fraction(x))) - mp.mpf(Fraction(x)))
    value = torch.tensor(x, dtype=torch.float64)
    assert abs(float(log1p_minus(XP, value, torch.log1p(value))) - truth) <= 1e-14 * abs(truth)


SINGULAR = spectrum("n", singular=True)


@pytest.mark.parametrize("family", SINGULAR.families)
def test_singular_samples_are_admissible(family):
    """Spectra that may have lost rank are never zero altogether."""
    values = SINGULAR.sample(Sampler(3), family, 200, {"n": 4}, {})[""]
    assert all(SINGULAR.admits({"": exact(row.numpy())}, {"n": 4}, {}) for row in values)


def test_singular_spectra_lose_every_rank():
    """In 200 draws of flat spectra of four values every rank from one to four occurs, exactly; so do the corners."""
    values = SINGULAR.sample(Sampler(5), "flat of lower rank", 200, {"n": 4}, {})[""]
    assert set((values > 0).sum(dim=1).tolist()) == {1, 2, 3, 4}
    corners = [exact(corner[""]).tolist() for corner in SINGULAR.corners({"n": 3}, {})]
    assert [1, 0, 0] in corners
    assert [1, 1, 0] in corners


@given(st.data(), st.integers(1, 6))
def test_readable_singular_spectra_are_admissible(data, n):
    """Whatever Hypothesis draws is admissible, zeros included."""
    assert SINGULAR.admits({"": exact(SINGULAR.draw(data.draw, {"n": n}, {})[""])}, {"n": n}, {})


def test_zero_spectrum_is_not_admitted():
    """A zero matrix has no normalised spectrum, and no repair either."""
    zero = {"": exact([0, 0])}
    assert not SINGULAR.admits(zero, {"n": 2}, {})
    assert SINGULAR.repair(zero, {"n": 2}, {}) is None
    assert SINGULAR.repair({"": exact([-1, 2])}, {"n": 2}, {})[""].tolist() == [0, 2]


@pytest.mark.parametrize("ends", [(0, 1 << 20), (Fraction(1, 1024), 1), (1, 8)])
def test_levels_stay_within_their_ends_and_reach_them(ends):
    """Draws of all families lie in the closed interval; its ends occur; clamping returns to them."""
    source = level(*ends)
    low, high = (float(end) for end in ends)
    drawn = torch.cat([source.sample(Sampler(2), family, 200, {}, {})[""] for family in source.families])
    assert float(drawn.min()) == low
    assert float(drawn.max()) == high
    assert source.clamp(XP, {"": torch.tensor([low - 1, high + 1])})[""].tolist() == [low, high]
    assert source.admits({"": exact(low)}, {}, {})
    assert not source.admits({"": exact(high + 1)}, {}, {})
