"""Ranks, drifts, collapse and entropy: printed instances, real chains, and other formulas."""

import math
from fractions import Fraction

import mpmath
import pytest
import torch

from oracles import batchnorm_rank
from refute.arithmetic import Certifying
from refute.instance import Instance, exact
from refute.judge import Judge
from tests.oracles.seeded import subjects

MP = Certifying(bits=128)
SUBJECTS = subjects("batchnorm")


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def equicorrelated(d, r):
    return MP.matrix([[1 if i == j else Fraction(r) for j in range(d)] for i in range(d)])


def mutant(name, variant):
    claim = SUBJECTS[name]
    return claim.mutated(next(item for item in claim.mutants if item.name == variant))


def test_soft_rank_of_the_specification():
    """M = (I + 11^T)/2 of width 4 at tau = 0.51: one eigenvalue, and 0.49 * 16/7 = 1.12."""
    raw = {"a": exact([Fraction(5, 2), *[Fraction(1, 2)] * 3]), "tau": exact(Fraction(51, 100))}
    instance = Instance({"d": 4}, raw=raw)
    assert Judge(mutant("rank_soft_rank", "factor 1 - tau")).rule(instance).outcome == "violated"
    assert Judge(SUBJECTS["rank_soft_rank"]).rule(instance).outcome == "holds"


def test_eigenvalues_at_the_threshold_count():
    """A tie with tau is decided exactly, on the side of the count."""
    found = batchnorm_rank.soft_rank(MP, numbers(["1/3", "1/3", "7/3"]), MP.mpf(Fraction(1, 3)))
    assert found["count"] == 3
    assert batchnorm_rank.soft_rank(MP, numbers([1, 1, 7]), MP.mpf(Fraction(334, 1000)))["count"] == 1


@pytest.mark.parametrize("m", ["0", "1/2", "3/5", "9/10"])
def test_drift_in_width_two(m):
    """delta_F = 4 (1 - m^2)(1 - 4 m^2), zero at |m| = 1/2."""
    square = Fraction(m) ** 2
    assert batchnorm_rank.drift(MP, equicorrelated(2, m)) == 4 * (1 - square) * (1 - 4 * square)


def test_drift_at_its_corners():
    """2 d (d - 1) at the identity and 0 at rank one."""
    for d in (2, 3, 5):
        assert batchnorm_rank.drift(MP, equicorrelated(d, 0)) == 2 * d * (d - 1)
        assert batchnorm_rank.drift(MP, equicorrelated(d, 1)) == 0


@pytest.mark.parametrize(("m", "quartic"), [("3/5", 1.97), ("9/10", -6.28)])
def test_fourth_order_in_width_two(m, quartic):
    """The measured remainders over gamma^4 tend to the exact fourth coefficient."""
    M = equicorrelated(2, m)
    H = MP.matrix([[1, 0], [M[0, 1], MP.sqrt(1 - M[0, 1] ** 2)]])
    assert MP.to_float(batchnorm_rank.fourth_order(MP, H)["quartic"]) == pytest.approx(quartic, abs=0.02)


@pytest.mark.parametrize(("m", "printed"), [("3/5", (2.32, 2.06, 1.99)), ("9/10", (-6.48, -6.33, -6.29))])
def test_remainders_of_the_specification(m, printed):
    """Over all signs at gamma = 1/10, 1/20, 1/40 the mean leaves the drift by the printed multiples of gamma^4."""
    M = equicorrelated(2, m)
    for denominator, value in zip((10, 20, 40), printed, strict=True):
        gamma = MP.mpf(Fraction(1, denominator))
        rest = batchnorm_rank.mean_change(MP, M, gamma) - gamma**2 * batchnorm_rank.drift(MP, M)
        assert MP.to_float(rest / gamma**4) == pytest.approx(value, abs=0.006)


def test_arcsine_law_is_stationary():
    """Mean drift 0 for every polynomial, E |M|_F^2 = 3 and E 4/|M|_F^2 = sqrt 2; not so for a uniform correlation."""
    c = MP.matrix([[3, -1, 2, 5]])
    found = batchnorm_rank.stationary(MP, c)
    assert found["mean_drift"] == 0
    assert found["mean_square"] == 3
    assert MP.eq(found["mean_stable"], MP.sqrt(2)) is None
    assert batchnorm_rank.uniform_correlation(MP, MP.matrix([[2]]))["mean_drift"] == Fraction(8, 15)


