r"""A deep chain in integers: every entry of a layer is an integer times a power of two, 200 decimal digits or more of it.

Normalised rows have norm one, so fixed point serves them; gradients and layers without normalisation are rescaled by powers of
two.  Every operation errs by a few units in the last place, and nothing here bounds what becomes of that in 1000 layers: a chain
with twice the digits shows how many digits are true.  What is measured on a given state (`gaps`) is computed without rounding.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np

GUARD = 200  # bits of a state that its comparison with floats needs


@dataclass(frozen=True)
class Matrix:
    """A matrix of integers times ``2**exponent``."""

    rows: list[list[Any]]
    exponent: int

    @classmethod
    def of(cls, floats: Any) -> Matrix:
        """A matrix of finite floats, exactly."""
        mantissas, exponents = np.frexp(np.asarray(floats, dtype=np.float64))
        lowest = int(exponents.min())
        whole = (mantissas * 2.0**53).astype(np.int64)
        pairs = zip(whole.tolist(), (exponents - lowest).tolist(), strict=True)
        return cls([[flint.fmpz(m) << e for m, e in zip(*row, strict=True)] for row in pairs], lowest - 53)

    def at(self, exponent: int) -> Matrix:
        """The same matrix with another exponent, rounded down where it has to be."""
        shift = self.exponent - exponent
        return Matrix([[x << shift if shift >= 0 else x >> -shift for x in row] for row in self.rows], exponent)

    def scaled(self, bits: int) -> Matrix:
        """The same matrix with a largest entry of ``bits`` bits."""
        largest = max(abs(x) for row in self.rows for x in row)
        return self.at(self.exponent + int(largest).bit_length() - bits) if largest else self

    def times(self, other: Matrix) -> Matrix:
        product = flint.fmpz_mat(self.rows) * flint.fmpz_mat(other.rows)
        return Matrix(product.tolist(), self.exponent + other.exponent)

    @property
    def transposed(self) -> Matrix:
        return Matrix([list(column) for column in zip(*self.rows, strict=True)], self.exponent)

    def two_floats(self) -> tuple[Any, Any]:
        """The matrix as the sum of two arrays of floats: their sum has 106 bits."""
        short = self.scaled(GUARD)
        high = [[float(int(x)) for x in row] for row in short.rows]
        low = [[float(int(x) - int(h)) for x, h in zip(*pair, strict=True)] for pair in zip(short.rows, high, strict=True)]
        return np.ldexp(high, short.exponent), np.ldexp(low, short.exponent)

    def log_norm(self) -> float:
        """The logarithm of the Frobenius norm; minus infinity for zero."""
        square = sum(int(x * x) for row in self.rows for x in row)
        return math.log(square) / 2 + self.exponent * math.log(2) if square else -math.inf


def forward(X: Matrix, W: list[Matrix], bits: int, normalised: bool, halvings: int) -> tuple[list[Matrix], list[Matrix]]:
    """The states after every layer, the input first, and the row norms of ``W_k H_k`` as columns.

    Without normalization a layer is ``W_k H_k / 2**halvings``, and there are no norms.
    """
    states, norms = [X.scaled(bits)], []  # few bits would round the first row norms
    for weight in W:
        image = weight.times(states[-1])
        if not normalised:
            states.append(Matrix(image.rows, image.exponent - halvings).scaled(bits))
            continue
        lengths = [[sum(x * x for x in row).isqrt()] for row in image.rows]
        states.append(Matrix([[(x << bits) // length for x in row] for row, (length,) in zip(image.rows, lengths)], -bits))
        norms.append(Matrix(lengths, image.exponent))
    return states, norms


def log_gradients(
    states: list[Matrix], norms: list[Matrix], W: list[Matrix], G: Matrix, bits: int, halvings: int, layers: Collection[int]
) -> dict[int, float]:
    """Logarithms of the norms of the gradients of ``<G, H_L>`` with respect to the weights of the given layers."""
    found, back = {}, G.scaled(bits)
    for k in reversed(range(len(W))):
        shrunk = Matrix(back.rows, back.exponent - halvings)
        back = _through_rows(states[k + 1], norms[k], back, bits) if norms else shrunk
        if k in layers:
            found[k] = back.times(states[k].transposed).log_norm()
        back = W[k].transposed.times(back).scaled(bits)
    return found


def _through_rows(unit: Matrix, norms: Matrix, back: Matrix, bits: int) -> Matrix:
    """The part of every row of ``back`` that is orthogonal to the unit row, divided by the norm of the row."""
    rows = []
    for u, g, (length,) in zip(unit.rows, back.rows, norms.rows, strict=True):
        along = sum(a * b for a, b in zip(u, g, strict=True))
        rest = [(b << -2 * unit.exponent) - a * along for a, b in zip(u, g, strict=True)]
        rows.append([(x << bits) // length for x in rest])
    return Matrix(rows, back.exponent + 2 * unit.exponent - bits - norms.exponent).scaled(bits)


def gaps(state: Matrix) -> tuple[float, float]:
    r"""The orthogonality gap $V=\|C-\frac1nI\|_F$ of $C=H^\top H/\|H\|_F^2$, and $1-\|C\|_F^2$, which is 0 for rank one."""
    gram = state.transposed.times(state).rows
    n = len(gram)
    trace = sum(int(gram[i][i]) for i in range(n))
    if trace == 0:
        return math.nan, math.nan
    square = sum(int(x * x) for row in gram for x in row)
    deviation = sum((n * int(gram[i][j]) - trace * (i == j)) ** 2 for i in range(n) for j in range(n))
    return math.sqrt(Fraction(deviation, (n * trace) ** 2)), float(Fraction(trace**2 - square, trace**2))
