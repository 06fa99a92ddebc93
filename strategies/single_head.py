r"""One head of attention with one output column, for bounds in the composite norm: drawn entry by entry, or planted.

The planted head has tokens of three kinds, all with one common component: one *marked* token ``M e_c``, ``n`` *diagonal*
tokens ``M e_i`` and ``m`` *idle* ones, 0.  Every token sees the marked one with the logit ``s``, a diagonal token also itself
with the logit ``t``, all others with 0; the value weights read ``e_c``.  So the numbers of tokens, which no array could
hold, enter through closed forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.readable import fractions
from strategies.softmax_rows import row_differences

MOST = 2**20
LARGEST_LOGIT = 64


class PlantedHead(Input):
    """``diagonal`` n and ``idle`` m (integers from 1 to `MOST`), the logits ``seen`` s and ``own`` t, and the ``size`` M > 0."""

    families = ("comparable", "scattered")

    def parts(self) -> Mapping[str, Shape]:
        return {"diagonal": (), "idle": (), "seen": (), "own": (), "size": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        diagonal, idle = (sampler.log_uniform(batch, low=1.0, high=MOST).floor() for _ in range(2))
        if family == "comparable":
            idle = (diagonal * sampler.integers(1, 4, batch)).clip(1, MOST)
        logits = {name: sampler.uniform(batch, high=24.0) for name in ("seen", "own")}
        return {"diagonal": diagonal, "idle": idle, **logits, "size": sampler.log_uniform(batch, low=2.0**-6, high=2.0**6)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        counts = {name: 2 ** draw(st.integers(0, 20)) for name in ("diagonal", "idle")}
        logits = {name: draw(st.integers(0, 32)) for name in ("seen", "own")}
        return {**counts, **logits, "size": Fraction(2) ** draw(st.integers(-6, 6))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        yield {"diagonal": 1, "idle": 1, "seen": 0, "own": 0, "size": 1}
        yield {"diagonal": 2, "idle": 4, "seen": 4, "own": 8, "size": 1}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        counts = {name: xp.clip(parts[name], min=1, max=MOST) for name in ("diagonal", "idle")}
        logits = {name: xp.clip(parts[name], min=0, max=LARGEST_LOGIT) for name in ("seen", "own")}
        return {**counts, **logits, "size": xp.clip(parts["size"], min=2.0**-20)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 0 if part in ("seen", "own") else 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        counts, logits = ([Fraction(parts[name][()]) for name in names] for names in (("diagonal", "idle"), ("seen", "own")))
        whole = all(count.denominator == 1 and 1 <= count <= MOST for count in counts)
        return whole and all(0 <= logit <= LARGEST_LOGIT for logit in logits) and parts["size"][()] > 0

    def exactify(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """The numbers of tokens rounded to integers."""
        if self.admits(parts, sizes, choices):
            return None
        counts = {name: min(max(round(parts[name][()]), 1), MOST) for name in ("diagonal", "idle")}
        return {**parts, **counts}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> PlantedLayer:
        return PlantedLayer(xp, parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {name: mp.mpf(array[()]) for name, array in parts.items()}


class PlantedLayer:
    """The closed forms of a planted head on a batch; all ``(batch,)``."""

    def __init__(self, xp: Any, parts: Parts) -> None:
        self.xp, self.parts = xp, parts

    @property
    def tokens(self) -> Any:
        """How many tokens there are."""
        return 1 + self.parts["diagonal"] + self.parts["idle"]

    @property
    def residual(self) -> Any:
        """|res(X)| = M: of the shifts, the common component alone is best."""
        return self.parts["size"]

    @property
    def strength(self) -> Any:
        """``|W_QK|_1 |W_V|_{1,inf} / sqrt(d_qk)``: the weights ``w`` with ``w M^2 / sqrt(d_qk) = t``, and 1."""
        return self.parts["own"] / self.parts["size"] ** 2

    @property
    def residual_after(self) -> Any:
        r"""The output is one column with ``n`` entries ``a M`` and ``m + 1`` entries ``b M``, ``a < b``.

        Over the shifts of a column with two values, the composite norm is least at one of them or at their middle:
        ``(b - a) M sqrt(min(n, m + 1, (n + m + 1) / 4))``.
        """
        xp, p = self.xp, self.parts
        seen, own = xp.exp(p["seen"]), xp.expm1(p["own"])
        elsewhere = seen + p["diagonal"] + p["idle"]
        apart = seen * own / (elsewhere * (elsewhere + own))
        least = xp.minimum(xp.minimum(p["diagonal"], p["idle"] + 1), self.tokens / 4)
        return p["size"] * apart * xp.sqrt(least)


class DrawnHead(Input):
    """Tokens ``common + rest_i``, ``rest`` ``(N, d)``, with ``key`` ``(d, d)`` and a ``value`` column ``(d,)``.

    A bound by the residual of the tokens, the least norm over all shifts, is one for every ``shift`` ``(d,)`` of the rest.
    """

    families = ("gaussian", "common", "few values", "extreme points")

    def __init__(self, tokens: str, dim: str) -> None:
        self.count, self.dim = tokens, dim

    def parts(self) -> Mapping[str, Shape]:
        d = self.dim
        return {"common": (d,), "rest": (self.count, d), "key": (d, d), "value": (d,), "shift": (d,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """But for Gaussian tokens the logits of ``common`` are larger than 1; tokens of ``few values`` have halves as entries.

        ``extreme points`` of the norms: every token leaves the shift in one coordinate, tokens that share one by equal parts,
        and every column of the key has one entry.
        """
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: sampler.normal(batch, *shape) for name, shape in shapes.items()}
        if family == "few values":
            parts = {name: sampler.integers(-1, 1, batch, *shape) for name, shape in shapes.items()}
            parts["rest"] = parts["rest"] / 2
            # a head without weights moves nothing
            first = parts["value"][:, :1]
            parts["value"][:, :1] = sampler.where((parts["value"] == 0).all(dim=1, keepdim=True), 1.0, first)
        if family == "extreme points":
            n, d = shapes["rest"]
            rest = _one_hot(sampler, batch, n, d)
            parts["rest"] = rest / rest.abs().sum(dim=1, keepdim=True).clamp_min(1.0)
            parts["key"] = _one_hot(sampler, batch, d, d).mT
            parts["common"] = _one_hot(sampler, batch, 1, d)[:, 0]
            parts["value"] = sampler.signs(batch, d) * sampler.bernoulli(0.5, batch, d)
        size = sampler.log_uniform(batch, 1, low=2.0**-6, high=2.0)
        parts["rest"] = parts["rest"] * size[:, None]
        if family != "gaussian":
            weak = sampler.log_uniform(batch, 1, low=2.0**-8, high=1.0)
            parts["key"] = parts["key"] * weak[:, None]
            parts["common"] = parts["common"] / (weak * size) * sampler.log_uniform(batch, 1, low=2.0**-2, high=2.0**6)
        middle = (parts["rest"].amax(dim=1) + parts["rest"].amin(dim=1)) / 2
        median = parts["rest"].median(dim=1).values
        parts["shift"] = sampler.where(sampler.bernoulli(0.5, batch, 1), middle, median)
        if family == "extreme points":
            parts["shift"] = 0 * parts["shift"]
        return parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {name: fractions(draw, shape_of(shape, sizes), 4, 4) for name, shape in self.parts().items()}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Opposite tokens, and equal ones."""
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        n, d = shapes["rest"]
        key, zeros = np.eye(d, dtype=int).astype(object), [0] * d
        opposite = np.array([[(-1) ** i * int(c == 0) for c in range(d)] for i in range(n)], dtype=object)
        for rest in (opposite, 0 * opposite + 1):
            yield {"common": zeros, "rest": rest, "key": key, "value": [1, *zeros[1:]], "shift": zeros}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> DrawnLayer:
        return DrawnLayer(xp, parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        def matrix(array: Any) -> Any:
            return mp.matrix([[mp.mpf(x) for x in row] for row in array])

        tokens = [[x + y for x, y in zip(row, parts["common"], strict=True)] for row in parts["rest"]]
        shift = [x + y for x, y in zip(parts["shift"], parts["common"], strict=True)]
        return {
            "tokens": matrix(tokens),
            "key": matrix(parts["key"]),
            "value": [mp.mpf(x) for x in parts["value"]],
            "shift": [mp.mpf(x) for x in shift],
        }


class DrawnLayer:
    """The same quantities as those of a planted head, for heads given by arrays."""

    def __init__(self, xp: Any, parts: Parts) -> None:
        self.xp, self.parts = xp, parts

    @property
    def residual(self) -> Any:
        """The composite norm of the tokens less the given shift."""
        xp, rest = self.xp, self.xp.abs(self.parts["rest"] - self.parts["shift"][:, None])
        return xp.sqrt(xp.max(xp.sum(rest, axis=1), axis=1) * xp.max(xp.sum(rest, axis=2), axis=1))

    @property
    def strength(self) -> Any:
        """``|W_QK|_1 |W_V|_{1,inf}``, the root of d_qk being part of W_QK."""
        xp, value = self.xp, self.xp.abs(self.parts["value"])
        column = xp.max(xp.sum(xp.abs(self.parts["key"]), axis=1), axis=1)
        return column * xp.sqrt(xp.sum(value, axis=1) * xp.max(value, axis=1))

    @property
    def residual_after(self) -> Any:
        """The composite norm of the output column, least over the shifts: at an entry, or in the middle of its range.

        Between two such places both factors fall, both rise, or their product is concave.  The column is measured from the
        output of the first token.
        """
        xp, rest = self.xp, self.parts["rest"]
        apart = rest - rest[:, :1]
        bilinear = self.parts["key"] @ xp.matrix_transpose(apart)
        moved = row_differences(xp, (self.parts["common"][:, None] + rest[:, :1]) @ bilinear, apart @ bilinear)
        column = xp.sum((moved @ apart) * self.parts["value"][:, None], axis=2)
        middle = (xp.max(column, axis=1, keepdims=True) + xp.min(column, axis=1, keepdims=True)) / 2
        shifts = xp.concat([column, middle], axis=1)
        distances = xp.abs(column[:, None, :] - shifts[:, :, None])
        return xp.sqrt(xp.min(xp.sum(distances, axis=2) * xp.max(distances, axis=2), axis=1))


def _one_hot(sampler: Sampler, batch: int, rows: int, length: int) -> Any:
    """Rows ``(batch, rows, length)`` with a single entry 1 or -1, at random."""
    import torch

    places = sampler.integers(0, length - 1, batch, rows, 1)
    return sampler.signs(batch, rows, 1) * (torch.arange(length, device=sampler.device) == places)


def planted_head() -> PlantedHead:
    """A head on tens of thousands of tokens of three kinds."""
    return PlantedHead()


def drawn_head(tokens: str, dim: str) -> DrawnHead:
    """A head on ``tokens`` tokens with arbitrary weights and one output column."""
    return DrawnHead(tokens, dim)