def test_stationary_law_is_reached_by_a_chain():
    """Two thousand chains at gamma = 0.1: mean stable rank near sqrt 2 and mean |M|_F^2 near 3."""
    generator = torch.Generator().manual_seed(0)
    H = torch.eye(2, dtype=torch.float64).repeat(2000, 1, 1)
    stable, square = [], []
    for step in range(1500):
        H = H + 0.1 * torch.randn(2000, 2, 2, generator=generator, dtype=torch.float64) @ H
        H = H / H.norm(dim=2, keepdim=True)
        if step >= 500 and step % 50 == 0:
            norms = ((H @ H.mT) ** 2).sum(dim=(1, 2))
            stable.append(float((4 / norms).mean()))
            square.append(float(norms.mean()))
    assert sum(stable) / len(stable) == pytest.approx(math.sqrt(2), abs=0.02)
    assert sum(square) / len(square) == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 7, 10])
def test_mean_logarithm_of_chi_square(k):
    """The recurrence gives psi(k/2) + log 2."""
    expected = mpmath.digamma(mpmath.mpf(k) / 2) + mpmath.log(2)
    assert MP.to_float(batchnorm_rank.mean_log_chi_square(MP, k)) == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize(("d", "n", "layers"), [(2, 2, 3), (3, 2, 3), (5, 3, 2)])
def test_collapse_of_real_networks(d, n, layers):
    """Both means within five standard errors of forty thousand chains."""
    torch.manual_seed(d)
    X = torch.randint(-3, 4, (d, n)).double() + torch.eye(d, n).double() * 4
    state = X.expand(40_000, d, n)
    for _ in range(layers):
        state = torch.randn(40_000, d, d, dtype=torch.float64) / math.sqrt(d) @ state
    volumes = 2 * torch.linalg.slogdet(torch.linalg.qr(state).R).logabsdet
    first, second = state[:, :, 0], state[:, :, 1]
    cosines = (first * second).sum(dim=1) / (first.norm(dim=1) * second.norm(dim=1))
    sines = (1 - cosines**2).log()
    found = batchnorm_rank.plain_means(MP, MP.matrix([[int(x) for x in row] for row in X.tolist()]), layers)
    for values, name in ((volumes, "log_volume_last"), (sines, "log_sine_last")):
        assert abs(float(values.mean()) - MP.to_float(found[name])) < 5 * float(values.std()) / 200


def test_slope_in_width_two():
    """-2 log 2 per layer."""
    found = batchnorm_rank.plain_start(MP, MP.matrix([[1, 0], [1, 1]]))
    assert MP.eq(found["sine_slope"], -2 * MP.log(2)) is None


@pytest.mark.parametrize(("a", "outcome"), [(("4/5", "1/5"), "holds"), (("2/5", "3/10", "3/10"), "violated")])
def test_half_of_the_gap_is_decided_by_skewness(a, outcome):
    """W_2^2 <= phi/2 holds at (0.8, 0.2) and fails at (0.4, 0.3, 0.3): 0.00479219 > 0.00473325."""
    instance = Instance({"n": len(a), "d": len(a)}, raw={"a": exact([Fraction(value) for value in a])})
    ruling = Judge(mutant("entropy_deficit", "half of the gap")).rule(instance)
    assert ruling.outcome == outcome
    if outcome == "violated":
        assert ruling.lhs.startswith("[0.0047921")


def test_divergence_is_that_of_gaussians():
    """The divergence of two centred Gaussian laws by torch, row by row."""
    a, d = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], 4
    found = batchnorm_rank.entropy(MP, [MP.mpf(value) for value in a], d)
    covariance = torch.diag(torch.tensor([float(value) for value in a], dtype=torch.float64)) / d
    law = torch.distributions.MultivariateNormal(torch.zeros(3, dtype=torch.float64), covariance)
    reference = torch.distributions.MultivariateNormal(
        torch.zeros(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64) / (3 * d)
    )
    expected = d * float(torch.distributions.kl_divergence(law, reference))
    assert MP.to_float(found["divergence"]) == pytest.approx(expected, rel=1e-12)
