r"""The ReLU kernel map and the tangent kernel of ReLU networks, from the arc-cosine kernels as they are printed.

Cho and Saul (2009): $\kappa_0=\frac1\pi(\pi-\theta)$, $\kappa_1=\frac1\pi(\sin\theta+(\pi-\theta)\cos\theta)$.  Jacot, Gabriel
and Hongler (2018) for the recursion; here its closed sum $\sum_h\Sigma^{(h)}\prod_{h'>h}\dot\Sigma^{(h')}$.  Both kernels
increase, so a ball goes to the ball around the images of its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from oracles.duals import arc_cosine
from oracles.isometry import pivots
from oracles.kernels import enclosed, iterates


def arc(mp: Any, order: int) -> Callable[[Any], Any]:
    r"""$\kappa_0$ or $\kappa_1$ as a function of the correlation."""
    return enclosed(mp, lambda rho: arc_cosine(mp, order, rho) / mp.pi)


def relu_gap(mp: Any, x: Any) -> dict[str, Any]:
    r"""$\kappa_1(\rho)-\rho$ and $1-\kappa_0(\rho)$ at $\rho=1-x$."""
    return {"x": x, "drop": arc(mp, 1)(1 - x) - (1 - x), "loss": 1 - arc(mp, 0)(1 - x)}


def collapse(mp: Any, x: Any, L: int) -> dict[str, Any]:
    r"""$x_\ell=1-\rho_\ell$ of ReLU layers, and the increments of $y_\ell=x_\ell^{-1/2}$, into and out of the layers 1 to L."""
    deviations = [1 - rho for rho in iterates(arc(mp, 1), 1 - x, L + 1)]

    def increments() -> list[Any]:
        roots = [1 / mp.sqrt(deviation) for deviation in deviations]
        return [after - before for before, after in pairwise(roots)]

    return {
        "x_0": x,
        "x": deviations[1:-1],
        "increment": lambda: increments()[:-1],
        "next_increment": lambda: increments()[1:],
    }


def tangent_kernels(mp: Any, rho: Any, L: int, damped: bool = True) -> list[Any]:
    r"""$\Theta^{(\ell)}$ by its closed sum, for 0 to ``L`` hidden layers; not ``damped``, the plain sum of the $\Sigma^{(h)}$."""
    sigma = iterates(arc(mp, 1), rho, L)
    slopes = [arc(mp, 0)(state) if damped else mp.mpf(1) for state in sigma[:-1]]
    return [mp.fsum(sigma[h] * mp.fprod(slopes[h:last]) for h in range(last + 1)) for last in range(L + 1)]


def secants(mp: Any, rho: Any, L: int) -> dict[str, Any]:
    """The tangent kernel at three rising correlations, for 1 to ``L`` hidden layers, and its distance from its value at 1."""
    low, middle, high = (tangent_kernels(mp, value, L)[1:] for value in rho)
    deficits = [layer + 1 - value for layer, value in enumerate(high, start=1)]
    return {"low": low, "middle": middle, "high": high, "deficit": deficits, "x": 1 - rho[2]}


def growth(damped: bool = True) -> Callable[..., dict[str, Any]]:
    r"""$\Theta^{(\ell)}$ and $y_\ell-y_0^4/y_\ell^3$ with $y_\ell=(1-\Sigma^{(\ell)})^{-1/2}$, for 1 to ``L`` hidden layers."""

    def oracle(mp: Any, x: Any, L: int) -> dict[str, Any]:
        states = iterates(arc(mp, 1), 1 - x, L)[1:]

        def reach(state: Any) -> Any:
            root = 1 / mp.sqrt(1 - state)
            return root - 1 / (x**2 * root**3)

        return {
            "theta": tangent_kernels(mp, 1 - x, L, damped)[1:],
            "reach": lambda: [reach(state) for state in states],
        }

    return oracle


def on_sphere(mp: Any, G: Any, L: int) -> dict[str, Any]:
    r"""$1-d_j$ of the matrix $\Theta^{(\ell)}[G]/(\ell+1)$, and $\Theta^{(\ell)}(1-d_j(G))/(\ell+1)$."""
    n = G.rows
    entries = {(i, j): tangent_kernels(mp, G[i, j], L) for i in range(n) for j in range(i)}

    def matrix(layer: int) -> Any:
        def entry(i: int, j: int) -> Any:
            return mp.mpf(1) if i == j else entries[max(i, j), min(i, j)][layer] / (layer + 1)

        return mp.matrix([[entry(i, j) for j in range(n)] for i in range(n)])

    def bounds() -> list[list[Any]]:
        images = [tangent_kernels(mp, 1 - d, L) for d in pivots(mp, G)]
        return [[image[layer] / (layer + 1) for image in images] for layer in range(1, L + 1)]

    return {
        "determinant": mp.det(G),
        "deficit": lambda: [[1 - d for d in pivots(mp, matrix(layer))] for layer in range(1, L + 1)],
        "bound": bounds,
        "least": lambda: [mp.minimum([value[layer] for value in entries.values()]) for layer in range(1, L + 1)],
        "greatest": lambda: [mp.maximum([value[layer] for value in entries.values()]) for layer in range(1, L + 1)],
    }
