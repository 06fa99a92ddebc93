"""The certifying arithmetic: mpmath's function names over exact rationals and balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from numbers import Integral
from typing import Any

import flint

from refute.arithmetic import linalg, quadrature
from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number, rational

EXACT_LIMIT = 1 << 15
LONGEST = 1 << 24


class Certifying:
    """Exact until an operation forces a ball of ``bits`` bits; rationals above ``exact_limit`` bits become balls.

    An instance is the first argument of an oracle.  Every value that it returns contains the truth.
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

    def settled(self, matrix: Matrix) -> Matrix:
        """The matrix, demoted to balls if an entry outgrew the exact limit."""
        if matrix.is_rational and any(entry.value.height_bits() > self.exact_limit for entry in matrix):
            return Matrix(matrix.balls(), self)
        return matrix

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
        """``p/q`` for a rational, ``[m +/- r]`` for a ball."""
        number = self.convert(x)
        return str(number.value) if number.is_rational else str(number.value.str(digits, more=False))

    def midpoint_str(self, x: Any, digits: int = 17) -> str:
        self.activate()
        return str(self.convert(x).ball().mid().str(digits, radius=False))

    def between(self, low: Any, high: Any) -> Number:
        """A number known only to lie between two others: the ball around both."""
        return self.wrap(self.convert(low).ball().union(self.convert(high).ball()))

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

    # matrices --------------------------------------------------------------------------------------------------

    def matrix(self, *shape: Any) -> Matrix:
        """From nested lists, a list (a column), a `Matrix`, or the numbers ``rows, cols`` (zeros)."""
        source = shape[0]
        if isinstance(source, Matrix):
            return source.copy()
        if isinstance(source, int):
            height, width = source, shape[1] if len(shape) > 1 else source
            _require_entries(height, width)
            return Matrix(flint.fmpq_mat(height, width), self)
        rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in source]
        numbers = [[self.convert(entry) for entry in row] for row in rows]
        width = len(numbers[0]) if numbers else 0
        _require_entries(len(numbers), width)
        if any(len(row) != width for row in numbers):
            raise ValueError(f"got rows of the lengths {[len(row) for row in numbers]}, but a matrix needs equal ones")
        flat = [entry for row in numbers for entry in row]
        if all(entry.is_rational for entry in flat):
            return Matrix(flint.fmpq_mat(len(numbers), width, [entry.value for entry in flat]), self)
        return Matrix(flint.arb_mat(len(numbers), width, [entry.ball() for entry in flat]), self)

    def zeros(self, rows: int, cols: int | None = None) -> Matrix:
        return self.matrix(rows, rows if cols is None else cols)

    def ones(self, rows: int, cols: int | None = None) -> Matrix:
        return self.matrix([[1] * (rows if cols is None else cols)] * rows)

    def eye(self, n: int) -> Matrix:
        return self.diag([1] * n)

    def diag(self, entries: Sequence[Any]) -> Matrix:
        n = len(entries)
        return self.matrix([[entries[i] if i == j else 0 for j in range(n)] for i in range(n)])

    def transpose(self, a: Matrix) -> Matrix:
        return a.T

    def trace(self, a: Matrix) -> Number:
        return self.convert(self.fsum(a[i, i] for i in range(a.rows)))

    def det(self, a: Matrix) -> Number:
        self.activate()
        return self.wrap(a.native.det())

    def inverse(self, a: Matrix) -> Matrix:
        """The inverse; ZeroDivisionError for an exactly singular matrix, `Ambiguous` if balls do not tell."""
        return self.lu_solve(a, self.eye(a.rows))

    def lu_solve(self, a: Matrix, b: Any) -> Matrix:
        """The solution of ``a x = b`` for a square matrix; ``b`` is a matrix or a list."""
        right = b if isinstance(b, Matrix) else self.matrix(b)
        first, second = a._both(right)
        self.activate()
        try:
            return self.settled(Matrix(first.solve(second), self))
        except ZeroDivisionError as error:
            if a.is_rational:
                raise
            raise Ambiguous(f"the matrix may be singular at {self.bits} bits") from error

    def norm(self, v: Any, p: Any = 2) -> Number:
        """The ``p``-norm of a vector (list or matrix), ``p`` in {1, 2, inf}; ValueError for another ``p``."""
        entries = [abs(self.convert(entry)) for entry in v]
        match _norm_of(p):
            case "1":
                return self.convert(self.fsum(entries))
            case "2":
                return self.sqrt_of_squares(self.fsum(entry * entry for entry in entries))
            case "inf":
                return self.maximum(entries)
        raise ValueError(f"got the {p!r}-norm of a vector, but p should be 1, 2 or inf")

    def mnorm(self, a: Matrix, p: Any = 1) -> Number:
        """Matrix norm: 1 (columns), inf (rows), 2 (spectral) or "f" (Frobenius); ValueError for another ``p``."""
        match _norm_of(p):
            case "f":
                return self.norm(list(a), 2)
            case "2":
                return self.svd_r(a)[0]
            case "1":
                return self.maximum([self.norm(column, 1) for column in a.T.tolist()])
            case "inf":
                return self.maximum([self.norm(row, 1) for row in a.tolist()])
        raise ValueError(f"got the {p!r}-norm of a matrix, but p should be 1, 2, inf or 'f'")

    def eigsy(self, a: Matrix, eigvals_only: bool = True) -> list[Number]:
        """Eigenvalues of a symmetric matrix, ascending, enclosed also where they repeat."""
        return linalg.symmetric_eigenvalues(self, a)

    def svd_r(self, a: Matrix, compute_uv: bool = False) -> list[Number]:
        """Singular values, descending."""
        return linalg.singular_values(self, a)

    def ldl(self, a: Matrix) -> tuple[Matrix, list[Number]]:
        """Unit lower triangular L and the pivots D with ``a = L diag(D) L^T``; `Ambiguous` at a pivot that may be 0."""
        return linalg.ldl(self, a)

    def cholesky(self, a: Matrix) -> Matrix:
        """Lower triangular L with ``a = L L^T`` for a positive definite matrix."""
        return linalg.cholesky(self, a)

    def qr(self, a: Matrix) -> tuple[Matrix, Matrix]:
        """Q with orthonormal columns and upper triangular R of full column rank."""
        return linalg.qr(self, a)

    def is_positive_definite(self, a: Matrix) -> bool | None:
        return linalg.is_positive_definite(self, a)

    def is_positive_semidefinite(self, a: Matrix) -> bool | None:
        return linalg.is_positive_semidefinite(self, a)

    def norm2_le(self, a: Matrix, t: Any) -> bool | None:
        """Whether the spectral norm is at most ``t``, by definiteness of ``t^2 I - a^T a``."""
        return linalg.spectral_norm_at_most(self, a, self.convert(t))

    def rank(self, a: Matrix) -> int:
        """The rank of a rational matrix."""
        if not a.is_rational:
            raise TypeError("the rank is defined for rational matrices only; decide definiteness instead")
        return int(a.native.rank())

    def quad(self, f: Callable[[Any], Any], points: Sequence[Any], tail: Callable[[Number], Any] | None = None) -> Number:
        """A rigorous integral; see `refute.arithmetic.quadrature`."""
        return quadrature.integrate(self, f, points, tail)


