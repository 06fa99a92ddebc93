"""The exact activations agree with their Hermite series, with convexity, and with printed constants."""

from fractions import Fraction

import pytest

from oracles.activations import ACTIVATIONS, Kernel
from refute.arithmetic import Certifying

MP = Certifying(bits=256)
TERMS = 60


def parameter(name, v):
    return [MP.mpf(k + 1) for k in range(5)] if name == "hermite series" else MP.mpf(v)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("v", [Fraction(1, 4), Fraction(1, 2), Fraction(1)])
@pytest.mark.parametrize("rho", [Fraction(-4, 5), Fraction(3, 10), Fraction(9, 10)])
def test_dual_is_the_sum_of_the_hermite_series(name, v, rho):
    """The dual lies within the tail bound |rho|^N (E sigma^2 - sum of N squared coefficients) of its partial sum."""
    activation, argument = ACTIVATIONS[name], parameter(name, v)
    squares = [activation.coefficient(MP, argument, k) ** 2 for k in range(TERMS)]
    partial = MP.fsum(square * MP.mpf(rho) ** k for k, square in enumerate(squares))
    rest = activation.dual(MP, argument, MP.mpf(1)) - MP.fsum(squares)
    assert MP.lt(rest, 0) is not True
    tail = abs(MP.mpf(rho)) ** TERMS * (abs(rest) + MP.mpf(2) ** -200)
    assert MP.lt(tail, abs(activation.dual(MP, argument, MP.mpf(rho)) - partial)) is not True


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("low", [Fraction(0), Fraction(1, 3), Fraction(99, 100)])
def test_slope_lies_between_difference_quotients(name, low):
    """The dual is convex on [0, 1], so every difference quotient lies between the slopes at its ends."""
    activation, argument = ACTIVATIONS[name], parameter(name, Fraction(1, 2))
    a, b = MP.mpf(low), MP.mpf(low + Fraction(1, 10**6))
    quotient = (activation.dual(MP, argument, b) - activation.dual(MP, argument, a)) * 10**6
    assert MP.lt(quotient, activation.dual_slope(MP, argument, a)) is not True
    assert MP.lt(activation.dual_slope(MP, argument, b), quotient) is not True


# the non-linearity strength, the last digit rounded
STRENGTHS = {
    ("leaky relu", Fraction(1, 2)): "1.26652889654",
    ("leaky relu", Fraction(1, 4)): "1.03880865871",
    ("leaky relu", Fraction(1)): "2",
    ("exponential", Fraction(1, 2)): "1.418023293131",
    ("sine", Fraction(1, 2)): "1.149081871761",
    ("cosine", Fraction(1, 2)): "2",
    ("erf", Fraction(1, 2)): "1.086417157171",
    ("gelu", Fraction(1)): "1.276712478659",
    ("squared relu", Fraction(1)): "1.490704182106",
}


@pytest.mark.parametrize(("key", "printed"), STRENGTHS.items())
def test_non_linearity_strength(key, printed):
    """beta_0 of the centred activation has the digits of the specification."""
    name, v = key
    digits = len(printed.partition(".")[2])
    distance = abs(Kernel(MP, name, MP.mpf(v), True).strength - MP.mpf(printed))
    assert MP.le(distance, MP.mpf(Fraction(1, 2 * 10**digits)))


@pytest.mark.parametrize("v", [Fraction(1, 8), Fraction(1, 2), Fraction(7, 8)])
def test_homogeneous_activations_have_slope_one_at_one(v):
    """Every leaky ReLU that is not centred has kappa'(1) = 1: its correlations converge polynomially."""
    slope = Kernel(MP, "leaky relu", MP.mpf(v), False).slope(MP.mpf(1))
    assert MP.eq(slope, 1) is not False
    assert MP.radius(slope) < 2.0**-200


@pytest.mark.parametrize(("apart", "width"), [(6, 2.0**-23), (9, 2.0**-32), (15, 2.0**-50)])
def test_softsign_is_thin_next_to_one(apart, width):
    """The ball of 1 - kappa is thin relative to it, the thinner the nearer to 1, though the coefficients fall slowly."""
    complement = 1 - Kernel(MP, "softsign", MP.mpf(1), False)(MP.mpf(1 - Fraction(1, 10**apart)))
    assert MP.radius(complement) < width * MP.to_float(complement)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "silu", "softplus", "softsign"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_series_joins_its_ends(name, sign):
    """Next to 1 and -1 value and slope enclose what the mean value theorem allows between there and the end."""
    activation, near, end = ACTIVATIONS[name], MP.mpf(sign * (1 - Fraction(1, 10**8))), MP.mpf(sign)
    rise = abs(activation.dual(MP, None, end) - activation.dual(MP, None, near)) * 10**8
    top = activation.dual_slope(MP, None, MP.mpf(1))
    assert MP.lt(top, rise) is not True
    apart = abs(activation.dual_slope(MP, None, end) - activation.dual_slope(MP, None, near))
    assert MP.le(apart, Fraction(1, 10**6)) is True
