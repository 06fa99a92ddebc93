r"""Random networks of finite width, exactly: one draw of the weights, and the means over all draws.

A draw multiplies the weight matrices in rationals and takes the variances out of the roots.  Means come by counting: ways
to share factors among neurons, active neurons, assignments of hidden neurons, permutations by their cycles.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, prod
from typing import Any

from oracles.activations import double_factorial

# deep linear networks: dln_moments -----------------------------------------------------------------------------------------


def linear_draw(mp: Any, X: Any, C: Any, m: int, W1: Any, W2: Any, W3: Any, W4: Any) -> dict[str, Any]:
    """Powers and products of neurons of one linear network: rational matrices, their variances applied at the end."""
    weights = (W1, W2, W3, W4)
    states, variances = [X], [mp.mpf(1)]
    for weight in weights:
        states.append(weight * states[-1])
        variances.append(variances[-1] * C / weight.cols)
    moments = [variances[k] ** m * states[k][0, 0] ** (2 * m) for k in range(1, 5)]
    last, scale = states[4], variances[4]
    return {
        **_linear_constants(mp, X, C, m, [weight.rows for weight in weights]),
        "first": moments[0],
        "moment": moments[:3],
        "moment_next": moments[1:],
        "covariance": [variances[k] * states[k][0, 0] * states[k][0, 1] for k in (1, 2, 3)],
        "crossed": scale * last[0, 0] * last[1, 1],
        "centre": mp.sqrt(scale) * last[0, 0],
        "joint": scale**2 * last[0, 0] ** 2 * last[1, 0] ** 2,
        "square": scale * last[0, 0] ** 2,
        "fourth": scale**2 * last[0, 0] ** 4,
    }


def linear_moments(mp: Any, X: Any, C: Any, m: int, n1: int, n2: int, n3: int) -> dict[str, Any]:
    """The means of the same numbers: rational for every order and width."""
    widths = (n1, n2, n3)
    constants = _linear_constants(mp, X, C, m, [*widths, 2])
    energy, overlap = constants["energy"], constants["overlap"]
    powers = {order: _layer_powers(mp, C, energy, widths, order) for order in {1, 2, m}}
    moments = [double_factorial(2 * m - 1) * C**m * power for power in powers[m]]
    mean_fourth = C**2 * powers[2][3]
    return {
        **constants,
        "first": moments[0],
        "moment": moments[:3],
        "moment_next": moments[1:],
        "covariance": [C**k * overlap for k in (1, 2, 3)],
        "crossed": mp.mpf(0),
        "centre": mp.mpf(0),
        "joint": mean_fourth,
        "square": C * powers[1][3],
        "fourth": 3 * mean_fourth,
    }


def _linear_constants(mp: Any, X: Any, C: Any, m: int, widths: Sequence[int]) -> dict[str, Any]:
    n0 = X.rows
    return {
        "energy": mp.fsum(X[i, 0] * X[i, 0] for i in range(n0)) / n0,
        "overlap": mp.fsum(X[i, 0] * X[i, 1] for i in range(n0)) / n0,
        "variance": C,
        "pairings": mp.mpf(double_factorial(2 * m - 1)),
        "growth": [mp.fprod(mp.mpf(Fraction(n + 2 * j, n)) for j in range(m)) for n in widths[:3]],
        "width": [mp.mpf(n) for n in widths[:3]],
        "width_before": [mp.mpf(n) for n in (n0, *widths[:2])],
        "width_after": [mp.mpf(n) for n in widths[1:4]],
    }


def _layer_powers(mp: Any, C: Any, energy: Any, widths: Sequence[int], order: int) -> list[Any]:
    r"""$\mathbb E\,q_\ell^{\,m}$ for the mean squares $q_\ell$ of the layers 0 to L."""
    powers = [energy**order]
    for n in widths:
        powers.append(mp.mpf(Fraction(shared_factors(n, order), n**order)) * C**order * powers[-1])
    return powers


@lru_cache(maxsize=1024)
def shared_factors(n: int, order: int) -> int:
    r"""$\mathbb E(\sum_{k\le n}g_k^2)^m$ for standard Gaussians: sum over ``a_1 + … + a_n = m`` of a multinomial times (2a-1)!!."""
    total = 0
    for cuts in itertools.combinations(range(order + n - 1), n - 1):
        ends = (-1, *cuts, order + n - 1)
        parts = [after - before - 1 for before, after in itertools.pairwise(ends)]
        ways = factorial(order) // prod(factorial(part) for part in parts)
        total += ways * prod(double_factorial(2 * part - 1) for part in parts)
    return total