def fraction(value: Any) -> Fraction:
    """A `Fraction` from a `flint.fmpq`."""
    return Fraction(int(value.p), int(value.q))


def _norm_of(p: Any) -> str:
    """The name of a norm: "f", "1", "2", "inf", or "" for what is none."""
    if isinstance(p, str):
        return p.lower() if p in ("f", "F", "inf") else ""
    if isinstance(p, Number) and not p.is_rational:
        return "inf" if p.value.is_exact() and not p.value.is_finite() and p.value > 0 else ""
    return {1: "1", 2: "2", math.inf: "inf"}.get(p, "") if isinstance(p, (int, float)) else ""


def _require_entries(rows: int, cols: int) -> None:
    if rows < 1 or cols < 1:
        raise ValueError(f"got a {rows}x{cols} matrix, but a matrix needs at least one row and one column")


def _dyadic(ball: Any) -> Any:
    if not ball.is_finite():
        return float("inf") if ball > 0 else float("-inf")
    mantissa, exponent = ball.man_exp()
    m, e = int(mantissa), int(exponent)
    if abs(e) > LONGEST:
        raise OverflowError(f"a bound with the binary exponent {e} is too long for a fraction")
    return Fraction(m * 2**e) if e >= 0 else Fraction(m, 2**-e)
