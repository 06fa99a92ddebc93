"""Lists of gradients: a good share is interpolable, repair makes them so exactly, and arrays agree with rationals."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import optimization
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.gradients import convex_bounds, first_order_bounds, gradient_list, interpolable, longest_walks, smooth_bounds

XP = namespace("torch")
MP = Certifying(bits=128)
SOURCE = gradient_list("N", "d")
CLOSE = 2.0**-40


def row_of(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


def is_interpolable(raw):
    return interpolable(raw["start"], raw["gradients"], Fraction(raw["step"][()]))


@pytest.mark.parametrize("sizes", [{"N": 1, "d": 1}, {"N": 3, "d": 2}, {"N": 6, "d": 3}])
@pytest.mark.parametrize("family", SOURCE.families)
def test_a_good_share_of_draws_is_interpolable(family, sizes):
    """At least a third of the draws belong to a smooth convex function, decided in rationals."""
    parts = SOURCE.sample(Sampler(3), family, 30, sizes, {})
    raws = [row_of(parts, row) for row in range(30)]
    assert all(SOURCE.admits(raw, sizes, {}) for raw in raws)
    assert sum(is_interpolable(raw) for raw in raws) >= 10


@given(st.data(), st.integers(0, 3), st.integers(1, 2))
def test_readable_lists_are_gradients_of_huber_functions(data, N, d):
    """Whatever Hypothesis draws are the gradients of a sum of Huber functions, hence interpolable."""
    raw = {name: exact(value) for name, value in SOURCE.draw(data.draw, {"N": N, "d": d}, {}).items()}
    assert is_interpolable(raw)


@pytest.mark.parametrize("seed", range(5))
def test_repair_contracts_to_interpolable_data(seed):
    """Gaussian gradients, almost never interpolable, become so exactly, short of the base point."""
    rng = np.random.default_rng(seed)
    sizes = {"N": 3, "d": 2}
    raw = {"start": exact(rng.normal(size=2)), "gradients": exact(rng.normal(size=(4, 2))), "step": exact(1.0)}
    assert not is_interpolable(raw)
    repaired = SOURCE.repair(raw, sizes, {})
    assert is_interpolable(repaired)
    assert any(repaired["gradients"][0] != raw["start"] / 2)


def test_corners_are_interpolable_extremes():
    """The start at the minimiser and the pure quadratic belong to the class at every step."""
    for corner in SOURCE.corners({"N": 2, "d": 2}, {}):
        assert is_interpolable({name: exact(value) for name, value in corner.items()})


@pytest.mark.parametrize(
    ("bounds", "bound"),
    [
        (convex_bounds, optimization.convex_bound),
        (first_order_bounds, optimization.first_order_bound),
        (smooth_bounds, optimization.smooth_bound),
    ],
)
def test_pairwise_bounds_are_the_exact_ones(bounds, bound):
    """The batched bounds are those of the oracle for every pair of nodes (against the optimum, at least its minimality)."""
    rng = np.random.default_rng(0)
    x, g = rng.integers(-4, 5, (2, 4, 2)).astype(float)
    x[0] = g[0] = 0
    found = bounds(XP, torch.tensor(x)[None], torch.tensor(g)[None])[0]
    rows = [[[MP.mpf(int(v)) for v in row] for row in array] for array in (x, g)]
    for i in range(4):
        for j in range(4):
            truth = bound(rows[0][i], rows[1][i], rows[0][j], rows[1][j])
            if bounds is smooth_bounds and j == 0:
                truth = optimization.larger(truth, optimization.square(rows[1][i]) / 2)
            assert truth == Fraction(float(found[i, j]))


@pytest.mark.parametrize("seed", range(5))
def test_longest_walks_are_the_exact_ones(seed):
    """Squaring in the max-plus algebra gives what Bellman and Ford's method gives, positive cycles or not."""
    least = np.random.default_rng(seed).integers(-9, 4, (5, 5)) * (1 - np.eye(5, dtype=int))
    found = longest_walks(XP, torch.tensor(least, dtype=torch.float64)[None])[0]
    rows = [[MP.mpf(int(value)) for value in row] for row in least]
    for i in range(5):
        assert [Fraction(float(value)) for value in found[i]] == [
            Fraction(int(value)) for value in optimization.longest_walks(rows, i)
        ]
