"""Functions of the certifying arithmetic contain mpmath's values at twice the digits, and know their domains."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refute.arithmetic import Ambiguous, Certifying, Reference
from tests.arithmetic.shapes import contains

WHOLE = st.fractions(-20, 20, max_denominator=64)
POSITIVE = st.fractions(Fraction(1, 10**6), 10**6)
UNIT = st.fractions(-1, 1, max_denominator=64)
DOMAINS = {
    **dict.fromkeys(("exp", "expm1", "sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh", "erf", "erfc"), WHOLE),
    **dict.fromkeys(("log", "log1p", "sqrt", "digamma", "loggamma", "lambertw"), POSITIVE),
    **dict.fromkeys(("asin", "acos"), UNIT),
    "atanh": st.fractions(Fraction(-9, 10), Fraction(9, 10)),
    "acosh": st.fractions(1, 50, max_denominator=1000),
    "gamma": st.fractions(Fraction(1, 50), 20),
    "ellipk": st.fractions(-5, Fraction(99, 100)),
}


@settings(max_examples=15)
@pytest.mark.parametrize("name", DOMAINS)
@given(data=st.data())
def test_functions_contain_the_reference(name, data):
    """The ball of a function at a rational, and at a ball around it, contains mpmath's value."""
    x = data.draw(DOMAINS[name])
    mp, ref = Certifying(80), Reference(dps=60)
    truth = getattr(ref, name)(ref.convert(x))
    for argument in (mp.mpf(x), mp.mpf(x) + mp.sqrt(2) - mp.sqrt(2)):
        try:
            low, high = mp.bounds(getattr(mp, name)(argument))
        except Ambiguous:
            assert not mp.is_exact(argument)
            continue
        slack = ref.mpf(10) ** -50 * (1 + abs(truth))
        assert ref.convert(low) - slack <= truth <= ref.convert(high) + slack


@given(st.fractions(-6, 6, max_denominator=8), st.integers(-5, 5))
def test_integer_powers_are_exact_and_those_of_balls_contain_them(x, power):
    """Integer powers of rationals are exact; those of a ball contain the power; an even one of a ball around 0 stops there."""
    mp = Certifying(64)
    if x == 0 and power < 0:
        with pytest.raises(ZeroDivisionError):
            mp.mpf(x) ** power
        return
    assert mp.bounds(mp.mpf(x) ** power) == (x**power, x**power)
    ball = mp.between(x - Fraction(1, 4), x + Fraction(1, 4))
    try:
        low, high = mp.bounds(ball**power)
    except Ambiguous:
        assert power < 0  # the power of a wide ball may reach 0, which then divides
        return
    assert low <= x**power <= high
    assert power % 2 or abs(x) > Fraction(1, 4) or low >= -high / 2**20


@given(POSITIVE, st.fractions(-3, 3, max_denominator=6))
def test_rational_powers_contain_the_reference(x, power):
    """``x ** (p/q)`` contains mpmath's value, and a rational root of a rational is exact."""
    mp, ref = Certifying(80), Reference(dps=60)
    low, high = mp.bounds(mp.power(x, power))
    truth = ref.power(ref.convert(x), ref.convert(power))
    assert ref.convert(low) * (1 - ref.mpf(10) ** -50) <= truth <= ref.convert(high) * (1 + ref.mpf(10) ** -50)
    assert mp.bounds(mp.root(x**3, 3)) == (x, x)


@given(st.lists(WHOLE, min_size=1, max_size=6))
def test_extremes_of_balls_contain_the_extremes(values):
    """Maximum and minimum of overlapping balls contain those of the numbers inside, and of rationals are exact."""
    mp = Certifying(64)
    balls = [mp.between(value - 1, value + 1) for value in values]
    assert contains(mp, mp.maximum(balls), max(values))
    assert contains(mp, mp.minimum(balls), min(values))
    assert mp.bounds(mp.maximum(values)) == (max(values), max(values))
    with pytest.raises(ValueError, match="at least one"):
        mp.maximum([])


@given(WHOLE, WHOLE)
def test_between_contains_both_ends(x, y):
    """The ball between two numbers contains both of them and their middle."""
    mp = Certifying(64)
    ball = mp.between(x, y)
    assert all(contains(mp, ball, value) for value in (x, y, (x + y) / 2))


