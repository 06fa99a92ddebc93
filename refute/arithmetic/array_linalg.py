"""Linear algebra over arrays of exact numbers: every matrix of a stack through the arithmetic's native matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from refute.arithmetic.array_elementwise import FAILURES, integers
from refute.arithmetic.arrays import INTEGER, NUMBER, Array, Lacking, Undefined

if TYPE_CHECKING:
    from refute.arithmetic.array_namespace import ExactNamespace

CONVENTION = "whose signs are a convention of each library"


class Linalg:
    """``xp.linalg``: what has one value; eigenvectors and singular vectors have none."""

    def __init__(self, xp: ExactNamespace) -> None:
        self.xp = xp

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("eigh", "eig", "svd", "qr"):
            raise Lacking(f"xp.linalg.{name}", CONVENTION)
        raise Lacking(f"xp.linalg.{name}")

    def det(self, x: Any) -> Array:
        return self._scalars(self.xp.mp.det, x)

    def trace(self, x: Any, *, offset: int = 0, dtype: Any = None) -> Array:
        return self.xp.sum(self.diagonal(x, offset=offset), axis=-1)

    def diagonal(self, x: Any, *, offset: int = 0) -> Array:
        return self.xp.lift(x).like(np.array(np.diagonal(x.data, offset=offset, axis1=-2, axis2=-1)))

    def matrix_transpose(self, x: Any) -> Array:
        return self.xp.matrix_transpose(x)

    def matmul(self, a: Any, b: Any) -> Array:
        return self.xp.matmul(a, b)

    def vecdot(self, a: Any, b: Any, *, axis: int = -1) -> Array:
        return self.xp.vecdot(a, b, axis=axis)

    def outer(self, a: Any, b: Any) -> Array:
        return self.xp.expand_dims(a, axis=-1) * self.xp.expand_dims(b, axis=-2)

    def inv(self, x: Any) -> Array:
        return self._matrices(self.xp.mp.inverse, x)

    def solve(self, a: Any, b: Any) -> Array:
        """The solution of ``a y = b``; ``b`` is a vector only if it has one axis."""
        if b.ndim == 1:
            return self.solve(a, self.xp.expand_dims(b, axis=-1))[..., 0]
        return self._matrices(lambda left, right: solved(self.xp.mp, left, right), a, b)

    def cholesky(self, x: Any, *, upper: bool = False) -> Array:
        lower = self._matrices(self.xp.mp.cholesky, x)
        return lower.mT if upper else lower

    def matrix_power(self, x: Any, n: int) -> Array:
        if n < 0:
            return self.matrix_power(self.inv(x), -n)
        result = self.xp.eye(x.shape[-1])
        for _ in range(n):
            result = result @ x
        return result

    def eigvalsh(self, x: Any) -> Array:
        """Ascending eigenvalues; only the lower triangle is read, as LAPACK does."""
        return self._lists(lambda a: self.xp.mp.eigsy(a), symmetric(self.xp, x))

    def svdvals(self, x: Any) -> Array:
        """Descending singular values."""
        return self._lists(lambda a: self.xp.mp.svd_r(a, compute_uv=False), x)

    def matrix_norm(self, x: Any, *, ord: Any = "fro", keepdims: bool = False) -> Array:
        mp = self.xp.mp
        functions: dict[Any, Callable[[Any], Any]] = {
            "fro": lambda a: mp.mnorm(a, "f"),
            1: lambda a: mp.mnorm(a, 1),
            2: lambda a: mp.mnorm(a, 2),
            -2: lambda a: mp.svd_r(a, compute_uv=False)[-1],
            float("inf"): lambda a: mp.mnorm(a.T, 1),
            "nuc": lambda a: mp.fsum(mp.svd_r(a, compute_uv=False)),
        }
        order = float("inf") if isinstance(ord, Array) else ord
        if order not in functions:
            raise Lacking(f"xp.linalg.matrix_norm with ord={ord!r}")
        norm = self._scalars(functions[order], x)
        return norm[..., None, None] if keepdims else norm

    def vector_norm(self, x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Array:
        mp = self.xp.mp
        order = float("inf") if isinstance(ord, Array) else ord
        if order == float("inf"):
            return self.xp.max(self.xp.abs(x), axis=axis, keepdims=keepdims)
        if order == -float("inf"):
            return self.xp.min(self.xp.abs(x), axis=axis, keepdims=keepdims)

        def norm(entries: list[Any]) -> Any:
            if order == 1:
                return mp.fsum(abs(entry) for entry in entries)
            if order == 2:
                return mp.sqrt_of_squares(mp.fsum(entry * entry for entry in entries))
            power = self.xp.entry(order)
            return mp.power(mp.fsum(mp.power(abs(entry), power) for entry in entries), 1 / power)

        return self.xp.reduced(norm, x, axis, keepdims, NUMBER)

    def _stack(self, function: Callable[..., Any], shape: Callable[..., tuple[int, ...]], *stacks: Any) -> Array:
        """A function of matrices over the leading axes; its value is an array of the given shape."""
        data = [self.xp.lift(stack, NUMBER).data for stack in stacks]
        lead = np.broadcast_shapes(*(array.shape[:-2] for array in data))
        data = [np.broadcast_to(array, (*lead, *array.shape[-2:])) for array in data]
        tail = shape(*(array.shape[-2:] for array in data))
        out = np.empty((*lead, *tail), dtype=object)
        for index in np.ndindex(lead):
            try:
                value = function(*(native(self.xp.mp, array[index]) for array in data))
                for place in np.ndindex(tail):
                    out[(*index, *place)] = self.xp.checked(value[place if len(place) > 1 else place[0]] if place else value)
            except FAILURES as error:
                for place in np.ndindex(tail):
                    out[(*index, *place)] = Undefined(error)
        return Array(out, NUMBER, self.xp)

    def _scalars(self, function: Callable[[Any], Any], x: Any) -> Array:
        return self._stack(function, lambda _: (), x)

    def _lists(self, function: Callable[[Any], Any], x: Any) -> Array:
        return self._stack(function, lambda shape: (min(shape),), x)

    def _matrices(self, function: Callable[..., Any], *stacks: Any) -> Array:
        return self._stack(function, lambda first, *rest: (first[0], rest[0][1] if rest else first[1]), *stacks)


def native(mp: Any, entries: Any) -> Any:
    """A matrix of the arithmetic; raises the error of an undefined entry."""
    for entry in entries.flat:
        if isinstance(entry, Undefined):
            raise entry.error
    return mp.matrix([list(row) for row in entries])


def solved(mp: Any, left: Any, right: Any) -> Any:
    """The solution of a linear system with several right-hand sides, also where `lu_solve` takes one only."""
    if hasattr(mp, "settled"):
        return mp.lu_solve(left, right)
    columns = [mp.lu_solve(left, right[:, j]) for j in range(right.cols)]
    return mp.matrix([[column[i] for column in columns] for i in range(left.rows)])


def symmetric(xp: ExactNamespace, x: Any) -> Array:
    """The symmetric matrix with the lower triangle of ``x``."""
    return xp.tril(x) + xp.matrix_transpose(xp.tril(x, k=-1))


def matmul(xp: ExactNamespace, a: Any, b: Any) -> Array:
    """The matrix product with the broadcasting of the array API."""
    first, second = xp.lift(a), xp.lift(b)
    if first.kind == second.kind == INTEGER:
        return Array(integers(np.matmul, first.data, second.data), INTEGER, xp)
    if first.ndim == 1:
        return matmul(xp, first[None, :], second)[..., 0, :] if second.ndim > 1 else xp.sum(first * second)
    if second.ndim == 1:
        return matmul(xp, first, second[:, None])[..., 0]
    if first.shape[-1] != second.shape[-2]:
        raise TypeError(f"got a product of matrices of the shapes {first.shape} and {second.shape}")
    return xp.linalg._matrices(lambda left, right: left * right, first, second)
