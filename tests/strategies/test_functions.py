"""Functions of one variable, quadratics and steps: in their class exactly, and alike in floats and rationals."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import optimization
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.functions import (
    piecewise_derivative,
    piecewise_infimum,
    piecewise_quadratic,
    piecewise_value,
    quadratic,
    step_size,
)

XP = namespace("torch")
MP = Certifying(bits=128)
CONVEX, ANY = piecewise_quadratic("m"), piecewise_quadratic("m", low=-1)
SIZES = {"m": 3, "d": 3}
CLOSE = 2.0**-40


def row_of(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("source", [CONVEX, ANY])
@pytest.mark.parametrize("family", CONVEX.families)
def test_slopes_are_in_their_class(source, family):
    """All second derivatives of all draws are in [0, 1], or [-1, 1] without convexity, exactly."""
    parts = source.sample(Sampler(3), family, 100, SIZES, {})
    assert all(source.admits(row_of(parts, row), SIZES, {}) for row in range(100))


@given(st.data())
def test_readable_functions_are_in_their_class(data):
    """Whatever Hypothesis draws is convex and smooth."""
    raw = {name: exact(value) for name, value in CONVEX.draw(data.draw, SIZES, {}).items()}
    assert CONVEX.admits(raw, SIZES, {})


@pytest.mark.parametrize("family", CONVEX.families)
def test_values_and_derivatives_are_those_of_the_walk(family):
    """The sums over all pieces agree with the walk from 0 in rationals, on both sides of 0."""
    parts = ANY.sample(Sampler(6), family, 30, SIZES, {})
    built = ANY.tensor(XP, parts, SIZES, {})
    derivative, value = (function(XP, built, built["start"]) for function in (piecewise_derivative, piecewise_value))
    infimum = piecewise_infimum(XP, built)
    for row in range(30):
        f = ANY.exact(MP, row_of(parts, row), SIZES, {})
        slope, height = optimization.walk(f, f["start"])
        assert abs(float(derivative[row]) - MP.to_float(slope)) <= CLOSE * (1 + abs(MP.to_float(slope)))
        assert abs(float(value[row]) - MP.to_float(height)) <= CLOSE * (1 + abs(MP.to_float(height)))
        lowest = MP.to_float(optimization.infimum(MP, f))
        assert float(infimum[row]) == lowest or abs(float(infimum[row]) - lowest) <= CLOSE * (1 + abs(lowest))


def test_start_at_a_break_and_at_the_minimiser():
    """A break is no special case: f' is continuous there, and f(0) = f'(0) = 0."""
    f = {"breaks": exact([1, 2]), "slopes": exact([1, Fraction(1, 2), 0]), "start": exact(1)}
    assert optimization.walk(CONVEX.exact(MP, f, {"m": 2}, {}), MP.mpf(1)) == (1, Fraction(1, 2))
    assert optimization.walk(CONVEX.exact(MP, f, {"m": 2}, {}), MP.mpf(0)) == (0, 0)
    assert any(corner["start"] == 0 for corner in CONVEX.corners({"m": 2}, {}))


def test_extremal_functions_occur():
    """Huber functions with all breaks beyond each other on one side, and pure quadratics, occur in 100 draws."""
    huber = CONVEX.sample(Sampler(2), "huber", 100, {"m": 1}, {})
    assert int((huber["slopes"].sort(dim=1).values == torch.tensor([0.0, 1.0])).all(dim=1).sum()) == 100
    extremal = CONVEX.sample(Sampler(2), "extremal", 100, {"m": 1}, {})["slopes"]
    assert int((extremal == 1).all(dim=1).sum()) >= 5


def test_steps_stay_between_zero_and_two():
    """Steps are in the open interval (0, 2), with the round ones among them, and 1 alone where asked."""
    source = step_size()
    for family in source.families:
        values = source.sample(Sampler(1), family, 200, {}, {})[""]
        assert 0 < float(values.min()) <= float(values.max()) < 2
    assert 1.0 in source.sample(Sampler(1), "favourites", 200, {}, {})[""].tolist()
    assert set(step_size(1, 1).sample(Sampler(1), "uniform", 5, {}, {})[""].tolist()) == {1.0}
    assert not source.admits({"": exact(2)}, {}, {})


@pytest.mark.parametrize("moving", [False, True])
def test_quadratic_form_has_the_stated_spectrum(moving):
    """The Hessian of the tensor has the exact eigenvalues, all in [1, root^2], and the states have the exact norms."""
    source = quadratic("d", moving=moving)
    for family in source.families:
        parts = source.sample(Sampler(7), family, 20, SIZES, {})
        built = source.tensor(XP, parts, SIZES, {})
        spectra = torch.linalg.eigvalsh(built["hessian"])
        for row in range(20):
            raw = row_of(parts, row)
            assert source.admits(raw, SIZES, {})
            f = source.exact(MP, raw, SIZES, {})
            root = raw["root"][()]
            assert all(1 <= value <= root**2 for value in f["eigenvalues"])
            ordered = sorted(MP.to_float(value) for value in f["eigenvalues"])
            assert max(abs(a - float(b)) for a, b in zip(ordered, spectra[row], strict=True)) <= CLOSE * float(root) ** 2
            assert optimization.square(f["current"]) == sum(x * x for x in raw["start"])
            assert moving or f["previous"] == f["current"]


def test_both_ends_of_the_spectrum_occur():
    """Draws with an eigenvalue at 1 and one at root^2 occur, where the method is slowest."""
    places = quadratic("d").sample(Sampler(1), "ends", 50, SIZES, {})["places"]
    assert int(((places.min(dim=1).values == 0) & (places.max(dim=1).values == 1)).sum()) >= 10
