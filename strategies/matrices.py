r"""Matrices of samples and Gram matrices with unit diagonal, exact in rationals.

A Gram matrix is that of unit vectors by stereographic projection, ``u -> (2u, |u|^2 - 1) / (|u|^2 + 1)``, or the
equicorrelated ``(1 - r) I + r 11^T``, whose determinant is ``(1 - r)^{n-1} (1 + (n - 1) r)``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension, shape_of
from strategies.activations import Correlation

POINTS, EQUAL = "unit vectors", "equicorrelated"
# a column of length 1 that is nearer than this to the span of others is in it as far as floats can tell
RESOLVED = 2.0**-44


class Samples(Input):
    """A real matrix ``(d, n)`` whose columns are samples; a column may be zero."""

    families = ("gaussian", "scaled columns", "nearly equal lengths", "nearly parallel", "one spike", "nearly orthogonal")

    def __init__(self, features: int | str, samples: int | str) -> None:
        self.shape = (features, samples)

    def parts(self) -> Mapping[str, Shape]:
        return {"": self.shape}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import torch

        d, n = shape_of(self.shape, sizes)
        values = sampler.normal(batch, d, n)
        distance = sampler.log_uniform(batch, 1, 1, low=2.0**-20, high=1.0)
        match family:
            case "scaled columns":
                spread = sampler.log_uniform(batch, 1, 1, low=2.0**-4, high=4.0)
                values = values * torch.exp(spread * sampler.normal(batch, 1, n))
            case "nearly equal lengths":
                lengths = torch.linalg.vector_norm(values, dim=1, keepdim=True)
                values = values / lengths * (1 + distance * sampler.uniform(batch, 1, n, low=-1.0))
            case "nearly parallel":
                values = sampler.normal(batch, d, 1) * sampler.signs(batch, 1, n) + distance * values
            case "one spike":
                values = values * sampler.where(torch.arange(n, device=sampler.device) == 0, 1 / distance, 1.0)
            case "nearly orthogonal":
                values = torch.eye(d, n, dtype=torch.float64, device=sampler.device) + distance * values
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        d, n = shape_of(self.shape, sizes)
        entries = draw(st.lists(st.integers(-4, 4), min_size=d * n, max_size=d * n))
        return {"": np.array(entries, dtype=object).reshape(d, n)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        d, n = shape_of(self.shape, sizes)
        identity = np.array([[int(k % d == i) for k in range(n)] for i in range(d)], dtype=object)
        yield {"": identity}
        yield {"": np.ones((d, n), dtype=object)}
        yield {"": np.zeros((d, n), dtype=object)}
        yield {"": np.array([[int(k % d <= i) for k in range(n)] for i in range(d)], dtype=object)}
        for lengths in (
            [k + 1 for k in range(n)],
            [1] * (n - 1) + [1024],
            [1] * (n - 1) + [1 + Fraction(1, 1 << 26)],
            [1] * (n - 1) + [0],
        ):
            yield {"": identity * np.array(lengths, dtype=object)[None, :]}
        parallel = np.array([[Fraction(i + 1, 3) for _ in range(n)] for i in range(d)], dtype=object)
        yield {"": parallel * np.array([k + 1 for k in range(n)], dtype=object)[None, :]}


class UnitGrams(Input):
    """A positive semidefinite matrix ``(n, n)`` with unit diagonal: of unit vectors in ``R^{n+1}``, or equicorrelated.

    The raw ``correlation`` of the equicorrelated ones is between ``-1/(n - 1)`` and 1, where the matrix is singular.
    """

    families = ("gaussian", "nearly orthogonal", "nearly parallel", "nearly dependent")
    choices = {"kind": (POINTS, EQUAL)}

    def __init__(self, size: str) -> None:
        self.size = size

    def parts(self) -> Mapping[str, Shape]:
        return {"points": (self.size, self.size), "correlation": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import torch

        n = dimension(self.size, sizes)
        vectors = sampler.normal(batch, n, n + 1)
        distance = sampler.log_uniform(batch, 1, 1, low=2.0**-20, high=1.0)
        match family:
            case "nearly orthogonal":
                vectors = torch.eye(n, n + 1, dtype=torch.float64, device=sampler.device) + distance * vectors
            case "nearly parallel":
                vectors = sampler.signs(batch, n, 1) * sampler.normal(batch, 1, n + 1) + distance * vectors
            case "nearly dependent":
                relation = sampler.normal(batch, n, 1)
                share = relation / torch.sum(relation * relation, dim=1, keepdim=True)
                vectors = vectors - share @ (relation.mT @ vectors) + distance * sampler.normal(batch, n, n + 1)
        vectors = vectors / torch.linalg.vector_norm(vectors, dim=2, keepdim=True)
        points = vectors[:, :, :-1] / (1 - vectors[:, :, -1:]).clamp_min(2.0**-20)
        room = sampler.log_uniform(batch, low=2.0**-40, high=1.0)
        correlation = sampler.where(sampler.bernoulli(0.5, batch), 1 - room, (room - 1) / (n - 1))
        return {"points": points, "correlation": correlation}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = dimension(self.size, sizes)
        halves = draw(st.lists(st.integers(-4, 4), min_size=n * n, max_size=n * n))
        points = np.array([Fraction(k, 2) for k in halves], dtype=object).reshape(n, n)
        room, end = (
            Fraction(draw(st.integers(1, 8)), 1 << draw(st.integers(3, 24))),
            draw(st.sampled_from((1, Fraction(-1, n - 1)))),
        )
        return {"points": points, "correlation": end * (1 - room)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = dimension(self.size, sizes)
        if choices["kind"] == EQUAL:
            for share in (Fraction(0), Fraction(1, 2), Fraction(1023, 1024), 1 - Fraction(1, 1 << 20), Fraction(1)):
                yield {"points": [[0] * n] * n, "correlation": share}
            for share in (Fraction(1, 2), Fraction(15, 16)):
                yield {"points": [[0] * n] * n, "correlation": -share / (n - 1)}
            return
        identity = np.eye(n, dtype=int).astype(object)
        yield {"points": identity, "correlation": 0}
        yield {"points": 0 * identity, "correlation": 0}
        # two opposite points, or two equal ones, among orthogonal ones
        for sign in (1, -1):
            doubled = identity.copy()
            doubled[-1] = sign * doubled[0]
            yield {"points": doubled, "correlation": 0}
        yield {"points": np.array([[Fraction(i + j, 2) for j in range(n)] for i in range(n)], dtype=object), "correlation": 0}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        lowest = -(1 - 2.0**-40) / (parts["points"].shape[-1] - 1)
        return {**parts, "correlation": xp.clip(parts["correlation"], min=lowest, max=1 - 2.0**-40)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        correlation, n = Fraction(parts["correlation"][()]), dimension(self.size, sizes)
        return correlation <= 1 and 1 + (n - 1) * correlation >= 0

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Correlation:
        """The correlations ``G_ij`` for ``i < j`` in lexicographic order, shape ``(batch, n (n - 1) / 2)``."""
        n = dimension(self.size, sizes)
        if choices["kind"] == EQUAL:
            value = parts["correlation"][:, None] + 0 * parts["points"].reshape(-1, n * n)[:, : n * (n - 1) // 2]
            one = xp.ones_like(value)
            return Correlation(xp.where(value < 0, -one, one), xp.abs(value), 1 - xp.abs(value))
        first, second = pairs(n)
        u = parts["points"]
        square = xp.sum(u * u, axis=2, keepdims=True)
        x = xp.concat([2 * u, square - 1], axis=2) / (square + 1)
        inner = xp.sum(x[:, first] * x[:, second], axis=2)
        sign = xp.where(inner < 0, -xp.ones_like(inner), xp.ones_like(inner))
        apart = xp.sum((u[:, first] - u[:, second]) ** 2, axis=2)
        chord = 2 * apart / ((1 + square[:, first, 0]) * (1 + square[:, second, 0]))
        together = xp.sum((x[:, first] + x[:, second]) ** 2, axis=2) / 2
        return Correlation(sign, xp.abs(inner), xp.where(inner < 0, together, chord))

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        n = dimension(self.size, sizes)
        if choices["kind"] == EQUAL:
            correlation = mp.mpf(parts["correlation"][()])
            return mp.matrix([[mp.mpf(1) if i == j else correlation for j in range(n)] for i in range(n)])
        vectors = []
        for u in parts["points"]:
            square = sum((Fraction(x) * x for x in u), Fraction(0))
            vectors.append([mp.mpf(Fraction(x) / (square + 1)) for x in (*(2 * y for y in u), square - 1)])
        matrix = mp.matrix(vectors)
        return matrix * matrix.T


class Factors(Input):
    """A positive number; ``signed`` allows any number but 0."""

    families = ("log-uniform", "near one")

    def __init__(self, signed: bool = False) -> None:
        self.signed = signed

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        exponent = 8.0 if family == "log-uniform" else 2.0**-10
        value = sampler.log_uniform(batch, low=2.0**-exponent, high=2.0**exponent)
        return {"": value * sampler.signs(batch) if self.signed else value}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        sign = draw(st.sampled_from((1, -1))) if self.signed else 1
        return {"": sign * Fraction(draw(st.integers(1, 8)), draw(st.sampled_from((1, 2, 4))))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for value in (Fraction(1), Fraction(2), Fraction(1, 1024)):
            yield {"": value}
            if self.signed:
                yield {"": -value}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return parts if self.signed else {"": xp.clip(parts[""], min=2.0**-8)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        value = parts[""][()]
        return value != 0 if self.signed else value > 0


def pairs(n: int) -> tuple[list[int], list[int]]:
    """The first and the second members of the pairs ``i < j``, in lexicographic order."""
    chosen = list(itertools.combinations(range(n), 2))
    return [i for i, _ in chosen], [j for _, j in chosen]


def gram_matrix(xp: Any, off_diagonal: Any, n: int) -> Any:
    """The symmetric matrices ``(batch, n, n)`` with unit diagonal and the given entries above it."""
    position = {pair: k + 1 for k, pair in enumerate(itertools.combinations(range(n), 2))}
    entries = xp.concat([xp.ones_like(off_diagonal[:, :1]), off_diagonal], axis=1)
    index = [position.get((min(i, j), max(i, j)), 0) for i in range(n) for j in range(n)]
    return xp.reshape(entries[:, index], (off_diagonal.shape[0], n, n))


def pivot_deficits(xp: Any, gram: Any) -> Any:
    r"""``1 - d_j`` for the pivots ``d_j`` of matrices with unit diagonal, ``(batch, n)``, summed without cancellation.

    $1-d_j$ is the squared multiple correlation of point j on the points before it, so $\det G=\prod_jd_j$; a singular
    matrix may give a deficit that rounding lifts above 1.
    """
    n = gram.shape[-1]
    rest, deficits = gram, xp.zeros_like(gram[:, 0])
    for k in range(n - 1):
        below = xp.asarray([0.0] * (k + 1) + [1.0] * (n - 1 - k), dtype=gram.dtype, device=gram.device)
        column = rest[:, :, k] * below
        scaled = column / (1 - deficits[:, k])[:, None]
        deficits = deficits + column * scaled
        rest = rest - column[:, :, None] * scaled[:, None, :]
    return deficits


def samples(features: int | str, count: int | str) -> Samples:
    """A real matrix whose columns are ``count`` samples of so many features."""
    return Samples(features, count)


def factor(signed: bool = False) -> Factors:
    """A positive number, or any but 0."""
    return Factors(signed)


def unit_gram(size: str) -> UnitGrams:
    """A Gram matrix of ``size`` unit vectors."""
    return UnitGrams(size)


def log_volume(xp: Any, X: Any) -> Any:
    """Half the log-determinant of ``X^T X``, ``(batch,)``, by Gram-Schmidt on the columns; minus infinity at rank loss.

    It never squares the condition number, as the determinant of the rounded Gram matrix would.
    """
    rest, total = X, xp.zeros_like(X[:, 0, 0])
    for _ in range(X.shape[2]):
        first, rest = rest[:, :, 0], rest[:, :, 1:]
        length = xp.linalg.vector_norm(first, axis=1)
        total = total + xp.log(length)
        unit = first / xp.where(length > 0, length, xp.ones_like(length))[:, None]
        rest = rest - unit[:, :, None] * (unit[:, None, :] @ rest)
    return total


def rank(xp: Any, X: Any) -> Any:
    """The rank as far as floats can tell, ``(batch,)``: columns of length 1, always the one furthest from those taken before."""
    lengths = xp.linalg.vector_norm(X, axis=1)
    rest, count = X / xp.where(lengths > 0, lengths, xp.ones_like(lengths))[:, None], xp.zeros_like(X[:, 0, 0])
    for _ in range(X.shape[2]):
        away = xp.linalg.vector_norm(rest, axis=1)
        furthest = xp.max(away, axis=1)
        count = count + xp.astype(furthest > RESOLVED, X.dtype)
        taken = xp.arange(X.shape[2], device=X.device) == xp.argmax(away, axis=1)[:, None]
        column = xp.sum(xp.where(taken[:, None], rest, xp.zeros_like(rest)), axis=2)
        unit = column / xp.where(furthest > 0, furthest, xp.ones_like(furthest))[:, None]
        rest = rest - unit[:, :, None] * (unit[:, None, :] @ rest)
    return count
