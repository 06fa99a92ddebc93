"""Matrices for tests of the arithmetic: rank-deficient, repeated, zero, one by one, at any scale."""

from fractions import Fraction

import flint
from hypothesis import strategies as st

from refute.arithmetic.matrix import Matrix

ENTRIES = st.integers(-3, 3)


@st.composite
def tables(draw, square=False):
    """Rows of small integers, often with repeated, zero or dependent ones."""
    rows = draw(st.integers(1, 4))
    cols = rows if square else draw(st.integers(1, 4))
    table = draw(st.lists(st.lists(ENTRIES, min_size=cols, max_size=cols), min_size=rows, max_size=rows))
    match draw(st.sampled_from(["any", "zero", "repeated", "rank one"])):
        case "zero":
            table[0] = [0] * cols
        case "repeated":
            table[-1] = table[0]
        case "rank one":
            table = [[draw(ENTRIES) * entry for entry in table[0]] for _ in table]
    return table


@st.composite
def symmetric(draw):
    """Symmetric tables: sums, Gram matrices of any rank, multiples of the identity, block repetitions."""
    table = draw(tables(square=True))
    n = len(table)
    match draw(st.sampled_from(["sum", "gram", "scalar", "repeated"])):
        case "sum":
            return [[table[i][j] + table[j][i] for j in range(n)] for i in range(n)]
        case "gram":
            return [[sum(table[l][i] * table[l][j] for l in range(n)) for j in range(n)] for i in range(n)]
        case "scalar":
            return [[table[0][0] * int(i == j) for j in range(n)] for i in range(n)]
    block = [[table[i][j] + table[j][i] for j in range(n)] for i in range(n)]
    return [[block[i % n][j % n] if i // n == j // n else 0 for j in range(2 * n)] for i in range(2 * n)]


def scaled(rows, exponent):
    """The rows times a power of two."""
    factor = Fraction(2) ** exponent
    return [[entry * factor for entry in row] for row in rows]


def as_balls(mp, matrix):
    """The same matrix as balls with a radius, so that nothing about it is exact."""
    radius = flint.arb(0, 1) * flint.arb(2) ** (-mp.bits - 2)
    native = flint.arb_mat(matrix.rows, matrix.cols, [entry.ball() * (1 + radius) for entry in matrix])
    return Matrix(native, mp)


def contains(mp, enclosure, truth):
    """Whether an enclosure contains an exact number."""
    low, high = mp.bounds(enclosure)
    return low <= truth <= high
