"""Weights and representations: exactly orthogonal, exactly unit, without zero rows, alike in floats and rationals."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.laws import gaussian
from strategies.networks import dense, direction, orthogonal, reflections, unit_rows

XP = namespace("torch")
MP = Certifying(bits=128)
SIZES = {"d": 3, "L": 2, "k": 2}
ORTHOGONAL = {"cayley": orthogonal("d", "d"), "householder": reflections("k", "d")}
CLOSE = 2.0**-40


def is_identity(matrix):
    return all(matrix[i, j] == int(i == j) for i in range(matrix.rows) for j in range(matrix.cols))


@pytest.mark.parametrize(("source", "family"), [(s, f) for s in ORTHOGONAL.values() for f in s.families])
def test_sampled_weights_are_exactly_orthogonal(source, family):
    """W W^T is the identity in rationals, and the tensor is that matrix to nearly all digits."""
    parts = source.sample(Sampler(2), family, 8, SIZES, {})
    built = source.tensor(XP, parts, SIZES, {})
    for row in range(8):
        W = source.exact(MP, {"": exact(parts[""][row].numpy())}, SIZES, {})
        assert W.is_rational
        assert is_identity(W * W.T)
        assert max(abs(MP.to_float(W[i, j]) - float(built[row, i, j])) for i in range(3) for j in range(3)) < CLOSE


@given(st.data())
@pytest.mark.parametrize("name", ORTHOGONAL)
def test_readable_weights_are_exactly_orthogonal(name, data):
    """So are the small readable ones that Hypothesis draws."""
    source = ORTHOGONAL[name]
    W = source.exact(MP, {"": exact(source.draw(data.draw, SIZES, {})[""])}, SIZES, {})
    assert is_identity(W * W.T)


def test_stacks_are_orthogonal_layer_by_layer():
    """A stack of weights is a list of orthogonal matrices."""
    source = orthogonal("L", "d", "d")
    layers = source.exact(MP, {"": exact(np.arange(18).reshape(2, 3, 3))}, SIZES, {})
    assert len(layers) == 2
    assert all(is_identity(W * W.T) for W in layers)


def test_reflections_have_both_determinants():
    """One reflection has the determinant -1, two have 1; Cayley's transform has 1 always."""
    one, two = (reflections(count, "d").exact(MP, {"": exact(np.eye(count, 3) + 1)}, SIZES, {}) for count in (1, 2))
    assert (MP.det(one), MP.det(two)) == (-1, 1)
    assert MP.det(ORTHOGONAL["cayley"].exact(MP, {"": exact(np.arange(9).reshape(3, 3))}, SIZES, {})) == 1


@pytest.mark.parametrize("family", unit_rows("d", "d").families)
def test_rows_are_exactly_unit(family):
    """Stereographic projection gives rows of squared norm 1 in rationals, and the tensor is that matrix."""
    source = unit_rows("d", "d")
    parts = source.sample(Sampler(2), family, 8, SIZES, {})
    built = source.tensor(XP, parts, SIZES, {})
    for row in range(8):
        X = source.exact(MP, {"": exact(parts[""][row].numpy())}, SIZES, {})
        assert all(MP.fsum(X[i, j] * X[i, j] for j in range(3)) == 1 for i in range(3))
        assert max(abs(MP.to_float(X[i, j]) - float(built[row, i, j])) for i in range(3) for j in range(3)) < CLOSE


def test_unit_rows_reach_orthogonality_and_collapse():
    """A corner is exactly orthogonal, and in 200 draws the least singular value comes below 1e-4 and above 1 - 1e-4."""
    source = unit_rows("d", "d")
    X = source.exact(MP, {"": exact(next(source.corners(SIZES, {}))[""])}, SIZES, {})
    assert is_identity(X * X.T)
    least = [
        torch.linalg.svdvals(source.tensor(XP, source.sample(Sampler(1), family, 200, SIZES, {}), SIZES, {}))[:, -1]
        for family in ("nearly equal rows", "near orthogonal")
    ]
    assert float(least[0].min()) < 1e-4
    assert float(least[1].max()) > 1 - 1e-4


@pytest.mark.parametrize("source", [dense("d", "d"), dense("L", "d", "d"), direction("d", "d"), gaussian("d", "d")])
def test_corners_and_samples_are_admitted(source):
    """No family and no corner has a zero row (or, for a direction, is zero)."""
    for family in source.families:
        values = source.sample(Sampler(5), family, 100, SIZES, {})[""]
        assert all(source.admits({"": exact(value.numpy())}, SIZES, {}) for value in values)
    for corner in source.corners(SIZES, {}):
        assert source.admits({"": exact(corner[""])}, SIZES, {})


@given(st.data())
def test_readable_matrices_have_no_zero_row(data):
    """Hypothesis draws no zero row, however far it shrinks."""
    source = dense("d", "d")
    assert source.admits({"": exact(source.draw(data.draw, SIZES, {})[""])}, SIZES, {})


def test_matrices_come_close_to_rank_one():
    """In 200 draws of the rank-one-like family the ratio of singular values falls below 1e-5."""
    values = torch.linalg.svdvals(dense("d", "d").sample(Sampler(1), "rank-one-like", 200, SIZES, {})[""])
    assert float((values[:, 1] / values[:, 0]).min()) < 1e-5


def test_zero_rows_are_refused():
    """A zero row is not admitted, and the zero matrix is no direction."""
    assert not dense("d", "d").admits({"": exact([[1, 0], [0, 0]])}, SIZES, {})
    assert direction("d", "d").admits({"": exact([[1, 0], [0, 0]])}, SIZES, {})
    assert not direction("d", "d").admits({"": exact([[Fraction(0)]])}, SIZES, {})
