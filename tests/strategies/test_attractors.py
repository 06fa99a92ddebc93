"""Kernel maps by their attractor: fixed points and slopes are exact, and orbits keep their digits."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import isometry
from oracles.activations import Kernel
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.attractors import ONE, AttractedMaps, attracted, attracted_to_one, kernel_with_fixed_point, relu
from strategies.kernels import correlation

XP = namespace("torch")
SIZES = {"K": 4}


def at(mp, coefficients, rho):
    """Value and slope of a power series."""
    value = mp.fsum(a * mp.mpf(rho) ** k for k, a in enumerate(coefficients))
    return value, mp.fsum(k * a * mp.mpf(rho) ** (k - 1) for k, a in enumerate(coefficients) if k)


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


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.fractions(Fraction(0), Fraction(98, 99), max_denominator=99))
def test_prescribed_slope_is_exact(weights, fixed):
    """An attractor at 1: kappa(1) = 1, kappa'(1) = 1 - fixed and coefficients of sum 1, none negative, all in rationals."""
    source, raw = AttractedMaps("K", (ONE,), zero=True), {"weights": exact(weights), "fixed": exact(fixed)}
    if not source.admits(raw, SIZES, {}):
        assert not any(weights[1:])
        return
    mp = Certifying()
    built = source.exact(mp, raw, SIZES, {})
    assert built["fixed"] == 1
    assert at(mp, built["coefficients"], 1)[0] == 1
    assert at(mp, built["coefficients"], 1)[1] == 1 - fixed
    assert all(a >= 0 for a in built["coefficients"])


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("attractor", attracted("K").choices["attractor"])
def test_samples_corners_and_clamped_numbers_are_admitted(attractor, signed):
    """All that the input draws lies in its range, the attractors 0 and 1 included, and builds the same map in floats."""
    source, choices = attracted("K", signed=signed), {"attractor": attractor}
    raw = []
    for family in source.families:
        batch = source.sample(Sampler(1), family, 100, SIZES, choices)
        clamped = source.clamp(XP, {name: 1.5 * array for name, array in batch.items()})
        raw += [
            {name: exact(array[row].numpy()) for name, array in some.items()} for some in (batch, clamped) for row in range(100)
        ]
    admitted = [one for one in raw if source.admits(one, SIZES, choices)]
    assert len(admitted) == len(raw) if not signed else len(admitted) > 0.99 * len(raw)
    assert any(one["fixed"][()] == 0 for one in admitted)
    mp = Certifying()
    for one in admitted[::40]:
        tensors = {name: torch.tensor(array.astype(float)[None], dtype=torch.float64) for name, array in one.items()}
        floats = source.tensor(XP, tensors, SIZES, choices).parameter[0].tolist()
        truth = [mp.to_float(a) for a in source.exact(mp, one, SIZES, choices)["coefficients"]]
        size = sum(abs(a) for a in truth)
        assert np.allclose(floats, truth, rtol=0, atol=1e-9 * size)


def test_linear_maps_need_permission():
    """The identity is built only where the input admits linear activations."""
    raw = {"weights": exact([1, 0, 0, 0]), "fixed": exact(Fraction(1, 2))}
    assert not attracted("K").admits(raw, SIZES, {"attractor": "below 1"})
    source = attracted("K", linear=True)
    assert source.admits(raw, SIZES, {"attractor": "below 1"})
    mp = Certifying()
    a = source.exact(mp, raw, SIZES, {"attractor": "below 1"})["coefficients"]
    assert [x == y for x, y in zip(a, (0, 1, 0, 0, 0), strict=True)] == [True] * 5


@pytest.mark.parametrize("critical", [False, True])
def test_slopes_of_unit_attractors(critical):
    """Every structure has kappa(0) > 0, and kappa'(1) below 1, or enclosing 1 to 200 bits where critical."""
    source, mp = attracted_to_one("K", critical), Certifying(bits=256)
    for activation in source.choices["activation"]:
        choices = {"activation": activation}
        for parts in source.corners(SIZES, choices):
            raw = {name: exact(array) for name, array in parts.items()}
            if not source.admits(raw, SIZES, choices):
                continue
            kernel = Kernel(mp, **source.exact(mp, raw, SIZES, choices))
            slope = kernel.slope(mp.mpf(1))
            assert mp.lt(0, kernel(mp.mpf(0)))
            assert (mp.eq(slope, 1) is not False and mp.radius(slope) < 2.0**-200) if critical else mp.lt(slope, 1)


def test_relu_is_relu():
    """The ReLU input is max(x, 0): kappa(0) = 1/pi and kappa'(0) = 1/2, and nothing else is drawn."""
    source, choices, mp = relu(), {"activation": "leaky relu"}, Certifying(bits=128)
    batch = source.sample(Sampler(1), source.families[0], 50, {}, choices)
    assert set(batch["steepness"].tolist()) == {0.5}
    raw = {name: exact(array[0].numpy()) for name, array in batch.items()}
    kernel = Kernel(mp, **source.exact(mp, raw, {}, choices))
    assert mp.lt(1, abs(kernel(mp.mpf(0)) * mp.pi - 1) * 2**100) is False
    assert mp.lt(1, abs(kernel.slope(mp.mpf(0)) * 2 - 1) * 2**100) is False


def test_distance_from_one_keeps_its_digits():
    """An even map takes -1 + 2^-40 to 1 - 2^-39, where the attractor is 1, and the distance is right to 40 bits."""
    source = AttractedMaps("K", (ONE,), zero=True)
    raw = {
        "weights": torch.tensor([[0.0, 1.0, 0.0, 0.0]], dtype=torch.float64),
        "fixed": torch.tensor([0.5], dtype=torch.float64),
    }
    near = {"": torch.tensor([-(2.0**-40)], dtype=torch.float64)}
    found = source.tensor(XP, raw, SIZES, {}).distances(correlation().tensor(XP, near, {}, {}), 3)
    mp = Certifying(bits=500)
    built = source.exact(mp, {name: exact(array[0].numpy()) for name, array in raw.items()}, SIZES, {})
    truth = isometry.fixed_point_iteration(mp, built, correlation().exact(mp, {"": exact(-(2.0**-40))}, {}, {}), 3)["distance"]
    for distance, value in zip(found[1:], truth, strict=True):
        assert abs(mp.mpf(Fraction(float(distance[0]))) - value) <= mp.mpf(Fraction(1, 1 << 40)) * value


def test_residual_branch_keeps_the_fixed_point():
    """The mixed coefficients are (1 - s) a_k, plus s at degree 1, and the fixed point stays."""
    source = kernel_with_fixed_point("K")
    raw = {
        "weights": torch.tensor([[0.0, 1.0, 0.0, 1.0]], dtype=torch.float64),
        "fixed": torch.tensor([0.5], dtype=torch.float64),
    }
    kernel = source.tensor(XP, raw, SIZES, {})
    mixed = kernel.with_residual(torch.tensor([0.25], dtype=torch.float64))
    expected = 0.75 * kernel.parameter[0] + 0.25 * torch.eye(5, dtype=torch.float64)[1]
    assert torch.allclose(mixed.parameter[0], expected, rtol=1e-15, atol=0)
    value = sum(float(a) * 0.5**k for k, a in enumerate(mixed.parameter[0]))
    assert abs(value - 0.5) < 1e-15
