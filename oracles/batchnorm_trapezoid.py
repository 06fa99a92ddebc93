r"""Means over a Gaussian row by the trapezoid rule with a proved error: a route that knows no closed form.

For ``q = sum s_j w_j^2`` and an exponential variable ``e`` the quotient ``T = e / q`` has ``P(T > t) = prod (1 + 2 t
s_j)^{-1/2}``, so ``x = log T`` has the density ``f = sum f_i``, ``f_i = s_i t / (1 + 2 t s_i) prod (1 + 2 t s_j)^{-1/2}`` at ``t
= e^x``; the integrals of its parts are the shares ``p_i`` (O1), and ``E log q = -gamma - E x``.  Because ``|1 + r e^{ib}| >= (1 +
r) cos(b/2)``, on the line ``Im x = b`` the parts are at most ``cos(b/2)^{-1-n/2}`` times those on the real line: with the step
``h`` the trapezoid rule errs by ``2 M / (exp(2 pi a / h) - 1)`` where ``M`` bounds the integral of the modulus for ``|b| <= a``
(Trefethen and Weideman 2014, theorem 5.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint

from refute.arithmetic import Certifying

STRIP = Fraction(3)
CIRCLE_STRIP = Fraction(4, 3)
FINEST = 1 << 12
MARGIN = 6.0


def shares(mp: Any, s: list[Any]) -> list[Any]:
    """``p_i = E[s_i w_i^2 / sum_k s_k w_k^2]`` for positive ``s``, in the given order."""
    lam = _mean_one(mp, s)
    low, high, error, found, _ = _sums(mp, lam)
    below = [mp.exp(low) * value for value in lam]
    above = _right_tail(mp, lam, high) / len(lam)
    return [mp.between(p - error, p + error + tail + above) for p, tail in zip(found, below, strict=True)]


def mean_log(mp: Any, s: list[Any]) -> Any:
    r"""``E log(sum s_k g_k^2)`` for independent Gaussian ``g`` of variance 1 and positive ``s``.

    ``|x|`` has a mean of at most ``3 + log n``: ``P(x < -y) <= n e^{-y}`` and ``P(x > y) <= (2 e^y)^{-1/2}`` for ``s`` of mean 1.
    """
    n, lam = len(s), _mean_one(mp, s)
    low, high, error, _, mean = _sums(mp, lam)
    error = error * (3 + mp.log(n) + STRIP)
    beyond = _right_tail(mp, lam, high) * (high + Fraction(2, n)) + n * mp.exp(low) * (1 - low)
    scale = mp.log(mp.fsum(s) / n)
    return scale - mp.euler - mp.between(mean - error - beyond, mean + error + beyond)


def mean_log_chi_square(mp: Any, k: int) -> Any:
    """``E log chi^2_k``: `mean_log` of equal weights."""
    return mp.wrap(_chi_square(mp.bits, k)) if isinstance(mp, Certifying) else mean_log(mp, [mp.mpf(1)] * k)


@lru_cache(maxsize=1 << 10)
def _chi_square(bits: int, k: int) -> Any:
    mp = Certifying(bits=bits)
    return mean_log(mp, [mp.mpf(1)] * k).ball()


def mean_log_of_form(mp: Any, lam: list[Any]) -> Any:
    r"""``E log(w^T diag(lam) w)`` for ``w`` uniform on the sphere and ``lam`` of mean 1, not all equal, to a small relative error (O4).

    It is the integral over x of ``D = Q (1 - P^{-1/2})``, ``Q = (1 + r)^{-d/2}``, ``r = 2 e^x``, ``P = prod(1 + (lam_k - 1) w)``,
    ``w = r / (1 + r)``, whose polynomial ``P - 1`` has no linear term.  Between ``1`` and ``lam`` on a straight line the second
    derivative of the product gives ``|D| <= S/4 max r^2 / (|1 + r lam| |1 + r|) prod|1 + r lam_k|^{-1/2}``, ``S = sum (lam_k -
    1)^2``: on the strip an integral of at most ``S / (2 min lam) cos(b/2)^{-2-d/2}``, and ``S r^2 / 4`` at the left end.
    """
    d, bits = len(lam), precision(mp)
    square = mp.fsum((value - 1) ** 2 for value in lam)
    size = math.log(mp.to_float(square)) if mp.to_float(square) > 0 else -700.0
    least = math.log(mp.to_float(mp.minimum(lam)))
    step = _step(STRIP, bits, 2.65 * (2 + d / 2) - least + 2)
    left = -math.ceil((bits * math.log(2) + 3 - least) / 2 / step)
    conditioning = -sum(math.log(mp.to_float(value)) for value in lam) / 2
    right = math.ceil((bits * math.log(2) + 3 + max(0.0, conditioning) - size) * 2 / d / step)
    symmetric = [mp.mpf(1)] + [mp.mpf(0)] * d
    for value in lam:
        for m in range(d, 0, -1):
            symmetric[m] = symmetric[m] + symmetric[m - 1] * (value - 1)
    number, root = _raw(mp)
    coefficients, doubled = [number(value) for value in symmetric[:1:-1]], [number(2 * value) for value in lam]
    total = number(0)
    for t in _powers(mp, step, left, right):
        norm = 1 + 2 * t
        w, polynomial = 2 * t / norm, coefficients[0]
        for value in coefficients[1:]:
            polynomial = polynomial * w + value
        product = 1 + t * doubled[0]
        for value in doubled[1:]:
            product = product * (1 + t * value)
        rooted, isotropic = root(product), norm ** (d // 2) if d % 2 == 0 else norm ** (d // 2) * root(norm)
        total = total + polynomial * (w * w) * isotropic / (rooted * (rooted + isotropic))
    step_size = mp.mpf(step)
    low, high = left * step_size, right * step_size
    error = _error(mp, step, d + 4) * square / (2 * mp.minimum(lam)) + square * mp.exp(2 * low) / 2
    error = error + _right_tail(mp, lam, high) * Fraction(4, d)  # prod lam_k <= 1, so both products are below this bound
    found = step_size * _number(mp, total)
    return mp.between(found - error, found + error)


def circular_means(mp: Any, tau: Any, count: int) -> list[Any]:
    r"""``E Re z^m`` for m = 1, ..., ``count``, where ``z = (1 + i x)/(1 - i x)`` with a Cauchy variable ``x`` of scale ``tau``.

    ``x = tau e^y`` up to its sign, with the density ``1 / (pi cosh y)``, and ``Re z^m = T_m(2 s - 1)``, ``s = 1 / (1 + x^2)``.
    On the line ``Im y = b`` both ``|z|`` and ``|1/z|`` are at most ``((1 + sin b)/(1 - sin b))^{1/2}``, and ``|cosh| >= cosh(Re
    y) cos b``.
    """
    a = mp.mpf(CIRCLE_STRIP)
    growth = mp.sqrt((1 + mp.sin(a)) / (1 - mp.sin(a)))
    step, reach = _cut(mp, 2.2 * count)
    number, _ = _raw(mp)
    square, powers = number(tau * tau), [number(0)] * (count + 1)  # sums of weights times powers of s
    for t, weight in _cauchy_nodes(mp, step, reach):
        value, share = weight, 1 / (1 + square * t)
        powers[0] += value
        for m in range(1, count + 1):
            value = value * share
            powers[m] += value
    found, last, polynomial = [], [1], [-1, 2]
    for m in range(1, count + 1):
        total = polynomial[0] * powers[0]
        for coefficient, power in zip(polynomial[1:], powers[1:], strict=False):
            total = total + coefficient * power
        found.append(_cauchy_mean(mp, step, reach, total, growth**m, mp.mpf(1)))
        last, polynomial = polynomial, _times_cosine(polynomial, last)
    return found


def _times_cosine(polynomial: list[int], last: list[int]) -> list[int]:
    """``2 (2 s - 1) T_m - T_{m-1}``, by the coefficients of the powers of s."""
    doubled = [-2 * value for value in polynomial] + [0]
    for k, value in enumerate(polynomial):
        doubled[k + 1] += 4 * value
    return [value - (last[k] if k < len(last) else 0) for k, value in enumerate(doubled)]


def half_angle_means(mp: Any, tau: Any) -> list[Any]:
    r"""``E |cos h|``, ``E cos^2 h`` and ``E log sin^2 h`` for ``tan h = tau e^y`` up to its sign, Cauchy of scale ``tau``.

    With ``X = tan^2 h``: ``|1 + X| >= (1 + |X|) cos b`` on the line, and ``|log(1 + 1/X)| <= log(1 + 1/|X|) - log cos b + pi``,
    where ``log(1 + 1/|X|) <= log(1 + tau^{-2}) + 2 |Re y|`` and ``E |y| < 6/5``.
    """
    step, reach = _cut(mp, 0.0)
    number, root = _raw(mp)
    logarithm = flint.arb.log if isinstance(mp, Certifying) else mp.log
    square, zero = number(tau * tau), number(0)
    cosine, cosine_square, log_sine = zero, zero, zero
    for t, weight in _cauchy_nodes(mp, step, reach):
        tangent = square * t
        share = 1 / (1 + tangent)
        cosine += weight * root(share)
        cosine_square += weight * share
        log_sine += weight * logarithm(tangent * share)
    start, inverse = mp.log(1 + 1 / (tau * tau)), 1 / mp.cos(mp.mpf(CIRCLE_STRIP))
    return [
        _cauchy_mean(mp, step, reach, cosine, mp.sqrt(inverse), mp.mpf(1)),
        _cauchy_mean(mp, step, reach, cosine_square, inverse, mp.mpf(1)),
        _cauchy_mean(mp, step, reach, log_sine, start + Fraction(12, 5) + mp.log(inverse) + mp.pi, start + 2 * reach + 2),
    ]


def _cut(mp: Any, margin: float) -> tuple[Fraction, Fraction]:
    """Step and range for the density ``1 / (pi cosh y)`` and a function whose logarithm on the strip is at most ``margin``."""
    bits = precision(mp)
    step = _step(CIRCLE_STRIP, bits, MARGIN + margin)
    return step, math.ceil((bits * math.log(2) + 4) / step) * step


def _cauchy_nodes(mp: Any, step: Fraction, reach: Fraction) -> Iterator[tuple[Any, Any]]:
    """``e^{2y}`` and ``1 / cosh y`` at the multiples y of the step in the range."""
    count = round(reach / step)
    return zip(_powers(mp, 2 * step, -count, count), _weights(mp, step, count), strict=True)


def _cauchy_mean(mp: Any, step: Fraction, reach: Fraction, total: Any, strip: Any, tail: Any) -> Any:
    """A mean from its sum: ``strip`` bounds the mean modulus on the strip, beside the growth ``1 / cos b`` of the density, and
    ``tail`` the values at the ends of the range and, less what the decay of the density outweighs, beyond.
    """
    a, size = mp.mpf(CIRCLE_STRIP), mp.mpf(step)
    error = 2 * strip / mp.cos(a) / mp.expm1(2 * mp.pi * a / size) + 4 * mp.exp(-mp.mpf(reach)) * tail / mp.pi
    mean = size * _number(mp, total) / mp.pi
    return mp.between(mean - error, mean + error)


def precision(mp: Any) -> int:
    """How many bits are worth computing: mpmath compares two thirds of its digits."""
    return int(mp.bits if isinstance(mp, Certifying) else 2.3 * mp.dps)


def _mean_one(mp: Any, s: list[Any]) -> list[Any]:
    total = mp.fsum(s)
    return [len(s) * value / total for value in s]


def _right_tail(mp: Any, lam: list[Any], high: Any) -> Any:
    """``prod (2 t s_j)^{-1/2}`` at the right end: what bounds the probability beyond it."""
    n = len(lam)
    return mp.exp(-n * high / 2) / mp.sqrt(mp.fprod(2 * value for value in lam))


def _sums(mp: Any, lam: list[Any]) -> tuple[Any, Any, Any, list[Any], Any]:
    """The ends of the range, a bound of the error in the strip, and the trapezoid sums for the shares and for the mean of x."""
    n, bits = len(lam), precision(mp)
    step = _step(STRIP, bits, 2.65 * (1 + n / 2) + 2)
    left = -math.ceil((bits * math.log(2) + 3 + math.log(n)) / step)
    conditioning = -sum(math.log(2 * mp.to_float(value)) for value in lam) / 2
    right = math.ceil((bits * math.log(2) + 3 + max(0.0, conditioning)) * 2 / n / step)
    number, root = _raw(mp)
    doubled = [number(2 * value) for value in lam]
    sums, first = [number(0)] * n, number(0)
    for k, t in enumerate(_powers(mp, step, left, right), start=left):
        factors = [1 + t * value for value in doubled]
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
        density = t / root(product)
        terms = [density / factor for factor in factors]
        sums = [total + term for total, term in zip(sums, terms, strict=True)]
        whole = doubled[0] * terms[0]
        for value, term in zip(doubled[1:], terms[1:], strict=True):
            whole = whole + value * term
        first = first + k * whole
    size = mp.mpf(step)
    found = [size * value * _number(mp, total) for value, total in zip(lam, sums, strict=True)]
    mean = size * size * _number(mp, first) / 2
    return left * size, right * size, _error(mp, step, n + 2), found, mean


def _error(mp: Any, step: Fraction, factors: int) -> Any:
    """The error for a function that grows by ``factors`` roots of ``1 / cos(a/2)`` at most on the strip, relative to its integral."""
    spread = mp.sqrt(mp.cos(mp.mpf(STRIP) / 2)) ** (-factors)
    return 2 * spread / mp.expm1(2 * mp.pi * STRIP / mp.mpf(step))


def _step(strip: Fraction, bits: int, margin: float) -> Fraction:
    """A dyadic step for which the error is below ``2^-bits``, given the logarithm of the bound on the strip."""
    return Fraction(math.floor(FINEST * 2 * math.pi * float(strip) / (bits * math.log(2) + margin)), FINEST)


def _raw(mp: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Conversion to the bare numbers of an arithmetic, which are several times faster, and their square root."""
    if isinstance(mp, Certifying):
        mp.activate()
        return (lambda value: mp.convert(value).ball()), flint.arb.sqrt
    return mp.convert, mp.sqrt


