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
