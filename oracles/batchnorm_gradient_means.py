r"""Means of log-norms of gradients in linear networks with batch normalization, enclosed (P2 Theorem 5).

The loss is ``<G, X_L>``, ``M = |G|_F``; ``lam = d a / sum(a)`` are the eigenvalues of ``X_0 X_0^T``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.batchnorm import mean_one
from oracles.batchnorm_chain import mean_gap_above, tangent_square
from oracles.batchnorm_gradients import gap, largest_entry, log_loss

LEAST_WIDTH = 9


def layer_gradient_mean(mp: Any, a: list[Any], G: Any, L: int, l: int) -> dict[str, Any]:
    r"""Enclosures of the means of the positive parts of ``log |grad|`` over the bound's constants.

    On every path ``log |grad| - log M`` is at most ``log |X_l|_op``, which is below ``(1/2) log d`` and ``(1/2) sqrt(2 s_l)``,
    plus ``(1/2) sum_k (s_k + sqrt(2 s_k))`` over the layers k >= l, ``s_k = d phi(X_k) <= s_0``.  The means of the ``s_k`` by
    Jensen, from those of ``e^{s_k}`` at d = 2, elsewhere of the trace of the inverse (`iso_inverse_trace`).
    """
    d, phi = len(a), gap(mp, a)
    if d == 2:
        u = tangent_square(mp, a)
        sums = [mp.log(1 + u * Fraction(1, 2**k)) for k in range(l, L)]
    else:
        sums = [mp.minimum(d * phi, d * mean_gap_above(mp, a, k)) for k in range(l, L)]
    roots = [mp.sqrt_of_squares(2 * value) for value in sums]
    above = mp.minimum(mp.log(d), roots[0]) / 2 + (mp.fsum(sums) + mp.fsum(roots)) / 2
    below = mean_log_gradient_below(mp, a) if L == 1 else mp.mpf(0)
    loss, entry = log_loss(mp, G), log_loss(mp, G) - mp.log(largest_entry(mp, G))

    def enclosed(shift: Any) -> Any:
        least = below + shift if L == 1 else mp.mpf(0)
        return mp.between(mp.maximum(mp.mpf(0), least), above + abs(shift))

    return {
        "phi": phi,
        "excess": enclosed(mp.mpf(0)),
        "excess_free": lambda: enclosed(loss),
        "excess_entry": lambda: enclosed(entry),
    }


def mean_log_gradient_below(mp: Any, a: list[Any]) -> Any:
    r"""A lower bound of ``E log(|grad| / M)`` for one layer on ``X = diag(s)``, equal to it at isotropy for a G of one row.

    Row j of the gradient is at least ``s_min |g_j ^ y| / |y|^2`` for ``y = X^T w``, ``|y| <= s_max``; the wedge is at least
    ``s_d s_{d-1} / s_max`` times that of the direction of ``X^{-T} g_j`` with a uniform w, whose mean logarithm is
    ``(psi((d-1)/2) - psi(d/2)) / 2``; rows are combined by concavity with the weights ``|g_j|^2 / M^2``.
    """
    lam = mean_one(mp, a)
    singular = mp.log(lam[0] * lam[0] * lam[1] / lam[-1] ** 3) / 2
    return singular + mean_log_sine(mp, len(a))


def mean_log_sine(mp: Any, d: int) -> Any:
    """``E log`` of the sine of the angle between a fixed vector and a uniform one in d dimensions."""
    return (_psi(mp, d - 1) - _psi(mp, d)) / 2


def _psi(mp: Any, k: int) -> Any:
    return mp.digamma(mp.mpf(Fraction(k, 2)))


def scaled_gradient_mean(mp: Any, a: list[Any], G: Any, t: Any, L: int, l: int) -> dict[str, Any] | None:
    """The enclosure with the weights ``t W``: the gradient is that of ``W`` divided by ``t``."""
    if L > 1:
        return None
    found, shift = layer_gradient_mean(mp, a, G, L, l), -mp.log(abs(t))
    below = mp.maximum(mp.mpf(0), mean_log_gradient_below(mp, a) + shift)
    high = found["excess"] + abs(shift)
    return {**found, "excess": mp.between(below, mp.maximum(high, below))}


# without rotations, without rank ------------------------------------------------------------------------------------------


def degenerate_gradient_mean(mp: Any, a: list[Any], G: Any, L: int, l: int) -> dict[str, Any] | None:
    r"""``E log |grad|`` for one layer on a flat spectrum of rank r, 0 < r < d; None for any other input.

    A row is ``|P g_j| sin / |v|``: P projects on the row space, the angle is that of a uniform vector there, and ``|v|^2`` of the
    r first entries of a row of W is a Beta variable.  Below by concavity with the weights ``|P g_j|^2``, above by the sum of the
    rows.
    """
    d = len(a)
    kept = [i for i in range(d) if a[i] > 0]
    r = len(kept)
    if L > 1 or r == d or any(a[i] != a[kept[0]] for i in kept):
        return None
    rows = [mp.fsum(G[j, i] ** 2 for i in kept) for j in range(d)]
    total = mp.fsum(rows)
    if r == 1 or total == 0:
        return {"log_gradient": mp.ninf, "log_loss": log_loss(mp, G)}
    low = mp.log(total) / 2 + mean_log_sine(mp, r) + (_psi(mp, d) - _psi(mp, r)) / 2
    ratio = [mp.gamma(mp.mpf(Fraction(k, 2))) for k in (r - 1, d, r, d - 1)]
    high = mp.log(mp.fsum(mp.sqrt_of_squares(row) for row in rows) * ratio[0] * ratio[1] / (ratio[2] * ratio[3]))
    return {"log_gradient": mp.between(low, high), "log_loss": log_loss(mp, G)}


def gaussian_gradient_mean(mp: Any, a: list[Any], G: Any, L: int, l: int) -> dict[str, Any] | None:
    r"""``E log |grad|`` for one layer with weights N(0, 1/d) on an isotropic input, d >= 9; None elsewhere.

    ``(|grad| / M)^2`` is ``S = sum_j p_j sin_j^2 / |w_j|^2``, ``p_j = |g_j|^2 / M^2``.  Above by Jensen; below, with ``y = S -
    1``, by ``log S >= y - y^2/2 + y^3/3 - (y^4/4)(1 + 1/S)``, where ``y^4/S = 1/S - 1 + y - y^2 + y^3`` and ``E 1/S <=
    (d-2)/(d-3)`` (Jensen again).
    """
    d = len(a)
    if d < LEAST_WIDTH or L > 1 or any(value != a[0] for value in a):
        return None
    squares = [mp.fsum(G[j, i] ** 2 for i in range(d)) for j in range(d)]
    shares = [value / mp.fsum(squares) for value in squares]
    m1, m2, m3, m4 = (mp.mpf(_sine_over_norm(d, k)) for k in (1, 2, 3, 4))
    central = m2 - m1**2, m3 - 3 * m1 * m2 + 2 * m1**3, m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    powers = [mp.fsum(share**k for share in shares) for k in (2, 3, 4)]
    spread, skew = central[0] * powers[0], central[1] * powers[1]
    fourth = (central[2] - 3 * central[0] ** 2) * powers[2] + 3 * spread**2
    shift = m1 - 1
    y2 = spread + shift**2
    y3 = skew + 3 * shift * spread + shift**3
    y4 = fourth + 4 * shift * skew + 6 * shift**2 * spread + shift**4
    rest = mp.mpf(Fraction(1, d - 3)) + shift - y2 + y3
    low, high = shift - y2 / 2 + y3 / 3 - (y4 + rest) / 4, mp.log(m1)
    loss = log_loss(mp, G)
    return {"phi": mp.mpf(0), "log_gradient": loss + mp.between(low, high) / 2, "log_loss": loss}


def _sine_over_norm(d: int, k: int) -> Fraction:
    """``E (sin^2 / |w|^2)^k`` for a Gaussian w of d entries with the variance 1/d, ``2 k < d``: Beta and inverse chi-square moments."""
    moment = Fraction(1)
    for j in range(k):
        moment = moment * Fraction(d - 1 + 2 * j, d + 2 * j) * Fraction(d, d - 2 - 2 * j)
    return moment
