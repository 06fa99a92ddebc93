r"""The mean isometry gap of a deep chain at d = 2 in floats, at every depth and every conditioning, differentiable.

$\mathbb E\varphi_\ell=\frac1{4\pi i}\int_{c-i\infty}^{c+i\infty}\frac{\pi u^t}{t\sin\pi t}B(t)^\ell dt$ for $0<c<1$, with
$B(t)=\Gamma(t+\frac12)/(\sqrt\pi\,\Gamma(t+1))$.  Moved to $c=N+\frac12$ it leaves N terms of a series behind, moved to
$c=-\frac14$ the residue $\frac12\log u-\ell\log2$ at 0.  The line is where the integrand is small, so that little cancels.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import mpmath
import numpy as np

LINES = (-0.25, *(n + 0.5 for n in range(12)))
STEP = 1 / 24
NODES = 340
SHALLOW = 4
LARGE = 8.0


@cache
def table() -> tuple[Any, ...]:
    """Real and imaginary part of ``log B`` and of ``log (pi / (t sin pi t))`` at the nodes ``(lines, NODES)``.

    Only the first two lines take gamma functions: ``B(t + 1) = B(t) (t + 1/2) / (t + 1)``.
    """
    t = np.asarray(LINES)[:, None] + 1j * STEP * np.arange(NODES)
    moments = np.zeros_like(t)
    with mpmath.workdps(20):
        for row in (0, 1):
            values = [
                mpmath.loggamma(z + 0.5) - mpmath.loggamma(z + 1) - mpmath.log(mpmath.pi) / 2 for z in map(mpmath.mpc, t[row])
            ]
            moments[row] = [complex(value) for value in values]
    for row in range(2, len(LINES)):
        moments[row] = moments[row - 1] + np.log((t[row - 1] + 0.5) / (t[row - 1] + 1))
    kernels = np.log(math.pi / (t * np.sin(math.pi * t)))
    return moments.real, moments.imag, kernels.real, kernels.imag


@cache
def series(depth: int) -> tuple[Any, Any]:
    """``log (B(m)^depth / m)`` for ``m = 1, 2, ...`` and their signs."""
    m = np.arange(1, len(LINES) - 1)
    logs = [math.lgamma(k + 0.5) - math.lgamma(k + 1) - math.log(math.pi) / 2 for k in m]
    return depth * np.array(logs) - np.log(m), (-1.0) ** (m + 1)


def mean_gap_after(xp: Any, log_u: Any, depth: int) -> Any:
    """``E phi`` after ``depth >= 1`` layers from ``log u_0``, ``(batch,)``."""
    options = {"dtype": log_u.dtype, "device": log_u.device}
    log_b, arg_b, log_k, arg_k = (xp.asarray(part, **options) for part in table())
    real = xp.asarray(LINES, **options)
    line = 1 + xp.argmin(real[1:] * log_u[:, None] + depth * log_b[1:, 0], axis=1)
    left = (log_u > LARGE) & (depth <= SHALLOW)
    line = xp.where(left, 0 * line, line)
    y = STEP * xp.arange(NODES, **options)
    size = real[line][:, None] * log_u[:, None] + depth * log_b[line] + log_k[line]
    turn = y * log_u[:, None] + depth * arg_b[line] + arg_k[line]
    weights = xp.where(y == 0, 0.5 * xp.ones_like(y), xp.ones_like(y))
    integral = STEP / (2 * math.pi) * xp.sum(weights * xp.exp(size) * xp.cos(turn), axis=1)
    logs, signs = (xp.asarray(part, **options) for part in series(depth))
    m = xp.arange(1, len(LINES) - 1, **options)
    terms = xp.where(m < line[:, None], signs * xp.exp(m * log_u[:, None] + logs), 0 * log_u[:, None])
    residue = xp.where(left, log_u - 2 * depth * math.log(2), 0 * log_u)
    return integral + (xp.sum(terms, axis=1) + residue) / 2


def plane_decay(xp: Any, a: Any, L: int) -> dict[str, Any]:
    """The isometry gap for the eigenvalues ``2 a / sum(a)``, and its mean after ``L`` layers; 0 where they agree."""
    difference, product = a[:, 0] - a[:, 1], 4 * a[:, 0] * a[:, 1]
    u = difference**2 / product
    log_u = 2 * xp.log(xp.where(u > 0, xp.abs(difference), xp.ones_like(u))) - xp.log(product)
    return {"phi": xp.log1p(u) / 2, "phi_last": xp.where(u > 0, mean_gap_after(xp, log_u, L), xp.zeros_like(u))}
