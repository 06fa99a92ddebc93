"""Haar weights: exactly orthogonal draw by draw, and with the law of the orthogonal group."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.laws import haar

XP = namespace("torch")
MP = Certifying(bits=128)
CLOSE = 2.0**-48
DRAWS = 200_000


def drawn(d, draws=DRAWS, seed=3):
    source = haar("d", "d")
    return source.tensor(XP, source.sample(Sampler(seed), "haar", draws, {"d": d}, {}), {"d": d}, {})


def is_identity(matrix):
    return all(matrix[i, j] == int(i == j) for i in range(matrix.rows) for j in range(matrix.cols))


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_draws_are_exactly_orthogonal(d):
    """A raw draw is an orthogonal matrix in rationals, and the tensor is that matrix."""
    source = haar("d", "d")
    raw = source.sample(Sampler(1), "haar", 4, {"d": d}, {})[""]
    built = source.tensor(XP, {"": raw}, {"d": d}, {})
    for row in range(4):
        W = source.exact(MP, {"": exact(raw[row].numpy())}, {"d": d}, {})
        assert is_identity(W * W.T)
        assert max(abs(MP.to_float(W[i, j]) - float(built[row, i, j])) for i in range(d) for j in range(d)) < CLOSE


@given(st.data())
def test_readable_stacks_are_orthogonal(data):
    """So is every layer of a stack of the small readable ones that Hypothesis draws."""
    source = haar("L", "d", "d")
    sizes = {"L": 2, "d": 3}
    raw = exact(source.draw(data.draw, sizes, {})[""])
    layers = source.exact(MP, {"": raw}, sizes, {})
    assert len(layers) == 2
    assert all(is_identity(W * W.T) for W in layers)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_first_moments_vanish(d):
    """Means of entries and of the determinant are 0 within five standard errors: QR without its signs would fail here."""
    W = drawn(d)
    assert float(W.mean(dim=0).abs().max()) < 5 / math.sqrt(d * DRAWS)
    assert abs(float(torch.linalg.det(W).mean())) < 5 / math.sqrt(DRAWS)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_fourth_moments_are_those_of_the_group(d):
    """Every diagonal product, within five standard errors of Weingarten's value; in all rows and columns alike."""
    W = drawn(d)
    fourth = (W**4).mean(dim=0)
    mixed = (W[:, 0, 0] ** 2 * W[:, 1, 1] ** 2).mean()
    cycle = (W[:, 0, 0] * W[:, 0, 1] * W[:, 1, 0] * W[:, 1, 1]).mean()
    assert float((fourth - 3 / (d * (d + 2))).abs().max()) < 5 * 0.5 / math.sqrt(DRAWS)
    assert abs(float(mixed) - (d + 1) / (d * (d - 1) * (d + 2))) < 5 * 0.4 / math.sqrt(DRAWS)
    assert abs(float(cycle) + 1 / (d * (d - 1) * (d + 2))) < 5 * 0.3 / math.sqrt(DRAWS)


def test_angles_are_uniform_in_the_plane():
    """In width two the angle of the first row is uniform: its empirical distribution is within 2 / sqrt(n) of that."""
    W = drawn(2, draws=40_000)
    angles = torch.sort(torch.atan2(W[:, 0, 1], W[:, 0, 0])).values / (2 * math.pi) + 0.5
    places = (torch.arange(40_000, dtype=torch.float64) + 0.5) / 40_000
    assert float((angles - places).abs().max()) < 2 / math.sqrt(40_000)
