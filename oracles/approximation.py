"""Exact quantities of the approximation family: floating-point summation in rationals, rounded by comparing neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any


def neighbours(x: Fraction, precision: int, emin: int) -> tuple[Fraction, Fraction]:
    """The numbers with ``precision`` bits and exponents of at least ``emin`` that enclose ``x``, equal if it is one of them."""
    exponent = abs(x).numerator.bit_length() - x.denominator.bit_length()
    if abs(x) < Fraction(2) ** exponent:
        exponent -= 1
    spacing = Fraction(2) ** (max(exponent, emin) - precision + 1)
    below = (x // spacing) * spacing
    return below, below if below == x else below + spacing


def rounded(x: Fraction, precision: int, emin: int, mode: str) -> Fraction:
    """``x`` rounded to a neighbour without an upper limit; ``mode`` names a tie rule or a direction."""
    below, above = neighbours(x, precision, emin)
    inner, outer = (below, above) if x > 0 else (above, below)
    if mode in ("up", "down", "towards zero"):
        return {"up": above, "down": below, "towards zero": inner}[mode]
    if x - below != above - x:
        return below if x - below < above - x else above
    if below == above:
        return below
    if mode == "ties to even":
        return below if (below / (above - below)).numerator % 2 == 0 else above
    return outer if mode == "ties away from zero" else inner


def recursive_sum(mp: Any, x: Mapping[str, Any]) -> dict[str, Any]:
    """The computed sum minus the exact one, both in rationals, of recursive summation from left to right."""
    form = x["format"]
    return _summed(mp, x, lambda total, k: rounded(total, form.precision, form.emin, x["rounding"]))


def perturbed_sum(mp: Any, x: Mapping[str, Any]) -> dict[str, Any]:
    """The same for an arithmetic that errs by a given share of u in every addition."""
    unit = Fraction(1, 2 ** x["format"].precision)
    return _summed(mp, x, lambda total, k: total * (1 + x["errors"][k - 1] * unit))


def _summed(mp: Any, x: Mapping[str, Any], rounding: Callable[[Fraction, int], Fraction]) -> dict[str, Any]:
    """Recursive summation where ``rounding(total, k)`` is what becomes of the exact sum of ``values[k]`` and all before."""
    form, values = x["format"], x["values"]
    partial, largest = values[0], abs(values[0])
    for k, value in enumerate(values[1:], 1):
        partial = rounding(partial + value, k)
        largest = max(largest, abs(partial))
    exact = sum(values, Fraction(0))
    return {
        "error": mp.mpf(abs(partial - exact)),
        "total": mp.mpf(sum((abs(value) for value in values), Fraction(0))),
        "sum_size": mp.mpf(abs(exact)),
        "u": mp.mpf(Fraction(1, 2**form.precision)),
        "largest": mp.mpf(largest),
        "omega": mp.mpf(form.largest),
    }
