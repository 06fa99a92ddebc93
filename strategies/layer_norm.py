"""Vectors that layer normalisation acts on, and the keys that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.margins import max_margin
from strategies.networks import unit_rows

SMALLEST = 2.0**-40


class Features(Input):
    """A vector ``x`` ``(d,)``; with ``affine`` also a ``scale`` that is not 0, a ``shift``, and a positive ``epsilon``.

    Means of up to 2^34 times the spread, where the variance loses all digits in floats, and nearly constant vectors occur.
    """

    families = ("gaussian", "large mean", "two values", "one spike")

    def __init__(self, dim: str, affine: bool = False) -> None:
        self.dim, self.affine = dim, affine

    def parts(self) -> Mapping[str, Shape]:
        return {"x": (self.dim,), **({"scale": (), "shift": (), "epsilon": ()} if self.affine else {})}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        d = sizes[self.dim]
        x = sampler.normal(batch, d) * sampler.log_uniform(batch, 1, low=2.0**-10, high=2.0**10)
        match family:
            case "large mean":
                x = x + sampler.normal(batch, 1) * sampler.log_uniform(batch, 1, low=1.0, high=2.0**34)
            case "two values":
                x = sampler.normal(batch, 1) * sampler.integers(0, 1, batch, d) + sampler.normal(batch, 1)
            case "one spike":
                x = x * sampler.log_uniform(batch, d, low=2.0**-30, high=1.0)
        if not self.affine:
            return {"x": x}
        scale = sampler.signs(batch) * sampler.log_uniform(batch, low=2.0**-10, high=2.0**10)
        return {
            "x": x,
            "scale": scale,
            "shift": sampler.normal(batch) * sampler.log_uniform(batch, low=1.0, high=2.0**10),
            "epsilon": sampler.log_uniform(batch, low=2.0**-17, high=4.0),
        }

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        d = sizes[self.dim]
        x = draw(st.lists(st.integers(-8, 8), min_size=d, max_size=d))
        if not self.affine:
            return {"x": x}
        return {
            "x": x,
            "scale": draw(st.sampled_from((1, -1, 2, Fraction(-1, 2)))),
            "shift": draw(st.integers(-4, 4)),
            "epsilon": Fraction(1, 2 ** draw(st.integers(0, 17))),
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Constant, centred, and one-hot vectors; a spread of 1 on a mean of 10^8 and 2^60."""
        d = sizes[self.dim]
        ramp = np.array([i - Fraction(d - 1, 2) for i in range(d)], dtype=object)
        hot = np.array([int(i == 0) for i in range(d)], dtype=object)
        for x in (0 * hot, 0 * hot + 1, ramp, hot, 10**8 + ramp, 2**60 + hot):
            for scale in (1, -3) if self.affine else (1,):
                yield {"x": x, **({"scale": scale, "shift": 1, "epsilon": Fraction(1, 1024)} if self.affine else {})}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        if not self.affine:
            return parts
        scale = parts["scale"]
        away = xp.where(xp.abs(scale) < SMALLEST, xp.full_like(scale, SMALLEST), scale)
        return {**parts, "scale": away, "epsilon": xp.clip(parts["epsilon"], min=SMALLEST)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part in ("scale", "epsilon") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return not self.affine or bool(parts["scale"][()] != 0 and parts["epsilon"][()] > 0)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return dict(parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        numbers = {name: mp.mpf(array[()]) for name, array in parts.items() if name != "x"}
        return {"x": [mp.mpf(entry) for entry in parts["x"]], **numbers}


class NormalisedKeys(Input):
    """Keys ``y_i = gain * l_i u_i + bias`` with unit vectors ``u_i`` by stereographic projection of ``points`` ``(m, d-1)``.

    The ``lengths`` l_i agree unless ``unequal``; no ``gain`` is 0 unless ``dead``.
    """

    families = ("gaussian", "ties", "close", "in a plane")

    def __init__(self, keys: str, dim: str, unequal: bool = False, dead: bool = False) -> None:
        self.keys, self.dim, self.unequal, self.dead = keys, dim, unequal, dead
        self.directions = unit_rows(keys, dim)

    def parts(self) -> Mapping[str, Shape]:
        points = self.directions.parts()[""]
        return {"points": points, "lengths": (self.keys,), "gain": (self.dim,), "bias": (self.dim,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        m, d = sizes[self.keys], sizes[self.dim]
        points = sampler.normal(batch, m, d - 1)
        if family == "ties":
            points[:, -1] = points[:, 0]
        if family == "close":
            near = sampler.log_uniform(batch, 1, 1, low=2.0**-30, high=1.0)
            points = sampler.normal(batch, 1, d - 1) + near * points
        if family == "in a plane":
            points[:, :, 1:] = 0.0
        gain = sampler.signs(batch, d) * sampler.log_uniform(batch, d, low=2.0**-6, high=2.0**6)
        if self.dead:
            gain = gain * sampler.bernoulli(0.6, batch, d)
        lengths = sampler.log_uniform(batch, m, low=2.0**-4, high=1.0)
        return {"points": points, "lengths": self._equal(lengths), "gain": gain, "bias": sampler.normal(batch, d)}

    def _equal(self, lengths: Any) -> Any:
        return lengths if self.unequal else lengths[..., :1] + 0 * lengths

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        m, d = sizes[self.keys], sizes[self.dim]
        gains = (1, 2, -1, 0) if self.dead else (1, 2, -1, Fraction(1, 2))
        lengths = draw(st.lists(st.integers(1, 4), min_size=m, max_size=m))
        return {
            "points": self.directions.draw(draw, sizes, choices)[""],
            "lengths": self._equal(np.array(lengths, dtype=object)),
            "gain": draw(st.lists(st.sampled_from(gains), min_size=d, max_size=d)),
            "bias": draw(st.lists(st.integers(-2, 2), min_size=d, max_size=d)),
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Distinct points on a line, and all points equal; lengths that grow where they may, a gain of 0 where it may."""
        m, d = sizes[self.keys], sizes[self.dim]
        line = np.array([[Fraction(i, 2) * int(c == 0) for c in range(d - 1)] for i in range(m)], dtype=object)
        lengths = self._equal(np.array(range(1, m + 1), dtype=object))
        gain = [0 if self.dead and c == 0 else 1 for c in range(d)]
        for points in (line, 0 * line):
            yield {"points": points, "lengths": lengths, "gain": gain, "bias": [1] * d}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        gain, lengths = parts["gain"], xp.clip(parts["lengths"], min=SMALLEST)
        away = gain if self.dead else xp.where(xp.abs(gain) < SMALLEST, xp.full_like(gain, SMALLEST), gain)
        return {**parts, "lengths": self._equal(lengths), "gain": away}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part in ("lengths", "gain") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        lengths = parts["lengths"]
        alive = self.dead or all(gain != 0 for gain in parts["gain"])
        return bool(alive and all(length > 0 for length in lengths) and (self.unequal or len(set(lengths)) == 1))

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        units = self.directions.tensor(xp, {"": parts["points"]}, sizes, choices)
        return {"directions": units * parts["lengths"][..., None], "gain": parts["gain"], "bias": parts["bias"]}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Fractions, since hulls are decided in rationals in every arithmetic."""
        directions = []
        for point, length in zip(parts["points"], parts["lengths"], strict=True):
            square = sum((x * x for x in point), Fraction(0))
            directions.append([Fraction(length) * x / (square + 1) for x in (*(2 * y for y in point), square - 1)])
        return {"directions": directions, "gain": list(parts["gain"]), "bias": list(parts["bias"])}


class LargeAndSmallKey(Input):
    """Two keys, ``small`` k and ``ratio * (k + tilt)`` with a ratio of at least 1, and a ``query``, in ``R^d``."""

    families = ("gaussian", "against")

    def __init__(self, dim: str) -> None:
        self.dim = dim

    def parts(self) -> Mapping[str, Shape]:
        vector = (self.dim,)
        return {"small": vector, "tilt": vector, "query": vector, "ratio": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        d = sizes[self.dim]
        small, query = sampler.normal(batch, d), sampler.normal(batch, d)
        tilt = sampler.log_uniform(batch, 1, low=2.0**-20, high=0.5) * sampler.normal(batch, d)
        if family == "against":
            query = query - small * sampler.log_uniform(batch, 1, low=2.0**-4, high=2.0**4)
        return {"small": small, "tilt": tilt, "query": query, "ratio": sampler.log_uniform(batch, low=1.0, high=2.0**30)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        d = sizes[self.dim]
        vectors = {name: draw(st.lists(st.integers(-4, 4), min_size=d, max_size=d)) for name in ("small", "query")}
        tilt = [Fraction(k, 16) for k in draw(st.lists(st.integers(-2, 2), min_size=d, max_size=d))]
        return {**vectors, "tilt": tilt, "ratio": 2 ** draw(st.integers(0, 30))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        d = sizes[self.dim]
        first, zeros = [1] + [0] * (d - 1), [0] * d
        for query in (first, zeros):
            yield {"small": first, "tilt": zeros, "query": query, "ratio": 2**20}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "ratio": xp.clip(parts["ratio"], min=1.0)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part == "ratio" else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return bool(parts["ratio"][()] >= 1)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        large = parts["ratio"][:, None] * (parts["small"] + parts["tilt"])
        return {"small": parts["small"], "large": large, "query": parts["query"]}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        large = [parts["ratio"][()] * (x + y) for x, y in zip(parts["small"], parts["tilt"], strict=True)]
        vectors = {"small": parts["small"], "large": large, "query": parts["query"]}
        return {name: [mp.mpf(Fraction(x)) for x in vector] for name, vector in vectors.items()}


def features(dim: str, affine: bool = False) -> Features:
    """A vector of ``dim`` features, with an affine map and a smoothing constant or without."""
    return Features(dim, affine)


def normalised_keys(keys: str, dim: str, unequal: bool = False, dead: bool = False) -> NormalisedKeys:
    """Keys of one norm after an affine map, or of unequal norms, or with gains of 0."""
    return NormalisedKeys(keys, dim, unequal, dead)


def large_and_small_key(dim: str) -> LargeAndSmallKey:
    """A key, a much larger one in nearly the same direction, and a query."""
    return LargeAndSmallKey(dim)


def normalised(xp: Any, x: Any, epsilon: Any = 0.0, correction: int = 0) -> Any:
    """Layer normalisation along the last axis, ``(x - mean) / sqrt(variance + epsilon)``, as it is computed in floats."""
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    return centred / xp.sqrt(xp.var(x, axis=-1, keepdims=True, correction=correction) + epsilon)


def scaled_jacobian(xp: Any, x: Any) -> Any:
    """``sigma`` times the derivative of layer normalisation at ``x`` ``(batch, d)``, by the quotient rule, ``(batch, d, d)``.

    ``[b, i, j]`` is the derivative of output i along input j: that of the numerator, less the relative one of sigma.
    """
    d = x.shape[1]
    centred = x - xp.mean(x, axis=1, keepdims=True)
    variance = xp.mean(centred * centred, axis=1)[:, None, None]
    numerator = xp.eye(d, dtype=x.dtype, device=x.device) - 1 / d
    of_variance = 2 * (centred[:, None, :] @ numerator) / d
    return numerator - centred[:, :, None] * of_variance / (2 * variance)


def largest_margins(xp: Any, differences: Any) -> Any:
    """The square of the largest least score difference of a query of norm 1, 0 where none is positive, ``(batch, m)``.

    ``differences`` ``(batch, m, m-1, d)`` are those of each key to its rivals.  Where some p has all scores at least 1, the
    shortest such p gives the margin ``1 / |p|``.
    """
    found = []
    for one in range(differences.shape[1]):
        apart = differences[:, one]
        p, _ = max_margin(xp, apart)
        feasible = xp.min(xp.sum(apart * p[:, None], axis=2), axis=1) > 0.5
        square = xp.sum(p * p, axis=1)
        found.append(xp.where(feasible, 1 / xp.where(feasible, square, xp.ones_like(square)), xp.zeros_like(square)))
    return xp.stack(found, axis=1)
