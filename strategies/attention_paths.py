"""Attention networks with biases, whose output is a sum over paths: one head, or the skip connection, per layer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.readable import fractions

SOFTMAX, RATIONAL = "softmax", "1 + logit^2"


class BiasedAttention(Input):
    """Tokens ``(N, d)``, ``key`` and ``value`` ``(L, H, d, d)``, ``bias`` ``(L, d)``, with skip connections or without.

    The weights of a row are the exponentials of its logits ``x_i W_QK x_j``, or ``1 + logit^2``: any positive function
    makes rows of attention that sum to 1, and the second one keeps rational numbers rational.
    """

    families = ("gaussian", "small", "integers")
    choices = {"kernel": (SOFTMAX, RATIONAL), "skip": ("without", "with")}

    def __init__(self, layers: str, heads: str, tokens: str, dim: str) -> None:
        self.layers, self.heads, self.tokens, self.dim = layers, heads, tokens, dim

    def parts(self) -> Mapping[str, Shape]:
        weights = (self.layers, self.heads, self.dim, self.dim)
        return {"tokens": (self.tokens, self.dim), "key": weights, "value": weights, "bias": (self.layers, self.dim)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        if family == "integers":
            return {name: sampler.integers(-4, 4, batch, *shape) / 4 for name, shape in shapes.items()}
        parts = {name: sampler.normal(batch, *shape) / 2 for name, shape in shapes.items()}
        if family == "small":
            parts["key"] = parts["key"] * sampler.log_uniform(batch, 1, 1, 1, 1, low=2.0**-20, high=1.0)
        return parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {name: fractions(draw, shape_of(shape, sizes), 2, 2) for name, shape in self.parts().items()}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """All zeros; distinct tokens with triangular weights, which do not commute with their transposes."""
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        yield {name: np.zeros(shape, dtype=object) for name, shape in shapes.items()}
        (n, d), (layers, heads, _, _) = shapes["tokens"], shapes["key"]
        tokens = np.array([[Fraction(i - c, 2) for c in range(d)] for i in range(n)], dtype=object)
        upper = np.array([[int(i <= c) for c in range(d)] for i in range(d)], dtype=object)
        stack = np.array([[upper if (a + h) % 2 else upper.T for h in range(heads)] for a in range(layers)], dtype=object)
        yield {"tokens": tokens, "key": stack, "value": stack.copy(), "bias": np.ones(shapes["bias"], dtype=object)}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> PathNetwork:
        return PathNetwork(xp, parts, choices["kernel"], choices["skip"] == "with")

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        def matrices(stack: NDArray[Any]) -> list[list[Any]]:
            return [[mp.matrix([[mp.mpf(x) for x in row] for row in one]) for one in layer] for layer in stack]

        return {
            "tokens": mp.matrix([[mp.mpf(x) for x in row] for row in parts["tokens"]]),
            "key": matrices(parts["key"]),
            "value": matrices(parts["value"]),
            "bias": [[mp.mpf(x) for x in row] for row in parts["bias"]],
            "kernel": choices["kernel"],
            "skip": choices["skip"] == "with",
        }


class PathNetwork:
    """The network on a batch: its forward pass, its attention matrices, and its path sum."""

    def __init__(self, xp: Any, parts: Parts, kernel: str, skip: bool) -> None:
        self.xp, self.kernel, self.skip = xp, kernel, skip
        self.tokens, self.bias = parts["tokens"], parts["bias"]
        self._keys, self._values = parts["key"], parts["value"]
        self.layers, self.heads = self._keys.shape[1:3]

    def attention(self, layer: int, X: Any) -> list[Any]:
        """The attention matrices of a layer at ``X``, one per head, after the identity of a skip connection."""
        xp, (_, n, _) = self.xp, X.shape
        logits = X[:, None] @ self._keys[:, layer] @ xp.matrix_transpose(X)[:, None]
        if self.kernel == SOFTMAX:
            rows = xp.special.softmax(logits, axis=-1)
        else:
            rows = (1 + logits**2) / xp.sum(1 + logits**2, axis=-1, keepdims=True)
        return [*([self._identity(n)] if self.skip else []), *(rows[:, h] for h in range(self.heads))]

    def value(self, layer: int) -> list[Any]:
        """The value weights of a layer, one per head, after the identity of a skip connection."""
        d = self.tokens.shape[2]
        heads = (self._values[:, layer, h] for h in range(self.heads))
        return [*([self._identity(d)] if self.skip else []), *heads]

    def _identity(self, size: int) -> Any:
        tokens = self.tokens
        return self.xp.eye(size, dtype=tokens.dtype, device=tokens.device) + 0 * tokens[:, :1, :1]

    def forward(self) -> tuple[Any, list[list[Any]]]:
        """The output ``(batch, N, d)`` and the attention matrices of all layers on the way."""
        X, attentions = self.tokens, []
        for layer in range(self.layers):
            attentions.append(self.attention(layer, X))
            X = layer_sum(attentions[-1], X, self.value(layer)) + self.bias[:, layer, None]
        return X, attentions

    def distributed(self, attentions: list[list[Any]]) -> Any:
        """The path sum by the distributive law: layer after layer with the given attention, without biases."""
        return reduce(lambda X, a: layer_sum(a[1], X, self.value(a[0])), enumerate(attentions), self.tokens)

    def reversed_paths(self, attentions: list[list[Any]]) -> Any:
        """The path sum with the value weights in the wrong order, path by path."""
        total = 0
        values = [self.value(layer) for layer in range(self.layers)]
        for word in itertools.product(*(range(len(heads)) for heads in values)):
            X = self.tokens
            for layer, head in enumerate(word):
                X = attentions[layer][head] @ X
            for layer, head in reversed(list(enumerate(word))):
                X = X @ values[layer][head]
            total = total + X
        return total

    def separate_paths(self) -> Any:
        """The sum over paths that each compute an attention of their own, from their own tokens."""
        states = [self.tokens]
        for layer in range(self.layers):
            values = self.value(layer)
            states = [P @ X @ W for X in states for P, W in zip(self.attention(layer, X), values, strict=True)]
        return sum(states)

    def constant(self) -> Any:
        """The row ``b`` that all tokens share: every bias through the value weights of the later layers, ``(batch, d)``."""
        row = 0 * self.bias[:, :1]
        for layer in range(self.layers):
            row = row @ sum(self.value(layer)) + self.bias[:, layer, None]
        return row[:, 0]

    def left_products(self, attentions: list[list[Any]]) -> Any:
        """``P^L ... P^1`` of all paths, ``(batch, paths, N, N)``."""
        products = attentions[0]
        for later in attentions[1:]:
            products = [P @ product for product in products for P in later]
        return self.xp.stack(products, axis=1)

    def path_counts(self) -> list[int]:
        """How many paths go through 0, 1, ... heads: the products of layers that add no head or one of the heads."""
        counts = [1]
        for _ in range(self.layers):
            counts = [int(self.skip) * a + self.heads * b for a, b in zip([*counts, 0], [0, *counts], strict=True)]
        return counts

    def magnitude(self, attentions: list[list[Any]]) -> Any:
        """The largest entry of the path sum and biases of absolute values, ``(batch,)``: the scale of rounding."""
        X = abs(self.tokens)
        for layer, P in enumerate(attentions):
            X = layer_sum(P, X, [abs(W) for W in self.value(layer)]) + abs(self.bias[:, layer, None])
        return 1 + self.xp.max(X, axis=(1, 2))


def layer_sum(attention: list[Any], X: Any, value: list[Any]) -> Any:
    """``sum_h P_h X W_h``."""
    return sum(P @ X @ W for P, W in zip(attention, value, strict=True))


def biased_attention(layers: str, heads: str, tokens: str, dim: str) -> BiasedAttention:
    """Tokens and an attention network with value biases, with skip connections or without."""
    return BiasedAttention(layers, heads, tokens, dim)
