"""The quantities of the claims about Hermite coefficients and polynomials."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from oracles import gaussian
from oracles.activation_functions import FUNCTIONS
from oracles.activations import ACTIVATIONS, Kernel, double_factorial
from oracles.gaussian import hermite


def coefficients(mp: Any, sigma: tuple[str, Any], K: int, lowest: int = 0) -> dict[str, Any]:
    """The printed formulas of the degrees from ``lowest`` to ``K`` in their factors, and the defining integrals."""
    name, v = sigma
    degrees = range(lowest, K + 1)
    roots = [mp.sqrt(mp.factorial(k)) for k in degrees]
    parts = [sign_and_double_factorial(name, k) for k in degrees]
    formulas = [ACTIVATIONS[name].coefficient(mp, v, k) for k in degrees]
    return {
        "integral": [gaussian.coefficient(mp, FUNCTIONS[name][0](mp, v), k) for k in degrees],
        "sign": [mp.mpf(sign) for sign, _ in parts],
        "double": [mp.mpf(double) for _, double in parts],
        "factor": [c * root / (sign * double) for c, root, (sign, double) in zip(formulas, roots, parts, strict=True)],
        "root": roots,
    }


def higher_coefficients(mp: Any, sigma: tuple[str, Any], K: int) -> dict[str, Any]:
    """The same from degree 2 on."""
    return coefficients(mp, sigma, K, lowest=2)


def sign_and_double_factorial(name: str, k: int) -> tuple[int, int]:
    """The alternating sign and the double factorial of a printed formula; 1 and 1 where the coefficient is 0."""
    m, is_odd = divmod(k, 2)
    shifted = (1, 1) if k == 0 or is_odd else ((-1) ** (m - 1), double_factorial(k - 3))
    match name:
        case "leaky relu" | "gelu":
            return shifted
        case "squared relu":
            return sign_and_double_factorial("leaky relu", k - 1) if k else (1, 1)
        case "sine" | "cosine" if is_odd == (name == "sine"):
            return (-1) ** m, 1
        case "erf" | "sign" | "distribution function" if is_odd:
            return (-1) ** m, double_factorial(k - 2)
    return 1, 1


def monomial(mp: Any, scale: Any, n: int, k: int) -> dict[str, Any]:
    r"""$\mathbb E(\lambda X)^n\mathrm{He}_k(X)$ from the moments of $X$ and the coefficients of $\mathrm{He}_k$."""
    mixed = sum(Fraction(c) * moment(n + power) for power, c in hermite_terms(k))
    paired = n - k >= 0 and (n - k) % 2 == 0
    half = (n - k) // 2
    formula = Fraction(math.factorial(n), 2**half * math.factorial(half)) if paired else Fraction(0)
    return {"mixed": mp.mpf(mixed) * scale**n, "formula": mp.mpf(formula), "scale": scale}


def mehler(mp: Any, rho: Any, m: int, n: int) -> dict[str, Any]:
    """Mixed moments of the Hermite polynomials of a Gaussian pair by Isserlis' formula, exact in rationals."""
    monic = mixed_mean(mp, hermite_terms(m), hermite_terms(n), rho)
    physicists = mixed_mean(mp, rescaled(hermite_terms(m), m), rescaled(hermite_terms(n), n), rho)
    roots = mp.sqrt(mp.factorial(m) * mp.factorial(n)) if m != n else mp.factorial(m)
    powers = mp.mpf(2) ** (m + n)
    return {
        "mixed": monic / roots,
        "monic": monic,
        "physicists": physicists / (mp.sqrt(powers) * roots),
        "misprinted": lambda: misprinted(mp, m, n, rho) / roots,
        "matched": mp.mpf(int(m == n)),
        "value": rho,
    }


def slope_tail(mp: Any, sigma: tuple[str, Any], M: int) -> dict[str, Any]:
    r"""$c_{2m}^2$ for ``m`` up to ``M`` by the printed coefficients, and $\mathbb E\sigma'^2-\sum_{k\le2M}kc_k^2$."""
    name, v = sigma
    squares = [ACTIVATIONS[name].coefficient(mp, v, k) ** 2 for k in range(2 * M + 1)]
    slope = FUNCTIONS[name][1](mp, v)
    second = gaussian.product(mp, slope, slope)
    kept = mp.fsum(k * square for k, square in enumerate(squares))
    return {"square": squares[2::2], "rest": second - kept, "v": v, "slope": second}


REACH = 4


