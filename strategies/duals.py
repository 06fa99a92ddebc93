r"""Duals of activations on batches: even and odd part in closed form, each without cancellation at 0 and at 1.

The dual of an activation is $\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$ for standard Gaussians of
correlation $\rho$.  With $a=|\rho|$, $E(a)=\sum_{k\text{ even}}c_k^2a^k$ and $O(a)=\sum_{k\text{ odd}}c_k^2a^k$, an
activation gives $E(a)-E(0)$, $O(a)$ and the deficits $E(1)-E(a)$, $O(1)-O(a)$; a common factor of the dual is free.

Another activation is one more class here or one more entry of `strategies.activations_tabulated`, and one more class in the
oracles, which write it by other formulas.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SERIES_TERMS = 16


@dataclass(frozen=True)
class Parities:
    """``E(a) - E(0)``, ``O(a)``, ``E(1) - E(a)`` and ``O(1) - O(a)`` of one dual."""

    even: Any
    odd: Any
    even_deficit: Any
    odd_deficit: Any


class Activation(ABC):
    """One activation, or a family with a parameter tensor that broadcasts against the magnitudes ``a``."""

    @abstractmethod
    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        """The parts of the dual at the magnitudes ``a`` with complements ``c = 1 - a``."""

    @abstractmethod
    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        """The derivatives ``E'(a)`` and ``O'(a)``."""

    @abstractmethod
    def constant(self, xp: Any, parameter: Any) -> Any:
        """``E(0)``, the square of the mean, up to the common factor of the dual."""

    def factor(self, xp: Any, parameter: Any) -> Any:
        """The common factor of the dual that the parts leave out."""
        return 1.0


class Series(Activation):
    """A finite Hermite series; ``parameter`` holds the squared coefficients ``(batch, K+1)`` from degree 0."""

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        even, odd = self._split(parameter, a)
        square, rise = a * a, c * (1 + a)
        return Parities(
            square * horner(even[1:], square),
            a * horner(odd, square),
            rise * horner(tails(even), square),
            c * horner(odd, square) + rise * horner(tails(odd), square),
        )

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        even, odd = self._split(parameter, a)
        return (
            a * horner([2 * k * column for k, column in enumerate(even)][1:], a * a),
            horner([(2 * k + 1) * column for k, column in enumerate(odd)], a * a),
        )

    def _split(self, parameter: Any, a: Any) -> tuple[list[Any], list[Any]]:
        columns = [spread(parameter[:, k], a) for k in range(parameter.shape[1])]
        return columns[::2], columns[1::2]

    def constant(self, xp: Any, parameter: Any) -> Any:
        return parameter[:, 0]


class LeakyReLU(Activation):
    r"""$x$ for $x>0$ and $sx$ below, $s=1-2v$ for the parameter $v$: ReLU at 1/2, the absolute value at 1."""

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        weight, slope = 2 * parameter**2 / math.pi, (1 - parameter) ** 2
        sine, angle = xp.sqrt(c * (1 + a)), 2 * xp.asin(xp.sqrt(c / 2))
        # sin t - t cos t
        rest = alternating(angle, [-2 * k / math.factorial(2 * k + 1) for k in range(SERIES_TERMS)])
        even = a * (arcsine(xp, a, c) - a / (1 + sine))
        return Parities(weight * even, slope * a, weight * (math.pi / 2 * c - rest), slope * c)

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        return 2 * parameter**2 / math.pi * arcsine(xp, a, c), (1 - parameter) ** 2 + 0 * a

    def constant(self, xp: Any, parameter: Any) -> Any:
        return 2 * parameter**2 / math.pi


class Exponential(Activation):
    r"""$e^{sx}$, or its odd and even relatives $\sin sx$ and $\cos sx$ (the same dual up to signs), $s=2v$."""

    def __init__(self, even: bool = True, odd: bool = True) -> None:
        self.even, self.odd = float(even), float(odd)

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        t = 4 * parameter**2
        half, middle = 2 * xp.sinh(t * c / 2), t * (1 + a) / 2
        return Parities(
            self.even * 2 * xp.sinh(t * a / 2) ** 2,
            self.odd * xp.sinh(t * a),
            self.even * half * xp.sinh(middle),
            self.odd * half * xp.cosh(middle),
        )

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        t = 4 * parameter**2
        return self.even * t * xp.sinh(t * a), self.odd * t * xp.cosh(t * a)

    def constant(self, xp: Any, parameter: Any) -> Any:
        return self.even + 0 * parameter

    def factor(self, xp: Any, parameter: Any) -> Any:
        t = 4 * parameter**2
        return xp.exp(t if self.even and self.odd else -t)


class Erf(Activation):
    r"""$\mathrm{erf}(sx)$ with $s=2v$: the dual is a multiple of $\arcsin m\rho$, $m=2s^2/(1+2s^2)$."""

    def shrinkage(self, xp: Any, parameter: Any) -> tuple[Any, Any]:
        """``m`` and ``1 - m``."""
        rest = 1 / (1 + 8 * parameter**2)
        return 8 * parameter**2 * rest, rest

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        m, rest = self.shrinkage(xp, parameter)
        return Parities(0 * a, arcsine(xp, m * a, rest + m * c), 0 * a, arcsine_drop(xp, m, rest, a, c))

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        m, rest = self.shrinkage(xp, parameter)
        return 0 * a, m / xp.sqrt((rest + m * c) * (1 + m * a))

    def constant(self, xp: Any, parameter: Any) -> Any:
        return 0 * parameter

    def factor(self, xp: Any, parameter: Any) -> Any:
        return 2 / math.pi


class Sign(Erf):
    """The sign, or any step once its mean is taken off."""

    def shrinkage(self, xp: Any, parameter: Any) -> tuple[Any, Any]:
        return xp.ones_like(parameter), xp.zeros_like(parameter)


class DistributionFunction(Erf):
    r"""The Gaussian distribution function $\Phi(x)$: the dual is $\frac1{2\pi}(\frac\pi2+\arcsin\frac\rho2)$."""

    def shrinkage(self, xp: Any, parameter: Any) -> tuple[Any, Any]:
        half = 0 * parameter + 0.5
        return half, half

    def constant(self, xp: Any, parameter: Any) -> Any:
        return math.pi / 2 + 0 * parameter

    def factor(self, xp: Any, parameter: Any) -> Any:
        return 1 / (2 * math.pi)


class GELU(Activation):
    r"""$x\Phi(x)$ with the Gaussian distribution function $\Phi$ (not its tanh approximation)."""

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        two_pi, third = 2 * math.pi, math.sqrt(3)
        root = xp.sqrt((2 - a) * (2 + a))
        half = 0.5 + 0 * a
        even = a * xp.asin(a / 2) + a**2 / (2 * root * (2 + root))
        deficit = c * (math.pi / 6) + a * arcsine_drop(xp, half, half, a, c) + c * (1 + a) / (third * root * (root + third))
        return Parities(even / two_pi, a / 4, deficit / two_pi, c / 4)

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        root = xp.sqrt((2 - a) * (2 + a))
        return (xp.asin(a / 2) + a / root + a / root**3) / (2 * math.pi), 0.25 + 0 * a

    def constant(self, xp: Any, parameter: Any) -> Any:
        return 1 / (4 * math.pi) + 0 * parameter


class SquaredReLU(Activation):
    r"""$\max(x,0)^2$: the dual is a multiple of the arc-cosine kernel $J_2$."""

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        sine, angle = xp.sqrt(c * (1 + a)), 2 * xp.asin(xp.sqrt(c / 2))
        # 3 sin t cos t - t (1 + 2 cos^2 t), in powers of 2 t
        rest = alternating(2 * angle, [(1 - k) / math.factorial(2 * k + 1) * (k > 1) for k in range(SERIES_TERMS)])
        rise = math.pi * c * (1 + a)
        return Parities(math.pi * a**2, 3 * sine * a + arcsine(xp, a, c) * (1 + 2 * a**2), rise, rise - rest)

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        return 2 * math.pi * a, 4 * (xp.sqrt(c * (1 + a)) + a * arcsine(xp, a, c))

    def constant(self, xp: Any, parameter: Any) -> Any:
        return math.pi / 2 + 0 * parameter

    def factor(self, xp: Any, parameter: Any) -> Any:
        return 1 / (2 * math.pi)


SERIES = "hermite series"
CLOSED_FORMS: dict[str, Activation] = {
    SERIES: Series(),
    "leaky relu": LeakyReLU(),
    "exponential": Exponential(),
    "sine": Exponential(even=False),
    "cosine": Exponential(odd=False),
    "erf": Erf(),
    "distribution function": DistributionFunction(),
    "sign": Sign(),
    "gelu": GELU(),
    "squared relu": SquaredReLU(),
}


def spread(vector: Any, like: Any) -> Any:
    """A tensor ``(batch,)`` with as many axes as ``like``."""
    return vector.reshape(vector.shape[0], *([1] * (len(like.shape) - 1)))


def horner(coefficients: Sequence[Any], x: Any) -> Any:
    """``sum_k coefficients[k] x^k``."""
    total = 0 * x
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def tails(coefficients: Sequence[Any]) -> list[Any]:
    """``b_i = sum_{k > i} coefficients[k]``: ``p(1) - p(x) = (1 - x) sum_i b_i x^i`` without cancellation."""
    sums = [coefficients[-1]]
    for coefficient in reversed(coefficients[1:-1]):
        sums.insert(0, sums[0] + coefficient)
    return sums if len(coefficients) > 1 else []


def alternating(t: Any, coefficients: Sequence[float]) -> Any:
    """``sum_k (-1)^k coefficients[k] t^{2k+1}``."""
    return t * horner([(-1) ** k * coefficient for k, coefficient in enumerate(coefficients)], t * t)


def arcsine(xp: Any, x: Any, c: Any) -> Any:
    """``asin(x)`` for ``x`` in [0, 1] from ``c = 1 - x`` as well, so that it keeps all digits near 1."""
    small = xp.asin(xp.where(x < 0.5, x, 0 * x))
    return xp.where(x < 0.5, small, math.pi / 2 - 2 * xp.asin(xp.sqrt(xp.where(x < 0.5, 0 * c + 0.5, c) / 2)))


def arcsine_drop(xp: Any, m: Any, rest: Any, a: Any, c: Any) -> Any:
    """``asin(m) - asin(m a)`` from ``rest = 1 - m`` and ``c = 1 - a``: subtracted, or by one arcsine where they are close."""
    far, near = xp.sqrt((rest + m * c) * (1 + m * a)), xp.sqrt(rest * (1 + m))
    across = m * far + m * a * near
    sine = m**2 * c * (1 + a) / xp.where(across > 0, across, xp.ones_like(across))
    apart = arcsine(xp, m, rest) - arcsine(xp, m * a, rest + m * c)
    return xp.where(c > 0.5, apart, xp.asin(xp.where(c > 0.5, 0 * sine, sine)))
