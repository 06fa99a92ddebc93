r"""Ranks, drifts and entropies of representations: residual layers with batch normalization, plain layers, Gaussian laws.

A residual layer is $H'=\mathrm{BN}(H+\gamma WH)$; with unit rows its Gram matrix $M'$ depends on $M=HH^\top$ alone:
$M'_{ij}=N_{ij}/\sqrt{D_iD_j}$, $N_{ij}=M_{ij}+\gamma(wM e_j+vMe_i)+\gamma^2wMv^\top$, $D_i=1+2\gamma wMe_i+\gamma^2wMw^\top$ for
the rows $w,v$ of $W$ with the numbers i and j.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from refute.arithmetic import Certifying
from refute.arithmetic.numbers import Number

# rank_soft_rank -----------------------------------------------------------------------------------------------------------


def soft_rank(mp: Any, a: list[Any], tau: Any) -> dict[str, Any]:
    """The number of eigenvalues ``d a / sum(a)`` of at least ``tau``, by exact comparisons, and ``d^2 / |M|_F^2``."""
    total = mp.fsum(a)
    return {
        "count": sum(int(bool(tau * total <= len(a) * value)) for value in a),
        "stable": total * total / mp.fsum(value * value for value in a),
        "kept": (1 - tau) ** 2,
        "kept_root": lambda: 1 - tau,
    }


def soft_rank_unnormalised(mp: Any, a: list[Any], tau: Any) -> dict[str, Any]:
    """The same for the eigenvalues ``a``, whose sum is not d."""
    d = len(a)
    return {
        **soft_rank(mp, a, tau),
        "count": sum(int(bool(tau <= value)) for value in a),
        "stable": d * d / mp.fsum(value * value for value in a),
    }


# rank_sandwich, rank_drift ------------------------------------------------------------------------------------------------


def gram(mp: Any, H: Any) -> dict[str, Any]:
    """Traces of powers of ``M = H H^T``, and its rank by that of the rational matrix."""
    M = H * H.T
    square = M * M
    d = M.rows
    return {
        "rank": lambda: rank_of(mp, M),
        "frobenius": mp.trace(square),
        "cube": mp.trace(square * M),
        "diagonal": mp.fsum(square[i, i] * square[i, i] for i in range(d)),
        "drift": drift(mp, M),
    }


def rank_of(mp: Any, M: Any) -> int:
    """The rank; in mpmath the number of singular values above rounding."""
    if hasattr(mp, "rank"):
        return int(mp.rank(M))
    values = mp.svd_r(M)
    return sum(1 for value in values if value > values[0] * mp.mpf(10) ** (-mp.dps // 2))


def drift(mp: Any, M: Any) -> Any:
    r"""$\delta_F(M)=2d^2-2\|M\|_F^2-8\,\mathrm{Tr}M^3+8\sum_i((M^2)_{ii})^2$."""
    square = M * M
    d = M.rows
    diagonal = mp.fsum(square[i, i] * square[i, i] for i in range(d))
    return 2 * d * d - 2 * mp.trace(square) - 8 * mp.trace(square * M) + 8 * diagonal


def second_order(mp: Any, H: Any) -> dict[str, Any]:
    r"""The coefficient of $\gamma^2$ in $\mathbb E\|M'\|_F^2$ for signs, from layers with one tiny $\gamma$, and the drift.

    For rows of signs $|N|\le1.44$ and $|D|\ge0.56$ on the circle $|\gamma|=1/(5d)$, so the coefficient of $\gamma^k$ in an entry
    of $M'^2$ is at most $7(5d)^k$ (Cauchy); odd ones cancel in the mean.
    """
    M = H * H.T
    d, gamma = M.rows, _tiny(mp)
    found, rest = mean_change(mp, M, gamma) / gamma**2, 8 * d * (d - 1) * (5 * d) ** 4 * gamma**2
    return {
        "curvature": mp.between(found - rest, found + rest),
        "drift": drift(mp, M),
        "frobenius": mp.trace(M * M),
        "drift_half": lambda: drift(mp, M) + 4 * mp.trace(M * M * M),
    }


def fourth_order(mp: Any, H: Any) -> dict[str, Any]:
    r"""The same with the coefficient of $\gamma^4$, from layers with $\gamma$ and $2\gamma$ (Richardson)."""
    M = H * H.T
    d, gamma = M.rows, _tiny(mp, shares=4)
    slope = (mean_change(mp, M, 2 * gamma) / 4 - mean_change(mp, M, gamma)) / (3 * gamma**4)
    rest = 48 * d * (d - 1) * (5 * d) ** 6 * gamma**2
    return {**second_order(mp, H), "quartic": mp.between(slope - rest, slope + rest)}


def _tiny(mp: Any, shares: int = 1) -> Any:
    """A residual strength about as small as (a share of) the precision; in mpmath, where differences cancel, a sixth of its digits."""
    if isinstance(mp, Certifying):
        return mp.mpf(Fraction(1, 1 << mp.bits // shares))
    return mp.mpf(Fraction(1, 10 ** (mp.dps // 6)))


def mean_change(mp: Any, M: Any, gamma: Any) -> Any:
    r"""$\mathbb E\|M'\|_F^2-\|M\|_F^2$ over all signs, ``(w, v)`` together with ``(-w, -v)``, which is ``-gamma``.

    By balls of six times the precision, for two orders of ``gamma`` cancel.
    """
    d, wide = M.rows, Certifying(bits=6 * mp.bits) if isinstance(mp, Certifying) else mp
    entries = [[bare(wide, M[i, j]) for j in range(d)] for i in range(d)]
    signs, strength = list(itertools.product((-1, 1), repeat=d)), bare(wide, gamma)
    rows = [[_combined(w, [entries[k][c] for k in range(d)]) for c in range(d)] for w in signs]
    sizes = [_combined(w, row) for w, row in zip(signs, rows, strict=True)]
    count, total = len(signs), 0 * strength
    for i, j in itertools.combinations(range(d), 2):
        entry, twice = entries[i][j], 2 * entries[i][j] ** 2
        shares = [[_inverse_length(strength, sign, rows[k], sizes[k], (i, j)) for sign in (1, -1)] for k in range(count)]
        for first, second in itertools.product(range(count // 2), range(count)):
            linear = strength * (rows[first][j] + rows[second][i])
            even = entry + strength * strength * _combined(signs[second], rows[first])
            change = (even + linear) ** 2 * shares[first][0][0] * shares[second][0][1]
            total = total + change + (even - linear) ** 2 * shares[first][1][0] * shares[second][1][1] - twice
    return mp.convert(total) * 2 / count**2


def bare(mp: Any, value: Any) -> Any:
    """A number without its context, which computes several times faster."""
    return mp.convert(value.value if isinstance(value, Number) else value).ball() if isinstance(mp, Certifying) else value


def _combined(signs: Any, values: Any) -> Any:
    return sum(value if sign > 0 else -value for sign, value in zip(signs, values, strict=True))


def _inverse_length(strength: Any, sign: int, row: Any, size: Any, places: tuple[int, int]) -> list[Any]:
    """``1 / D`` for a row of signs as the row of W of either number."""
    return [1 / (1 + sign * strength * (2 * row[place] + sign * strength * size)) for place in places]


# rank_d2_limit ------------------------------------------------------------------------------------------------------------


def stationary(mp: Any, c: Any) -> dict[str, Any]:
    """The arcsine law's means: of the drift of ``sum_k c_k m^{2k}``, of ``|M|_F^2 = 2 + 2 m^2`` and of ``4 / |M|_F^2``."""
    coefficients = [c[0, k] for k in range(c.cols)]
    moments = [mp.mpf(1)]
    for j in range(1, c.cols + 3):
        moments.append(moments[-1] * Fraction(2 * j - 1, 2 * j))
    return {
        **_mean_drift(mp, coefficients, moments),
        "mean_square": 2 + 2 * moments[1],
        "mean_stable": mp.quad(lambda angle: 2 / (1 + mp.cos(angle) ** 2), [0, mp.pi / 4, mp.pi / 2]) * 2 / mp.pi,
    }


