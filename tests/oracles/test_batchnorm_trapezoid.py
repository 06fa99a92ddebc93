"""Integrals by the trapezoid rule: enclosures that contain closed forms and other integrals, and are as sharp as the precision."""

from fractions import Fraction

import pytest

from oracles import batchnorm, batchnorm_means, batchnorm_rank, batchnorm_trapezoid
from refute.arithmetic import Certifying, Reference

MP = Certifying(bits=128)
SPECTRA = [(2, 1), (1, 1), ("1/1000000", 1), (1, 2, 3), ("1/1000000", 1, 1), (1, 2, 3, 5), ("1/100000", "1/100000", 1, 1, 7)]


def numbers(values, mp=MP):
    return [mp.mpf(Fraction(value)) for value in values]


@pytest.mark.parametrize("sigma", SPECTRA)
def test_shares_are_closed_forms_or_ball_integrals(sigma):
    """The shares overlap with Carlson's and the two-sample forms, with Arb's integrals beyond three samples, and sum to 1."""
    found = batchnorm_trapezoid.shares(MP, [value * value for value in numbers(sigma)])
    for share, other in zip(found, batchnorm_means.mean_shares(MP, numbers(sigma)), strict=True):
        assert MP.eq(share, other) is None
        assert MP.radius(share) < 2.0**-110
    assert MP.eq(MP.fsum(found), 1) is None


@pytest.mark.parametrize("a", SPECTRA)
def test_mean_logarithms_are_one_number(a):
    """E log q from the quotient T, from the difference of products, and by Arb's integral or in closed form."""
    lam = batchnorm.mean_one(MP, numbers(a))
    half = MP.mpf(Fraction(len(lam), 2))
    by_quotient = batchnorm_trapezoid.mean_log(MP, lam) - MP.digamma(half) - MP.log(2)
    assert MP.eq(by_quotient, batchnorm.mean_log_form(MP, lam)) in (None, True)
    if lam[0] != lam[-1]:
        by_products = batchnorm_trapezoid.mean_log_of_form(MP, lam)
        assert MP.eq(by_products, batchnorm.mean_log_form(MP, lam)) is None
        assert MP.radius(by_products) < 2.0**-100


def test_scale_enters_the_mean_logarithm_alone():
    """Three times the weights change no share and add log 3 to the mean logarithm."""
    s, scaled = numbers((1, 4, 2)), numbers((3, 12, 6))
    pairs = zip(batchnorm_trapezoid.shares(MP, s), batchnorm_trapezoid.shares(MP, scaled), strict=True)
    assert all(MP.eq(x, y) is None for x, y in pairs)
    assert MP.eq(batchnorm_trapezoid.mean_log(MP, scaled), batchnorm_trapezoid.mean_log(MP, s) + MP.log(3)) is None


def test_the_mean_logarithm_keeps_its_digits_at_isotropy():
    """One part in 2^40 away from isotropy E log q is about 2^-81, known to ninety bits of its own size."""
    lam = batchnorm.mean_one(MP, numbers((1, 1, 1 + Fraction(1, 1 << 40))))
    found = batchnorm_trapezoid.mean_log_of_form(MP, lam)
    assert MP.radius(found) < 2.0**-90 * abs(MP.to_float(found))


@pytest.mark.parametrize("tau", [1, "1/3", 7, "1/1000000"])
def test_circular_means_are_powers(tau):
    """E Re z^m = ((1 - tau)/(1 + tau))^m up to m = 5."""
    scale = MP.mpf(Fraction(tau))
    for m, mean in enumerate(batchnorm_trapezoid.circular_means(MP, scale, 5), start=1):
        assert MP.eq(mean, ((1 - scale) / (1 + scale)) ** m) is None
        assert MP.radius(mean) < 2.0**-105


@pytest.mark.parametrize("tau", [1, "1/3", 7, "1/1000000"])
def test_means_over_a_half_angle(tau):
    """E cos^2 = 1/(1 + tau), E log sin^2 = 2 log(tau/(1 + tau)), and E |cos| by its closed form."""
    scale = MP.mpf(Fraction(tau))
    cosine, square, log_sine = batchnorm_trapezoid.half_angle_means(MP, scale)
    assert MP.eq(square, 1 / (1 + scale)) is None
    assert MP.eq(log_sine, 2 * MP.log(scale / (1 + scale))) is None
    if scale <= 1:
        closed = MP.mpf(1) if scale == 1 else MP.acos(scale) / MP.sqrt(1 - scale * scale)
        assert MP.eq(cosine, 2 * closed / MP.pi) is None
    assert MP.radius(log_sine) < 2.0**-100


def test_the_two_arithmetics_agree():
    """Fifty digits of mpmath give what the balls enclose."""
    reference = Reference(50)
    s = (1, 4, 9)
    for share, other in zip(
        batchnorm_trapezoid.shares(MP, numbers(s)), batchnorm_trapezoid.shares(reference, numbers(s, reference)), strict=True
    ):
        assert MP.to_float(share) == pytest.approx(float(other), rel=1e-14)
    circle = batchnorm_trapezoid.circular_means(reference, reference.mpf(Fraction(1, 3)), 2)
    assert [float(mean) for mean in circle] == pytest.approx([0.5, 0.25], rel=1e-14)


@pytest.mark.parametrize("k", range(1, 7))
def test_logarithms_of_chi_squares(k):
    """The integral for equal weights is the recurrence from one and two degrees of freedom, and log 2 + psi(k/2)."""
    found = batchnorm_trapezoid.mean_log_chi_square(MP, k)
    assert MP.eq(found, batchnorm_rank.mean_log_chi_square(MP, k)) is None
    assert MP.eq(found, MP.log(2) + MP.digamma(MP.mpf(Fraction(k, 2)))) is None


def test_mean_logarithm_of_a_cosine():
    """E log sin^2 of a uniform angle is -2 log 2, as an integral."""
    assert MP.eq(batchnorm_trapezoid.half_angle_means(MP, MP.mpf(1))[-1], -2 * MP.log(2)) is None
