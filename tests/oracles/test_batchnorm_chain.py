"""Deep chains: printed values of the mean gap at every depth, both of its formulas, and real networks."""

import math
from fractions import Fraction

import pytest
import torch

from oracles import batchnorm_chain
from refute.arithmetic import Certifying, Reference
from refute.inputs import Sampler
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.namespace import namespace
from strategies.laws import haar
from tests.oracles.seeded import subjects

MP = Certifying(bits=128)
XP = namespace("torch")
SUBJECTS = subjects("batchnorm")
# the specification prints 2.679839494950944e-7 at (9/16, 20), with two digits doubled
PRINTED = [
    ("9/16", 5, "0.00827565805898321823"),
    ("9/16", 2, "0.06139578501595986476"),
    ("9/16", 20, "2.6798394950943657e-7"),
    (10**12, 1, "13.12236437740432880"),
    (10**12, 5, "10.35053567635578229"),
    (10**12, 20, "1.62372094410594601"),
]


@pytest.mark.parametrize(("u", "depth", "printed"), PRINTED)
def test_printed_means(u, depth, printed):
    """All digits of the specification lie in the ball (within half a unit of the last digit)."""
    found = batchnorm_chain.mean_gap_after(MP, MP.mpf(Fraction(u)), depth)
    digits = len(printed.split("e")[0].split(".")[1])
    unit = MP.mpf(10) ** (-digits + (int(printed.split("e")[1]) if "e" in printed else 0))
    assert abs(found - MP.mpf(Fraction(printed))) < unit


@pytest.mark.parametrize("u", ["1/1000", "3/4", 5, 10**4, 10**10])
def test_contour_and_closed_form_of_one_layer(u):
    """At depth 1 the contour integral, at any of three lines, encloses phi + log((1 + 1/sqrt(1 + u))/2)."""
    u = MP.mpf(Fraction(u))
    expected = MP.log(1 + u) / 2 + MP.log((1 + 1 / MP.sqrt(1 + u)) / 2)
    series = MP.mpf(0)
    for skipped in (0, 1, 2):
        found = series / 2 + batchnorm_chain.contour(MP, u, 1, skipped, 128)
        assert MP.eq(found, expected) is None
        share = MP.fprod([Fraction(2 * m - 1, 2 * m) for m in range(1, skipped + 2)])
        series = series + (-1) ** skipped * share * u ** (skipped + 1) / (skipped + 1)


@pytest.mark.parametrize(("u", "depth"), [("1/3", 3), (7, 4), (10**6, 2), (10**6, 30)])
def test_balls_contain_the_reference(u, depth):
    """Balls of 64 bits contain those of 192, and mpmath agrees with them."""
    wide = batchnorm_chain.mean_gap_after(Certifying(64), Certifying(64).mpf(Fraction(u)), depth)
    low, high = Certifying(64).bounds(wide)
    narrow = Certifying(192)
    middle = sum(narrow.bounds(batchnorm_chain.mean_gap_after(narrow, narrow.mpf(Fraction(u)), depth))) / 2
    assert low <= middle <= high
    mp = Reference(dps=40)
    other = batchnorm_chain.mean_gap_after(mp, mp.mpf(Fraction(u)), depth)
    assert float(other) == pytest.approx(float(middle), rel=1e-15)


def chains(a, depth, draws=100_000, seed=7):
    """The gap of every layer of real networks from diag(sqrt(lam))."""
    d = len(a)
    source, sizes = haar("L", "d", "d"), {"L": depth, "d": d}
    W = source.tensor(XP, source.sample(Sampler(seed), "haar", draws, sizes, {}), sizes, {})
    lam = torch.tensor(a, dtype=torch.float64)
    state, gaps = torch.diag((d * lam / lam.sum()).sqrt()).expand(draws, d, d), []
    for k in range(depth):
        state = torch.nn.functional.normalize(W[:, k] @ state, dim=2)
        gaps.append(-torch.linalg.slogdet(state).logabsdet * 2 / d)
    return gaps


@pytest.mark.parametrize("a", [(1, 4), (1, 10**6), (1, 2, 5), (3, 3, 1, 1)])
def test_means_are_those_of_real_networks(a):
    """Every mean or its enclosure within five standard errors of a hundred thousand networks, at depths 1 to 4."""
    gaps = chains(a, 4)
    for depth in range(1, 5):
        found = batchnorm_chain.chain_mean(MP, [MP.mpf(value) for value in a], depth)["phi_last"]
        low, high = MP.bounds(found)
        error = 5 * float(gaps[depth - 1].std()) / math.sqrt(100_000)
        assert float(low) - error < float(gaps[depth - 1].mean()) < float(high) + error
        assert (MP.radius(found) < 1e-15) == (len(a) == 2 or depth == 1)


