r"""Activations as kernel maps on batches; those of `strategies.duals` in closed form, the others from tables.

A correlation is carried as sign, magnitude and complement $1-|\rho|$, so that $1-10^{-14}$ stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strategies.activations_tabulated import TABULATED
from strategies.duals import CLOSED_FORMS, SERIES, Activation, Parities, Series, horner, spread, tails

__all__ = [
    "ACTIVATIONS",
    "SERIES",
    "Activation",
    "Correlation",
    "Kernel",
    "Parities",
    "Series",
    "horner",
    "ordered",
    "settled",
    "spread",
    "tails",
]

ACTIVATIONS: dict[str, Activation] = {**CLOSED_FORMS, **TABULATED}


@dataclass(frozen=True)
class Correlation:
    """Correlations of any shape: ``sign`` (1 or -1), ``magnitude`` and ``complement = 1 - magnitude``."""

    sign: Any
    magnitude: Any
    complement: Any

    @property
    def value(self) -> Any:
        return self.sign * self.magnitude

    @property
    def potential(self) -> Any:
        r"""$\Phi(\rho)=|\rho|/(1-|\rho|)$."""
        return self.magnitude / self.complement

    @property
    def opposite(self) -> Correlation:
        r"""$-\rho$."""
        return Correlation(-self.sign, self.magnitude, self.complement)

    def positive(self, xp: Any) -> Correlation:
        r"""$|\rho|$."""
        return Correlation(xp.ones_like(self.magnitude), self.magnitude, self.complement)

    def midpoint(self, xp: Any, other: Correlation) -> Correlation:
        """Half the sum of two correlations."""
        alike = self.sign == other.sign
        value = (self.value + other.value) / 2
        size = xp.abs(value)
        rest = xp.where(alike, (self.complement + other.complement) / 2, 1 - size)
        return Correlation(xp.where(value < 0, -xp.ones_like(value), xp.ones_like(value)), size, rest)


@dataclass(frozen=True)
class Kernel:
    r"""The kernel map $\kappa$ of a normalised activation, $\kappa(1)=1$; centred: with its mean taken off, $\kappa(0)=0$.

    ``parameter`` is ``(batch,)``, or ``(batch, K+1)`` for a `Series`.
    """

    xp: Any
    activation: Activation
    parameter: Any
    centred: bool = True

    def __call__(self, rho: Correlation) -> Correlation:
        """The correlations one layer later, elementwise."""
        xp, a = self.xp, rho.magnitude
        parts = self.activation.parities(xp, self._parameter(a), a, rho.complement)
        constant, even_total, odd_total = (spread(number, a) for number in self._totals)
        value = constant + parts.even + rho.sign * parts.odd
        below = parts.even_deficit + xp.where(rho.sign > 0, parts.odd_deficit, odd_total + parts.odd)
        above = 2 * constant + even_total + parts.even + xp.where(rho.sign > 0, odd_total + parts.odd, parts.odd_deficit)
        variance = constant + even_total + odd_total
        sign = xp.where(value < 0, -xp.ones_like(value), xp.ones_like(value))
        return settled(xp, sign, xp.abs(value) / variance, xp.where(value < 0, above, below) / variance)

    def slope(self, rho: Correlation) -> Any:
        r"""$\kappa'(\rho)$, elementwise (infinite at $\pm1$ for the sign)."""
        a = rho.magnitude
        even, odd = self.activation.slopes(self.xp, self._parameter(a), a, rho.complement)
        return (rho.sign * even + odd) / spread(sum(self._totals), a)

    @property
    def slope_at_zero(self) -> Any:
        r"""$\kappa'(0)$, shape ``(batch,)``; the non-linearity strength is $\beta_0=2-\kappa'(0)$ for a centred map."""
        zero = 0 * self._totals[1]
        return self.slope(Correlation(zero + 1, zero, zero + 1))

    @property
    def bias(self) -> Any:
        r"""$\kappa(0)$, shape ``(batch,)``."""
        return self._totals[0] / sum(self._totals)

    @property
    def variance(self) -> Any:
        r"""What the dual is divided by, shape ``(batch,)``: $\mathbb E\sigma^2$, or the variance of $\sigma$ if centred."""
        return sum(self._totals) * self.activation.factor(self.xp, self.parameter)

    def _parameter(self, like: Any) -> Any:
        return self.parameter if isinstance(self.activation, Series) else spread(self.parameter, like)

    @cached_property
    def _totals(self) -> tuple[Any, Any, Any]:
        """``E(0)`` (0 if centred), ``E(1) - E(0)`` and ``O(1)``, ``(batch,)`` each; their sum is the normalising variance."""
        constant = self.activation.constant(self.xp, self.parameter)
        zero = 0 * constant
        origin = self.activation.parities(self.xp, self._parameter(zero), zero, zero + 1)
        return zero if self.centred else constant, origin.even_deficit, origin.odd_deficit


def ordered(xp: Any, x: Correlation, y: Correlation) -> tuple[Correlation, Correlation]:
    """The smaller and the larger of two correlations, elementwise."""
    swap = x.value > y.value
    pairs = [(x.sign, y.sign), (x.magnitude, y.magnitude), (x.complement, y.complement)]
    low = Correlation(*(xp.where(swap, b, a) for a, b in pairs))
    return low, Correlation(*(xp.where(swap, a, b) for a, b in pairs))


def settled(xp: Any, sign: Any, magnitude: Any, complement: Any) -> Correlation:
    """The smaller of magnitude and complement decides both: iterated apart they drift apart like ``kappa'(1)^l``."""
    near_one = complement < 0.5
    return Correlation(sign, xp.where(near_one, 1 - complement, magnitude), xp.where(near_one, complement, 1 - magnitude))
