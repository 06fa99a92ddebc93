"""The mean gap of deep chains in width two, in floats: printed numbers, and the oracle at every depth and conditioning."""

import math
from fractions import Fraction

import pytest
import torch

from oracles import batchnorm_chain
from refute.arithmetic import Certifying
from refute.namespace import namespace
from strategies.haar_chain import mean_gap_after

XP = namespace("torch")


def floats(u, depth):
    return float(mean_gap_after(XP, torch.tensor([math.log(u)], dtype=torch.float64), depth)[0])


@pytest.mark.parametrize(
    ("u", "depth", "printed"),
    [
        (9 / 16, 1, math.log(9 / 8)),
        (9 / 16, 2, 0.06139578501595986),
        (9 / 16, 20, 2.6798394950943657e-7),
        (1e12, 1, 13.122364377404329),
        (1e12, 5, 10.350535676355782),
        (1e12, 20, 1.623720944105946),
    ],
)
def test_numbers_of_the_specification(u, depth, printed):
    """Eleven digits of the printed values."""
    assert floats(u, depth) == pytest.approx(printed, rel=1e-11, abs=0)


@pytest.mark.parametrize("depth", [1, 2, 4, 5, 17, 64, 640])
@pytest.mark.parametrize(
    "u", [Fraction(1, 2**60), Fraction(1, 1000), Fraction(1, 3), Fraction(7), Fraction(3000), Fraction(10**12)]
)
def test_agrees_with_the_oracle(u, depth):
    """From near isotropy to near collapse, from one layer to 640."""
    expected = float(
        Certifying(bits=256).to_float(batchnorm_chain.mean_gap_after(Certifying(bits=256), Certifying(256).mpf(u), depth))
    )
    assert floats(float(u), depth) == pytest.approx(expected, rel=1e-9, abs=0)


def test_is_differentiable():
    """The derivative in log u is that of a difference quotient."""
    log_u = torch.tensor([0.3, 20.0, -30.0], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(mean_gap_after(XP, log_u, 3).sum(), log_u)
    step = 1e-5
    with torch.no_grad():
        quotient = (mean_gap_after(XP, log_u + step, 3) - mean_gap_after(XP, log_u - step, 3)) / (2 * step)
    assert torch.allclose(found, quotient, rtol=1e-6)
