"""Determinants and isometry of linear networks: known constants, several routes to one mean, real draws, seeded bugs."""

import math
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

from oracles import linear_determinants as determinants
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.judge import Judge
from refute.loader import load
from tests.oracles.sampled import allowed, instance_of, means_of, sampled
from tests.oracles.seeded import compared, with_bug

MP = Certifying(bits=128)
CLAIMS = {name: load(Path(f"claims/isometry/{name}.py"))[0] for name in ("linear_logdet", "linear_isometry_drift")}


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def trigamma(k):
    """The variance of the logarithm of a chi-square variable with k degrees of freedom."""
    return float(mpmath.psi(1, mpmath.mpf(k) / 2))


@pytest.mark.parametrize(("n", "d", "value"), [(2, 2, math.log(2)), (2, 3, 1 - math.log(2)), (3, 3, 0.8712), (3, 8, 0.1621)])
def test_printed_drifts(n, d, value):
    """delta(2, 2) = log 2, delta(2, 3) = 1 - log 2, and two more to four digits."""
    drift = MP.to_float(determinants.isometry_drift(MP, numbers([1] * n), d)["drift"])
    assert abs(drift - value) < (1e-4 if n == 3 else 1e-15)


def test_measured_slope():
    """(n, d) = (3, 6): a slope of 0.2399."""
    assert abs(MP.to_float(determinants.isometry_drift(MP, numbers([1, 1, 1]), 6)["drift"]) - 0.2399) < 1e-4


@pytest.mark.parametrize("k", range(1, 9))
def test_mean_logarithm_of_chi_square(k):
    """Harmonic sums agree with psi(k/2) + log 2."""
    expected = MP.digamma(MP.mpf(Fraction(k, 2))) + MP.log(2)
    assert abs(MP.to_float(determinants.mean_log_chi_square(MP, k) - expected)) < 1e-30


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 2), (3, 5), (4, 3)])
def test_mean_determinant_by_cycles(n, m):
    """Signed permutations by their cycles give m (m - 1) ... (m - n + 1), which is 0 for n > m."""
    assert determinants.signed_cycles(n, m) == math.prod(m - i for i in range(n))


@pytest.mark.parametrize(("n", "m", "half_steps"), [(1, 1, 1), (2, 3, -1), (2, 6, -4), (3, 3, 5), (4, 6, 2)])
def test_powers_telescope(n, m, half_steps):
    """The telescoped powers are the products of Gamma functions, for negative powers too."""
    with mpmath.workdps(30):
        power = mpmath.mpf(half_steps) / 2
        value = mpmath.fprod(mpmath.gamma(mpmath.mpf(m - i) / 2 + power) / mpmath.gamma(mpmath.mpf(m - i) / 2) for i in range(n))
        value *= (mpmath.mpf(2) / m) ** (n * power)
    assert MP.to_float(determinants.telescoped_powers(MP, n, m, half_steps)) == pytest.approx(float(value), rel=1e-14)


@pytest.mark.parametrize(
    ("a", "d"),
    [((1, "1/3"), 2), ((1, "1/3"), 3), ((1, "1/1000"), 5), ((1, "1/2", "1/7"), 4), ((1, 1, "1/50"), 6), ((1, 2, 3, 4), 4)],
)
def test_closed_forms_are_the_integral(a, d):
    """Fourier series and partial fractions give the mean logarithm of the trace that the integral gives, to 30 digits."""
    closed, integral = determinants.mean_log_trace(MP, numbers(a), d), determinants.log_by_integral(MP, numbers(a), d)
    assert MP.eq(closed, integral) is None
    assert MP.radius(closed - integral) < 1e-28


@pytest.mark.parametrize(
    ("a", "d"),
    [
        ((1, "1/131072", "1/262144"), 3),
        ((1, 1, "1/1048576"), 5),
        ((1, "1/3", "1/4096"), 3),
        ((1, "1/1024", "1/1025"), 5),
        ((1, "1/7", "10001/70000"), 4),
        ((1, "100001/100000", "99999/100000"), 6),
    ],
)
def test_enclosures_hold_the_integral(a, d):
    """Small eigenvalues, and nearly equal ones, are enclosed: the integral lies inside."""
    enclosed, integral = determinants.mean_log_trace(MP, numbers(a), d), determinants.log_by_integral(MP, numbers(a), d)
    low, high = MP.bounds(enclosed)
    assert low <= MP.bounds(integral)[0] <= MP.bounds(integral)[1] <= high


