r"""Hermite coefficients of the activations with a closed dual on tensors, in the factors of their printed formulas.

$c_k=\mathbb E\,\sigma(X)\mathrm{he}_k(X)=\frac{s\,d\,f}{\sqrt{k!}}$ with a sign $s$, a double factorial $d$, and a factor $f$.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from strategies.activations import ACTIVATIONS, Kernel, Series
from strategies.activations_tabulated import Tabulated
from strategies.gaussian import orthonormal_hermite


@dataclass(frozen=True)
class Factors:
    """Sign, double factorial (both plain numbers) and the factor ``(batch,)``."""

    sign: float
    double: float
    factor: Any

    def coefficient(self, k: int) -> Any:
        return self.sign * self.double * self.factor / math.exp(math.lgamma(k + 1) / 2)


def double_factorial(n: int) -> float:
    r"""$n!!$ for odd $n\ge-1$, as $2^{(n+1)/2}\Gamma(\frac n2+1)/\sqrt\pi$."""
    return round(2 ** ((n + 1) / 2) * math.gamma(n / 2 + 1) / math.sqrt(math.pi)) if n > 0 else 1.0


def factors(xp: Any, name: str, v: Any, k: int) -> Factors:
    """The factors of the ``k``-th coefficient of an activation with the parameter ``v``, ``(batch,)``."""
    m, is_odd = divmod(k, 2)
    turn, zero, root = (-1.0) ** m, 0 * v, math.sqrt(2 * math.pi)
    match name:
        case "leaky relu":
            if is_odd:
                return Factors(1, 1, 1 - v if k == 1 else zero)
            return Factors(-turn if k else 1, double_factorial(k - 3), 2 * v / root)
        case "exponential":
            return Factors(1, 1, (2 * v) ** k * xp.exp(2 * v * v))
        case "sine" | "cosine":
            present = bool(is_odd) == (name == "sine")
            return Factors(turn, 1, (2 * v) ** k * xp.exp(-2 * v * v)) if present else Factors(1, 1, zero)
        case "erf":
            width = 1 + 8 * v * v
            factor = 4 * v / xp.sqrt(math.pi * width) * (1 - 1 / width) ** m
            return Factors(turn, double_factorial(k - 2), factor) if is_odd else Factors(1, 1, zero)
        case "distribution function":
            if is_odd:
                return Factors(turn, double_factorial(k - 2), zero + 2.0 ** -(m + 1) / math.sqrt(math.pi))
            return Factors(1, 1, zero + 0.5 if k == 0 else zero)
        case "sign":
            return Factors(turn, double_factorial(k - 2), zero + 2 / root) if is_odd else Factors(1, 1, zero)
        case "gelu":
            if is_odd:
                return Factors(1, 1, zero + 0.5 if k == 1 else zero)
            scale = (k + 1) / (2 ** (m - 1) * 4 * math.sqrt(math.pi)) if k else 1 / (2 * math.sqrt(math.pi))
            return Factors(-turn if k else 1, double_factorial(k - 3), zero + scale)
        case "squared relu":
            if k == 0 or k == 2:
                return Factors(1, 1, zero + (0.5 if k == 0 else 1.0))
            if not is_odd:
                return Factors(1, 1, zero)
            return Factors(-turn if k > 1 else 1, double_factorial(k - 4), zero + 2 / root)
    raise ValueError(f"got {name!r}, whose Hermite coefficients have no closed form here")


def central_binomials(count: int) -> list[float]:
    r"""$\binom{2j}j4^{-j}$ for ``j < count``."""
    found = [1.0]
    for j in range(1, count):
        found.append(found[-1] * (2 * j - 1) / (2 * j))
    return found[:count]


def hermite_products(xp: Any, x: Any, y: Any, highest: int) -> Any:
    r"""$\mathrm{he}_k(x)\mathrm{he}_k(y)$ for ``k <= highest``, ``(batch, highest + 1)``."""
    products = [orthonormal_hermite(k, x) * orthonormal_hermite(k, y) for k in range(highest + 1)]
    return xp.stack(products, axis=1)


def shares(xp: Any, kernel: Kernel, count: int) -> Any:
    r"""$c_k^2/\mathbb E\sigma^2$ of a kernel map that is not centred, for ``k < count``, as a tensor ``(batch, count)``."""
    if isinstance(kernel.activation, Series):
        weights = kernel.parameter / xp.sum(kernel.parameter, axis=1, keepdims=True)
        padding = xp.zeros_like(weights[:, :1])
        return xp.concat([weights, *[padding] * max(0, count - weights.shape[1])], axis=1)[:, :count]
    if isinstance(kernel.activation, Tabulated):
        squares = xp.asarray(kernel.activation.squares(count), dtype=kernel.variance.dtype, device=kernel.variance.device)
        return squares[None, :] / kernel.variance[:, None]
    name = next(name for name, activation in ACTIVATIONS.items() if activation is kernel.activation)
    found = [factors(xp, name, kernel.parameter, k).coefficient(k) ** 2 for k in range(count)]
    return xp.stack(found, axis=1) / kernel.variance[:, None]
