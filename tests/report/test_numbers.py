"""Numbers of the reports: exact ones stay exact or say how they were abbreviated, and none reads ``nan``."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute.report import numbers


@given(st.fractions())
def test_compact_is_the_same_number(value):
    """A rational written with powers of two evaluates to the rational itself."""
    top, _, bottom = numbers.compact(str(value)).partition("/")
    assert Fraction(power(top), power(bottom or "1")) == value


def power(text):
    base, _, exponent = text.partition("^")
    return int(base.lstrip("-")) ** int(exponent or 1) * (-1 if base.startswith("-") else 1)


@pytest.mark.parametrize("exponent", [14, 52, 1074])
def test_dyadic_denominators_become_powers(exponent):
    """A float's denominator is shown as the power of two that it is."""
    assert numbers.compact(str(Fraction(3, 2**exponent))) == f"3/2^{exponent}"


def test_long_rationals_say_their_length():
    """A long rational is abbreviated to its value and the lengths of numerator and denominator."""
    text = f"-{'1' * 70}/{'3' * 70}"
    assert numbers.folds(text)
    assert numbers.exact(text) == "-0.33333333333333333… (70 digits over 70)"


def test_huge_rationals_are_not_refused():
    """Thousands of digits, more than Python converts to an integer by default, still have a value."""
    assert numbers.exact("1" * 9000 + "/" + "2" * 9000).startswith("0.5")


def test_balls_show_their_radius():
    """A ball is shown as its midpoint and radius, also where it is centred at zero."""
    assert numbers.exact("[0.25 +/- 1e-9]") == "0.25 ± 1e-9"
    assert numbers.exact("[+/- 1.03e-38]") == "0 ± 1.03e-38"


def test_sides_tell_equality_from_approximation():
    """Only a decimal expansion that ends is printed without dots."""
    assert numbers.side("1/8") == "1/8 = 0.125"
    assert numbers.side("1/3") == "1/3 = 0.33333333333333333…"
    assert numbers.side("7") == "7"


@given(st.one_of(st.none(), st.floats()))
def test_real_never_prints_nan(value):
    """None and NaN become a dash, infinities a sign, everything else digits with a true minus."""
    shown = numbers.real(value)
    assert shown
    assert "nan" not in shown.lower()
    assert "e" not in shown
    assert "-" not in shown


def test_real_keeps_the_order_of_magnitude():
    """Small gaps are shown as a power of ten, ordinary ones in plain notation."""
    assert numbers.real(-3.21e-7) == "−3.21·10⁻⁷"
    assert numbers.real(1e-16) == "10⁻¹⁶"
    assert numbers.real(-0.0123) == "−0.0123"
    assert numbers.real(0.0) == "0"
    assert numbers.real(-1.0) == "−1"
    assert numbers.real(1000.0) == "1,000"


def test_shares_never_round_to_all_or_nothing():
    """A share is 0 % or 100 % only if it is exactly that."""
    assert numbers.share(999999, 1000000) == ">99.9 %"
    assert numbers.share(1, 1000000) == "<0.1 %"
    assert numbers.share(5, 5) == "100 %"
    assert numbers.share(0, 0) == numbers.MISSING
