"""Arrays of exact numbers: what an evaluator computes with when an oracle is derived from it.

An `Array` wraps a NumPy object array whose entries are numbers of an arithmetic (rationals and balls, or mpmath), or an
integer array, or a mask of the three truth values True, False and None (not decided).  An operation that has no value
for an entry (a division by 0, the logarithm of a negative number) leaves an `Undefined` there, which hurts only if the
entry is needed: the branch that ``xp.where`` does not take may be undefined, as it may be NaN in floats.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from refute.arithmetic.numbers import Ambiguous

if TYPE_CHECKING:
    from refute.arithmetic.array_elementwise import Elementwise

NUMBER, INTEGER, MASK = "number", "integer", "mask"


class Lacking(AttributeError):
    """Something that exact arithmetic does not have: a noun phrase such as ``xp.fft`` and a clause that says why."""

    def __init__(self, what: str, why: str = "which exact arithmetic lacks") -> None:
        self.what, self.why = what, why
        super().__init__(f"{what}, {why}")


class Undefined:
    """An entry without a value; ``error`` says why and is raised when the entry is needed."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


def kind_of(dtype: Any) -> str:
    """The kind of entries that a dtype of any backend asks for."""
    text = str(dtype)
    return MASK if "bool" in text else (INTEGER if "int" in text else NUMBER)


def boxed(entry: Any) -> np.ndarray[Any, Any]:
    """One entry as an object array without axes."""
    box = np.empty((), dtype=object)
    box[()] = entry
    return box


class Array:
    """An array of the exact namespace ``xp``; ``kind`` is `NUMBER`, `INTEGER` or `MASK`."""

    __slots__ = ("data", "kind", "xp")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, data: Any, kind: str, xp: Elementwise) -> None:
        self.data = data if isinstance(data, np.ndarray) else (np.asarray(data) if kind == INTEGER else boxed(data))
        self.kind, self.xp = kind, xp

    # description -----------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> str:
        return {NUMBER: "float64", INTEGER: "int64", MASK: "bool"}[self.kind]

    @property
    def device(self) -> str:
        return "cpu"

    @property
    def T(self) -> Array:
        return self.like(self.data.T)

    @property
    def mT(self) -> Array:
        return self.like(np.swapaxes(self.data, -1, -2))

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"Array({self.data.tolist()}, {self.kind})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Lacking(f"the method .{name} of a tensor", "which the array API lacks: it has functions of xp instead")

    def reshape(self, *shape: Any) -> Array:
        """The one method that arrays of all backends share; it takes numbers or a tuple."""
        return self.like(self.data.reshape(*shape))

    def like(self, data: Any) -> Array:
        """An array of the same kind."""
        return Array(data, self.kind, self.xp)

    # entries ---------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Array:
        return self.like(self.data[_position(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        entries = self.xp.lift(value, self.kind).data
        self.data[_position(key)] = entries[()] if entries.ndim == 0 else entries

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self.data)))

    def decided(self) -> np.ndarray[Any, Any]:
        """A mask as a boolean NumPy array; `Ambiguous` where an entry is not decided."""
        if any(entry is None for entry in self.data.flat):
            raise Ambiguous("a comparison between arrays is not decided at this precision")
        return self.data.astype(bool)

    def __bool__(self) -> bool:
        return bool(self.xp.lift(self, MASK).decided())

    def __int__(self) -> int:
        entry = self.data.item()
        if isinstance(entry, Undefined):
            raise entry.error
        return int(entry)

    __index__ = __int__

    def __float__(self) -> float:
        raise Lacking("float() of a tensor", "which would round it")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise Lacking("a NumPy function of a tensor", "which knows floats only: use those of xp")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        name = {"divide": "truediv", "power": "pow", "remainder": "mod", "subtract": "sub", "multiply": "mul"}
        name |= {"floor_divide": "floordiv", "matmul": "matmul", "add": "add"}
        if method != "__call__" or ufunc.__name__ not in name or len(inputs) != 2:
            raise Lacking(f"np.{ufunc.__name__} of a tensor", "which knows floats only: use that of xp")
        return self.xp.binary(name[ufunc.__name__], *inputs)

    # operators -------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Array:
        return self.xp.binary("add", self, other)

    def __radd__(self, other: Any) -> Array:
        return self.xp.binary("add", other, self)

    def __sub__(self, other: Any) -> Array:
        return self.xp.binary("sub", self, other)

    def __rsub__(self, other: Any) -> Array:
        return self.xp.binary("sub", other, self)

    def __mul__(self, other: Any) -> Array:
        return self.xp.binary("mul", self, other)

    def __rmul__(self, other: Any) -> Array:
        return self.xp.binary("mul", other, self)

    def __truediv__(self, other: Any) -> Array:
        return self.xp.binary("truediv", self, other)

    def __rtruediv__(self, other: Any) -> Array:
        return self.xp.binary("truediv", other, self)

    def __floordiv__(self, other: Any) -> Array:
        return self.xp.binary("floordiv", self, other)

    def __rfloordiv__(self, other: Any) -> Array:
        return self.xp.binary("floordiv", other, self)

    def __mod__(self, other: Any) -> Array:
        return self.xp.binary("mod", self, other)

    def __rmod__(self, other: Any) -> Array:
        return self.xp.binary("mod", other, self)

    def __pow__(self, other: Any) -> Array:
        return self.xp.binary("pow", self, other)

    def __rpow__(self, other: Any) -> Array:
        return self.xp.binary("pow", other, self)

    def __matmul__(self, other: Any) -> Array:
        return self.xp.binary("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Array:
        return self.xp.binary("matmul", other, self)

    def __neg__(self) -> Array:
        return self.like(-self.data) if self.kind == INTEGER else self.xp.each(operator.neg, self)

    def __pos__(self) -> Array:
        return self

    def __abs__(self) -> Array:
        return self.like(abs(self.data)) if self.kind == INTEGER else self.xp.each(abs, self)

    def __invert__(self) -> Array:
        return self.xp.logical_not(self)

    def __eq__(self, other: object) -> Any:
        return self.xp.compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return self.xp.compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Array:
        return self.xp.compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Array:
        return self.xp.compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Array:
        return self.xp.compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Array:
        return self.xp.compare(operator.ge, self, other)

    def __and__(self, other: Any) -> Array:
        return self.xp.logical_and(self, other)

    __rand__ = __and__

    def __or__(self, other: Any) -> Array:
        return self.xp.logical_or(self, other)

    __ror__ = __or__

    def __xor__(self, other: Any) -> Array:
        return self.xp.logical_xor(self, other)


def _position(key: Any) -> Any:
    """An index with arrays replaced by NumPy's."""
    if isinstance(key, tuple):
        return tuple(_position(item) for item in key)
    if isinstance(key, Array):
        if key.kind == MASK:
            return key.decided()
        if key.kind == INTEGER:
            return key.data
        raise Lacking("an index that is not an integer", "which no array takes")
    return key
