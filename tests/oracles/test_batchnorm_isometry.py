"""Isometry gaps after one layer: printed numbers, closed forms of the means, and real layers."""

import math
from fractions import Fraction

import mpmath
import pytest
import torch

from oracles import batchnorm, batchnorm_isometry
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.namespace import namespace
from strategies.laws import haar
from tests.oracles.seeded import subjects

MP = Certifying(bits=128)
XP = namespace("torch")
SUBJECTS = subjects("batchnorm")


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def spectrum(values):
    return batchnorm.mean_one(MP, numbers(values))


def contains(number, value, margin):
    return abs(MP.to_float(number) - float(value)) <= margin


def test_printed_mean_in_three_dimensions():
    """The 20 digits printed for lambda = (2, 3/4, 1/4), from both integrals."""
    lam = spectrum(["2", "3/4", "1/4"])
    for found in (batchnorm.mean_log_form(MP, lam), other_mean_log(lam)):
        assert abs(found - MP.mpf("-0.12001436874933491417")) < MP.mpf("5e-20")


def other_mean_log(lam):
    """By the angles of a row at d = 3, else through a Gaussian vector."""
    return (batchnorm_isometry.mean_log_by_angles if len(lam) == 3 else batchnorm_isometry.mean_log_of_rows)(MP, lam)


@pytest.mark.parametrize("a", [(1, 2, 3), (1, 1, 1000), ("1/1000000", 1, 1), (1, 5), (1, 10**6)])
def test_two_integrals_of_one_mean(a):
    """The angle integrated out, and the integral over [0, 1] of Frullani's kind, overlap as balls."""
    lam = spectrum(a)
    assert MP.eq(batchnorm.mean_log_form(MP, lam), other_mean_log(lam)) is None


@pytest.mark.parametrize("pair", [(1, 3), (1, 100)])
def test_eigenvalues_in_pairs(pair):
    """At d = 4 with two double eigenvalues, w_1^2 + w_2^2 is uniform: the mean is an elementary integral."""
    lam = spectrum([pair[0], pair[0], pair[1], pair[1]])
    low, high = lam[0], lam[-1]
    expected = (high * MP.log(high) - low * MP.log(low)) / (high - low) - 1
    assert MP.eq(batchnorm.mean_log_form(MP, lam), expected) is None


def test_eigenvalues_in_three_pairs():
    """At d = 6 the squares of three pairs are uniform on a triangle; the mean is a divided difference of x^2 log x."""
    lam = spectrum([1, 1, 2, 2, 6, 6])
    x = [lam[0], lam[2], lam[4]]
    total = MP.mpf(0)
    for i in range(3):
        others = [x[i] - x[j] for j in range(3) if j != i]
        total = total + (x[i] * x[i] * MP.log(x[i]) - Fraction(3, 2) * x[i] * x[i]) / (others[0] * others[1])
    assert MP.eq(batchnorm.mean_log_form(MP, lam), total) is None


def layers(values, draws=200_000, seed=5):
    """Gap and isometry after normalization for draws of Haar weights on diag(sqrt(lam))."""
    d = len(values)
    source = haar("d", "d")
    W = source.tensor(XP, source.sample(Sampler(seed), "haar", draws, {"d": d}, {}), {"d": d}, {})
    lam = torch.tensor(values, dtype=torch.float64)
    lam = d * lam / lam.sum()
    Y = torch.nn.functional.normalize(W * lam.sqrt(), dim=2)
    gaps = -torch.linalg.slogdet(Y).logabsdet * 2 / d
    return gaps, W, lam


@pytest.mark.parametrize("a", [(1, 4), (1, 2, 5), (1, 1, 3, 9, 20), (1, 1000, 1000)])
def test_exact_means_are_those_of_real_layers(a):
    """Mean gap (any d) and mean isometry (enclosed) within five standard errors of two hundred thousand layers."""
    gaps, _, _ = layers(a)
    lam = spectrum(a)
    expected = MP.to_float(batchnorm_isometry.spectral(MP, numbers(a))["phi"] + batchnorm.mean_log_form(MP, lam))
    assert abs(float(gaps.mean()) - expected) < 5 * float(gaps.std()) / math.sqrt(200_000)
    low, high = MP.bounds(batchnorm_isometry.thm3_mean(MP, numbers(a))["isometry_next"])
    error = 5 * float(torch.exp(-gaps).std()) / math.sqrt(200_000)
    assert float(low) - error <= float(torch.exp(-gaps).mean()) <= float(high) + error


