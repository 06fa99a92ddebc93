"""Agreement of evaluator and oracle on the claims of a family, and the same with a bug seeded into the oracle."""

import dataclasses
import functools
import inspect
import time
from pathlib import Path

from refute import agreement
from refute.claim import named
from refute.loader import load
from refute.search import Search

BUG = 2**20  # one part in a million


def subjects(family):
    """The claims of a family with those mutants that replace evaluator, oracle or inputs, as pytest parameters."""
    found = {}
    for path in sorted((Path("claims") / family).glob("*.py")):
        for claim in load(path):
            found[path.stem] = claim
            for mutant in claim.mutants:
                if {"evaluate", "oracle", "inputs", "randomness"} & set(mutant.overrides):
                    found[f"{path.stem}: {mutant.name}"] = claim.mutated(mutant)
    return found


def compared(claim, seed=0, instances=6):
    """The agreement on a few random and corner instances; raises `Disagreement`."""
    search = Search(claim, seed=seed, deadline=time.perf_counter() + 60)
    return agreement.compare(search, instances, search.deadline)


def with_bug(claim, name):
    """The claim with one quantity of its oracle off by one part in a million of 1 plus its size."""

    @functools.wraps(claim.oracle)
    def oracle(mp, **arguments):
        values = named(claim.oracle(mp, **arguments))
        value = values[name]
        return {**values, name: lambda: off(mp, value() if callable(value) else value)}

    oracle.__signature__ = inspect.signature(claim.oracle)
    return dataclasses.replace(claim, oracle=oracle)


def off(mp, value):
    """A number, or every number of a list, off by one part in a million."""
    if isinstance(value, list):
        return [off(mp, entry) for entry in value]
    return value + (1 + abs(mp.convert(value))) / BUG
