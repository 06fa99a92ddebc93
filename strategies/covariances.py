r"""Duals of activations at any covariance on tensors: $\mathbb E\,\sigma(U)\sigma(V)$ for centred Gaussians of two variances.

The arcsines are taken from the opening of a right triangle, whose third side is a root of a determinant, and the hyperbolic
functions from the exponential of the nearer of two squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Covariance:
    """Two variances, the covariance ``across`` them, and the determinant ``gap`` of the three, all ``(batch,)``."""

    first: Any
    second: Any
    across: Any
    gap: Any

    def widened(self, width: Any) -> Any:
        r"""$(1+wK_{11})(1+wK_{22})-w^2K_{12}^2$."""
        return 1 + width * (self.first + self.second) + width * width * self.gap


def covariance(s: Any, t: Any, rho: Any) -> Covariance:
    """Of the standard deviations ``s, t`` and a correlation."""
    return Covariance(s * s, t * t, s * t * rho.value, (s * t) ** 2 * rho.complement * (1 + rho.magnitude))


def dual(xp: Any, name: str, v: Any, K: Covariance) -> Any:
    r"""$\mathbb E\,\sigma(U)\sigma(V)$ for the activation of that name with the parameter ``v``, ``(batch,)``."""
    match name:
        case "leaky relu":
            return 2 * v * v / math.pi * (xp.sqrt(K.gap) + _opening(xp, K) * K.across) + (1 - 2 * v) * K.across
        case "squared relu":
            moments = K.first * K.second + 2 * K.across**2
            return (3 * xp.sqrt(K.gap) * K.across + _opening(xp, K) * moments) / (2 * math.pi)
        case "sign":
            return 2 / math.pi * xp.atan2(K.across, xp.sqrt(K.gap))
        case "exponential":
            return xp.exp(2 * v * v * (K.first + K.second + 2 * K.across))
        case "sine" | "cosine":
            size = xp.abs(K.across)
            nearer, fall = xp.exp(-2 * v * v * (K.first + K.second - 2 * size)), xp.expm1(-8 * v * v * size)
            return nearer * (2 + fall) / 2 if name == "cosine" else -xp.sign(K.across) * nearer * fall / 2
        case "erf":
            width = 8 * v * v
            return 2 / math.pi * xp.atan2(width * K.across, xp.sqrt(K.widened(width)))
        case "distribution function":
            return 0.25 + xp.atan2(K.across, xp.sqrt(K.widened(1))) / (2 * math.pi)
        case "gelu":
            root = xp.sqrt(K.widened(1))
            edge = K.first * K.second + K.across**2 * (1 / (1 + K.second) - K.first / (1 + K.first))
            return K.across / 4 + (K.across * xp.atan2(K.across, root) + edge / root) / (2 * math.pi)
    raise ValueError(f"got {name!r}, whose dual at a covariance has no closed form here")


def _opening(xp: Any, K: Covariance) -> Any:
    r"""$\pi-\theta$ for the angle with the cosine $K_{12}/\sqrt{K_{11}K_{22}}$."""
    return xp.atan2(xp.sqrt(K.gap), -K.across)
