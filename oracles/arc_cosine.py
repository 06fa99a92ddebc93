"""The quantities of the claims about arc-cosine kernels and the tangent kernel of one hidden layer."""

from __future__ import annotations

import math
from typing import Any

from oracles.duals import arc_cosine


class Pair:
    """Two vectors, the columns of ``X``: products, angle, and the expectations over half-spaces by quadrature."""

    def __init__(self, mp: Any, X: Any) -> None:
        def inner(i: int, j: int) -> Any:
            return mp.fsum(X[k, i] * X[k, j] for k in range(X.rows))

        self.mp, self.dot = mp, inner(0, 1)
        self.squares = (inner(0, 0), inner(1, 1))
        self.lengths = mp.sqrt(self.squares[0] * self.squares[1])
        self.area = mp.sqrt_of_squares(self.squares[0] * self.squares[1] - self.dot**2)

    @property
    def shortest(self) -> Any:
        return self.mp.minimum([self.mp.sqrt(square) for square in self.squares])

    @property
    def angle(self) -> Any:
        return self.mp.atan2(self.area, self.dot)

    def arc_cosine(self, order: int) -> Any:
        r"""``J_n`` from the angle and its sine and cosine: as printed for ``n <= 2``, beyond by the derivative form.

        With $u=\cos\theta$ and $f=\frac{\pi-\theta}{\sin\theta}$, $J_n=(1-u^2)^{n+1/2}f^{(n)}(u)$ and $(1-u^2)f'=1+uf$; differentiated
        $n-1$ times, this is $J_n=(2n-1)uJ_{n-1}+(n-1)^2(1-u^2)J_{n-2}$.
        """
        mp, rest = self.mp, self.mp.pi - self.angle
        sine, cosine = self.area / self.lengths, self.dot / self.lengths
        found = [rest, sine + rest * cosine, 3 * sine * cosine + rest * (1 + 2 * cosine**2)]
        for n in range(3, order + 1):
            found.append((2 * n - 1) * cosine * found[-1] + (n - 1) ** 2 * sine**2 * found[-2])
        return found[order] + mp.mpf(0)

    def half_space(self, order: int) -> Any:
        r"""$2\,\mathbb E\langle w,x\rangle_+^n\langle w,y\rangle_+^n$ in polar coordinates of the plane of the two vectors."""
        mp, rest = self.mp, self.mp.pi - self.angle

        def integrand(t: Any) -> Any:
            return (mp.sin(rest - t) * mp.sin(t)) ** order if order else 0 * t + 1

        return self.lengths**order * 2**order * math.factorial(order) / mp.pi * mp.quad(integrand, [0, rest])


def kernels(mp: Any, X: Any, n: int) -> dict[str, Any]:
    """The arc-cosine kernel of order ``n`` by its definition, and the function of the angle that is printed."""
    pair = Pair(mp, X)
    return {
        "kernel": lambda: pair.half_space(n),
        "J": lambda: pair.arc_cosine(n),
        "lengths": pair.lengths,
        "shortest": lambda: pair.shortest,
        "angle": lambda: pair.angle,
        "sine": lambda: pair.area / pair.lengths,
        "cosine": lambda: pair.dot / pair.lengths,
    }


def limit_kernel(mp: Any, X: Any) -> dict[str, Any]:
    r"""$\kappa_0,\kappa_1$ of the pair and one layer later, in closed form."""
    pair = Pair(mp, X)

    def later(order: int) -> Any:
        return arc_cosine(mp, order, mp.minimum(pair.arc_cosine(1) / mp.pi, 1)) / mp.pi

    return {
        "lengths": pair.lengths,
        "shortest": lambda: pair.shortest,
        "cosine": lambda: pair.dot / pair.lengths,
        "kappa_0": lambda: pair.arc_cosine(0) / mp.pi,
        "kappa_1": lambda: pair.arc_cosine(1) / mp.pi,
        "kappa_0_later": lambda: later(0),
        "kappa_1_later": lambda: later(1),
    }


def tangent_kernel(mp: Any, X: Any, W: Any, v: Any, n: int) -> dict[str, Any]:
    """The empirical tangent kernel of one draw of the weights of one hidden layer."""
    pair, total = Pair(mp, X), mp.mpf(0)
    for i in range(n):
        first, second = (mp.fsum(W[i, k] * X[k, column] for k in range(X.rows)) for column in (0, 1))
        if first > 0 and second > 0:
            total = total + first * second + v[i, 0] ** 2 * pair.dot
    ntk = 2 * total / n
    return {**limit_kernel(mp, X), "ntk": ntk, "square": ntk * ntk}


def tangent_kernel_mean(mp: Any, X: Any, n: int) -> dict[str, Any]:
    r"""Mean and second moment: an active neuron gives $2\langle w,x\rangle\langle w,y\rangle+2v^2\langle x,y\rangle$."""
    pair = Pair(mp, X)

    def mean() -> Any:
        return pair.half_space(1) + pair.dot * pair.half_space(0)

    def square() -> Any:
        one = 2 * pair.half_space(2) + 4 * pair.dot * pair.half_space(1) + 6 * pair.dot**2 * pair.half_space(0)
        return mean() ** 2 * (n - 1) / n + one / n

    return {**limit_kernel(mp, X), "ntk": mean, "square": square}


def two_layer_kernel(mp: Any, X: Any, W: Any, u: Any, v: Any, n: int) -> dict[str, Any]:
    """The empirical tangent kernel of two hidden layers of the widths 1 and ``n``, on one draw of the weights."""
    pair = Pair(mp, X)
    first, second = (mp.fsum(W[0, k] * X[k, column] for k in range(X.rows)) for column in (0, 1))
    if not (first > 0 and second > 0):
        return {**limit_kernel(mp, X), "ntk": mp.mpf(0)}
    active = [i for i in range(n) if u[i, 0] > 0]
    below = 2 * first * second
    outer = mp.fsum(u[i, 0] ** 2 for i in active) * below * 2 / n
    middle = mp.fsum(v[i, 0] ** 2 for i in active) * below * 2 / n
    inner = mp.fsum(u[i, 0] * v[i, 0] for i in active) ** 2 * 2 * pair.dot * 2 / n
    return {**limit_kernel(mp, X), "ntk": outer + middle + inner}


def two_layer_kernel_mean(mp: Any, X: Any, n: int) -> dict[str, Any]:
    r"""Its mean $2\kappa_1+\rho\kappa_0$ (times the lengths), for a first layer of one neuron."""
    pair = Pair(mp, X)
    return {**limit_kernel(mp, X), "ntk": lambda: 2 * pair.half_space(1) + pair.dot * pair.half_space(0)}