@given(WHOLE)
def test_floor_and_sign_of_balls(x):
    """Floor, ceiling and sign are exact for rationals and refuse to guess for balls."""
    mp = Certifying(64)
    assert (mp.floor(x), mp.ceil(x)) == (x // 1, -(-x // 1))
    assert mp.sign(x) == (x > 0) - (x < 0)
    with pytest.raises(Ambiguous):
        mp.floor(mp.between(1, 3))
    with pytest.raises(Ambiguous):
        mp.sign(mp.between(-1, 1))


@pytest.mark.parametrize(
    ("function", "argument"),
    [("sqrt", -1), ("log", -1), ("ellipk", 1), ("ellipk", 2)],
)
def test_values_outside_the_domain_are_errors(function, argument):
    """Outside the real domain there is no value, not a complex number whose imaginary part is dropped."""
    with pytest.raises(ValueError, match=r"negative|below 1"):
        getattr(Certifying(64), function)(argument)


def test_carlson_integrals_know_their_domain():
    """Carlson's integrals refuse negative arguments and wait for balls that may be negative."""
    mp = Certifying(64)
    with pytest.raises(ValueError, match="positive"):
        mp.elliprd(-1, 2, 3)
    with pytest.raises(ValueError, match="non-negative"):
        mp.elliprf(-1, 2, 3)
    with pytest.raises(Ambiguous):
        mp.elliprd(mp.between(-1, 1), 2, 3)
    ref = Reference(dps=60)
    for enclosure, truth in ((mp.elliprd(1, 2, 3), ref.elliprd(1, 2, 3)), (mp.elliprf(0, 2, 3), ref.elliprf(0, 2, 3))):
        low, high = mp.bounds(enclosure)
        assert ref.convert(low) <= truth <= ref.convert(high)


def test_balls_that_touch_the_edge_of_a_domain_are_ambiguous():
    """A ball that reaches out of the domain is not decided, except a root that is known to be of squares."""
    mp = Certifying(64)
    around = mp.between(-1, 1)
    for function in (mp.sqrt, mp.log, lambda x: 1 / x, lambda x: mp.power(x, Fraction(1, 3))):
        with pytest.raises(Ambiguous):
            function(around)
    low, high = mp.bounds(mp.sqrt_of_squares(around))
    assert -Fraction(1, 2**20) <= low <= 0 <= 1 <= high


def test_extended_reals_have_no_indeterminate_values():
    """Infinity minus infinity, zero times infinity and infinity over infinity raise; one over infinity is 0."""
    mp = Certifying(64)
    for form in (lambda: mp.inf - mp.inf, lambda: 0 * mp.inf, lambda: mp.inf / mp.inf, lambda: mp.inf + mp.ninf):
        with pytest.raises(Ambiguous):
            form()
    assert 1 / mp.inf == 0
    assert mp.inf > mp.mpf(10) ** 1000
    assert mp.inf == mp.inf
    assert mp.le(mp.inf, mp.inf) is True
    assert mp.bounds(mp.between(mp.ninf, 3)) == (float("-inf"), float("inf"))


def test_exact_zero_annihilates_finite_balls_only():
    """An exact 0 times a finite ball is an exact 0."""
    mp = Certifying(64)
    assert mp.is_exact(0 * mp.sqrt(2))
    assert mp.bounds(mp.sqrt(2) * 0) == (0, 0)


@pytest.mark.parametrize("value", [0.5, float("inf"), float("nan"), np.float64(0.5), np.float32(0.5), 1 + 1j, None, [1], b"1"])
def test_what_is_not_an_exact_real_number_is_refused(value):
    """Floats of every kind, complex numbers, None and lists never become numbers."""
    with pytest.raises(TypeError):
        Certifying(64).mpf(value)


def test_integers_of_numpy_are_exact():
    """NumPy's integers count as integers, alone and as operands."""
    mp = Certifying(64)
    assert mp.bounds(mp.mpf(np.int64(3)) / np.int32(4)) == (Fraction(3, 4), Fraction(3, 4))


def test_branching_on_an_undecided_comparison_is_refused():
    """Every comparison, `if x` and sorting raise where the balls overlap."""
    mp = Certifying(64)
    x = mp.sqrt(2) ** 2
    for branch in (lambda: x < 2, lambda: x <= 2, lambda: x > 2, lambda: x >= 2, lambda: x == 2, lambda: x != 2):
        with pytest.raises(Ambiguous):
            branch()
    with pytest.raises(Ambiguous):
        bool(x - 2)
    with pytest.raises(Ambiguous):
        sorted([x, mp.mpf(2)])
    assert x != 3
    assert x < 3


def test_equality_of_balls_needs_exact_balls():
    """Balls are equal only if both are points, different only if they do not meet."""
    mp = Certifying(64)
    assert mp.eq(mp.sqrt(2), mp.sqrt(2)) is None
    assert mp.eq(mp.sqrt(2), mp.sqrt(3)) is False
    assert mp.eq(Fraction(1, 3), Fraction(2, 6)) is True


def test_the_radius_is_measured_beyond_the_range_of_floats():
    """The logarithm of the radius neither underflows at 4096 bits nor overflows for huge numbers."""
    mp = Certifying(4096)
    assert -4200 < mp.log2_radius(mp.sqrt(2)) < -4000
    assert mp.log2_radius(mp.exp(mp.mpf(10) ** 6)) > 10**6
    assert mp.log2_radius(2) == -float("inf")
    assert mp.log2_radius(mp.between(mp.ninf, 0)) == float("inf")


def test_bounds_of_an_astronomical_number_are_refused_at_once():
    """Bounds that would fill the memory as a fraction raise instead."""
    mp = Certifying(64)
    with pytest.raises(OverflowError):
        mp.bounds(mp.mpf(10) ** (10**12))


def test_lazy_values_are_sound_after_another_context_was_used():
    """A value computed later, when another context has switched the process-wide precision, still contains the truth."""
    high = Certifying(512)
    later = lambda: high.sqrt(2) * high.pi - high.exp(1)  # noqa: E731
    low = Certifying(32)
    low.sqrt(3)
    bounds = high.bounds(later())
    ref = Reference(dps=200)
    assert ref.convert(bounds[0]) <= ref.sqrt(2) * ref.pi - ref.exp(1) <= ref.convert(bounds[1])
    assert bounds[1] - bounds[0] < Fraction(1, 2**480)
    assert contains(low, low.sqrt(high.mpf(4)), 2)
