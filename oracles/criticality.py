r"""Moments of activations of a Gaussian of variance $K$ by rigorous quadrature, for claims about criticality.

With $r=\sqrt K$ and $g(K)=\mathbb E\,\sigma(rz)^2$: $g'(K)=\frac1r\mathbb E\,z\,\sigma(rz)\sigma'(rz)$.  A critical point solves
$g'(K)=\mathbb E\,\sigma'(rz)^2=:\chi(K)$; it has $C_W=1/\chi(K)$ and $C_b=K-C_Wg(K)$.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from oracles.activation_functions import gelu as gelu_function
from oracles.activation_functions import gelu_slope, silu_slope, tanh_gelu, tanh_gelu_slope
from oracles.activation_functions import silu as silu_function
from oracles.activation_table import Printed, printed_value
from oracles.activations_series import precision
from oracles.gaussian import Function, density, half_line
from oracles.kernels import iterates
from refute.arithmetic import Ambiguous

FUNCTIONS = {"gelu": (gelu_function, gelu_slope), "silu": (silu_function, silu_slope)}
STEPS = 24


def gelu(mp: Any, K: Any) -> dict[str, Any]:
    """For GELU."""
    return moments(mp, K, gelu_function(mp, None), gelu_slope(mp, None))


def silu(mp: Any, K: Any) -> dict[str, Any]:
    """For SiLU, with its printed critical variance and half a unit of the last digit."""
    star, unit = printed_value(mp, POINTS[1].printed[0])
    return moments(mp, K, silu_function(mp, None), silu_slope(mp, None)) | {"star": star, "unit": unit}


def tanh_gelu_moments(mp: Any, K: Any) -> dict[str, Any]:
    """For its approximation by a hyperbolic tangent."""
    return moments(mp, K, tanh_gelu(mp, None), tanh_gelu_slope(mp, None))


def moments(mp: Any, K: Any, f: Function, slope: Function) -> dict[str, Any]:
    r"""$g'(K)$, $\chi(K)$ and $g(K)$ for $|\sigma(x)|\le|x|$ and $|\sigma'|\le2$."""
    r = mp.sqrt(K)

    def growth() -> Any:
        def integrand(z: Any) -> Any:
            right, left = f.right(r * z) * slope.right(r * z), f.left(r * z) * slope.left(r * z)
            return z * (right - left) * density(mp, z)

        # z^2 <= 2 e^z
        return half_line(mp, integrand, 8 * r, 1) / r

    def susceptibility() -> Any:
        def integrand(z: Any) -> Any:
            right, left = slope.right(r * z), slope.left(r * z)
            return (right * right + left * left) * density(mp, z)

        return half_line(mp, integrand, 8, 0)

    def second() -> Any:
        def integrand(z: Any) -> Any:
            right, left = f.right(r * z), f.left(r * z)
            return (right * right + left * left) * density(mp, z)

        return half_line(mp, integrand, 4 * K, 1)

    return {"growth": growth, "susceptibility": susceptibility, "second": second, "K": K}


@dataclass(frozen=True)
class CriticalPoint:
    """A named activation, variances on either side of its critical one, and $K^*,C_W,C_b$ as they are printed."""

    label: str
    activation: str
    low: Fraction
    high: Fraction
    printed: tuple[Printed, Printed, Printed]


POINTS = (
    CriticalPoint(
        "GELU",
        "gelu",
        Fraction(3),
        Fraction(4),
        (lambda mp: (3 + mp.sqrt(mp.mpf(17))) / 2, "1.98305825743754713", "0.17292239075606735"),
    ),
    CriticalPoint("SiLU", "silu", Fraction(14), Fraction(15), ("14.3201736180258", "1.98800467826949", "0.55514317072153")),
)


_FOUND: dict[Any, list[Any]] = {}


def critical_point(mp: Any, point: CriticalPoint) -> list[Any]:
    r"""$K^*$, $C_W$ and $C_b$ of a point, computed once per precision."""
    key = (type(mp), precision(mp), point.activation)
    if key not in _FOUND:
        _FOUND[key] = solved(mp, point)
    return _FOUND[key]


def solved(mp: Any, point: CriticalPoint) -> list[Any]:
    r"""$K^*$, $C_W$ and $C_b$, by a certified sign change of $g'-\chi$ between the two variances of the point."""
    f, slope = (build(mp, None) for build in FUNCTIONS[point.activation])

    def excess(K: Fraction) -> Any:
        found = moments(mp, mp.mpf(K), f, slope)
        return found["growth"]() - found["susceptibility"]()

    K = root(mp, excess, point.low, point.high)
    found = moments(mp, K, f, slope)
    weight = 1 / found["susceptibility"]()
    return [K, weight, K - weight * found["second"]()]


def root(mp: Any, f: Callable[[Fraction], Any], low: Fraction, high: Fraction) -> Any:
    """A root of a continuous function that is positive at ``low`` and negative at ``high``.

    Secants come near it; what counts is the certified change of sign around the last one.  `Ambiguous` if there is none.
    """
    bits = precision(mp)
    width = Fraction(1, 2 ** (bits // 2))
    before, current = low, high
    height = Fraction(mp.to_float(f(before)))
    for _ in range(STEPS):
        moved = Fraction(mp.to_float(f(current)))
        if moved == height:
            break
        step = moved * (current - before) / (moved - height)
        before, height = current, moved
        current = Fraction(round((current - step) * 2**bits), 2**bits)
        if abs(step) < width:
            break
    if not (mp.lt(0, f(current - width)) and mp.lt(f(current + width), 0)):
        raise Ambiguous("no change of sign is certain next to the root")
    return mp.between(current - width, current + width)


def points(mp: Any, row: int) -> dict[str, Any]:
    """The critical point of a row beside the printed one."""
    values, units = zip(*(printed_value(mp, item) for item in POINTS[row].printed), strict=True)
    K, weight, bias = values
    return {
        "value": lambda: critical_point(mp, POINTS[row]),
        "printed": [K, weight, bias],
        "unit": list(units),
        "halved": [K / 2, weight, bias],
        "swapped": [K, bias, weight],
    }


def tanh_recursion(mp: Any, K: Any, L: int) -> dict[str, Any]:
    r"""$K_{\ell+1}=\mathbb E\tanh^2(\sqrt{K_\ell}z)$, and the growth of $1/K_\ell$ in a layer."""
    states = iterates(lambda state: tanh_second_moment(mp, state), K, L)
    growths = [1 / after - 1 / before for before, after in pairwise(states)]
    return {"later": states[1:], "before": states[:-1], "growth": growths, "first": states[1], "K": K}


def tanh_second_moment(mp: Any, K: Any) -> Any:
    r"""$\mathbb E\tanh^2(\sqrt Kz)$."""
    r = mp.sqrt(K)

    def integrand(z: Any) -> Any:
        value = mp.tanh(r * z)
        return 2 * value * value * density(mp, z)

    return half_line(mp, integrand, 2, 0)
