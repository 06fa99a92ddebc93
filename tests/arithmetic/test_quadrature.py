"""Quadrature: the enclosure contains the closed form, and what has none is refused."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refute.arithmetic import Ambiguous, Certifying, Reference

SCALES = st.fractions(Fraction(1, 8), 8, max_denominator=8)


def encloses(mp, ref, enclosure, truth):
    low, high = mp.bounds(enclosure)
    slack = ref.mpf(10) ** -50 * (1 + abs(truth))
    return ref.convert(low) - slack <= truth <= ref.convert(high) + slack


@settings(max_examples=20)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), SCALES, SCALES)
def test_polynomials_are_enclosed(coefficients, low, high):
    """The integral of a polynomial contains the exact one, whichever way the range runs."""
    mp = Certifying(64)

    def antiderivative(t):
        return sum(c * t ** (i + 1) / (i + 1) for i, c in enumerate(coefficients))

    found = mp.quad(lambda t: mp.fsum(c * t**i for i, c in enumerate(coefficients)) + 0 * t, [low, high])
    lower, upper = mp.bounds(found)
    assert lower <= antiderivative(high) - antiderivative(low) <= upper


CLOSED_FORMS = {
    "atan": (lambda mp, s: lambda t: mp.atan(s * t), lambda mp, s: mp.atan(s) - mp.log(1 + s * s) / (2 * s)),
    "log": (lambda mp, s: lambda t: mp.log(1 + s * t), lambda mp, s: ((1 + s) * mp.log(1 + s) - s) / s),
    "root": (lambda mp, s: lambda t: mp.sqrt(s * t), lambda mp, s: 2 * mp.sqrt(s) / 3),
    "power": (lambda mp, s: lambda t: (t + s) ** mp.mpf(Fraction(1, 3)), lambda mp, s: None),
    "exp": (lambda mp, s: lambda t: mp.exp(-s * t), lambda mp, s: (1 - mp.exp(-s)) / s),
    "erf": (lambda mp, s: lambda t: mp.erf(t) + 0 * s, lambda mp, s: mp.erf(1) + (mp.exp(-1) - 1) / mp.sqrt(mp.pi)),
    "cauchy": (lambda mp, s: lambda t: 1 / (1 + s * t * t), lambda mp, s: mp.atan(mp.sqrt(s)) / mp.sqrt(s)),
}


@settings(max_examples=8)
@pytest.mark.parametrize("name", CLOSED_FORMS)
@given(scale=SCALES)
def test_closed_forms_are_enclosed(name, scale):
    """Integrals over [0, 1] contain mpmath's value of the closed form (or of its own quadrature) at more digits."""
    mp, ref = Certifying(80), Reference(dps=60)
    integrand, closed = CLOSED_FORMS[name]
    truth = closed(ref, ref.convert(scale))
    if truth is None:
        truth = ref.quad(integrand(ref, ref.convert(scale)), [0, 1])
    assert encloses(mp, ref, mp.quad(integrand(mp, mp.mpf(scale)), [0, 1]), truth)


def test_an_infinite_range_is_cut_by_its_tail():
    """The half line needs a proved tail; what it cuts off is part of the enclosure."""
    mp, ref = Certifying(80), Reference(dps=60)
    found = mp.quad(lambda t: 1 / (1 + t * t) ** 2, [0, mp.inf], tail=lambda T: 1 / (3 * T**3))
    assert encloses(mp, ref, found, ref.pi / 4)
    loose = mp.quad(lambda t: mp.exp(-t), [0, mp.inf], tail=lambda T: mp.mpf(1) / 8)
    low, high = mp.bounds(loose)
    assert low <= 1 <= high
    assert high - low >= Fraction(1, 4)


@pytest.mark.parametrize("points", [["ninf", 0], [0, "ninf"], ["inf", 0], [0]])
def test_other_infinite_ranges_are_refused(points):
    """Only the last point may be infinite, and only plus infinity: a reversed half line would get the wrong sign."""
    mp = Certifying(64)
    ends = [getattr(mp, point) if isinstance(point, str) else point for point in points]
    with pytest.raises(ValueError, match=r"mp\.inf|two ends"):
        mp.quad(lambda t: mp.exp(t), ends, tail=lambda T: mp.exp(-T))