@pytest.mark.parametrize("small", ["1/1000", "1/1025", "1/100000", "1/1099511627776"])
@pytest.mark.parametrize(("n", "d"), [(2, 2), (2, 3), (3, 3), (3, 5), (4, 5), (4, 6)])
def test_nearly_rank_one_is_decided(n, d, small):
    """Next to equality, the rank-one limit, the inequality is decided at the first precision, by every route."""
    claim = CLAIMS["linear_isometry_drift"]
    ruling = Judge(claim).rule(instance_of({"n": n, "d": d}, a=[1, *[Fraction(small)] * (n - 1)]))
    assert ruling.outcome == "holds"


@pytest.mark.parametrize(
    ("widths", "full"),
    [((2, 2, 2), [True] * 3), ((3, 2, 4), [True] * 3), ((1, 2, 2), [False] * 3), ((2, 5, 1), [True, True, False])],
)
def test_rank_of_two_samples_is_kept_by_layers_of_two_neurons(widths, full):
    """Some weights keep the rank as long as all widths are at least 2; from the first smaller one on it is lost."""
    X = MP.matrix([numbers(row) for row in ([1, 2], [0, 1], [1, "-1/3"])])
    assert list(determinants.almost_surely_full(MP, X, widths)) == full


def test_contradictory_rank_is_an_error(monkeypatch):
    """Weights that keep the rank contradict a mean determinant of 0."""
    monkeypatch.setattr(determinants, "signed_cycles", lambda n, m: 0)
    with pytest.raises(RuntimeError, match="mean determinant"):
        list(determinants.almost_surely_full(MP, MP.eye(2), (2,)))


def test_one_sample_has_no_drift():
    """For n = 1 both sides are exactly 0."""
    found = determinants.isometry_drift(MP, numbers(["2/3"]), 4)
    assert found["drift"] == 0
    assert found["log_isometry_next"] == 0


def test_real_determinants_have_the_exact_logarithms():
    """Mean log-determinants on drawn weights; a layer's variance is the sum of trigamma((m - i)/2)."""
    claim, widths = CLAIMS["linear_logdet"], (2, 4, 3)
    instance = instance_of({"n": 2, "d": 3, "m1": 2, "m2": 4, "m3": 3, "r": 2}, X=[[1, 2], [0, 1], [1, -1]])
    means, found = means_of(claim, instance), sampled(claim, instance, ("log_gain", "gain", "full", "trace"))
    variance = 0.0
    for layer, m in enumerate(widths):
        variance += trigamma(m) + trigamma(m - 1)
        assert abs(found["log_gain"][layer] - MP.to_float(means["log_gain"][layer])) <= allowed(math.sqrt(variance))
        second = math.prod(MP.to_float(determinants.telescoped_powers(MP, 2, k, 4)) for k in widths[: layer + 1])
        mean = MP.to_float(means["gain"][layer])
        assert abs(found["gain"][layer] - mean) <= allowed(math.sqrt(second - mean**2))
        assert found["full"][layer] == 1


@pytest.mark.parametrize(("a", "d"), [((1, "1/3"), 3), ((1, "1/8", "1/64"), 5)])
def test_real_layers_have_the_exact_isometry(a, d):
    """The mean log-isometry on drawn weights.

    Its deviation is at most that of the log-determinant over n (trigamma) plus that of the logarithm of the trace, whose
    variance is at most 4/(d - 2) (Gaussian Poincare: the squared gradient is at most 4 / chi^2_d).
    """
    claim, n = CLAIMS["linear_isometry_drift"], len(a)
    instance = instance_of({"n": n, "d": d}, a=[Fraction(value) for value in a])
    deviation = math.sqrt(sum(trigamma(d - i) for i in range(n))) / n + math.sqrt(4 / (d - 2))
    exact_mean = MP.to_float(means_of(claim, instance)["log_isometry_next"])
    found = sampled(claim, instance, ("log_isometry_next",))["log_isometry_next"]
    assert abs(float(found) - exact_mean) <= allowed(deviation)


@pytest.mark.parametrize("name", CLAIMS)
def test_evaluator_agrees_with_oracle(name):
    """One draw of the weights gives the same quantities in both computations."""
    assert compared(CLAIMS[name]).compared >= 15


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in CLAIMS for q in sorted(CLAIMS[name].quantity_names())])
def test_bug_in_the_oracle_is_seen(name, quantity):
    """A quantity that is off by one part in a million contradicts the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(CLAIMS[name], quantity))
