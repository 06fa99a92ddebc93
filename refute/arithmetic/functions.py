"""Functions of the certifying arithmetic: constants, elementary and special functions, sums and extremes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import flint

from refute.arithmetic.context import Context
from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number


class Functions(Context):
    """The functions of mpmath, exact where they are rational, enclosed elsewhere."""

    # constants and elementary functions ------------------------------------------------------------------------

    @property
    def pi(self) -> Number:
        self.activate()
        return Number(flint.arb.pi(), self)

    @property
    def e(self) -> Number:
        self.activate()
        return Number(flint.arb.const_e(), self)

    @property
    def euler(self) -> Number:
        self.activate()
        return Number(flint.arb.const_euler(), self)

    def _function(self, name: str, x: Any, exact: dict[int, Any] | None = None) -> Any:
        if isinstance(x, ComplexBall):
            return x.apply(name)
        number = self.convert(x)
        if number.is_rational and exact is not None:
            for argument, value in exact.items():
                if number.value == argument:
                    return self.convert(value)
        return self.wrap(getattr(number.ball(), name)())

    def sqrt(self, x: Any) -> Any:
        """Square root; exact for squares of rationals, `Ambiguous` for a ball that reaches below 0."""
        if isinstance(x, ComplexBall):
            return x.apply("sqrt")
        return self.root(x, 2)

    def root(self, x: Any, n: int) -> Number:
        """The real ``n``-th root of a non-negative number; exact where it is rational."""
        if n < 1:
            raise ValueError(f"got the {n}-th root, but the degree of a root is at least 1")
        number = self.convert(x)
        if number.is_rational:
            if number.value < 0:
                raise ValueError(f"the root of the negative number {number}")
            if number.value == 0 or number.value == 1:
                return number
            top, bottom = number.value.p.root(n), number.value.q.root(n)
            if top**n == number.value.p and bottom**n == number.value.q:
                return self.wrap(flint.fmpq(top, bottom))
        ball = number.ball()
        if not ball >= 0:
            if ball < 0:
                raise ValueError(f"the root of the negative number {number}")
            raise Ambiguous("the root of a ball that reaches below 0")
        return self.wrap(ball.sqrt() if n == 2 else ball.root(n))

    def sqrt_of_squares(self, x: Any) -> Number:
        """The root of a number that is known to be non-negative, a sum of squares say: its ball is cut off at 0."""
        number = self.convert(x)
        if number.is_rational or number.value >= 0:
            return self.root(number, 2)
        return self.between(0, self.root(self.wrap(number.value.upper()), 2))

    def log(self, x: Any, base: Any = None) -> Any:
        """Natural logarithm (or to ``base``); ``log 0`` of an exact 0 is minus infinity."""
        if base is not None:
            return self.log(x) / self.log(base)
        if isinstance(x, ComplexBall):
            return x.apply("log")
        number = self.convert(x)
        if number.is_rational:
            if number.value == 0:
                return self.ninf
            if number.value == 1:
                return self.convert(0)
        ball = number.ball()
        if ball < 0:
            raise ValueError(f"the logarithm of the negative number {number}")
        if not ball > 0:
            raise Ambiguous("the logarithm of a ball that contains 0")
        return self.wrap(ball.log())

    def log1p(self, x: Any) -> Any:
        return self.log(1 + x) if isinstance(x, ComplexBall) or self.convert(x).is_rational else self._function("log1p", x)

    def exp(self, x: Any) -> Any:
        if isinstance(x, Number) and not x.is_rational and not x.value.is_finite() and x.value < 0:
            return self.convert(0)
        return self._function("exp", x, {0: 1})

    def expm1(self, x: Any) -> Any:
        return self._function("expm1", x, {0: 0})

    def sin(self, x: Any) -> Any:
        return self._function("sin", x, {0: 0})

    def cos(self, x: Any) -> Any:
        return self._function("cos", x, {0: 1})

    def tan(self, x: Any) -> Any:
        return self._function("tan", x, {0: 0})

    def asin(self, x: Any) -> Any:
        return self._function("asin", x, {0: 0})

    def acos(self, x: Any) -> Any:
        return self._function("acos", x, {1: 0})

    def atan(self, x: Any) -> Any:
        return self._function("atan", x, {0: 0})

    def atan2(self, y: Any, x: Any) -> Number:
        first, second = self.convert(y), self.convert(x)
        return self.wrap(flint.arb.atan2(first.ball(), second.ball()))

    def sinh(self, x: Any) -> Any:
        return self._function("sinh", x, {0: 0})

    def cosh(self, x: Any) -> Any:
        return self._function("cosh", x, {0: 1})

    def tanh(self, x: Any) -> Any:
        return self._function("tanh", x, {0: 0})

    def asinh(self, x: Any) -> Any:
        return self._function("asinh", x, {0: 0})

    def acosh(self, x: Any) -> Any:
        return self._function("acosh", x, {1: 0})

    def atanh(self, x: Any) -> Any:
        return self._function("atanh", x, {0: 0})

    def power(self, x: Any, y: Any) -> Any:
        """``x ** y``; exact for rational bases and integer exponents, and where a rational root is rational."""
        if isinstance(x, ComplexBall):
            return x**y
        base, exponent = self.convert(x), self.convert(y)
        if exponent.is_rational:
            degree = int(exponent.value.q)
            power = int(exponent.value.p)
            if degree > 1:
                rooted = self.root(base, degree)
                return self.power(rooted, power)
            if base.is_rational and abs(power) * base.value.height_bits() <= 2 * self.exact_limit:
                if power < 0 and base.value == 0:
                    raise ZeroDivisionError("a negative power of an exact zero")
                return self.wrap(base.value**power)
            return self._integer_power(base, power)
        return self.exp(exponent * self.log(base))

    def _integer_power(self, base: Number, power: int) -> Number:
        """Powers of balls by squaring; an even power of a ball around 0 reaches from 0 to that of its larger end."""
        if power < 0:
            return self.convert(1 / self._integer_power(base, -power))
        ball = base.ball()
        if ball.contains(0) and ball.is_finite() and power % 2 == 0 and power:
            top = abs(ball).upper()
            return self.between(0, self._integer_power(self.wrap(top), power)) if top > 0 else self.convert(0)
        result, square = flint.arb(1), ball
        while power:
            if power & 1:
                result = result * square
            power >>= 1
            if power:
                square = square * square
        return self.wrap(result)

    def fabs(self, x: Any) -> Number:
        return abs(self.convert(x))

    def sign(self, x: Any) -> int:
        """-1, 0 or 1; `Ambiguous` where undecided."""
        number = self.convert(x)
        return 1 if number > 0 else (-1 if number < 0 else 0)

    def floor(self, x: Any) -> Number:
        number = self.convert(x)
        if number.is_rational:
            return self.convert(int(number.value.p // number.value.q))
        exact = number.ball().floor().unique_fmpz()
        if exact is None:
            raise Ambiguous("the floor of a ball that contains an integer")
        return self.convert(int(exact))

    def ceil(self, x: Any) -> Number:
        return -self.floor(-self.convert(x))

    # special functions -----------------------------------------------------------------------------------------

    def gamma(self, x: Any) -> Any:
        return self._function("gamma", x, {1: 1, 2: 1, 3: 2})

    def loggamma(self, x: Any) -> Any:
        return self._function("lgamma", x, {1: 0, 2: 0})

    def digamma(self, x: Any) -> Any:
        return self._function("digamma", x)

    def erf(self, x: Any) -> Any:
        return self._function("erf", x, {0: 0})

    def erfc(self, x: Any) -> Any:
        return self._function("erfc", x, {0: 1})

    def lambertw(self, x: Any) -> Any:
        return self._function("lambertw", x, {0: 0})

    def besselj(self, n: Any, x: Any) -> Any:
        """The Bessel function J of order ``n``."""
        order = self.convert(n)
        if isinstance(x, ComplexBall):
            whole = order.is_rational and order.value.q == 1
            if x.analytic and not whole and x.value.imag.contains(0) and not x.value.real > 0:
                return x.undefined()
            return ComplexBall(x.value.bessel_j(flint.acb(order.ball())), x.analytic, self)
        return self.wrap(flint.acb(self.convert(x).ball()).bessel_j(flint.acb(order.ball())).real)

    def ellipk(self, m: Any) -> Number:
        """Complete elliptic integral of the first kind of the *parameter* ``m < 1`` (the square of the modulus)."""
        self._require(1 - self.convert(m), "ellipk is real for parameters below 1 only", strict=True)
        return self.wrap(flint.acb(self.convert(m).ball()).elliptic_k().real)

    def elliprd(self, x: Any, y: Any, z: Any) -> Number:
        """Carlson's integral R_D for positive arguments."""
        return self.wrap(flint.acb.elliptic_rd(*self._carlson(x, y, z, strict=True)).real)

    def elliprf(self, x: Any, y: Any, z: Any) -> Number:
        """Carlson's integral R_F for non-negative arguments."""
        return self.wrap(flint.acb.elliptic_rf(*self._carlson(x, y, z, strict=False)).real)

    def _carlson(self, *values: Any, strict: bool) -> list[Any]:
        numbers = [self.convert(value) for value in values]
        for number in numbers:
            self._require(number, f"Carlson's integrals take {'positive' if strict else 'non-negative'} numbers only", strict)
        return [flint.acb(number.ball()) for number in numbers]

    def _require(self, number: Number, sentence: str, strict: bool) -> None:
        """Raise ValueError unless ``number`` is certainly positive (or non-negative), `Ambiguous` where undecided."""
        if not (number > 0 if strict else number >= 0):
            raise ValueError(f"{sentence}, got {number}")

    def factorial(self, n: int) -> Number:
        return self.convert(int(flint.fmpz.fac_ui(int(n))))

    def binomial(self, n: int, k: int) -> Number:
        return self.convert(int(flint.fmpz.bin_uiui(int(n), int(k))))

    # sums and extremes -----------------------------------------------------------------------------------------

    def fsum(self, values: Iterable[Any]) -> Any:
        total: Any = self.convert(0)
        for value in values:
            total = total + value
        return total

    def fprod(self, values: Iterable[Any]) -> Any:
        product: Any = self.convert(1)
        for value in values:
            product = product * value
        return product

    def fdot(self, a: Iterable[Any], b: Iterable[Any]) -> Any:
        return self.fsum(x * y for x, y in zip(a, b, strict=True))

    def _extreme(self, values: Sequence[Any], keep: Callable[[Any, Any], bool | None], name: str) -> Number:
        items = list(values[0]) if len(values) == 1 and isinstance(values[0], Iterable) else list(values)
        if not items:
            raise ValueError(f"got no number, but a {name}imum needs at least one")
        best = self.convert(items[0])
        for item in items[1:]:
            other = self.convert(item)
            decided = keep(best, other)
            if decided is None:
                best = self.wrap(getattr(best.ball(), name)(other.ball()))
            elif not decided:
                best = other
        return best

    def maximum(self, *values: Any) -> Number:
        """The largest of several numbers or of one iterable, enclosed where undecided."""
        return self._extreme(values, lambda a, b: self.le(b, a), "max")

    def minimum(self, *values: Any) -> Number:
        """The smallest of several numbers or of one iterable, enclosed where undecided."""
        return self._extreme(values, lambda a, b: self.le(a, b), "min")
