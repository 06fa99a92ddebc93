r"""Arc-cosine kernels of two vectors on tensors: the angle without cancellation, the functions $J_n$, and their definition.

With $\delta=\pi-\theta$: $J_0=\delta$, $J_1=\sin\delta-\delta\cos\delta$, $J_2=\delta(1+2\cos^2\delta)-3\sin\delta\cos\delta$,
which vanish like $\delta^{2n+1}$; next to 0 their power series are summed.
"""

from __future__ import annotations

import math
from typing import Any

from strategies.duals import alternating
from strategies.gaussian import arrays, legendre

TERMS = 12


def opening(xp: Any, x: Any, y: Any) -> Any:
    r"""$\delta=\pi-\theta$ of the vectors ``x, y``, ``(batch, d)``, by the lengths of sum and difference of their directions."""
    u = x / xp.linalg.vector_norm(x, axis=1)[:, None]
    w = y / xp.linalg.vector_norm(y, axis=1)[:, None]
    return 2 * xp.atan2(xp.linalg.vector_norm(u + w, axis=1), xp.linalg.vector_norm(u - w, axis=1))


def arc_cosine(xp: Any, order: int, delta: Any) -> Any:
    """``J_n``."""
    if order == 0:
        return delta
    if order > 2:
        return higher(xp, order, delta)
    near = delta < 1
    small = xp.where(near, delta, 0 * delta)
    sine, cosine = xp.sin(delta), xp.cos(delta)
    if order == 1:
        series = alternating(small, [-2 * k / math.factorial(2 * k + 1) for k in range(TERMS)])
        return xp.where(near, series, sine - delta * cosine)
    series = -alternating(2 * small, [(1 - k) / math.factorial(2 * k + 1) * (k > 1) for k in range(TERMS)])
    return xp.where(near, series, delta * (1 + 2 * cosine * cosine) - 3 * sine * cosine)


def higher(xp: Any, order: int, delta: Any) -> Any:
    r"""``J_n`` for ``n > 2``, by sums and integrals of positive terms on either side of a right angle.

    For acute $\theta$, $J_n=(2n-1)\cos\theta J_{n-1}+(n-1)^2\sin^2\theta J_{n-2}$; for an obtuse one Cho and Saul (2009), eq. (17),
    $J_n=n!\sin^{2n+1}\theta\int_0^{\pi/2}\frac{\cos^n\xi\,d\xi}{(1-\cos\theta\cos\xi)^{n+1}}$.
    """
    obtuse = delta < math.pi / 2
    wide, narrow = xp.where(obtuse, delta, 0 * delta), xp.where(obtuse, 0 * delta + math.pi, delta)
    before, current = arc_cosine(xp, 1, narrow), arc_cosine(xp, 2, narrow)
    for n in range(3, order + 1):
        before, current = current, (1 - 2 * n) * xp.cos(narrow) * current + ((n - 1) * xp.sin(narrow)) ** 2 * before
    t, weights = arrays(xp, delta, *legendre(32))
    turn = xp.cos(math.pi / 2 * t)
    integrand = turn**order / (1 + xp.cos(wide)[:, None] * turn) ** (order + 1)
    integral = math.pi / 2 * xp.sum(integrand * weights, axis=1)
    return xp.where(obtuse, math.factorial(order) * xp.sin(wide) ** (2 * order + 1) * integral, current)


def sector_mean(xp: Any, order: int, delta: Any) -> Any:
    r"""$2\,\mathbb E\,X_+^nY_+^n=\frac{2^nn!}\pi\int_0^\delta\sin^n(\delta-t)\sin^nt\,dt$, by quadrature."""
    t, weights = arrays(xp, delta, *legendre(24))
    product = xp.sin(delta[:, None] * t) * xp.sin(delta[:, None] * (1 - t))
    return 2**order * math.factorial(order) / math.pi * delta * xp.sum(product**order * weights, axis=1)


def limit_kernels(xp: Any, X: Any) -> dict[str, Any]:
    r"""$\kappa_0,\kappa_1$ of the two columns of ``X`` and one layer later, with their lengths and the cosine of their angle."""
    x, y = X[:, :, 0], X[:, :, 1]
    norms = [xp.linalg.vector_norm(column, axis=1) for column in (x, y)]
    delta = opening(xp, x, y)
    first = arc_cosine(xp, 1, delta) / math.pi

    def later(order: int) -> Any:
        # theta - (sin theta - theta cos theta)/pi is what the angle becomes, to its third order: take it from 1 - kappa_1
        theta = math.pi - delta
        drop = (1 - xp.cos(theta)) - (xp.sin(theta) - theta * xp.cos(theta)) / math.pi
        return arc_cosine(xp, order, math.pi - 2 * xp.asin(xp.sqrt(xp.clip(drop, min=0.0) / 2))) / math.pi

    return {
        "lengths": norms[0] * norms[1],
        "shortest": xp.minimum(*norms),
        "cosine": -xp.cos(delta),
        "kappa_0": delta / math.pi,
        "kappa_1": first,
        "kappa_0_later": lambda: later(0),
        "kappa_1_later": lambda: later(1),
    }
