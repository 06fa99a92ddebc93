"""The oracles of bounds in the composite norm: best shifts, the planted head as an array, and closed forms of the document."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from oracles import composite_norm
from refute.arithmetic import Certifying

MP = Certifying(bits=192)


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def rows(matrix):
    return [numbers(row) for row in matrix]


def norm(matrix):
    """The composite norm of a matrix of numbers without groups."""
    return composite_norm.composite_norm(MP, rows(matrix), [1] * len(matrix), [1] * len(matrix[0]))


def test_composite_norm_violates_the_triangle_inequality():
    """A column and a row of four ones: sqrt(25) = 5 against 2 + 2."""
    column, row = np.zeros((4, 4), dtype=int), np.zeros((4, 4), dtype=int)
    column[:, 0], row[0, :] = 1, 1
    assert [norm(column.tolist()), norm(row.tolist()), norm((column + row).tolist())] == [2, 2, 5]


def test_groups_stand_for_equal_rows_and_columns():
    """The norm of a block matrix is that of the matrix written out."""
    blocks, heights, widths = [[1, -2], [3, Fraction(1, 2)]], [3, 1], [2, 4]
    written = np.repeat(np.repeat(np.array(blocks, dtype=object), heights, axis=0), widths, axis=1)
    found = composite_norm.composite_norm(MP, rows(blocks), heights, widths)
    assert MP.eq(found, norm(written.tolist())) is not False


@pytest.mark.parametrize("seed", range(5))
def test_midpoint_is_the_best_shift_of_two_tokens(seed):
    """No shift on a grid around the midpoint has a smaller composite norm."""
    first, second = np.random.default_rng(seed).integers(-4, 5, (2, 2)).tolist()
    least = composite_norm.two_token_residual(MP, numbers(first), numbers(second), [1, 1])
    for shift in itertools.product([Fraction(k, 2) for k in range(-10, 11)], repeat=2):
        moved = [[x - s for x, s in zip(token, shift, strict=True)] for token in (first, second)]
        assert MP.lt(norm(moved), least) is not True


@pytest.mark.parametrize("seed", range(8))
def test_best_shift_of_a_column(seed):
    """The least norm over entries and the middle is the least over a fine grid."""
    rng = np.random.default_rng(seed)
    entries = rng.integers(-3, 4, rng.integers(2, 7)).tolist()
    least = composite_norm.column_residual(MP, numbers(entries), [1] * len(entries))
    grid = [norm([[x - Fraction(k, 12)] for x in entries]) for k in range(-48, 49)]
    assert min(MP.to_float(value) for value in grid) == pytest.approx(MP.to_float(least), abs=1e-14)


@pytest.mark.parametrize("k", [65025 - 1, 65025 + 1])
def test_ratio_of_two_heads(k):
    """The sides are to each other as tanh(u)/u sqrt(1 + sqrt(m)) to 16, below 1 up to m = 255^2 and above 1 beyond."""
    u = MP.mpf(Fraction(1, 1 << 30))
    second = 1 / MP.sqrt(k)
    heads = {
        "first": numbers([1]), "second": numbers([-1]), "input_width": numbers([1]), "output_width": numbers([1, k]),
        "key": [[[u]], [[u]]], "value": [[numbers([1, 0])], [[MP.mpf(0), second]]],
    }  # fmt: skip
    found = composite_norm.grouped_heads(MP, heads, 1)
    ratio = found["residual_after"]() / (8 * found["strength"] * found["residual"] ** 3)
    assert MP.eq(ratio, MP.tanh(u) / u * MP.sqrt(1 + MP.sqrt(k)) / 16) is not False
    assert (ratio > 1) is (k > 65025)


def planted_as_array(n, m, weight, common, size):
    """The tokens and weights of the planted head, coordinate by coordinate: e_c, e_x, e_1, ..., e_n."""
    d = n + 2
    tokens = [[size, common] + [0] * n]
    tokens += [[0, common] + [size * int(i == j) for j in range(n)] for i in range(n)]
    tokens += [[0, common] + [0] * n for _ in range(m)]
    key = [[Fraction(0)] * d for _ in range(d)]
    key[1][0] = weight
    for i in range(2, d):
        key[i][i] = weight
    return {
        "tokens": MP.matrix(rows(tokens)), "key": MP.matrix(rows(key)), "value": numbers([1] + [0] * (d - 1)),
        "shift": numbers([0, common] + [0] * n),
    }  # fmt: skip


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 7), (4, 3), (3, 10)])
def test_planted_head_is_the_head_written_out(n, m):
    """Residuals and weights of the planted head are those of its array, for few tokens of each kind."""
    weight, common, size = Fraction(3, 4), Fraction(5, 2), Fraction(2)
    own, seen = weight * size**2, weight * common * size
    logits = {"seen": MP.mpf(seen), "own": MP.mpf(own), "size": MP.mpf(size)}
    planted = composite_norm.planted_head(MP, {"diagonal": MP.mpf(n), "idle": MP.mpf(m), **logits})
    written = composite_norm.drawn_head(MP, planted_as_array(n, m, weight, common, size))
    for name in ("residual", "strength", "residual_after"):
        assert MP.eq(planted[name], written[name]) is not False, name


def test_planted_ratio_of_the_document():
    """n = 8000, m = 24000, e^s = 60 n, t = 16: 79.3 M against 64 M, a ratio of 1.2388."""
    head = {"diagonal": MP.mpf(8000), "idle": MP.mpf(24000), "seen": MP.log(MP.mpf(480000)), "own": MP.mpf(16), "size": MP.mpf(1)}
    found = composite_norm.planted_head(MP, head)
    assert found["tokens"] == 32001
    assert round(MP.to_float(found["residual_after"]), 1) == 79.3
    assert round(MP.to_float(found["residual_after"] / (4 * found["strength"])), 4) == 1.2388


@pytest.mark.parametrize(("weight", "common", "printed"), [(1, 100, 0.1634), (Fraction(1, 4), 400, 0.1759)])
def test_four_tokens_approach_the_small_size_constant(weight, common, printed):
    """The instance of the document for the constant 0.6: the ratio to the printed bound, with the limit 1/(4 sqrt 2)."""
    half = Fraction(1, 2)
    tokens = [[common, half, 0], [common + half, -half, 0], [common + half, -half, 0], [common, -half, -1]]
    key = [[-weight, 0, 0], [0, weight, weight], [0, 0, 0]]
    head = {
        "tokens": MP.matrix(rows(tokens)), "key": MP.matrix(rows(key)), "value": numbers([0, 1, 1]),
        "shift": numbers([common, -half, 0]),
    }  # fmt: skip
    found = composite_norm.drawn_head(MP, head)
    assert round(MP.to_float(found["residual_after"] / (4 * found["strength"] * found["residual"] ** 3)), 4) == printed
