r"""Duals of activations in closed form, their derivatives and Hermite coefficients, as the textbooks print them.

$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$ with $c_k=\mathbb E\,\sigma\,\mathrm{he}_k$ for the
orthonormal Hermite polynomials; $\hat\sigma'$ is the dual of $\sigma'$ (Price).  Cho and Saul (2009) for the arc-cosine
kernels, Daniely, Frostig and Singer (2016) for duals; GELU derived.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Any


class Activation(ABC):
    """An activation, or a family with one parameter ``v`` in (0, 1]."""

    @abstractmethod
    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        """``E sigma(X) sigma(Y)`` at the correlation ``rho``."""

    @abstractmethod
    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        """The derivative of the dual at ``rho``."""

    @abstractmethod
    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        """The Hermite coefficient ``c_k``."""


class Series(Activation):
    """``sum_k sqrt(w_k) he_k`` for the weights ``v = (w_0, ..., w_K)``."""

    def dual(self, mp: Any, v: Sequence[Any], rho: Any) -> Any:
        return polynomial(mp, v, rho)

    def dual_slope(self, mp: Any, v: Sequence[Any], rho: Any) -> Any:
        return polynomial(mp, [k * w for k, w in enumerate(v)][1:], rho)

    def coefficient(self, mp: Any, v: Sequence[Any], k: int) -> Any:
        return mp.sqrt(v[k]) if k < len(v) else mp.mpf(0)


class LeakyReLU(Activation):
    """``x`` for ``x > 0``, ``s x`` below, ``s = 1 - 2 v``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        s = 1 - 2 * v
        return (1 - s) ** 2 / (2 * mp.pi) * arc_cosine(mp, 1, rho) + s * rho

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        s = 1 - 2 * v
        return (1 - s) ** 2 / (2 * mp.pi) * arc_cosine(mp, 0, rho) + s

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        return relu_coefficient(mp, k) * (2 * v if k % 2 == 0 else 2 - 2 * v)


