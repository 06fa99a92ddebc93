"""Kernel maps and correlations as inputs: what they build is exact, and the hard cases occur."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import isometry
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.activations import ACTIVATIONS
from strategies.attractors import kernel_with_fixed_point
from strategies.kernels import correlation, kernel

XP = namespace("torch")
SIZES = {"K": 4}
SERIES = {"activation": "hermite series"}


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.fractions(Fraction(1, 99), Fraction(98, 99), max_denominator=99))
def test_prescribed_fixed_point_is_exact(weights, fixed):
    """kappa(1) = 1, kappa(rho*) = rho*, kappa(0) > 0 and kappa'(rho*) < 1 < kappa'(1), all in rationals."""
    source, raw = kernel_with_fixed_point("K"), {"weights": exact(weights), "fixed": exact(fixed)}
    if not source.admits(raw, SIZES, {}):
        assert not any(weights[1:])
        return
    mp = Certifying()
    a = source.exact(mp, raw, SIZES, {})["coefficients"]
    power = [[rho**k for k in range(5)] for rho in (fixed, 1)]
    at_fixed, at_one = (mp.fsum(c * p for c, p in zip(a, row, strict=True)) for row in power)
    slope_at_fixed, slope_at_one = (mp.fsum(k * a[k] * row[k - 1] for k in range(1, 5)) for row in power)
    assert at_fixed == fixed
    assert at_one == 1
    assert a[0] > 0
    assert slope_at_fixed < 1
    assert slope_at_one > 1


def test_distances_keep_their_digits_in_late_layers():
    """After 120 layers the distance from the fixed point is far below a rounding unit, and still right to 40 bits."""
    source, start = kernel_with_fixed_point("K"), correlation()
    raw = {
        "weights": torch.tensor([[0.0, 1.0, 0.5, 0.0]], dtype=torch.float64),
        "fixed": torch.tensor([0.25], dtype=torch.float64),
    }
    near = {"": torch.tensor([2.0**-30], dtype=torch.float64)}
    found = source.tensor(XP, raw, SIZES, {}).distances(start.tensor(XP, near, {}, {}), 120)
    mp = Certifying(bits=2000)
    built = source.exact(mp, {name: exact(array[0].numpy()) for name, array in raw.items()}, SIZES, {})
    truth = isometry.fixed_point_iteration(mp, built, start.exact(mp, {"": exact(2.0**-30)}, {}, {}), 120)["distance"]
    assert mp.to_float(truth[-1]) < 2.0**-60
    for distance, value in zip(found[1:], truth, strict=True):
        assert abs(mp.mpf(Fraction(float(distance))) - value) <= mp.mpf(Fraction(1, 1 << 40)) * value


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_samples_and_corners_are_admitted(centred, activation):
    """What an input draws, samples or lists as a corner lies in its own range."""
    source, choices = kernel("K", centred), {"activation": activation}
    parts = [{name: exact(array) for name, array in corner.items()} for corner in source.corners(SIZES, choices)]
    for family in source.families:
        batch = source.sample(Sampler(1), family, 50, SIZES, choices)
        parts += [{name: exact(array[row].numpy()) for name, array in batch.items()} for row in range(50)]
    assert all(source.admits(raw, SIZES, choices) for raw in parts)
    assert all(raw["weights"].shape == (4 if centred else 5,) for raw in parts)


def test_correlations_reach_both_ends_and_zero():
    """Within 2000 draws: both signs, within 1e-12 of 1 and within 1e-4 of 0, none of them 1."""
    source, sampler = correlation(), Sampler(2)
    u = np.concatenate([source.sample(sampler, family, 700, {}, {})[""].numpy() for family in source.families])
    assert np.all((np.abs(u) > 0) & (np.abs(u) <= 1))
    for sign in (1, -1):
        assert np.any(sign * u > 0)
        assert np.any((sign * u > 0) & (np.abs(u) < 1e-12))
    assert np.any(np.abs(u) > 1 - 1e-4)


@given(st.floats(-1, 1).filter(lambda u: abs(u) >= 2.0**-60))
def test_correlation_is_the_same_in_both_arithmetics(u):
    """Sign, complement and exact value belong to one number."""
    built = correlation().tensor(XP, {"": torch.tensor([u], dtype=torch.float64)}, {}, {})
    value = correlation().exact(Certifying(), {"": exact(u)}, {}, {})
    assert value == int(built.sign[0]) * (1 - Fraction(float(built.complement[0])))


def test_maps_of_two_degrees_and_linear_maps_occur():
    """The extremal maps of the theorems, two degrees only and nearly linear ones, are drawn."""
    source = kernel("K")
    weights = source.sample(Sampler(3), "two degrees", 200, SIZES, SERIES)["weights"].numpy()
    assert np.any(np.sum(weights > 0, axis=1) == 2)
    nearly = source.sample(Sampler(3), "nearly linear", 200, SIZES, SERIES)["weights"].numpy()
    assert np.any(np.sum(nearly[:, 1:], axis=1) < 1e-5 * nearly[:, 0])
