r"""Heads on two tokens whose coordinates come in groups of any width, for bounds in the composite norm.

The composite norm is ``|A|_{1,inf} = sqrt(|A|_1 |A|_inf)`` with the largest column sum ``|A|_1`` and row sum ``|A|_inf``.  Weights
and tokens are constant on groups of coordinates, so widths of millions cost nothing.  The residual of two tokens, at
their midpoint, minimises both sums at once: ``|res|^2 = max_c |x_c - y_c| * sum_c |x_c - y_c| / 2``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from refute.instance import exact

WIDEST = 2**24


class GroupedHeads(Input):
    """Two tokens ``first``, ``second`` ``(p,)``, heads ``key`` ``(H, p, p)`` and ``value`` ``(H, p, g)``, and widths of the groups.

    ``input_width`` ``(p,)`` and ``output_width`` ``(g,)`` are integers from 1 to `WIDEST`.  With ``mapped`` a token-wise map
    ``y -> slope y`` follows the layer.
    """

    families = ("gaussian", "sparse", "balanced")

    def __init__(self, heads: str, inputs: str, outputs: str, mapped: bool = False) -> None:
        self.heads, self.inputs, self.outputs, self.mapped = heads, inputs, outputs, mapped

    def parts(self) -> Mapping[str, Shape]:
        p, g = self.inputs, self.outputs
        tokens, widths = {"first": (p,), "second": (p,)}, {"input_width": (p,), "output_width": (g,)}
        weights: Mapping[str, Shape] = {"key": (self.heads, p, p), "value": (self.heads, p, g)}
        return {**tokens, **widths, **weights, **({"slope": ()} if self.mapped else {})}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``sparse`` weights have zeros; ``balanced`` ones also give all heads one composite norm, and opposite tokens."""
        import array_api_compat.torch as xp

        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: sampler.normal(batch, *shape) for name, shape in shapes.items()}
        for name in ("input_width", "output_width"):
            wide = sampler.bernoulli(0.5, batch, *shapes[name])
            parts[name] = sampler.where(wide, sampler.log_uniform(batch, *shapes[name], low=1.0, high=WIDEST), 1.0).round()
        if family != "gaussian":
            for name in ("key", "value"):
                parts[name] = parts[name] * sampler.bernoulli(0.5, batch, *shapes[name])
        if family == "balanced":
            parts["second"] = -parts["first"]
            norm = composite_norm(xp, parts["value"], parts["input_width"], parts["output_width"])
            parts["value"] = parts["value"] / norm.clamp_min(2.0**-30)[..., None, None]
        key_norm = column_norm(xp, parts["key"], parts["input_width"]).clamp_min(2.0**-30)[..., None, None]
        size = two_token_residual(xp, parts["first"] - parts["second"], parts["input_width"]).clamp_min(2.0**-30)
        strength = sampler.log_uniform(batch, 1, 1, 1, low=2.0**-12, high=2.0**3)
        parts["key"] = parts["key"] / key_norm * strength / size[:, None, None, None] ** 2
        return parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        parts: dict[str, Any] = {}
        for name, shape in self.parts().items():
            concrete = shape_of(shape, sizes)
            count = int(np.prod(concrete))
            if name.endswith("width"):
                entries = [2**e for e in draw(st.lists(st.integers(0, 24), min_size=count, max_size=count))]
            else:
                entries = [Fraction(e, 4) for e in draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))]
            parts[name] = np.array(entries, dtype=object).reshape(concrete)
        return parts

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Opposite tokens on the first group; every head reads it and writes all groups, or one group of its own."""
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        heads, p, g = shapes["value"]
        first = np.array([int(s == 0) for s in range(p)], dtype=object)
        key = np.broadcast_to(np.array(np.outer(first, first) * Fraction(1, 16), dtype=object), (heads, p, p)).copy()
        everything = np.broadcast_to(first[:, None] + np.zeros(g, dtype=object), (heads, p, g)).copy()
        own = np.array([[[first[s] * int(h % g == t) for t in range(g)] for s in range(p)] for h in range(heads)], dtype=object)
        for value in (everything, own):
            widths = {"input_width": [1] * p, "output_width": [1] * g}
            yield {
                "first": first,
                "second": -first,
                **widths,
                "key": key,
                "value": value,
                **({"slope": 1} if self.mapped else {}),
            }

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        widths = {name: xp.clip(parts[name], min=1, max=WIDEST) for name in ("input_width", "output_width")}
        return {**parts, **widths}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part.endswith("width") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        widths = [Fraction(width) for name in ("input_width", "output_width") for width in parts[name].flat]
        return all(width.denominator == 1 and 1 <= width <= WIDEST for width in widths)

    def exactify(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """The widths rounded to integers."""
        if self.admits(parts, sizes, choices):
            return None
        rounded = {
            name: np.array([min(max(round(width), 1), WIDEST) for width in parts[name]], dtype=object)
            for name in ("input_width", "output_width")
        }
        return {**parts, **rounded}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Heads:
        return Heads(xp, parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        def numbers(array: Any) -> Any:
            return [numbers(entry) for entry in array] if getattr(array, "ndim", 0) else mp.mpf(array)

        return {name: numbers(array if array.ndim else array[()]) for name, array in parts.items()}


class Heads:
    """One layer on a batch of pairs of tokens."""

    def __init__(self, xp: Any, parts: Parts) -> None:
        self.xp, self.parts = xp, parts
        self.difference = parts["first"] - parts["second"]

    @property
    def residual(self) -> Any:
        """The composite norm of the residual of the tokens, ``(batch,)``."""
        return two_token_residual(self.xp, self.difference, self.parts["input_width"])

    def residual_after(self, d_qk: int) -> Any:
        """That of ``sum_h P_h X W_h``; the difference of the two rows of P_h comes from one hyperbolic tangent."""
        xp, parts = self.xp, self.parts
        measured = self.difference * parts["input_width"]
        queried = (parts["key"] @ measured[:, None, :, None])[..., 0]
        one, two = (
            xp.sum(queried * (parts[name] * parts["input_width"])[:, None], axis=2) / d_qk**0.5 for name in ("first", "second")
        )
        apart = xp.sum(queried * measured[:, None], axis=2) / d_qk**0.5
        moved = xp.tanh(apart / 2) * (1 - xp.tanh(one / 2) * xp.tanh(two / 2)) / 2
        out = xp.sum(moved[:, :, None] * (measured[:, None, None] @ parts["value"])[:, :, 0], axis=1)
        return two_token_residual(xp, out, parts["output_width"])

    @property
    def slope(self) -> Any:
        """The Lipschitz constant of the map after the layer, ``(batch,)``."""
        return self.xp.abs(self.parts["slope"])

    @property
    def strength(self) -> Any:
        """The largest ``|W_QK|_1 |W|_{1,inf}`` of a head, ``(batch,)``."""
        return self.xp.max(column_norm(self.xp, self.parts["key"], self.parts["input_width"]) * self.composite, axis=1)

    @property
    def separate_strength(self) -> Any:
        """The largest ``|W_QK|_1`` of a head times the root of the largest ``|W|_1`` times the largest ``|W|_inf``, ``(batch,)``."""
        xp, parts = self.xp, self.parts
        columns = xp.max(column_norm(xp, parts["value"], parts["input_width"]), axis=1)
        rows = xp.max(row_norm(xp, parts["value"], parts["output_width"]), axis=1)
        return xp.max(column_norm(xp, parts["key"], parts["input_width"]), axis=1) * xp.sqrt(columns * rows)

    @property
    def composite(self) -> Any:
        """The composite norms of the value weights, ``(batch, H)``."""
        return composite_norm(self.xp, self.parts["value"], self.parts["input_width"], self.parts["output_width"])

    @property
    def composite_of_sum(self) -> Any:
        """The composite norm of the sum of the value weights, ``(batch,)``."""
        total = self.xp.sum(self.parts["value"], axis=1, keepdims=True)
        return composite_norm(self.xp, total, self.parts["input_width"], self.parts["output_width"])[:, 0]


def grouped_heads(heads: str, inputs: str, outputs: str, mapped: bool = False) -> GroupedHeads:
    """Two tokens and heads on ``inputs`` groups of equal coordinates that write ``outputs`` groups."""
    return GroupedHeads(heads, inputs, outputs, mapped)


def column_beside_row(name: str, columns: int, **more: int) -> dict[str, NDArray[Any]]:
    """Raw arrays of an input ``name``: tokens 1 and -1, a head that writes one column, and one that writes a wide row.

    Both have the key weight 2^-10 and the composite norm 1 if ``columns`` is a power of 4.
    """
    entries = {
        "first": [1], "second": [-1], "input_width": [1], "output_width": [1, columns], "key": [[[2.0**-10]]] * 2,
        "value": [[[1, 0]], [[0, columns**-0.5]]], **more,
    }  # fmt: skip
    return {f"{name}.{part}": exact(array) for part, array in entries.items()}


def two_token_residual(xp: Any, difference: Any, widths: Any) -> Any:
    """The composite norm of the residual of two tokens with this ``difference`` ``(batch, p)``, at their midpoint."""
    sizes = xp.abs(difference)
    return xp.sqrt(xp.max(sizes, axis=-1) * xp.sum(sizes * widths, axis=-1) / 2)


def column_norm(xp: Any, weights: Any, widths: Any) -> Any:
    """The largest column sums of ``weights`` ``(batch, H, p, g)``, whose rows have the ``widths`` ``(batch, p)``."""
    return xp.max(xp.sum(xp.abs(weights) * widths[:, None, :, None], axis=-2), axis=-1)


def row_norm(xp: Any, weights: Any, widths: Any) -> Any:
    """The largest row sums of ``weights`` ``(batch, H, p, g)``, whose columns have the ``widths`` ``(batch, g)``."""
    return xp.max(xp.sum(xp.abs(weights) * widths[:, None, None, :], axis=-1), axis=-1)


def composite_norm(xp: Any, weights: Any, rows: Any, columns: Any) -> Any:
    """The composite norms ``(batch, H)`` of ``weights`` ``(batch, H, p, g)`` with the given widths."""
    return xp.sqrt(column_norm(xp, weights, rows) * row_norm(xp, weights, columns))
