r"""The mean isometry gap of a deep chain at d = 2 in floats, at every depth and every conditioning, differentiable.

$\mathbb E\varphi_\ell=\frac1{4\pi i}\int_{c-i\infty}^{c+i\infty}\frac{\pi u^t}{t\sin\pi t}B(t)^\ell dt$ for $0<c<1$, with
$B(t)=\Gamma(t+\frac12)/(\sqrt\pi\,\Gamma(t+1))$; moved to $c=N+\frac12$ it leaves N terms of a series behind.  N is where the
integrand is least, so nothing cancels.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import mpmath
import numpy as np

SHIFTS = 12
STEP = 1 / 12
NODES = 150


@cache
def table() -> tuple[Any, ...]:
    """Real and imaginary part of ``log B`` and of ``log (pi / (t sin pi t))`` at the nodes ``(SHIFTS, NODES)``."""
    with mpmath.workdps(25):
        points = [[mpmath.mpc(n + mpmath.mpf(1) / 2, k * mpmath.mpf(STEP)) for k in range(NODES)] for n in range(SHIFTS)]
        moments = [[mpmath.loggamma(t + 0.5) - mpmath.loggamma(t + 1) - mpmath.log(mpmath.pi) / 2 for t in row] for row in points]
        kernels = [[mpmath.log(mpmath.pi / (t * mpmath.sin(mpmath.pi * t))) for t in row] for row in points]
    both = [np.array([[complex(value) for value in row] for row in rows]) for rows in (moments, kernels)]
    return both[0].real, both[0].imag, both[1].real, both[1].imag


@cache
def series(depth: int) -> tuple[Any, Any]:
    """``log (B(m)^depth / m)`` for ``m = 1, ..., SHIFTS - 1`` and their signs."""
    m = np.arange(1, SHIFTS)
    logs = [math.lgamma(k + 0.5) - math.lgamma(k + 1) - math.log(math.pi) / 2 for k in m]
    return depth * np.array(logs) - np.log(m), (-1.0) ** (m + 1)


def mean_gap_after(xp: Any, log_u: Any, depth: int) -> Any:
    """``E phi`` after ``depth >= 1`` layers from ``log u_0``, ``(batch,)``."""
    log_b, arg_b, log_k, arg_k = (xp.asarray(part, dtype=log_u.dtype, device=log_u.device) for part in table())
    half = xp.arange(SHIFTS, dtype=log_u.dtype, device=log_u.device) + 0.5
    shift = xp.argmin(half * log_u[:, None] + depth * log_b[:, 0], axis=1)
    y = STEP * xp.arange(NODES, dtype=log_u.dtype, device=log_u.device)
    size = half[shift][:, None] * log_u[:, None] + depth * log_b[shift] + log_k[shift]
    turn = y * log_u[:, None] + depth * arg_b[shift] + arg_k[shift]
    weights = xp.where(y == 0, 0.5 * xp.ones_like(y), xp.ones_like(y))
    rest = STEP / (2 * math.pi) * xp.sum(weights * xp.exp(size) * xp.cos(turn), axis=1)
    logs, signs = (xp.asarray(part, dtype=log_u.dtype, device=log_u.device) for part in series(depth))
    m = xp.arange(1, SHIFTS, dtype=log_u.dtype, device=log_u.device)
    terms = xp.where(m <= shift[:, None], signs * xp.exp(m * log_u[:, None] + logs), 0 * log_u[:, None])
    return rest + xp.sum(terms, axis=1) / 2
