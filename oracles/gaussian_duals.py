"""The quantities of the claims about Gaussian duals: each identity by its closed form and by its definition."""

from __future__ import annotations

from typing import Any

from oracles import gaussian
from oracles.activation_functions import FUNCTIONS, scaled, tanh_gelu
from oracles.activations import ACTIVATIONS

TANH_GELU_TERMS = 10


def closed_form(mp: Any, sigma: tuple[str, Any], rho: Any) -> dict[str, Any]:
    """The textbook's dual, and ``E sigma(X) sigma(Y)`` as an integral over ``X`` of the mean over ``Y`` given ``X``."""
    name, v = sigma
    return {
        "dual": lambda: ACTIVATIONS[name].dual(mp, v, rho),
        "mean": lambda: gaussian.correlation(mp, FUNCTIONS[name][0](mp, v), rho),
        "value": rho,
        "arcsine": lambda: mp.asin(rho),
        "arcsine_half": lambda: mp.asin(4 * v * v * rho / (1 + 8 * v * v)),
    }


def tanh_gelu_dual(mp: Any, sigma: tuple[str, Any], rho: Any) -> dict[str, Any]:
    """The same for the tanh approximation of GELU, its mean by a few terms of the Hermite series with the proved tail."""
    f = tanh_gelu(mp, None)

    def mean() -> Any:
        if mp.eq(1 - abs(rho), 0) is not False:
            return gaussian.correlation(mp, f, rho)
        squares = [gaussian.coefficient(mp, f, k) ** 2 for k in range(TANH_GELU_TERMS)]
        tail = abs(gaussian.product(mp, f, f) - mp.fsum(squares)) * abs(rho) ** TANH_GELU_TERMS
        return mp.fsum(square * rho**k for k, square in enumerate(squares)) + mp.between(-tail, tail)

    return {**closed_form(mp, sigma, rho), "mean": mean}


def price(mp: Any, sigma: tuple[str, Any], rho: Any, N: int) -> dict[str, Any]:
    """The slope of the textbook's dual, ``E sigma'(X) sigma'(Y)`` by quadrature, and the series of the slope up to degree ``N``."""
    name, v = sigma
    activation, slope = ACTIVATIONS[name], FUNCTIONS[name][1](mp, v)
    masses = [k * activation.coefficient(mp, v, k) ** 2 for k in range(1, N + 1)]
    return {
        "slope": lambda: activation.dual_slope(mp, v, rho),
        "mean": lambda: gaussian.correlation(mp, slope, rho),
        "dual": lambda: activation.dual(mp, v, rho),
        "partial": mp.fsum(mass * rho**k for k, mass in enumerate(masses)),
        "rest": lambda: gaussian.product(mp, slope, slope) - mp.fsum(masses),
        "size": abs(rho),
    }


def properties(mp: Any, kernel: dict[str, Any], rho: Any, x: Any, y: Any) -> dict[str, Any]:
    r"""$\kappa=\hat\sigma/\hat\sigma(1)$ at the points that the properties compare."""
    activation, v = ACTIVATIONS[kernel["activation"]], kernel["parameter"]
    variance = activation.dual(mp, v, mp.mpf(1))

    def at(point: Any) -> Any:
        return activation.dual(mp, v, point) / variance

    low, high = mp.minimum(x, y), mp.maximum(x, y)
    return {
        "at_rho": lambda: at(rho),
        "at_size": lambda: at(abs(rho)),
        "at_low": lambda: at(low),
        "at_high": lambda: at(high),
        "at_middle": lambda: at((x + y) / 2),
        "of_sum": lambda: 2 * (at(rho) - at(-rho)),
        "at_one": mp.mpf(1),
    }


def equidistant(mp: Any, kernel: dict[str, Any], points: list[Any]) -> dict[str, Any]:
    r"""$\hat\sigma/\hat\sigma(1)$ at equidistant correlations."""
    activation, v = ACTIVATIONS[kernel["activation"]], kernel["parameter"]
    variance = activation.dual(mp, v, mp.mpf(1))
    return {f"at_{j}": activation.dual(mp, v, point) / variance for j, point in enumerate(points)} | {"one": mp.mpf(1)}


def parity(mp: Any, sigma: tuple[str, Any], rho: Any, factor: Any) -> dict[str, Any]:
    """The textbook's dual at ``rho`` and ``-rho``, and the means of the two parts of the function by quadrature."""
    name, v = sigma
    f = FUNCTIONS[name][0](mp, v)

    def mean(function: gaussian.Function) -> Any:
        return gaussian.correlation(mp, function, rho)

    return {
        "at_rho": lambda: ACTIVATIONS[name].dual(mp, v, rho),
        "at_minus": lambda: ACTIVATIONS[name].dual(mp, v, -rho),
        "even_mean": lambda: mean(gaussian.part(f, 1)),
        "odd_mean": lambda: mean(gaussian.part(f, -1)),
        "scaled_mean": lambda: mean(scaled(f, factor)),
        "factor": factor,
    }


def positive(mp: Any, G: Any, kernel: dict[str, Any]) -> dict[str, Any]:
    """The determinants of ``G`` and of its image, entry by entry."""
    activation, v, n = ACTIVATIONS[kernel["activation"]], kernel["parameter"], G.rows
    variance = activation.dual(mp, v, mp.mpf(1))
    entries = {(i, j): activation.dual(mp, v, G[i, j]) / variance for i in range(n) for j in range(i)}
    image = [[mp.mpf(1) if i == j else entries[max(i, j), min(i, j)] for j in range(n)] for i in range(n)]
    return {
        "determinant": mp.det(mp.matrix(image)),
        "before": lambda: mp.det(G),
        "largest": mp.maximum([G[i, j] for i in range(n) for j in range(i)]),
        "one": mp.mpf(1),
    }
