"""Signed series and Gram matrices of any diagonal: exact, with both signs and unequal lengths among them."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles.activations import Kernel
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.activations import SERIES
from strategies.entrywise import apply_series, scaled_gram, signed_series
from strategies.kernels import kernel
from strategies.matrices import EQUAL, POINTS

XP = namespace("torch")
MP = Certifying(bits=192)
CHOICE = {"activation": SERIES}


def as_exact(parts, row=0):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("family", signed_series("K").families)
def test_signed_series_are_one_at_one(family):
    """Every sample has a positive sum, kappa(0) = 0 and kappa(1) = 1 exactly, and negative coefficients do occur."""
    source, sizes = signed_series("K"), {"K": 4}
    parts = source.sample(Sampler(2), family, 40, sizes, CHOICE)
    for row in range(40):
        raw = as_exact(parts, row)
        if source.admits(raw, sizes, CHOICE):
            built = Kernel(MP, **source.exact(MP, raw, sizes, CHOICE))
            assert built(MP.mpf(1)) == 1
            assert built(MP.mpf(0)) == 0
    assert bool((parts["weights"] < 0).any())


@given(st.data())
def test_drawn_series_are_admitted_or_sum_to_zero(data):
    """A readable instance is refused only if its weights cancel."""
    source = signed_series("K")
    raw = {name: exact(value) for name, value in source.draw(data.draw, {"K": 3}, CHOICE).items()}
    assert source.admits(raw, {"K": 3}, CHOICE) == (sum(raw["weights"]) != 0)


@pytest.mark.parametrize("kind", [POINTS, EQUAL])
def test_scaled_matrices_have_the_squared_lengths_on_their_diagonal(kind):
    """D G D in rationals: diagonal a_i^2, semidefinite, and the lengths of the tensor are those."""
    source, sizes, choices = scaled_gram("n"), {"n": 3}, {"kind": kind}
    parts = source.sample(Sampler(4), "gaussian", 5, sizes, choices)
    built = source.tensor(XP, parts, sizes, choices)
    for row in range(5):
        raw = as_exact(parts, row)
        assert source.admits(raw, sizes, choices)
        matrix = source.exact(MP, raw, sizes, choices)
        assert all(matrix[i, i] == Fraction(float(built.lengths[row, i])) ** 2 for i in range(3))
        assert MP.is_positive_semidefinite(matrix) is True


def test_series_beyond_correlations():
    """(rho + rho^2)/2 on entries above 1 and below 0, but no closed form there."""
    halves = torch.tensor([[1.0, 1.0]], dtype=torch.float64)
    entries = torch.tensor([[[3.0, -2.0], [-2.0, 0.25]]], dtype=torch.float64)
    series = kernel("K").tensor(XP, {"weights": halves, "parameter": halves[:, 0]}, {"K": 2}, CHOICE)
    assert torch.allclose(apply_series(series, entries), (entries + entries**2) / 2, rtol=1e-14)
    gelu = kernel("K").tensor(XP, {"weights": halves, "parameter": halves[:, 0]}, {"K": 2}, {"activation": "gelu"})
    with pytest.raises(TypeError):
        apply_series(gelu, entries)
