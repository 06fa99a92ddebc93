"""How numbers look in every report and table: counts, gaps, seconds, shares, and exact numbers that stay readable."""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal

MISSING = "–"
LONG = 44
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RATIONAL = re.compile(r"(-?\d+)(?:/(\d+))?")
ENDS = re.compile(r"\[(?P<low>[^\s,\]]+), (?P<high>[^\s,\]]+)\]")
BALL = re.compile(r"\[(?P<middle>[^\s\]]*)\s*\+/-\s*(?P<radius>[^\]]+)\]")
INFINITIES = {"inf": "∞", "-inf": "−∞"}
_DECIMALS = Context(prec=17, Emax=10**9, Emin=-(10**9))


def count(number: int | None) -> str:
    """An integer with its thousands apart."""
    return MISSING if number is None else f"{number:,}"


def power_of_ten(exponent: int) -> str:
    """``10⁻⁵`` for -5."""
    return "10" + str(exponent).translate(SUPERSCRIPTS)


def real(number: float | None, digits: int = 3) -> str:
    """A float to a few significant digits, ``-3.2·10⁻⁵`` where plain notation is long; `MISSING` for None and NaN."""
    if number is None or math.isnan(number):
        return MISSING
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if number == 0:
        return "0"
    mantissa, exponent = f"{abs(number):.{digits - 1}e}".split("e")
    sign = "−" if number < 0 else ""
    if -4 <= int(exponent) < 6:
        plain = f"{abs(number):.{max(0, digits - 1 - int(exponent))}f}"
        return sign + (plain.rstrip("0").rstrip(".") if "." in plain else f"{round(abs(number)):,}")
    shown = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return sign + ("" if shown == "1" else shown + "·") + power_of_ten(int(exponent))


def seconds(number: float | None) -> str:
    """Seconds to about three digits, without the unit."""
    if number is None or math.isnan(number):
        return MISSING
    return (
        f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}" if number >= 0.01 else "<0.01"
    )


def share(part: int, whole: int) -> str:
    """A percentage that never rounds to 0 % or 100 % unless it is."""
    if not whole:
        return MISSING
    if part in (0, whole):
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    return "<0.1 %" if percent < 0.1 else ">99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def is_rational(text: str) -> bool:
    return RATIONAL.fullmatch(text) is not None


def decimal(text: str, digits: int = 17) -> str:
    """A rational such as ``"1/3"`` in decimals; any number of digits above and below is allowed."""
    found = RATIONAL.fullmatch(text)
    if found is None:
        return text
    context = Context(prec=digits, Emax=_DECIMALS.Emax, Emin=_DECIMALS.Emin)
    value = context.divide(Decimal(found[1]), Decimal(found[2] or "1"))
    return f"{value.normalize(context):g}" if value else "0"


def compact(text: str) -> str:
    """The same exact number in fewer characters: a power of two from 2^14 on is written as one."""
    found = RATIONAL.fullmatch(text)
    if found is None or len(text) > 4000:
        return text
    top, bottom = _as_power(found[1]), _as_power(found[2] or "1")
    return top if bottom == "1" else f"{top}/{bottom}"


def _as_power(digits: str) -> str:
    value = int(digits)
    exponent = abs(value).bit_length() - 1
    if exponent >= 14 and abs(value) == 1 << exponent:
        return f"{'-' if value < 0 else ''}2^{exponent}"
    return digits


def folds(text: str) -> bool:
    """Whether `exact` abbreviates this number."""
    return is_rational(text) and len(compact(text)) > LONG


def exact(text: str) -> str:
    """An exact number of a record: a short rational as it is, a long one by its value and its length, a ball by ``±`` or its ends."""
    if text in INFINITIES:
        return INFINITIES[text]
    ball = BALL.fullmatch(text)
    if ball is not None and ball["radius"] == "inf":
        return "any number"
    if ball is not None:
        return f"{ball['middle'] or '0'} ± {ball['radius']}"
    ends = ENDS.fullmatch(text)
    if ends is not None:
        return f"between {ends['low']} and {ends['high']}"
    if not folds(text):
        return compact(text)
    top, _, bottom = text.lstrip("-").partition("/")
    length = f"{len(top)} digits over {len(bottom)}" if bottom else f"{len(top)} digits"
    return f"{decimal(text)}… ({length})"


def side(text: str) -> str:
    """One side of a comparison: the exact number, and its value in decimals where that is not the same."""
    shown = exact(text)
    if is_rational(text) and "/" in text and not folds(text):
        value = decimal(text)
        return f"{shown} = {value}" if _terminates(text, value) else f"{shown} = {value}…"
    return shown


def _terminates(text: str, value: str) -> bool:
    top, bottom = text.split("/")
    wide = Context(prec=len(top) + len(bottom) + 40)
    return wide.multiply(Decimal(value), Decimal(bottom)) == Decimal(top)
