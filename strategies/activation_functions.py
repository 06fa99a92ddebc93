r"""The activations themselves and their derivatives on tensors, elementwise; a derivative is the one almost everywhere.

``v`` is the parameter of a family as in `strategies.duals` (and ignored by the others); it broadcasts against ``x``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Elementwise = Callable[[Any, Any, Any], Any]

SELU_WEIGHT = 1.6732632423543772848
SELU_SCALE = 1.0507009873554804934


def positive(xp: Any, x: Any) -> Any:
    """``max(x, 0)``."""
    return xp.where(x > 0, x, 0 * x)


def step(xp: Any, x: Any) -> Any:
    """1 where ``x > 0``, else 0."""
    return xp.where(x > 0, 0 * x + 1, 0 * x)


def density(xp: Any, x: Any) -> Any:
    """The standard Gaussian density."""
    return xp.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def distribution(xp: Any, x: Any) -> Any:
    """The standard Gaussian distribution function."""
    return (1 + xp.special.erf(x / math.sqrt(2))) / 2


def logistic(xp: Any, x: Any) -> Any:
    """``1 / (1 + e^{-x})`` without overflow."""
    small = xp.exp(-xp.abs(x))
    return xp.where(x > 0, 0 * x + 1, small) / (1 + small)


def below(xp: Any, x: Any) -> Any:
    """``e^x - 1`` for negative ``x``, else 0."""
    return xp.expm1(xp.where(x > 0, 0 * x, x))


def softplus(xp: Any, x: Any) -> Any:
    """``log(1 + e^x)`` without overflow."""
    return positive(xp, x) + xp.log1p(xp.exp(-xp.abs(x)))


def negative_slope(xp: Any, x: Any) -> Any:
    """``e^x`` for negative ``x``, else 0."""
    return xp.where(x > 0, 0 * x, xp.exp(xp.where(x > 0, 0 * x, x)))


def silu_slope(xp: Any, x: Any) -> Any:
    return logistic(xp, x) * (1 + x * logistic(xp, -x))


def tanh_gelu(xp: Any, x: Any) -> Any:
    """The approximation of GELU by a hyperbolic tangent that libraries offer."""
    return x * (1 + xp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def tanh_gelu_slope(xp: Any, x: Any) -> Any:
    """The derivative of `tanh_gelu`."""
    root = math.sqrt(2 / math.pi)
    bend = xp.tanh(root * (x + 0.044715 * x**3))
    return (1 + bend) / 2 + x * (1 - bend * bend) * root * (1 + 0.134145 * x * x) / 2


VALUES: dict[str, Elementwise] = {
    "leaky relu": lambda xp, v, x: (1 - 2 * v) * x + 2 * v * positive(xp, x),
    "exponential": lambda xp, v, x: xp.exp(2 * v * x),
    "sine": lambda xp, v, x: xp.sin(2 * v * x),
    "cosine": lambda xp, v, x: xp.cos(2 * v * x),
    "erf": lambda xp, v, x: xp.special.erf(2 * v * x),
    "distribution function": lambda xp, v, x: distribution(xp, x),
    "sign": lambda xp, v, x: 2 * step(xp, x) - 1,
    "gelu": lambda xp, v, x: x * distribution(xp, x),
    "squared relu": lambda xp, v, x: positive(xp, x) ** 2,
    "tanh": lambda xp, v, x: xp.tanh(x),
    "sigmoid": lambda xp, v, x: logistic(xp, x),
    "silu": lambda xp, v, x: x * logistic(xp, x),
    "softplus": lambda xp, v, x: softplus(xp, x),
    "elu": lambda xp, v, x: positive(xp, x) + below(xp, x),
    "selu": lambda xp, v, x: SELU_SCALE * (positive(xp, x) + SELU_WEIGHT * below(xp, x)),
    "softsign": lambda xp, v, x: x / (1 + xp.abs(x)),
}

SLOPES: dict[str, Elementwise] = {
    "leaky relu": lambda xp, v, x: 1 - 2 * v + 2 * v * step(xp, x),
    "exponential": lambda xp, v, x: 2 * v * xp.exp(2 * v * x),
    "sine": lambda xp, v, x: 2 * v * xp.cos(2 * v * x),
    "cosine": lambda xp, v, x: -2 * v * xp.sin(2 * v * x),
    "erf": lambda xp, v, x: 4 * v / math.sqrt(math.pi) * xp.exp(-4 * v * v * x * x),
    "distribution function": lambda xp, v, x: density(xp, x),
    "sign": lambda xp, v, x: 0 * x,
    "gelu": lambda xp, v, x: distribution(xp, x) + x * density(xp, x),
    "squared relu": lambda xp, v, x: 2 * positive(xp, x),
    "tanh": lambda xp, v, x: 1 / xp.cosh(x) ** 2,
    "sigmoid": lambda xp, v, x: logistic(xp, x) * logistic(xp, -x),
    "silu": lambda xp, v, x: silu_slope(xp, x),
    "softplus": lambda xp, v, x: logistic(xp, x),
    "elu": lambda xp, v, x: step(xp, x) + negative_slope(xp, x),
    "selu": lambda xp, v, x: SELU_SCALE * (step(xp, x) + SELU_WEIGHT * negative_slope(xp, x)),
    "softsign": lambda xp, v, x: 1 / (1 + xp.abs(x)) ** 2,
}
