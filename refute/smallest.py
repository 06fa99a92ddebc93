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
from refute.structure import small_sizes

LANES = ("corners", "sample", "ascent")
TRIES = 12


def smallest(
    claim: Claim, found: tuple[Instance, Ruling], seed: int, deadline: float, device: str = "cpu"
) -> tuple[Instance, Ruling]:
    """A violated instance of the smallest total size at which the time until ``deadline`` finds one, else the one given."""
    total = sum(found[0].sizes.values())
    smaller = [sizes for sizes in small_sizes(claim) if sum(sizes.values()) < total][:TRIES]
    for position, chosen in enumerate(smaller):
        left = deadline - time.perf_counter()
        if left <= 0:
            break
        part = time.perf_counter() + left / (len(smaller) - position)
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
