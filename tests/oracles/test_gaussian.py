"""Gaussian expectations by rigorous quadrature: moments, closed forms of the mean, and proved tails."""

from fractions import Fraction

import pytest

from oracles import gaussian
from oracles.activation_functions import FUNCTIONS, selu_constants, tanh_gelu, tanh_gelu_slope
from oracles.activations import ACTIVATIONS
from oracles.gaussian import Function, whole
from refute.arithmetic import Certifying, Reference

MP = Certifying(bits=96)
THIRD = MP.mpf(Fraction(1, 3))


def encloses(ball, number):
    """The ball holds the number and is thin."""
    return MP.eq(ball, number) is not False and MP.radius(ball) < 2.0**-80


def averaged():
    """The functions whose mean over a shifted Gaussian has a closed form, with their derivatives."""
    for name, builders in FUNCTIONS.items():
        for which, build in zip(("function", "derivative"), builders, strict=True):
            if build(MP, THIRD).mean is not None:
                yield pytest.param(build, id=f"{name}, {which}")


@pytest.mark.parametrize(("power", "moment"), [(0, 1), (2, 1), (4, 3), (6, 15), (3, 0)])
def test_moments(power, moment):
    """E X^k is (k - 1)!! for even k and 0 for odd k."""
    growth = 1 if power == 0 else 720  # |x|^k <= k! e^|x|
    assert encloses(gaussian.expectation(MP, whole(lambda x: x**power if power else 0 * x + 1, scale=growth)), moment)


@pytest.mark.parametrize("build", list(averaged()))
@pytest.mark.parametrize(
    ("mu", "s"), [(Fraction(-7, 10), Fraction(3, 5)), (Fraction(2), Fraction(1)), (Fraction(0), Fraction(1, 8))]
)
def test_mean_over_a_shifted_gaussian(build, mu, s):
    """E f(mu + s Z) in closed form is the integral, cut at the kink of f."""
    f, mu, s = build(MP, THIRD), MP.mpf(mu), MP.mpf(s)
    kink = abs(mu) / s

    def total(z):
        return gaussian.density(MP, z)

    def above(z):
        return f.right(mu + s * z) * total(z) if mu >= 0 else f.left(-mu - s * z) * total(z)

    def below(z):
        return f.right(mu - s * z) * total(z) if mu >= 0 else f.left(-mu + s * z) * total(z)

    def beyond(z):
        return f.left(s * z - mu) * total(z) if mu >= 0 else f.right(mu + s * z) * total(z)

    same, other = (above, below) if mu >= 0 else (below, above)
    wide = f.rate + f.rate * abs(mu)

    def tail(cut):
        return 8 * f.scale * MP.exp(wide * (1 + cut) - cut * cut / 2) if cut > 8 else MP.inf

    whole_line = MP.quad(same, [0, MP.inf], tail) + MP.quad(other, [0, kink]) + MP.quad(beyond, [kink, MP.inf], tail)
    assert MP.eq(f.mean(mu, s), whole_line) is not False
    assert MP.radius(whole_line) < 2.0**-60


@pytest.mark.parametrize("name", FUNCTIONS)
def test_growth_bounds_hold(name):
    """|f(x)| is at most scale e^(rate |x|) at points of both half-lines, for the function and its derivative."""
    for build in FUNCTIONS[name]:
        f = build(MP, MP.mpf(Fraction(7, 8)))
        for point in (Fraction(1, 1000), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5), Fraction(20)):
            x = MP.mpf(point)
            bound = f.scale * MP.exp(f.rate * x)
            assert MP.le(abs(MP.convert(f.right(x))), bound)
            assert MP.le(abs(MP.convert(f.left(x))), bound)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives(name):
    """The derivative lies between or near the difference quotients of the function, on both half-lines."""
    f, slope = (build(MP, THIRD) for build in FUNCTIONS[name])
    step = MP.mpf(Fraction(1, 10**9))
    for point in (Fraction(1, 3), Fraction(3, 2)):
        x = MP.mpf(point)
        right, left = (f.right(x + step) - f.right(x)) / step, (f.left(x) - f.left(x + step)) / step
        assert abs(MP.to_float(MP.convert(right) - slope.right(x))) < 1e-7
        assert abs(MP.to_float(MP.convert(left) - slope.left(x))) < 1e-7


def test_selu_has_mean_zero_and_second_moment_one():
    """The exact constants of SELU agree with the printed ones and give moments 0 and 1."""
    scale, weight = selu_constants(MP)
    assert abs(MP.to_float(scale) - 1.0507009873554805) < 1e-15
    assert abs(MP.to_float(weight) - 1.6732632423543772) < 1e-15
    selu = FUNCTIONS["selu"][0](MP, None)
    assert encloses(gaussian.expectation(MP, selu), 0)
    assert encloses(gaussian.product(MP, selu, selu), 1)


def test_a_larger_tail_bound_only_widens():
    """A coarser growth bound gives a ball that still holds the value."""
    loose = Function(lambda x: x, lambda x: -x, scale=1000, rate=3)
    assert encloses(gaussian.product(MP, loose, loose), 1)


def test_reference_arithmetic_agrees():
    """mpmath gives the same coefficients as the balls."""
    reference = Reference(dps=30)
    for name in ("gelu", "tanh", "elu"):
        ball = gaussian.coefficient(MP, FUNCTIONS[name][0](MP, None), 1)
        value = gaussian.coefficient(reference, FUNCTIONS[name][0](reference, None), 1)
        assert abs(float(value) - MP.to_float(ball)) < 1e-15


@pytest.mark.parametrize("name", ["leaky relu", "sign", "gelu", "selu"])
def test_correlation_at_the_ends_and_next_to_them(name):
    """E f(X) f(Y) at rho = 1 and 1 - 2^-40 is the closed form of the dual."""
    f = FUNCTIONS[name][0](MP, THIRD)
    for rho in (Fraction(1), Fraction(-1), 1 - Fraction(1, 1 << 40)):
        assert MP.eq(gaussian.correlation(MP, f, MP.mpf(rho)), ACTIVATIONS[name].dual(MP, THIRD, MP.mpf(rho))) is not False


def test_tanh_approximation_of_gelu_differs_where_it_is_said_to():
    """The second moments of GELU and of its tanh approximation differ by 2.8e-5; the derivative is that of the function."""
    gelu, approximate = FUNCTIONS["gelu"][0](MP, None), tanh_gelu(MP, None)
    moments = [MP.to_float(gaussian.product(MP, f, f)) for f in (gelu, approximate)]
    assert 2.7e-5 < abs(moments[0] - moments[1]) < 2.9e-5
    step, x = MP.mpf(Fraction(1, 10**9)), MP.mpf(Fraction(4, 3))
    quotient = (approximate.right(x + step) - approximate.right(x)) / step
    assert abs(MP.to_float(quotient - tanh_gelu_slope(MP, None).right(x))) < 1e-8
