"""Layers with batch normalization and Gaussian weights, as tensors: networks with their weights, and their mean maps.

A layer is drawn in the basis of the right singular vectors of its input: with ``H = U diag(sigma) Q^T`` and i.i.d.
Gaussian ``W`` the rows of ``W H Q`` are i.i.d. as ``(sigma_1 w_1, ..., sigma_n w_n)``, so weights ``(d, n)`` are enough.
``a`` holds squared singular values up to a common factor, ``(batch, n)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from strategies.batchnorm import once_per_input

NODES = 400
DUPLICATIONS = 26


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
    step, log_t, common = _trapezoid(xp, a / mean, counts)
    logs = xp.log1p(2 * xp.exp(log_t)[:, None, :] * (a / mean)[:, :, None])
    least = xp.log1p(2 * xp.exp(log_t) * (low / mean))
    terms = ((a - low) / mean)[:, :, None] * xp.exp((common - least)[:, None, :] - logs)
    return step * xp.sum(terms, axis=2)


def _trapezoid(xp: Any, lam: Any, counts: Any) -> tuple[Any, Any, Any]:
    """Step, ``log t`` and the logarithm of ``t' / sqrt(prod(1 + 2 t lam_j))`` at the nodes ``t = exp(x - exp(-x))``."""
    step = (23.75 - xp.log(xp.min(lam, axis=1, keepdims=True))) / NODES
    x = step * xp.arange(NODES, dtype=lam.dtype, device=lam.device) - 3.75
    log_t = x - xp.exp(-x)
    logs = xp.log1p(2 * xp.exp(log_t)[:, None, :] * lam[:, :, None])
    return step, log_t, log_t + xp.log1p(xp.exp(-x)) - xp.sum(logs * counts[:, :, None], axis=1) / 2


def mean_shares(xp: Any, sigma: Any) -> Any:
    """``p_i`` of the mean map for singular values ``sigma`` up to a factor, each to a small relative error.

    In closed form for two samples, by Carlson's duplication for three, else by the trapezoid rule, as `mean_excess`.
    """
    count = sigma.shape[1]
    if count == 1:
        return sigma / sigma
    if count == 2:
        return sigma / xp.sum(sigma, axis=1, keepdims=True)
    if count == 3:
        x = 1 / (sigma / xp.max(sigma, axis=1, keepdims=True)) ** 2
        y, z = (xp.stack([x[:, (i + k) % 3] for i in range(3)], axis=1) for k in (1, 2))
        return carlson_rd(xp, y, z, x) * xp.sqrt(x * y * z) / 3
    a = sigma * sigma
    mean = xp.mean(a, axis=1, keepdims=True)
    step, log_t, common = _trapezoid(xp, a / mean, xp.ones_like(a))
    logs = xp.log1p(2 * xp.exp(log_t)[:, None, :] * (a / mean)[:, :, None])
    return step * (a / mean) * xp.sum(xp.exp(common[:, None, :] - logs), axis=2)


def carlson_rd(xp: Any, x: Any, y: Any, z: Any) -> Any:
    """``R_D(x, y, z)`` of positive numbers by duplication (Carlson 1979), then the series to order five."""
    total, weight = xp.zeros_like(x), 1.0
    for _ in range(DUPLICATIONS):
        u, v, w = xp.sqrt(x), xp.sqrt(y), xp.sqrt(z)
        shift = u * (v + w) + v * w
        total = total + weight / (w * (z + shift))
        weight = weight / 4
        x, y, z = (x + shift) / 4, (y + shift) / 4, (z + shift) / 4
    centre = (x + y + 3 * z) / 5
    X, Y = 1 - x / centre, 1 - y / centre
    Z = -(X + Y) / 3
    e2, e3 = X * Y - 6 * Z * Z, (3 * X * Y - 8 * Z * Z) * Z
    e4, e5 = 3 * (X * Y - Z * Z) * Z * Z, X * Y * Z**3
    series = 1 - 3 * e2 / 14 + e3 / 6 + 9 * e2 * e2 / 88 - 3 * e4 / 22 - 9 * e2 * e3 / 52 + 3 * e5 / 26
    return 3 * total + weight * series / (centre * xp.sqrt(centre))


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


