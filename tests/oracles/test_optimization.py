"""The oracles of the optimisation family: exact equality cases, enumeration of paths, recurrences and seeded bugs."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from oracles import optimization
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=128)
SUBJECTS = subjects("optimization")
CLAIMS = [name for name in SUBJECTS if ":" not in name]


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def function(breaks, slopes, **others):
    return {"breaks": numbers(breaks), "slopes": numbers(slopes), **{name: MP.mpf(Fraction(v)) for name, v in others.items()}}


@pytest.mark.parametrize("h", ["1/2", 1])
@pytest.mark.parametrize("N", range(1, 8))
def test_huber_function_attains_the_rate(N, h):
    """The Huber function of slope 1/(2Nh + 1) started at 1 has the excess 1/(4Nh + 2), exactly."""
    slope = 1 / (2 * N * Fraction(h) + 1)
    found = optimization.gradient_descent(MP, function([-slope, slope], [0, 1, 0], start=1), MP.mpf(Fraction(h)), N)
    assert found["last"] == slope / 2


def test_quadratic_attains_the_second_branch():
    """On x^2/2 the excess after k steps is (1 - h)^{2k}/2."""
    found = optimization.gradient_descent(MP, function([5], [1, 1], start=1), MP.mpf(Fraction(9, 5)), 3)
    assert [value * 2 for value in found["excess"]] == [Fraction(16, 25) ** k for k in range(4)]


def test_mirror_images_have_the_same_trajectory():
    """A function and its mirror image have the same excess at every step."""
    right = optimization.gradient_descent(MP, function([1, 2], [1, "1/2", 0], start=3), MP.mpf(1), 5)
    left = optimization.gradient_descent(MP, function([-2, -1], [0, "1/2", 1], start=-3), MP.mpf(1), 5)
    assert all(a == b for a, b in zip(right["excess"], left["excess"], strict=True))


def test_infimum_without_convexity():
    """For f' = -x on [-1, 1], x - 2 beyond 1 and x + 2 below -1 the infimum is -1; without growth it is minus infinity."""
    assert optimization.infimum(MP, function([-1, 1], [1, -1, 1])) == -1
    assert MP.to_float(optimization.infimum(MP, function([-1, 1], [1, -1, 0]))) == -np.inf


def gradients(start, step, values):
    return {"start": numbers(start), "step": MP.mpf(Fraction(step)), "gradients": [numbers(row) for row in values]}


@pytest.mark.parametrize("N", [1, 2, 5])
def test_gradients_of_the_huber_function_have_its_worst_value(N):
    """The largest value that interpolates the Huber gradients is the rate 1/(4N + 2), and no cycle is positive."""
    slope = Fraction(1, 2 * N + 1)
    found = optimization.interpolated()(MP, gradients([1], 1, [[slope]] * (N + 1)), N)
    assert found["cycle"] == 0
    assert found["last"] == slope / 2


def test_convex_and_lipschitz_data_need_not_be_interpolable():
    """x = (0, 0), (1, 0) with g = (0, 0), (0, 1): convexity and the Lipschitz bound hold, co-coercivity fails."""
    data = gradients([1, 0], 1, [[0, 1]])
    assert optimization.interpolated(optimization.first_order_bound)(MP, data, 0)["cycle"] == 0
    assert optimization.interpolated(optimization.first_order_bound)(MP, data, 0)["stretch"] == 0
    assert optimization.interpolated()(MP, data, 0)["cycle"] > 0


@pytest.mark.parametrize("seed", range(6))
def test_longest_walks_are_the_longest_paths(seed):
    """Without positive cycles they are the greatest sums over all simple paths, enumerated."""
    rng = np.random.default_rng(seed)
    potential, slack = rng.integers(-9, 10, 5), rng.integers(0, 5, (5, 5))
    least = [[MP.mpf(int(potential[j] - potential[i] - slack[i, j] * (i != j))) for j in range(5)] for i in range(5)]
    found = optimization.longest_walks(least, 0)
    for target in range(1, 5):
        inner = [node for node in range(1, 5) if node != target]
        paths = [(0, *middle, target) for size in range(4) for middle in itertools.permutations(inner, size)]
        assert found[target] == max(sum(int(least[i][j]) for i, j in itertools.pairwise(path)) for path in paths)
    assert found[0] == 0


CYCLES = [
    ("Lessard, Recht and Packard", [1, 2], [1, 0, 1], 1225),
    ("two pieces", [1], [1, 0], 1367),
]


@pytest.mark.parametrize(("breaks", "slopes", "denominator"), [cycle[1:] for cycle in CYCLES], ids=[cycle[0] for cycle in CYCLES])
def test_heavy_ball_cycles(breaks, slopes, denominator):
    """The printed cycle of period three, and one of a function of two pieces only, return exactly and not before."""
    states = {"previous": Fraction(2592, denominator), "current": Fraction(792, denominator)}
    found = optimization.heavy_ball_return(MP, function(breaks, slopes, root=5, **states), 3)
    assert found["returned"][2] == 0
    assert all(distance > 1 for distance in found["returned"][:2])
    raw = {"breaks": breaks, "slopes": slopes, "root": 5, **states}
    instance = Instance({"m": len(breaks), "K": 3}, raw={f"orbit.{name}": exact(value) for name, value in raw.items()})
    assert Judge(SUBJECTS["hb_global"]).rule(instance).outcome == "violated"


def test_chebyshev_form_is_the_iteration():
    """The closed form per eigenvalue equals the recurrence run in rationals, with a velocity too."""
    f = {"root": MP.mpf(3), "eigenvalues": numbers([1, 4, 9]), "current": numbers([1, 2, 3]), "previous": numbers([1, 0, -1])}
    step, momentum = Fraction(1, 4), Fraction(1, 4)
    before, now, distances = [1, 0, -1], [1, 2, 3], []
    for _ in range(7):
        distances.append(sum(Fraction(x) ** 2 for x in now))
        moved = [x - step * lam * x + momentum * (x - y) for lam, x, y in zip((1, 4, 9), now, before, strict=True)]
        before, now = now, moved
    found = optimization.heavy_ball_quadratic(MP, f, 6)["distance_squared"]
    assert all(a == b for a, b in zip(found, distances, strict=True))


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """Both computations agree, in the claims and in the mutants that replace one of them."""
    assert compared(SUBJECTS[name]).compared >= 20


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in CLAIMS for q in sorted(SUBJECTS[name].quantity_names())])
def test_a_seeded_bug_is_caught(name, quantity):
    """An oracle that is off by one part in a million, in any one quantity, disagrees with the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(SUBJECTS[name], quantity))
