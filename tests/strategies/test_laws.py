"""Declared laws: draws have the moments and distributions of the law, sphere and Haar exactly their constraint, and tables add up.

A test of a distribution fails with a probability below 1e-6 if the law is right; its seed is fixed.
"""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Certifying
from refute.arithmetic.array_namespace import ExactNamespace
from refute.arithmetic.arrays import NUMBER
from refute.claim import ClaimError
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.laws import finite, gaussian, haar, rademacher, sphere, uniform

XP = namespace("torch")
MP = Certifying(bits=128)
SIZES = {"d": 3, "n": 4}
DRAWS = 200_000
RARE = 1e-6
NORMAL_QUANTILE = 4.9  # P(|Z| > 4.9) = 9.6e-7 for a standard Gaussian Z
THIRDS = {Fraction(-1, 3): Fraction(1, 3), 0: Fraction(1, 6), 2: Fraction(1, 2)}
ALL = (gaussian("d", "n"), rademacher("d", "n"), uniform("d", "n"), sphere("d", "n"), haar("d", "d"), finite(THIRDS, "d", "n"))


def drawn(law, sizes, draws=DRAWS, seed=11):
    return law.tensor(XP, law.sample(Sampler(seed), law.families[0], draws, sizes, {}), sizes, {})


def kolmogorov(values, distribution):
    """Whether the empirical distribution is as far from the given one as it is once in a million times (Massart's bound)."""
    ordered = torch.sort(values.reshape(-1)).values
    heights = distribution(ordered)
    n = len(ordered)
    steps = torch.arange(n + 1, dtype=torch.float64) / n
    distance = max(float((heights - steps[:-1]).max()), float((steps[1:] - heights).max()))
    return distance > math.sqrt(math.log(2 / RARE) / (2 * n))


def chi_square(counts, expected):
    """Whether counts are as far from the expected ones as they are once in a million times."""
    statistic = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return mpmath.gammainc((len(counts) - 1) / 2, statistic / 2, mpmath.inf, regularized=True) < RARE


def mean_is(values, mean, variance):
    """Whether the average of independent numbers is within the quantile of a Gaussian of the mean."""
    return abs(float(values.mean()) - mean) <= NORMAL_QUANTILE * math.sqrt(variance / values.numel())


@pytest.mark.parametrize("seed", [1, 2])
def test_gaussian_draws_have_the_gaussian_distribution(seed):
    """Kolmogorov and Smirnov's test, and the first four moments."""
    values = drawn(gaussian(1, "n"), SIZES, seed=seed)
    assert not kolmogorov(values, lambda x: torch.erfc(-x / math.sqrt(2)) / 2)
    assert mean_is(values, 0, 1)
    assert mean_is(values**2, 1, 2)
    assert mean_is(values**3, 0, 15)
    assert mean_is(values**4, 3, 96)
    assert mean_is(values[:, 0, 0] * values[:, 0, 1], 0, 1)


def test_the_tests_of_a_distribution_notice_a_wrong_one():
    """A Gaussian of the standard deviation 1.02, a uniform point of the square, and a loaded coin are noticed."""
    assert kolmogorov(1.02 * drawn(gaussian(1, "n"), SIZES), lambda x: torch.erfc(-x / math.sqrt(2)) / 2)
    square = drawn(uniform("n"), {"n": 2})
    angles = torch.atan2(square[:, 0], square[:, 1])
    assert kolmogorov(angles, lambda x: x / (2 * math.pi) + 0.5)
    assert chi_square([101_500, 98_500], [100_000, 100_000])
    assert not mean_is(drawn(gaussian(1, "n"), SIZES) + 0.01, 0, 1)


