"""The certifying arithmetic encloses the truth, always."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Ambiguous, Certifying, Reference

rationals = st.fractions(min_value=-100, max_value=100, max_denominator=1000)
matrices = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(st.integers(-4, 4), min_size=n, max_size=n), min_size=n, max_size=n)
)


def contains(mp, enclosure, truth):
    low, high = mp.bounds(enclosure)
    return low <= truth <= high


@given(rationals, rationals)
def test_rational_operations_are_exact(a, b):
    """The four operations on rationals agree with Fraction and stay exact."""
    mp = Certifying(64)
    x, y = mp.mpf(a), mp.mpf(b)
    assert mp.bounds(x + y) == (a + b, a + b)
    assert mp.bounds(x - y) == (a - b, a - b)
    assert mp.bounds(x * y) == (a * b, a * b)
    if b:
        assert mp.bounds(x / y) == (a / b, a / b)


@given(rationals.filter(lambda a: a >= 0))
def test_square_root_encloses(a):
    """The square of the bounds of a root encloses the radicand."""
    mp = Certifying(64)
    low, high = mp.bounds(mp.sqrt(mp.mpf(a)))
    assert low * low <= a <= high * high


@given(matrices)
def test_eigenvalues_enclose_trace_and_reference(rows):
    """Eigenvalue enclosures of a symmetric matrix, rational or in balls, contain mpmath's at twice the precision."""
    n = len(rows)
    symmetric = [[rows[i][j] + rows[j][i] for j in range(n)] for i in range(n)]
    ref = Reference(dps=60)
    truth = ref.eigsy(ref.matrix(symmetric))
    mp = Certifying(100)
    exact = mp.matrix(symmetric)
    factor = mp.sqrt(2) * mp.sqrt(2)
    for matrix, scale in ((exact, 1), (exact * factor, 2)):
        for enclosure, value in zip(mp.eigsy(matrix), truth, strict=True):
            low, high = mp.bounds(enclosure)
            slack = ref.mpf(10) ** -40
            assert ref.convert(low) - slack <= scale * value <= ref.convert(high) + slack


@given(matrices)
def test_spectral_norm_decision_matches_singular_values(rows):
    """Deciding a norm by definiteness agrees with the enclosed singular values."""
    mp = Certifying(128)
    matrix = mp.matrix(rows)
    largest = mp.svd_r(matrix)[0]
    low, high = mp.bounds(largest)
    assert mp.norm2_le(matrix, high + Fraction(1, 1000)) is True
    if low > Fraction(1, 1000):
        assert mp.norm2_le(matrix, low - Fraction(1, 1000)) is False


def test_norm_at_equality_is_decided_exactly():
    """At exact equality a rational spectral norm is still decided."""
    mp = Certifying(64)
    assert mp.norm2_le(mp.matrix([[1, 1], [1, 1]]), 2) is True


def test_undecided_comparison_raises():
    """A branch on balls that overlap raises instead of picking a side, and the three-valued form says None."""
    mp = Certifying(64)
    x = mp.sqrt(2) * mp.sqrt(2)
    assert mp.lt(x, 2) is None
    with pytest.raises(Ambiguous):
        bool(x < 2)


def test_floats_are_rejected():
    """A float operand is refused with one sentence."""
    mp = Certifying(64)
    with pytest.raises(TypeError, match="exact numbers only"):
        mp.mpf(0.1)
    with pytest.raises(TypeError):
        mp.mpf(1) + 0.5


def test_extended_reals():
    """log 0 is minus infinity, inf - inf has no value, exp of minus infinity is an exact 0."""
    mp = Certifying(64)
    assert mp.log(0) < -(10**100)
    assert mp.exp(mp.log(0)) == 0
    with pytest.raises(Ambiguous):
        mp.inf - mp.inf


def test_long_rationals_become_balls():
    """Above the size limit a rational is demoted to a ball that still contains it."""
    mp = Certifying(64, exact_limit=200)
    x = mp.mpf(Fraction(1, 3)) ** 50
    y = x * x * x
    assert not mp.is_exact(y)
    assert contains(mp, y, Fraction(1, 3) ** 150)


def test_two_contexts_do_not_mix_precisions():
    """A context computes at its own precision also after another was used."""
    low, high = Certifying(64), Certifying(512)
    high.sqrt(2)
    assert low.radius(low.sqrt(2)) > 2**-70
    assert high.radius(high.sqrt(2)) < 2**-500


def test_quadrature_encloses_closed_forms():
    """Integrals with and without an infinite tail contain their closed forms."""
    mp = Certifying(96)
    assert contains(mp, mp.quad(lambda t: 1 / mp.sqrt(1 + t), [0, 3]), 2)
    assert contains(mp, mp.quad(lambda t: mp.exp(-t), [0, mp.inf], tail=lambda T: mp.exp(-T)), 1)
    with pytest.raises(ValueError, match="tail"):
        mp.quad(lambda t: mp.exp(-t), [0, mp.inf])


def test_special_functions_contain_mpmath_at_twice_the_digits():
    """Special functions contain mpmath's values at more digits."""
    mp, ref = Certifying(100), Reference(dps=70)
    half = Fraction(1, 2)
    pairs = [
        (mp.digamma(half), ref.digamma(ref.convert(half))),
        (mp.ellipk(half), ref.ellipk(ref.convert(half))),
        (mp.elliprd(1, 2, 3), ref.elliprd(1, 2, 3)),
        (mp.besselj(0, half), ref.besselj(0, ref.convert(half))),
        (mp.erf(half), ref.erf(ref.convert(half))),
        (mp.loggamma(half), ref.loggamma(ref.convert(half))),
    ]
    for enclosure, truth in pairs:
        low, high = mp.bounds(enclosure)
        assert ref.convert(low) <= truth <= ref.convert(high)
