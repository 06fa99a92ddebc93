r"""Gram determinants of random linear networks, exactly: one draw of the weights, and the means over all draws.

A layer multiplies the determinant by a product of independent chi-square variables (Bartlett); the trace of a new layer is a
weighted sum of such variables, whose mean logarithm is an integral over [0, 1].
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from math import comb, factorial, prod
from typing import Any

from oracles.activations import double_factorial
from oracles.finite_width import shared_factors


def logdet_draw(mp: Any, X: Any, n: int, r: int, W1: Any, W2: Any, W3: Any) -> dict[str, Any]:
    """Determinants and traces of the Gram matrices of one linear network, in rationals until the logarithm."""
    state, divisor, grams = X, 1, []
    for weight in (W1, W2, W3):
        state, divisor = weight * state, divisor * weight.rows
        grams.append(state.T * state / divisor)
    start = X.T * X
    gains, widths = [mp.det(G) / mp.det(start) for G in grams], [W.rows for W in (W1, W2, W3)]
    half_steps = r + n - min(widths)
    return {
        **_logdet_constants(mp, X, n, half_steps, widths),
        "gain": gains,
        "log_gain": lambda: [mp.log(gain) for gain in gains],
        "power_gain": lambda: [mp.power(gain, mp.mpf(Fraction(half_steps, 2))) for gain in gains],
        "trace": [mp.trace(G) for G in grams],
        "full": [mp.mpf(int(gain != 0)) for gain in gains],
    }


def logdet_moments(mp: Any, X: Any, n: int, r: int, m1: int, m2: int, m3: int) -> dict[str, Any]:
    """The means of the same numbers: signed permutations by their cycles, telescoping Gamma functions, harmonic sums."""
    widths = (m1, m2, m3)
    half_steps = r + n - min(widths)
    constants = _logdet_constants(mp, X, n, half_steps, widths)

    def running(step: Any, join: Any) -> list[Any]:
        return list(itertools.accumulate((step(m) for m in widths), join))

    return {
        **constants,
        "gain": running(lambda m: mp.mpf(Fraction(signed_cycles(n, m), m**n)), lambda a, b: a * b),
        "log_gain": lambda: running(lambda m: mean_log_determinant(mp, n, m), lambda a, b: a + b),
        "power_gain": lambda: running(lambda m: telescoped_powers(mp, n, m, half_steps), lambda a, b: a * b),
        "trace": [constants["trace_start"] * gain for gain in running(mean_chi_square, lambda a, b: a * b)],
        "full": lambda: [mp.mpf(int(full)) for full in almost_surely_full(mp, X, widths)],
    }


def almost_surely_full(mp: Any, X: Any, widths: Sequence[int]) -> Iterator[bool]:
    r"""Whether the states of all layers keep the rank of ``X`` ``(d, n)`` almost surely; else they lose it almost surely.

    $\det G^\ell$ is a polynomial in the Gaussian weights and at least 0: it vanishes almost surely if its mean is 0, and
    almost never if some weights make it positive, such as the first rows of the transposed state above rows of zeros.
    """
    n, mean, state = X.cols, 1, X
    for m in widths:
        mean *= signed_cycles(n, m)
        state = mp.matrix([[state[j, i] for j in range(state.rows)] for i in range(min(m, n))]) * state
        positive = bool(mp.det(state.T * state) != 0)
        if positive != (mean > 0):
            raise RuntimeError(f"the mean determinant is {mean}, but that of some weights is {'not ' if positive else ''}0")
        yield positive


def _logdet_constants(mp: Any, X: Any, n: int, half_steps: int, widths: Sequence[int]) -> dict[str, Any]:
    """The right-hand sides as printed, with psi and Gamma as library functions."""

    psi = cache(lambda k: mp.digamma(mp.mpf(Fraction(k, 2))))
    gamma = cache(lambda k: mp.gamma(mp.mpf(Fraction(k, 2))))

    def logs(shift: int) -> list[Any]:
        terms = (mp.fsum(psi(m - i + shift) for i in range(n)) + n * mp.log(mp.mpf(Fraction(2, m))) for m in widths)
        return list(itertools.accumulate(terms))

    def power(m: int) -> Any:
        ratios = (gamma(m - i + half_steps) / gamma(m - i) for i in range(n))
        return mp.fprod(ratios) * mp.power(mp.mpf(Fraction(2, m)), mp.mpf(Fraction(n * half_steps, 2)))

    return {
        "drift": lambda: logs(0),
        "drift_shifted": lambda: logs(1),
        "falling": [
            mp.mpf(prod((Fraction(m - i, m) for m in widths[: k + 1] for i in range(n)), start=Fraction(1))) for k in range(3)
        ],
        "factor": lambda: list(itertools.accumulate((power(m) for m in widths), lambda a, b: a * b)),
        "trace_start": mp.fsum(X[i, k] * X[i, k] for i in range(X.rows) for k in range(n)),
        "start": mp.det(X.T * X),
    }


@lru_cache(maxsize=256)
def signed_cycles(n: int, m: int) -> int:
    r"""$\sum_\pi\mathrm{sgn}(\pi)\,m^{\#\mathrm{cycles}(\pi)}$ over permutations of ``n``: the mean determinant of a Wishart matrix."""
    total = 0
    for permutation in itertools.permutations(range(n)):
        left, cycles = set(range(n)), 0
        while left:
            cycles, place = cycles + 1, left.pop()
            while (place := permutation[place]) in left:
                left.remove(place)
        total += (-1) ** (n - cycles) * m**cycles
    return total


def mean_chi_square(m: int) -> Fraction:
    r"""$\mathbb E\chi^2_m/m$, by which a layer multiplies the mean squared length of every sample."""
    return Fraction(shared_factors(m, 1), m)


def mean_log_determinant(mp: Any, n: int, m: int) -> Any:
    r"""$\mathbb E\log\prod_{i<n}\chi^2_{m-i}/m$."""
    return mp.fsum(mean_log_chi_square(mp, m - i) for i in range(n)) - n * mp.log(m)


def mean_log_chi_square(mp: Any, k: int) -> Any:
    r"""$\mathbb E\log\chi^2_k$: Euler's constant, log 2 and a harmonic sum, over odd numbers for odd ``k``."""
    if k % 2 == 0:
        return mp.log(2) - mp.euler + mp.mpf(sum((Fraction(1, j) for j in range(1, k // 2)), start=Fraction(0)))
    return -mp.log(2) - mp.euler + mp.mpf(sum((Fraction(2, j) for j in range(1, k - 1, 2)), start=Fraction(0)))


def telescoped_powers(mp: Any, n: int, m: int, half_steps: int) -> Any:
    r"""$\mathbb E\prod_{i<n}(\chi^2_{m-i}/m)^{s/2}$: the products over i telescope at every half step s."""
    value = mp.mpf(1)
    for step in range(min(half_steps, 0), max(half_steps, 0)):
        ratio = gamma_of_half(mp, m + step + 1) / gamma_of_half(mp, m + step - n + 1)
        value = value * ratio if half_steps > 0 else value / ratio
    return value * mp.sqrt(mp.mpf(Fraction(2, m))) ** (n * half_steps)


def gamma_of_half(mp: Any, k: int) -> Any:
    r"""$\Gamma(k/2)$ by factorials."""
    if k % 2 == 0:
        return mp.mpf(factorial(k // 2 - 1))
    return mp.mpf(Fraction(double_factorial(k - 2), 2 ** ((k - 1) // 2))) * mp.sqrt(mp.pi)


# one layer of the isometry: linear_isometry_drift --------------------------------------------------------------------------

# eigenvalues nearer than this are enclosed together; one this much below the next larger is enclosed, not integrated
SEPARATED = Fraction(1, 1 << 12)
NEGLIGIBLE = Fraction(1, 1 << 10)


def isometry_draw(mp: Any, a: list[Any], d: int, W: Any) -> dict[str, Any]:
    r"""One draw: the isometry of the Gram matrix of ``W diag(sqrt(a))`` from its rational determinant and trace."""
    n = len(a)
    gram = W.T * W
    determinant = mp.det(mp.matrix([[gram[i, j] for j in range(n)] for i in range(n)])) * mp.fprod(a)
    trace = mp.fsum(a[i] * gram[i, i] for i in range(n))
    return {**_drift_constants(mp, a, d), "log_isometry_next": mp.log(determinant / (trace / n) ** n) / n}


def isometry_drift(mp: Any, a: list[Any], d: int) -> dict[str, Any]:
    """The mean of the same logarithm: the mean log determinant less that of the trace; one sample has isometry 1."""
    n = len(a)
    if n == 1:
        return {**_drift_constants(mp, a, d), "log_isometry_next": mp.mpf(0)}
    determinant = mean_log_determinant(mp, n, d) + mp.log(mp.fprod(a))
    return {**_drift_constants(mp, a, d), "log_isometry_next": determinant / n - mean_log_trace(mp, a, d) + mp.log(n)}


def _drift_constants(mp: Any, a: list[Any], d: int) -> dict[str, Any]:
    n = len(a)
    terms = [mp.digamma(mp.mpf(Fraction(d, 2))) - mp.digamma(mp.mpf(Fraction(d - i, 2))) for i in range(1, n)]
    return {
        "log_isometry": mp.log(mp.fprod(a) / (mp.fsum(a) / n) ** n) / n,
        "drift": mp.fsum(terms) / n,
        "drift_logarithm": lambda: mp.fsum(terms) / n + mp.log(mp.mpf(Fraction(d, 2))) - mp.digamma(mp.mpf(Fraction(d, 2))),
    }


def mean_log_trace(mp: Any, a: list[Any], d: int) -> Any:
    r"""$\mathbb E\log\frac1d\sum_ia_i\chi^2_{d,i}$: a closed form for even ``d`` or two terms, an enclosure, or an integral."""
    if all(value == a[0] for value in a):
        return mean_log_chi_square(mp, len(a) * d) + mp.log(a[0] / d)
    if len(a) == 2 and d % 2:
        return log_of_two(mp, a, d)
    ordered = sorted(a, reverse=True)
    if d % 2 == 0:
        low, high = _grouped(ordered)
        least = log_of_gammas(mp, low, d)
        return least if all(x == y for x, y in zip(low, high, strict=True)) else mp.between(least, log_of_gammas(mp, high, d))
    split = next((k for k in range(1, len(a)) if ordered[k] <= ordered[k - 1] * NEGLIGIBLE), 0)
    return log_with_small(mp, ordered[:split], ordered[split:], d) if split else log_by_integral(mp, a, d)


def _grouped(ordered: list[Any]) -> tuple[list[Any], list[Any]]:
    """Falling numbers with those that nearly agree replaced by the least, and by the largest, of them."""
    groups: list[list[Any]] = []
    for value in ordered:
        if groups and value >= groups[-1][-1] * (1 - SEPARATED):
            groups[-1].append(value)
        else:
            groups.append([value])
    return [group[-1] for group in groups for _ in group], [group[0] for group in groups for _ in group]


def log_of_two(mp: Any, a: list[Any], d: int) -> Any:
    r"""Two terms, odd ``d = 2s + 1``: the shares are $\sin^2\theta,\cos^2\theta$ with the density of $\sin^{2s}2\theta$.

    Fourier series of $\log(1+2r\cos\phi+r^2)$, $r=(\sqrt{a_2}-\sqrt{a_1})/(\sqrt{a_1}+\sqrt{a_2})$, against that polynomial.
    """
    roots, s = [mp.sqrt(value) for value in a], (d - 1) // 2
    r = (roots[1] - roots[0]) / (roots[0] + roots[1])
    terms = (mp.mpf(Fraction((-1) ** j * comb(2 * s, s - j), j * comb(2 * s, s))) * r ** (2 * j) for j in range(1, s + 1))
    return mean_log_chi_square(mp, 2 * d) - mp.log(d) + 2 * mp.log((roots[0] + roots[1]) / 2) - mp.fsum(terms)


def log_of_gammas(mp: Any, a: list[Any], d: int) -> Any:
    r"""Even ``d``: partial fractions of $\prod_i(1+2a_it)^{-d/2}$ make the sum a signed mixture of single $a_i\chi^2_{2k}$."""
    shapes: list[tuple[Any, int]] = []
    for value in a:
        if not any(value == known for known, _ in shapes):
            shapes.append((value, d // 2 * sum(1 for other in a if other == value)))
    total = mp.mpf(0)
    for value, shape in shapes:
        series = [mp.mpf(1)] + [mp.mpf(0)] * (shape - 1)
        for other, power in shapes:
            if other != value:
                q = other / value
                factor = [(-1) ** j * comb(power + j - 1, j) * q**j / (1 - q) ** (power + j) for j in range(shape)]
                series = [mp.fsum(series[i] * factor[j - i] for i in range(j + 1)) for j in range(shape)]
        for j, coefficient in enumerate(series):
            total = total + coefficient * (mean_log_chi_square(mp, 2 * (shape - j)) + mp.log(value / d))
    return total


def log_with_small(mp: Any, large: list[Any], small: list[Any], d: int) -> Any:
    r"""An enclosure for ``d >= 3``, from $x-x^{5/4}\le\log(1+x)\le x$ for the ratio $x$ of the small terms to the large ones.

    For one large term $\mathbb E\,x=\sum_ia_i\,d/((d-2)a_1)$; for several, that is only an upper bound of it, and 0 the lower one.
    """
    base, ratios = mean_log_trace(mp, large, d), [value / large[0] for value in small]
    mean = mp.fsum(ratios) * Fraction(d, d - 2)
    if len(large) > 1:
        return base + mp.between(0, mean)
    square = (d * mp.fsum(ratios)) ** 2 + 2 * d * mp.fsum(ratio * ratio for ratio in ratios)
    inverse = mp.gamma(mp.mpf(Fraction(2 * d - 5, 4))) / (mp.gamma(mp.mpf(Fraction(d, 2))) * mp.power(2, mp.mpf(Fraction(5, 4))))
    return base + mp.between(mean - inverse * mp.power(square, mp.mpf(Fraction(5, 8))), mean)


def log_by_integral(mp: Any, a: list[Any], d: int) -> Any:
    r"""Any ``d``: $\chi^2_{nd}$ times a quadratic form on the unit sphere, whose mean logarithm is an integral over [0, 1].

    With $\lambda_i=na_i/\sum_ja_j$, $x=1-v^2$ and $p(x)=\prod_i(1+(\lambda_i-1)x)$, the integrand is
    $2v^{nd-1}(1-p^{-d/2})/x$, and $(p-1)/x$ is a polynomial without constant term.
    """
    n, total = len(a), mp.fsum(a)
    lam = sorted(n * value / total for value in a)
    symmetric = [mp.mpf(1)] + [mp.mpf(0)] * n
    for value in lam:
        for m in range(n, 0, -1):
            symmetric[m] = symmetric[m] + symmetric[m - 1] * (value - 1)

    def integrand(v: Any) -> Any:
        x = 1 - v * v
        quotient = symmetric[n] * x
        for m in range(n - 1, 1, -1):
            quotient = (quotient + symmetric[m]) * x
        p = 1 + quotient * x
        powers, root = 1 + 0 * x, 1 + 0 * x
        for _ in range(d - 1):
            powers = powers * p + 1
        for value in lam:
            root = root * mp.sqrt(value + (1 - value) * (v * v))
        root = root**d
        return 2 * v ** (n * d - 1) * quotient * powers / (root * (root + 1))

    radial = mean_log_chi_square(mp, n * d) - mp.log(d) + mp.log(total / n)
    return radial + mp.quad(integrand, unit_interval(mp, lam[0]))


def unit_interval(mp: Any, least: Any) -> list[Any]:
    """Points of [0, 1], spaced by a factor 16 down to the complex singularities at the root of ``least``."""
    point, points = mp.mpf(1), [mp.mpf(1)]
    while point * point > least:
        point = point / 16
        points.append(point)
    return [mp.mpf(0), *reversed(points)]