@pytest.mark.parametrize("count", [10, 160])
def test_gaussian_draws_are_box_and_mullers(count):
    """Torch's normal numbers come from two uniform ones with 53 bits, by the formula that their distance from the law rests on."""
    normal = Sampler(5).normal(count).reshape(-1)
    bits = Sampler(5).uniform(count)
    assert bool((bits * 2**53 == torch.round(bits * 2**53)).all())
    pairs = bits.reshape(-1, 2, 8).movedim(1, 0).flip(0) if count >= 16 else bits.reshape(-1, 2).T
    radius, angle = torch.sqrt(-2 * torch.log1p(-pairs[1])), 2 * math.pi * pairs[0]
    both = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)])
    expected = both.movedim(0, 1).reshape(-1) if count >= 16 else both.T.reshape(-1)
    assert torch.allclose(normal, expected, rtol=0, atol=2e-15)


@pytest.mark.parametrize("bits", [4, 10, 18])
def test_the_radius_moves_as_little_as_stated(bits):
    """On a grid of the step h the mean radius loses at most h (r + 1/r), r the largest one: 9h at 53 bits."""
    h = 2.0**-bits
    v = torch.arange(1, 2**bits + 1, dtype=torch.float64) * h
    loss = math.sqrt(math.pi / 2) - h * float(torch.sqrt(-2 * torch.log(v)).sum())
    r = math.sqrt(2 * bits * math.log(2))
    assert 0.3 * h * r < loss < h * (r + 1 / r)
    assert math.sqrt(2 * 53 * math.log(2)) + 0.12 < 9


def test_no_gaussian_draw_is_far():
    """The largest number that the formula gives is sqrt(106 log 2), below what is stated; a Gaussian is rarely larger."""
    largest = math.sqrt(-2 * math.log(2.0**-54))
    assert math.sqrt(106 * math.log(2)) < largest < 8.67
    assert math.erfc(math.sqrt(106 * math.log(2)) / math.sqrt(2)) < 1.1e-17
    assert float(drawn(gaussian("n"), SIZES).abs().max()) < largest


def test_uniform_draws_fill_the_interval():
    """Kolmogorov and Smirnov's test, variance 1/3, and no draw outside."""
    values = drawn(uniform(1, "n"), SIZES)
    assert not kolmogorov(values, lambda x: (x + 1) / 2)
    assert mean_is(values, 0, 1 / 3)
    assert mean_is(values**2, 1 / 3, 4 / 45)
    assert float(values.abs().max()) <= 1


def test_signs_are_fair_and_independent():
    """Every pattern of four signs equally often."""
    patterns = (drawn(rademacher("n"), SIZES) + 1) / 2
    counts = torch.bincount((patterns @ torch.tensor([1.0, 2, 4, 8], dtype=torch.float64)).long(), minlength=16)
    assert not chi_square(counts.tolist(), [DRAWS / 16] * 16)


@pytest.mark.parametrize("law", [finite(THIRDS, "n"), finite({0: Fraction(1, 4), 1: Fraction(3, 4)}, "n"), finite({7: 1}, "n")])
def test_finite_laws_have_their_probabilities(law):
    """The values occur as often as the table says, those of odd denominators too, and no other."""
    values = drawn(law, SIZES)
    floats = [float(value) for value in law.values]
    counts = [int((values == value).sum()) for value in floats]
    assert sum(counts) == values.numel()
    if len(counts) > 1:
        assert not chi_square(counts, [values.numel() * weight / law.denominator for weight in law.weights])


def test_a_rare_value_of_a_large_denominator_occurs():
    """Probabilities down to 1/(2^40 + 1) are kept as integers, not rounded away: the complement of one half has its share."""
    denominator = 2**40 + 1
    law = finite({0: Fraction(2**39, denominator), 1: Fraction(2**39, denominator), 2: Fraction(1, denominator)}, "n")
    assert sum(law.weights) == law.denominator == denominator
    values = drawn(law, SIZES)
    assert not chi_square([int((values == v).sum()) for v in (0, 1)], [values.numel() / 2] * 2)