def test_mean_inverse_form_in_the_plane():
    """E 1/q = 1/sqrt(l_1 l_2) at d = 2, and 1 at isotropy."""
    lam = spectrum([1, 3])
    assert MP.eq(batchnorm_isometry.mean_inverse_form(MP, lam), 1 / MP.sqrt(lam[0] * lam[1])) is None
    assert contains(batchnorm_isometry.mean_inverse_form(MP, spectrum([1, 1, 1])), 1, 1e-30)


@pytest.mark.parametrize(("d", "printed"), [(2, math.log(2)), (3, 0.90139), (10, 1.16704), (100000, 1.27036)])
def test_largest_drops(d, printed):
    """K_2, K_3, K_10 and the limit, as printed."""
    assert contains(batchnorm_isometry.largest_drop(MP, d), printed, 1e-5)


@pytest.mark.parametrize("d", [2, 3, 4, 7])
def test_moments_of_the_group_solve_its_equations(d):
    """The linear equations have Weingarten's values as their solution."""
    found = batchnorm_isometry.haar_means(MP, numbers(range(1, d + 1)))
    assert found["fourth"] == Fraction(3, d * (d + 2))
    assert found["mixed"] == Fraction(d + 1, d * (d - 1) * (d + 2))
    assert found["cycle"] == Fraction(-1, d * (d - 1) * (d + 2))


def test_isometry_ratio_in_the_plane():
    """(2/pi) K(delta) = 1.11456 at delta = 0.6."""
    found = batchnorm_isometry.thm3_mean(MP, numbers(["8/5", "2/5"]))
    assert contains(found["isometry_next"] / found["isometry"](), 1.11456, 5e-6)
    with mpmath.workdps(20):
        assert contains(found["isometry_next"], 2 / mpmath.pi * mpmath.ellipk(0.36) * mpmath.sqrt(0.64), 1e-12)


@pytest.mark.parametrize(("name", "sizes"), [("iso_basic_printed", {"d": 2, "n": 1})])
def test_a_single_sample_refutes_the_print(name, sizes):
    """X = (1, 0)^T has the gap -log 2."""
    instance = SUBJECTS[name].replay[0]
    assert dict(instance.sizes) == sizes
    ruling = Judge(SUBJECTS[name]).rule(instance)
    assert ruling.outcome == "violated"
    assert (ruling.lhs, ruling.rhs) == ("1", "1/4")


@pytest.mark.parametrize("d", [2, 3, 5])
def test_one_long_row_needs_its_coefficient(d):
    """The printed coefficients of var/mean^2: 2 holds at d = 2 and fails at d = 3 with r = (1.3, 1, 1)."""
    claim = SUBJECTS["iso_bn_gain"]
    subject = claim.mutated(next(item for item in claim.mutants if item.name == "coefficient 2"))
    instance = Instance({"d": d}, raw={"r": exact([Fraction(13, 10), *[1] * (d - 1)])})
    assert Judge(subject).rule(instance).outcome == ("holds" if d == 2 else "violated")


@pytest.mark.parametrize(("a", "outcome"), [(("6/5", "9/10", "9/10"), "violated"), ((2, "1/2"), "holds")])
def test_half_of_the_variance_is_false_from_three_dimensions_on(a, outcome):
    """-0.0038791 > -0.004 at lambda = (1.2, 0.9, 0.9), while the bound is true at d = 2."""
    claim = SUBJECTS["iso_one_step_bounds"]
    subject = claim.mutated(next(item for item in claim.mutants if item.name == "half of the variance"))
    instance = Instance({"d": len(a)}, raw={"a": exact([Fraction(value) for value in a])})
    assert Judge(subject).rule(instance).outcome == outcome
