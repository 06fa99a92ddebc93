"""Neurons as inputs: normalised activations, their kernel maps, and the laws of their weights."""

import math
from fractions import Fraction

import pytest
import torch

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.neurons import POLYNOMIAL, RELU, neuron, strength

XP = namespace("torch")
SIZES = {"K": 3, "n": 5}


def test_activations_are_normalised():
    """The kernel map is 1 at 1, and c_0^2 at 0, for polynomials and for the ReLU."""
    source = neuron("K", relu=True)
    for activation, bias in ((POLYNOMIAL, None), (RELU, 1 / math.pi)):
        batch = source.sample(Sampler(1), "gaussian", 50, SIZES, {"activation": activation})
        built = source.tensor(XP, batch, SIZES, {"activation": activation})
        one = torch.ones(50, dtype=torch.float64)
        assert torch.allclose(built.kernel(one), one, rtol=1e-14)
        expected = built.share(0) if bias is None else bias * one
        assert torch.allclose(built.kernel(0 * one), expected, rtol=1e-13)


def test_polynomials_are_sums_of_hermite_polynomials():
    """He_3(u) = u^3 - 3u, divided by the root of 3!."""
    built = neuron("K").tensor(XP, {"": torch.tensor([[0.0, 0, 0, 2]], dtype=torch.float64)}, SIZES, {})
    u = torch.tensor([[0.5, -2.0, 3.0]], dtype=torch.float64)
    assert torch.allclose(built(u), (u**3 - 3 * u) / math.sqrt(6), rtol=1e-14)


def test_draws_are_admitted():
    """No sample or corner is a constant activation."""
    source = neuron("K")
    raw = [exact(corner[""]) for corner in source.corners(SIZES, {})]
    for family in source.families:
        raw += [exact(row) for row in source.sample(Sampler(2), family, 100, SIZES, {})[""].numpy()]
    assert all(source.admits({"": array}, SIZES, {}) for array in raw)
    assert not source.admits({"": exact([1, 0, 0, 0])}, SIZES, {})


@pytest.mark.parametrize("t", [Fraction(1, 3), Fraction(1, 1000), Fraction(999, 1000)])
def test_strength_has_a_rational_root(t):
    """r^2 + (1 - r^2) = 1 in rationals, and floats agree."""
    r, rest = strength().exact(Certifying(), {"": exact(t)}, {}, {})
    assert r * r + rest * rest == 1
    floats = strength().tensor(XP, {"": torch.tensor([float(t)], dtype=torch.float64)}, {}, {})
    assert abs(float(floats[0]) - float(Fraction(str(r)))) < 1e-15
    assert abs(float(floats[1]) / float(Fraction(str(rest))) - 1) < 1e-12
