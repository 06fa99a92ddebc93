"""The oracles of the attention family: against numerical derivatives, known separators, equality cases and seeded bugs."""

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from oracles import attention
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import exact
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=128)
SUBJECTS = subjects("attention")


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def at(x, h, g):
    return attention.third_derivative(MP, {"x": numbers(x), "h": numbers(h), "g": numbers(g)})


def contains(number, value, margin):
    """Whether a certified number lies within a margin of a float."""
    return abs(MP.to_float(number) - float(value)) <= margin


@pytest.mark.parametrize("seed", range(4))
def test_third_derivative_is_that_of_log_sum_exp(seed):
    """The cumulants are the derivatives of log-sum-exp that mpmath differentiates numerically."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    x, h, g = (rng.integers(-8, 9, n) / 4 for _ in range(3))
    with mpmath.workdps(40):

        def lse(s, t):
            return mpmath.log(mpmath.fsum(mpmath.exp(a + s * b + t * c) for a, b, c in zip(x, h, g, strict=True)))

        mixed, diagonal = mpmath.diff(lse, (0, 0), (2, 1)), mpmath.diff(lse, (0, 0), (3, 0))
        second = mpmath.diff(lse, (0, 0), (2, 0))
    found = at(x, h, g)
    assert contains(found["third"], mixed, 1e-12)
    assert contains(found["third_diagonal"], diagonal, 1e-12)
    assert contains(found["second"], second, 1e-12)


def test_two_tokens_attain_the_sharp_constant():
    """At x_1 - x_2 = log(2 + sqrt 3) and h = g = (1, -1) the bound sqrt(6)/9 |h|^2 |g| is attained to all digits."""
    tokens = {"x": [MP.log(2 + MP.sqrt(3)), MP.mpf(0)], "h": numbers([1, -1]), "g": numbers([1, -1])}
    found = attention.third_derivative(MP, tokens)
    difference = abs(found["third"]) - MP.sqrt(6) / 9 * found["norm_h"] ** 2 * found["norm_g"]
    assert MP.eq(difference, 0) is None
    assert MP.radius(difference) < 2.0**-110


@pytest.mark.parametrize("logit", [40, 150, 250])
def test_one_dominant_token_costs_no_digits(logit):
    """With a mass of e^-250 outside the first token, cumulants keep their relative precision at 64 bits."""
    mp = Certifying(bits=64)
    tokens = {"x": [mp.mpf(logit), mp.mpf(0)], "h": [mp.mpf(1), mp.mpf(4)], "g": [mp.mpf(2), mp.mpf(3)]}
    found = attention.third_derivative(mp, tokens)
    for name in ("third", "third_diagonal", "second"):
        assert found[name] > 0
        assert mp.radius(found[name]) < 2.0**-50 * mp.to_float(found[name])


def rows(*vectors):
    return [[Fraction(value) for value in vector] for vector in vectors]


@pytest.mark.parametrize(
    ("constraints", "point"),
    [
        (rows((2, 0)), (Fraction(1, 2), 0)),
        (rows((1, 0), (0, 1)), (1, 1)),
        (rows((1, 0), (1, 1)), (1, 0)),
        (rows((3, 4), (3, 4), (6, 8)), (Fraction(3, 25), Fraction(4, 25))),
        (rows((1, 2), (1, -2)), (1, 0)),
    ],
)
def test_known_separators(constraints, point):
    """One constraint, orthogonal ones, a degenerate one, repeated ones and a symmetric pair."""
    assert attention.max_margin(constraints)[0] == list(point)


def test_infeasible_constraints_have_no_separator():
    """Opposite vectors have the origin in their hull."""
    assert attention.max_margin(rows((1, 1), (-1, -1))) is None
    assert attention.max_margin(rows((1, 0), (-1, 1), (-1, -1))) is None


@pytest.mark.parametrize("seed", range(20))
def test_separator_is_the_best_of_all_active_sets(seed):
    """Wolfe's method finds what enumeration of all active sets finds, by Gaussian elimination in rationals."""
    rng = np.random.default_rng(seed)
    count, d = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    constraints = [[Fraction(int(x)) for x in row] for row in rng.integers(-3, 4, (count, d))]
    candidates = []
    for size in range(1, min(count, d) + 1):
        for active in itertools.combinations(constraints, size):
            weights = attention.solve([[attention.dot(a, b) for b in active] for a in active], [Fraction(1)] * size)
            if weights is not None:
                p = attention.combination(dict(enumerate(weights)), active)
                if all(attention.dot(a, p) >= 1 for a in constraints):
                    candidates.append((attention.dot(p, p), p))
    found = attention.max_margin(constraints)
    assert (found is None) == (not candidates)
    if found is not None:
        assert attention.dot(found[0], found[0]) == min(candidates)[0]


