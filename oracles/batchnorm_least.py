r"""How far the least eigenvalue of a Gram matrix of three isotropic samples falls below 1/3 in the mean square, from below.

``B = I/3 - C`` is the mean of ``d`` independent matrices ``I/3 - u u^T`` with ``u`` uniform on the sphere; its trace is 0, and
with ``v = tr B^2 = V^2``, ``t = tr B^3 = V^3 y / sqrt(6)``, ``y = cos(3 theta)``, its largest eigenvalue is ``V cos(theta)
sqrt(2/3)``, ``0 <= theta <= pi/3``.  A polynomial in ``v`` and ``t`` that is nowhere above its square has an exact mean.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

# Coefficients of (V/s)^{2i} ((V/s)^3 y)^j, the scale s of V being sqrt(2/(3d)), the root of its mean square.
MINORANT = {
    (0, 0): Fraction(-19, 1000),
    (1, 0): Fraction(380, 1000),
    (0, 1): Fraction(380, 1000),
    (2, 0): Fraction(128, 1000),
    (1, 1): Fraction(-130, 1000),
    (3, 0): Fraction(-33, 1000),
    (0, 2): Fraction(-413, 10000),
}


def mean_square_fall(mp: Any, d: int) -> Any:
    """A lower bound of ``E (1/3 - lambda_min)^2`` for ``d`` rows, by the mean of `MINORANT`."""
    scale = mp.sqrt(mp.mpf(Fraction(2, 3 * d)))
    terms = []
    for (i, j), coefficient in MINORANT.items():
        terms.append(coefficient * invariant_moment(i, j, d) * mp.sqrt(mp.mpf(6**j)) / scale ** (2 * i + 3 * j))
    return scale**2 * mp.fsum(terms)


def invariant_moment(i: int, j: int, d: int) -> Fraction:
    r"""``E v^i t^j`` up to the degree ``2i + 3j = 6`` in B.

    Indices of the ``d`` summands that occur once give 0, so with ``m`` blocks of equal indices it is ``sum_m c_m d(d-1)...(d-m+1)
    / d^6`` (likewise in other degrees): ``c_1`` is the value at d = 1, ``c_2`` follows from d = 2, ``c_3`` from the Gaussian
    limit, in which ``V^2/s^2`` is ``chi^2_5 / 5`` and ``y`` uniform on [-1, 1], independently.
    """
    degree = 2 * i + 3 * j
    if degree == 0:
        return Fraction(1)
    single = Fraction(2, 3) ** i * Fraction(-2, 9) ** j
    total = single * d
    if degree >= 4:
        total += (_two_rows(i, j) * 2**degree - 2 * single) / 2 * d * (d - 1)
    if degree == 6:
        total += _gaussian_limit(i, j) * d * (d - 1) * (d - 2)
    return total / Fraction(d) ** degree


def _two_rows(i: int, j: int) -> Fraction:
    """The moment at d = 2: ``v = 1/6 + z^2/2``, ``t = 1/36 - z^2/4`` with the cosine z of the angle, uniform on [0, 1]."""
    polynomial = [Fraction(1)]
    for factor in [(Fraction(1, 6), Fraction(1, 2))] * i + [(Fraction(1, 36), Fraction(-1, 4))] * j:
        raised = [Fraction(0), *(factor[1] * value for value in polynomial)]
        polynomial = [raised[k] + (factor[0] * polynomial[k] if k < len(polynomial) else 0) for k in range(len(raised))]
    return sum((value / (2 * k + 1) for k, value in enumerate(polynomial)), Fraction(0))


def _gaussian_limit(i: int, j: int) -> Fraction:
    """``d^3 E v^i t^j`` as d grows, for the degree 6."""
    if j % 2:
        return Fraction(0)
    return Fraction(2, 3) ** 3 * Fraction(7, 5) * Fraction(9, 5) / Fraction(6) ** (j // 2) / (j + 1)
