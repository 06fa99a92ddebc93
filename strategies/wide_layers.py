"""Layers with batch normalization too wide to draw: the limit of infinite width, and two samples as a walk."""

from __future__ import annotations

import math
from typing import Any

from strategies.gaussian import arrays, legendre

GAUSS = 64


def two_level_limit(xp: Any, r: Any, high: int, low: int, layers: int) -> tuple[Any, Any]:
    """``V`` of the layers ``2, ..., layers + 1`` and the least ``sigma_n^2`` so far, in the limit of infinite width.

    Of the input ``high`` squared singular values are ``r`` times the ``low`` others.  The mean map by Gauss's rule for
    ``1 + 2 t = v^{-2}``, where all factors are analytic far beyond [0, 1].
    """
    count = high + low
    v, weights = arrays(xp, r, *legendre(GAUSS))
    step = (r - 1) / (high * r + low)
    gaps, least, lowest = [], [], None
    for layer in range(layers + 1):
        small = (1 - high * step) / count
        upper = (count * (small + step))[:, None] * (1 - v * v) + v * v
        lower = (count * small)[:, None] * (1 - v * v) + v * v
        logs = (count + 1) * xp.log(v) - (high / 2 + 1) * xp.log(upper) - (low / 2 + 1) * xp.log(lower)
        step = count * step * xp.sum(weights * xp.exp(logs), axis=1)
        small = (1 - high * step) / count
        if layer:
            gaps.append((high * low / count) ** 0.5 * step)
        if layer < layers:
            lowest = small if lowest is None else xp.minimum(lowest, small)
            least.append(lowest)
    return xp.stack(gaps, axis=1), xp.stack(least, axis=1)


def two_level_distance(xp: Any, r: Any, high: int, low: int, layers: int) -> tuple[Any, Any]:
    """``sum (sigma_i - n^{-1/2})^2`` of the layers ``2, ..., layers + 1`` in that limit, and the least ``sigma_n^2`` up to each."""
    count = high + low
    gaps, least = two_level_limit(xp, r, high, low, layers)
    step = gaps / (high * low / count) ** 0.5
    small = (1 - high * step) / count
    cost = high * (low * step / count / ((small + step) ** 0.5 + count**-0.5)) ** 2
    return cost + low * (high * step / count / (small**0.5 + count**-0.5)) ** 2, xp.minimum(least, small)


def finite_width(xp: Any, r: Any, high: int, low: int, layers: int, w: int) -> tuple[Any, Any]:
    """A lower bound of the mean gap of the layers ``2, ..., layers + 1`` at the width ``2^w``, and the level ``alpha`` they keep.

    As the oracle `finite_width`; the claim that uses it says why it is a bound.
    """
    count = high + low
    gaps, least = two_level_limit(xp, r, high, low, layers)
    eta, l = least / (1 << 20), xp.arange(1, layers + 1, dtype=r.dtype, device=r.device)
    log_lipschitz = xp.log((count + 4) / (2 * count + 4) / (least - eta))
    log_noise = -w / 2 * math.log(2)

    def apart(steps: Any) -> Any:
        power = xp.exp(xp.clip(log_noise + steps * log_lipschitz, max=600.0))
        return -power * xp.expm1(-steps * log_lipschitz) / xp.expm1(log_lipschitz)

    return xp.clip(gaps * (1 - l * apart(l) / eta) - apart(l + 1), min=0.0), xp.sqrt(least - eta)


def walk(xp: Any, a: Any, steps: Any, d: int) -> Any:
    """``|zeta|`` of two samples, ``(batch, L)``, by the central limit of ``d`` wrapped Cauchy steps; ``steps``: ``(batch, L, 2)``.

    It stands for layers too wide to draw; where exact means decide, it only ranks instances.
    """
    return xp.stack([radius for radius, _ in _walked(xp, a, steps, d)], axis=1)


def _walked(xp: Any, a: Any, steps: Any, d: int) -> list[tuple[Any, Any]]:
    """``|zeta|`` and ``(1 - |zeta|^2)^{1/2}`` layer by layer."""
    total, found = xp.sum(a, axis=1), []
    radius, root = xp.abs(a[:, 0] - a[:, 1]) / total, 2 * xp.sqrt(a[:, 0] * a[:, 1]) / total
    for layer in range(steps.shape[1]):
        rho, rest = radius / (1 + root), 2 * root / (1 + root)  # rest = 1 - rho^2
        spread = xp.sqrt(rest / (2 * d))
        along, across = spread * steps[:, layer, 0], spread * steps[:, layer, 1]
        radius = xp.clip(xp.hypot(rho + along, across), 0.0, 1.0)
        root = xp.sqrt(xp.clip(rest - 2 * rho * along - along * along - across * across, 0.0, 1.0))
        found.append((radius, root))
    return found


def restricted_walk(xp: Any, a: Any, t: Any, steps: Any, d: int) -> tuple[Any, Any]:
    """``V`` at the end of such a walk, or 0 if ``1 - |zeta|`` of an earlier layer is below ``t``, and the level ``t/2``."""
    radius = walk(xp, a, steps, d)
    kept = xp.all(1 - radius[:, :-1] >= t[:, None], axis=1)
    return xp.where(kept, radius[:, -1] / 2**0.5, xp.zeros_like(t)), t / 2


def distance_walk(xp: Any, a: Any, t: Any, steps: Any, d: int) -> tuple[Any, Any]:
    """``sum (sigma_i - 2^{-1/2})^2`` at the end of such a walk, likewise restricted, and the level ``t/2``."""
    gap, alpha = restricted_walk(xp, a, t, steps, d)
    _, root = _walked(xp, a, steps, d)[-1]
    return 4 * gap * gap / (1 + root) / (2 + xp.sqrt(2 + 2 * root)), alpha  # gap is 0 where the walk is not kept


def average_walk(xp: Any, a: Any, steps: Any, d: int) -> tuple[Any, Any]:
    """`average_product` on such a walk."""
    radius = walk(xp, a, steps, d)
    return xp.mean(radius * (1 - radius), axis=1) / 4, radius[:, 0] / 2
