"""Evaluator against oracle: two independent computations of the same quantities, compared at every run.

The float64 value must lie in the oracle's ball widened by 2**10 times the spread that a perturbation by one ulp
shows, of the raw inputs and of the objects built from them, plus 2**10 ulps of the largest term of the relations
that the quantity occurs in: a difference below that is rounding and cannot change a gap. Values that spread by more
than `ILL` of their size are ill-conditioned and counted apart.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refute import records, statement
from refute.arithmetic import Ambiguous, Certifying
from refute.claim import accepted, named
from refute.derived import NoValue, oracle_of
from refute.errors import Disagreement, OracleError, described
from refute.evaluation import Tensors, value_of
from refute.inputs import choices_of, join, raw_draws_of, shape_of
from refute.instance import Instance, exact
from refute.judge import exact_arguments
from refute.lanes.corners import corner_instances
from refute.search import Search
from refute.structure import Structure, small_structures

WIDENING = 2.0**10
ULP = 2.0**-52
PERTURBATIONS = 16
ILL = 1e-2
BITS = 113
CORNERS = 6


@dataclass
class Tally:
    """Running counts of a comparison; ``worst`` is the largest distance in units of the allowed one.

    ``seen`` counts per quantity the values compared and those that were NaN or infinite in floats alone.
    """

    compared: int = 0
    ill: int = 0
    worst: float = 0.0
    seen: dict[str, list[int]] = field(default_factory=dict)

    def frozen(self) -> records.Agreement:
        return records.Agreement(compared=self.compared, ill_conditioned=self.ill, worst=self.worst)


def compare(search: Search, instances: int, deadline: float) -> records.Agreement:
    """Compare on random and corner instances; raise `Disagreement` for a value outside its bound."""
    tally = Tally()
    for structure, instance in itertools.chain(_random(search, instances), _corners(search)):
        if time.perf_counter() > deadline and tally.compared:
            break
        if search.claim.admits(instance):
            _compare_one(search, structure, instance, tally)
    for name, (finite, infinite) in sorted(tally.seen.items()):
        if infinite and not finite:
            raise Disagreement(
                f"{search.claim.id}: the evaluator returned NaN or an infinity for {name} on all {infinite} values compared, "
                "where the oracle has finite numbers"
            )
    return tally.frozen()


def _random(search: Search, count: int) -> Iterator[tuple[Structure, Instance]]:
    for _ in range(count):
        structure = search.random_structure()
        yield structure, search.instance(structure, search.sample(structure, 1), 0)


def _corners(search: Search) -> Iterator[tuple[Structure, Instance]]:
    for structure in small_structures(search.claim, limit=2):
        for instance in itertools.islice(corner_instances(search, structure), CORNERS):
            yield structure, instance


def _compare_one(search: Search, structure: Structure, instance: Instance, tally: Tally) -> None:
    claim = search.claim
    instance = with_randomness(search, structure, instance)
    values = _evaluate(search, structure, instance)
    try:
        oracle = drawn_values(search, instance)
        truths = {name: value() if callable(value) else value for name, value in oracle.items() if name in values}
    except (Ambiguous, ZeroDivisionError, NoValue):
        tally.ill += 1
        return
    scales = _scales(search, values, structure)
    mp = Certifying(bits=BITS)
    for name in sorted(claim.quantity_names() & set(truths)):
        array = values[name]() if callable(values[name]) else values[name]
        if not hasattr(array, "shape"):
            continue
        numbers = np.asarray(array.detach().cpu() if hasattr(array, "detach") else array, dtype=float)
        for flat, truth in enumerate(_entries(truths[name], numbers.shape[1:])):
            column = numbers.reshape(len(numbers), -1)[:, flat]
            finite = bool(np.isfinite(column[0])) or not math.isfinite(mp.to_float(truth))
            tally.seen.setdefault(name, [0, 0])[0 if finite else 1] += 1
            ratio = _ratio(mp, column, truth, scales.get(name, 0.0))
            if ratio is None:
                tally.ill += 1
                continue
            tally.compared += 1
            tally.worst = max(tally.worst, ratio)
            if ratio > 1:
                raise Disagreement(
                    f"{claim.id}: the evaluator says {name} = {float(column[0])!r}, the oracle says {mp.to_float(truth)!r}, "
                    f"{ratio:.3g} times further apart than rounding explains, at sizes {dict(instance.sizes)}"
                )


def with_randomness(search: Search, structure: Structure, instance: Instance) -> Instance:
    """The instance together with one draw of the declared randomness, read exactly."""
    drawn = dict(instance.raw)
    raw = raw_draws_of(search.claim.randomness, search.sampler, 1, structure.sizes)
    for name, law in search.claim.randomness.items():
        for part, shape in law.parts().items():
            drawn[join(name, part)] = exact(np.asarray(raw[name][part].cpu()).reshape(shape_of(shape, structure.sizes)))
    return Instance(instance.sizes, instance.choices, drawn)


def _ratio(mp: Any, column: Any, truth: Any, scale: float) -> float | None:
    """The distance of the float value from the oracle's ball in units of the allowed one; None if ill-conditioned."""
    value = mp.to_float(truth)
    if not math.isfinite(value) or not np.all(np.isfinite(column)):
        return 0.0 if value == column[0] else None
    spread = float(np.max(np.abs(column - column[0])))
    size = max(abs(value), abs(float(column[0])), scale)
    if spread > ILL * size:
        return None
    beyond = max(abs(float(column[0]) - value) - mp.radius(truth), 0.0)
    allowed = WIDENING * (spread + ULP * size)
    return float(beyond / allowed) if beyond and allowed else math.inf if beyond else 0.0


