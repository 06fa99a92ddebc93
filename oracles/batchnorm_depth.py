r"""Chains of layers with batch normalization and Gaussian weights (P1 Theorem 1, Appendix B.1), exactly or enclosed.

``d -> infinity``: the mean map of a spectrum of two levels, iterated by a power series.  Finite ``d``: the mean gaps are
enclosed by their largest values, for two samples through moments of a wrapped Cauchy walk; no recursion of the paper enters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oracles import batchnorm
from oracles.batchnorm import fourth_moment, second_moment

SERIES_BITS = 96

# gap_main_printed, gap_main_limit --------------------------------------------------------------------------------------


def two_levels(mp: Any, r: Any, high: int, low: int, L: int) -> dict[str, Any]:
    r"""The gap ``V`` of layers ``2, ..., L + 1`` in the limit of infinite width, with the least ``sigma_n^2`` before each.

    ``D = n s_h - 1`` for the larger of two squared singular values, ``high`` of which agree.  A Beta variable gives
    ``n p_h = 1 + \sum_{j >= 1} y^j (low/2)_j / (n/2 + 1)_j`` with ``y = 1 - s_l / s_h``: all terms positive, no cancellation.
    """
    n = high + low
    excess = n * (r - 1) / (high * r + low) * Fraction(low, n)
    gaps, least = [], []
    for _ in range(L + 1):
        excess = _mean_excess(mp, excess, high, low)
        gaps.append(mp.sqrt(mp.mpf(Fraction(high, n * low))) * excess)
        least.append((1 - Fraction(high, low) * excess) / n)
    lowest = [least[0]]
    for value in least[1:L]:
        lowest.append(mp.minimum(lowest[-1], value))
    return {"gap": gaps[1:], "square": lowest, "alpha": [mp.sqrt(value) for value in lowest]}


def finite_width(mp: Any, r: Any, high: int, low: int, L: int, w: int) -> dict[str, Any]:
    r"""`two_levels` at the finite width ``2^w``: a level that the singular values keep with high probability, and a bound of the mean gap.

    With ``lambda`` the least ``sigma_n^2`` of the limit, ``eta = lambda / 2^20`` and ``Lambda = (1/2 + 1/(n+2)) / (lambda -
    eta)`` the mean of ``|C_j - limit|_F`` on the event that earlier layers are within ``eta`` of theirs is ``a_j <= d^{-1/2}
    (Lambda^j - 1)/(Lambda - 1)`` at most.
    """
    n, limit = high + low, two_levels(mp, r, high, low, L)
    noise = mp.sqrt(mp.mpf(Fraction(1, 1 << w)))
    below, alphas = [], []
    for l in range(1, L + 1):
        least = limit["square"][l - 1]
        eta = least / (1 << 20)
        lipschitz = mp.mpf(Fraction(n + 4, 2 * (n + 2))) / (least - eta)
        apart = [noise * (lipschitz**j - 1) / (lipschitz - 1) for j in (l, l + 1)]
        below.append(mp.maximum(mp.mpf(0), limit["gap"][l - 1] * (1 - l * apart[0] / eta) - apart[1]))
        alphas.append(mp.sqrt(least - eta))
    return {"mean_below": below, "alpha": alphas, "square": [value * value for value in alphas]}


def two_level_distance(mp: Any, r: Any, high: int, low: int, L: int) -> dict[str, Any]:
    r"""The squared Wasserstein distances ``sum (sigma_i - n^{-1/2})^2`` of layers 2 to L + 1 of `two_levels`, and the least ``sigma_n``."""
    n, limit = high + low, two_levels(mp, r, high, low, L)
    target, distances, least = mp.sqrt(mp.mpf(Fraction(1, n))), [], []
    for gap, before in zip(limit["gap"], limit["square"], strict=True):
        excess = gap * mp.sqrt(mp.mpf(Fraction(n * low, high)))  # n s_h - 1
        upper, lower = (1 + excess) / n, (1 - Fraction(high, low) * excess) / n
        distances.append(high * (mp.sqrt(upper) - target) ** 2 + low * (mp.sqrt(lower) - target) ** 2)
        least.append(mp.sqrt(mp.minimum(before, lower)))
    return {"distance": distances, "alpha": least, "square": [value * value for value in least]}


def _mean_excess(mp: Any, excess: Any, high: int, low: int) -> Any:
    """``n p_h - 1`` from ``n s_h - 1``; what the series leaves out is less than a geometric one."""
    n = high + low
    if excess == 0:
        return mp.mpf(0)
    # with excess in two places its enclosure would widen in every layer that changes it much
    large = mp.lt(Fraction(1, 8), excess)
    y = Fraction(n, low) * (1 - 1 / (1 + excess)) if large else n * excess / (low * (1 + excess))
    terms = 8 + int(SERIES_BITS * math.log(2) / -math.log(min(mp.to_float(y), 1 - 1e-6)))
    term, total = mp.mpf(1), mp.mpf(0)
    for j in range(terms):
        term = term * y * Fraction(low + 2 * j, n + 2 + 2 * j)
        total = total + term
    return total + mp.between(0, term * y / (1 - y))


# gap_main, gap_no_a1: one draw -----------------------------------------------------------------------------------------


def path(mp: Any, a: list[Any], W: list[Any]) -> Iterator[list[Any]]:
    """The squared singular values, ascending, of the layers that the weights ``W`` make one after the other."""
    n = len(a)
    for weights in W:
        norms = [mp.fsum(a[i] * weights[k, i] ** 2 for i in range(n)) for k in range(weights.rows)]
        roots = [mp.sqrt_of_squares(value) for value in a]
        C = [
            [
                roots[i]
                * roots[j]
                * mp.fsum(weights[k, i] * weights[k, j] / norms[k] for k in range(weights.rows))
                / weights.rows
                for j in range(n)
            ]
            for i in range(n)
        ]
        a = _eigenvalues(mp, C)
        yield a


def _eigenvalues(mp: Any, C: list[list[Any]]) -> list[Any]:
    if len(C) == 1:
        return [C[0][0]]
    if len(C) == 2:
        radius = mp.sqrt_of_squares(((C[0][0] - C[1][1]) / 2) ** 2 + C[0][1] * C[1][0])
        middle = (C[0][0] + C[1][1]) / 2
        return [middle - radius, middle + radius]
    symmetric = [[C[max(i, j)][min(i, j)] for j in range(len(C))] for i in range(len(C))]
    return mp.eigsy(mp.matrix(symmetric))


def restricted_gap(mp: Any, a: list[Any], t: Any, W: list[Any]) -> dict[str, Any]:
    """``V`` of the last layer, or 0 if ``sigma_n^2`` of an earlier one (the input excepted) is below ``alpha = t/n``."""
    n, alpha = len(a), t / len(a)
    layers = list(path(mp, a, W))
    kept = all(spectrum[0] >= alpha for spectrum in layers[:-1])
    apart = mp.fsum((value - mp.mpf(Fraction(1, n))) ** 2 for value in layers[-1])
    return {"restricted": mp.sqrt_of_squares(apart) if kept else mp.mpf(0), "alpha": alpha}


def average_product(mp: Any, a: list[Any], W: list[Any]) -> dict[str, Any]:
    """The average over the layers of gap times ``sigma_n^2``, and the gaps of the first layer and of the input."""
    n = len(a)
    least = [spectrum[0] for spectrum in path(mp, a, W)]
    gaps = [mp.mpf(Fraction(1, n)) - value for value in least]
    average = mp.fsum(gap * value for gap, value in zip(gaps, least, strict=True)) / len(W)
    return {"average": average, "first": gaps[0], "before": mp.mpf(Fraction(1, n)) - mp.minimum(a)}


# gap_main, gap_no_a1: means --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walk:
    r"""Bounds for ``|zeta_k|`` of two samples on the event that ``|zeta_j| <= r`` for all earlier layers ``j``.

    ``kept`` bounds the probability of the event from below; ``low`` and ``high`` enclose ``E |zeta_k|^2 1``, ``fourth`` bounds
    ``E |zeta_k|^4 1`` from above, ``mean`` bounds ``E |zeta_k| 1`` from below.
    """

    kept: Any
    low: Any
    high: Any
    fourth: Any
    mean: Any


def walk(mp: Any, a: list[Any], r: Any, d: int, layers: int) -> Iterator[Walk]:
    r"""Bounds for the layers ``1, 2, ...``: ``rho_k = |zeta_k| / (1 + sqrt(1 - |zeta_k|^2))`` lies between ``|zeta_k| / 2`` and its
    value at ``r``; ``zeta_{k+1}`` leaves its mean ``rho_k`` by ``t`` with probability ``4 exp(-d t^2 / 4)`` at most (Hoeffding).

    ``E |zeta| >= (E |zeta|^2)^{3/2} / (E |zeta|^4)^{1/2}`` is Hölder's inequality.
    """
    roots = [mp.sqrt(value) for value in a]
    rho = abs(roots[0] - roots[1]) / (roots[0] + roots[1]) if a[0] != a[1] else mp.mpf(0)
    slope = 1 / (1 + mp.sqrt(1 - r * r))
    first = second_moment(mp, rho**2, d)
    fourth = fourth_moment(mp, rho**2, rho**4, d)
    state = Walk(mp.mpf(1), first, first, fourth, mp.maximum(rho, _hoelder(mp, first, fourth)))
    for layer in range(layers):
        yield state
        left = _leaving(mp, r - (slope * r if layer else rho), d)
        kept = mp.maximum(mp.mpf(0), state.kept - left)
        low = kept / d + (1 - mp.mpf(Fraction(1, d))) * mp.maximum(mp.mpf(0), state.low - left) / 4
        high = second_moment(mp, slope**2 * state.high, d)
        fourth = fourth_moment(mp, slope**2 * state.high, slope**4 * state.fourth, d)
        state = Walk(kept, low, high, fourth, _hoelder(mp, low, fourth))


def _hoelder(mp: Any, second: Any, fourth: Any) -> Any:
    return second * mp.sqrt_of_squares(second) / mp.sqrt(fourth)


def _leaving(mp: Any, distance: Any, d: int) -> Any:
    return mp.minimum(mp.mpf(1), 4 * mp.exp(-d * distance**2 / 4)) if mp.lt(0, distance) else mp.mpf(1)


def restricted_gap_expectation(mp: Any, a: list[Any], t: Any, d: int, L: int) -> dict[str, Any]:
    """``E[V(H_{L+1}) 1]`` enclosed, with ``alpha = t/n``: by the largest value of V, by Jensen for L = 0, and by `walk` for n = 2."""
    n, alpha = len(a), t / len(a)
    if n == 1:
        return {"restricted": mp.mpf(0), "alpha": alpha}
    high = mp.sqrt(mp.mpf(Fraction(n - 1, n)))
    low = mp.sqrt(mp.mpf(Fraction(n, n - 1))) * batchnorm.mean_gap(mp, a) if L == 0 else mp.mpf(0)
    if n == 2:
        *_, last = walk(mp, a, 1 - 2 * alpha, d, L + 1)
        high = mp.minimum(high, mp.sqrt_of_squares(last.high / 2))
        low = mp.maximum(low, last.mean / mp.sqrt(mp.mpf(2)))
    return {"restricted": mp.between(low, high), "alpha": alpha}


def restricted_distance_expectation(mp: Any, a: list[Any], t: Any, d: int, L: int) -> dict[str, Any]:
    r"""``E[W_2^2 1]`` after L + 1 layers for n = 2, by `walk`.

    ``W_2^2 = 2 - sqrt(2 + 2 s)``, ``s = sqrt(1 - x)``, is convex in ``x = |zeta|^2``, so it lies between ``x/4`` and ``(2 - sqrt 2) x``.
    """
    alpha = t / 2
    *_, last = walk(mp, a, 1 - 2 * alpha, d, L + 1)
    return {"distance": mp.between(last.low / 4, (2 - mp.sqrt(mp.mpf(2))) * last.high), "alpha": alpha}


def average_product_expectation(mp: Any, a: list[Any], d: int, L: int) -> dict[str, Any]:
    r"""The mean of the average, enclosed by 0 and the maximum of ``x (1/n - x)``, for n = 2 also by `walk` and by second moments.

    With ``x = |zeta|^2``, ``s = sqrt(1 - x)`` a layer takes ``h = x - (1-s)/(1+s)`` off the mean of x and adds at most 1/d, so
    the means of h over L layers sum to ``E x_1 + (L-1)/d`` at most; and ``(|zeta| (1 - |zeta|))^2 <= 4h/3``, because ``1 - |zeta|
    <= s`` and ``s (1+s)^2 <= 4 (2+s) / 3``.
    """
    n = len(a)
    ends = {"first": batchnorm.mean_gap_next(mp, a, d), "before": mp.mpf(Fraction(1, n)) - mp.minimum(a)}
    if n == 1:
        return {"average": mp.mpf(0), **ends}
    low, high = mp.mpf(0), mp.mpf(Fraction(1, 4 * n * n))
    if n == 2:
        layers = list(walk(mp, a, mp.mpf(Fraction(1, 2)), d, L))
        sums = (mp.maximum(mp.mpf(0), layer.mean - layer.high - (1 - layer.kept)) for layer in layers)
        low = mp.fsum(sums) / (4 * L)
        high = mp.minimum(high, mp.sqrt((layers[0].high + mp.mpf(Fraction(L - 1, d))) / (12 * L)))
    return {"average": mp.between(low, high), **ends}


# gap_main, gap_no_a1: layers too wide to draw --------------------------------------------------------------------------


def limit_walk(mp: Any, a: list[Any], W: Any, d: int) -> list[Any]:
    """``|zeta|`` of two samples layer by layer, if the mean of ``d`` steps were Gaussian with the variance of one step over d."""
    radius, found = abs(a[0] - a[1]) / (a[0] + a[1]), []
    for layer in range(W.rows):
        root = mp.sqrt_of_squares(1 - radius * radius)
        rho = radius / (1 + root)
        variance = (1 - rho * rho) / (2 * d)
        square = rho**2 + 2 * rho * mp.sqrt(variance) * W[layer, 0] + variance * (W[layer, 0] ** 2 + W[layer, 1] ** 2)
        radius = mp.minimum(mp.sqrt_of_squares(square), mp.mpf(1))
        found.append(radius)
    return found


def restricted_walk(mp: Any, a: list[Any], t: Any, W: Any, d: int) -> dict[str, Any]:
    """`restricted_gap` on such a walk."""
    *layers, last = limit_walk(mp, a, W, d)
    kept = all(1 - radius >= t for radius in layers)
    return {"restricted": last / mp.sqrt(mp.mpf(2)) if kept else mp.mpf(0), "alpha": t / 2}


def distance_walk(mp: Any, a: list[Any], t: Any, W: Any, d: int) -> dict[str, Any]:
    """The squared Wasserstein distance on such a walk, restricted likewise: the cost of moving both singular values."""
    kept = restricted_walk(mp, a, t, W, d)
    radius, target = kept["restricted"] * mp.sqrt(mp.mpf(2)), mp.sqrt(mp.mpf(Fraction(1, 2)))
    cost = mp.fsum((mp.sqrt_of_squares((1 + sign * radius) / 2) - target) ** 2 for sign in (1, -1))
    return {"distance": cost, "alpha": kept["alpha"]}


def average_walk(mp: Any, a: list[Any], W: Any, d: int) -> dict[str, Any]:
    """`average_product` on such a walk."""
    layers = limit_walk(mp, a, W, d)
    return {"average": mp.fsum(radius * (1 - radius) for radius in layers) / (4 * W.rows), "first": layers[0] / 2}
