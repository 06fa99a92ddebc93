r"""Pivots of Gram matrices on batches, and isometry gaps from them, without cancellation at 0 and at 1.

The pivots of a matrix with unit diagonal, $d_j=\det G_{[1..j]}/\det G_{[1..j-1]}$, are the squared distances of the points from
the span of those before them, and $1-d_j$ their squared multiple correlations: carried as correlations, with complements.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strategies.activations import Correlation
from strategies.matrices import gram_matrix


def multiple_correlations(xp: Any, G: Correlation, n: int) -> Correlation:
    r"""Squared multiple correlations $1-d_j$ of the points 2 to n on those before them, ``(batch, n - 1)``; $\det G=\prod_jd_j$.

    Projected off one point after the other are inner products, squared distances and squared lengths of sums: nearly
    parallel points keep the digits of their distances, nearly orthogonal ones those of their inner products.
    """
    inner, one = gram_matrix(xp, G.value, n), xp.ones_like(G.magnitude)
    below, above = 2 * G.complement, 2 * (1 + G.magnitude)
    apart = gram_matrix(xp, xp.where(G.sign > 0, below, above), n)
    together = gram_matrix(xp, xp.where(G.sign > 0, above, below), n)
    squares, deficits = one[:, :1] + xp.zeros((1, n), dtype=one.dtype, device=one.device), 0 * inner[:, 0, 1:]
    lengths, found = [], []
    for _ in range(n - 1):
        first, rest, products = squares[:, :1], squares[:, 1:], inner[:, 0, 1:]
        share = products / xp.sqrt(first)
        near = xp.minimum(apart[:, 0, 1:], together[:, 0, 1:])
        area = near * (2 * (first + rest) - near) - (first - rest) ** 2
        squares = xp.where(2 * share**2 > rest, area / (4 * first), rest - share**2)
        left, right = share[:, :, None], share[:, None, :]
        sums = squares[:, :, None] + squares[:, None, :]
        closer = apart[:, 1:, 1:] < together[:, 1:, 1:]
        apart, together = apart[:, 1:, 1:] - (left - right) ** 2, together[:, 1:, 1:] - (left + right) ** 2
        apart, together = xp.where(closer, apart, 2 * sums - together), xp.where(closer, 2 * sums - apart, together)
        whole, taken = inner[:, 1:, 1:], left * right
        cancelled = 2 * taken * whole > whole**2
        inner = xp.where(cancelled, xp.where(apart < together, sums - apart, together - sums) / 2, whole - taken)
        deficits = deficits + share**2
        lengths.append(squares[:, 0])
        found.append(deficits[:, 0])
        deficits = deficits[:, 1:]
    magnitude = xp.stack(found, axis=1)
    return Correlation(xp.ones_like(magnitude), magnitude, xp.stack(lengths, axis=1))


def layers(xp: Any, G: Correlation, kernel: Callable[[Correlation], Correlation], n: int, count: int) -> Correlation:
    r"""The `multiple_correlations` of $G^0=G$ and of ``count`` iterates $G^{\ell+1}=\kappa[G^\ell]$, ``(batch, count + 1, n - 1)``."""
    states = [G]
    for _ in range(count):
        states.append(kernel(states[-1]))
    shape = (-1, G.magnitude.shape[1])
    stacked = (xp.stack([getattr(state, part) for state in states], axis=1) for part in ("sign", "magnitude", "complement"))
    found = multiple_correlations(xp, Correlation(*(xp.reshape(part, shape) for part in stacked)), n)
    return Correlation(*(xp.reshape(part, (-1, count + 1, n - 1)) for part in (found.sign, found.magnitude, found.complement)))


def isometry_gap(xp: Any, pivots: Correlation) -> Any:
    r"""$-\log\mathcal I(G)=-\frac1n\sum_j\log d_j$ from `multiple_correlations` on the last axis, for a matrix with unit diagonal."""
    return -xp.sum(log_complement(xp, pivots), axis=-1) / (pivots.magnitude.shape[-1] + 1)


def log_complement(xp: Any, rho: Correlation) -> Any:
    """``log(1 - rho)`` for non-negative ``rho``, from whichever of value and complement is the smaller."""
    small = rho.magnitude < 0.5
    near_zero = xp.where(small, rho.magnitude, 0 * rho.magnitude)
    return xp.log1p(-near_zero) + xp.log(xp.where(small, xp.ones_like(near_zero), rho.complement))
