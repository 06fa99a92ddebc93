r"""Duals of activations at any covariance, as they are printed: $K_{11},K_{22}$ and $K_{12}$ in place of 1, 1 and $\rho$."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from oracles import gaussian
from oracles.activation_functions import FUNCTIONS
from oracles.duals import arc_cosine

Form = Callable[[Any, Any, Any, Any, Any], Any]


def homogeneous(order: int) -> Form:
    r"""The dual of $x_+^n$: $\frac1{2\pi}(K_{11}K_{22})^{n/2}J_n(\theta)$."""

    def form(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
        length = mp.sqrt(first * second)
        return length**order * arc_cosine(mp, order, across / length) / (2 * mp.pi)

    return form


def leaky_relu(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    slope = 1 - 2 * v
    return (1 - slope) ** 2 * homogeneous(1)(mp, v, first, second, across) + slope * across


def exponential(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    return mp.exp(2 * v * v * (first + 2 * across + second))


def sine(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    return mp.exp(-2 * v * v * (first + second)) * mp.sinh(4 * v * v * across)


def cosine(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    return mp.exp(-2 * v * v * (first + second)) * mp.cosh(4 * v * v * across)


def erf(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    twice = 8 * v * v
    return 2 * mp.asin(twice * across / mp.sqrt((1 + twice * first) * (1 + twice * second))) / mp.pi


def sign(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    return 2 * mp.asin(across / mp.sqrt(first * second)) / mp.pi


def distribution_function(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    return mp.mpf(Fraction(1, 4)) + mp.asin(across / mp.sqrt((1 + first) * (1 + second))) / (2 * mp.pi)


def gelu(mp: Any, v: Any, first: Any, second: Any, across: Any) -> Any:
    product = (1 + first) * (1 + second)
    edge = first * second + across**2 * (1 - first * second) / product
    arc = across * mp.asin(across / mp.sqrt(product))
    return across / 4 + (arc + edge / mp.sqrt(product - across**2)) / (2 * mp.pi)


FORMS: dict[str, Form] = {
    "leaky relu": leaky_relu,
    "exponential": exponential,
    "sine": sine,
    "cosine": cosine,
    "erf": erf,
    "distribution function": distribution_function,
    "sign": sign,
    "gelu": gelu,
    "squared relu": homogeneous(2),
}


def covariance_form(mp: Any, sigma: tuple[str, Any], rho: Any, deviations: list[Any]) -> dict[str, Any]:
    r"""The printed form, $\mathbb E\,\sigma(sX)\sigma(tY)$ by an integral, and the form at two wrong covariances."""
    name, v = sigma
    s, t = deviations
    form = FORMS[name]

    def second() -> Any:
        return mp.sqrt(form(mp, v, s * s, s * s, s * s) * form(mp, v, t * t, t * t, t * t))

    return {
        "dual": lambda: form(mp, v, s * s, t * t, s * t * rho),
        "mean": lambda: gaussian.correlation(mp, FUNCTIONS[name][0](mp, v), rho, s, t),
        "second": second,
        "by_correlation": lambda: form(mp, v, s * s, t * t, rho),
        "by_one_variance": lambda: form(mp, v, s * t, s * t, s * t * rho),
    }
