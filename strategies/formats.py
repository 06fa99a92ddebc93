r"""Floating-point formats as objects that round exactly, in rationals and in tensors.

A format of precision ``p`` holds ``m 2^(e-p+1)`` with integers ``|m| < 2^p`` and ``emin <= e <= emax``, up to its largest
number; those with ``e = emin`` and ``|m| < 2^(p-1)`` are subnormal.  Its rounding unit is ``u = 2^-p``.  Rounding is exact
in both arithmetics, in rationals and in float64 tensors, and without an upper limit: overflow is for the claim to exclude.

Float64 tensors round a sum of two numbers once, not twice: the exact sum is ``s + t`` (Knuth's TwoSum); ``s`` is rounded to
odd with the sign of ``t``, which any format of at most 51 bits cannot tell from the exact sum (Boldo and Melquiond 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAREST = ("ties to even", "ties away from zero", "ties towards zero")
DIRECTED = ("up", "down", "towards zero")
WIDEST = 51


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: ``precision`` p >= 1, exponents ``emin`` to ``emax``, and its largest number.

    ``largest`` is given where the format reserves the topmost codes (e4m3fn); else it is ``(2 - 2^(1-p)) 2^emax``.
    """

    name: str
    precision: int
    emin: int
    emax: int
    top: Fraction | None = None

    @property
    def unit(self) -> Fraction:
        """The rounding unit ``u = 2^-p``: half the distance from 1 to the next number."""
        return Fraction(1, 2**self.precision)

    @property
    def largest(self) -> Fraction:
        return self.top if self.top is not None else (2 - 2 * self.unit) * Fraction(2) ** self.emax

    @property
    def smallest(self) -> Fraction:
        """The smallest positive number, also the spacing of the subnormal ones."""
        return Fraction(2) ** (self.emin - self.precision + 1)

    @property
    def is_small(self) -> bool:
        """Whether the format has few enough numbers to list."""
        return (self.emax - self.emin + 2) * 2 ** (self.precision - 1) <= LARGEST_TABLE

    def contains(self, x: Fraction) -> bool:
        """Whether ``x`` is a finite number of the format."""
        return abs(x) <= self.largest and self.round(x) == x

    def round(self, x: Fraction, mode: str = NEAREST[0]) -> Fraction:
        """``x`` rounded in rationals, as if the exponent had no upper limit."""
        if x == 0:
            return Fraction(0)
        exponent = abs(x).numerator.bit_length() - abs(x).denominator.bit_length()
        exponent -= abs(x) < Fraction(2) ** exponent
        spacing = Fraction(2) ** (max(exponent, self.emin) - self.precision + 1)
        return _to_integer(x / spacing, mode) * spacing

    def round_tensor(self, xp: Any, x: Any, mode: str = NEAREST[0]) -> Any:
        """Float64 ``x`` rounded elementwise, exactly; no derivative."""
        if self.precision > WIDEST:
            return x
        exponent = (x.view(xp.int64) >> 52 & 0x7FF) - 1023
        exponent = xp.where(exponent < self.emin, xp.full_like(exponent, self.emin), exponent)
        spacing = (exponent + (1023 - self.precision + 1) << 52).view(xp.float64)
        return _to_integers(xp, x / spacing, mode) * spacing

    def add(self, xp: Any, a: Any, b: Any, mode: str = NEAREST[0]) -> tuple[Any, Any]:
        """The rounded sums of two float64 tensors of numbers of the format, and rounded minus exact sums."""
        s = a + b
        other = s - a
        t = (a - (s - other)) + (b - other)
        rounded = self._nudged(xp, s, t, mode) if self.precision > WIDEST else self.round_tensor(xp, _to_odd(xp, s, t), mode)
        return rounded, (rounded - s) - t

    def _nudged(self, xp: Any, s: Any, t: Any, mode: str) -> Any:
        """``s + t`` rounded to float64 itself, where ``s`` is the sum rounded with ties to even."""
        if mode == NEAREST[0]:
            return s
        neighbour = _next(xp, s, t)
        shrinks = abs(neighbour) < abs(s)
        match mode:
            case "up":
                moves = t > 0
            case "down":
                moves = t < 0
            case "towards zero":
                moves = shrinks
            case _:
                moves = (2 * t == neighbour - s) & (shrinks if mode == NEAREST[2] else ~shrinks)
        return xp.where((t != 0) & moves, neighbour, s)

    def values(self) -> NDArray[np.float64]:
        """All finite numbers of a small format in ascending order, zero once."""
        return _values(self)


