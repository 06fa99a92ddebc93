r"""Random networks of finite width: their scalar parameters, their points, and the forward pass on drawn weights.

The weights themselves are standard Gaussians (`strategies.networks.gaussian`); a layer divides by the root of its fan-in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.matrices import log_volume

LARGEST = 4.0
RELU = "relu"
FREE = ("quadratic", "exponential", "sine")
PAIRED = (RELU, "step", "sign")


class Scale(Input):
    """A positive number up to `LARGEST`, or one that may be zero: a variance of weights or of biases."""

    families = ("uniform", "log-uniform")

    def __init__(self, zero: bool = False) -> None:
        self.zero = zero

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        if family == "log-uniform":
            return {"": sampler.log_uniform(batch, low=2.0**-6, high=LARGEST)}
        return {"": sampler.uniform(batch, low=2.0**-6, high=LARGEST)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": Fraction(draw(st.integers(0 if self.zero else 1, 8)), 4)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for value in (1, 2, Fraction(1, 2), *((0,) if self.zero else ())):
            yield {"": value}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=2.0**-6, max=LARGEST)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        value = parts[""][()]
        return 0 < value <= LARGEST or (self.zero and value == 0)


class Slopes(Input):
    """The slopes ``(a_+, a_-)`` of a piecewise linear activation, not both zero; ``fixed`` allows one pair only."""

    families = ("gaussian", "leaky")

    def __init__(self, fixed: tuple[int, int] | None = None) -> None:
        self.fixed = fixed

    def parts(self) -> Mapping[str, Shape]:
        return {"": (2,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        values = sampler.normal(batch, 2)
        if family == "leaky":
            values = sampler.where(_column(sampler, 0), 1.0, sampler.uniform(batch, 2))
        if self.fixed is not None:
            values = 0 * values + sampler.where(_column(sampler, 0), float(self.fixed[0]), float(self.fixed[1]))
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        if self.fixed is not None:
            return {"": list(self.fixed)}
        first, second = draw(st.integers(1, 4)), draw(st.integers(-4, 4))
        return {"": [Fraction(first, 2), Fraction(second, 2)]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for pair in ((1, 0), (1, 1), (1, -1), (1, Fraction(1, 4)), (0, 1)) if self.fixed is None else (self.fixed,):
            yield {"": list(pair)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        pair = tuple(parts[""])
        return any(pair) if self.fixed is None else pair == self.fixed


class OrthogonalPair(Input):
    r"""Two orthogonal vectors of ``size`` entries, columns of a matrix: ``u`` and $\|u\|^2v-\langle u,v\rangle u$."""

    families = ("gaussian", "nearly parallel")

    def __init__(self, size: int | str) -> None:
        self.size = size

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.size, 2)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        size = dimension(self.size, sizes)
        values = sampler.normal(batch, size, 2)
        if family == "nearly parallel":
            values = sampler.normal(batch, size, 1) + sampler.log_uniform(batch, 1, 1, low=2.0**-10, high=1.0) * values
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        size = dimension(self.size, sizes)
        entries = draw(st.lists(st.integers(-4, 4), min_size=2 * size, max_size=2 * size))
        return {"": np.array(entries, dtype=object).reshape(size, 2)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        size = dimension(self.size, sizes)
        yield {"": np.eye(size, 2, dtype=int).astype(object)}
        yield {"": [[1, int(i == 0)] for i in range(size)]}
        yield {"": [[1, 1]] * size}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        u, v = parts[""][:, :, 0], parts[""][:, :, 1]
        square, inner = xp.sum(u * u, axis=1, keepdims=True), xp.sum(u * v, axis=1, keepdims=True)
        return xp.stack([u, square * v - inner * u], axis=2)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        rows = [(Fraction(u), Fraction(v)) for u, v in parts[""]]
        square, inner = sum(u * u for u, _ in rows), sum(u * v for u, v in rows)
        return mp.matrix([[u, square * v - inner * u] for u, v in rows])


@dataclass(frozen=True)
class Points:
    """Four points, the columns of ``X``, and the activation by name; ``quadratic`` has the coefficients of degrees 0, 1, 2."""

    X: Any
    coefficients: Any
    activation: str


class ActivatedPoints(Input):
    """Four points in ``size`` dimensions with an activation; those in `PAIRED` see two points twice each."""

    families = ("gaussian", "nearly parallel", "opposite")
    choices = {"activation": (*FREE, *PAIRED)}

    def __init__(self, size: int | str) -> None:
        self.size = size

    def parts(self) -> Mapping[str, Shape]:
        return {"X": (self.size, 4), "coefficients": (3,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        size = dimension(self.size, sizes)
        points = sampler.normal(batch, size, 4)
        if family == "nearly parallel":
            points = sampler.normal(batch, size, 1) + sampler.log_uniform(batch, 1, 1, low=2.0**-10, high=1.0) * points
        if family == "opposite":
            points = sampler.normal(batch, size, 1) * sampler.signs(batch, 1, 4)
        return {"X": points / 2, "coefficients": sampler.normal(batch, 3)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        size = dimension(self.size, sizes)
        halves = draw(st.lists(st.integers(-2, 2), min_size=4 * size, max_size=4 * size))
        points = np.array([Fraction(k, 2) for k in halves], dtype=object).reshape(size, 4)
        return {"X": points, "coefficients": draw(st.lists(st.integers(-2, 2), min_size=3, max_size=3))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        size = dimension(self.size, sizes)
        first = np.array([[int(i == 0)] for i in range(size)], dtype=object)
        for row in ([1, 1, 1, 1], [1, 1, -1, -1], [1, 0, 0, 0], [1, 1, 0, 0]):
            for coefficients in ([0, 1, 0], [0, 0, 1]):
                yield {"X": first * np.array([row], dtype=object), "coefficients": coefficients}
        yield {"X": [[Fraction(i + j, 4) for j in range(4)] for i in range(size)], "coefficients": [1, 1, 1]}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Points:
        X = parts["X"]
        if choices["activation"] in PAIRED:
            X = xp.concat([X[:, :, :1], X[:, :, :1], X[:, :, 2:3], X[:, :, 2:3]], axis=2)
        return Points(X, parts["coefficients"], choices["activation"])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        taken = (0, 0, 2, 2) if choices["activation"] in PAIRED else (0, 1, 2, 3)
        return {
            "X": mp.matrix([[mp.mpf(row[j]) for j in taken] for row in parts["X"]]),
            "coefficients": [mp.mpf(c) for c in parts["coefficients"]],
            "activation": choices["activation"],
        }


def activate(xp: Any, points: Points, z: Any) -> Any:
    """The activation of pre-activations ``(batch, width, points)``."""
    match points.activation:
        case "quadratic":
            c = points.coefficients[:, None, None, :]
            return c[..., 0] + c[..., 1] * z + c[..., 2] * z * z
        case "exponential":
            return xp.exp(z)
        case "sine":
            return xp.sin(z)
        case "relu":
            return xp.where(z > 0, z, xp.zeros_like(z))
        case "step":
            return xp.astype(z > 0, z.dtype)
    return xp.astype(z > 0, z.dtype) - xp.astype(z < 0, z.dtype)


def linear_layers(xp: Any, X: Any, weights: Sequence[Any], scale: Any = 1.0) -> list[Any]:
    """Pre-activations ``(batch, width, points)`` of every layer of a linear network, weights of variance ``scale / fan-in``."""
    layers = [X]
    for weight in weights:
        layers.append((scale / weight.shape[2]) ** 0.5 * (weight @ layers[-1]))
    return layers


def layer_volumes(xp: Any, X: Any, weights: Sequence[Any]) -> tuple[list[Any], Any]:
    """States ``(batch, width, samples)`` of a linear network whose weights have variance 1 / width of the new layer, and the
    logarithms ``(batch, layers + 1)`` of the determinants of their Gram matrices."""
    states = [X]
    for weight in weights:
        states.append(weight @ states[-1] / weight.shape[1] ** 0.5)
    return states, xp.stack([2 * log_volume(xp, state) for state in states], axis=1)


def chi_square_logs(xp: Any, like: Any, widths: Sequence[int], count: int, shift: int) -> Any:
    r"""Running sums over layers of $\sum_{i<n}\psi(\frac{m-i+s}2)+\log\frac2m$, of the shape of ``like``."""
    rows = []
    for m in widths:
        halves = (xp.asarray([m - i + shift for i in range(count)], dtype=like.dtype, device=like.device)) / 2
        rows.append(xp.sum(xp.special.digamma(halves)) + count * math.log(2 / m))
    return like * xp.cumulative_sum(xp.stack(rows))


def chi_square_powers(xp: Any, like: Any, widths: Sequence[int], count: int, power: float) -> Any:
    r"""Running products over layers of $\mathbb E\prod_{i<n}(\chi^2_{m-i}/m)^p$, of the shape of ``like``."""
    rows = []
    for m in widths:
        halves = (xp.asarray([m - i for i in range(count)], dtype=like.dtype, device=like.device)) / 2
        ratio = xp.sum(xp.special.lgamma(halves + power) - xp.special.lgamma(halves))
        rows.append(ratio + count * power * math.log(2 / m))
    return like * xp.exp(xp.cumulative_sum(xp.stack(rows)))


def scale_of(scale: Any) -> Any:
    """A batch of numbers ``(batch,)`` that broadcasts against layers."""
    return scale[:, None, None]


def positive_scale() -> Scale:
    """A positive variance."""
    return Scale()


def bias_scale() -> Scale:
    """A variance that may be zero."""
    return Scale(zero=True)


def slopes() -> Slopes:
    """The slopes of any piecewise linear activation with one break at zero."""
    return Slopes()


def relu_slopes() -> Slopes:
    """The slopes of ReLU alone."""
    return Slopes((1, 0))


def orthogonal_pair(size: int | str) -> OrthogonalPair:
    """Two orthogonal vectors, as the columns of a matrix."""
    return OrthogonalPair(size)


def activated_points(size: int | str) -> ActivatedPoints:
    """Four points and an activation."""
    return ActivatedPoints(size)


def _column(sampler: Sampler, position: int) -> Any:
    """A boolean row ``(1, 2)`` that is true at one position."""
    import torch

    return torch.arange(2, device=sampler.device)[None, :] == position
