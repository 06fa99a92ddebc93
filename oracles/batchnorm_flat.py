r"""The integrand of the share of the least singular value for flat spectra (P1 Lemma 10), exactly.

``g(delta) = A^{-3/2} B^{-(n-1)/2}`` with ``A = 1 + 2 theta (1/n - delta)`` and ``B = 1 + 2 theta (1/n + delta/(n-1))``: the
factors are affine in ``delta``, so relative derivatives are rational.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles import batchnorm


def convexity(mp: Any, theta: Any, x: Any, n: int) -> dict[str, Any]:
    """Relative curvature of ``g`` at ``delta = x/n`` and the three integrals over ``theta``."""
    delta = x / n
    A = 1 + 2 * theta * (mp.mpf(Fraction(1, n)) - delta)
    B = 1 + 2 * theta * (mp.mpf(Fraction(1, n)) + delta / (n - 1))
    common = 5 * (1 + 2 * theta / n + 2 * theta * delta / (n - 1))
    rest = (1 + 2 * theta / n - 2 * theta * delta) / (n - 1)
    h2 = 2 + 4 * theta / n + theta * delta * (2 * n + 4) / (n - 1)
    last = A * B * theta * (2 * n + 4) / (n - 1)

    def product_form(factor: int) -> Any:
        return theta * (theta * (common - factor * rest) * h2 + last) / (A * B) ** 2

    return {
        "curvature": 2 * _second_coefficient(mp, -2 * theta / A, 2 * theta / ((n - 1) * B), n),
        "product_form": product_form(n + 1),
        "printed_form": lambda: product_form(n - 3),
        "delta": delta,
        "mass": _beta(n, 1, Fraction(n, 2) + 1),
        "slope": 2 * _beta(n, 2, Fraction(n, 2) + 2),
        "smallest": (1 - x) / n,
        "share": lambda: mp.mpf(Fraction(1, n)) - batchnorm.mean_gap(mp, [1 - x] + [1 + x / (n - 1)] * (n - 1)),
    }


def _beta(n: int, power: int, decay: Fraction) -> Fraction:
    r"""``\int_0^\infty theta^{power - 1} (1 + 2 theta / n)^{-decay} d theta`` for powers 1 and 2, by antiderivatives."""
    first = Fraction(n, 2) / (decay - 1)
    return first if power == 1 else first * Fraction(n, 2) / (decay - 2)


def _second_coefficient(mp: Any, p: Any, q: Any, n: int) -> Any:
    """The coefficient of ``h^2`` in ``(1 + p h)^{-3/2} (1 + q h)^{-(n-1)/2}``, by two binomial series."""
    a, b = mp.mpf(Fraction(-3, 2)), mp.mpf(Fraction(1 - n, 2))
    return a * (a - 1) / 2 * p * p + a * b * p * q + b * (b - 1) / 2 * q * q
