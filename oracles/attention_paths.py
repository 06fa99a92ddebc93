"""The path decomposition of an attention network, path by path in exact matrices."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from math import comb
from typing import Any

from oracles.self_attention import softmax

Network = Mapping[str, Any]


def path_sum(variant: str = "printed") -> Callable[..., dict[str, Any]]:
    """The oracle of the path decomposition; variants are "reversed" value weights and "separate" attention per path."""

    def oracle(mp: Any, network: Network) -> dict[str, Any]:
        output, attentions = forward(mp, network)
        words = list(itertools.product(*(range(len(heads)) for heads in attentions)))
        lefts = [_product([attentions[layer][head] for layer, head in enumerate(word)][::-1]) for word in words]
        lengths = [sum(head > 0 for head in word) if network["skip"] else len(word) for word in words]
        depths = range(len(attentions) + 1)
        row_sums = [mp.fsum(left[i, j] for j in range(left.cols)) for left in lefts for i in range(left.rows)]
        return {
            "output": output.tolist(),
            "paths": lambda: _paths(mp, network, words, lefts, variant).tolist(),
            "constant": constant(mp, network),
            "lowest": lambda: mp.minimum([entry for left in lefts for entry in left]),
            "smallest_sum": lambda: mp.minimum(row_sums),
            "largest_sum": lambda: mp.maximum(row_sums),
            "through": [mp.mpf(lengths.count(length)) for length in depths],
            "counted": [mp.mpf(_counted(network, length)) for length in depths],
        }

    return oracle


def _counted(network: Network, length: int) -> int:
    """The printed number of paths through so many heads; without skip connections all paths go through one head per layer."""
    layers, heads = len(network["key"]), len(network["key"][0])
    return comb(layers, length) * heads**length if network["skip"] else heads**layers * (length == layers)


def attention(mp: Any, network: Network, layer: int, X: Any) -> list[Any]:
    """The attention matrices of a layer at ``X``; the first one is the identity if there is a skip connection."""
    found = [mp.eye(X.rows)] if network["skip"] else []
    for key in network["key"][layer]:
        logits = (X * key * X.T).tolist()
        found.append(mp.matrix([_row(mp, network["kernel"], row) for row in logits]))
    return found


def _row(mp: Any, kernel: str, logits: Sequence[Any]) -> list[Any]:
    if kernel == "softmax":
        return softmax(mp, logits)
    weights = [1 + logit * logit for logit in logits]
    total = mp.fsum(weights)
    return [weight / total for weight in weights]


def values(mp: Any, network: Network, layer: int) -> list[Any]:
    """The value weights of a layer; the first one is the identity if there is a skip connection."""
    weights = list(network["value"][layer])
    return [mp.eye(weights[0].rows), *weights] if network["skip"] else weights


def forward(mp: Any, network: Network) -> tuple[Any, list[list[Any]]]:
    """The output of the network and its attention matrices."""
    X, attentions = network["tokens"], []
    for layer, bias in enumerate(network["bias"]):
        attentions.append(attention(mp, network, layer, X))
        total = mp.matrix([bias] * X.rows)
        for P, W in zip(attentions[-1], values(mp, network, layer), strict=True):
            total = total + P * X * W
        X = total
    return X, attentions


def constant(mp: Any, network: Network) -> list[Any]:
    """The row that all tokens share: the sum over the layers of their bias times all later value weights, word by word."""
    layers, d = len(network["bias"]), network["tokens"].cols
    total = mp.zeros(1, d)
    for layer, bias in enumerate(network["bias"]):
        later = [values(mp, network, k) for k in range(layer + 1, layers)]
        for word in itertools.product(*later):
            total = total + _product([mp.matrix([bias]), *word])
    return [total[0, c] for c in range(d)]


def _paths(mp: Any, network: Network, words: Sequence[tuple[int, ...]], lefts: Sequence[Any], variant: str) -> Any:
    X = network["tokens"]
    weights = [values(mp, network, layer) for layer in range(len(network["bias"]))]
    total = mp.zeros(X.rows, X.cols)
    for word, left in zip(words, lefts, strict=True):
        chosen = [weights[layer][head] for layer, head in enumerate(word)]
        if variant == "separate":
            total = total + _alone(mp, network, word, chosen)
        else:
            total = total + left * X * _product(chosen[::-1] if variant == "reversed" else chosen)
    return total


def _alone(mp: Any, network: Network, word: Sequence[int], weights: Sequence[Any]) -> Any:
    """One path whose attention is computed from its own tokens."""
    X = network["tokens"]
    for layer, head in enumerate(word):
        X = attention(mp, network, layer, X)[head] * X * weights[layer]
    return X


def _product(factors: Sequence[Any]) -> Any:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result
