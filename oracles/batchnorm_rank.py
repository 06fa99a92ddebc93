r"""Ranks, drifts and entropies of representations: residual layers with batch normalization, plain layers, Gaussian laws.

A residual layer is $H'=\mathrm{BN}(H+\gamma WH)$; with unit rows its Gram matrix $M'$ depends on $M=HH^\top$ alone:
$M'_{ij}=N_{ij}/\sqrt{D_iD_j}$, $N_{ij}=M_{ij}+\gamma(wM e_j+vMe_i)+\gamma^2wMv^\top$, $D_i=1+2\gamma wMe_i+\gamma^2wMw^\top$ for the
rows $w,v$ of $W$ with the numbers i and j.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

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
    r"""The coefficient of $\gamma^2$ in $\mathbb E\|M'\|_F^2$, and the drift.

    It is a quadratic form in the two rows of W, whose mean is the sum of its values at the unit vectors, for any law with unit
    variance.
    """
    M = H * H.T
    d = M.rows
    units = [[int(i == k) for i in range(d)] for k in range(d)]
    zero = [0] * d
    rows = [(unit, zero) for unit in units] + [(zero, unit) for unit in units]
    pairs = itertools.combinations(range(d), 2)
    return {
        "curvature": 2 * mp.fsum(squared_entry(mp, M, i, j, w, v)[2] for i, j in pairs for w, v in rows),
        "drift": drift(mp, M),
        "frobenius": mp.trace(M * M),
        "drift_half": lambda: drift(mp, M) + 4 * mp.trace(M * M * M),
    }


def fourth_order(mp: Any, H: Any) -> dict[str, Any]:
    r"""The same with the coefficient of $\gamma^4$, averaged over all signs; ``(w, v)`` and ``(-w, -v)`` agree."""
    M = H * H.T
    d = M.rows
    signs = list(itertools.product((-1, 1), repeat=d))
    drawn = itertools.product(signs[: len(signs) // 2], signs)
    pairs = list(itertools.combinations(range(d), 2))
    total = mp.fsum(squared_entry(mp, M, i, j, w, v)[4] for w, v in drawn for i, j in pairs)
    return {**second_order(mp, H), "quartic": 2 * total / Fraction(len(signs) ** 2, 2)}


def squared_entry(mp: Any, M: Any, i: int, j: int, w: Any, v: Any) -> list[Any]:
    r"""The coefficients of $\gamma^0,\dots,\gamma^4$ in $M_{ij}'^2=N^2/(D_iD_j)$ for the rows ``w`` and ``v`` of W."""
    d = M.rows
    first = [mp.fsum(w[k] * M[k, c] for k in range(d) if w[k]) for c in range(d)]
    second = [mp.fsum(v[k] * M[k, c] for k in range(d) if v[k]) for c in range(d)]
    crossed = mp.fsum(first[c] * v[c] for c in range(d) if v[c])
    numerator = [M[i, j], first[j] + second[i], crossed]
    own = mp.fsum(first[c] * w[c] for c in range(d) if w[c])
    other = mp.fsum(second[c] * v[c] for c in range(d) if v[c])
    series = multiply(mp, numerator, numerator)
    return multiply(mp, multiply(mp, series, reciprocal(2 * first[i], own)), reciprocal(2 * second[j], other))


def multiply(mp: Any, a: list[Any], b: list[Any]) -> list[Any]:
    """The product of two power series up to the fourth order."""
    return [mp.fsum(a[k] * b[n - k] for k in range(n + 1) if k < len(a) and n - k < len(b)) for n in range(5)]


def reciprocal(linear: Any, quadratic: Any) -> list[Any]:
    r"""The series of $1/(1+\alpha\gamma+\beta\gamma^2)$ up to the fourth order."""
    terms = [1, -linear]
    for _ in range(3):
        terms.append(-linear * terms[-1] - quadratic * terms[-2])
    return terms


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