def test_a_branch_cut_is_never_taken_for_smooth():
    """Near a branch cut functions of complex balls are not analytic, so the rule may not use them there."""
    mp = Certifying(64)
    cuts = {"atanh": (2, 0), "asin": (2, 0), "acos": (-2, 0), "acosh": (0, 0), "atan": (0, 2), "asinh": (0, -2)}
    cuts |= {"loggamma": (-2, 0), "lambertw": (-2, 0), "log": (-2, 0), "sqrt": (-2, 0), "log1p": (-3, 0)}
    for name, (x, y) in cuts.items():
        assert not _at(mp, name, x, y, analytic=True).value.is_finite(), name
    for name in ("atan", "asinh", "sin", "exp", "erf", "log", "sqrt", "acosh", "loggamma"):
        assert _at(mp, name, 3, 0, analytic=True).value.is_finite(), name


def test_bessel_functions_of_broken_order_have_a_cut():
    """J of integer order is entire, of another order it is cut along the negative axis."""
    mp = Certifying(64)
    z = _ball(mp, -2, 0, analytic=True)
    assert mp.besselj(1, z).value.is_finite()
    assert not mp.besselj(Fraction(1, 2), z).value.is_finite()


def test_an_integrand_that_is_not_real_is_refused():
    """The imaginary part of an integral is not silently dropped."""
    mp = Certifying(64)
    for integrand in (lambda t: mp.sqrt(t - 1), lambda t: mp.acosh(t) * t, lambda t: mp.log(t - 1)):
        with pytest.raises((ValueError, Ambiguous), match=r"not real|not finite"):
            mp.quad(integrand, [Fraction(1, 2), 2])


def test_an_integrand_that_branches_is_refused():
    """A comparison of complex balls raises instead of taking one side for all of them."""
    mp = Certifying(64)
    for integrand in (
        lambda t: t if t == 0 else 1 / t,
        lambda t: t or 1,
        lambda t: mp.maximum(t, 0),
        lambda t: t if t < 1 else 1,
    ):
        with pytest.raises(TypeError):
            mp.quad(integrand, [0, 1])


def test_errors_of_an_integrand_are_passed_on():
    """An exception inside the integrand comes out as it is."""
    mp = Certifying(64)
    with pytest.raises(KeyError):
        mp.quad(lambda t: {}["missing"], [0, 1])
    with pytest.raises(TypeError, match="exact numbers"):
        mp.quad(lambda t: 0.5 * t, [0, 1])


@pytest.mark.parametrize("bits", [64, 128, 256])
def test_the_cut_is_hardly_further_than_the_precision_needs(bits):
    """What is cut off is below the precision, but not far below it, so that balls around 0 shrink with the bits."""
    mp = Certifying(bits)
    width = mp.log2_radius(mp.quad(lambda t: 0 * t, [0, mp.inf], lambda cut: mp.exp(-cut)))
    assert -bits - bits / 8 - 4 <= width <= -bits + 1


def test_a_divergent_integral_is_ambiguous():
    """An integral that is infinite is not decided at any precision, and never finite."""
    mp = Certifying(64)
    with pytest.raises(Ambiguous):
        mp.quad(lambda t: 1 / t, [0, 1])


def test_ends_that_are_balls_are_enclosed():
    """An end known only to a ball widens the integral to contain all of them."""
    mp = Certifying(64)
    low, high = mp.bounds(mp.quad(lambda t: 2 * t, [0, mp.between(1, 2)]))
    assert low <= 1 <= 4 <= high


def _ball(mp, x, y, analytic):
    import flint

    from refute.arithmetic import ComplexBall

    return ComplexBall(flint.acb(flint.arb(x, 0.01), flint.arb(y, 0.01)), analytic, mp)


def _at(mp, name, x, y, analytic):
    return getattr(mp, name)(_ball(mp, x, y, analytic))
