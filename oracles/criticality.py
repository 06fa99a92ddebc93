r"""Moments of activations of a Gaussian of variance $K$ by rigorous quadrature, for claims about criticality.

With $r=\sqrt K$ and $g(K)=\mathbb E\,\sigma(rz)^2$: $g'(K)=\frac1r\mathbb E\,z\,\sigma(rz)\sigma'(rz)$.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.activation_functions import gelu as gelu_function
from oracles.activation_functions import gelu_slope, tanh_gelu, tanh_gelu_slope
from oracles.gaussian import Function, density, half_line


def gelu(mp: Any, K: Any) -> dict[str, Any]:
    """For GELU."""
    return moments(mp, K, gelu_function(mp, None), gelu_slope(mp, None))


def tanh_gelu_moments(mp: Any, K: Any) -> dict[str, Any]:
    """For its approximation by a hyperbolic tangent."""
    return moments(mp, K, tanh_gelu(mp, None), tanh_gelu_slope(mp, None))


def moments(mp: Any, K: Any, f: Function, slope: Function) -> dict[str, Any]:
    r"""$g'(K)$ and $\mathbb E\,\sigma'(rz)^2$ for $|\sigma(x)|\le|x|$ and $|\sigma'|\le2$."""
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

    return {"growth": growth, "susceptibility": susceptibility, "K": K}


def tanh_recursion(mp: Any, K: Any, L: int) -> dict[str, Any]:
    r"""$K_{\ell+1}=\mathbb E\tanh^2(\sqrt{K_\ell}z)$."""
    states = [K]
    for _ in range(L):
        states.append(tanh_second_moment(mp, states[-1]))
    return {"later": states[1:], "first": states[1], "K": K}


def tanh_second_moment(mp: Any, K: Any) -> Any:
    r"""$\mathbb E\tanh^2(\sqrt Kz)$."""
    r = mp.sqrt(K)

    def integrand(z: Any) -> Any:
        value = mp.tanh(r * z)
        return 2 * value * value * density(mp, z)

    return half_line(mp, integrand, 2, 0)


def critical_gelu(mp: Any) -> tuple[Any, Any, Any]:
    r"""$K^*=\frac{3+\sqrt{17}}2$, $C_W=1/\mathbb E\sigma'(\sqrt{K^*}z)^2$ and $C_b=K^*-C_Wg(K^*)$."""
    K = (3 + mp.sqrt(mp.mpf(17))) * mp.mpf(Fraction(1, 2))
    r, f = mp.sqrt(K), gelu_function(mp, None)

    def integrand(z: Any) -> Any:
        right, left = f.right(r * z), f.left(r * z)
        return (right * right + left * left) * density(mp, z)

    weight = 1 / gelu(mp, K)["susceptibility"]()
    return K, weight, K - weight * half_line(mp, integrand, 4 * K, 1)