@pytest.mark.parametrize(("n", "distribution"), [
    (1, None),
    (2, lambda x: torch.asin(x) / math.pi + 0.5),
    (3, lambda x: (1 + x) / 2),
    (4, lambda x: 0.5 + (x * torch.sqrt(1 - x * x) + torch.asin(x)) / math.pi),
])  # fmt: skip
def test_points_of_the_sphere_are_uniform(n, distribution):
    """Every coordinate, and the projection on a diagonal, has the distribution of a coordinate of a uniform point."""
    points = drawn(sphere("n"), {"n": n}, draws=60_000)
    assert float((torch.linalg.vector_norm(points, dim=1) - 1).abs().max()) < 1e-15
    if distribution is None:
        return_counts = [int((points == sign).sum()) for sign in (-1, 1)]
        assert not chi_square(return_counts, [30_000, 30_000])
        return
    for column in (*points.T, points.sum(dim=1) / math.sqrt(n)):
        assert not kolmogorov(torch.clip(column, -1, 1), distribution)
    assert mean_is(points[:, 0] * points[:, -1], 0, 1 / n)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_columns_of_haar_matrices_are_uniform(d):
    """An entry has the distribution of a coordinate of a uniform point; both determinants are equally frequent."""
    W = drawn(haar("d", "d"), {"d": d}, draws=60_000)
    points = drawn(sphere("d"), {"d": d}, draws=60_000, seed=12)
    reference = torch.sort(points[:, 0]).values
    for entry in (W[:, 0, 0], W[:, d - 1, 0], W[:, 0, d - 1]):
        empirical = torch.searchsorted(reference, torch.sort(entry).values).double() / 60_000
        steps = torch.arange(60_000, dtype=torch.float64) / 60_000
        # two samples: each is within Massart's bound of the law
        assert float((empirical - steps).abs().max()) < 2 * math.sqrt(math.log(4 / RARE) / (2 * 60_000)) + 1e-4
    positive = int((torch.linalg.det(W) > 0).sum())
    assert not chi_square([positive, 60_000 - positive], [30_000, 30_000])


def test_sphere_points_and_haar_matrices_are_exact():
    """Raw draws give vectors of norm one and orthogonal matrices in rationals, and the tensors are those objects."""
    law = sphere("d", "n")
    raw = law.sample(Sampler(3), "law", 5, SIZES, {})[""]
    built = law.tensor(XP, {"": raw}, SIZES, {})
    for row in range(5):
        X = law.exact(MP, {"": exact(raw[row].numpy())}, SIZES, {})
        assert all(sum(X[i, j] ** 2 for j in range(4)) == 1 for i in range(3))
        assert max(abs(MP.to_float(X[i, j]) - float(built[row, i, j])) for i in range(3) for j in range(4)) < 2.0**-50
    W = haar("d", "d")
    Q = W.exact(MP, {"": exact(W.sample(Sampler(3), "haar", 1, SIZES, {})[""][0].numpy())}, SIZES, {})
    product = Q * Q.T
    assert all(product[i, j] == int(i == j) for i, j in itertools.product(range(3), repeat=2))


def test_readable_points_reach_both_signs():
    """The sign of a raw point is admitted only as a sign, and turns the point round."""
    law = sphere("n")
    assert law.exact(MP, {"": exact([0, 1])}, {"n": 2}, {}) == [0, -1]
    assert law.exact(MP, {"": exact([0, -1])}, {"n": 2}, {}) == [0, 1]
    assert law.exact(MP, {"": exact([1])}, {"n": 1}, {}) == [-1]
    assert law.admits({"": exact([5, -1])}, {"n": 2}, {})
    assert not law.admits({"": exact([1, 5])}, {"n": 2}, {})


@pytest.mark.parametrize("law", [finite(THIRDS, "d"), rademacher(1, "d")])
def test_outcomes_are_all_there_are(law):
    """As many as the cardinality, their probabilities add up to 1, and `numbered` lists the same ones."""
    sizes = {"d": 3}
    listed = [(tuple(parts[""].flat), share) for parts, share in law.outcomes(sizes)]
    assert len(listed) == len({raw for raw, _ in listed}) == law.cardinality(sizes, {})
    assert sum(share for _, share in listed) == 1
    numbered = law.numbered(XP, torch.arange(len(listed)), sizes, {})[""]
    assert {tuple(row.reshape(-1).tolist()) for row in numbered} == {raw for raw, _ in listed}
    assert all(law.admits(parts, sizes, {}) for parts, _ in law.outcomes(sizes))


