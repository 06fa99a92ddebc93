"""Duals at two variances: the printed forms are the duals at unit variance, scale as they must, and are the integrals."""

from fractions import Fraction

import pytest

from oracles import gaussian
from oracles.activation_functions import FUNCTIONS
from oracles.activations import ACTIVATIONS
from oracles.covariances import FORMS, covariance_form
from refute.arithmetic import Certifying

MP = Certifying(bits=128)
V = MP.mpf(Fraction(3, 8))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("rho", [Fraction(-1), Fraction(-2, 3), Fraction(0), Fraction(1, 5), Fraction(1)])
def test_unit_variances_give_the_dual(name, rho):
    """At K_11 = K_22 = 1 the form is the dual at rho."""
    one, rho = MP.mpf(1), MP.mpf(rho)
    difference = FORMS[name](MP, V, one, one, rho) - ACTIVATIONS[name].dual(MP, V, rho)
    assert MP.eq(difference, 0) is not False
    assert MP.radius(difference) < 2.0**-60


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_the_means(name):
    """E sigma(s X) sigma(t Y) by a rigorous integral, at two scales."""
    found = covariance_form(MP, (name, V), MP.mpf(Fraction(-3, 5)), [MP.mpf(2), MP.mpf(Fraction(1, 4))])
    difference = found["dual"]() - found["mean"]()
    assert MP.eq(difference, 0) is not False
    assert MP.radius(difference) < 2.0**-90


@pytest.mark.parametrize("name", FORMS)
def test_second_moments_at_perfect_correlation(name):
    """At rho = 1 and equal scales the mean is that of the square."""
    f, s = FUNCTIONS[name][0](MP, V), MP.mpf(Fraction(1, 2))
    square = gaussian.expectation(
        MP, gaussian.Function(lambda x: f.right(s * x) ** 2, lambda x: f.left(s * x) ** 2, scale=f.scale**2, rate=f.rate)
    )
    assert MP.eq(gaussian.correlation(MP, f, MP.mpf(1), s, s), square) is not False


def test_gelu_at_one_variance():
    """K/4 + K/(2 pi) arcsin(K/(1+K)) + K^2/(pi (1+K) sqrt(1+2K)) at K = 2."""
    K = MP.mpf(2)
    printed = K / 4 + K / (2 * MP.pi) * MP.asin(K / (1 + K)) + K**2 / (MP.pi * (1 + K) * MP.sqrt(1 + 2 * K))
    assert MP.eq(FORMS["gelu"](MP, V, K, K, K), printed) is not False


def test_parts_of_a_function():
    """The even part of ReLU is |x|/2 and the odd one x/2; mirrored, ReLU lives on the left."""
    relu = FUNCTIONS["leaky relu"][0](MP, MP.mpf(Fraction(1, 2)))
    x = MP.mpf(3)
    assert (gaussian.part(relu, 1).right(x), gaussian.part(relu, 1).left(x)) == (Fraction(3, 2), Fraction(3, 2))
    assert (gaussian.part(relu, -1).right(x), gaussian.part(relu, -1).left(x)) == (Fraction(3, 2), Fraction(-3, 2))
    assert (gaussian.mirrored(relu).right(x), gaussian.mirrored(relu).left(x)) == (0, 3)
    mean = gaussian.mirrored(relu).mean
    assert MP.eq(mean(MP.mpf(-5), MP.mpf(1)), relu.mean(MP.mpf(5), MP.mpf(1))) is not False
