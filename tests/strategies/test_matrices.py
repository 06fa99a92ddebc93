"""Samples and Gram matrices: exactly unit and semidefinite, alike in floats and rationals, with the hard cases among them."""

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
from strategies.matrices import (
    EQUAL,
    POINTS,
    factor,
    gram_matrix,
    log_volume,
    pivot_deficits,
    rank,
    samples,
    unit_gram,
)

XP = namespace("torch")
MP = Certifying(bits=256)
GRAM = unit_gram("n")
# a thousand roundings of float64
CLOSE = 2.0**-43


def as_exact(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@given(st.data(), st.integers(2, 5), st.sampled_from((POINTS, EQUAL)))
def test_gram_matrix_is_exactly_unit_and_semidefinite(data, n, kind):
    """Every readable instance has unit diagonal and no negative eigenvalue, in rationals."""
    raw = {name: exact(array) for name, array in GRAM.draw(data.draw, {"n": n}, {"kind": kind}).items()}
    assert GRAM.admits(raw, {"n": n}, {"kind": kind})
    matrix = GRAM.exact(MP, raw, {"n": n}, {"kind": kind})
    assert matrix.is_rational
    assert all(matrix[i, i] == 1 for i in range(n))
    assert MP.is_positive_semidefinite(matrix) is True


@pytest.mark.parametrize("kind", [POINTS, EQUAL])
@pytest.mark.parametrize("family", GRAM.families)
def test_tensor_correlations_are_the_exact_ones(kind, family):
    """The off-diagonal entries of the batch are those of the rational matrix, their complements to nearly all digits."""
    sizes, choices = {"n": 4}, {"kind": kind}
    parts = GRAM.sample(Sampler(5), family, 20, sizes, choices)
    built = GRAM.tensor(XP, parts, sizes, choices)
    for row in range(20):
        raw = as_exact(parts, row)
        assert GRAM.admits(raw, sizes, choices)
        matrix = GRAM.exact(MP, raw, sizes, choices)
        upper = [matrix[i, j] for i in range(4) for j in range(i + 1, 4)]
        for position, truth in enumerate(upper):
            sign, magnitude, complement = (float(x[row, position]) for x in (built.sign, built.magnitude, built.complement))
            assert abs(sign * magnitude - MP.to_float(truth)) <= CLOSE
            if kind == EQUAL or sign > 0:
                assert abs(complement - MP.to_float(1 - abs(truth))) <= CLOSE * complement


def test_equicorrelated_determinant():
    """det((1 - r) I + r 11^T) = (1 - r)^{n-1} (1 + (n - 1) r), exactly, and 0 at both ends."""
    for n in (2, 3, 5):
        for r in (Fraction(1, 3), Fraction(-1, 2 * n), Fraction(1), Fraction(-1, n - 1)):
            raw = {"points": exact([[0] * n] * n), "correlation": exact(r)}
            assert GRAM.admits(raw, {"n": n}, {"kind": EQUAL})
            determinant = MP.det(GRAM.exact(MP, raw, {"n": n}, {"kind": EQUAL}))
            assert determinant == (1 - r) ** (n - 1) * (1 + (n - 1) * r)
        beyond = {"points": exact([[0] * n] * n), "correlation": exact(Fraction(-1, n - 1) - Fraction(1, 1000))}
        assert not GRAM.admits(beyond, {"n": n}, {"kind": EQUAL})


def test_nearly_singular_matrices_of_every_kind_occur():
    """Within 200 draws each: a smallest eigenvalue below 1e-8, by equal points, by dependence, and at either end."""
    sizes = {"n": 4}
    for kind, family in ((POINTS, "nearly parallel"), (POINTS, "nearly dependent"), (EQUAL, "gaussian")):
        built = GRAM.tensor(XP, GRAM.sample(Sampler(7), family, 200, sizes, {"kind": kind}), sizes, {"kind": kind})
        lowest = torch.linalg.eigvalsh(gram_matrix(XP, built.value, 4))[:, 0]
        assert bool((lowest < 1e-8).any())
        # dependent points need not be close to one another
        if family != "nearly parallel":
            assert bool((lowest[built.magnitude.max(dim=1).values < 0.999] < 1e-5).any())


@given(st.integers(2, 5), st.integers(0, 1000))
def test_pivots_and_volume_against_exact_determinants(n, seed):
    """Deficits of the pivots and Gram-Schmidt lengths give the determinant that rationals give."""
    vectors = Sampler(seed).normal(1, n, n)
    unit = vectors / torch.linalg.vector_norm(vectors, dim=2, keepdim=True)
    gram = unit @ unit.mT
    truth = MP.det(MP.matrix([[MP.mpf(Fraction(float(x))) for x in row] for row in gram[0]]))
    product = float(torch.prod(1 - pivot_deficits(XP, gram)[0]))
    smallest = float(torch.linalg.eigvalsh(gram)[0, 0])
    assert abs(product - MP.to_float(truth)) * smallest <= CLOSE * MP.to_float(truth)
    columns = MP.matrix([[MP.mpf(Fraction(float(x))) for x in row] for row in vectors[0]])
    volume = MP.to_float(MP.log(abs(MP.det(columns))))
    assert abs(float(log_volume(XP, vectors)[0]) - volume) * smallest <= CLOSE * (1 + abs(volume))


def test_small_deficits_keep_their_digits():
    """Next to the identity 1 - d_2 = rho^2 is right although d_2 rounds to 1."""
    rho = 2.0**-30
    gram = torch.tensor([[[1.0, rho], [rho, 1.0]]], dtype=torch.float64)
    assert float(pivot_deficits(XP, gram)[0, 1]) == rho * rho


def test_parallel_zero_and_equal_columns_occur():
    """The corners of the samples hold parallel columns, a zero column, ties and a dominant column."""
    corners = [np.array(corner[""], dtype=object) for corner in samples("d", "n").corners({"d": 3, "n": 3}, {})]
    ranks = [np.linalg.matrix_rank(corner.astype(float)) for corner in corners]
    lengths = [np.linalg.norm(corner.astype(float), axis=0) for corner in corners]
    assert {0, 1, 3} <= set(ranks)
    assert any(np.any(length == 0) and np.any(length > 0) for length in lengths)
    assert any(np.all(length == length[0]) and length[0] > 0 for length in lengths)
    assert any(np.max(length) > 1000 * np.min(length) > 0 for length in lengths)


@pytest.mark.parametrize("sizes", [{"d": 3, "n": 3}, {"d": 2, "n": 4}, {"d": 5, "n": 3}])
def test_rank_counts_columns_out_of_the_span_of_others(sizes):
    """It is the rank of the rational matrix for every corner and draw, nearly parallel ones too."""
    source = samples("d", "n")
    arrays = [np.array(corner[""], dtype=object).astype(float) for corner in source.corners(sizes, {})]
    for family in source.families:
        arrays += list(source.sample(Sampler(3), family, 10, sizes, {})[""].numpy())
    for array in arrays:
        truth = MP.rank(MP.matrix([[MP.mpf(Fraction(x)) for x in row] for row in exact(array)]))
        found = int(rank(XP, torch.tensor(array, dtype=torch.float64)[None])[0])
        # a third of an integer is rounded: the columns are dependent in rationals before rounding alone
        assert found == truth or (found < truth and np.linalg.matrix_rank(array) == found)


@pytest.mark.parametrize("family", samples("d", "n").families)
def test_samples_have_their_shape(family):
    """A batch is float64 of shape (batch, d, n), finite throughout."""
    batch = samples("d", "n").sample(Sampler(1), family, 30, {"d": 4, "n": 3}, {})[""]
    assert batch.shape == (30, 4, 3)
    assert batch.dtype == torch.float64
    assert bool(torch.isfinite(batch).all())


@pytest.mark.parametrize("signed", [True, False])
def test_factors_are_admitted(signed):
    """No factor is 0; a negative one occurs if and only if it is asked for."""
    source = factor(signed)
    values = source.sample(Sampler(6), "log-uniform", 200, {}, {})[""]
    assert all(source.admits({"": exact(value)}, {}, {}) for value in values.tolist())
    assert bool((values < 0).any()) == signed
    assert not source.admits({"": exact(0)}, {}, {})
    assert factor(signed=False).admits({"": exact(-1)}, {}, {}) is False
