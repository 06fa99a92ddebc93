r"""Expectations of functions of standard Gaussians, by rigorous quadrature on half-lines.

A `Function` is analytic on each half-line and grows at most like $A e^{b|x|}$, so every integral below is a pair of
integrals over $(0,\infty)$ with a proved bound of the part that is cut off:
$\int_T^\infty Ae^{bx}e^{-x^2/2w}\frac{dx}{\sqrt{2\pi}}\le Awe^{b^2w/2}e^{-(T-bw)^2/2w}$ for $T\ge bw+1$.

Two Gaussians of correlation $\rho$ reduce to one: $Y=\rho X+\sqrt{1-\rho^2}Z$, and `Function.mean` averages over $Z$ in
closed form, so $\mathbb E f(X)f(Y)=\mathbb E f(X)\,(M_\rho f)(X)$ with the Mehler operator $M_\rho$.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Function:
    r"""``right(x) = f(x)`` and ``left(x) = f(-x)`` for ``x > 0``, both analytic there, with ``|f(x)| <= scale e^{rate |x|}``.

    ``mean(mu, s)`` is $\mathbb E f(\mu+sZ)$ for ``s > 0``, where a closed form is known.
    """

    right: Callable[[Any], Any]
    left: Callable[[Any], Any]
    mean: Callable[[Any, Any], Any] | None = None
    scale: Any = 1
    rate: Any = 1


def odd(right: Callable[[Any], Any], mean: Callable[[Any, Any], Any] | None = None, **growth: Any) -> Function:
    """An odd function."""
    return Function(right, lambda x: -right(x), mean, **growth)


def even(right: Callable[[Any], Any], mean: Callable[[Any, Any], Any] | None = None, **growth: Any) -> Function:
    """An even function."""
    return Function(right, right, mean, **growth)


def whole(f: Callable[[Any], Any], mean: Callable[[Any, Any], Any] | None = None, **growth: Any) -> Function:
    """A function that one formula gives on the whole line."""
    return Function(f, lambda x: f(-x), mean, **growth)


def mirrored(f: Function) -> Function:
    """``f(-x)``."""
    mean = f.mean
    return Function(f.left, f.right, None if mean is None else lambda mu, s: mean(-mu, s), f.scale, f.rate)


def part(f: Function, sign: int) -> Function:
    """The even part of a function, or its odd part for ``sign = -1``."""
    mean, g = f.mean, mirrored(f)

    def averaged(mu: Any, s: Any) -> Any:
        return (mean(mu, s) + sign * mean(-mu, s)) / 2 if mean is not None else None

    return Function(
        lambda x: (f.right(x) + sign * g.right(x)) / 2,
        lambda x: (f.left(x) + sign * g.left(x)) / 2,
        averaged if mean is not None else None,
        f.scale,
        f.rate,
    )


def stretched(f: Function, s: Any) -> Function:
    """``f(s x)`` for ``s > 0``, without its mean."""
    return Function(lambda x: f.right(s * x), lambda x: f.left(s * x), None, f.scale, f.rate * s)


@lru_cache(maxsize=16)
def roots(mp: Any) -> tuple[Any, Any]:
    r"""$1/\sqrt2$ and $1/\sqrt{2\pi}$, which every value of an integrand needs."""
    return 1 / mp.sqrt(mp.mpf(2)), 1 / mp.sqrt(2 * mp.pi)


def density(mp: Any, x: Any) -> Any:
    """The standard Gaussian density."""
    return mp.exp(-x * x / 2) * roots(mp)[1]


def distribution(mp: Any, x: Any) -> Any:
    """The standard Gaussian distribution function."""
    return (1 + mp.erf(x * roots(mp)[0])) / 2


def hermite(k: int, x: Any) -> Any:
    r"""The monic Hermite polynomial ``He_k`` (of the weight ``e^{-x^2/2}``), in powers of ``x^2``.

    From the top, the coefficient of $x^{k-2j}$ is $\frac{(-1)^jk!}{2^jj!(k-2j)!}$.
    """
    coefficient, square, value = 1, x * x, 0 * x + 1
    for j in range(k // 2):
        coefficient = -coefficient * (k - 2 * j) * (k - 2 * j - 1) // (2 * (j + 1))
        value = value * square + coefficient
    return value * x if k % 2 else value


def half_line(mp: Any, integrand: Callable[[Any], Any], scale: Any, rate: Any, width: Any = 1) -> Any:
    r"""The integral over $(0,\infty)$ of an integrand of absolute value at most $Ae^{bx}e^{-x^2/2w}/\sqrt{2\pi}$."""
    shift = mp.mpf(rate * width)

    def tail(cut: Any) -> Any:
        beyond = cut - shift
        if not beyond >= 1:
            return mp.inf
        return scale * width * mp.exp((shift * shift - beyond * beyond) / (2 * width))

    return mp.quad(integrand, [0, mp.inf], tail)


def expectation(mp: Any, f: Function) -> Any:
    r"""$\mathbb E f(X)$."""
    return half_line(mp, lambda x: (f.right(x) + f.left(x)) * density(mp, x), 2 * f.scale, f.rate)


def product(mp: Any, f: Function, g: Function) -> Any:
    r"""$\mathbb E f(X)g(X)$."""

    def integrand(x: Any) -> Any:
        return (f.right(x) * g.right(x) + f.left(x) * g.left(x)) * density(mp, x)

    return half_line(mp, integrand, 2 * f.scale * g.scale, f.rate + g.rate)


def coefficient(mp: Any, f: Function, k: int) -> Any:
    r"""The Hermite coefficient $\mathbb E f(X)\mathrm{he}_k(X)$ by its definition.

    Cramer's bound $|\mathrm{he}_k(x)|\le1.0865\,e^{x^2/4}$ makes the integrand at most $2.2Ae^{bx}e^{-x^2/4}/\sqrt{2\pi}$.
    """
    sign = -1 if k % 2 else 1

    def integrand(x: Any) -> Any:
        return (f.right(x) + sign * f.left(x)) * hermite(k, x) * density(mp, x)

    return half_line(mp, integrand, f.scale * Fraction(11, 5), f.rate, 2) / mp.sqrt(mp.factorial(k))


def correlation(mp: Any, f: Function, rho: Any, first: Any = 1, second: Any = 1) -> Any:
    r"""$\mathbb E f(sX)f(tY)$ for standard Gaussians of the exact correlation ``rho``, by the mean over $Z$.

    ``first`` and ``second`` are the standard deviations $s,t>0$.  $|\mathbb E f(\mu+uZ)|\le2Ae^{b|\mu|+b^2u^2/2}$ bounds what is cut
    off.
    """
    s, t = mp.mpf(first), mp.mpf(second)
    if mp.eq(1 - abs(rho), 0) is not False:
        other = stretched(f, t)
        return product(mp, stretched(f, s), other if rho > 0 else mirrored(other))
    root = t * mp.sqrt((1 - rho) * (1 + rho))
    if f.mean is None:
        raise ValueError("no closed form of the mean of this function is known")
    mean = f.mean

    def integrand(x: Any) -> Any:
        centre = t * rho * x
        return (f.right(s * x) * mean(centre, root) + f.left(s * x) * mean(-centre, root)) * density(mp, x)

    scale = 4 * f.scale * f.scale * mp.exp((f.rate * t) ** 2 / 2)
    return half_line(mp, integrand, scale, f.rate * (s + t))
