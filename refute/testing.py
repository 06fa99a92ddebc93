"""One's own numbers against a claim, in a notebook or a test: ``check(claim, X=[[1, 2], [3, 4]])``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute import statement as language
from refute.arithmetic import Ambiguous, Certifying
from refute.claim import Claim, named
from refute.decision import Scalars, decide
from refute.errors import UsageError
from refute.evaluation import Tensors, gap_of
from refute.inputs import choices_of, join, parts_of, shape_of, tensors_of
from refute.instance import Instance, exact
from refute.judge import Judge, Ruling, oracle_values
from refute.namespace import namespace

VERDICTS = ("holds", "violated", "tie", "unmet", "undecided")


@dataclass(frozen=True)
class Check:
    """What exact arithmetic says of one's own numbers, and what float64 says beside it.

    ``verdict`` is one of `VERDICTS`: a *tie* holds with equality to ``bits`` bits, *unmet* means that a hypothesis
    fails.  ``relation`` is the part of the statement (or the hypothesis) that decides, with its two sides ``lhs`` and
    ``rhs`` and the enclosure ``difference`` of lhs - rhs: a rational ``p/q``, or a ball ``[m +/- r]`` around the truth.
    ``gap`` is the relative gap, negative while the relation holds, ``float_gap`` that of the evaluator in float64, and
    ``quantities`` are the evaluator's values.
    """

    claim: str
    verdict: str
    relation: str
    lhs: str
    rhs: str
    difference: str
    bits: int
    gap: float
    float_gap: float
    quantities: Mapping[str, Any]
    instance: Instance = field(repr=False)
    index: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    latex: str = field(default="", repr=False)

    def _lines(self) -> list[tuple[str, str]]:
        lines = [("relation", self.relation + (f" at {_assignments(self.index)}" if self.index else ""))] if self.relation else []
        if self.lhs:
            lines += [("left side", self.lhs), ("right side", self.rhs)]
        if self.difference:
            lines += [("left - right", self.difference)]
        lines += [("relative gap", f"{self.gap:.6g} ({self.bits} bits)")] if math.isfinite(self.gap) else []
        lines += [("in float64", f"{self.float_gap:.6g}")] if not math.isnan(self.float_gap) else []
        lines += [("reason", self.reason)] if self.reason else []
        return lines

    def __str__(self) -> str:
        lines = [*self._lines(), *self.quantities.items()]
        width = max((len(name) for name, _ in lines), default=0)
        return "\n".join([f"{self.claim or 'the claim'}: {self.verdict}", *(f"  {n:<{width}}  {value}" for n, value in lines)])

    def _repr_markdown_(self) -> str:
        rows = [*self._lines(), *((f"`{name}`", str(value)) for name, value in self.quantities.items())]
        table = "\n".join(f"| {name} | {value.replace('|', chr(92) + '|')} |" for name, value in rows)
        return f"**{self.verdict}**\n\n$${self.latex}$$\n\n| | |\n|---|---|\n{table}\n"


def check(claim: Claim | str | Path, /, *, choices: Mapping[str, str] | None = None, mutant: str = "", **numbers: Any) -> Check:
    """Decide a claim (or one of its mutants, by name) on one's own numbers, exactly.

    ``claim`` is a `Claim`, the id of one in the catalogue, or the path of a claim file.  ``numbers`` holds the raw
    numbers of every input by its name: nested lists, arrays, integers, Fractions, strings such as ``"1/3"``, or floats,
    which are read exactly; a dict of parts where an input has several.  Sizes follow from the shapes; those that do not,
    and only those, are given as keywords too.  They may exceed the range that the claim searches, but not fall below it.

    Raises `UsageError` for numbers that do not fit the claim.
    """
    subject = _claim(claim)
    if mutant:
        subject = _mutated(subject, mutant)
    instance = _instance(subject, choices or {}, numbers)
    ruling = Judge(subject).rule(instance)
    float_gap, quantities = _in_floats(subject, instance)
    return Check(
        claim=subject.id,
        verdict="undecided" if ruling.outcome == "open" else ruling.outcome,
        relation=_relation(subject, ruling),
        lhs=ruling.lhs,
        rhs=ruling.rhs,
        difference=_difference(subject, instance, ruling),
        bits=ruling.bits,
        gap=ruling.gap,
        float_gap=float_gap,
        quantities=quantities,
        instance=instance,
        index=dict(ruling.index or {}),
        reason=ruling.reason,
        latex=subject.latex(),
    )


def _claim(claim: Claim | str | Path) -> Claim:
    from refute import loader

    if isinstance(claim, Claim):
        return claim
    path = Path(claim)
    if isinstance(claim, Path) or path.suffix == ".py":
        found = loader.load(path)
        if len(found) > 1:
            raise UsageError(f"{path} holds {len(found)} claims, but check takes one: refute.loader.load(path)[0], for example")
        return found[0]
    return loader.find(claim)


def _mutated(claim: Claim, name: str) -> Claim:
    for mutant in claim.mutants:
        if mutant.name == name:
            return claim.mutated(mutant)
    raise UsageError(f"got the mutant {name!r}, but {_called(claim)} has the mutants {_listed(m.name for m in claim.mutants)}")


# the instance --------------------------------------------------------------------------------------------------


def _instance(claim: Claim, choices: Mapping[str, str], numbers: Mapping[str, Any]) -> Instance:
    unknown = [name for name in numbers if name not in claim.inputs and name not in claim.sizes]
    if unknown:
        raise UsageError(
            f"got the numbers {unknown[0]!r}, but {_called(claim)} has the inputs {_listed(claim.inputs)} "
            f"and the sizes {_listed(claim.sizes)}"
        )
    raw: dict[str, NDArray[Any]] = {}
    for name in claim.inputs:
        if name not in numbers:
            raise UsageError(f"there are no numbers for the input {name!r} of {_called(claim)}; give {name}=…")
        for part, value in _parts(claim, name, numbers[name]).items():
            raw[join(name, part)] = _exact(value, join(name, part))
    sizes = _sizes(claim, raw, {name: value for name, value in numbers.items() if name not in claim.inputs})
    chosen = _choices(claim, choices)
    for name, source in claim.inputs.items():
        if not source.admits(parts_of(name, source, raw), sizes, choices_of(name, chosen)):
            meaning = (type(source).__doc__ or "").strip().split("\n")[0]
            raise UsageError(f"the numbers of the input {name!r} are outside its range; it is {type(source).__name__}: {meaning}")
    return Instance(sizes, chosen, raw)


def _parts(claim: Claim, name: str, value: Any) -> Mapping[str, Any]:
    wanted = list(claim.inputs[name].parts())
    if wanted == [""]:
        return {"": value}
    if not isinstance(value, Mapping) or set(value) != set(wanted):
        got = f"the parts {_listed(value)}" if isinstance(value, Mapping) else type(value).__name__
        raise UsageError(f"got {got} for the input {name!r} of {_called(claim)}, but it takes a dict of {_listed(wanted)}")
    return value


def _exact(value: Any, name: str) -> NDArray[Any]:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        return exact(value)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(f"the numbers of {name!r} cannot be read exactly: {error}") from error


def _sizes(claim: Claim, raw: Mapping[str, NDArray[Any]], given: Mapping[str, Any]) -> dict[str, int]:
    known: dict[str, tuple[int, str]] = {}
    for name, value in given.items():
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
            raise UsageError(f"got the size {name} = {value!r}, but a size is an integer")
        known[name] = (int(value), "as given")
    for name, source in claim.inputs.items():
        for part, shape in source.parts().items():
            key = join(name, part)
            _fit(key, shape, raw[key].shape, known)
    missing = [name for name in claim.sizes if name not in known]
    if missing:
        raise UsageError(f"no shape says the size {missing[0]!r} of {_called(claim)}; give {missing[0]}=…")
    sizes: dict[str, int] = {}
    for name in claim.sizes:
        sizes[name] = known[name][0]
        low, _ = claim.size_range(name, sizes)
        if sizes[name] < low:
            raise UsageError(f"got the size {name} = {sizes[name]}, but {_called(claim)} speaks of {name} >= {low}")
    for name, source in claim.inputs.items():
        for part, shape in source.parts().items():
            key, wanted = join(name, part), shape_of(shape, sizes)
            if raw[key].shape != wanted:
                raise UsageError(f"got the shape {raw[key].shape} for {key!r}, but it should be {wanted}")
    return sizes


def _fit(key: str, shape: tuple[int | str, ...], actual: tuple[int, ...], known: dict[str, tuple[int, str]]) -> None:
    """Read sizes off a shape; `UsageError` if it contradicts what is known."""
    pattern = "(" + ", ".join(str(dim) for dim in shape) + ("," if len(shape) == 1 else "") + ")"
    if len(actual) != len(shape):
        raise UsageError(f"got the shape {actual} for {key!r}, but it should be {pattern}")
    for dim, length in zip(shape, actual, strict=True):
        if isinstance(dim, int) or dim.isdigit():
            if length != int(dim):
                raise UsageError(f"got the shape {actual} for {key!r}, but it should be {pattern}")
            continue
        name = dim.replace("-", "+").split("+")[0].strip()
        size = length - int(dim[len(name) :].replace(" ", "") or 0)
        before = known.setdefault(name, (size, f"from {key!r}"))
        if before[0] != size:
            raise UsageError(f"got the shape {actual} for {key!r}, so {name} = {size}, but {name} = {before[0]} {before[1]}")


def _choices(claim: Claim, given: Mapping[str, str]) -> dict[str, str]:
    """All choices; one is named ``input.choice``, or by its last part alone where that is unique."""
    options = {join(name, choice): texts for name, source in claim.inputs.items() for choice, texts in source.choices.items()}
    chosen: dict[str, str] = {name: texts[0] for name, texts in options.items() if len(texts) == 1}
    for name, value in given.items():
        matching = [full for full in options if full == name or full.rpartition(".")[2] == name]
        if len(matching) != 1:
            raise UsageError(f"got the choice {name!r}, but {_called(claim)} has the choices {_listed(options)}")
        if value not in options[matching[0]]:
            raise UsageError(f"got {matching[0]} = {value!r}, but it should be one of {_listed(options[matching[0]])}")
        chosen[matching[0]] = value
    for name, texts in options.items():
        if name not in chosen:
            raise UsageError(
                f"the choice {name!r} of {_called(claim)} is open; give choices={{{name!r}: one of {_listed(texts)}}}"
            )
    return chosen


# what it says --------------------------------------------------------------------------------------------------


def _in_floats(claim: Claim, instance: Instance) -> tuple[float, dict[str, Any]]:
    """The relative gap and the quantities of the evaluator in float64; none for a claim about a mean."""
    if claim.randomness:
        return float("nan"), {}
    xp = namespace(claim.backend)
    floats = {name: xp.asarray(array[None], dtype=xp.float64) for name, array in instance.floats().items()}
    objects = tensors_of(xp, claim.inputs, floats, instance.sizes, instance.choices)
    values = named(claim.evaluated(xp, objects, instance.sizes))
    gap = float(gap_of(claim.statement, Tensors(claim, xp, values, instance.sizes))[0])
    wanted = claim.quantity_names()
    computed = {name: value() if callable(value) else value for name, value in values.items() if name in wanted}
    return gap, {name: _plain(value) for name, value in computed.items()}


def _plain(value: Any) -> Any:
    return value[0].tolist() if hasattr(value, "shape") and len(value.shape) else value


def _relation(claim: Claim, ruling: Ruling) -> str:
    for statement in (claim.statement, *claim.hypotheses):
        for relation in language.relations(statement):
            if language.serialise(relation) == ruling.relation:
                return str(relation)
    return ruling.relation


def _difference(claim: Claim, instance: Instance, ruling: Ruling) -> str:
    """The enclosure of lhs - rhs of the statement's deciding relation at the ruling's precision."""
    if ruling.outcome == "unmet" or not ruling.relation:
        return ""
    mp = Certifying(bits=ruling.bits)
    values = oracle_values(claim, mp, instance)
    assert values is not None
    try:
        comparison = decide(claim.statement, Scalars(claim, mp, values, instance.sizes)).comparison
        return mp.exact_str(comparison.lhs - comparison.rhs) if comparison is not None else ""
    except Ambiguous:
        return ""


def _called(claim: Claim) -> str:
    return claim.id or "the claim"


def _listed(items: Any) -> str:
    texts = [str(item) for item in items]
    return ", ".join(texts) if texts else "none"


def _assignments(index: Mapping[str, int | Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in index.items())
