r"""Weights and representations of networks: orthogonal matrices built from rationals, unit rows, gradients.

Cayley: ``W = (I - A)(I + A)^{-1}`` for a skew ``A`` is every orthogonal matrix without the eigenvalue -1.  Householder:
products of ``I - 2 v v^T / v^T v`` are all of them.  Stereographic projection: a rational ``u`` gives the unit vector
``(2u, |u|^2 - 1) / (|u|^2 + 1)``.  All three are exact in rationals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of


class Dense(Input):
    """A real matrix (or a stack of matrices) whose rows are not zero."""

    families = ("gaussian", "rank-one-like", "scaled rows", "one dominant entry")

    def __init__(self, *shape: int | str) -> None:
        self.shape = shape

    def parts(self) -> Mapping[str, Shape]:
        return {"": self.shape}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape = shape_of(self.shape, sizes)
        *stack, rows, columns = shape
        ones = [1] * len(stack)
        values = sampler.normal(batch, *shape)
        match family:
            case "rank-one-like":
                common = sampler.normal(batch, *stack, 1, columns) * sampler.signs(batch, *stack, rows, 1)
                values = common + sampler.log_uniform(batch, *ones, 1, 1, low=2.0**-20, high=1.0) * values
            case "scaled rows":
                values = values * sampler.log_uniform(batch, *stack, rows, 1, low=2.0**-12, high=2.0**12)
            case "one dominant entry":
                largest = sampler.log_uniform(batch, *stack, rows, columns, low=2.0**-20, high=1.0)
                values = sampler.signs(batch, *shape) * largest**2
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        entries = _integers(draw, shape_of(self.shape, sizes), 8)
        empty = ~np.any(entries != 0, axis=-1)
        entries[empty] = 1
        return {"": entries}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        shape = shape_of(self.shape, sizes)
        *stack, rows, columns = shape
        yield {"": np.ones(shape, dtype=object)}
        yield {"": _stacked(stack, [[int(i % columns == j) for j in range(columns)] for i in range(rows)])}
        scaled = [[Fraction(2) ** (1 - 2 * (i % columns)) * int(i % columns == j) for j in range(columns)] for i in range(rows)]
        yield {"": _stacked(stack, scaled)}
        yield {"": _stacked(stack, [[Fraction(int(j == 0), 1 << i) for j in range(columns)] for i in range(rows)])}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return bool(np.all(np.any(parts[""] != 0, axis=-1)))

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return _exact_matrices(mp, parts[""])


class Direction(Dense):
    """A matrix that is not zero: a gradient, with families and corners that single out one row or one entry."""

    families = ("gaussian", "one row", "one entry", "any size")

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        rows, columns = shape_of(self.shape, sizes)
        values = sampler.normal(batch, rows, columns)
        faint = sampler.log_uniform(batch, 1, 1, low=2.0**-30, high=1.0)
        if family == "one row":
            values = values * (sampler.bernoulli(1 / rows, batch, rows, 1) + faint)
        if family == "one entry":
            values = values * (sampler.bernoulli(1 / (rows * columns), batch, rows, columns) + faint)
        if family == "any size":
            values = values * sampler.log_uniform(batch, 1, 1, low=2.0**-10, high=2.0**10)
        return {"": values}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        rows, columns = shape_of(self.shape, sizes)
        for place in ((rows - 1, 0), (0, columns - 1)):
            single = np.zeros((rows, columns), dtype=object)
            single[place] = 1
            yield {"": single}
        yield {"": np.full((rows, columns), 1024, dtype=object)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return bool(np.any(parts[""] != 0))


class Cayley(Input):
    """Orthogonal matrices ``(I - A)(I + A)^{-1}``; ``A`` is the strictly lower triangle of the raw array minus its transpose."""

    families = ("gaussian", "small", "eighth turns", "scales")

    def __init__(self, *shape: int | str) -> None:
        self.shape = shape

    def parts(self) -> Mapping[str, Shape]:
        return {"": self.shape}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape = shape_of(self.shape, sizes)
        values = sampler.normal(batch, *shape)
        match family:
            case "small":
                values = values * sampler.log_uniform(batch, *[1] * len(shape), low=2.0**-20, high=1.0)
            case "eighth turns":
                values = (2**0.5 - 1) * sampler.integers(-1, 1, batch, *shape) + 2.0**-10 * values
            case "scales":
                values = sampler.signs(batch, *shape) * sampler.log_uniform(batch, *shape, low=2.0**-10, high=2.0**6)
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": _integers(draw, shape_of(self.shape, sizes), 4) * Fraction(1, 2)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        shape = shape_of(self.shape, sizes)
        yield {"": np.zeros(shape, dtype=object)}
        yield {"": np.ones(shape, dtype=object)}
        yield {"": np.full(shape, Fraction(1, 2), dtype=object)}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        lower = xp.tril(parts[""], k=-1)
        skew = lower - xp.matrix_transpose(lower)
        identity = xp.eye(skew.shape[-1], dtype=skew.dtype, device=skew.device)
        return xp.linalg.solve(identity + skew, identity - skew)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        array = parts[""]
        if array.ndim == 3:
            return [self.exact(mp, {"": one}, sizes, choices) for one in array]
        d = array.shape[0]
        skew = mp.matrix(
            [[mp.mpf(array[i, j] if i > j else (-array[j, i] if i < j else Fraction(0))) for j in range(d)] for i in range(d)]
        )
        identity = mp.eye(d)
        return (identity - skew) * mp.inverse(identity + skew)


class Householder(Dense):
    """Orthogonal matrices as products of ``count`` reflections ``I - 2 v v^T / v^T v`` of non-zero vectors ``v``."""

    families = ("gaussian", "nearly parallel")

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count, size = shape_of(self.shape, sizes)
        values = sampler.normal(batch, count, size)
        if family == "nearly parallel":
            values = sampler.normal(batch, 1, size) + sampler.log_uniform(batch, 1, 1, low=2.0**-20, high=1.0) * values
        return {"": values}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        vectors = parts[""]
        size = vectors.shape[-1]
        product = xp.eye(size, dtype=vectors.dtype, device=vectors.device) + xp.zeros_like(vectors[:, 0, :, None])
        for k in range(vectors.shape[1]):
            v = vectors[:, k, :]
            v = v / xp.linalg.vector_norm(v, axis=-1, keepdims=True)
            product = product - 2 * (product @ v[:, :, None]) * v[:, None, :]
        return product

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        vectors = parts[""]
        size = vectors.shape[1]
        product = mp.eye(size)
        for row in vectors:
            square = sum(x * x for x in row)
            reflection = [[int(i == j) - Fraction(2 * row[i] * row[j], square) for j in range(size)] for i in range(size)]
            product = product * mp.matrix([[mp.mpf(x) for x in line] for line in reflection])
        return product


class UnitRows(Input):
    """A matrix of unit rows by stereographic projection: raw ``(rows, columns - 1)``, what batch normalization puts out."""

    families = ("gaussian", "near orthogonal", "nearly equal rows")

    def __init__(self, rows: str, columns: str) -> None:
        self.rows, self.columns = rows, columns

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.rows, f"{self.columns}-1")}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        rows, flat = shape_of(self.parts()[""], sizes)
        values = sampler.normal(batch, rows, flat)
        distance = sampler.log_uniform(batch, 1, 1, low=2.0**-20, high=1.0)
        if family == "near orthogonal":
            # e_1, ..., e_{c-1} are the images of the unit vectors, -e_c is the image of 0
            place = sampler.uniform(1, rows, flat).new_zeros(1, rows, flat)
            for i in range(min(rows, flat)):
                place[0, i, i] = 1.0
            values = place + distance * values
        if family == "nearly equal rows":
            values = sampler.normal(batch, 1, flat) + distance * values
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": _integers(draw, shape_of(self.parts()[""], sizes), 8) * Fraction(1, 2)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        rows, flat = shape_of(self.parts()[""], sizes)
        yield {"": np.eye(rows, flat, dtype=int).astype(object)}
        yield {"": np.array([[Fraction(i + j, 2) for j in range(flat)] for i in range(rows)], dtype=object)}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        u = parts[""]
        square = xp.sum(u * u, axis=-1, keepdims=True)
        return xp.concat([2 * u, square - 1], axis=-1) / (square + 1)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        lines = []
        for u in parts[""]:
            square = sum((Fraction(x) * x for x in u), Fraction(0))
            lines.append([mp.mpf(Fraction(x) / (square + 1)) for x in (*(2 * y for y in u), square - 1)])
        return mp.matrix(lines)


def dense(*shape: int | str) -> Dense:
    """A real matrix, or a stack ``(count, rows, columns)``, without zero rows."""
    return Dense(*shape)


def direction(rows: int | str, columns: int | str) -> Direction:
    """A non-zero matrix, such as the gradient of a loss."""
    return Direction(rows, columns)


def orthogonal(*shape: int | str) -> Cayley:
    """An orthogonal matrix ``(d, d)``, or a stack ``(count, d, d)``, by Cayley's transform."""
    return Cayley(*shape)


def reflections(count: int | str, size: int | str) -> Householder:
    """An orthogonal matrix ``(size, size)`` as a product of ``count`` Householder reflections."""
    return Householder(count, size)


def unit_rows(rows: str, columns: str) -> UnitRows:
    """A matrix ``(rows, columns)`` whose rows have norm one."""
    return UnitRows(rows, columns)


def _integers(draw: Callable[[Any], Any], shape: tuple[int, ...], largest: int) -> NDArray[Any]:
    from hypothesis import strategies as st

    count = int(np.prod(shape))
    drawn = draw(st.lists(st.integers(-largest, largest), min_size=count, max_size=count))
    return np.array(drawn, dtype=object).reshape(shape)


def _stacked(stack: list[int], matrix: list[list[Any]]) -> NDArray[Any]:
    return np.broadcast_to(np.array(matrix, dtype=object), (*stack, len(matrix), len(matrix[0]))).copy()


def _exact_matrices(mp: Any, array: NDArray[Any]) -> Any:
    if array.ndim == 3:
        return [_exact_matrices(mp, one) for one in array]
    return mp.matrix([[mp.mpf(Fraction(x)) for x in row] for row in array])