def _number(mp: Any, value: Any) -> Any:
    return mp.wrap(value) if isinstance(mp, Certifying) else value


def _powers(mp: Any, step: Fraction, first: int, last: int) -> list[Any]:
    """``exp(k step)`` for k from ``first`` to ``last``; balls are kept between calls."""
    if not isinstance(mp, Certifying):
        return [mp.exp(mp.convert(k * step)) for k in range(first, last + 1)]
    mp.activate()
    return [_power(mp.bits, step, k) for k in range(first, last + 1)]


def _weights(mp: Any, step: Fraction, count: int) -> list[Any]:
    """``1 / cosh(k step)`` for k from ``-count`` to ``count``."""
    if not isinstance(mp, Certifying):
        return [1 / mp.cosh(mp.convert(k * step)) for k in range(-count, count + 1)]
    mp.activate()
    return [_weight(mp.bits, step, abs(k)) for k in range(-count, count + 1)]


@lru_cache(maxsize=1 << 16)
def _weight(bits: int, step: Fraction, k: int) -> Any:
    return flint.arb(flint.fmpq(k * step.numerator, step.denominator)).sech()


@lru_cache(maxsize=1 << 16)
def _power(bits: int, step: Fraction, k: int) -> Any:
    return flint.arb(flint.fmpq(k * step.numerator, step.denominator)).exp()
