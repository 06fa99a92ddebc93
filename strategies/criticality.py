r"""The variance of a layer as a function of that before it, in floats: $g'(K)$, $\chi(K)$ and the critical point they meet at."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from refute.namespace import namespace
from strategies.activation_functions import SLOPES, VALUES
from strategies.gaussian import line_mean

STEPS = 60


def growth_and_susceptibility(xp: Any, name: str, K: Any) -> tuple[Any, Any]:
    r"""$g'(K)=\frac1{\sqrt K}\mathbb E\,z\sigma(\sqrt Kz)\sigma'(\sqrt Kz)$ and $\chi(K)=\mathbb E\,\sigma'(\sqrt Kz)^2$, ``(batch,)``."""
    scale = xp.sqrt(K)[:, None]
    growth = line_mean(xp, lambda z: z / scale * VALUES[name](xp, None, scale * z) * SLOPES[name](xp, None, scale * z), K)
    return growth, line_mean(xp, lambda z: SLOPES[name](xp, None, scale * z) ** 2, K)


@cache
def critical_point(name: str, low: float, high: float) -> list[float]:
    r"""$K^*$, $C_W=1/\chi(K^*)$ and $C_b=K^*-C_Wg(K^*)$ by secants from two variances."""
    xp = namespace("numpy")

    def excess(K: float) -> float:
        growth, susceptibility = growth_and_susceptibility(xp, name, np.array([K]))
        return float(growth[0] - susceptibility[0])

    before, current = low, high
    for _ in range(STEPS):
        rise = excess(current) - excess(before)
        if rise == 0:
            break
        before, current = current, current - excess(current) * (current - before) / rise
    K = np.array([current])
    _, susceptibility = growth_and_susceptibility(xp, name, K)
    second = line_mean(xp, lambda z: VALUES[name](xp, None, np.sqrt(K)[:, None] * z) ** 2, K)
    weight = float(1 / susceptibility[0])
    return [current, weight, current - weight * float(second[0])]
