"""The ground of the certifying arithmetic: numbers in and out of a precision, and comparisons that never guess."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR
from decimal import Context as DecimalContext
from fractions import Fraction
from numbers import Integral
from typing import Any

import flint

from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number, rational

EXACT_LIMIT = 1 << 15
LONGEST = 1 << 24
WIDE = 1 << 10


class Context:
    """Conversion, three-valued comparison and reading of numbers that are rational or balls of ``bits`` bits.

    Rationals above ``exact_limit`` bits become balls.  What can be computed with the numbers is added by its subclasses.
    """

    def __init__(self, bits: int = 128, exact_limit: int = EXACT_LIMIT) -> None:
        self.bits, self.exact_limit = bits, exact_limit
        self.activate()
        self.inf = Number(flint.arb("inf"), self)
        self.ninf = Number(flint.arb("-inf"), self)

    def activate(self) -> None:
        """Set flint's process-wide precision to this context's."""
        if flint.ctx.prec != self.bits:
            flint.ctx.prec = self.bits

    # conversion ------------------------------------------------------------------------------------------------

    def wrap(self, value: Any) -> Number:
        """A flint value as a `Number`; NaN raises `Ambiguous`, an overlong rational becomes a ball."""
        if isinstance(value, flint.fmpq):
            if value.height_bits() > self.exact_limit:
                self.activate()
                return Number(flint.arb(value), self)
            return Number(value, self)
        if value.is_nan():
            raise Ambiguous(f"an operation has no value at {self.bits} bits")
        return Number(value, self)

    def entry(self, value: Any) -> Number:
        """An entry of a native matrix as a `Number`; NaN raises `Ambiguous`."""
        if isinstance(value, flint.arb) and value.is_nan():
            raise Ambiguous(f"an entry of a matrix has no value at {self.bits} bits")
        return Number(value, self)

    def operand(self, value: Any) -> Number | None:
        """A number of this context, or None for what is not a number; floats raise TypeError."""
        if isinstance(value, Number):
            return value
        if isinstance(value, (ComplexBall, Matrix)):
            return None
        if isinstance(value, flint.arb):
            return self.wrap(value)
        if isinstance(value, (int, Fraction, str, float, flint.fmpq, flint.fmpz, Integral)):
            return self.wrap(rational(value))
        return None

    def convert(self, value: Any) -> Number:
        """A number of this context from an int, Fraction, rational or decimal string; floats raise TypeError."""
        number = self.operand(value)
        if number is None:
            raise TypeError(f"got {type(value).__name__}, but a real number is required")
        return number

    mpf = convert

    # three-valued comparisons ----------------------------------------------------------------------------------

    def lt(self, a: Any, b: Any) -> bool | None:
        """``a < b``: True, False, or None where the balls do not say."""
        x, y = self.convert(a), self.convert(b)
        if x.is_rational and y.is_rational:
            return bool(x.value < y.value)
        u, v = x.ball(), y.ball()
        return True if u < v else (False if u >= v else None)

    def le(self, a: Any, b: Any) -> bool | None:
        """``a <= b``: True, False or None."""
        x, y = self.convert(a), self.convert(b)
        if x.is_rational and y.is_rational:
            return bool(x.value <= y.value)
        u, v = x.ball(), y.ball()
        return True if u <= v else (False if u > v else None)

    def eq(self, a: Any, b: Any) -> bool | None:
        """``a == b``: True only for exact values, False if the balls are disjoint, else None."""
        x, y = self.convert(a), self.convert(b)
        if x.is_rational and y.is_rational:
            return bool(x.value == y.value)
        u, v = x.ball(), y.ball()
        if u.is_exact() and v.is_exact():
            return bool(u == v)
        return None if u.overlaps(v) else False

    # reading ---------------------------------------------------------------------------------------------------

    def is_exact(self, x: Any) -> bool:
        return self.convert(x).is_rational

    def bounds(self, x: Any) -> tuple[Any, Any]:
        """Lower and upper bound as Fractions (float infinities where infinite); OverflowError beyond `LONGEST` bits."""
        number = self.convert(x)
        if number.is_rational:
            exact = fraction(number.value)
            return exact, exact
        ball = number.ball()
        return _dyadic(ball.lower()), _dyadic(ball.upper())

    def radius(self, x: Any) -> float:
        number = self.convert(x)
        return 0.0 if number.is_rational else float(number.value.rad())

    def log2_radius(self, x: Any) -> float:
        """The binary logarithm of the radius, rounded up to an integer: minus infinity if exact, infinity if unbounded."""
        number = self.convert(x)
        if number.is_rational or number.value.is_exact():
            return -math.inf
        if not number.value.is_finite():
            return math.inf
        mantissa, exponent = number.value.rad().man_exp()
        return int(mantissa).bit_length() + int(exponent)

    def to_float(self, x: Any) -> float:
        number = self.convert(x)
        if number.is_rational:
            exact = fraction(number.value)
            try:
                return exact.numerator / exact.denominator
            except OverflowError:
                return float("inf") if exact > 0 else float("-inf")
        return float(number.value.mid())

    def exact_str(self, x: Any, digits: int = 25) -> str:
        """``p/q`` for a rational, ``[m +/- r]`` for a ball, ``[low, high]`` for one too wide for its middle to say much, ``inf``."""
        number = self.convert(x)
        if number.is_rational:
            return str(number.value)
        ball = number.value
        if not ball.is_finite() and not ball.is_nan() and ball.rad() == 0:
            return "inf" if ball > 0 else "-inf"
        if ball.is_finite() and not ball.rad() * WIDE < abs(ball.mid()) and ball.rad() > 0:
            try:
                low, high = self.bounds(number)
            except OverflowError:
                return str(ball.str(digits, more=False))
            return f"[{_decimal(low, ROUND_FLOOR)}, {_decimal(high, ROUND_CEILING)}]"
        return str(ball.str(digits, more=False))

    def midpoint_str(self, x: Any, digits: int = 17) -> str:
        self.activate()
        return str(self.convert(x).ball().mid().str(digits, radius=False))

    def between(self, low: Any, high: Any) -> Number:
        """A number known only to lie between two others: the ball around both."""
        return self.wrap(self.convert(low).ball().union(self.convert(high).ball()))

    def power(self, x: Any, y: Any) -> Any:
        """``x ** y``."""
        raise NotImplementedError


def fraction(value: Any) -> Fraction:
    """A `Fraction` from a `flint.fmpq`."""
    return Fraction(int(value.p), int(value.q))


def _decimal(value: Fraction, rounding: str) -> str:
    """Twelve digits of a bound, rounded outwards."""
    context = DecimalContext(prec=12, rounding=rounding, Emax=10**9, Emin=-(10**9))
    return str(context.divide(value.numerator, value.denominator).normalize(context))


def _dyadic(ball: Any) -> Any:
    if not ball.is_finite():
        return float("inf") if ball > 0 else float("-inf")
    mantissa, exponent = ball.man_exp()
    m, e = int(mantissa), int(exponent)
    if abs(e) > LONGEST:
        raise OverflowError(f"a bound with the binary exponent {e} is too long for a fraction")
    return Fraction(m * 2**e) if e >= 0 else Fraction(m, 2**-e)