class Exponential(Activation):
    """``exp(s x)``, ``s = 2 v``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.exp(4 * v * v * (1 + rho))

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return 4 * v * v * self.dual(mp, v, rho)

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        return (2 * v) ** k * mp.exp(2 * v * v) / mp.sqrt(mp.factorial(k))


class Sine(Activation):
    """``sin(s x)``, ``s = 2 v``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.exp(-4 * v * v) * mp.sinh(4 * v * v * rho)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.exp(-4 * v * v) * 4 * v * v * mp.cosh(4 * v * v * rho)

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        sign = 0 if k % 2 == 0 else (-1) ** (k // 2)
        return sign * (2 * v) ** k * mp.exp(-2 * v * v) / mp.sqrt(mp.factorial(k))


class Cosine(Activation):
    """``cos(s x)``, ``s = 2 v``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.exp(-4 * v * v) * mp.cosh(4 * v * v * rho)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.exp(-4 * v * v) * 4 * v * v * mp.sinh(4 * v * v * rho)

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        sign = 0 if k % 2 else (-1) ** (k // 2)
        return sign * (2 * v) ** k * mp.exp(-2 * v * v) / mp.sqrt(mp.factorial(k))


class Erf(Activation):
    """``erf(s x)``, ``s = 2 v``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return 2 * mp.asin(8 * v * v * rho / (1 + 8 * v * v)) / mp.pi

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        m = 8 * v * v / (1 + 8 * v * v)
        return 2 * m / (mp.pi * mp.sqrt(1 - m * m * rho * rho))

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        if k % 2 == 0:
            return mp.mpf(0)
        square = 8 * v * v
        scale = 4 * v / mp.sqrt(mp.pi * (1 + square))
        return scale * (-square / (1 + square)) ** (k // 2) * double_factorial(k - 2) / mp.sqrt(mp.factorial(k))


class DistributionFunction(Activation):
    """The distribution function of a standard Gaussian."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return mp.mpf(Fraction(1, 4)) + mp.asin(rho / 2) / (2 * mp.pi)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return 1 / (2 * mp.pi * mp.sqrt(4 - rho * rho))

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        if k % 2 == 0:
            return mp.mpf(Fraction(1, 2)) if k == 0 else mp.mpf(0)
        halves = mp.mpf(Fraction((-1) ** (k // 2), 2 ** (k // 2 + 1)))
        return halves * double_factorial(k - 2) / mp.sqrt(mp.pi * mp.factorial(k))


class Sign(Activation):
    """The sign of ``x``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return 2 * mp.asin(rho) / mp.pi

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return 2 / (mp.pi * mp.sqrt(1 - rho * rho))

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        if k % 2 == 0:
            return mp.mpf(0)
        return 2 * (-1) ** (k // 2) * double_factorial(k - 2) / mp.sqrt(2 * mp.pi * mp.factorial(k))


class GELU(Activation):
    """``x`` times the Gaussian distribution function of ``x``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return rho / 4 + (rho * mp.asin(rho / 2) + 1 / mp.sqrt(4 - rho * rho)) / (2 * mp.pi)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        root = mp.sqrt(4 - rho * rho)
        return mp.mpf(Fraction(1, 4)) + (mp.asin(rho / 2) + rho / root + rho / root**3) / (2 * mp.pi)

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        if k == 0:
            return 1 / (2 * mp.sqrt(mp.pi))
        if k % 2:
            return mp.mpf(Fraction(1, 2)) if k == 1 else mp.mpf(0)
        halves = mp.mpf(Fraction((-1) ** (k // 2 - 1), 2 ** (k // 2)))
        return halves * double_factorial(k - 3) * (k + 1) / mp.sqrt(4 * mp.pi * mp.factorial(k))


class SquaredReLU(Activation):
    """``max(x, 0)^2``."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        return arc_cosine(mp, 2, rho) / (2 * mp.pi)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        return 2 * arc_cosine(mp, 1, rho) / mp.pi

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        return mp.mpf(Fraction(1, 2)) if k == 0 else 2 * relu_coefficient(mp, k - 1) / mp.sqrt(k)


CLOSED_FORMS: dict[str, Activation] = {
    "hermite series": Series(),
    "leaky relu": LeakyReLU(),
    "exponential": Exponential(),
    "sine": Sine(),
    "cosine": Cosine(),
    "erf": Erf(),
    "distribution function": DistributionFunction(),
    "sign": Sign(),
    "gelu": GELU(),
    "squared relu": SquaredReLU(),
}


def polynomial(mp: Any, coefficients: Sequence[Any], x: Any) -> Any:
    """``sum_k coefficients[k] x^k``."""
    total = mp.mpf(0)
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def arc_cosine(mp: Any, order: int, rho: Any) -> Any:
    """The arc-cosine functions ``J_0, J_1, J_2`` at ``theta = arccos(rho)`` (Cho and Saul, 2009, eqs. 4 to 6)."""
    theta = mp.acos(rho)
    if order == 0:
        return mp.pi - theta
    # an exact rho gives a ball that stays above 0 where the sine of a ball theta would not
    sine = mp.sqrt((1 - rho) * (1 + rho))
    if order == 1:
        return sine + (mp.pi - theta) * rho
    return 3 * sine * rho + (mp.pi - theta) * (1 + 2 * rho * rho)


def relu_coefficient(mp: Any, k: int) -> Any:
    """Hermite coefficients of ``max(x, 0)``."""
    if k == 0:
        return 1 / mp.sqrt(2 * mp.pi)
    if k % 2:
        return mp.mpf(Fraction(1, 2)) if k == 1 else mp.mpf(0)
    return (-1) ** (k // 2 - 1) * double_factorial(k - 3) / mp.sqrt(2 * mp.pi * mp.factorial(k))


def double_factorial(n: int) -> int:
    """``n!!`` for odd ``n``, with ``(-1)!! = 1``."""
    product = 1
    for factor in range(n, 1, -2):
        product *= factor
    return product