FORMATS = {
    item.name: item
    for item in (
        Format("one bit", 1, -4, 4),
        Format("e2m1", 2, 0, 2),
        Format("e3m2", 3, -2, 4),
        Format("e4m3fn", 4, -6, 8, Fraction(448)),
        Format("e5m2", 3, -14, 15),
        Format("binary16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
        Format("binary32", 24, -126, 127),
        Format("binary64", 53, -1022, 1023),
    )
}
LARGEST_TABLE = 1 << 16


@cache
def _values(fmt: Format) -> NDArray[np.float64]:
    count = 2 ** (fmt.precision - 1)
    if not fmt.is_small:
        raise ValueError(f"got {fmt.name}, which has too many numbers to list")
    binades = np.arange(fmt.emax - fmt.emin + 1)[:, None]
    normal = np.ldexp(np.arange(count, 2 * count, dtype=np.float64), binades + fmt.emin - fmt.precision + 1).reshape(-1)
    positive = np.concatenate([float(fmt.smallest) * np.arange(1, count), normal])
    positive = positive[positive <= float(fmt.largest)]
    return np.concatenate([-positive[::-1], [0.0], positive])


def _to_integer(x: Fraction, mode: str) -> int:
    """A rational rounded to an integer in the given direction."""
    below = x.numerator // x.denominator
    if x == below:
        return below
    match mode:
        case "up":
            return below + 1
        case "down":
            return below
        case "towards zero":
            return below + (x < 0)
        case "ties to even":
            return round(x)
    tie_goes_up = (x > 0) == (mode == NEAREST[1])
    part = 2 * (x - below)
    return below + (part > 1 or (part == 1 and tie_goes_up))


def _to_integers(xp: Any, x: Any, mode: str) -> Any:
    """Float64 numbers rounded to integers in the given direction."""
    match mode:
        case "up":
            return xp.ceil(x)
        case "down":
            return xp.floor(x)
        case "towards zero":
            return xp.trunc(x)
        case "ties to even":
            return xp.round(x)
    magnitude = abs(x)
    below = xp.floor(magnitude)
    part = magnitude - below
    up = part >= 0.5 if mode == NEAREST[1] else part > 0.5
    return xp.sign(x) * xp.where(up, below + 1, below)


def _to_odd(xp: Any, s: Any, t: Any) -> Any:
    """``s + t`` rounded to float64 with the last bit 1 wherever ``t`` is not 0, for ``s`` the nearest float64."""
    even = (s.view(xp.int64) & 1) == 0
    return xp.where((t != 0) & even, _next(xp, s, t), s)


def _next(xp: Any, s: Any, t: Any) -> Any:
    """The float64 number next to ``s`` in the direction of the sign of ``t``, for ``s`` not 0."""
    step = xp.where((t > 0) == (s > 0), xp.ones_like(s), -xp.ones_like(s))
    return (s.view(xp.int64) + xp.astype(step, xp.int64)).view(xp.float64)


def power_of_two(exponents: Any) -> Any:
    """``2^k`` for integers ``k`` held in float64, also below the normal range."""
    import torch

    low = exponents.clamp(min=-1022)
    normal = (low.to(torch.int64) + 1023 << 52).view(torch.float64)
    rest = (exponents - low).to(torch.int64)
    return normal * ((rest + 1023) << 52).view(torch.float64)
