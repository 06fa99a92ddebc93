"""The oracle of floating-point summation rounds as the formats do, and meets the instances of the specification."""

from fractions import Fraction

import array_api_compat.torch as xp
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import approximation
from refute.arithmetic import Certifying
from refute.loader import find
from strategies.floats import representable
from strategies.formats import DIRECTED, FORMATS, NEAREST

CLAIM = find("approximation/rump_sum")


def summed(name, values, rounding=NEAREST[0]):
    """The oracle's quantities as Fractions, for a list of numbers."""
    mp = Certifying()
    values = [Fraction(value) for value in values]
    found = approximation.recursive_sum(mp, {"values": values, "format": FORMATS[name], "rounding": rounding})
    return {quantity: mp.bounds(value)[0] for quantity, value in found.items()}


@given(st.sampled_from(sorted(FORMATS)), st.sampled_from((*NEAREST, *DIRECTED)), st.fractions(-500, 500), st.integers(-30, 30))
def test_two_independent_roundings_agree(name, mode, x, shift):
    """Comparing the two neighbours gives what rounding the scaled number to an integer gives."""
    fmt, value = FORMATS[name], x * Fraction(2) ** shift
    assert approximation.rounded(value, fmt.precision, fmt.emin, mode) == fmt.round(value, mode)


def test_neighbours_enclose():
    """Between 2 and 4 the numbers of three bits are half apart, and a number is its own neighbour."""
    assert approximation.neighbours(Fraction(29, 10), 3, -14) == (Fraction(5, 2), 3)
    assert approximation.neighbours(Fraction(-29, 10), 3, -14) == (-3, Fraction(-5, 2))
    assert approximation.neighbours(Fraction(3), 3, -14) == (3, 3)


@pytest.mark.parametrize(
    ("name", "values", "ratio"),
    [("e4m3fn", (-256, -16, -16), Fraction(16, 9)), ("e5m2", (-32768, -4096, -4096), Fraction(8, 5))],
)
def test_known_worst_triples(name, values, ratio):
    """The worst triples of the 8-bit formats reach the sharper factor 2 / (1 + 2u) of u times the sum."""
    found = summed(name, values)
    assert found["error"] == ratio * found["u"] * found["total"]
    assert ratio == 2 / (1 + 2 * found["u"])


@pytest.mark.parametrize("name", ["e2m1", "e4m3fn", "binary16", "binary32", "binary64"])
def test_units_after_one_are_lost(name):
    """(1, u, ..., u) with ties to even attains the sharper factor."""
    u = FORMATS[name].unit
    values = [1, u, u] if name != "e2m1" else [4, 4 * u, 4 * u]
    found = summed(name, values)
    assert found["error"] == 2 * u / (1 + 2 * u) * found["total"]


def test_the_sharper_factor_needs_its_length_limit():
    """One-bit significands violate it at n = 3, and two-bit ones with ties away from zero at n = 5."""
    found = summed("one bit", (Fraction(1, 16), Fraction(1, 8), Fraction(1, 8)))
    assert (found["error"], found["total"]) == (Fraction(3, 16), Fraction(5, 16))
    found = summed("e2m1", (2, Fraction(1, 2), Fraction(1, 2), 1, -1), "ties away from zero")
    assert (found["error"], found["total"]) == (3, 5)


@pytest.mark.parametrize(("name", "worst"), [("e4m3fn", Fraction(16, 9)), ("e5m2", Fraction(8, 5))])
def test_every_triple_of_eight_bits(name, worst):
    """Of all triples, 16 194 277 and 15 069 223, none that does not overflow errs by more than 2u / (1 + 2u)."""
    source, sizes = representable("n"), {"n": 3}
    choices = {"format": name, "rounding": NEAREST[0]}
    total, block, largest = source.cardinality(sizes, choices), 1 << 18, 0.0
    for start in range(0, total, block):
        parts = source.numbered(xp, torch.arange(start, min(start + block, total)), sizes, choices)
        values = CLAIM.evaluate(xp, source.tensor(xp, parts, sizes, choices), 3)
        named = {str(quantity): value for quantity, value in values.items()}
        met = (named["largest"] <= named["omega"]) & (named["total"] > 0)
        largest = max(largest, float((named["error"] / named["total"])[met].max()))
    assert largest == float(worst * FORMATS[name].unit)


def test_a_perturbed_arithmetic_gains_like_compound_interest():
    """With every relative error +u the first number grows by (1 + u)^(n-1) - 1, beyond (n - 1) u."""
    mp = Certifying()
    data = {"values": [Fraction(1), Fraction(0), Fraction(0)], "errors": [Fraction(1)] * 2, "format": FORMATS["e5m2"]}
    found = approximation.perturbed_sum(mp, data)
    assert mp.bounds(found["error"])[0] == Fraction(9, 8) ** 2 - 1 > 2 * Fraction(1, 8)