def _scales(search: Search, values: Mapping[str, Any], structure: Structure) -> dict[str, float]:
    """For each quantity the largest term, on this instance, of the relations that it occurs in."""
    claim = search.claim
    tensors = Tensors(claim, search.xp, values, structure.sizes)
    scales: dict[str, float] = {}
    for relation in (r for item in (*claim.hypotheses, claim.statement) for r in statement.relations(item)):
        largest = 0.0
        terms = (*statement.terms(relation.lhs), *statement.terms(relation.rhs))
        if claim.scale is not None and 0 in (relation.lhs, relation.rhs):
            terms = (*terms, claim.scale)
        for term in terms:
            value = value_of(term, tensors)
            array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype=float)
            row = np.abs(array[0] if array.ndim else array)
            finite = row[np.isfinite(row)]
            largest = max(largest, float(finite.max()) if finite.size else 0.0)
        for name in statement.names(relation):
            scales[name] = max(scales.get(name, 0.0), largest)
    return scales


def _entries(truth: Any, shape: tuple[int, ...]) -> Iterator[Any]:
    for position in np.ndindex(shape):
        value = truth
        for index in position:
            value = value[index]
        yield value


def _evaluate(search: Search, structure: Structure, instance: Instance) -> dict[str, Any]:
    """The evaluator on the instance (row 0) and on copies whose entries are moved by at most one ulp."""
    sources = {**search.claim.inputs, **search.claim.randomness}
    rng = np.random.default_rng(search.seed)
    built = {}
    for name, source in sources.items():
        parts = {}
        for part in source.parts():
            array = instance.raw[join(name, part)].astype(np.float64)
            moves = rng.integers(-1, 2, size=(PERTURBATIONS, *array.shape)) * (0 if source.discrete else 1)
            parts[part] = search.array(np.concatenate([array[None], array[None] * (1 + moves * ULP)]))
        object_ = source.tensor(search.xp, parts, structure.sizes, choices_of(name, structure.choices))
        built[name] = object_ if source.discrete else _moved(search, object_, rng)
    return named(search.claim.evaluated(search.xp, built, structure.sizes))


def _moved(search: Search, built: Any, rng: np.random.Generator) -> Any:
    """The object built from an instance and its copies, the entries of the copies moved by at most one ulp once more.

    An evaluator is given a rounded object: it answers for its own rounding, not for that of the construction.
    """
    if isinstance(built, dict):
        return {key: _moved(search, value, rng) for key, value in built.items()}
    if dataclasses.is_dataclass(built) and not isinstance(built, type):
        fields = {field.name: getattr(built, field.name) for field in dataclasses.fields(built)}
        return dataclasses.replace(built, **{name: _moved(search, value, rng) for name, value in fields.items()})
    if getattr(built, "dtype", None) != search.xp.float64 or tuple(built.shape[:1]) != (PERTURBATIONS + 1,):
        return built
    moves = rng.integers(-1, 2, size=tuple(built.shape))
    moves[0] = 0
    return built * (1 + search.array(moves) * ULP)


def drawn_values(search: Search, instance: Instance) -> dict[str, Any]:
    """The oracle's quantities on an instance together with one draw of the randomness, in balls of `BITS` bits."""
    claim = search.claim
    mp = Certifying(bits=BITS)
    function = oracle_of(claim)
    arguments = {**exact_arguments(claim, mp, instance, randomness=True), **instance.sizes}
    try:
        return named(function(mp, **accepted(function, arguments)))
    except (Ambiguous, ZeroDivisionError, OracleError):
        raise
    except Exception as error:
        raise OracleError(f"{claim.id}: the oracle raised {described(error)} at sizes {dict(instance.sizes)}") from error