@pytest.mark.parametrize("a", [(1, 4), (1, 2, 5), (3, 3, 1, 2, 2)])
def test_mean_of_the_inverse_is_that_of_real_networks(a):
    """tr((X X^T)^-1) - d after one to three layers: exactly (d/(d+2))^l times the first, and within five standard errors of sampling."""
    d, values = len(a), [MP.mpf(value) for value in a]
    source, sizes = haar("L", "d", "d"), {"L": 3, "d": d}
    W = source.tensor(XP, source.sample(Sampler(17), "haar", 100_000, sizes, {}), sizes, {})
    lam = torch.tensor(a, dtype=torch.float64)
    state = torch.diag((d * lam / lam.sum()).sqrt()).expand(100_000, d, d)
    for depth in range(1, 4):
        state = torch.nn.functional.normalize(W[:, depth - 1] @ state, dim=2)
        drawn = (1 / torch.linalg.svdvals(state) ** 2).sum(dim=1) - d
        found = batchnorm_chain.inverse_means(MP, values, depth)
        assert found["excess_last"] == found["excess"] * MP.mpf(Fraction(d, d + 2)) ** depth
        error = 5 * float(drawn.std()) / math.sqrt(100_000)
        assert abs(float(drawn.mean()) - MP.to_float(found["excess_last"])) < error


def test_rational_layer_of_the_specification():
    """The rows (1, 0), (3/5, 4/5) and (c, s) = (5/13, 12/13) take u = 9/16 to 127449/456976, exactly."""
    X = MP.matrix([[1, 0], ["3/5", "4/5"]])
    W = MP.matrix([["5/13", "-12/13"], ["12/13", "5/13"]])
    found = batchnorm_chain.plane_path(MP, X, [W])
    assert found["cotangent_square"] == Fraction(9, 16)
    assert found["cotangent_square"] * found["cosines"][0] == Fraction(127449, 456976)
    claim = SUBJECTS["iso_d2_chain"]
    instance = Instance({"d": 2, "L": 1}, raw={"X": exact([[1], [3]]), "W": exact([[[0, 0], [Fraction(2, 3), 0]]])})
    assert Judge(claim).rule(instance).outcome == "holds"


@pytest.mark.parametrize(("constant", "first"), [("C = 0.3", 5), ("C = 0.35", 33), ("C = 0.36", 535)])
def test_constants_fail_first_at_the_printed_depth(constant, first):
    """Near isotropy the bound with the printed constant holds one layer before, and fails at the printed depth."""
    claim = SUBJECTS["iso_decay_d2"]
    subject = claim.mutated(next(item for item in claim.mutants if item.name == f"{constant} and the exponent l - 1"))
    raw = {"a": exact([1, 1 + Fraction(1, 1 << 15)])}
    for depth, outcome in ((first, "holds"), (first + 1, "violated")):
        assert Judge(subject).rule(Instance({"d": 2, "L": depth}, raw=raw)).outcome == outcome


def test_constant_of_the_figure_is_refuted_at_the_first_layer():
    """C = 0.015 fails at l = 1 in width two: E phi_2 against phi_0 e^{-1/k}."""
    claim = SUBJECTS["iso_decay"]
    subject = claim.mutated(claim.mutants[0])
    instance = Instance({"d": 2, "L": 2}, raw={"a": exact([1, Fraction(9, 10)])})
    assert Judge(subject).rule(instance).outcome == "violated"
    assert Judge(claim).rule(instance).outcome == "holds"


@pytest.mark.parametrize(("small", "outcome"), [(Fraction(1, 10**5), "holds"), (Fraction(1, 10**8), "violated")])
def test_drop_is_nearly_reached_by_ill_conditioned_inputs_alone(small, outcome):
    """One per mille less than K_2 fails only beyond u_0 = 2.1e6."""
    claim = SUBJECTS["iso_lower"]
    subject = claim.mutated(claim.mutants[0])
    assert Judge(subject).rule(Instance({"d": 2, "L": 1}, raw={"a": exact([small, 1])})).outcome == outcome
