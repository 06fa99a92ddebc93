r"""The constants of a table of activations in floats, by Gauss-Legendre quadrature of the functions and their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from refute.namespace import namespace
from strategies.activation_functions import SLOPES, VALUES
from strategies.gaussian import half_line, orthonormal_hermite

MONIC_TERMS = 40


@dataclass(frozen=True)
class Constants:
    r"""$c_0,c_1,m_2,\alpha,\beta_0,\kappa(0),\kappa'(0),\kappa'(1)$, and the $\beta_0$ of monic coefficients divided by $k!$."""

    values: list[float]
    monic: float


@cache
def named(name: str, parameter: float) -> Constants:
    """The constants of a named activation."""
    xp = namespace("numpy")
    return constants(lambda x: VALUES[name](xp, parameter, x), lambda x: SLOPES[name](xp, parameter, x))


@cache
def monic_hermite(degree: int) -> Constants:
    r"""Those of $\mathrm{He}_k$."""
    size = math.sqrt(math.factorial(degree))
    return constants(
        lambda x: size * orthonormal_hermite(degree, x),
        lambda x: degree * size * orthonormal_hermite(degree - 1, x) / math.sqrt(degree),
    )


def constants(f: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Constants:
    x, weights = half_line()
    weights = weights * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def mean(g: Callable[[Any], Any]) -> float:
        return float(np.sum((g(x) + g(-x)) * weights))

    first, second, square = mean(f), mean(lambda z: z * f(z)), mean(lambda z: f(z) ** 2)
    # the variance as a mean of squares: what rounding leaves of the mean of an odd function must not count
    variance = mean(lambda z: (f(z) - first) ** 2)
    alpha = second**2 / variance
    kept = [mean(lambda z, k=k: f(z) * orthonormal_hermite(k, z)) ** 2 for k in range(1, MONIC_TERMS)]
    total = sum(c / math.factorial(k) for k, c in enumerate(kept, start=1))
    values = [
        first,
        second,
        square,
        alpha,
        2 - alpha,
        first**2 / square,
        second**2 / square,
        mean(lambda z: slope(z) ** 2) / square,
    ]
    return Constants(values, 2 - second**2 / total)


def gather(xp: Any, rows: Any, table: Sequence[Any]) -> Any:
    """The entries of a table at the row numbers ``(batch,)``, along the first axis."""
    return xp.asarray(np.asarray(table, dtype=float), dtype=rows.dtype, device=rows.device)[xp.astype(rows, xp.int64)]
