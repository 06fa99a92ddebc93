"""Make a certified counterexample simpler while the certificate still holds.

Greedy, in the order that helps a reader: smaller sizes, integer or short entries, a common factor taken out, single
entries towards simple values or a power of two away from one.  Every accepted step was ruled ``violated`` by the judge.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from refute.claim import Claim
from refute.errors import RefuteError
from refute.inputs import join, shape_of
from refute.instance import Instance
from refute.judge import Judge, Ruling
from refute.search import repaired

GRIDS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40)
SMALL_DENOMINATOR = 8
LARGEST_ENTRIES = 400


def shrink(claim: Claim, judge: Judge, instance: Instance, ruling: Ruling, deadline: float) -> tuple[Instance, Ruling]:
    """The simplest violated instance found before ``deadline`` (in `time.perf_counter` seconds), with its ruling."""
    best = (instance, ruling)
    tried = {instance.key()}
    improved = True
    while improved and time.perf_counter() < deadline:
        improved = False
        for stage in (_smaller, _rounded, _rescaled, _simpler_entries):
            progress = True
            while progress and time.perf_counter() < deadline:
                progress = False
                for candidate in _with_exactified(claim, best[0], stage(claim, best[0])):
                    if time.perf_counter() >= deadline:
                        return best
                    key = candidate.key()
                    if key in tried:
                        continue
                    tried.add(key)
                    verdict = _ruled(claim, judge, candidate)
                    if verdict is not None and verdict.outcome == "violated":
                        best, improved, progress = (candidate, verdict), True, True
                        break
    return best


def complexity(instance: Instance) -> tuple[int, int, int]:
    """Total size, bits of all entries, sum of magnitudes: smaller reads better."""
    entries = [entry for array in instance.raw.values() for entry in array.flat]
    bits = sum(entry.numerator.bit_length() + entry.denominator.bit_length() for entry in entries)
    return sum(instance.sizes.values()), bits, sum(int(abs(entry)) + int(entry < 0) for entry in entries)


def _with_exactified(claim: Claim, instance: Instance, candidates: Iterator[Instance]) -> Iterator[Instance]:
    """The candidates, each followed by what `Input.exactify` makes of it where that is simpler than the instance."""
    for candidate in candidates:
        yield candidate
        solved = repaired(claim, candidate, "exactify")
        if solved is not None and complexity(solved) < complexity(instance):
            yield solved


def _ruled(claim: Claim, judge: Judge, candidate: Instance) -> Ruling | None:
    """The ruling on a candidate; None for one that an input does not admit or that cannot be judged."""
    try:
        return judge.rule(candidate) if claim.admits(candidate) else None
    except (RefuteError, ArithmeticError, ValueError):
        return None


def _smaller(claim: Claim, instance: Instance) -> Iterator[Instance]:
    for size in claim.sizes:
        value = instance.sizes[size]
        smaller = {name: item for name, item in instance.sizes.items() if name != size}
        low, _ = claim.size_range(size, smaller) if _resolvable(claim, size, smaller) else (1, 0)
        for reduced in dict.fromkeys((low, value // 2, value - 1)):
            if not low <= reduced < value:
                continue
            sizes = {**instance.sizes, size: reduced}
            if all(_within(claim, name, sizes) for name in sizes):
                for offset in dict.fromkeys((0, value - reduced)):
                    cut = _cut(claim, instance, sizes, offset)
                    if cut is not None:
                        yield cut


def _resolvable(claim: Claim, size: str, known: dict[str, int]) -> bool:
    try:
        claim.size_range(size, known)
    except KeyError:
        return False
    return True


def _within(claim: Claim, size: str, sizes: dict[str, int]) -> bool:
    low, high = claim.size_range(size, sizes)
    return low <= sizes[size] <= high


def _cut(claim: Claim, instance: Instance, sizes: dict[str, int], offset: int) -> Instance | None:
    raw = dict(instance.raw)
    for name, source in claim.inputs.items():
        for part, shape in source.parts().items():
            array = raw[join(name, part)]
            wanted = shape_of(shape, sizes)
            if any(new > old for new, old in zip(wanted, array.shape, strict=True)):
                return None
            window = tuple(
                slice(offset if new < old else 0, (offset if new < old else 0) + new)
                for new, old in zip(wanted, array.shape, strict=True)
            )
            place: Any = (..., *window)
            raw[join(name, part)] = array[place]
            if raw[join(name, part)].shape != wanted:
                return None
    return Instance(sizes, instance.choices, raw)


def _rounded(claim: Claim, instance: Instance) -> Iterator[Instance]:
    before = complexity(instance)
    for grid in GRIDS:
        for relative in (False, True):
            raw = {name: _map(array, _round, grid, relative) for name, array in instance.raw.items()}
            candidate = Instance(instance.sizes, instance.choices, raw)
            if complexity(candidate) < before:
                yield candidate
    for name, array in instance.raw.items():
        for grid in GRIDS[:6]:
            candidate = instance.replace(**{name: _map(array, _round, grid, False)})
            if complexity(candidate) < before:
                yield candidate


def _rescaled(claim: Claim, instance: Instance) -> Iterator[Instance]:
    """Each array, then all of them, times the factor that makes the entries coprime integers, or with the sign reversed."""
    before = complexity(instance)
    for names in (*([name] for name in instance.raw), list(instance.raw)):
        factor = _common_factor(entry for name in names for entry in instance.raw[name].flat)
        for multiple in (1 / factor, -1 / factor, Fraction(-1)):
            candidate = instance.replace(**{name: _map(instance.raw[name], Fraction.__mul__, multiple) for name in names})
            if complexity(candidate) < before:
                yield candidate


def _common_factor(entries: Iterator[Fraction]) -> Fraction:
    numerator, denominator = 0, 1
    for entry in entries:
        numerator, denominator = math.gcd(numerator, entry.numerator), math.lcm(denominator, entry.denominator)
    return Fraction(numerator or 1, denominator)


def _simpler_entries(claim: Claim, instance: Instance) -> Iterator[Instance]:
    before = complexity(instance)
    if sum(array.size for array in instance.raw.values()) > LARGEST_ENTRIES:
        return
    for name, array in instance.raw.items():
        for index in np.ndindex(array.shape):
            entry: Any = array[index]
            for value in _simpler_values(entry):
                changed = array.copy()
                changed[index] = value
                candidate = instance.replace(**{name: changed})
                if complexity(candidate) < before:
                    yield candidate


def _simpler_values(entry: Fraction) -> Iterator[Fraction]:
    below = math.floor(entry)
    whole = (0, 1, -1, round(entry), below, below + 1, below + 2, below - 1, 2, -2, 3, -3)
    yield from (-entry, *map(Fraction, whole))
    for grid in GRIDS:
        yield _round(entry, grid, False)
        yield _round(entry, grid, True)
    if abs(entry) > 2:
        yield entry / 2
    near = entry.limit_denominator(SMALL_DENOMINATOR)
    if entry != near:
        distance = Fraction(2) ** (math.frexp(float(abs(entry - near)))[1] - 1)
        side = 1 if entry > near else -1
        yield from (near + side * Fraction(1, 1 << bits) for bits in GRIDS[1:])
        yield from (near + sign * distance for sign in (side, -side))


def _round(entry: Fraction, bits: int, relative: bool) -> Fraction:
    """The nearest multiple of ``2**-bits``; relative: to ``bits + 1`` significant bits."""
    if entry == 0:
        return entry
    scale = bits
    if relative:
        magnitude = entry.numerator.bit_length() - entry.denominator.bit_length()
        scale = bits - magnitude
    unit = Fraction(1, 2**scale) if scale >= 0 else Fraction(2**-scale)
    return round(entry / unit) * unit


def _map(array: Any, function: Any, *arguments: Any) -> Any:
    out = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        out[index] = function(array[index], *arguments)
    return out
