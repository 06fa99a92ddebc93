"""Evaluator against oracle: two independent computations of the same quantities, compared at every run.

The float64 value must lie in the oracle's 53-bit ball widened by 2**10 times the spread that a perturbation of the
inputs by one ulp shows, plus one ulp of the value.  Values that spread by more than `ILL` of their size are
ill-conditioned and counted apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from refute import records
from refute.arithmetic import Ambiguous, Certifying
from refute.claim import Claim, named
from refute.errors import Disagreement, OracleError
from refute.inputs import join, parts_of, shape_of
from refute.instance import Instance
from refute.judge import accepted, choices_of, exact_arguments
from refute.search import Search, Structure

WIDENING = 2.0**10
ULP = 2.0**-52
PERTURBATIONS = 16
ILL = 1e-2
BITS = 113


def compare(search: Search, instances: int, deadline: float) -> records.Agreement:
    """Compare on random instances; raise `Disagreement` for a value outside its bound."""
    import time

    claim = search.claim
    compared = ill = 0
    worst = 0.0
    if claim.oracle is None:
        return records.Agreement()
    for _ in range(instances):
        if time.perf_counter() > deadline and compared:
            break
        structure = search.random_structure()
        raw = search.sample(structure, 1)
        instance = search.instance(structure, raw, 0)
        if not search.admits(instance):
            continue
        result = _one(search, structure, instance)
        compared, ill, worst = compared + result[0], ill + result[1], max(worst, result[2])
    return records.Agreement(compared=compared, ill_conditioned=ill, worst=worst)


def _one(search: Search, structure: Structure, instance: Instance) -> tuple[int, int, float]:
    claim = search.claim
    sources = {**claim.inputs, **claim.randomness}
    floats = {name: array for name, array in instance.floats().items()}
    drawn = dict(instance.raw)
    for name, law in claim.randomness.items():
        parts = law.sample(search.sampler, law.families[0], 1, structure.sizes, {})
        for part, shape in law.parts().items():
            array = np.asarray(parts[part].cpu()).reshape(shape_of(shape, structure.sizes))
            floats[join(name, part)] = array
            from refute.instance import exact

            drawn[join(name, part)] = exact(array)
    batch = {name: _perturbed(array, search.seed) for name, array in floats.items()}
    values = _evaluate(search, structure, sources, batch)
    try:
        oracle = _oracle(claim, Instance(instance.sizes, instance.choices, drawn))
    except Ambiguous:
        return 0, 1, 0.0
    mp = Certifying(bits=BITS)
    compared = ill = 0
    worst = 0.0
    for name in claim.quantity_names():
        if name not in values or name not in oracle:
            continue
        array = values[name]() if callable(values[name]) else values[name]
        if not hasattr(array, "shape"):
            continue
        numbers = np.asarray(array.detach().cpu() if hasattr(array, "detach") else array, dtype=float)
        truth = oracle[name]() if callable(oracle[name]) else oracle[name]
        for position, exact_value in _entries(truth, numbers.shape[1:]):
            column = numbers[(slice(None), *position)]
            verdict = _within(mp, column, exact_value)
            if verdict is None:
                ill += 1
                continue
            compared += 1
            worst = max(worst, verdict)
            if verdict > 1:
                raise Disagreement(
                    f"{claim.id}: the evaluator says {name} = {column[0]!r}, the oracle says {mp.to_float(exact_value)!r}, "
                    f"{verdict:.3g} times further apart than rounding explains, at sizes {dict(instance.sizes)}"
                )
    return compared, ill, worst


def _within(mp: Any, column: Any, exact_value: Any) -> float | None:
    """The distance of the float value from the oracle's in units of the allowed one; None if ill-conditioned."""
    truth = mp.to_float(exact_value)
    if not math.isfinite(truth) or not np.all(np.isfinite(column)):
        return 0.0 if truth == column[0] else None
    spread = float(np.max(np.abs(column - column[0])))
    size = max(abs(truth), abs(float(column[0])))
    if spread > ILL * size or size < 1e-290:
        return None
    allowed = mp.radius(exact_value) + WIDENING * (spread + ULP * size)
    return abs(float(column[0]) - truth) / allowed if allowed else 0.0


def _entries(truth: Any, shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], Any]]:
    found = []
    for position in np.ndindex(shape):
        value = truth
        for index in position:
            value = value[index]
        found.append((position, value))
    return found


def _perturbed(array: Any, seed: int) -> Any:
    """The array, then copies with every entry moved by at most one ulp; zeros and integers of a grid stay."""
    rng = np.random.default_rng(seed)
    moves = rng.integers(-1, 2, size=(PERTURBATIONS, *array.shape))
    copies = array[None] * (1 + moves * ULP)
    return np.concatenate([array[None], copies])


def _evaluate(search: Search, structure: Structure, sources: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
    raw = {name: search.array(array) for name, array in batch.items()}
    built = {
        name: source.tensor(search.xp, parts_of(name, source, raw), structure.sizes, choices_of(name, structure.choices))
        for name, source in sources.items()
    }
    return named(search.claim.evaluate(search.xp, **accepted(search.claim.evaluate, {**built, **structure.sizes})))


def _oracle(claim: Claim, instance: Instance) -> dict[str, Any]:
    mp = Certifying(bits=BITS)
    arguments = {**exact_arguments(claim, mp, instance, randomness=True), **instance.sizes}
    function = claim.oracle
    assert function is not None
    try:
        return named(function(mp, **accepted(function, arguments)))
    except Ambiguous:
        raise
    except Exception as error:
        raise OracleError(f"{claim.id}: the oracle raised {type(error).__name__}: {error}") from error
