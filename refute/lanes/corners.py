"""Corners: degenerate and extremal instances in every small structure, and all instances of a structure with few of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from refute.inputs import choices_of, join, shape_of
from refute.instance import Instance, exact
from refute.search import NEAR_MISS, Search
from refute.structure import Structure, small_structures

PER_STRUCTURE = 4096
BLOCK = 512
ENUMERATED_BLOCK = 1 << 16
ENUMERATED_STRUCTURES = 1024
LARGEST_ENUMERATION = 1 << 26
EXHAUSTED_FIRST = 1 << 13


class Corners:
    name = "corners"
    share = 0.2

    def run(self, search: Search) -> None:
        """Exhaust the smallest structures, visit the corners of the others, then exhaust larger ones while there is time."""
        enumerable = enumerable_structures(search)
        small = [structure for total, structure in enumerable if total <= EXHAUSTED_FIRST]
        self._exhaust_all(search, small)
        self._corners(search, {structure.key for structure in small})
        self._exhaust_all(search, [structure for _, structure in enumerable[len(small) :]])

    def _corners(self, search: Search, exhausted: set[str]) -> None:
        for structure in small_structures(search.claim):
            if structure.key in exhausted:
                continue
            counted = cardinality(search, structure) is None
            instances = corner_instances(search, structure)
            while block := list(itertools.islice(instances, BLOCK)):
                if search.over():
                    return
                raw = search.stack(block)
                gap, met = search.evaluate(structure, raw)
                search.observe(structure, raw, gap, met, distinct=counted)
                if len(block) <= 64:
                    for instance, value in zip(block, gap.tolist(), strict=True):
                        if value > NEAR_MISS and not search.over():
                            search.propose(instance, float(value))

    def _exhaust_all(self, search: Search, structures: Sequence[Structure]) -> None:
        for structure in structures:
            if search.over():
                return
            self._exhaust(search, structure)

    def _exhaust(self, search: Search, structure: Structure) -> None:
        """All instances of a structure, each counted once here and never again when another lane draws it."""
        total = cardinality(search, structure) or 0
        search.enumerating(structure)
        for start in range(0, total, ENUMERATED_BLOCK):
            if search.over():
                return
            raw = numbered(search, structure, start, min(start + ENUMERATED_BLOCK, total))
            gap, met = search.evaluate(structure, raw)
            search.observe(structure, raw, gap, met, distinct=False)
            if not search.exact_means:
                search.lane.instances += int(search.xp.sum(search.xp.astype(met & search.xp.isfinite(gap), search.xp.int64)))
        if not search.exact_means:
            search.exhausted.append((structure, total))


def cardinality(search: Search, structure: Structure) -> int | None:
    """How many instances a structure has, or None unless every input can enumerate its own and there are not too many."""
    total = 1
    for name, source in search.claim.inputs.items():
        count = source.cardinality(structure.sizes, choices_of(name, structure.choices))
        if count is None:
            return None
        total *= count
    return total if total <= LARGEST_ENUMERATION else None


def enumerable_structures(search: Search) -> list[tuple[int, Structure]]:
    """The structures that can be exhausted, with the number of their instances, the smallest first."""
    found = [(cardinality(search, structure), structure) for structure in small_structures(search.claim, ENUMERATED_STRUCTURES)]
    return sorted([(total, structure) for total, structure in found if total is not None], key=lambda pair: pair[0])


def numbered(search: Search, structure: Structure, start: int, stop: int) -> dict[str, Any]:
    """The raw arrays of a range of the instances of a structure: the digits of an instance's number choose its inputs."""
    indices = search.xp.arange(start, stop, device=search.device)
    raw: dict[str, Any] = {}
    for name, source in search.claim.inputs.items():
        choices = choices_of(name, structure.choices)
        count = source.cardinality(structure.sizes, choices) or 1
        parts = source.numbered(search.xp, indices % count, structure.sizes, choices)
        raw |= {join(name, part): search.array(array) for part, array in parts.items()}
        indices = indices // count
    return raw


def corner_instances(search: Search, structure: Structure) -> Iterator[Instance]:
    """Products of the corners of the inputs (the first ones of each if there are too many)."""
    per_input: list[list[dict[str, Any]]] = []
    for name, source in search.claim.inputs.items():
        choices = choices_of(name, structure.choices)
        found = []
        for parts in itertools.islice(source.corners(structure.sizes, choices), PER_STRUCTURE):
            arrays = {}
            for part, shape in source.parts().items():
                arrays[join(name, part)] = exact(parts[part]).reshape(shape_of(shape, structure.sizes))
            found.append(arrays)
        if not found:
            return
        per_input.append(found)
    for combination in itertools.islice(itertools.product(*per_input), PER_STRUCTURE):
        raw = {key: array for arrays in combination for key, array in arrays.items()}
        instance = Instance(dict(structure.sizes), dict(structure.choices), raw)
        if search.claim.admits(instance):
            yield instance
