"""What tanh takes from its argument keeps its digits next to 0, and critical points in floats are those of the balls."""

from fractions import Fraction

import pytest
import torch

from oracles import criticality as exact
from refute.arithmetic import Certifying
from refute.namespace import namespace
from strategies.criticality import critical_point, growth_and_susceptibility
from strategies.softening import NEAR, squared_loss, tanh_loss

XP = namespace("torch")
MP = Certifying(bits=256)


@pytest.mark.parametrize("x", [1e-9, 1e-3, NEAR * 0.99, NEAR * 1.01, 2.0, -1e-6, -0.2, -3.0])
def test_tanh_loss(x):
    """x - tanh(x) and x^2 - tanh(x)^2 to relative 1e-13, on both sides of the change of method."""
    point = MP.mpf(Fraction(x))
    loss = point - MP.tanh(point)
    tensor = torch.tensor([x], dtype=torch.float64)
    assert float(tanh_loss(XP, tensor)[0]) == pytest.approx(MP.to_float(loss), rel=1e-13, abs=0)
    square = MP.to_float(loss * (point + MP.tanh(point)))
    assert float(squared_loss(XP, tensor)[0]) == pytest.approx(square, rel=1e-13, abs=0)


@pytest.mark.parametrize("point", exact.POINTS, ids=lambda point: point.label)
def test_critical_points(point):
    """K*, C_W and C_b in floats agree with the certified ones to thirteen digits."""
    truths = [MP.to_float(value) for value in exact.critical_point(Certifying(bits=128), point)]
    assert critical_point(point.activation, float(point.low), float(point.high)) == pytest.approx(truths, rel=1e-12)


@pytest.mark.parametrize("K", [0.01, 3.0, 60.0])
def test_growth_and_susceptibility(K):
    """Both moments of SiLU are those of the rigorous integrals."""
    truth = exact.silu(Certifying(bits=96), Certifying(bits=96).mpf(Fraction(K)))
    for got, name in zip(growth_and_susceptibility(XP, "silu", torch.tensor([K], dtype=torch.float64)), truth, strict=False):
        assert float(got[0]) == pytest.approx(MP.to_float(truth[name]()), rel=1e-12)
