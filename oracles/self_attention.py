"""Exact quantities of pure attention: rows of softmax, path sums, diameters, in scalars and matrices from the definitions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def softmax(mp: Any, logits: Sequence[Any]) -> list[Any]:
    """The probabilities of a row of logits, measured from the first one."""
    weights = [mp.exp(value - logits[0]) for value in logits]
    total = mp.fsum(weights)
    return [weight / total for weight in weights]


def tilted_row(mp: Any, row: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Masses of softmax(b) and softmax(b + e), their ratios and their total variation distance, from plain exponentials."""
    logits, shift = row["logits"], row["shift"]
    before, after = softmax(mp, logits), softmax(mp, [b + e for b, e in zip(logits, shift, strict=True)])
    oscillation = mp.maximum(shift) - mp.minimum(shift)
    return {
        "ratio": lambda: [new / old for new, old in zip(after, before, strict=True)],
        "oscillation": oscillation,
        "magnitude": mp.maximum([abs(e) for e in shift]),
        "distance": lambda: mp.fsum(abs(new - old) for new, old in zip(after, before, strict=True)) / 2,
        "contraction": lambda: mp.tanh(oscillation / 4),
        "contraction_5": lambda: mp.tanh(oscillation / 5),
        "contraction_8": lambda: mp.tanh(oscillation / 8),
    }


# layers ----------------------------------------------------------------------------------------------------------------


def attention(mp: Any, X: Any, key: Any, root: Any) -> Any:
    """The attention matrix ``softmax(X W_QK X^T / sqrt(d_qk))`` of one head; ``root`` is the root of d_qk."""
    logits = X * key * X.T
    return mp.matrix([softmax(mp, [logits[i, j] / root for j in range(X.rows)]) for i in range(X.rows)])


def attend(mp: Any, X: Any, keys: Sequence[Any], values: Sequence[Any], root: Any) -> Any:
    """One layer: the sum over the heads of ``P X W``; a head whose W is exactly 0 adds nothing."""
    total = None
    for key, value in zip(keys, values, strict=True):
        if not _vanishes(mp, value):
            summand = attention(mp, X, key, root) * X * value
            total = summand if total is None else total + summand
    return mp.zeros(X.rows, X.cols) if total is None else total


def _vanishes(mp: Any, matrix: Any) -> bool:
    return all(mp.eq(matrix[i, j], 0) is True for i in range(matrix.rows) for j in range(matrix.cols))


def diameter(mp: Any, X: Any) -> Any:
    """The largest Euclidean distance of two rows."""
    squares = [mp.fsum((X[i, c] - X[j, c]) ** 2 for c in range(X.cols)) for i, j in itertools.combinations(range(X.rows), 2)]
    return mp.sqrt_of_squares(mp.maximum(squares))


def one_layer(mp: Any, stack: Mapping[str, Any], k: int) -> dict[str, Any]:
    """Diameters of the tokens before and after one head, the norms of its weights, and the hyperbolic tangents."""
    before = diameter(mp, stack["tokens"])
    key_norm = stack["key_norm"][0][0]
    logit = key_norm * before * before

    def contraction(divisor: int, root: Any) -> Callable[[], Any]:
        return lambda: mp.tanh(logit / (divisor * root))

    return {
        "diameter": before,
        "diameter_after": lambda: diameter(mp, attend(mp, stack["tokens"], *_heads(stack, 0), mp.sqrt(k))),
        "value_norm": stack["value_norm"][0][0],
        "contraction": contraction(4, mp.sqrt(k)),
        "contraction_5": contraction(5, mp.sqrt(k)),
        "contraction_8": contraction(8, mp.sqrt(k)),
        "contraction_unrooted": contraction(4, k),
    }


def _heads(stack: Mapping[str, Any], layer: int) -> tuple[Sequence[Any], Sequence[Any]]:
    return stack["key"][layer], stack["value"][layer]


def collapse(mp: Any, stack: Mapping[str, Any], k: int, maps: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Logarithms of the diameters before and after all layers, which maps may follow, and of the largest weights."""
    layers, root = len(stack["key"]), mp.sqrt(k)
    products = [
        a * b
        for keys, values in zip(stack["key_norm"], stack["value_norm"], strict=True)
        for a, b in zip(keys, values, strict=True)
    ]
    strength = mp.maximum(products)
    before = diameter(mp, stack["tokens"])

    def after() -> Any:
        X = stack["tokens"]
        for layer in range(layers):
            X = attend(mp, X, *_heads(stack, layer), root)
            X = X if maps is None else mapped(mp, X, maps, layer)
        return mp.log(diameter(mp, X))

    found = {
        "diameter": before,
        "strength": strength,
        "log_diameter": lambda: mp.log(before),
        "log_diameter_after": after,
        "log_strength": lambda: mp.log(strength),
    }
    if maps is not None:
        lipschitz = mp.maximum([abs(slope) for slope in maps["slope"]])
        found |= {"lipschitz": lipschitz, "log_lipschitz": lambda: mp.log(lipschitz)}
    return found


def mapped(mp: Any, X: Any, maps: Mapping[str, Any], layer: int) -> Any:
    """The token-wise map of a layer, ``slope * phi(X U + shift)``."""
    turned, shift, slope = X * maps["turn"][layer], maps["shift"][layer], maps["slope"][layer]
    bend = {"identity": lambda x: x, "relu": lambda x: mp.maximum(x, 0), "absolute value": abs}[maps["activation"]]
    return mp.matrix([[slope * bend(turned[i, c] + shift[c]) for c in range(X.cols)] for i in range(X.rows)])


def depth(skip: bool) -> Callable[..., dict[str, Any]]:
    """The oracle of the diameters before and after all layers, with skip connections or without."""

    def oracle(mp: Any, stack: Mapping[str, Any], k: int) -> dict[str, Any]:
        X = stack["tokens"]
        for layer in range(len(stack["key"])):
            added = attend(mp, X, *_heads(stack, layer), mp.sqrt(k))
            X = X + added if skip else added
        return {"diameter": diameter(mp, stack["tokens"]), "diameter_skip": diameter(mp, X)}

    return oracle
