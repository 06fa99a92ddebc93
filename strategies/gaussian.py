r"""Expectations of functions of Gaussians on tensors, by Gauss-Legendre quadrature between the kinks at 0.

One Gaussian: the two half-lines.  Two of correlation $\rho=\cos\theta$: polar coordinates $X=r\cos t$, $Y=r\cos(t-\theta)$,
where the signs of $X$ and $Y$ are constant on two sectors (of the angles $\pi-\theta$ and $\theta$) and their opposites,
so no kink meets a node and no layer is thin at any correlation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Elementwise = Callable[[Any], Any]

REACH = 14.0


@cache
def legendre(nodes: int) -> tuple[Any, Any]:
    """Nodes in (0, 1) and weights."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return (points + 1) / 2, weights / 2


@cache
def half_line(panels: int = 14, nodes: int = 16) -> tuple[Any, Any]:
    """Nodes and weights on ``(0, REACH)``, in panels of equal length."""
    points, weights = legendre(nodes)
    starts = np.arange(panels)[:, None]
    width = REACH / panels
    return ((starts + points) * width).reshape(-1), np.tile(weights * width, panels)


def arrays(xp: Any, like: Any, *values: Any) -> list[Any]:
    """NumPy arrays on the device and in the format of a tensor."""
    return [xp.asarray(value, dtype=like.dtype, device=like.device) for value in values]


def line_mean(xp: Any, f: Elementwise, like: Any) -> Any:
    r"""$\mathbb E f(X)$ for an ``f`` that maps ``(1, nodes)`` to ``(batch, nodes)``; the result is ``(batch,)``."""
    x, weights = half_line()
    x, weights = arrays(xp, like, x, weights * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))
    return xp.sum((f(x[None, :]) + f(-x[None, :])) * weights, axis=1)


def orthonormal_hermite(k: int, x: Any) -> Any:
    r"""$\mathrm{he}_k(x)$."""
    last, value = 0 * x, 0 * x + 1
    for j in range(k):
        last, value = value, (x * value - math.sqrt(j) * last) / math.sqrt(j + 1)
    return value


def plane_mean(xp: Any, f: Elementwise, angle: Any, angles: int = 24) -> Any:
    r"""$\mathbb E f(X)f(Y)$ at the angles $\theta=\arccos\rho$, ``(batch,)``; ``f`` maps ``(batch, nodes)`` to the same shape."""
    r, radial = half_line()
    t, weights = legendre(angles)
    r, radial, t, weights = arrays(xp, angle, r, radial * r * np.exp(-r * r / 2) / math.pi, t, weights)
    total = 0 * angle
    for begin, length in ((angle - math.pi / 2, math.pi - angle), (0 * angle + math.pi / 2, angle)):
        along = begin[:, None] + length[:, None] * t
        first, second = xp.cos(along), xp.cos(along - angle[:, None])
        if length is angle:
            # on the other sector X < 0 < Y; from the sector's own angle, to keep the sign of a rounded zero
            first, second = -xp.sin(length[:, None] * t), xp.sin(length[:, None] * (1 - t))
        else:
            first, second = xp.sin(length[:, None] * (1 - t)), xp.sin(length[:, None] * t)
        for sign in (1.0, -1.0):
            values = 0 * first
            for block in range(0, r.shape[0], 32):
                radius = r[None, None, block : block + 32]
                product = f(sign * radius * first[:, :, None]) * f(sign * radius * second[:, :, None])
                values = values + xp.sum(product * radial[block : block + 32], axis=2)
            total = total + length * xp.sum(values * weights, axis=1) / 2
    return total