def test_values_are_exact_for_the_oracle_and_rounded_for_the_evaluator():
    """Raw 0 is the smallest value, here -1/3: in rationals itself, also for a derived oracle; in floats the nearest number."""
    law = finite(THIRDS, "n")
    raw = exact([0, 1, 2, 0])
    assert law.exact(MP, {"": raw}, SIZES, {}) == [Fraction(-1, 3), 0, 2, Fraction(-1, 3)]
    floats = law.tensor(XP, {"": torch.tensor([[0.0, 1, 2, 0]], dtype=torch.float64)}, SIZES, {})
    assert floats.tolist() == [[-1 / 3, 0, 2, -1 / 3]]
    lifted = ExactNamespace(MP)
    derived = law.tensor(lifted, {"": lifted.lift(raw[None], NUMBER)}, SIZES, {})
    assert list(derived.data[0]) == [Fraction(-1, 3), 0, 2, Fraction(-1, 3)]


@pytest.mark.parametrize("law", [rademacher("d", "n"), finite({1: Fraction(1, 2), 3: Fraction(1, 2)}, "d", "n")])
def test_finite_laws_can_be_searched_as_inputs(law):
    """Corners are constant arrays, and what ascent moves is brought back to the values."""
    corners = [exact(corner[""]) for corner in law.corners(SIZES, {})]
    assert all(law.admits({"": corner}, SIZES, {}) for corner in corners)
    moved = law.clamp(XP, {"": torch.tensor([-0.7, 0.6, 9.0], dtype=torch.float64)})[""]
    assert moved.tolist() == [0, 1, 1]
    assert not law.admits({"": exact([[Fraction(1, 2)]])}, SIZES, {})


@given(st.data())
def test_readable_draws_are_admitted(data):
    """What Hypothesis draws of any law is of the right shape and admitted."""
    for law in ALL:
        raw = np.asarray(law.draw(data.draw, SIZES, {})[""])
        assert raw.shape == tuple(SIZES[size] for size in law.parts()[""])
        assert law.admits({"": exact(raw)}, SIZES, {})


@pytest.mark.parametrize("law", ALL)
def test_every_law_states_itself_and_its_distance(law):
    """A report can say what is drawn, and how far from it the draws are."""
    assert law.law
    assert law.distance
    assert law.finite == (law.distance == "draws have exactly that law")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({0: Fraction(1, 2), 1: Fraction(1, 3)}, "sum to 5/6, but should sum to 1"),
        ({}, "sum to 0, but should sum to 1"),
        ({0: Fraction(3, 2), 1: Fraction(-1, 2)}, "probability of 1 in a finite law is -1/2, but should be positive"),
        ({0: 0.5, 1: 0.5}, "probability of a finite law is 0.5, but should be an integer or a fraction"),
        ({0.1: 1}, "value of a finite law is 0.1, but should be an integer or a fraction"),
        ({0: Fraction(1, 2**54), 1: 1 - Fraction(1, 2**54)}, "should be at most 2\\^53"),
    ],
)
def test_impossible_tables_are_errors(table, words):
    """Probabilities that do not add up, are not positive, or are floats, are named in one sentence."""
    with pytest.raises(ClaimError, match=words):
        finite(table, "n")


def test_rationals_of_sympy_are_welcome():
    """A claim file that states its constants in SymPy can state its law in them."""
    law = finite({sympy.Rational(1, 3): sympy.Rational(1, 2), sympy.Integer(1): sympy.Rational(1, 2)}, "n")
    assert law.values == [Fraction(1, 3), 1]
