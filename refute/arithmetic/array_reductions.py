"""Sums, extremes and orders over exact arrays: functions of the list of entries along some axes."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refute.arithmetic.array_elementwise import Elementwise, conjunction, disjunction, integers
from refute.arithmetic.arrays import INTEGER, MASK, NUMBER, Array, Undefined

Axis = int | tuple[int, ...] | None


class Reductions(Elementwise):
    """The reductions of the array API, and its functions along one axis."""

    # reductions ------------------------------------------------------------------------------------------------

    def reduced(self, function: Callable[[list[Any]], Any], x: Any, axis: Axis, keepdims: bool, kind: str) -> Array:
        """A function of the list of entries along some axes (all if None)."""
        data = self.lift(x, kind).data
        axes = tuple(range(data.ndim)) if axis is None else ((axis,) if isinstance(axis, int) else tuple(axis))
        axes = tuple(place % data.ndim for place in axes)
        kept = [place for place in range(data.ndim) if place not in axes]
        ordered = np.transpose(data, (*kept, *axes)).reshape((*(data.shape[place] for place in kept), -1))
        out = np.empty(ordered.shape[:-1], dtype=object)
        for index in np.ndindex(out.shape):
            entries = list(ordered[index])
            out[index] = function(entries) if kind == MASK else self.guarded(lambda *items: function(list(items)), *entries)
        return Array(np.expand_dims(out, axes) if keepdims else out, kind, self)

    def sum(self, x: Any, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
        array = self.lift(x)
        if array.kind == INTEGER or (array.kind == MASK and None not in array.data.flat):
            counts = array.data.astype(np.int64)
            return Array(integers(lambda data: np.sum(data, axis=axis, keepdims=keepdims), counts), INTEGER, self)
        return self.reduced(self.mp.fsum, array, axis, keepdims, NUMBER)

    def prod(self, x: Any, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
        return self.reduced(self.mp.fprod, x, axis, keepdims, NUMBER)

    def mean(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.reduced(lambda entries: self.mp.fsum(entries) / len(entries), x, axis, keepdims, NUMBER)

    def var(self, x: Any, *, axis: Axis = None, correction: Any = 0, keepdims: bool = False) -> Array:
        def variance(entries: list[Any]) -> Any:
            mean = self.mp.fsum(entries) / len(entries)
            return self.mp.fsum((entry - mean) * (entry - mean) for entry in entries) / self.entry(len(entries) - correction)

        return self.reduced(variance, x, axis, keepdims, NUMBER)

    def std(self, x: Any, *, axis: Axis = None, correction: Any = 0, keepdims: bool = False) -> Array:
        return self.each(self.mp.sqrt_of_squares, self.var(x, axis=axis, correction=correction, keepdims=keepdims))

    def max(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.reduced(self.mp.maximum, x, axis, keepdims, NUMBER)

    def min(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.reduced(self.mp.minimum, x, axis, keepdims, NUMBER)

    def all(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.reduced(conjunction, x, axis, keepdims, MASK)

    def any(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.reduced(disjunction, x, axis, keepdims, MASK)

    def count_nonzero(self, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Array:
        return self.sum(self.lift(x, MASK), axis=axis, keepdims=keepdims)

    # along one axis --------------------------------------------------------------------------------------------

    def along(self, function: Callable[[list[Any]], Sequence[Any]], x: Any, axis: int, kind: str = NUMBER) -> Array:
        """A function from the list of entries along one axis to another list."""
        lines = np.moveaxis(self.lift(x, NUMBER).data, axis, -1)
        rows = [function(list(lines[index])) for index in np.ndindex(lines.shape[:-1])]
        flat = [entry for row in rows for entry in row]
        out = np.array(flat, dtype=np.int64) if kind == INTEGER else np.empty(len(flat), dtype=object)
        for place, entry in enumerate(flat):
            out[place] = entry
        return Array(np.moveaxis(out.reshape((*lines.shape[:-1], -1)), -1, axis), kind, self)

    def cumulative_sum(self, x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
        return self._running(operator.add, x, axis, [self.entry(0)] if include_initial else [])

    def cumulative_prod(self, x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
        return self._running(operator.mul, x, axis, [self.entry(1)] if include_initial else [])

    def _running(self, function: Callable[..., Any], x: Any, axis: int | None, initial: list[Any]) -> Array:
        def run(entries: list[Any]) -> list[Any]:
            out: list[Any] = list(initial)
            for entry in entries:
                out.append(self.guarded(function, out[-1], entry) if out else entry)
            return out

        return self.along(run, x, 0 if axis is None else axis)

    def diff(self, x: Any, *, axis: int = -1, n: int = 1) -> Array:
        def differences(entries: list[Any]) -> list[Any]:
            return [self.guarded(operator.sub, b, a) for a, b in itertools.pairwise(entries)]

        return x if n == 0 else self.diff(self.along(differences, x, axis), axis=axis, n=n - 1)

    def sort(self, x: Any, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
        """Sorted entries; each is enclosed, whether or not the order of the balls is decided."""

        def ordered(entries: list[Any]) -> list[Any]:
            items = list(entries)
            for end in range(len(items) - 1, 0, -1):
                for i in range(end):
                    low, high = (self.guarded(f, items[i], items[i + 1]) for f in (self.mp.minimum, self.mp.maximum))
                    items[i], items[i + 1] = low, high
            return items[::-1] if descending else items

        return self.along(ordered, x, axis)

    def argsort(self, x: Any, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
        """The order of the entries, ties by position; `Ambiguous` where a comparison is not decided."""
        return self.along(lambda entries: _order(entries, descending), x, axis, INTEGER)

    def argmax(self, x: Any, *, axis: int | None = None, keepdims: bool = False) -> Array:
        return self._place(x, axis, keepdims, descending=True)

    def argmin(self, x: Any, *, axis: int | None = None, keepdims: bool = False) -> Array:
        return self._place(x, axis, keepdims, descending=False)

    def _place(self, x: Any, axis: int | None, keepdims: bool, descending: bool) -> Array:
        array = self.lift(x).like(self.lift(x).data.reshape(-1)) if axis is None else self.lift(x)
        found = self.along(lambda entries: _order(entries, descending)[:1], array, axis or 0, INTEGER)
        return found if keepdims and axis is not None else found.like(np.squeeze(found.data, axis=axis or 0))


def _order(entries: list[Any], descending: bool) -> list[int]:
    for entry in entries:
        if isinstance(entry, Undefined):
            raise entry.error

    def compare(i: int, j: int) -> int:
        a, b = (entries[j], entries[i]) if descending else (entries[i], entries[j])
        if a < b:
            return -1
        return 1 if b < a else 0

    return sorted(range(len(entries)), key=functools.cmp_to_key(compare))
