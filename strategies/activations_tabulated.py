r"""Activations without a closed dual on batches: tables of the even and the odd part, made once from quadratures in floats.

For $a\le\frac12$ the Hermite series has converged after $N$ terms, $2^{-N}$ being below the rounding.  For $a>\frac12$ the
slopes $E'(a)$, $O'(a)$ and the mean slopes $\frac{E(1)-E(a)}{1-a}$, $\frac{O(1)-O(a)}{1-a}$ are analytic in
$\theta=\arccos a$, also for an activation with a kink at 0, since a Gaussian pair in polar coordinates only changes its
sectors with $\theta$; so they are Chebyshev series on $[0,\frac\pi3]$.  By Price's theorem $E'$ and $O'$ are the duals of the
odd and the even part of $\sigma'$, so no difference of near numbers is taken anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refute.namespace import namespace
from strategies import gaussian
from strategies.activation_functions import SLOPES, VALUES
from strategies.duals import Activation, Parities

TERMS = 64
DEGREE = 36
WIDEST = math.pi / 3
NOISE = 2.0**-47  # what rounding leaves of a coefficient that is 0


@dataclass(frozen=True)
class Tables:
    """``series`` holds even, odd, even slope, odd slope per power of ``a^2``, ``chebyshev`` the four functions of the angle."""

    series: Any
    chebyshev: Any
    mean: float
    even_total: float
    odd_total: float


class Tabulated(Activation):
    """An activation from its values and its slopes in floats; it has no parameter."""

    def __init__(self, name: str) -> None:
        self.name = name

    def parities(self, xp: Any, parameter: Any, a: Any, c: Any) -> Parities:
        tables = self.tables
        even, odd, _, _ = self._near_zero(xp, a)
        even_slope, odd_slope, _, _ = self._near_one(xp, c)
        even_drop, odd_drop = c * even_slope, c * odd_slope
        low = a <= 0.5
        return Parities(
            xp.where(low, even, tables.even_total - even_drop),
            xp.where(low, odd, tables.odd_total - odd_drop),
            xp.where(low, tables.even_total - even, even_drop),
            xp.where(low, tables.odd_total - odd, odd_drop),
        )

    def slopes(self, xp: Any, parameter: Any, a: Any, c: Any) -> tuple[Any, Any]:
        _, _, even, odd = self._near_zero(xp, a)
        _, _, even_above, odd_above = self._near_one(xp, c)
        return xp.where(a <= 0.5, even, even_above), xp.where(a <= 0.5, odd, odd_above)

    def constant(self, xp: Any, parameter: Any) -> Any:
        return self.tables.mean**2 + 0 * parameter

    def squares(self, count: int) -> list[float]:
        """The squared Hermite coefficients ``c_k^2`` for ``k < count``, at most ``2 TERMS - 1`` of them."""
        even, odd = [self.tables.mean**2, *self.tables.series[:, 0]], self.tables.series[:, 1]
        return [float(odd[k // 2] if k % 2 else even[k // 2]) for k in range(count)]

    def _near_zero(self, xp: Any, a: Any) -> tuple[Any, Any, Any, Any]:
        """``E(a) - E(0), O(a), E'(a), O'(a)`` for ``a <= 1/2``."""
        small = xp.where(a <= 0.5, a, 0 * a)
        square, total = (small * small)[..., None], 0
        for row in reversed(gaussian.arrays(xp, a, self.tables.series)[0]):
            total = total * square + row
        return small**2 * total[..., 0], small * total[..., 1], small * total[..., 2], total[..., 3]

    def _near_one(self, xp: Any, c: Any) -> tuple[Any, ...]:
        """Mean slopes of ``E`` and ``O`` above ``a``, and slopes at ``a``, for ``a >= 1/2``, by Clenshaw's recurrence."""
        near = xp.where(c <= 0.5, c, 0 * c + 0.5)
        x = (4 / WIDEST * xp.asin(xp.sqrt(near / 2)) - 1)[..., None]
        rows = gaussian.arrays(xp, c, self.tables.chebyshev)[0]
        last, value = 0 * x, 0 * x + rows[-1]
        for row in reversed(rows[1:-1]):
            last, value = value, 2 * x * value - last + row
        found = x * value - last + rows[0]
        return tuple(found[..., i] for i in range(4))

    @cached_property
    def tables(self) -> Tables:
        xp = namespace("numpy")
        x, weights = gaussian.half_line()
        weights = weights * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        right, left = VALUES[self.name](xp, None, x), VALUES[self.name](xp, None, -x)
        coefficients = np.array(
            [np.sum((right + (-1) ** k * left) * gaussian.orthonormal_hermite(k, x) * weights) for k in range(2 * TERMS)]
        )
        coefficients[np.abs(coefficients) < NOISE * np.max(np.abs(coefficients))] = 0.0
        squares = (coefficients**2).reshape(TERMS, 2)
        degrees = np.arange(2 * TERMS).reshape(TERMS, 2)
        even, even_slope = squares[1:, 0], (squares * degrees)[1:, 0]
        series = np.stack([even, squares[:-1, 1], even_slope, (squares * degrees)[:-1, 1]], axis=1)
        chebyshev = self._chebyshev()
        totals = [np.polynomial.chebyshev.chebval(1.0, chebyshev[:, i]) / 2 for i in (0, 1)]
        powers = 4.0 ** -np.arange(TERMS)
        at_half = [np.sum((squares[:, 0] * powers)[1:]), np.sum(squares[:, 1] * powers) / 2]
        return Tables(series, chebyshev, float(coefficients[0]), float(at_half[0] + totals[0]), float(at_half[1] + totals[1]))

    def _chebyshev(self) -> Any:
        """Interpolation of the four functions of the angle at Chebyshev's points of ``[0, WIDEST]``."""
        nodes = np.cos((np.arange(DEGREE + 1) + 0.5) * math.pi / (DEGREE + 1))
        angles = (nodes + 1) * WIDEST / 2
        slopes = [self._slope(parity, angles) for parity in (-1, 1)]
        fits = [np.polynomial.chebyshev.chebfit(nodes, slope, DEGREE) for slope in slopes]
        points, weights = gaussian.legendre(32)
        inner = angles[:, None] * points
        means = []
        for fit in fits:
            values = np.polynomial.chebyshev.chebval(2 * inner / WIDEST - 1, fit)
            mean = np.sum(values * np.sin(inner) * weights, axis=1) * angles / (2 * np.sin(angles / 2) ** 2)
            means.append(np.polynomial.chebyshev.chebfit(nodes, mean, DEGREE))
        return np.stack([*means, *fits], axis=1)

    def _slope(self, parity: int, angles: Any) -> Any:
        """The dual of the even (``parity`` 1) or odd (-1) part of the derivative: the slope of the odd or even part."""
        xp = namespace("numpy")

        def part(x: Any) -> Any:
            return (SLOPES[self.name](xp, None, x) + parity * SLOPES[self.name](xp, None, -x)) / 2

        return np.concatenate([gaussian.plane_mean(xp, part, angle[None], fine=True) for angle in angles])


TABULATED: dict[str, Activation] = {
    name: Tabulated(name) for name in ("tanh", "sigmoid", "silu", "softplus", "softsign", "elu", "selu")
}
