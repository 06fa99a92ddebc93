r"""Activations in exact arithmetic: duals, their derivatives, and Hermite coefficients, and the kernel maps they give.

Those of `oracles.duals` are closed forms; `oracles.activations_piecewise` has closed forms with one elementary integral,
and `oracles.activations_series` sums Hermite series with proved tails.  `strategies.activations` computes the same kernels
for batches by other routes.
"""

from __future__ import annotations

from typing import Any

from oracles.activations_piecewise import PIECEWISE
from oracles.activations_series import SUMMED
from oracles.duals import CLOSED_FORMS, Activation, arc_cosine, double_factorial, polynomial, relu_coefficient

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Kernel",
    "arc_cosine",
    "double_factorial",
    "polynomial",
    "relu_coefficient",
]

ACTIVATIONS: dict[str, Activation] = {**CLOSED_FORMS, **SUMMED, **PIECEWISE}


class Kernel:
    r"""The normalised kernel map, $\kappa(1)=1$; centred: $\kappa(\rho)=\frac{\hat\sigma(\rho)-c_0^2}{\hat\sigma(1)-c_0^2}$."""

    def __init__(self, mp: Any, activation: str, parameter: Any, centred: bool) -> None:
        self.mp, self.parameter = mp, parameter
        self.activation = ACTIVATIONS[activation]
        self.centred = centred
        self.removed = self.activation.coefficient(mp, parameter, 0) ** 2 if centred else mp.mpf(0)
        self.variance = self.activation.dual(mp, parameter, mp.mpf(1)) - self.removed

    def __call__(self, rho: Any) -> Any:
        if self.centred and self.mp.eq(rho, 0):
            return self.mp.mpf(0)
        return (self.activation.dual(self.mp, self.parameter, rho) - self.removed) / self.variance

    def slope(self, rho: Any) -> Any:
        r"""$\kappa'(\rho)$."""
        return self.activation.dual_slope(self.mp, self.parameter, rho) / self.variance

    @property
    def strength(self) -> Any:
        r"""The non-linearity strength $\beta_0=2-c_1^2/(\mathbb E\sigma^2-c_0^2)$ of a centred kernel."""
        return 2 - self.activation.coefficient(self.mp, self.parameter, 1) ** 2 / self.variance
