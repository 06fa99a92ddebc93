"""The oracles of depth: the limit recursion at the printed instances, and enclosures of means around sampled networks."""

from fractions import Fraction

import pytest
import torch

from oracles import batchnorm_depth, batchnorm_means
from refute.arithmetic import Certifying
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.namespace import namespace
from strategies.batch_layers import average_product, spectra
from tests.oracles.test_batchnorm_means import claim_of

MP = Certifying(bits=128)
XP = namespace("torch")


def test_limit_recursion_at_the_printed_instance():
    """16 values 1/32 and 48 values 1/96: sigma_n^2, alpha and V to the digits of the specification, and the bound below V."""
    found = batchnorm_depth.two_levels(MP, MP.mpf(3), 16, 48, 113)
    assert MP.to_float(found["square"][0]) == pytest.approx(0.0106248578487, abs=5e-14)
    assert MP.to_float(found["alpha"][112]) == pytest.approx(0.103076951103, abs=5e-13)
    assert MP.to_float(found["gap"][112]) == pytest.approx(1.4564475737556e-3, abs=5e-17)
    assert 2 * (1 - 2 / 3 * MP.to_float(found["alpha"][112])) ** 113 == pytest.approx(6.4151722e-4, abs=5e-12)


def test_limit_recursion_at_the_second_instance():
    """8 values 1/16 and 24 values 1/48: 2.29917e-4 against 1.35774e-4 at depth 93."""
    found = batchnorm_depth.two_levels(MP, MP.mpf(3), 8, 24, 93)
    assert MP.to_float(found["gap"][92]) == pytest.approx(2.29917e-4, abs=5e-10)
    assert 2 * (1 - 2 / 3 * MP.to_float(found["alpha"][92])) ** 93 == pytest.approx(1.35774e-4, abs=5e-10)


@pytest.mark.parametrize(("r", "high", "low"), [(4, 1, 2), (9, 2, 1), (4, 2, 2), (1, 3, 2)])
def test_the_series_is_the_mean_map(r, high, low):
    """V after two steps of the series is that of two steps of the mean map by integrals, rounded to floats in between."""
    n, squares = high + low, [Fraction(r)] * high + [Fraction(1)] * low
    for _ in range(2):
        roots = [MP.mpf(Fraction(float(value) ** 0.5)) for value in squares]
        squares = [Fraction(MP.to_float(value)) for value in batchnorm_means.mean_integrals(MP, roots)]
    gap = sum((float(value) - 1 / n) ** 2 for value in squares) ** 0.5
    found = batchnorm_depth.two_levels(MP, MP.mpf(r), high, low, 1)["gap"][0]
    assert MP.to_float(found) == pytest.approx(gap, abs=1e-14)


@pytest.mark.parametrize(
    ("a", "t", "d", "layers"),
    [
        ((1, 1), "1/2", 64, 3),
        ((1, 9), "1/4", 200, 4),
        ((1, 2, 3), "1/2", 30, 3),
        ((1, 1000), "1/2", 40, 0),
        ((1, 400), "1/8", 300, 2),
    ],
)
def test_restricted_means_lie_in_their_enclosure(a, t, d, layers):
    """Four thousand sampled networks: the restricted mean is inside the enclosure, up to six standard errors."""
    torch.manual_seed(layers)
    n, batch = len(a), 4000
    start = torch.tensor(a, dtype=torch.float64).expand(batch, n)
    states = list(spectra(XP, start, torch.randn(batch, layers + 1, d, n, dtype=torch.float64)))
    kept = torch.ones(batch, dtype=torch.bool)
    for state in states[:-1]:
        kept &= state[:, 0] >= float(Fraction(t)) / n
    gaps = ((states[-1] - 1 / n) ** 2).sum(dim=1).sqrt() * kept
    values = batchnorm_depth.restricted_gap_expectation(MP, [MP.mpf(x) for x in a], MP.mpf(Fraction(t)), d, layers)
    low, high = MP.bounds(values["restricted"])
    error = 6 * float(gaps.std()) / batch**0.5
    assert float(low) - error <= float(gaps.mean()) <= float(high) + error


