"""Sample: batches of random tensors on one device; the chunk grows while it stays quick and fits in memory."""

from __future__ import annotations

import time
from typing import Any

from refute.search import PILOT_DRAWS, Search
from refute.structure import Structure

FIRST_CHUNK = 256
LARGEST_CHUNK = 1 << 20
QUICK = 0.05


class Sample:
    name = "sample"
    share = 0.3

    def run(self, search: Search) -> None:
        chunks: dict[Any, int] = {}
        while not search.over():
            structure = search.random_structure()
            key = tuple(sorted(structure.sizes.items()))
            chunks[key] = self._chunk(search, structure, chunks.get(key, FIRST_CHUNK))

    def _chunk(self, search: Search, structure: Structure, size: int) -> int:
        """Evaluate one chunk; return the size of the next of this structure."""
        begun = time.perf_counter()
        if search.claim.randomness:
            size = max(1, size // PILOT_DRAWS)
        try:
            raw = search.sample(structure, size)
            gap, met = search.evaluate(structure, raw)
            search.observe(structure, raw, gap, met)
        except (MemoryError, RuntimeError) as error:
            if "memory" not in str(error).lower() or size <= 1:
                raise
            return max(1, size // 4)
        quick = time.perf_counter() - begun < QUICK
        grown = size * (PILOT_DRAWS if search.claim.randomness else 1)
        return min(LARGEST_CHUNK, grown * 2) if quick else grown
