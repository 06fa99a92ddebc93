r"""Linear networks with batch normalization on tensors: forward and backward pass, isometry gaps, means over Haar weights.

A layer is ``X -> BN(W X)``, where BN scales every row to unit norm: no mean is removed and nothing is added to the norm.
Gaps come from deviations ``lambda_k - 1``, never from a logarithm of a ratio near 1.
"""

from __future__ import annotations

import math
from typing import Any

from strategies.matrices import log_volume
from strategies.spectra import log1p_minus

NODES = 384


def normalised(xp: Any, a: Any) -> tuple[Any, Any]:
    r"""Eigenvalues $\lambda_k=da_k/\sum_ja_j$ and their deviations $\lambda_k-1$, ``(batch, d)`` each."""
    total = xp.sum(a, axis=1, keepdims=True)
    return a.shape[1] * a / total, xp.sum(a[:, :, None] - a[:, None, :], axis=2) / total


def gap_of_spectrum(xp: Any, lam: Any, deviation: Any) -> Any:
    r"""$\varphi=-\frac1d\sum_k\log\lambda_k$ for a spectrum of mean 1, ``(batch,)``."""
    return -xp.mean(log1p_minus(xp, deviation, xp.log(lam)), axis=1)


def isometry_gap(xp: Any, X: Any) -> Any:
    r"""$\varphi(X)$ through the singular values of ``X`` and their deviations from 1, which do not cancel near isotropy."""
    values = xp.linalg.svdvals(X)
    deviation = (values - 1) * (values + 1)
    mean = xp.mean(deviation, axis=1)
    return log1p_minus(xp, mean, xp.log1p(mean)) - xp.mean(log1p_minus(xp, deviation, 2 * xp.log(values)), axis=1)


def gram_volumes(xp: Any, X: Any, t: Any, U: Any, Q: Any) -> dict[str, Any]:
    r"""$\det(X^\top X)$ and $(\frac1d\|X\|_F^2)^d$ for ``X``, ``t X`` and ``U X Q``, the traces, and what only mutants ask."""
    d, n = X.shape[1:]
    outer = X @ xp.matrix_transpose(X)
    scaled, turned = t[:, None, None] * X, U @ X @ Q
    values: dict[str, Any] = {
        "trace_square": xp.linalg.trace(outer) ** 2,
        "square_trace": d * xp.sum(outer * outer, axis=(1, 2)),
        "distance": lambda: xp.sum((xp.matrix_transpose(X) @ X - xp.eye(n, dtype=X.dtype, device=X.device)) ** 2, axis=(1, 2)),
        "root_volume": lambda: xp.exp(log_volume(xp, X)) if n <= d else xp.zeros_like(t),
    }
    for suffix, matrix in (("", X), ("_scaled", scaled), ("_turned", turned)):
        values["volume" + suffix] = xp.exp(2 * log_volume(xp, matrix)) if n <= d else xp.zeros_like(t)
        values["power" + suffix] = (xp.sum(matrix * matrix, axis=(1, 2)) / d) ** d
    return values


def diagonal(xp: Any, entries: Any) -> Any:
    """Diagonal matrices ``(batch, d, d)``: a representation up to the rotations that Haar weights do not see."""
    return entries[:, :, None] * xp.eye(entries.shape[1], dtype=entries.dtype, device=entries.device)


def forward(xp: Any, X: Any, W: Any) -> tuple[list[Any], list[Any]]:
    """The states ``X_0, ..., X_L`` and the row norms ``|(W_k X_k)_j|``, ``(batch, d)``, for weights ``(batch, L, d, d)``."""
    states, norms = [X], []
    for k in range(W.shape[1]):
        image = W[:, k] @ states[-1]
        norms.append(xp.linalg.vector_norm(image, axis=2))
        states.append(image / norms[-1][:, :, None])
    return states, norms


def gradients(xp: Any, states: list[Any], norms: list[Any], W: Any, G: Any) -> list[Any]:
    """Gradients of a loss with the gradient ``G`` at ``X_L`` with respect to every ``W_l``, by reverse accumulation."""
    found, back = [], G
    for k in reversed(range(W.shape[1])):
        back = tangent(xp, states[k + 1], back) / norms[k][:, :, None]
        found.insert(0, back @ xp.matrix_transpose(states[k]))
        back = xp.matrix_transpose(W[:, k]) @ back
    return found