def uniform_correlation(mp: Any, c: Any) -> dict[str, Any]:
    """The same for a correlation m that is uniform on [-1, 1]."""
    coefficients = [c[0, k] for k in range(c.cols)]
    moments = [mp.mpf(Fraction(1, 2 * j + 1)) for j in range(c.cols + 3)]
    return {**_mean_drift(mp, coefficients, moments), "mean_square": 2 + 2 * moments[1], "mean_stable": mp.pi / 2}


def _mean_drift(mp: Any, coefficients: list[Any], moments: list[Any]) -> dict[str, Any]:
    r"""The generator $(1-m^2)^2f''-3m(1-m^2)f'$ on $f=\sum_kc_km^{2k}$, from the even moments of m."""
    total = mp.mpf(0)
    for k, value in enumerate(coefficients, start=1):
        spread = moments[k - 1] - 2 * moments[k] + moments[k + 1]
        total = total + value * (2 * k * (2 * k - 1) * spread - 6 * k * (moments[k] - moments[k + 1]))
    return {"mean_drift": total, "size": mp.fsum(abs(value) * k * k for k, value in enumerate(coefficients, start=1))}


# rank_vanilla -------------------------------------------------------------------------------------------------------------


def plain_chain(mp: Any, X: Any, W: list[Any]) -> dict[str, Any]:
    """One draw without normalization: Gram determinants of the whole product of weights."""
    state = X
    for weight in W:
        state = weight * state
    d, layers = X.rows, len(W)
    n = X.cols
    return {
        **plain_start(mp, X),
        "log_volume_last": mp.log(mp.det(state.T * state)) - n * layers * mp.log(d),
        "log_sine_last": _log_sine(mp, state),
    }


