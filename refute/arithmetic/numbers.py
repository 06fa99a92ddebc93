"""Numbers of the certifying arithmetic: a rational until an operation forces a ball, never a float."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, Any

import flint

if TYPE_CHECKING:
    from refute.arithmetic.context import Context


class Ambiguous(ArithmeticError):
    """A comparison, branch or function value is not decided at the present precision; more bits may decide it."""


def rational(value: Any) -> Any:
    """An exact `flint.fmpq` from an integer, Fraction, rational string or flint number; floats are refused."""
    if isinstance(value, flint.fmpq):
        return value
    if isinstance(value, Integral):
        return flint.fmpq(int(value))
    if isinstance(value, Fraction):
        return flint.fmpq(value.numerator, value.denominator)
    if isinstance(value, flint.fmpz):
        return flint.fmpq(value)
    if isinstance(value, str):
        return rational(Fraction(value))
    raise TypeError(f"got {value!r} of type {type(value).__name__}, but the certifying arithmetic takes exact numbers only")


class Number:
    """A real number: ``value`` is a `flint.fmpq` (exact) or a `flint.arb` (a ball that contains it).

    Comparisons are exact while rational; those of balls raise `Ambiguous` when undecided.  Infinities are balls of
    radius 0; an operation without a value (``inf - inf``) raises `Ambiguous`.
    """

    __slots__ = ("context", "value")

    def __init__(self, value: Any, context: Context) -> None:
        self.value = value
        self.context = context

    @property
    def is_rational(self) -> bool:
        return isinstance(self.value, flint.fmpq)

    def ball(self) -> Any:
        """The number as a `flint.arb` at the precision of its context."""
        self.context.activate()
        return flint.arb(self.value) if self.is_rational else self.value

    def _with(self, other: Any, exact: Callable[[Any, Any], Any], ball: Callable[[Any, Any], Any]) -> Any:
        number = self.context.operand(other)
        if number is None:
            return NotImplemented
        if isinstance(self.value, flint.fmpq) and isinstance(number.value, flint.fmpq):
            return self.context.wrap(exact(self.value, number.value))
        return self.context.wrap(ball(self.ball(), number.ball()))

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a + b, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a - b, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b - a, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Any:
        number = self.context.operand(other)
        if number is None:
            return NotImplemented
        if self._exact_zero() or number._exact_zero():
            finite = number if self._exact_zero() else self
            if finite.is_rational or finite.value.is_finite():
                return self.context.wrap(flint.fmpq(0))
        return self._with(number, lambda a, b: a * b, lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        number = self.context.operand(other)
        if number is None:
            return NotImplemented
        if number._exact_zero():
            raise ZeroDivisionError("division by an exact zero")
        return self._with(number, lambda a, b: a / b, _divide)

    def __rtruediv__(self, other: Any) -> Any:
        number = self.context.operand(other)
        return NotImplemented if number is None else number / self

    def __pow__(self, exponent: Any) -> Any:
        return self.context.power(self, exponent)

    def __rpow__(self, base: Any) -> Any:
        return self.context.power(self.context.convert(base), self)

    def __neg__(self) -> Number:
        return self.context.wrap(-self.value)

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Number:
        self.context.activate()
        return self.context.wrap(abs(self.value))

    def _exact_zero(self) -> bool:
        return self.is_rational and bool(self.value == 0)

    def _compare(self, other: Any, decide: Callable[[Any, Any], bool | None]) -> Any:
        number = self.context.operand(other)
        if number is None:
            return NotImplemented
        decided = decide(self, number)
        if decided is None:
            raise Ambiguous(f"the comparison of {self} with {number} is not decided at {self.context.bits} bits")
        return decided

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, self.context.lt)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, self.context.le)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: self.context.lt(b, a))

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: self.context.le(b, a))

    def __eq__(self, other: object) -> Any:
        return self._compare(other, self.context.eq)

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __bool__(self) -> bool:
        return bool(self != 0)

    __hash__ = None  # type: ignore[assignment]

    def __int__(self) -> int:
        if self.is_rational and self.value.q == 1:
            return int(self.value.p)
        raise TypeError(f"{self} is not an exact integer")

    def __repr__(self) -> str:
        return str(self.value)


def _divide(numerator: Any, denominator: Any) -> Any:
    if denominator.contains(0):
        raise Ambiguous("division by a ball that contains 0")
    return numerator / denominator


class ComplexBall:
    """A complex ball for the integrands of `quad`; ``analytic`` asks functions to fail across branch cuts."""

    __slots__ = ("analytic", "context", "value")

    def __init__(self, value: Any, analytic: bool, context: Context) -> None:
        self.value, self.analytic, self.context = value, analytic, context

    def _raw(self, other: Any) -> Any:
        if isinstance(other, ComplexBall):
            return other.value
        number = self.context.operand(other)
        return None if number is None else flint.acb(number.ball())

    def _new(self, value: Any) -> ComplexBall:
        return ComplexBall(value, self.analytic, self.context)

    def __add__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(self.value + raw)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(self.value - raw)

    def __rsub__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(raw - self.value)

    def __mul__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(self.value * raw)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(self.value / raw)

    def __rtruediv__(self, other: Any) -> Any:
        raw = self._raw(other)
        return NotImplemented if raw is None else self._new(raw / self.value)

    def __neg__(self) -> ComplexBall:
        return self._new(-self.value)

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, int):
            return self._new(self.value**exponent)
        return self._new(self.value.pow(self._raw(exponent), analytic=self.analytic))

    def apply(self, name: str) -> ComplexBall:
        """The flint function ``name`` of this ball; where it must be analytic, NaN if the ball touches a branch cut."""
        function = getattr(self.value, name)
        if name in ("sqrt", "log"):
            return self._new(function(analytic=self.analytic))
        if self.analytic and name in CUTS and CUTS[name](self.value.real, self.value.imag):
            return self.undefined()
        return self._new(function())

    def undefined(self) -> ComplexBall:
        """The ball without a value, which makes `quad` cut its interval into smaller ones."""
        return self._new(flint.acb(flint.arb("nan")))

    def __eq__(self, other: object) -> bool:
        raise TypeError("an integrand compared a complex ball; integrate over each of its pieces instead")

    def __bool__(self) -> bool:
        raise TypeError("an integrand branched on a complex ball; integrate over each of its pieces instead")

    __hash__ = None  # type: ignore[assignment]


def _left_of(end: Any) -> Callable[[Any, Any], bool]:
    return lambda x, y: y.contains(0) and not x > end


def _outside(x: Any, y: Any) -> bool:
    return bool(y.contains(0)) and not (x > -1 and x < 1)


# Whether the rectangle x + iy may meet a branch cut of flint's principal value; that of lambertw ends at -1/e.
CUTS: dict[str, Callable[[Any, Any], bool]] = {
    "asin": _outside,
    "acos": _outside,
    "atanh": _outside,
    "atan": lambda x, y: _outside(y, x),
    "asinh": lambda x, y: _outside(y, x),
    "acosh": _left_of(1),
    "lgamma": _left_of(0),
    "lambertw": _left_of(flint.arb(-3) / 10),
}
