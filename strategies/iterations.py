"""Evaluators that several claims about one iterated kernel map share: batches in, one number per instance and layer out.

Quantities are keyed by their names, those of the oracles in `oracles.kernels`.  Claims about the same orbit also share the words
and the symbols of its quantities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strategies.activations import Correlation, Kernel
from strategies.attractors import AttractedKernel, distance_from_one, potential


@dataclass(frozen=True)
class Vocabulary:
    """What the quantities of an orbit mean, and how the paper writes them, by their names."""

    definitions: Mapping[str, str]
    notation: Mapping[str, str]


REPRESENTATIONS = Vocabulary(
    {
        "square": "|h_l(x) - h_l(y)|^2 / d after l layers",
        "distance": "its square root, the relative distance",
        "slope_one": "kappa'(1)",
    },
    {
        "square": r"\tfrac1d\|h_l(x)-h_l(y)\|^2",
        "distance": r"\tfrac1{\sqrt d}\|h_l(x)-h_l(y)\|",
        "slope_one": r"\kappa'(1)",
    },
)
TO_THE_FIXED_POINT = Vocabulary(
    {
        "distance": "|rho_l - rho*|, the distance from the fixed point after l layers",
        "distance_0": "|rho_0 - rho*|",
        "complement_0": "1 - |rho_0|",
        "bias": "kappa(0)",
        "slope": "kappa'(rho*)",
        "fixed": "the fixed point rho*",
    },
    {
        "distance": r"|\rho_l-\rho_\star|",
        "distance_0": r"|\rho_0-\rho_\star|",
        "complement_0": r"(1-|\rho_0|)",
        "bias": r"\kappa(0)",
        "slope": r"\kappa'(\rho_\star)",
        "fixed": r"\rho_\star",
    },
)
HYPERBOLIC = Vocabulary(
    {
        "gauge": "Phi(|phi(rho_l)|) after l layers",
        "gauge_0": "Phi(|phi(rho_0)|)",
        "slope": "q = kappa'(rho*)",
    },
    {"gauge": r"\Phi(|\varphi(\rho_l)|)", "gauge_0": r"\Phi(|\varphi(\rho_0)|)", "slope": "q"},
)


def distances_from_one(xp: Any, kernel: Kernel, start: Correlation, layers: int) -> list[Any]:
    r"""$1-\rho_\ell$ for the layers 0 to ``layers``, ``(batch,)`` each."""
    states = [start]
    for _ in range(layers):
        states.append(kernel(states[-1]))
    return [distance_from_one(xp, state) for state in states]


def approach_to_one(xp: Any, kernel: Kernel, start: Correlation, L: int) -> dict[str, Any]:
    r"""$1-\rho_\ell$, $\kappa(0)$, $\kappa'(0)$ and $\kappa'(1)$: 2410.20107, Theorem 1, cases 2 and 3."""
    distances = distances_from_one(xp, kernel, start, L)
    return {
        "distance": xp.stack(distances[1:], axis=1),
        "distance_0": distances[0],
        "bias": kernel.bias,
        "slope": kernel.slope_at_zero,
        "slope_one": lambda: slope_at_one(xp, kernel),
    }


def slope_at_one(xp: Any, kernel: Kernel) -> Any:
    r"""$\kappa'(1)$, ``(batch,)``."""
    one = xp.ones_like(kernel.bias)
    return kernel.slope(Correlation(one, one, 0 * one))


def representations(xp: Any, kernel: Kernel, start: Correlation, L: int) -> dict[str, Any]:
    r"""$\frac1d\|h(x)-h(y)\|^2=2(1-\rho_\ell)$, its root, and $\kappa'(1)$."""
    squares = xp.stack([2 * distance for distance in distances_from_one(xp, kernel, start, L)[1:]], axis=1)
    return {"square": squares, "distance": xp.sqrt(squares), "slope_one": slope_at_one(xp, kernel)}


def approach_to_fixed_point(xp: Any, kernel: AttractedKernel, start: Correlation, L: int) -> dict[str, Any]:
    r"""$|\rho_\ell-\rho_\star|$ and $1-|\rho_0|$, with $\kappa(0)$, $\rho_\star$ and $\kappa'(\rho_\star)$: Theorem 1, case 4."""
    distances = kernel.distances(start, L)
    return {
        "distance": xp.stack(distances[1:], axis=1),
        "distance_0": distances[0],
        "complement_0": start.complement,
        "bias": kernel.bias,
        "slope": kernel.slope_at_fixed,
        "fixed": kernel.fixed,
    }


def potential_step(xp: Any, kernel: AttractedKernel, start: Correlation) -> dict[str, Any]:
    r"""$\Psi$ before and after one layer, and the ratio $\frac{\rho-\rho_\star}{1-\rho}$ that the printed lemma compares."""
    (deviation, _), (moved, state) = kernel.orbit(start, 1)
    return {
        "potential": potential(xp, deviation, start),
        "potential_next": potential(xp, moved, state),
        "ratio": deviation / distance_from_one(xp, start),
        "ratio_next": moved / distance_from_one(xp, state),
        "complement_next": state.complement,
        "rho": start.value,
        "fixed": kernel.fixed,
        "slope": kernel.slope_at_fixed,
    }


def residual_pair(xp: Any, kernel: AttractedKernel, start: Correlation, shares: Any, L: int) -> dict[str, Any]:
    r"""Distances from the attractor with two residual shares $r^2$, ``shares`` of shape ``(batch, 2)``, the weaker first."""
    weaker, stronger = kernel.with_residual(shares[:, 0]), kernel.with_residual(shares[:, 1])
    return {
        "rho_0": start.value,
        "weaker": xp.stack(weaker.distances(start, L)[1:], axis=1),
        "stronger": xp.stack(stronger.distances(start, L)[1:], axis=1),
        "rate_weaker": weaker.slope_at_fixed,
        "rate_stronger": stronger.slope_at_fixed,
    }


def hyperbolic_orbit(xp: Any, kernel: AttractedKernel, start: Correlation, L: int) -> dict[str, Any]:
    r"""$\Phi(|\varphi(\rho)|)$ with $\varphi(\rho)=\frac{\rho-\rho_\star}{1-\rho_\star\rho}$, its denominators factored."""
    gauges = []
    for deviation, rho in kernel.orbit(start, L):
        other_side = xp.where(rho.sign < 0, rho.complement, 1 + rho.magnitude)
        above = deviation / (distance_from_one(xp, rho) * (1 + kernel.fixed))
        below = -deviation / (other_side * (1 - kernel.fixed))
        gauges.append(xp.where(deviation > 0, above, below))
    return {"gauge": xp.stack(gauges[1:], axis=1), "gauge_0": gauges[0], "slope": kernel.slope_at_fixed}