def plain_start(mp: Any, X: Any) -> dict[str, Any]:
    """Log-determinant and angle of the input, and the slopes of the theorem by digamma functions."""
    d, n = X.rows, X.cols

    def psi(k: int) -> Any:
        return mp.digamma(mp.mpf(Fraction(k, 2)))

    volume = mp.det(X.T * X)
    return {
        "volume": volume,
        "log_volume": lambda: mp.log(volume),
        "log_sine": lambda: _log_sine(mp, X),
        "slope": mp.fsum(psi(d - j) + mp.log(mp.mpf(Fraction(2, d))) for j in range(n)),
        "sine_slope": psi(d - 1) - psi(d),
        "half_slope": lambda: -psi(d),
    }


def plain_means(mp: Any, X: Any, L: int) -> dict[str, Any]:
    """Means by the logarithms of chi-square variables, whose means follow from two of them by a recurrence."""
    d, n = X.rows, X.cols
    known = plain_start(mp, X)
    if known["volume"] == 0:
        return {**known, "log_volume_last": mp.ninf, "log_sine_last": mp.ninf}
    change = mp.fsum(mean_log_chi_square(mp, d - j) for j in range(n)) - n * mp.log(d)
    turn = mean_log_chi_square(mp, d - 1) - mean_log_chi_square(mp, d)
    return {
        **known,
        "log_volume_last": known["log_volume"]() + L * change,
        "log_sine_last": known["log_sine"]() + L * turn,
    }


def mean_log_chi_square(mp: Any, k: int) -> Any:
    """``E log chi^2_k``: ``-gamma - log 2`` at 1, ``log 2 - gamma`` at 2, and ``2/k`` more from k to k + 2."""
    start = mp.log(2) * (1 if k % 2 == 0 else -1) - mp.euler
    return start + mp.fsum([mp.mpf(Fraction(2, j)) for j in range(2 - k % 2, k, 2)] or [mp.mpf(0)])


def _log_sine(mp: Any, X: Any) -> Any:
    """``log sin^2`` of the angle between the first two columns; minus infinity if one of them is zero."""
    product = X.T * X
    if product[0, 0] * product[1, 1] == 0:
        return mp.ninf
    return mp.log((product[0, 0] * product[1, 1] - product[0, 1] ** 2) / (product[0, 0] * product[1, 1]))


# entropy_deficit ----------------------------------------------------------------------------------------------------------


def entropy(mp: Any, a: list[Any], d: int) -> dict[str, Any]:
    r"""Gap, divergence and distance of the law of ``W H`` with ``H = diag(sqrt(a / sum(a)))``, ``n`` columns of ``d`` entries.

    The divergence as the difference of two entropies: the reference has the same second moment, so its cross entropy is its own.
    """
    n = len(a)
    total = mp.fsum(a)
    values = [value / total for value in a]
    phi = -mp.log(mp.fprod(n * value for value in values)) / n
    unit = mp.log(2 * mp.pi * mp.e / d) * n * d / 2
    entropy_of_law = unit + mp.log(mp.fprod(values)) * d / 2
    entropy_of_reference = unit - mp.log(n) * n * d / 2
    nuclear = mp.fsum(mp.sqrt(value) for value in values)
    return {
        "phi": phi,
        "divergence": entropy_of_reference - entropy_of_law,
        "distance": 2 - 2 * nuclear / mp.sqrt(n),
        "phi_outer": lambda: phi if n >= d else mp.inf,
    }
