"""The oracles of the batch-normalization family: closed forms, printed numbers, plain quadrature, seeded bugs."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch

from oracles import batchnorm
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=128)
SUBJECTS = subjects("batchnorm")
CLAIMS = [name for name in SUBJECTS if ":" not in name]


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def matrix(rows):
    return MP.matrix([numbers(row) for row in rows])


def contains(number, value, margin):
    return abs(MP.to_float(number) - float(value)) <= margin


@pytest.mark.parametrize("a", [(1, 2, 3, 4), ("1/100", 1, 1, 1), (1, 5, 5, 5, 40), (2, 3), (1, 2, 7)])
def test_mean_gap_is_the_printed_integral(a):
    """1/n - p_n agrees with mpmath's quadrature of equation (15) over the half line."""
    n = len(a)
    with mpmath.workdps(30):
        sigma = [mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator for x in a]
        total = mpmath.fsum(sigma)
        sigma = [s / total for s in sigma]
        low = min(sigma)
        share = mpmath.quad(
            lambda t: low / (1 + 2 * t * low) / mpmath.sqrt(mpmath.fprod(1 + 2 * t * s for s in sigma)),
            [0, 1, 10, 100, mpmath.inf],
        )
    assert contains(batchnorm.mean_gap(MP, numbers(a)), 1 / n - share, 1e-12)


@pytest.mark.parametrize(
    ("a", "gap"),
    [(("0.4995", "0.4995", "0.001"), "0.3277099"), (("0.4999", "0.4999", "0.0002"), "0.3318901")],
)
def test_mean_gap_of_flat_spectra(a, gap):
    """The two spectra of three samples that refute singular value for eigenvalue, to seven digits."""
    assert contains(batchnorm.mean_gap(MP, numbers(a)), gap, 6e-8)


def test_mean_gap_vanishes_exactly_at_isotropy():
    """Equal singular values stay equal in the mean, for every number of samples."""
    for n in (1, 2, 3, 6):
        assert batchnorm.mean_gap(MP, numbers([3] * n)) == 0


@pytest.mark.parametrize(("steps", "printed"), [(3, "1.574597"), (4, "1.799092"), (5, "2.008162"), (6, "2.193859")])
def test_pearson_walk(steps, printed):
    """The enclosure of the mean distance after 3 to 6 unit steps holds the printed number, within its last digit."""
    low, high = MP.bounds(batchnorm.pearson_walk(MP, steps))
    assert low - Fraction(1, 2 * 10**6) <= Fraction(printed) <= high + Fraction(1, 2 * 10**6)
    assert high - low < Fraction(1, 10**4)


@pytest.mark.parametrize("gap", ["1/10", "1/4", "49/100"])
def test_two_samples_in_width_two(gap):
    """arcsin(r)/(pi r) with r = 2 V equals (1 + rho^2)/(pi rho) arctan(rho), rho = (s_1 - s_2)/(s_1 + s_2)."""
    v = Fraction(gap)
    found = batchnorm.mean_gap_next(MP, numbers([Fraction(1, 2) - v, Fraction(1, 2) + v]), 2)
    with mpmath.workdps(30):
        small, large = mpmath.sqrt(mpmath.mpf(0.5) - float(v)), mpmath.sqrt(mpmath.mpf(0.5) + float(v))
        rho = (large - small) / (large + small)
        other = (1 + rho**2) / (mpmath.pi * rho) * mpmath.atan(rho)
    assert contains(found, other, 1e-14)


@pytest.mark.parametrize(("a", "d"), [((1, 1), 2), ((1, 3), 2), ((1, 1), 5), ((1, 2, 3), 5), ((1, 1, 1, 1), 6), ((1, 2), 9)])
def test_exact_means_are_those_of_real_layers(a, d):
    """The mean over forty thousand Gaussian layers lies in the exact enclosure, up to five standard errors."""
    torch.manual_seed(0)
    weights = torch.randn(40_000, d, len(a), dtype=torch.float64) * torch.tensor(a, dtype=torch.float64).sqrt()
    rows = weights / weights.norm(dim=2, keepdim=True) / d**0.5
    gaps = 1 / len(a) - torch.linalg.svdvals(rows)[:, -1] ** 2
    low, high = MP.bounds(batchnorm.mean_gap_next(MP, numbers(a), d))
    error = 5 * float(gaps.std()) / 200
    assert float(low) - error <= float(gaps.mean()) <= float(high) + error


@pytest.mark.parametrize(("spectrum", "printed"), [(("1.2", "0.9", "0.9"), "-0.00387908"), ((2, "0.5", "0.5"), "-0.0976532")])
def test_mean_log_form_of_three_eigenvalues(spectrum, printed):
    """E log q at the two spectra of the specification."""
    assert contains(batchnorm.mean_log_form(MP, sorted(numbers(spectrum))), printed, 6e-8)


def test_mean_log_form_at_two_eigenvalues_is_the_general_integral():
    """The closed form log((1 + sqrt(l_1 l_2))/2) agrees with mpmath's quadrature over the half line."""
    with mpmath.workdps(30):
        lam = (mpmath.mpf(4) / 5, mpmath.mpf(6) / 5)
        value = mpmath.quad(
            lambda t: (1 / (1 + 2 * t) - 1 / mpmath.sqrt((1 + 2 * t * lam[0]) * (1 + 2 * t * lam[1]))) / t,
            [0, 1, 100, mpmath.inf],
        )
    assert contains(batchnorm.mean_log_form(MP, numbers(["4/5", "6/5"])), value, 1e-12)


def test_rotation_leaves_the_isometry_gap_of_the_printed_counterexample():
    """The rows (1, 0), (3/5, 4/5) have the gap log(5/4) before and after a rotation, and the right side is 0.20038."""
    found = batchnorm.rotated_step(MP, matrix([[1, 0], ["3/5", "4/5"]]), matrix([["3/5", "-4/5"], ["4/5", "3/5"]]))
    assert contains(found["phi"], np.log(1.25), 1e-15)
    assert contains(found["phi_next"], np.log(1.25), 1e-15)
    assert contains(found["phi"] + found["log_factor"], 0.200387, 6e-7)


def test_a_factor_that_is_negative_bounds_nothing():
    """The stronger factors of mutants may be negative; their logarithm then is minus infinity, not an error."""
    found = batchnorm.isometry_step(MP, numbers(["1/1000", "1/1000", "1/1000", "1/1000", 1]))
    assert MP.to_float(found["log_factor_2d"]()) == -np.inf


@pytest.mark.parametrize(
    ("mutant", "d", "a"),
    [("noise 1/d", 5, (1, 1)), ("noise 0.45/sqrt(d)", 2, (1, 1)), ("the Frobenius norm is not 1", 37, (1, 1))],
)
def test_instances_of_the_specification_are_certified(mutant, d, a):
    """The instances that are false by a hair, beyond Monte Carlo, are decided by the exact means."""
    instance = Instance({"n": len(a), "d": d}, raw={"a": exact(list(a))})
    claim = SUBJECTS["gap_one_step"]
    subject = claim.mutated(next(item for item in claim.mutants if item.name == mutant))
    assert Judge(subject).rule(instance).outcome == "violated"
    assert Judge(claim).rule(instance).outcome == "holds"


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """Both computations agree, in the claims and in the mutants that replace one of them."""
    assert compared(SUBJECTS[name]).compared >= 10


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in CLAIMS for q in sorted(SUBJECTS[name].quantity_names())])
def test_a_seeded_bug_is_caught(name, quantity):
    """An oracle that is off by one part in a million, in any one quantity, disagrees with the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(SUBJECTS[name], quantity))