def test_two_samples_give_a_lower_bound_of_the_right_size():
    """In width 2048 the lower end of the enclosure is more than half of the upper one at depth 20."""
    values = batchnorm_depth.restricted_gap_expectation(MP, [MP.mpf(1), MP.mpf(1)], MP.mpf(Fraction(1, 2)), 2048, 20)
    low, high = MP.bounds(values["restricted"])
    assert low > high / 2 > 0


@pytest.mark.parametrize(
    ("a", "d", "layers"), [((1, 1), 500, 6), ((1, 4), 1000, 3), ((1, 400), 600, 4), ((1, 2, 3), 50, 4), ((1, 1), 2, 2)]
)
def test_averages_lie_in_their_enclosure(a, d, layers):
    """Sampled networks: the average of gap times squared singular value is inside its enclosure, up to six standard errors."""
    torch.manual_seed(d)
    n, batch = len(a), 1000
    start = torch.tensor(a, dtype=torch.float64).expand(batch, n)
    average, first = average_product(XP, start, torch.randn(batch, layers, d, n, dtype=torch.float64))
    values = batchnorm_depth.average_product_expectation(MP, [MP.mpf(x) for x in a], d, layers)
    for found, name in ((average, "average"), (first, "first")):
        low, high = MP.bounds(values[name])
        error = 6 * float(found.std()) / batch**0.5
        assert float(low) - error <= float(found.mean()) <= float(high) + error


def test_unnormalised_input_of_the_specification():
    """H_0 = 10 I, n = d = 2, one layer: the printed stability bound is negative, the repaired one holds."""
    instance = Instance({"n": 2, "L": 1, "d": 2}, raw={"a": exact([100, 100])})
    assert Judge(claim_of("gap_no_a1_printed")).rule(instance).outcome == "violated"
    assert Judge(claim_of("gap_no_a1")).rule(instance).outcome == "holds"


def test_the_printed_theorem_fails_in_the_limit_and_its_repair_holds():
    """Both printed instances violate the printed bound; the repaired one holds along the same recursions."""
    printed, repaired = claim_of("gap_main_printed"), claim_of("gap_main_limit")
    for instance in printed.replay:
        assert Judge(printed).rule(instance).outcome == "violated"
        assert Judge(repaired).rule(instance).outcome == "holds"


@pytest.mark.parametrize(("a", "d", "layers"), [((4, 1), 16, 0), ((1, 1), 64, 1), ((100, 1), 32, 2)])
def test_restricted_distances_lie_in_their_enclosure(a, d, layers):
    """Squared Wasserstein distances of twenty thousand networks of two samples, restricted to sigma_2^2 >= 1/8, in the mean."""
    torch.manual_seed(2)
    draws = 20_000
    W = torch.randn(draws, layers + 1, d, 2, dtype=torch.float64)
    found = list(spectra(XP, torch.tensor(a, dtype=torch.float64).expand(draws, 2), W))
    kept = torch.ones(draws, dtype=torch.bool)
    for spectrum in found[:-1]:
        kept &= spectrum[:, 0] >= 1 / 8
    distance = ((found[-1].sqrt() - 0.5**0.5) ** 2).sum(dim=1) * kept
    values = batchnorm_depth.restricted_distance_expectation(MP, [MP.mpf(x) for x in a], MP.mpf(Fraction(1, 4)), d, layers)
    low, high = MP.bounds(values["distance"])
    error = 5 * float(distance.std()) / draws**0.5
    assert float(low) - error <= float(distance.mean()) <= float(high) + error


def test_the_printed_corollary_fails_from_a_depth_of_423_on():
    """9 values of twice the 87 others: 1.640e-10 against 1.607e-10 at l = 423, and not before."""
    found = batchnorm_depth.two_level_distance(MP, MP.mpf(2), 9, 87, 430)
    sides = [
        (MP.to_float(value), 4 * 96 * (1 - 2 / 3 * MP.to_float(alpha)) ** l)
        for l, (value, alpha) in enumerate(zip(found["distance"], found["alpha"], strict=True), start=2)
    ]
    assert next(l for l, (left, right) in enumerate(sides, start=2) if left > right) == 423
    assert sides[421] == pytest.approx((1.640e-10, 1.607e-10), rel=1e-3)
