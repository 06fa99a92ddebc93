r"""Residual layers with batch normalization, $H'=\mathrm{BN}(H+\gamma WH)$, expanded in $\gamma$ and averaged over signs of W.

Arrays of power series hold the coefficients of $\gamma^0,\dots,\gamma^4$ on their last axis.
"""

from __future__ import annotations

import itertools
from typing import Any

ORDER = 5


def gram_quantities(xp: Any, H: Any) -> dict[str, Any]:
    """Rank of ``M = H H^T``, traces of its powers and the drift, for ``H`` of unit rows ``(batch, d, N)``."""
    M = H @ xp.matrix_transpose(H)
    square = M @ M
    d = M.shape[1]
    frobenius, cube = xp.sum(M * M, axis=(1, 2)), xp.sum(square * M, axis=(1, 2))
    diagonal = xp.sum(xp.linalg.diagonal(square) ** 2, axis=1)
    return {
        "rank": xp.astype(xp.linalg.matrix_rank(H), H.dtype),
        "frobenius": frobenius,
        "cube": cube,
        "diagonal": diagonal,
        "drift": 2 * d * d - 2 * frobenius - 8 * cube + 8 * diagonal,
        "drift_half": 2 * d * d - 2 * frobenius - 4 * cube + 8 * diagonal,
    }


def expanded(xp: Any, M: Any) -> Any:
    r"""$\mathbb E\|M'\|_F^2$ as a series in $\gamma$, ``(batch, 5)``, the mean over all rows of signs."""
    d = M.shape[1]
    signs = xp.asarray(list(itertools.product((-1.0, 1.0), repeat=d)), dtype=M.dtype, device=M.device)
    total = xp.zeros_like(M[:, 0, :1]) + xp.asarray([float(d), 0, 0, 0, 0], dtype=M.dtype, device=M.device)
    for i, j in itertools.combinations(range(d), 2):
        total = total + 2 * xp.mean(squared_correlation(xp, M, signs, i, j), axis=(1, 2))
    return total


def squared_correlation(xp: Any, M: Any, signs: Any, i: int, j: int) -> Any:
    """``N^2 / (D_i D_j)`` for all pairs of rows of signs, ``(batch, rows, rows, 5)``."""
    images = signs @ M
    lengths = xp.sum(images * signs, axis=2)
    linear = images[:, :, None, j] + images[:, None, :, i]
    crossed = images @ xp.matrix_transpose(signs)
    numerator = xp.stack([M[:, i, j, None, None] + 0 * linear, linear, crossed], axis=-1)
    shares = [reciprocal(xp, 2 * images[:, :, k], lengths) for k in (i, j)]
    series = multiply(xp, numerator, numerator)
    return multiply(xp, multiply(xp, series, shares[0][:, :, None]), shares[1][:, None, :])


def multiply(xp: Any, a: Any, b: Any) -> Any:
    """The product of two series, shorter ones with zeros beyond."""
    terms = []
    for n in range(ORDER):
        parts = [a[..., k] * b[..., n - k] for k in range(n + 1) if k < a.shape[-1] and n - k < b.shape[-1]]
        terms.append(sum(parts[1:], parts[0]))
    return xp.stack(terms, axis=-1)


def reciprocal(xp: Any, linear: Any, quadratic: Any) -> Any:
    r"""The series of $1/(1+\alpha\gamma+\beta\gamma^2)$."""
    terms = [xp.ones_like(linear), -linear]
    for _ in range(ORDER - 2):
        terms.append(-linear * terms[-1] - quadratic * terms[-2])
    return xp.stack(terms, axis=-1)


def mean_drifts(xp: Any, correlation: Any, powers: int) -> Any:
    r"""The coefficient of $\gamma^2$ in $\mathbb Em'^{2k}$ at width two, ``(len(correlation), powers)``, k = 1, ..., powers."""
    one = xp.ones_like(correlation)
    M = xp.stack([xp.stack([one, correlation], axis=1), xp.stack([correlation, one], axis=1)], axis=1)
    signs = xp.asarray(list(itertools.product((-1.0, 1.0), repeat=2)), dtype=M.dtype, device=M.device)
    square = squared_correlation(xp, M, signs, 0, 1)
    power, drifts = square, []
    for _ in range(powers):
        drifts.append(xp.mean(power[..., 2], axis=(1, 2)))
        power = multiply(xp, power, square)
    return xp.stack(drifts, axis=1)
