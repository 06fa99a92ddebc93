"""Hermite polynomials in exact moments: orthogonality, rescaling, and tilted pairs."""

from fractions import Fraction

import pytest

from oracles import gaussian
from oracles import hermite_coefficients as oracle
from refute.arithmetic import Certifying

MP = Certifying(bits=96)


@pytest.mark.parametrize("k", range(8))
def test_terms_are_those_of_the_recurrence(k):
    """The explicit coefficients of He_k give the value of the three-term recurrence."""
    x = MP.mpf(Fraction(7, 5))
    last, value = MP.mpf(0), MP.mpf(1)
    for j in range(k):
        last, value = value, x * value - j * last
    assert MP.fsum(c * x**power for power, c in oracle.hermite_terms(k)) == value
    assert gaussian.hermite(k, x) == value


@pytest.mark.parametrize("k", range(6))
def test_physicists_polynomials(k):
    """H_0 = 1, H_1 = 2 x and H_{k+1} = 2 x H_k - 2 k H_{k-1}."""
    x, last, value = Fraction(3, 7), Fraction(0), Fraction(1)
    for j in range(k):
        last, value = value, 2 * x * value - 2 * j * last
    assert sum(c * x**power for power, c in oracle.rescaled(oracle.hermite_terms(k), k)) == value


@pytest.mark.parametrize(
    ("power", "expected"),
    [(3, {1: 9, 3: 6}), (4, {0: 9, 2: 72, 4: 24}), (5, {1: 225, 3: 600, 5: 120})],
)
def test_moments_of_monomials(power, expected):
    """E X^3 Y^3 = 9 rho + 6 rho^3, and so on."""
    rho = MP.mpf(Fraction(-3, 11))
    assert oracle.mixed_moment(MP, power, power, rho) == MP.fsum(c * rho**k for k, c in expected.items())


def test_misprinted_polynomials_at_degree_zero():
    """E e^(-2 X^2) = 1/sqrt(5) at rho = 1, and 1/3 for independent Gaussians."""
    assert MP.eq(oracle.misprinted(MP, 0, 0, MP.mpf(1)) ** 2, Fraction(1, 5)) is not False
    assert oracle.misprinted(MP, 0, 0, MP.mpf(0)) == Fraction(1, 3)


def test_mehler_sum_tends_to_the_closed_form():
    """At x = 1, y = -2 and rho = 1/2 sixty terms leave less than Cramer's bound, and the closed form is that of the density."""
    found = oracle.mehler_sum(MP, MP.mpf(Fraction(1, 4)), MP.mpf(Fraction(-1, 2)), MP.mpf(Fraction(1, 2)), 60)
    exponent = MP.mpf(2 * Fraction(-1) - Fraction(5, 4)) / (2 * Fraction(3, 4))
    assert MP.eq(found["closed"], MP.exp(exponent) / MP.sqrt(MP.mpf(Fraction(3, 4)))) is not False
    assert MP.le(abs(found["closed"] - found["partial"]), 2 * found["envelope"] / 2**60)


def test_tail_of_relu():
    """The normalised sum of k c_k^2 is 0.943 up to degree 20 and 0.960 up to degree 40."""
    for degrees, printed in ((10, Fraction(943, 1000)), (20, Fraction(960, 1000))):
        rest = oracle.slope_tail(MP, ("leaky relu", MP.mpf(Fraction(1, 2))), degrees)["rest"]
        assert MP.le(abs(1 - 2 * rest - printed), Fraction(1, 2000))