def singular_squares(xp: Any, rows: Any) -> Any:
    """Squared singular values, ascending, of ``rows / sqrt(d)`` for unit rows, the smallest to a small relative error.

    For two samples the smallest is the determinant over the largest, the determinant by projecting the shorter column.
    """
    width, count = rows.shape[1], rows.shape[2]
    if count == 1:
        return xp.ones_like(rows[:, 0])
    if count > 2:
        values = xp.flip(xp.linalg.svdvals(rows) ** 2 / width, axis=1)
        return xp.concat([*[0 * values[:, :1]] * (count - min(width, count)), values], axis=1)
    x, y = rows[:, :, 0], rows[:, :, 1]
    first, second, mixed = (xp.sum(product, axis=1) / width for product in (x * x, y * y, x * y))
    largest = 0.5 + xp.hypot((first - second) / 2, mixed)
    swap = (first < second)[:, None]
    long, short = xp.where(swap, y, x), xp.where(swap, x, y)
    norm = xp.maximum(first, second)
    rest = short - (mixed / norm)[:, None] * long
    return xp.stack([norm * xp.sum(rest * rest, axis=1) / width / largest, largest], axis=1)


def spectra(xp: Any, a: Any, W: Any) -> Iterator[Any]:
    """The squared singular values ``(batch, n)``, ascending, of the layers 1, 2, ... that ``W``, ``(batch, L, d, n)``, makes."""
    for layer in range(W.shape[1]):
        a = singular_squares(xp, unit_rows(xp, a, W[:, layer]))
        yield a
        a = xp.clip(a, 2.0**-200, 1.0)


def average_product(xp: Any, a: Any, W: Any) -> tuple[Any, Any]:
    """The average over the layers of gap times smallest squared singular value, and the gap of the first layer."""
    total, first = xp.zeros_like(a[:, 0]), None
    for layer in spectra(xp, a, W):
        gap, least = gap_of(xp, layer), xp.min(layer, axis=1)
        total = total + gap * least
        first = gap if first is None else first
    return total / W.shape[1], first


def mean_map(xp: Any, sigma: Any, Q: Any, X: Any, W: Any) -> dict[str, Any]:
    """The share ``<x, u>^2`` of a direction ``x`` in one normalised row ``u``, and the quadratic forms that its mean is compared with."""
    squares = sigma * sigma
    p, x = once_per_input(xp, partial(mean_shares, xp), sigma), X[:, 0, :]
    turned = (X @ Q)[:, 0, :]
    s = squares / xp.sum(squares, axis=1, keepdims=True)
    return {
        "share": xp.sum(unit_rows(xp, squares, W)[:, 0, :] * turned, axis=1) ** 2,
        "mapped": xp.sum(p * turned * turned, axis=1),
        "unmapped": xp.sum(s * turned * turned, axis=1),
        "misplaced": xp.sum(p * x * x, axis=1),
        "repeated": xp.min(p, axis=1) * xp.sum(x * x, axis=1),
    }


def flat_curvature(xp: Any, theta: Any, x: Any, n: int) -> dict[str, Any]:
    """``g''/g`` at ``delta = x/n`` for the integrand g of flat spectra, by logarithmic derivatives, and as two products of its factors."""
    gap = x / n
    A, B = 1 + 2 * theta * (1 - x) / n, 1 + 2 * theta * (1 / n + gap / (n - 1))
    first = 3 * theta / A - theta / B
    h2 = 2 + 4 * theta / n + theta * gap * (2 * n + 4) / (n - 1)

    def product(factor: int) -> Any:
        bracket = 5 * (1 + 2 * theta / n + 2 * theta * gap / (n - 1)) - factor / (n - 1) * (1 + 2 * theta / n - 2 * theta * gap)
        return theta / A / B * (theta * bracket * h2 / A / B + theta * (2 * n + 4) / (n - 1))

    return {
        "curvature": 6 * (theta / A) ** 2 + 2 * (theta / B) ** 2 / (n - 1) + first * first,
        "product_form": product(n + 1),
        "printed_form": lambda: product(n - 3),
        "delta": gap,
    }
