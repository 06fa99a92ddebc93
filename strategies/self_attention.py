r"""Stacks of self-attention layers whose weights have exactly known spectral norms.

A layer is ``SA(X) = sum_h softmax(X W_QK,h X^T / sqrt(d_qk)) X W_h`` for tokens ``X`` ``(N, d)``.  Weights are
``U diag(s) V^T`` with U and V orthogonal by Cayley's transform, so ``||W||_2 = max |s_i|`` in rationals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.networks import orthogonal
from strategies.readable import fractions
from strategies.softmax_rows import row_differences
from strategies.token_maps import TokenMaps

KINDS = ("key", "value")


class AttentionStack(Input):
    """Tokens ``(N, d)`` and the weights of ``L`` layers of ``H`` heads; with ``silent`` the value weights are 0.

    Raw: ``key`` and ``value`` ``(L, H, d)``, the singular values with signs, and ``key_turns``, ``value_turns``
    ``(L, H, 2, d, d)``, the Cayley parameters of both orthogonal factors.
    """

    families = ("gaussian", "opposite", "shared", "common")

    def __init__(self, layers: str | int, heads: str | int, tokens: str, dim: str, silent: bool = False) -> None:
        self.layers, self.heads, self.tokens, self.dim, self.silent = layers, heads, tokens, dim, silent

    def parts(self) -> Mapping[str, Shape]:
        stack, d = (self.layers, self.heads), self.dim
        turns = {f"{kind}_turns": (*stack, 2, d, d) for kind in KINDS}
        return {"tokens": (self.tokens, d), **{kind: (*stack, d) for kind in KINDS}, **turns}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``opposite`` tokens are plus or minus one vector, nearly; ``shared`` also gives all heads one multiple of I.

        Logits differ by 2^-8 to 2^6, one common factor; ``common`` adds a vector of up to 2^24 to all tokens.
        """
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: sampler.normal(batch, *shape) for name, shape in shapes.items()}
        n, d = shapes["tokens"]
        noise = sampler.log_uniform(batch, 1, 1, low=2.0**-30, high=1.0) * sampler.bernoulli(0.5, batch, 1, 1)
        if family in ("opposite", "shared"):
            signs = sampler.signs(batch, n, 1)
            signs[:, 0], signs[:, -1] = 1.0, -1.0
            parts["tokens"] = signs * sampler.normal(batch, 1, d) + noise * parts["tokens"]
        size = sampler.log_uniform(batch, 1, 1, low=2.0**-4, high=2.0**4)
        spread = parts["tokens"].abs().amax(dim=(1, 2), keepdim=True).clamp_min(2.0**-10)
        parts["tokens"] = parts["tokens"] * size / spread
        if family == "shared":
            for kind in KINDS:
                parts[kind] = 1.0 + (noise * sampler.normal(batch, 1, d))[:, None] + 0 * parts[kind]
                parts[f"{kind}_turns"] = 0 * parts[f"{kind}_turns"]
        strength = sampler.log_uniform(batch, 1, 1, 1, low=2.0**-8, high=2.0**6)
        parts["key"] = parts["key"] / _largest(parts["key"]) * strength / size[..., None] ** 2
        parts["value"] = parts["value"] * sampler.log_uniform(batch, 1, 1, 1, low=2.0**-3, high=2.0**3)
        if family == "common":
            away = sampler.log_uniform(batch, 1, 1, low=1.0, high=2.0**24)
            parts["tokens"] = parts["tokens"] + away * size * sampler.normal(batch, 1, d)
        return self._silenced(parts)

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: fractions(draw, shape, *((1, 1) if name.endswith("turns") else (8, 4))) for name, shape in shapes.items()}
        return self._silenced(parts)

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Equal heads ``w I`` on tokens plus or minus e_1, also far from 0; unequal singular values; equal tokens."""
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        n, d = shapes["tokens"]
        still = {f"{kind}_turns": np.zeros(shapes[f"{kind}_turns"], dtype=object) for kind in KINDS}
        opposite = np.array([[(-1) ** i * int(c == 0) for c in range(d)] for i in range(n)], dtype=object)
        distinct = np.array([[Fraction(i * (c + 1), 2) for c in range(d)] for i in range(n)], dtype=object)
        graded = np.array([Fraction(1, 1 << c) for c in range(d)], dtype=object)
        remote = opposite + np.array([2**27 * int(0 < c == d - 1) for c in range(d)], dtype=object)
        for strength in (Fraction(1, 64), Fraction(1), Fraction(16)):
            for tokens, profile in ((opposite, 0 * graded + 1), (remote, 0 * graded + 1), (distinct, graded)):
                key, value = (np.broadcast_to(x * profile, shapes["key"]).copy() for x in (strength, Fraction(1)))
                yield self._silenced({"tokens": tokens, "key": key, "value": value, **still})
        ones = np.ones(shapes["key"], dtype=object)
        yield self._silenced({"tokens": 0 * opposite + 1, "key": ones, "value": ones.copy(), **still})

    def _silenced(self, parts: Parts) -> Parts:
        return {**parts, "value": 0 * parts["value"]} if self.silent else parts

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return self._silenced(parts)

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return not self.silent or bool(np.all(parts["value"] == 0))

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Stack:
        weights = {}
        for kind in KINDS:
            turns = parts[f"{kind}_turns"]
            batch, layers, heads, _, d, _ = turns.shape
            flat = orthogonal("d", "d").tensor(xp, {"": xp.reshape(turns, (-1, d, d))}, sizes, choices)
            factors = xp.reshape(flat, (batch, layers, heads, 2, d, d))
            left, right = factors[:, :, :, 0], factors[:, :, :, 1]
            weights[kind] = (left * parts[kind][..., None, :]) @ xp.matrix_transpose(right)
        norms = {kind: xp.max(xp.abs(parts[kind]), axis=-1) for kind in KINDS}
        return Stack(xp, parts["tokens"], weights, norms)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        layers, heads, _ = parts["key"].shape
        turn = orthogonal("d", "d")

        def weight(kind: str, layer: int, head: int) -> Any:
            left, right = (turn.exact(mp, {"": one}, sizes, choices) for one in parts[f"{kind}_turns"][layer, head])
            return left * mp.diag([mp.mpf(x) for x in parts[kind][layer, head]]) * right.T

        found: dict[str, Any] = {"tokens": mp.matrix([[mp.mpf(x) for x in row] for row in parts["tokens"]])}
        for kind in KINDS:
            found[kind] = [[weight(kind, layer, head) for head in range(heads)] for layer in range(layers)]
            largest = np.max(np.abs(parts[kind]), axis=-1)
            found[f"{kind}_norm"] = [[mp.mpf(x) for x in row] for row in largest]
        return found


class Stack:
    """The layers on a batch: ``tokens`` ``(batch, N, d)``, ``key`` and ``value`` ``(batch, L, H, d, d)`` and their norms."""

    def __init__(self, xp: Any, tokens: Any, weights: Mapping[str, Any], norms: Mapping[str, Any]) -> None:
        self.xp, self.tokens, self.key, self.value = xp, tokens, weights["key"], weights["value"]
        self.key_norm, self.value_norm = norms["key"], norms["value"]

    @property
    def strength(self) -> Any:
        """The largest product of the two spectral norms of a head, ``(batch,)``."""
        return self.xp.max(self.key_norm * self.value_norm, axis=(1, 2))

    def attend(self, layer: int, X: Any, d_qk: int) -> Any:
        """``SA(X)`` as a user computes it: softmax of the logits of all tokens, heads added up."""
        xp, tokens = self.xp, X[:, None]
        logits = tokens @ self.key[:, layer] @ xp.matrix_transpose(tokens) / d_qk**0.5
        return xp.sum(xp.special.softmax(logits, axis=-1) @ tokens @ self.value[:, layer], axis=1)

    def after(self, d_qk: int, skip: bool = False) -> Any:
        """The tokens after all layers, with skip connections or without."""
        X = self.tokens
        for layer in range(self.key.shape[1]):
            X = self.attend(layer, X, d_qk) + (X if skip else 0)
        return X

    def collapsed(self, d_qk: int, maps: TokenMaps | None = None) -> Any:
        """The tokens after all layers less the first one, with small differences to all digits.

        The attention of token i is that of token 1 tilted by ``exp((x_i - x_1) W (x_j - x_1)^T)``, up to a factor per row,
        so the difference of the two rows comes from ``expm1`` instead of a subtraction.
        """
        xp = self.xp
        first = self.tokens[:, None, :1]
        rest = self.tokens[:, None] - first
        for layer in range(self.key.shape[1]):
            bilinear = self.key[:, layer] @ xp.matrix_transpose(rest) / d_qk**0.5
            moved = row_differences(xp, first @ bilinear, rest @ bilinear)
            masses = xp.special.softmax(first @ bilinear, axis=-1)
            first = xp.sum((first + masses @ rest) @ self.value[:, layer], axis=1, keepdims=True)
            rest = xp.sum(moved @ rest @ self.value[:, layer], axis=1, keepdims=True)
            if maps is not None:
                first, rest = maps.apply(layer, first, rest)
        return rest[:, 0]


def diameter(xp: Any, X: Any) -> Any:
    """The largest Euclidean distance of two rows of ``X`` ``(batch, N, d)``, shape ``(batch,)``."""
    apart = X[:, :, None, :] - X[:, None, :, :]
    return xp.sqrt(xp.max(xp.sum(apart * apart, axis=-1), axis=(1, 2)))


def attention_stack(layers: str | int, heads: str | int, tokens: str, dim: str, silent: bool = False) -> AttentionStack:
    """Tokens and a stack of attention layers with exactly known spectral norms."""
    return AttentionStack(layers, heads, tokens, dim, silent)


def _largest(values: Any) -> Any:
    return values.abs().amax(dim=-1, keepdim=True).clamp_min(2.0**-20)