def tangent(xp: Any, unit: Any, rows: Any) -> Any:
    """``g - u (u^T g)`` per row, as ``sum_j (g_i u_j - g_j u_i) u_j``: exact where ``u`` is nearly a coordinate vector."""
    wedge = rows[:, :, :, None] * unit[:, :, None, :]
    return xp.sum((wedge - xp.matrix_transpose(wedge)) * unit[:, :, None, :], axis=3)


def log_norm(xp: Any, a: Any) -> Any:
    """Logarithm of the Frobenius norm, ``(batch,)``; minus infinity for a zero matrix."""
    largest = xp.max(xp.max(xp.abs(a), axis=2, keepdims=True), axis=1, keepdims=True)
    unit = a / xp.where(largest > 0, largest, xp.ones_like(largest))
    return xp.log(largest[:, 0, 0]) + xp.log(xp.sum(unit * unit, axis=(1, 2))) / 2


def from_layer(xp: Any, terms: Any) -> Any:
    """Sums over the layers from each one to the last."""
    return xp.flip(xp.cumulative_sum(xp.flip(terms, axis=1), axis=1), axis=1)


def mean_log_form(xp: Any, lam: Any, deviation: Any) -> Any:
    """``E log(w^T diag(lam) w)``, lam = 1 + deviation, by the trapezoid rule for ``t = exp(x - exp(-x))``."""
    d = lam.shape[1]
    step = (41.75 - xp.log(xp.min(lam, axis=1, keepdims=True))) / NODES
    x = step * xp.arange(NODES, dtype=lam.dtype, device=lam.device) - 3.75
    t = xp.exp(x - xp.exp(-x))
    isotropic = xp.log1p(2 * t)
    shift = deviation[:, :, None] * (2 * t / (1 + 2 * t))[:, None, :]
    logs = xp.log1p(2 * t[:, None, :] * lam[:, :, None]) - isotropic[:, None, :]
    decay = -xp.sum(log1p_minus(xp, shift, logs), axis=1) / 2
    return step[:, 0] * xp.sum(xp.exp(decay - isotropic * d / 2) * xp.expm1(-decay) * (1 + xp.exp(-x)), axis=1)


def largest_drop(d: int) -> float:
    r"""$K_d=\psi(\frac d2)-\psi(\frac12)-\log d$, the most that the mean gap can lose in one layer, by finite sums."""
    if d % 2:
        return math.fsum(2 / (2 * k + 1) for k in range(d // 2)) - math.log(d)
    return 2 * math.log(2) + math.fsum(1 / k for k in range(1, d // 2)) - math.log(d)


def extreme_eigenvalues(xp: Any, X: Any) -> dict[str, Any]:
    """The extreme eigenvalues of ``X X^T`` and their sum, through the singular values of ``X``."""
    squares = xp.linalg.svdvals(X) ** 2
    return {"largest": squares[:, 0], "smallest": squares[:, -1], "total": xp.sum(squares, axis=1)}


def once_per_input(xp: Any, function: Any, a: Any) -> Any:
    """``function(a)`` for a batch in which many consecutive rows are equal, computed once for each run of equal rows."""
    new = xp.any(a[1:] != a[:-1], axis=1)
    run = xp.cumulative_sum(xp.astype(new, xp.int64), include_initial=True)
    first = xp.concat([xp.ones_like(new[:1]), new]) if a.shape[0] > 1 else xp.ones(1, dtype=xp.bool, device=a.device)
    return function(a[first])[run]


def angle_derivatives(xp: Any, states: list[Any], W: Any) -> Any:
    r"""$|\partial\Delta_\ell/\partial\Delta_0|$ at d = 2 for $\ell=1,\dots,L$, ``(batch, L)``.

    The Jacobian of the angles of the rows in one layer is $W_{ji}\langle x_i,y_j\rangle/\|y_j\|^2$ for $y_j=\sum_iW_{ji}x_i$.
    """
    moved = xp.asarray([1.0, 0.0], dtype=W.dtype, device=W.device) + 0 * W[:, 0, 0]
    found = []
    for k in range(W.shape[1]):
        images = W[:, k] @ states[k]
        inner = images @ xp.matrix_transpose(states[k])
        jacobian = W[:, k] * inner / xp.sum(images * images, axis=2, keepdims=True)
        moved = xp.sum(jacobian * moved[:, None, :], axis=2)
        found.append(xp.abs(moved[:, 0] - moved[:, 1]))
    return xp.stack(found, axis=1)


def sine_square(xp: Any, X: Any) -> Any:
    r"""$\sin^2$ of the angle between the two rows, ``(batch,)``."""
    first, second = X[:, 0], X[:, 1]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return area**2 / (xp.sum(first * first, axis=1) * xp.sum(second * second, axis=1))
