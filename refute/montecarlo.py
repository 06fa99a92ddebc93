"""Monte Carlo beside the exact means: what the evaluator's own draws say of one instance that exact arithmetic decided.

Nothing is decided here.  A standard error is estimated from the draws and means little where the law has heavy tails, so
of a few random instances the one is shown on which the draws say most.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from refute import records, statement
from refute.arithmetic import Certifying
from refute.betting import name_of
from refute.claim import named
from refute.errors import OracleError
from refute.evaluation import value_of
from refute.evidence import drawn_tensors, meets_hypotheses
from refute.instance import Instance
from refute.judge import FIRST_BITS, oracle_values
from refute.search import Search
from refute.structure import Structure

BLOCK = 2048
BLOCKS = 16
TRIED = 4


def means_beside(search: Search, budget: float) -> records.MonteCarlo | None:
    """Exact means of one instance beside those of fresh draws; None if there is no instance with exact means."""
    if not search.exact_means:
        return None
    deadline = time.perf_counter() + budget
    best: records.MonteCarlo | None = None
    for _ in range(TRIED):
        structure = search.random_structure()
        instance = search.instance(structure, search.sample(structure, 1), 0)
        if not search.claim.admits(instance) or not meets_hypotheses(search, instance):
            continue
        found = _beside(search, instance, deadline)
        if found is not None and (best is None or _blur(found) < _blur(best)):
            best = found
        if time.perf_counter() > deadline:
            break
    return best


def _beside(search: Search, instance: Instance, deadline: float) -> records.MonteCarlo | None:
    mp = Certifying(bits=FIRST_BITS)
    try:
        values = oracle_values(search.claim, mp, instance)
    except (ArithmeticError, OracleError):
        return None
    if values is None:
        return None
    exact = named(values)
    chosen = list(_averaged(search, instance))
    sums, squares, draws = np.zeros(len(chosen)), np.zeros(len(chosen)), 0
    for _ in range(BLOCKS):
        block = _block(search, instance, [quantity for quantity, _ in chosen])
        sums, squares, draws = sums + block.sum(axis=1), squares + (block**2).sum(axis=1), draws + BLOCK
        if time.perf_counter() > deadline:
            break
    rows = []
    for (quantity, index), total, square in zip(chosen, sums, squares, strict=True):
        mean = float(total) / draws
        error = math.sqrt(max(float(square) / draws - mean**2, 0.0) / (draws - 1))
        truth = _exact_mean(search, exact, quantity, index, instance)
        if math.isfinite(mean) and math.isfinite(error) and math.isfinite(mp.to_float(truth)):
            rows.append(
                records.MeanBeside(
                    name=name_of(quantity),
                    index=index,
                    exact=mp.exact_str(truth),
                    value=mp.to_float(truth),
                    low=mp.to_float(truth) - float(mp.radius(truth)),
                    high=mp.to_float(truth) + float(mp.radius(truth)),
                    mean=mean,
                    error=error,
                )
            )
    return (
        records.MonteCarlo(draws=draws, sizes=dict(instance.sizes), choices=dict(instance.choices), means=rows) if rows else None
    )


def _averaged(search: Search, instance: Instance) -> Iterator[tuple[Any, dict[str, int]]]:
    """Every quantity under a mean or a probability, with each value of its axes in the order of the claim's axes."""
    claim = search.claim
    found = {statement.serialise(mean.args[0]): mean.args[0] for mean in claim.statement.atoms(*statement.EXPECTATIONS)}
    for _, quantity in sorted(found.items()):
        axes = [axis for axis in claim.axis_names() if axis in {str(index) for index in getattr(quantity, "indices", ())}]
        for position in itertools.product(*(claim.axis_range(axis, instance.sizes) for axis in axes)):
            yield quantity, dict(zip(axes, position, strict=True))


def _block(search: Search, instance: Instance, quantities: list[Any]) -> Any:
    """Values ``(means, draws)`` of the averaged quantities on fresh draws, in the order of `_averaged`."""
    tensors = drawn_tensors(search, Structure(instance.sizes, instance.choices), instance, BLOCK)
    rows = []
    for quantity in dict.fromkeys(quantities):
        value = value_of(quantity, tensors)
        rows.append(np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype=float).reshape(BLOCK, -1).T)
    return np.concatenate(rows, axis=0)


def _exact_mean(search: Search, values: Mapping[str, Any], quantity: Any, index: Mapping[str, int], instance: Instance) -> Any:
    value = values[name_of(quantity)]
    value = value() if callable(value) else value
    for axis in (str(position) for position in getattr(quantity, "indices", ())):
        value = value[search.claim.axis_range(axis, instance.sizes).index(index[axis])]
    return value


def _blur(found: records.MonteCarlo) -> float:
    """The largest standard error relative to its exact mean: how little the draws say."""
    return max((row.error / abs(row.value) for row in found.means if row.value), default=math.inf)
