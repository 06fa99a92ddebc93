"""The certifying arithmetic: mpmath's function names over exact rationals and balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import flint

from refute.arithmetic import linalg, quadrature
from refute.arithmetic.functions import Functions
from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, Number


class Certifying(Functions):
    """Exact until an operation forces a ball of ``bits`` bits; rationals above ``exact_limit`` bits become balls.

    An instance is the first argument of an oracle.  Every value that it returns contains the truth.  Numbers and
    functions are those of its bases; matrices and integrals are added here.
    """

    def matrix(self, *shape: Any) -> Matrix:
        """From nested lists, a list (a column), a `Matrix`, or the numbers ``rows, cols`` (zeros)."""
        source = shape[0]
        if isinstance(source, Matrix):
            return source.copy()
        if isinstance(source, int):
            height, width = source, shape[1] if len(shape) > 1 else source
            _require_entries(height, width)
            return Matrix(flint.fmpq_mat(height, width), self)
        rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in source]
        numbers = [[self.convert(entry) for entry in row] for row in rows]
        width = len(numbers[0]) if numbers else 0
        _require_entries(len(numbers), width)
        if any(len(row) != width for row in numbers):
            raise ValueError(f"got rows of the lengths {[len(row) for row in numbers]}, but a matrix needs equal ones")
        flat = [entry for row in numbers for entry in row]
        if all(entry.is_rational for entry in flat):
            return Matrix(flint.fmpq_mat(len(numbers), width, [entry.value for entry in flat]), self)
        return Matrix(flint.arb_mat(len(numbers), width, [entry.ball() for entry in flat]), self)

    def zeros(self, rows: int, cols: int | None = None) -> Matrix:
        return self.matrix(rows, rows if cols is None else cols)

    def ones(self, rows: int, cols: int | None = None) -> Matrix:
        return self.matrix([[1] * (rows if cols is None else cols)] * rows)

    def eye(self, n: int) -> Matrix:
        return self.diag([1] * n)

    def diag(self, entries: Sequence[Any]) -> Matrix:
        n = len(entries)
        return self.matrix([[entries[i] if i == j else 0 for j in range(n)] for i in range(n)])

    def transpose(self, a: Matrix) -> Matrix:
        return a.T

    def trace(self, a: Matrix) -> Number:
        return self.convert(self.fsum(a[i, i] for i in range(a.rows)))

    def det(self, a: Matrix) -> Number:
        self.activate()
        return self.wrap(a.native.det())

    def inverse(self, a: Matrix) -> Matrix:
        """The inverse; ZeroDivisionError for an exactly singular matrix, `Ambiguous` if balls do not tell."""
        return self.lu_solve(a, self.eye(a.rows))

    def lu_solve(self, a: Matrix, b: Any) -> Matrix:
        """The solution of ``a x = b`` for a square matrix; ``b`` is a matrix or a list."""
        right = b if isinstance(b, Matrix) else self.matrix(b)
        first, second = a._both(right)
        self.activate()
        try:
            return self.settled(Matrix(first.solve(second), self))
        except ZeroDivisionError as error:
            if a.is_rational:
                raise
            raise Ambiguous(f"the matrix may be singular at {self.bits} bits") from error

    def norm(self, v: Any, p: Any = 2) -> Number:
        """The ``p``-norm of a vector (list or matrix), ``p`` in {1, 2, inf}; ValueError for another ``p``."""
        entries = [abs(self.convert(entry)) for entry in v]
        match _norm_of(p):
            case "1":
                return self.convert(self.fsum(entries))
            case "2":
                return self.sqrt_of_squares(self.fsum(entry * entry for entry in entries))
            case "inf":
                return self.maximum(entries)
        raise ValueError(f"got the {p!r}-norm of a vector, but p should be 1, 2 or inf")

    def mnorm(self, a: Matrix, p: Any = 1) -> Number:
        """Matrix norm: 1 (columns), inf (rows), 2 (spectral) or "f" (Frobenius); ValueError for another ``p``."""
        match _norm_of(p):
            case "f":
                return self.norm(list(a), 2)
            case "2":
                return self.svd_r(a)[0]
            case "1":
                return self.maximum([self.norm(column, 1) for column in a.T.tolist()])
            case "inf":
                return self.maximum([self.norm(row, 1) for row in a.tolist()])
        raise ValueError(f"got the {p!r}-norm of a matrix, but p should be 1, 2, inf or 'f'")

    def eigsy(self, a: Matrix, eigvals_only: bool = True) -> list[Number]:
        """Eigenvalues of a symmetric matrix, ascending, enclosed also where they repeat."""
        return linalg.symmetric_eigenvalues(self, a)

    def svd_r(self, a: Matrix, compute_uv: bool = False) -> list[Number]:
        """Singular values, descending."""
        return linalg.singular_values(self, a)

    def ldl(self, a: Matrix) -> tuple[Matrix, list[Number]]:
        """Unit lower triangular L and the pivots D with ``a = L diag(D) L^T``; `Ambiguous` at a pivot that may be 0."""
        return linalg.ldl(self, a)

    def cholesky(self, a: Matrix) -> Matrix:
        """Lower triangular L with ``a = L L^T`` for a positive definite matrix."""
        return linalg.cholesky(self, a)

    def qr(self, a: Matrix) -> tuple[Matrix, Matrix]:
        """Q with orthonormal columns and upper triangular R of full column rank."""
        return linalg.qr(self, a)

    def is_positive_definite(self, a: Matrix) -> bool | None:
        return linalg.is_positive_definite(self, a)

    def is_positive_semidefinite(self, a: Matrix) -> bool | None:
        return linalg.is_positive_semidefinite(self, a)

    def norm2_le(self, a: Matrix, t: Any) -> bool | None:
        """Whether the spectral norm is at most ``t``, by definiteness of ``t^2 I - a^T a``."""
        return linalg.spectral_norm_at_most(self, a, self.convert(t))

    def rank(self, a: Matrix) -> int:
        """The rank of a rational matrix."""
        if not a.is_rational:
            raise TypeError("the rank is defined for rational matrices only; decide definiteness instead")
        return int(a.native.rank())

    def quad(self, f: Callable[[Any], Any], points: Sequence[Any], tail: Callable[[Number], Any] | None = None) -> Number:
        """A rigorous integral; see `refute.arithmetic.quadrature`."""
        return quadrature.integrate(self, f, points, tail)

    def settled(self, matrix: Matrix) -> Matrix:
        """The matrix, demoted to balls if an entry outgrew the exact limit."""
        if matrix.is_rational and any(entry.value.height_bits() > self.exact_limit for entry in matrix):
            return Matrix(matrix.balls(), self)
        return matrix


def _norm_of(p: Any) -> str:
    """The name of a norm: "f", "1", "2", "inf", or "" for what is none."""
    if isinstance(p, str):
        return p.lower() if p in ("f", "F", "inf") else ""
    if isinstance(p, Number) and not p.is_rational:
        return "inf" if p.value.is_exact() and not p.value.is_finite() and p.value > 0 else ""
    return {1: "1", 2: "2", math.inf: "inf"}.get(p, "") if isinstance(p, (int, float)) else ""


def _require_entries(rows: int, cols: int) -> None:
    if rows < 1 or cols < 1:
        raise ValueError(f"got a {rows}x{cols} matrix, but a matrix needs at least one row and one column")
