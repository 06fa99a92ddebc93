r"""Mean maps of Gaussian layers with batch normalization, and moments of their Gram matrices, exactly (arXiv 2106.03970).

``sigma`` are singular values up to a common factor, so that squares, Gram matrices and, for two samples, mean maps are
rational; ``W`` are weights in the basis of the right singular vectors.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from oracles import batchnorm, batchnorm_least, batchnorm_trapezoid
from oracles.batchnorm_gap import distance_from_isotropy, squares, two_gaps


def mean_shares(mp: Any, sigma: list[Any]) -> list[Any]:
    r"""``p_i = E[sigma_i^2 w_i^2 / sum_k sigma_k^2 w_k^2]`` in the given order.

    Closed forms for two (``sigma_i / (sigma_1 + sigma_2)``) and three samples (Carlson's ``R_D``), else `mean_integrals`.
    """
    n = len(sigma)
    if all(value == sigma[0] for value in sigma):
        return [mp.mpf(Fraction(1, n))] * n
    if n == 2:
        return [value / (sigma[0] + sigma[1]) for value in sigma]
    if n == 3:
        inverse = [1 / s for s in squares(mp, sigma)]
        scale = 3 * mp.fprod(mp.sqrt(1 / value) for value in inverse)
        return [mp.elliprd(inverse[i - 2], inverse[i - 1], inverse[i]) / scale for i in range(3)]
    return mean_integrals(mp, sigma)


def mean_integrals(mp: Any, sigma: list[Any]) -> list[Any]:
    """The same shares for any number of samples: differences from the least share are integrals over [0, 1] (O1)."""
    n = len(sigma)
    lam = [n * s for s in squares(mp, sigma)]
    ascending = sorted(lam)
    if ascending[0] == ascending[-1]:
        return [mp.mpf(Fraction(1, n))] * n
    found: list[tuple[Any, Any]] = [(ascending[0], mp.mpf(0))]
    for value in ascending:
        if value != found[-1][0]:
            found.append((value, _share_above_least(mp, ascending, value)))
    excess = [next(share for other, share in found if other == value) for value in lam]
    least = (1 - mp.fsum(excess)) / n
    return [least + share for share in excess]


def _share_above_least(mp: Any, lam: list[Any], value: Any) -> Any:
    n, least = len(lam), lam[0]

    def integrand(v: Any) -> Any:
        factors = batchnorm._factors(v, lam)
        own = value + (1 - value) * (v * v)
        return (value - least) * v ** (n + 1) / (own * factors[0] * batchnorm._root_of_product(mp, factors))

    return mp.quad(integrand, batchnorm._breaks(mp, lam))


def dot(mp: Any, x: list[Any], y: list[Any]) -> Any:
    return mp.fsum(a * b for a, b in zip(x, y, strict=True))


def gram_after(mp: Any, sigma: list[Any], W: Any) -> Any:
    """The Gram matrix of the next layer: the mean of ``y y^T / |y|^2`` over the rows ``y`` of ``W diag(sigma)``."""
    n, d = len(sigma), W.rows
    entries = [[mp.mpf(0)] * n for _ in range(n)]
    for k in range(d):
        y = [sigma[i] * W[k, i] for i in range(n)]
        norm = d * dot(mp, y, y)
        for i, j in itertools.product(range(n), repeat=2):
            entries[i][j] = entries[i][j] + y[i] * y[j] / norm
    return mp.matrix(entries)


# gap_mean_map ----------------------------------------------------------------------------------------------------------


def mean_map(mp: Any, sigma: list[Any], Q: Any, X: Any, W: Any) -> dict[str, Any]:
    """One row ``y = Q diag(sigma) w`` of ``W H``: its share ``<x, y>^2 / |y|^2`` in a direction ``x``."""
    n, x = len(sigma), X.tolist()[0]
    turned = [mp.fsum(Q[i, k] * x[i] for i in range(n)) for k in range(n)]
    y = [sigma[k] * W[0, k] for k in range(n)]
    return {**_mean_sides(mp, sigma, turned, x), "share": dot(mp, turned, y) ** 2 / dot(mp, y, y)}


def mean_map_expectation(mp: Any, sigma: list[Any], Q: Any, X: Any) -> dict[str, Any]:
    """The same with the mean over ``w``: mixed terms vanish by symmetry, the others are the integrals of equation (15)."""
    n, x = len(sigma), X.tolist()[0]
    turned = [mp.fsum(Q[i, k] * x[i] for i in range(n)) for k in range(n)]
    mean = mp.fsum(p * u * u for p, u in zip(integrated_shares(mp, sigma), turned, strict=True))
    return {**_mean_sides(mp, sigma, turned, x), "share": mean}


def integrated_shares(mp: Any, sigma: list[Any]) -> list[Any]:
    """The shares as integrals, by the trapezoid rule: no closed form enters, and nothing is inferred from the trace."""
    return [mp.mpf(1)] if len(sigma) == 1 else batchnorm_trapezoid.shares(mp, [value * value for value in sigma])


def _mean_sides(mp: Any, sigma: list[Any], turned: list[Any], x: list[Any]) -> dict[str, Any]:
    shares = mean_shares(mp, sigma)
    return {
        "mapped": mp.fsum(p * u * u for p, u in zip(shares, turned, strict=True)),
        "unmapped": mp.fsum(s * u * u for s, u in zip(squares(mp, sigma), turned, strict=True)),
        "misplaced": mp.fsum(p * u * u for p, u in zip(shares, x, strict=True)),
        "repeated": shares[sigma.index(min(sigma))] * dot(mp, x, x),
    }


def mean_order(mp: Any, sigma: list[Any]) -> dict[str, Any]:
    """Squared singular values ``s`` and mean shares ``p``, both descending, with what majorisation compares."""
    ordered = sorted(sigma, reverse=True)
    n, s, p = len(sigma), squares(mp, ordered), mean_shares(mp, ordered)
    isotropic = mp.mpf(Fraction(1, n))
    return {
        "p": p[:-1],
        "s": s[:-1],
        "p_next": p[1:],
        "s_next": s[1:],
        "p_step": [p[i] - p[i + 1] if ordered[i] != ordered[i + 1] else mp.mpf(0) for i in range(n - 1)],
        "s_step": [s[i] - s[i + 1] for i in range(n - 1)],
        "p_sum": [mp.fsum(value - isotropic for value in p[: i + 1]) for i in range(n - 1)],
        "s_sum": [mp.fsum(value - isotropic for value in s[: i + 1]) for i in range(n - 1)],
        "square_gap_mean": mp.fsum((value - isotropic) ** 2 for value in p),
        "square_gap": mp.fsum((value - isotropic) ** 2 for value in s),
    }


def mean_at_isotropy(mp: Any, sigma: list[Any]) -> dict[str, Any]:
    """Deviations from isotropy before and after the mean map, times ``n``, with what bounds the difference from linear."""
    n = len(sigma)
    e = [n * s - 1 for s in squares(mp, sigma)]
    p = mean_shares(mp, sigma)
    return {
        "after": [n * value - 1 for value in p],
        "before": e,
        "spread": mp.fsum(value * value for value in e),
        "lowest": mp.minimum(e),
        "highest": mp.maximum(e),
    }


# gap_concentration, gap_exact_v2, gap_lyapunov_concentration -----------------------------------------------------------


def overlap(mp: Any, sigma: list[Any]) -> Any:
    """``E <u, u'>^2 = |E u u^T|_F^2`` of two independent normalised rows, from the integrals of their shares."""
    return mp.fsum(p * p for p in integrated_shares(mp, sigma))


def concentration(mp: Any, sigma: list[Any], W: Any) -> dict[str, Any]:
    """One draw of the Gram matrix and its squared distance from the mean."""
    p, C, n = mean_shares(mp, sigma), gram_after(mp, sigma, W), len(sigma)
    apart = mp.fsum((C[i, j] - (p[i] if i == j else 0)) ** 2 for i in range(n) for j in range(n))
    return {"spread": apart, "purity": purity(mp, sigma)}


def concentration_expectation(mp: Any, sigma: list[Any], d: int) -> dict[str, Any]:
    """The mean of the squared distance: ``1/d`` times that of one row, ``1 - E <u, u'>^2``."""
    return {"spread": (1 - overlap(mp, sigma)) / d, "purity": purity(mp, sigma)}


def purity(mp: Any, sigma: list[Any]) -> Any:
    """``sum p_i^2``."""
    return mp.fsum(p * p for p in mean_shares(mp, sigma))


def square_gap_after(mp: Any, sigma: list[Any], W: Any) -> dict[str, Any]:
    """One draw of ``V^2`` and ``V`` of the next layer, with those of this layer."""
    after = distance_from_isotropy(mp, gram_after(mp, sigma, W))
    before = two_gaps(mp, [value * value for value in sigma])["square_gap"]
    return {
        "square_gap_next": after,
        "gap_next": mp.sqrt_of_squares(after),
        "purity": purity(mp, sigma),
        "gap": mp.sqrt_of_squares(before),
    }


def square_gap_expectation(mp: Any, sigma: list[Any], d: int) -> dict[str, Any]:
    """The mean of ``V^2``: ``d`` equal rows meet with overlap 1, the ``d (d - 1)`` others with that of independent ones."""
    n = len(sigma)
    mean = (1 + (d - 1) * overlap(mp, sigma)) / d - mp.mpf(Fraction(1, n))
    before = two_gaps(mp, [value * value for value in sigma])["square_gap"]
    return {
        "square_gap_next": mean,
        "gap_next": lambda: mean_gap(mp, sigma, d, mean),
        "purity": purity(mp, sigma),
        "gap": mp.sqrt_of_squares(before),
    }


def mean_gap(mp: Any, sigma: list[Any], d: int, square: Any) -> Any:
    """``E V``: ``sqrt(2)`` times the mean of the other gap for two samples, else between ``E V^2 / max V`` and its root."""
    n = len(sigma)
    if n == 1:
        return mp.mpf(0)
    if n == 2:
        return mp.sqrt(2) * batchnorm.mean_gap_next(mp, [value * value for value in sigma], d)
    return mp.between(square / mp.sqrt(1 - mp.mpf(Fraction(1, n))), mp.sqrt_of_squares(square))


def lyapunov_concentration(mp: Any, sigma: list[Any], W: Any) -> dict[str, Any]:
    """One draw of the squared distance of the gap from ``1/n - p_n``."""
    n, p = len(sigma), mean_shares(mp, sigma)
    least = mp.mpf(0) if W.rows < n else mp.eigsy(gram_after(mp, sigma, W))[0]
    return {"square_distance": (mp.minimum(p) - least) ** 2, "purity": mp.fsum(value * value for value in p)}


def lyapunov_concentration_expectation(mp: Any, sigma: list[Any], d: int) -> dict[str, Any]:
    r"""Its mean: exact for ``n = 1``, ``d < n``, ``n = 2`` at isotropy and at ``d = 2``, else enclosed.

    ``C - E C`` has trace 0, so its eigenvalues are at most ``sqrt(1 - 1/n)`` times its Frobenius norm (Weyl).  From below by 0,
    for three isotropic samples by `batchnorm_least`.
    """
    n, p = len(sigma), mean_shares(mp, sigma)
    bound = (1 - mp.mpf(Fraction(1, n))) * (1 - mp.fsum(value * value for value in p)) / d
    if n == 1:
        mean = mp.mpf(0)
    elif d < n:
        mean = mp.minimum(p) ** 2
    elif n == 2 and sigma[0] == sigma[1]:
        mean = mp.mpf(Fraction(1, 4 * d))
    elif n == 2 and d == 2:
        rho = abs(sigma[0] - sigma[1]) / (sigma[0] + sigma[1])
        mean = (mp.mpf(Fraction(1, 2)) + 3 * rho**2 / 2 - 4 * (1 + rho**2) * mp.atan(rho) / mp.pi) / 4
    elif n == 3 and sigma[0] == sigma[1] == sigma[2]:
        mean = mp.between(mp.maximum(mp.mpf(0), batchnorm_least.mean_square_fall(mp, d)), bound)
    else:
        mean = mp.between(0, bound)
    return {"square_distance": mean, "purity": mp.fsum(value * value for value in p)}
