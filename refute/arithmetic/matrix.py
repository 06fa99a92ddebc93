"""Matrices of the certifying arithmetic: `flint.fmpq_mat` while every entry is rational, else `flint.arb_mat`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import flint

from refute.arithmetic.numbers import Number

if TYPE_CHECKING:
    from refute.arithmetic.certifying import Certifying


class Matrix:
    """An ``rows x cols`` matrix with mpmath's operations; a column vector has ``cols == 1`` and one index."""

    __slots__ = ("context", "native")

    def __init__(self, native: Any, context: Certifying) -> None:
        self.native, self.context = native, context

    @property
    def rows(self) -> int:
        return int(self.native.nrows())

    @property
    def cols(self) -> int:
        return int(self.native.ncols())

    @property
    def is_rational(self) -> bool:
        return isinstance(self.native, flint.fmpq_mat)

    def balls(self) -> Any:
        """The matrix as a `flint.arb_mat` at the precision of its context."""
        self.context.activate()
        return flint.arb_mat(self.native) if self.is_rational else self.native

    @property
    def T(self) -> Matrix:
        return Matrix(self.native.transpose(), self.context)

    def transpose(self) -> Matrix:
        return self.T

    def copy(self) -> Matrix:
        return Matrix(type(self.native)(self.native), self.context)

    def _position(self, key: Any) -> tuple[int, int]:
        if isinstance(key, tuple):
            return key
        return (key, 0) if self.cols == 1 else (0, key)

    def __getitem__(self, key: Any) -> Number:
        return self.context.entry(self.native[self._position(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        number = self.context.convert(value)
        if self.is_rational and not number.is_rational:
            self.native = self.balls()
        self.native[self._position(key)] = number.value if self.is_rational else number.ball()

    def __len__(self) -> int:
        return self.rows * self.cols

    def __iter__(self) -> Iterator[Number]:
        for i in range(self.rows):
            for j in range(self.cols):
                yield self[i, j]

    def tolist(self) -> list[list[Number]]:
        return [[self[i, j] for j in range(self.cols)] for i in range(self.rows)]

    def row(self, i: int) -> list[Number]:
        return [self[i, j] for j in range(self.cols)]

    def column(self, j: int) -> list[Number]:
        return [self[i, j] for i in range(self.rows)]

    def apply(self, function: Callable[[Number], Any]) -> Matrix:
        """The matrix of ``function(entry)``."""
        return self.context.matrix([[function(entry) for entry in row] for row in self.tolist()])

    def _both(self, other: Matrix) -> tuple[Any, Any]:
        if self.is_rational and other.is_rational:
            return self.native, other.native
        return self.balls(), other.balls()

    def __add__(self, other: Matrix) -> Matrix:
        a, b = self._both(other)
        return Matrix(a + b, self.context)

    def __sub__(self, other: Matrix) -> Matrix:
        a, b = self._both(other)
        return Matrix(a - b, self.context)

    def __neg__(self) -> Matrix:
        return Matrix(-self.native, self.context)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Matrix):
            if self.cols != other.rows:
                raise ValueError(f"got a product of {self.rows}x{self.cols} with {other.rows}x{other.cols} matrices")
            a, b = self._both(other)
            return self.context.settled(Matrix(a * b, self.context))
        number = self.context.operand(other)
        if number is None:
            return NotImplemented
        if self.is_rational and number.is_rational:
            return Matrix(self.native * number.value, self.context)
        return Matrix(self.balls() * number.ball(), self.context)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    __matmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * (1 / self.context.convert(other))

    def __pow__(self, exponent: int) -> Matrix:
        if self.rows != self.cols:
            raise ValueError(f"got a power of a {self.rows}x{self.cols} matrix, but only a square matrix has powers")
        if exponent < 0:
            return self.context.inverse(self) ** -exponent
        result = self.context.eye(self.rows)
        for _ in range(exponent):
            result = result * self
        return result

    def __repr__(self) -> str:
        return str(self.native)
