"""Arithmetic, comparisons and logic entry by entry, and the lifting of Python's and NumPy's values to exact arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from refute.arithmetic.arrays import INTEGER, MASK, NUMBER, Array, Lacking, Undefined, boxed
from refute.arithmetic.numbers import Ambiguous, Number

FAILURES = (ArithmeticError, ValueError)
SHORT_MANTISSA = 24


def exact_float(value: float) -> Fraction:
    """The dyadic rational that a float means; `Lacking` if it is rounded, such as 0.1, 1/3 or math.pi."""
    if is_rounded(value):
        why = "which is rounded: divide a tensor by 10 rather than multiply it by 0.1, and take pi from xp.pi"
        raise Lacking(f"the float {value!r}", why)
    return Fraction(value)


def is_rounded(value: float) -> bool:
    """Whether a float is not what it says: its decimal text is not its value (unlike 0.5 or 1e3), nor its mantissa short
    (as that of ``2**-40``).
    """
    exact = Fraction(value)
    mantissa = abs(exact.numerator)
    short = mantissa >> max(0, (mantissa & -mantissa).bit_length() - 1)
    return short.bit_length() > SHORT_MANTISSA and Fraction(repr(value)) != exact


class Elementwise:
    """Operations entry by entry in the arithmetic ``mp``; the base of the exact namespace."""

    def __init__(self, mp: Any) -> None:
        self.mp = mp

    def entry(self, value: Any) -> Any:
        """One Python, NumPy or exact scalar as a number of the arithmetic."""
        if isinstance(value, Undefined):
            return value
        if isinstance(value, (bool, np.bool_, int, np.integer)):
            return self.mp.convert(int(value))
        if value is None:
            return self.mp.between(0, 1)
        if isinstance(value, (float, np.floating)):
            if value in (float("inf"), float("-inf")):
                return self.mp.inf if value > 0 else self.mp.ninf
            if value != value:
                return Undefined(ValueError("evaluate uses NaN"))
            return self.mp.convert(exact_float(float(value)))
        if isinstance(value, (str, complex)):
            raise Lacking(f"the entry {value!r}", "which is not a real number")
        return self.mp.convert(value)

    def lift(self, value: Any, kind: str = "") -> Array:
        """An array from an array, a scalar, nested lists or a tensor of another backend; ``kind`` asks for its entries."""
        array = value if isinstance(value, Array) else self._lifted(value)
        if not kind or array.kind == kind:
            return array
        if kind == NUMBER:
            return Array(self._map(self.entry, array.data), NUMBER, self)
        if kind == MASK:
            return self.compare(operator.ne, array, 0)
        return Array(np.vectorize(int, otypes=[np.int64])(array.data), INTEGER, self)

    def _lifted(self, value: Any) -> Array:
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy()
        if isinstance(value, (list, tuple)):
            rows = [self.lift(item) for item in value]
            kinds = {row.kind for row in rows}
            kind = kinds.pop() if len(kinds) == 1 else NUMBER
            data = [self.lift(row, kind).data for row in rows]
            return Array(np.stack(data) if data else np.empty(0, dtype=object), kind, self)
        source = np.asarray(value) if isinstance(value, (np.ndarray, np.generic, bool, int)) else boxed(value)
        if source.dtype == bool:
            return Array(source.astype(object), MASK, self)
        if source.dtype != object and np.issubdtype(source.dtype, np.integer):
            return Array(source.astype(np.int64), INTEGER, self)
        return Array(self._map(self.entry, source), NUMBER, self)

    @staticmethod
    def _map(function: Callable[..., Any], *sources: Any) -> np.ndarray[Any, Any]:
        result = np.frompyfunc(function, len(sources), 1)(*sources)
        return result if isinstance(result, np.ndarray) else boxed(result)

    def guarded(self, function: Callable[..., Any], *entries: Any) -> Any:
        """The value of a function, or an `Undefined` that says why there is none."""
        for entry in entries:
            if isinstance(entry, Undefined):
                return entry
        try:
            return self.checked(function(*entries))
        except FAILURES as error:
            return Undefined(error)

    def checked(self, value: Any) -> Any:
        """A result as a number of the arithmetic; NaN and complex numbers are undefined."""
        if isinstance(value, Number):
            if not value.is_rational and value.value.is_nan():
                return Undefined(Ambiguous("an operation has no value at this precision"))
            return value
        if isinstance(value, int):
            return self.mp.convert(value)
        if isinstance(value, complex) or type(value).__name__ == "mpc":
            return Undefined(ValueError("the result is not a real number"))
        return Undefined(ValueError("an operation has no value")) if value != value else value

    def each(self, function: Callable[..., Any], *values: Any) -> Array:
        """A function of numbers, entry by entry with broadcasting."""
        data = [self.lift(value, NUMBER).data for value in values]
        return Array(self._map(lambda *entries: self.guarded(function, *entries), *data), NUMBER, self)

    def binary(self, name: str, a: Any, b: Any) -> Array:
        """An operator of the `operator` module; integers stay integers where Python's do."""
        first, second = self.lift(a), self.lift(b)
        if name == "matmul":
            return self.matmul(first, second)
        if name != "truediv" and first.kind == second.kind == INTEGER and not (name == "pow" and np.any(second.data < 0)):
            return Array(integers(getattr(operator, name), first.data, second.data), INTEGER, self)
        functions: dict[str, Callable[..., Any]] = {
            "pow": self.mp.power,
            "floordiv": lambda x, y: self.mp.floor(x / y),
            "mod": lambda x, y: x - y * self.mp.floor(x / y),
        }
        return self.each(functions.get(name) or getattr(operator, name), first, second)

    def matmul(self, a: Any, b: Any) -> Array:
        raise NotImplementedError

    def compare(self, relation: Callable[[Any, Any], Any], a: Any, b: Any) -> Array:
        """A mask; None where a comparison is not decided or an operand is undefined.

        A threshold such as ``1e-8`` may be rounded: it is read as an interval that holds the float and its decimal text.
        """

        def decide(x: Any, y: Any) -> bool | None:
            if isinstance(x, Undefined) or isinstance(y, Undefined):
                return None
            try:
                return bool(relation(x, y))
            except Ambiguous:
                return None

        first, second = self.lift(self._threshold(a), NUMBER), self.lift(self._threshold(b), NUMBER)
        return Array(self._map(decide, first.data, second.data), MASK, self)

    def _threshold(self, value: Any) -> Any:
        if isinstance(value, float) and math.isfinite(value) and is_rounded(float(value)):
            low, high = sorted((Fraction(value), Fraction(repr(float(value)))))
            return self.mp.between(self.mp.convert(low), self.mp.convert(high))
        return value

    def masks(self, function: Callable[..., Any], *values: Any) -> Array:
        """A function of the three truth values, entry by entry."""
        data = [self.lift(value, MASK).data for value in values]
        return Array(self._map(function, *data), MASK, self)

    def logical_not(self, a: Any) -> Array:
        return self.masks(lambda x: None if x is None else not x, a)

    def logical_and(self, a: Any, b: Any) -> Array:
        return self.masks(lambda x, y: conjunction((x, y)), a, b)

    def logical_or(self, a: Any, b: Any) -> Array:
        return self.masks(lambda x, y: disjunction((x, y)), a, b)

    def logical_xor(self, a: Any, b: Any) -> Array:
        return self.masks(lambda x, y: None if None in (x, y) else x != y, a, b)


def integers(function: Callable[..., Any], *arrays: Any) -> np.ndarray[Any, Any]:
    """A function of integer arrays in Python's integers; OverflowError, not a wrapped value, beyond 64 bits."""
    return np.asarray(function(*(array.astype(object) for array in arrays))).astype(np.int64)


def conjunction(values: Sequence[bool | None]) -> bool | None:
    """Kleene's *and*: False decides, else an undecided one leaves it open."""
    return False if False in values else (None if None in values else True)


def disjunction(values: Sequence[bool | None]) -> bool | None:
    """Kleene's *or*: True decides, else an undecided one leaves it open."""
    return True if True in values else (None if None in values else False)
