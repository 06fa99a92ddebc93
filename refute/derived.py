"""The oracle of a claim: its own, or one derived from its evaluator by running it on exact numbers.

A derived oracle finds what rounding does to a claim, but not an error in its evaluator: the two computations are one,
and the report says *not independent*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refute.arithmetic.array_namespace import ExactNamespace
from refute.arithmetic.arrays import NUMBER, Lacking, Undefined
from refute.arithmetic.numbers import Ambiguous
from refute.claim import Claim, named
from refute.errors import OracleError
from refute.inputs import Input, Parts

Oracle = Callable[..., Mapping[Any, Any]]


class NoValue(OracleError):
    """A quantity has no value on an instance: a division by 0, say."""


def oracle_of(claim: Claim) -> Oracle:
    """The claim's oracle, or the one derived from its evaluator."""
    return claim.oracle if claim.oracle is not None else derive(claim)


def is_derived(claim: Claim) -> bool:
    """Whether `oracle_of` is derived, so that it takes the tensors of `exact_tensor` instead of `Input.exact`."""
    return claim.oracle is None


def exact_tensor(claim: Claim, mp: Any, source: Input, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
    """What the evaluator gets from one input, as a batch of one in the arithmetic ``mp``: the input's `tensor` code on
    the exact raw numbers.
    """
    xp = ExactNamespace(mp)
    raw = {part: xp.lift(np.asarray(array, dtype=object)[None], NUMBER) for part, array in parts.items()}
    with _explained(claim, f"the tensor code of {type(source).__name__}"):
        return source.tensor(xp, raw, sizes, choices)


def derive(claim: Claim) -> Oracle:
    """An oracle that runs the evaluator in exact arithmetic.

    Its inputs are those of `exact_tensor`.  It returns zero-argument callables, so that a quantity without a value
    (a division by 0 outside the hypotheses, say) is an error only where the statement needs it.
    """

    def oracle(mp: Any, **arguments: Any) -> dict[str, Any]:
        xp = ExactNamespace(mp)
        with _explained(claim):
            values = named(claim.evaluated(xp, arguments, {}))
        return {name: _entry_reader(claim, xp, name, value) for name, value in values.items()}

    return oracle


class _explained:
    """Turns what ``code`` raises in exact arithmetic into one sentence; `Ambiguous` passes."""

    def __init__(self, claim: Claim, code: str = "evaluate") -> None:
        self.claim, self.code = claim, code

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, (Ambiguous, OracleError)) or not isinstance(error, Exception):
            return
        if isinstance(error, Lacking):
            why = f"uses {error.what}, {error.why}; change it or write an oracle"
        else:
            why = f"raised {type(error).__name__} in exact arithmetic ({error}); use functions of xp only, or write an oracle"
        raise OracleError(f"{self.claim.id}: no oracle can be derived, because {self.code} {why}") from error


def _entry_reader(claim: Claim, xp: ExactNamespace, name: str, value: Any) -> Callable[[], Any]:
    def read() -> Any:
        with _explained(claim):
            array = xp.lift(value() if callable(value) else value, NUMBER)
        data = array.data[0] if array.ndim and array.shape[0] == 1 else array.data
        return _numbers(claim, name, data)

    return read


def _numbers(claim: Claim, name: str, data: Any) -> Any:
    if isinstance(data, np.ndarray) and data.ndim:
        return [_numbers(claim, name, row) for row in data]
    entry = data.item() if isinstance(data, np.ndarray) else data
    if not isinstance(entry, Undefined):
        return entry
    if isinstance(entry.error, Ambiguous):
        raise entry.error
    raise NoValue(f"{claim.id}: the quantity {name} has no value on this instance: {entry.error}") from entry.error
