"""Look for a counterexample at smaller sizes by searching there again: cutting an instance down does not reach it always."""

from __future__ import annotations

import dataclasses
import time

from refute import lanes
from refute.claim import Claim
from refute.errors import RefuteError
from refute.instance import Instance
from refute.judge import Ruling
from refute.search import Search, run_lanes
from refute.shrink import shrink

LANES = ("corners", "sample", "ascent")
TRIES = 12


def smallest(
    claim: Claim, found: tuple[Instance, Ruling], seed: int, deadline: float, device: str = "cpu"
) -> tuple[Instance, Ruling]:
    """A violated instance of the smallest total size at which the time until ``deadline`` finds one, else the one given."""
    total = sum(found[0].sizes.values())
    search = Search(claim, seed=seed, deadline=deadline, device=device)
    sizes = [structure.sizes for structure in search.small_structures(limit=4096) if sum(structure.sizes.values()) < total]
    distinct = [dict(items) for items in dict.fromkeys(tuple(sorted(chosen.items())) for chosen in sizes)][:TRIES]
    for position, chosen in enumerate(distinct):
        left = deadline - time.perf_counter()
        if left <= 0:
            break
        part = time.perf_counter() + left / (len(distinct) - position)
        fixed = dataclasses.replace(claim, replay=(), sizes={name: (chosen[name], chosen[name]) for name in claim.sizes})
        attempt = Search(fixed, seed=seed + position, deadline=part, device=device)
        try:
            run_lanes(attempt, lanes.chosen(LANES))
            if attempt.refutation is not None:
                instance, ruling, _ = attempt.refutation
                return shrink(claim, attempt.judge, instance, ruling, deadline)
        except (RefuteError, ArithmeticError):
            continue
    return found
