"""Structures: the sizes and discrete choices that are fixed within one batch."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refute.claim import Claim
from refute.inputs import join

PREFER_SMALL = 0.4
SMALL = 2
SMALLEST_EACH = 4
LARGEST_LIST = 4096


@dataclass(frozen=True)
class Structure:
    """What is fixed within one batch: sizes and discrete choices."""

    sizes: Mapping[str, int]
    choices: Mapping[str, str]

    @property
    def key(self) -> str:
        """A hashable identity."""
        return repr((sorted(self.sizes.items()), sorted(self.choices.items())))


def options(claim: Claim) -> list[tuple[str, tuple[str, ...]]]:
    """Names of the discrete choices with their options."""
    return [(join(name, choice), given) for name, source in claim.inputs.items() for choice, given in source.choices.items()]


def random_structure(claim: Claim, rng: random.Random) -> Structure:
    """Sizes, small ones preferred, and uniform choices."""
    chosen: dict[str, int] = {}
    for name in claim.sizes:
        low, high = claim.size_range(name, chosen)
        small = min(high, low + SMALL)
        chosen[name] = rng.randint(low, small if rng.random() < PREFER_SMALL else high)
    return Structure(chosen, {name: rng.choice(given) for name, given in options(claim)})


def small_sizes(claim: Claim) -> list[dict[str, int]]:
    """Sizes in order of their total, the smallest first: the lowest values of each size, and its highest."""
    ranges: list[dict[str, int]] = [{}]
    for name in claim.sizes:
        grown = []
        for partial in ranges:
            low, high = claim.size_range(name, partial)
            values = list(range(low, min(high, low + SMALLEST_EACH) + 1))
            grown += [{**partial, name: value} for value in (*values, *({high} - set(values)))]
        ranges = sorted(grown, key=lambda sizes: sum(sizes.values()))[:LARGEST_LIST]
    return ranges


def small_structures(claim: Claim, limit: int = 64) -> Iterator[Structure]:
    """Structures in order of total size, every choice at each, at most ``limit`` of them."""
    names = [name for name, _ in options(claim)]
    combinations = list(itertools.product(*(given for _, given in options(claim))))
    made = ((sizes, combination) for sizes in small_sizes(claim) for combination in combinations)
    for sizes, combination in itertools.islice(made, limit):
        yield Structure(sizes, dict(zip(names, combination, strict=True)))
