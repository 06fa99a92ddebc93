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
def half_line(panels: int = 14, nodes: int = 20, reach: float = REACH) -> tuple[Any, Any]:
    """Nodes and weights on ``(0, reach)``, in panels of equal length."""
    points, weights = legendre(nodes)
    width = reach / panels
    return ((np.arange(panels)[:, None] + points) * width).reshape(-1), np.tile(weights * width, panels)


def arrays(xp: Any, like: Any, *values: Any) -> list[Any]:
    """NumPy arrays on the device and in the format of a tensor."""
    return [xp.asarray(value, dtype=like.dtype, device=like.device) for value in values]


def line_mean(xp: Any, f: Elementwise, like: Any) -> Any:
    r"""$\mathbb E f(X)$ for an elementwise ``f`` of ``(batch, nodes)``; the result is shaped like ``like``, ``(batch,)``."""
    x, weights = half_line()
    x, weights = arrays(xp, like, x, weights * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))
    x = x + 0 * like[:, None]
    return xp.sum((f(x) + f(-x)) * weights, axis=1)


def orthonormal_hermite(k: int, x: Any) -> Any:
    r"""$\mathrm{he}_k(x)$."""
    last, value = 0 * x, 0 * x + 1
    for j in range(k):
        last, value = value, (x * value - math.sqrt(j) * last) / math.sqrt(j + 1)
    return value


def plane_mean(xp: Any, f: Elementwise, angle: Any, fine: bool = False, other: Elementwise | None = None) -> Any:
    r"""$\mathbb E f(X)g(Y)$ at the angles $\theta=\arccos\rho$, ``(batch,)``; ``f`` maps ``(batch, angles, radii)`` to the same.

    $g$ is ``other``, or ``f`` itself.  The angles of a sector cluster at its edges, where one of the two Gaussians changes its
    sign; they are symmetric, so that ``g(Y)`` is ``g(X)`` or ``g(-X)`` in reverse order.
    """
    r, radial = half_line(14, 20) if fine else half_line(2, 32, reach=11.5)
    t, weights = legendre(48 if fine else 40)
    t, weights = t * t * (3 - 2 * t), 6 * t * (1 - t) * weights
    r, radial, t, weights = arrays(xp, angle, r, radial * r * np.exp(-r * r / 2) / (2 * math.pi), t, weights)
    total = 0 * angle
    for length, sign in ((math.pi - angle, 1), (angle, -1)):
        x = xp.sin(length[:, None] * t)[:, :, None] * r
        right, left = f(x), f(-x)
        same, opposite = (right, left) if other is None else (other(x), other(-x))
        paired = (same, opposite) if sign > 0 else (opposite, same)
        product = right * xp.flip(paired[0], axis=1) + left * xp.flip(paired[1], axis=1)
        values = xp.sum(product * radial, axis=2)
        total = total + length * xp.sum(values * weights, axis=1)
    return total


def angle_of(xp: Any, rho: Any) -> Any:
    r"""$\theta=\arccos\rho$ of a correlation, from its complement: no digit is lost next to $\rho=\pm1$."""
    acute = 2 * xp.asin(xp.sqrt(rho.complement / 2))
    return xp.where(rho.sign > 0, acute, math.pi - acute)


def hermite_nodes(xp: Any, like: Any, count: int = 24) -> tuple[Any, Any]:
    """Nodes and weights for the standard Gaussian, exact for polynomials below the degree ``2 count``."""
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    nodes, normalised = arrays(xp, like, points, weights / math.sqrt(2 * math.pi))
    return nodes, normalised
