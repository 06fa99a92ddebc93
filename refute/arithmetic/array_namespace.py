"""The array API over exact numbers: the namespace ``xp`` that an evaluator gets when an oracle is derived from it.

It has the functions of the array API that have one value on real numbers.  What it lacks (formats of floats, random
numbers, factorisations whose signs are a convention) raises `Lacking`, which names the function.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refute.arithmetic.array_linalg import Linalg, matmul
from refute.arithmetic.array_reductions import Axis, Reductions
from refute.arithmetic.arrays import MASK, NUMBER, Array, Lacking, Undefined, kind_of
from refute.arithmetic.numbers import Ambiguous

DTYPES = {"float64", "float32", "int64", "int32", "bool"}
UNARY = {
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1", "log", "log1p", "sign", "sin"),
    *("sinh", "sqrt", "tan", "tanh", "floor", "ceil"),
}
SAME_UNDER_ANOTHER_NAME = {"lgamma": "loggamma", "gammaln": "loggamma"}
STRUCTURE = {"flip": np.flip, "roll": np.roll, "moveaxis": np.moveaxis, "broadcast_to": np.broadcast_to, "tile": np.tile}


class ExactNamespace(Reductions):
    """An array API namespace over the arithmetic ``mp``: rationals and balls, or mpmath."""

    newaxis = None

    def __init__(self, mp: Any) -> None:
        super().__init__(mp)
        self.linalg, self.special = Linalg(self), Special(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in DTYPES:
            return name
        if name in UNARY:
            return lambda x: self.each(getattr(self.mp, name), x)
        if name in STRUCTURE:
            function: Any = STRUCTURE[name]
            return lambda x, *args, **options: self.lift(x).like(np.array(function(self.lift(x).data, *args, **options)))
        if name in BINARY:
            return lambda a, b: self.binary(BINARY[name], a, b)
        if name in COMPARISONS:
            return lambda a, b: self.compare(COMPARISONS[name], a, b)
        if name in ("finfo", "nan"):
            raise Lacking(f"xp.{name}", "which belongs to floats and not to numbers")
        raise Lacking(f"xp.{name}")

    # constants and creation ------------------------------------------------------------------------------------

    @property
    def pi(self) -> Array:
        return self.lift(self.mp.pi + self.mp.mpf(0))

    @property
    def e(self) -> Array:
        return self.lift(self.mp.e + self.mp.mpf(0))

    @property
    def inf(self) -> Array:
        return self.lift(self.mp.inf)

    def asarray(self, value: Any, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Array:
        return self.lift(value, kind_of(dtype) if dtype is not None else "")

    def astype(self, x: Any, dtype: Any, copy: Any = None) -> Array:
        return self.lift(x, kind_of(dtype))

    def full(self, shape: Any, value: Any, *, dtype: Any = None, device: Any = None) -> Array:
        filled = self.asarray(value, dtype=dtype)
        return filled.like(np.array(np.broadcast_to(filled.data, shape)))

    def zeros(self, shape: Any, *, dtype: Any = None, device: Any = None) -> Array:
        return self.full(shape, 0, dtype=dtype or "float64")

    def ones(self, shape: Any, *, dtype: Any = None, device: Any = None) -> Array:
        return self.full(shape, 1, dtype=dtype or "float64")

    def full_like(self, x: Any, value: Any, *, dtype: Any = None, device: Any = None) -> Array:
        return self.full(x.shape, value, dtype=dtype or x.dtype)

    def zeros_like(self, x: Any, *, dtype: Any = None, device: Any = None) -> Array:
        return self.full_like(x, 0, dtype=dtype)

    def ones_like(self, x: Any, *, dtype: Any = None, device: Any = None) -> Array:
        return self.full_like(x, 1, dtype=dtype)

    def eye(self, n: int, m: int | None = None, *, k: int = 0, dtype: Any = None, device: Any = None) -> Array:
        return self.asarray(np.eye(n, m, k=k, dtype=np.int64), dtype=dtype or "float64")

    def arange(self, start: Any, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Array:
        first, last = (0, start) if stop is None else (start, stop)
        if all(isinstance(value, int) for value in (first, last, step)):
            return self.asarray(np.arange(first, last, step), dtype=dtype)
        begin, end, stride = (self.entry(value) for value in (first, last, step))
        count = max(0, int(self.mp.ceil((end - begin) / stride)))
        return self.lift([begin + stride * i for i in range(count)], NUMBER)

    def linspace(self, start: Any, stop: Any, num: int, *, endpoint: bool = True, dtype: Any = None, device: Any = None) -> Array:
        places = self.arange(num, dtype="float64") / max(num - 1 if endpoint else num, 1)
        return self.binary("add", start, self.binary("mul", self.binary("sub", stop, start), places))

    def tril(self, x: Any, *, k: int = 0) -> Array:
        return self._triangle(x, _lower(x, k))

    def triu(self, x: Any, *, k: int = 0) -> Array:
        return self._triangle(x, ~_lower(x, k - 1))

    def _triangle(self, x: Array, kept: Any) -> Array:
        return self.where(kept, x, self.zeros_like(x))

    # shapes ----------------------------------------------------------------------------------------------------

    def _alike(self, arrays: Sequence[Any]) -> tuple[list[Any], str]:
        lifted = [self.lift(array) for array in arrays]
        kinds = {array.kind for array in lifted}
        kind = kinds.pop() if len(kinds) == 1 else NUMBER
        return [self.lift(array, kind).data for array in lifted], kind

    def stack(self, arrays: Sequence[Any], *, axis: int = 0) -> Array:
        data, kind = self._alike(arrays)
        return Array(np.stack(data, axis=axis), kind, self)

    def concat(self, arrays: Sequence[Any], *, axis: int | None = 0) -> Array:
        data, kind = self._alike(arrays)
        return Array(np.concatenate(data, axis=axis), kind, self)

    def unstack(self, x: Any, *, axis: int = 0) -> tuple[Array, ...]:
        return tuple(self.lift(x).like(part) for part in np.moveaxis(x.data, axis, 0))

    def reshape(self, x: Any, shape: Any, *, copy: Any = None) -> Array:
        return self.lift(x).like(x.data.reshape(shape))

    def permute_dims(self, x: Any, axes: tuple[int, ...]) -> Array:
        return self.lift(x).like(np.transpose(x.data, axes))

    def matrix_transpose(self, x: Any) -> Array:
        return self.lift(x).mT

    def expand_dims(self, x: Any, *, axis: int = 0) -> Array:
        return self.lift(x).like(np.expand_dims(x.data, axis))

    def squeeze(self, x: Any, axis: Axis) -> Array:
        return self.lift(x).like(np.squeeze(x.data, axis=axis))

    def repeat(self, x: Any, repeats: Any, *, axis: int | None = None) -> Array:
        return self.lift(x).like(np.repeat(x.data, repeats.data if isinstance(repeats, Array) else repeats, axis=axis))

    def take(self, x: Any, indices: Any, *, axis: int = 0) -> Array:
        return self.lift(x).like(np.take(x.data, self.lift(indices).data, axis=axis))

    def take_along_axis(self, x: Any, indices: Any, *, axis: int = -1) -> Array:
        return self.lift(x).like(np.take_along_axis(x.data, self.lift(indices).data, axis=axis))

    def broadcast_arrays(self, *arrays: Any) -> tuple[Array, ...]:
        lifted = [self.lift(array) for array in arrays]
        return tuple(
            x.like(np.array(data)) for x, data in zip(lifted, np.broadcast_arrays(*(y.data for y in lifted)), strict=True)
        )

    # entry by entry --------------------------------------------------------------------------------------------

    def where(self, condition: Any, a: Any, b: Any) -> Array:
        """``a`` where the condition holds, else ``b``; where it is not decided, a ball around both."""
        (first, second), kind = self._alike((a, b))
        mask = self.lift(condition, MASK)
        if kind != NUMBER:
            return Array(np.where(mask.decided(), first, second), kind, self)

        def choose(chosen: Any, x: Any, y: Any) -> Any:
            return self.guarded(self.mp.between, x, y) if chosen is None else (x if chosen else y)

        return Array(self._map(choose, mask.data, first, second), NUMBER, self)

    def maximum(self, a: Any, b: Any) -> Array:
        return self.each(self.mp.maximum, a, b)

    def minimum(self, a: Any, b: Any) -> Array:
        return self.each(self.mp.minimum, a, b)

    def clip(self, x: Any, min: Any = None, max: Any = None) -> Array:
        bounded = self.lift(x, NUMBER) if min is None else self.maximum(x, min)
        return bounded if max is None else self.minimum(bounded, max)

    def abs(self, x: Any) -> Array:
        return abs(self.lift(x))

    def negative(self, x: Any) -> Array:
        return -self.lift(x)

    def positive(self, x: Any) -> Array:
        return self.lift(x)

    def square(self, x: Any) -> Array:
        return self.lift(x) ** 2

    def reciprocal(self, x: Any) -> Array:
        return 1 / self.lift(x)

    def log2(self, x: Any) -> Array:
        return self.each(lambda v: self.mp.log(v) / self.mp.log(self.mp.mpf(2)), x)

    def log10(self, x: Any) -> Array:
        return self.each(lambda v: self.mp.log(v) / self.mp.log(self.mp.mpf(10)), x)

    def hypot(self, a: Any, b: Any) -> Array:
        return self.each(lambda x, y: self.mp.sqrt_of_squares(x * x + y * y), a, b)

    def atan2(self, a: Any, b: Any) -> Array:
        return self.each(self.mp.atan2, a, b)

    def logaddexp(self, a: Any, b: Any) -> Array:
        return self.each(lambda x, y: log_sum_exp(self.mp, [x, y]), a, b)

    def trunc(self, x: Any) -> Array:
        return self.each(lambda v: self.mp.floor(v) if v >= 0 else self.mp.ceil(v), x)

    def isfinite(self, x: Any) -> Array:
        return self.compare(operator.lt, abs(self.lift(x, NUMBER)), self.mp.inf)

    def isinf(self, x: Any) -> Array:
        return self.compare(operator.eq, abs(self.lift(x, NUMBER)), self.mp.inf)

    def isnan(self, x: Any) -> Array:
        def is_nan(entry: Any) -> bool | None:
            if not isinstance(entry, Undefined):
                return False
            return None if isinstance(entry.error, Ambiguous) else isinstance(entry.error, ValueError)

        return Array(self._map(is_nan, self.lift(x, NUMBER).data), MASK, self)

    # products --------------------------------------------------------------------------------------------------

    def matmul(self, a: Any, b: Any) -> Array:
        return matmul(self, a, b)

    def vecdot(self, a: Any, b: Any, *, axis: int = -1) -> Array:
        return self.sum(self.lift(a) * b, axis=axis)

    def tensordot(self, a: Any, b: Any, *, axes: int = 2) -> Array:
        first, second = self.lift(a, NUMBER), self.lift(b, NUMBER)
        left, right = first.shape[: first.ndim - axes], second.shape[axes:]
        inner = int(np.prod(second.shape[:axes]))
        product = self.matmul(self.reshape(first, (-1, inner)), self.reshape(second, (inner, -1)))
        return self.reshape(product, (*left, *right))


class Special:
    """``xp.special`` over exact numbers."""

    def __init__(self, xp: ExactNamespace) -> None:
        self.xp = xp

    def __getattr__(self, name: str) -> Any:
        if name in ("erf", "erfc", "digamma", "lgamma", "gammaln"):
            return lambda x: self.xp.each(getattr(self.xp.mp, SAME_UNDER_ANOTHER_NAME.get(name, name)), x)
        raise Lacking(f"xp.special.{name}")

    def logsumexp(self, x: Any, axis: Axis = -1) -> Array:
        return self.xp.reduced(lambda entries: log_sum_exp(self.xp.mp, entries), x, axis, False, NUMBER)

    def log_softmax(self, x: Any, axis: int = -1) -> Array:
        return self.xp.lift(x) - self.xp.expand_dims(self.logsumexp(x, axis), axis=axis)

    def softmax(self, x: Any, axis: int = -1) -> Array:
        return self.xp.each(self.xp.mp.exp, self.log_softmax(x, axis))

    def bessel_j0(self, x: Any) -> Array:
        return self.xp.each(lambda v: self.xp.mp.besselj(0, v), x)


BINARY = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "pow": "pow",
    "floor_divide": "floordiv",
    "remainder": "mod",
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}


def _lower(x: Array, k: int) -> Any:
    rows, columns = x.shape[-2:]
    return np.arange(columns)[None, :] <= np.arange(rows)[:, None] + k


def log_sum_exp(mp: Any, entries: list[Any]) -> Any:
    """``log sum exp(x_i)``, shifted by the entry that looks largest."""
    shift = max(entries, key=mp.to_float)
    if mp.to_float(shift) in (float("inf"), float("-inf")) and shift in (mp.inf, mp.ninf):
        return shift
    return shift + mp.log(mp.fsum(mp.exp(entry - shift) for entry in entries))