def test_least_one_norm_differs_from_least_two_norm():
    """Under 2 p_1 + p_2 >= 1 the least 1-norm is at (1/2, 0), the least 2-norm at (2/5, 1/5)."""
    constraints = rows((2, 1))
    assert attention.sparsest_margin(constraints) == [Fraction(1, 2), 0]
    assert attention.max_margin(constraints)[0] == [Fraction(2, 5), Fraction(1, 5)]


def selection(differences, gaps, radius, p, loss="correlation"):
    parts = {"differences": differences, "gaps": gaps, "best": [0] * len(gaps), "radius": radius, "p": p}
    return {**{name: exact(value) for name, value in parts.items()}, "loss": loss}


@pytest.mark.parametrize("radius", [1, 30, 10**6])
def test_one_sample_of_two_tokens_is_an_equality(radius):
    """For n = 1, T = 2 and p = R u the margin bound is an equality at every radius: C = 1 and the losses agree."""
    p = [Fraction(3 * radius, 5), Fraction(4 * radius, 5)]
    found = attention.regularisation_path()(MP, selection([[[3, 4]]], [[2]], radius, p), 1, 2)
    assert found["C"] == 1
    assert found["reach"] == 5 * radius
    assert found["margin"] == 5 * radius
    assert found["log_loss_ratio"] == 0
    assert MP.eq(found["softplus_margin"], found["log_reach"]) is None
    assert found["distance"] == 0


@pytest.mark.parametrize(("radius", "printed"), [(20, 2.26), (100, 5.64), (10_000, 26.1)])
def test_drift_of_a_degenerate_constraint(radius, printed):
    """With a_1 = (1, 0), a_2 = (1, 1) the minimiser drifts along the sphere: R^2 (1 - cos) grows like log^2 R / 2."""
    with mpmath.workdps(30):
        across = mpmath.findroot(lambda y: y * (1 + mpmath.exp(y)) - mpmath.sqrt(radius**2 - y**2), mpmath.log(radius))
        angle = mpmath.asin(across / radius)
        u = Fraction(str(mpmath.tan(angle / 2)))
    p = [radius * (1 - u * u) / (1 + u * u), radius * 2 * u / (1 + u * u)]
    found = attention.regularisation_path()(MP, selection([[[1, 0], [1, 1]]], [[1, 1]], radius, p), 1, 3)
    assert found["norm_squared"] == radius**2
    assert found["log_loss_ratio"] < 0
    assert contains(radius**2 * found["cosine_gap"], printed, 0.006 * printed)


def test_logistic_excess_is_the_difference_of_losses():
    """The excess equals log(1 + e^-(score)) minus its value at perfect selection."""
    data = selection([[[1, 0], [1, 1]]], [[1, 3]], 2, [Fraction(1, 2), Fraction(1, 3)], loss="logistic")
    margins = [Fraction(1, 2), Fraction(5, 6)]
    weights = [MP.exp(-MP.mpf(margin)) for margin in margins]
    score = -(weights[0] * 1 + weights[1] * 3) / (1 + MP.fsum(weights))
    difference = MP.log(1 + MP.exp(-score)) - MP.log(MP.mpf(2))
    assert contains(attention._excess(MP, data, [MP.mpf(m) for m in margins]) - difference, 0, 1e-30)


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """Both computations agree, in the claims and in the mutants that replace one of them."""
    assert compared(SUBJECTS[name]).compared >= 20


@pytest.mark.parametrize(
    ("name", "quantity"), [(name, q) for name in ("lse_third", "regpath") for q in sorted(SUBJECTS[name].quantity_names())]
)
def test_a_seeded_bug_is_caught(name, quantity):
    """An oracle that is off by one part in a million, in any one quantity, disagrees with the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(SUBJECTS[name], quantity))
