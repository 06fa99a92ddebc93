"""Layers with batch normalization and Gaussian weights, as tensors: networks with their weights, and their mean maps.

A layer is drawn in the basis of the right singular vectors of its input: with ``H = U diag(sigma) Q^T`` and i.i.d.
Gaussian ``W`` the rows of ``W H Q`` are i.i.d. as ``(sigma_1 w_1, ..., sigma_n w_n)``, so weights ``(d, n)`` are enough.
``a`` holds squared singular values up to a common factor, ``(batch, n)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NODES = 320


def deviations(xp: Any, a: Any) -> Any:
    """``a_i / sum(a) - 1/n`` from differences, which do not cancel near isotropy."""
    count = a.shape[1]
    return xp.sum(a[:, :, None] - a[:, None, :], axis=2) / (count * xp.sum(a, axis=1, keepdims=True))


def gap_of(xp: Any, a: Any) -> Any:
    """The orthogonality gap ``1/n - min(a) / sum(a)``."""
    low = xp.min(a, axis=1, keepdims=True)
    return xp.sum(a - low, axis=1) / (a.shape[1] * xp.sum(a, axis=1))


def mean_excess(xp: Any, a: Any, counts: Any = None) -> Any:
    """``p_i - min(p)`` of the mean map, by the trapezoid rule for ``t = exp(x - exp(-x))``; all terms are >= 0.

    ``counts`` gives the multiplicities of the values ``a`` (default: 1 each).
    """
    counts = xp.ones_like(a[:1]) if counts is None else counts
    low = xp.min(a, axis=1, keepdims=True)
    mean = xp.sum(a * counts, axis=1, keepdims=True) / xp.sum(counts, axis=1, keepdims=True)
    step = (23.75 + xp.log(mean / low)) / NODES
    x = step * xp.arange(NODES, dtype=a.dtype, device=a.device) - 3.75
    log_t = x - xp.exp(-x)
    logs = xp.log1p(2 * xp.exp(log_t)[:, None, :] * (a / mean)[:, :, None])
    least = xp.log1p(2 * xp.exp(log_t) * (low / mean))
    common = log_t + xp.log1p(xp.exp(-x)) - xp.sum(logs * counts[:, :, None], axis=1) / 2 - least
    terms = ((a - low) / mean)[:, :, None] * xp.exp(common[:, None, :] - logs)
    return step * xp.sum(terms, axis=2)


def mean_deviations(xp: Any, a: Any) -> Any:
    """``p_i - 1/n`` of the mean map."""
    excess = mean_excess(xp, a)
    return excess - xp.mean(excess, axis=1, keepdims=True)


def square(xp: Any, x: Any) -> Any:
    """The sum of squares per instance."""
    return xp.sum(xp.reshape(x * x, (x.shape[0], -1)), axis=1)


def unit_rows(xp: Any, a: Any, W: Any) -> Any:
    """The normalised rows of ``W diag(sqrt(a))``, ``(batch, d, n)``."""
    scaled = W * xp.sqrt(a)[:, None, :]
    scaled = scaled / xp.max(xp.abs(scaled), axis=2, keepdims=True)
    return scaled / xp.sqrt(xp.sum(scaled * scaled, axis=2, keepdims=True))


def gram(xp: Any, rows: Any) -> Any:
    """The Gram matrix ``(batch, n, n)`` of the next layer, whose trace is 1."""
    return xp.matrix_transpose(rows) @ rows / rows.shape[1]


def off_isotropy(xp: Any, C: Any) -> Any:
    """``C - I/n``."""
    count = C.shape[1]
    return C - xp.eye(count, dtype=C.dtype, device=C.device) / count


def gap_after(xp: Any, a: Any, W: Any) -> Any:
    """The orthogonality gap of the next layer: ``1/n`` minus the smallest eigenvalue of its Gram matrix."""
    width, count = W.shape[1], W.shape[2]
    if count == 1 or width < count:
        return xp.zeros_like(a[:, 0]) + (1 / count if count > 1 else 0)
    C = gram(xp, unit_rows(xp, a, W))
    if count == 2:
        return xp.hypot((C[:, 0, 0] - C[:, 1, 1]) / 2, C[:, 0, 1])
    return 1 / count - xp.linalg.eigvalsh(C)[:, 0]


def spectra(xp: Any, a: Any, W: Any) -> Iterator[Any]:
    """The squared singular values ``(batch, n)``, ascending, of the layers 1, 2, ... that ``W``, ``(batch, L, d, n)``, makes."""
    for layer in range(W.shape[1]):
        C = gram(xp, unit_rows(xp, a, W[:, layer]))
        if C.shape[1] == 1:
            a = C[:, 0]
        elif C.shape[1] == 2:
            radius = xp.hypot((C[:, 0, 0] - C[:, 1, 1]) / 2, C[:, 0, 1])
            a = xp.stack([0.5 - radius, 0.5 + radius], axis=1)
        else:
            a = xp.linalg.eigvalsh(C)
        yield a
        a = xp.clip(a, 2.0**-60, 1.0)
