r"""ELU and SELU: linear on the right, $\alpha(e^x-1)$ on the left; their duals up to two elementary integrals.

The products of the pieces are moments of a Gaussian pair on quadrants, after a shift by $e^{Y}$.  Two quadrant
probabilities are not elementary; along the correlation they have elementary derivatives (Plackett), so with
$\rho=\sin u$ they are integrals of entire functions over $[0,\arcsin\rho]$:
$$P(X<-\rho,Y<-1)=\tfrac12\Phi(-1)+\int_0^{\arcsin\rho}\Big(\frac{e^{-1/2}}{2\pi}-\varphi(\sin u)\Phi(-\cos u)\cos u\Big)du,$$
$$P(X<-1-\rho,Y<-1-\rho)=\Phi(-1)^2+\int_0^{\arcsin\rho}
  \Big(\frac{e^{-1-\sin u}}{2\pi}-2\varphi(1+\sin u)\Phi(-\cos u)\cos u\Big)du.$$
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.activation_functions import selu_constants
from oracles.duals import Activation, arc_cosine, relu_coefficient
from oracles.gaussian import density, distribution


class ELU(Activation):
    """``x`` for ``x > 0``, ``e^x - 1`` below."""

    def constants(self, mp: Any) -> tuple[Any, Any]:
        """The factor of the whole function, and that of its negative side."""
        return mp.mpf(1), mp.mpf(1)

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        scale, weight = self.constants(mp)
        both, left = quadrants(mp, rho)
        root_e, half = mp.exp(mp.mpf(Fraction(1, 2))), mp.mpf(Fraction(1, 2))
        sine = mp.sqrt((1 - rho) * (1 + rho))
        right_right = arc_cosine(mp, 1, rho) / (2 * mp.pi)
        across = density(mp, rho) * distribution(mp, -sine) + rho * (distribution(mp, mp.mpf(-1)) - left)
        right_left = root_e * across - half / mp.sqrt(2 * mp.pi)
        left_left = mp.exp(1 + rho) * both - 2 * root_e * left + arc_cosine(mp, 0, rho) / (2 * mp.pi)
        return scale**2 * (right_right + 2 * weight * right_left + weight**2 * left_left)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        scale, weight = self.constants(mp)
        both, left = quadrants(mp, rho)
        across = mp.exp(mp.mpf(Fraction(1, 2))) * (distribution(mp, mp.mpf(-1)) - left)
        return scale**2 * (arc_cosine(mp, 0, rho) / (2 * mp.pi) + 2 * weight * across + weight**2 * mp.exp(1 + rho) * both)

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        """By $b_{j+1}=b_j-\\mathrm{He}_j(0)\\varphi(0)$ for $b_j=\\int_{-\\infty}^0e^x\\mathrm{He}_j(x)\\varphi(x)dx$."""
        scale, weight = self.constants(mp)
        start = density(mp, mp.mpf(0))
        exponential = mp.exp(mp.mpf(Fraction(1, 2))) * distribution(mp, mp.mpf(-1))
        for j in range(k):
            exponential = exponential - hermite_at_zero(j) * start
        step = mp.mpf(Fraction(1, 2)) if k == 0 else -hermite_at_zero(k - 1) * start
        return scale * (relu_coefficient(mp, k) + weight * (exponential - step) / mp.sqrt(mp.factorial(k)))


class SELU(ELU):
    """ELU scaled to mean 0 and second moment 1; the constants are the exact solutions."""

    def constants(self, mp: Any) -> tuple[Any, Any]:
        return selu_constants(mp)


def quadrants(mp: Any, rho: Any) -> tuple[Any, Any]:
    """``P(X < -1-rho, Y < -1-rho)`` and ``P(X < -rho, Y < -1)`` at correlation ``rho``."""
    top = mp.asin(rho)
    below = distribution(mp, mp.mpf(-1))
    half_e = mp.exp(mp.mpf(Fraction(-1, 2)))

    def both(u: Any) -> Any:
        shifted = 1 + mp.sin(u)
        return mp.exp(-shifted) / (2 * mp.pi) - 2 * density(mp, shifted) * distribution(mp, -mp.cos(u)) * mp.cos(u)

    def left(u: Any) -> Any:
        return half_e / (2 * mp.pi) - density(mp, mp.sin(u)) * distribution(mp, -mp.cos(u)) * mp.cos(u)

    return below * below + mp.quad(both, [0, top]), below / 2 + mp.quad(left, [0, top])


def hermite_at_zero(k: int) -> int:
    """``He_k(0)``."""
    value, sign = (0 if k % 2 else 1), (-1) ** (k // 2)
    for factor in range(k - 1, 1, -2):
        value *= factor
    return sign * value


PIECEWISE: dict[str, Activation] = {"elu": ELU(), "selu": SELU()}
