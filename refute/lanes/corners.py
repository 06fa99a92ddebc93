"""Corners: degenerate, extremal and exhaustive tiny instances, in every small structure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from refute.inputs import join, shape_of
from refute.instance import Instance, exact
from refute.judge import choices_of
from refute.search import Search, Structure

PER_STRUCTURE = 4096
BLOCK = 512


class Corners:
    name = "corners"
    share = 0.2

    def run(self, search: Search) -> None:
        for structure in search.small_structures():
            instances = corner_instances(search, structure)
            while block := list(itertools.islice(instances, BLOCK)):
                if search.over():
                    return
                raw = search.stack(block)
                gap, met = search.evaluate(structure, raw)
                search.observe(structure, raw, gap, met)
                if len(block) <= 64:
                    for instance, value in zip(block, gap.tolist(), strict=True):
                        if value > -1e-6 and not search.over():
                            search.propose(instance, float(value))


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
        if search.admits(instance):
            yield instance
