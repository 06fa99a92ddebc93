"""Activations on tensors are the kernel maps of the exact oracles, to nearly all digits, also next to 0 and to 1."""

from fractions import Fraction

import pytest
import torch

from oracles import activations as exact
from refute.arithmetic import Certifying
from refute.namespace import namespace
from strategies.activations import ACTIVATIONS, SERIES, Correlation, Kernel
from strategies.activations_tabulated import TABULATED

XP = namespace("torch")
MP = Certifying(bits=400)
# a thousand roundings of float64, relative
CLOSE = Fraction(1, 1 << 43)
# the exact softsign is a series that converges slowly at 1 - rho = 1e-3; every other ball is a point for floats
THIN = 2.0**-15
COMPLEMENTS = [2.0**-50, 2.0**-20, 1e-3, 0.25, 0.5, 0.75, 1 - 2.0**-10]
WEIGHTS = [0.5, 1.0, 0.0, 2.0, 0.25]


def tensor_kernel(name, parameter, centred=True):
    """The kernel on tensors, a batch of one, and the same kernel in exact arithmetic."""
    raw = WEIGHTS if name == SERIES else parameter
    kernel = Kernel(XP, ACTIVATIONS[name], torch.tensor([raw], dtype=torch.float64), centred)
    numbers = [MP.mpf(Fraction(w)) for w in WEIGHTS] if name == SERIES else MP.mpf(Fraction(parameter))
    return kernel, exact.Kernel(MP, name, numbers, centred)


def correlation(sign, complement):
    return Correlation(*(torch.tensor([x], dtype=torch.float64) for x in (sign, 1 - complement, complement)))


def assert_close(got, truth, scale=None):
    """The float is within `CLOSE` of the ball, relative to the number or to a larger ``scale``, and the ball is thin."""
    size = MP.to_float(abs(truth if scale is None else scale))
    assert MP.radius(truth) <= THIN * size
    distance = abs(float(got) - MP.to_float(truth))
    assert distance <= float(CLOSE) * size + MP.radius(truth), (float(got), MP.to_float(truth))


def test_both_sides_know_the_same_activations():
    """Tensor kernels and exact kernels have the same names."""
    assert list(ACTIVATIONS) == list(exact.ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("parameter", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_kernel_map(name, parameter, sign):
    """|kappa(rho)|, 1 - |kappa(rho)| and kappa'(rho) keep their digits at every distance from 1.

    For negative rho the slope is a difference of two parts, whose sum kappa'(|rho|) is its scale.
    """
    kernel, truth = tensor_kernel(name, parameter)
    for complement in COMPLEMENTS:
        rho = MP.mpf(int(sign) * (1 - Fraction(complement)))
        after, value = kernel(correlation(sign, complement)), truth(rho)
        assert MP.le(0, value) is bool(after.sign[0] > 0)
        assert_close(after.magnitude, abs(value))
        assert_close(after.complement, 1 - abs(value))
        assert_close(kernel.slope(correlation(sign, complement)), truth.slope(rho), truth.slope(abs(rho)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_non_linearity_strength(name):
    """kappa'(0) of the centred map is 2 - beta_0, with beta_0 from the Hermite coefficients."""
    kernel, truth = tensor_kernel(name, 0.375)
    slope = 2 - truth.strength
    if MP.lt(0, abs(slope)):
        assert_close(kernel.slope_at_zero, slope)
    else:
        assert float(kernel.slope_at_zero) == 0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bias(name):
    """The map that is not centred has kappa(0) = c_0^2 / E sigma^2, and the centred one 0."""
    kernel, truth = tensor_kernel(name, 0.5, centred=False)
    bias = truth.activation.coefficient(MP, truth.parameter, 0) ** 2 / truth.variance
    if MP.lt(0, bias):
        assert_close(kernel.bias, bias)
        assert_close(kernel(correlation(1.0, 1.0)).magnitude, bias)
    else:
        assert float(kernel.bias) == 0
    assert float(tensor_kernel(name, 0.5)[0](correlation(1.0, 1.0)).magnitude) == 0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_are_finite(name):
    """Ascent gets finite gradients at every distance from 1 and at correlation 0."""
    for complement in (*COMPLEMENTS, 1.0):
        distance = torch.tensor([complement], dtype=torch.float64, requires_grad=True)
        raw = torch.tensor([WEIGHTS] if name == SERIES else [0.5], dtype=torch.float64, requires_grad=True)
        after = Kernel(XP, ACTIVATIONS[name], raw)(Correlation(torch.ones_like(distance), 1 - distance, distance))
        gradients = torch.autograd.grad((after.magnitude / after.complement).sum(), [distance, raw], allow_unused=True)
        assert all(gradient is None or bool(torch.isfinite(gradient).all()) for gradient in gradients)


@pytest.mark.parametrize("name", TABULATED)
def test_tabulated_squares_are_those_of_the_coefficients(name):
    """The first twelve squared Hermite coefficients of a tabulated activation are the exact ones."""
    activation, fine = exact.ACTIVATIONS[name], Certifying(bits=96)
    truths = [fine.to_float(activation.coefficient(fine, fine.mpf(1), k) ** 2) for k in range(12)]
    assert TABULATED[name].squares(12) == pytest.approx(truths, rel=1e-11, abs=1e-15)