def mehler_sum(mp: Any, x: Any, y: Any, rho: Any, N: int) -> dict[str, Any]:
    r"""Mehler's sum up to degree ``N`` at the arguments $4x,4y$, and its closed form as a quotient of Gaussian densities.

    The density of a pair of correlation $\rho$ is $\frac1{2\pi\sqrt{1-\rho^2}}e^{-(x^2-2\rho xy+y^2)/2(1-\rho^2)}$.
    """
    x, y = REACH * x, REACH * y
    products = [hermite(k, x) * hermite(k, y) * rho**k for k in range(N + 1)]
    square, across, determinant = x * x + y * y, 2 * rho * x * y, 1 - rho * rho
    root = mp.sqrt(determinant)
    quotient = mp.exp(square / 2 - (square - across) / (2 * determinant))
    return {
        "closed": quotient / root,
        "partial": mp.fsum(term / mp.factorial(k) for k, term in enumerate(products)),
        "monic": lambda: mp.fsum(products),
        "rootless": quotient,
        "doubled": lambda: quotient**2 / root,
        "linear": lambda: mp.exp((across - rho * square) / (2 * determinant)) / root,
        "envelope": mp.exp(square / 4),
        "size": abs(rho),
    }


def misprinted(mp: Any, m: int, n: int, rho: Any) -> Any:
    r"""$\mathbb E\,e^{-X^2-Y^2}\mathrm{He}_m(X)\mathrm{He}_n(Y)$: the moments of the tilted Gaussian pair.

    The tilted density has the inverse covariance $\Sigma^{-1}+2I$, so with $D=9-4\rho^2$ its variances are
    $\frac{3-2\rho^2}D$, its covariance $\frac\rho D$ and its mass $D^{-1/2}$.
    """
    determinant = 9 - 4 * rho * rho
    square, across = (3 - 2 * rho * rho) / determinant, rho / determinant
    total = mp.mpf(0)
    for i, a in hermite_terms(m):
        for j, b in hermite_terms(n):
            for pairs in range(min(i, j) + 1):
                if (i - pairs) % 2 == 0 and (j - pairs) % 2 == 0:
                    ways = math.comb(i, pairs) * math.comb(j, pairs) * math.factorial(pairs)
                    within = moment(i - pairs) * moment(j - pairs) * square ** ((i + j - 2 * pairs) // 2)
                    total = total + a * b * ways * within * across**pairs
    return total / mp.sqrt(determinant)


def hermite_terms(k: int) -> list[tuple[int, int]]:
    r"""The terms of $\mathrm{He}_k$ as pairs of power and coefficient: $\frac{(-1)^jk!}{2^jj!(k-2j)!}x^{k-2j}$."""
    return [
        (k - 2 * j, (-1) ** j * math.factorial(k) // (2**j * math.factorial(j) * math.factorial(k - 2 * j)))
        for j in range(k // 2 + 1)
    ]


def rescaled(terms: list[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    r"""Those of the physicists' $H_k(x)=2^{k/2}\mathrm{He}_k(\sqrt2x)$."""
    return [(power, coefficient * 2 ** ((k + power) // 2)) for power, coefficient in terms]


def mixed_mean(mp: Any, first: list[tuple[int, int]], second: list[tuple[int, int]], rho: Any) -> Any:
    """The mean of the product of two polynomials of a Gaussian pair."""
    return mp.fsum(a * b * mixed_moment(mp, i, j, rho) for i, a in first for j, b in second)


def mixed_moment(mp: Any, i: int, j: int, rho: Any) -> Any:
    r"""$\mathbb E X^iY^j$: ``l`` pairs across, the rest within."""
    total = mp.mpf(0)
    for across in range(min(i, j) + 1):
        if (i - across) % 2 == 0 and (j - across) % 2 == 0:
            ways = math.comb(i, across) * math.comb(j, across) * math.factorial(across)
            total = total + ways * moment(i - across) * moment(j - across) * rho**across
    return total


def moment(n: int) -> int:
    r"""$\mathbb E X^n$."""
    return 0 if n % 2 else double_factorial(n - 1)


def series(mp: Any, kernel: dict[str, Any], rho: Any, N: int) -> dict[str, Any]:
    """The kernel map in closed form, its Hermite series up to degree ``N``, and the mass beyond."""
    value = Kernel(mp, **kernel)
    shares = [value.activation.coefficient(mp, value.parameter, k) ** 2 / value.variance for k in range(N + 1)]
    return {
        "kappa": value(rho),
        "partial": mp.fsum(share * rho**k for k, share in enumerate(shares)),
        "monic": lambda: mp.fsum(share * rho**k * math.factorial(k) for k, share in enumerate(shares)),
        "doubled": lambda: mp.fsum(share * rho ** (2 * k) for k, share in enumerate(shares)),
        "rest": 1 - mp.fsum(shares),
        "size": abs(rho),
    }
