"""Exact means over finite laws: the oracle on every outcome of the randomness, weighted with its probability.

A claim needs no ``expectation`` where all laws of its ``randomness`` are finite and the sizes leave few outcomes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from refute import statement as language
from refute.claim import Claim, named
from refute.errors import OracleError
from refute.inputs import Input, join

LARGEST = 4096

Values = Mapping[Any, Any]


def is_enumerated(claim: Claim) -> bool:
    """Whether the means of a claim are taken by enumeration: all its laws are finite, and it gives no `expectation`."""
    laws = claim.randomness.values()
    return bool(laws) and claim.expectation is None and all(law.finite for law in laws)


def has_exact_means(claim: Claim) -> bool:
    """Whether exact means of a randomised claim are known, for some of its instances at least."""
    return bool(claim.randomness) and (claim.expectation is not None or is_enumerated(claim))


def outcomes(laws: Mapping[str, Input], sizes: Mapping[str, int]) -> Iterator[tuple[dict[str, Any], Fraction]]:
    """Every joint outcome of independent finite laws as raw arrays, with its probability."""
    for chosen in itertools.product(*(law.outcomes(sizes) for law in laws.values())):
        raw = {join(name, part): array for name, (parts, _) in zip(laws, chosen, strict=True) for part, array in parts.items()}
        yield raw, math.prod((share for _, share in chosen), start=Fraction(1))


def number_of_outcomes(laws: Mapping[str, Input], sizes: Mapping[str, int]) -> int:
    """How many joint outcomes there are."""
    return math.prod(law.cardinality(sizes, {}) or 1 for law in laws.values())


def enumerated(
    claim: Claim, mp: Any, sizes: Mapping[str, int], values_of: Callable[[Mapping[str, Any]], Values]
) -> dict[str, Any] | None:
    """The quantities of hypotheses, statement and scale, those under a mean with their means; None above `LARGEST` outcomes.

    ``values_of`` is the oracle as a function of the raw arrays of the draw.  What is not averaged must not depend on them:
    `OracleError` if it does.
    """
    if number_of_outcomes(claim.randomness, sizes) > LARGEST:
        return None
    drawn = [(share, named(values_of(raw))) for raw, share in outcomes(claim.randomness, sizes)]
    items = [claim.statement, *claim.hypotheses, *([] if claim.scale is None else [claim.scale])]
    averaged = {name for item in items for name in language.averaged(item)} & set(drawn[0][1])
    found: dict[str, Any] = {}
    for name in sorted(claim.quantity_names(*items) & set(drawn[0][1])):
        combine = _mean if name in averaged else _common
        read = _reader(claim, mp, name, drawn, combine)
        found[name] = read if any(callable(values[name]) for _, values in drawn) else read()
    return found


def _reader(claim: Claim, mp: Any, name: str, drawn: Sequence[tuple[Fraction, Values]], combine: Any) -> Callable[[], Any]:
    def read() -> Any:
        rows = [(share, values[name]() if callable(values[name]) else values[name]) for share, values in drawn]
        return _entrywise(lambda entries: combine(claim, mp, name, entries), rows)

    return read


def _entrywise(combine: Callable[[list[tuple[Fraction, Any]]], Any], rows: list[tuple[Fraction, Any]]) -> Any:
    """Numbers combined, lists entry by entry."""
    if isinstance(rows[0][1], (list, tuple)):
        lengths = range(len(rows[0][1]))
        return [_entrywise(combine, [(share, value[position]) for share, value in rows]) for position in lengths]
    return combine(rows)


def _mean(claim: Claim, mp: Any, name: str, entries: list[tuple[Fraction, Any]]) -> Any:
    return mp.fsum(mp.convert(share) * mp.convert(value) for share, value in entries)


def _common(claim: Claim, mp: Any, name: str, entries: list[tuple[Fraction, Any]]) -> Any:
    first = entries[0][1]
    for _, value in entries[1:]:
        if mp.eq(first, value) is False:
            raise OracleError(
                f"{claim.id}: the oracle's {name} is {mp.exact_str(mp.convert(first))} for one draw and "
                f"{mp.exact_str(mp.convert(value))} for another, but only a quantity under a mean may depend on the draw"
            )
    return first
