"""Keys that queries select among, with some of them inside the hull of others, and what a query can reach on a batch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.layer_norm import largest_margins
from strategies.margins import max_margin
from strategies.readable import fractions

EIGHTHS = 8


class Keys(Input):
    """Keys ``(m, d)``, the rows; of integers in all families but ``gaussian``, so that hulls hold points exactly."""

    families = ("gaussian", "lattice", "inside", "nearly inside", "on a line", "one long")

    def __init__(self, keys: str, dim: str) -> None:
        self.keys, self.dim = keys, dim

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.keys, self.dim)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``inside``: the last key is a convex combination of the others, with eighths as weights."""
        import torch

        m, d = sizes[self.keys], sizes[self.dim]
        if family == "gaussian":
            return {"": sampler.normal(batch, m, d) * sampler.log_uniform(batch, m, 1, low=2.0**-4, high=2.0**4)}
        values = sampler.integers(-2, 2, batch, m, d)
        if family in ("inside", "nearly inside"):
            values = EIGHTHS * sampler.integers(-8, 8, batch, m, d)
            taken = sampler.integers(0, m - 2, batch, EIGHTHS, 1) == torch.arange(m - 1, device=sampler.device)
            weights = taken.sum(dim=1)[:, :, None] / EIGHTHS
            values[:, -1] = (weights * values[:, :-1]).sum(dim=1)
        if family == "nearly inside":
            values[:, -1] = values[:, -1] + sampler.log_uniform(batch, 1, low=2.0**-20, high=1.0) * sampler.normal(batch, d)
        if family == "on a line":
            values = sampler.integers(-4, 4, batch, m, 1) * values[:, :1] + values[:, 1:2]
        if family == "one long":
            values[:, 0] = values[:, 0] * sampler.log_uniform(batch, 1, low=1.0, high=2.0**30).floor()
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": fractions(draw, (sizes[self.keys], sizes[self.dim]), 3)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """On a line, on a parabola, a simplex with its centre, and all keys equal."""
        m, d = sizes[self.keys], sizes[self.dim]
        first = np.array([int(c == 0) for c in range(d)], dtype=object)
        line = np.array([i * first for i in range(m)], dtype=object)
        curve = np.array([[Fraction(i) ** (c + 1) for c in range(d)] for i in range(m)], dtype=object)
        simplex = np.array([[(m - 1) * int(i == c) for c in range(d)] for i in range(m)], dtype=object)
        simplex[-1] = [sum(simplex[i, c] for i in range(m - 1)) / Fraction(m - 1) for c in range(d)]
        for keys in (line, curve, simplex, 0 * line + first):
            yield {"": keys}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        """Rows of Fractions, since hulls are decided in rationals in every arithmetic."""
        return [[Fraction(x) for x in row] for row in parts[""]]


class Rivals:
    """The differences of every key to the others, ``(batch, m, m - 1, d)``, and what they say; all results ``(batch, m)``."""

    def __init__(self, xp: Any, keys: Any) -> None:
        m = keys.shape[1]
        others = [[j for j in range(m) if j != i] for i in range(m)]
        self.xp, self.apart = xp, keys[:, :, None] - keys[:, others]

    @property
    def margin(self) -> Any:
        """The square of the largest margin of a query of norm 1; 0 where no query selects the key."""
        return self._each(lambda rows: largest_margins(self.xp, rows[:, None])[:, 0])

    @property
    def hull(self) -> Any:
        """The squared distance to the hull of the rivals."""
        return self._each(lambda rows: hull_distance(self.xp, rows))

    @property
    def segment(self) -> Any:
        """The squared distance to the nearest segment between two rivals (to the only rival of two keys)."""
        pairs = list(itertools.combinations_with_replacement(range(self.apart.shape[2]), 2))
        return self._each(lambda rows: _least(self.xp, [hull_distance(self.xp, rows[:, list(pair)]) for pair in pairs]))

    def _each(self, measure: Callable[[Any], Any]) -> Any:
        batch, m, others, d = self.apart.shape
        rows = self.xp.reshape(self.apart, (batch * m, others, d))
        return self.xp.reshape(measure(rows), (batch, m))


def hull_distance(xp: Any, points: Any) -> Any:
    """The squared distance of the origin to the hull of ``points`` ``(batch, k, d)``.

    Lifted by one coordinate that all share, points have a hull without the origin, and its nearest point has the same weights.
    """
    height = xp.sqrt(xp.mean(points**2, axis=(1, 2)))
    height = xp.where(height > 0, height, xp.ones_like(height))[:, None, None]
    _, weights = max_margin(xp, xp.concat([points, 0 * points[:, :, :1] + height], axis=2))
    weights = weights / xp.sum(weights, axis=1, keepdims=True)
    return xp.sum(xp.sum(weights[:, :, None] * points, axis=1) ** 2, axis=1)


def keys(count: str, dim: str) -> Keys:
    """So many keys in ``dim`` dimensions."""
    return Keys(count, dim)


def _least(xp: Any, values: list[Any]) -> Any:
    return xp.min(xp.stack(values, axis=1), axis=1)
