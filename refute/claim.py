"""Claims and mutants: frozen records, checked when they are constructed."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from refute import statement as language
from refute.errors import ClaimError
from refute.inputs import Input, choices_of, parts_of, size_names
from refute.instance import Instance
from refute.source import Source

PROVENANCES = ("text", "second-hand", "recalled", "derived")
EXPECTATIONS = ("survived", "refuted")


@dataclass(frozen=True)
class Mutant:
    """A false variant of a claim: it overrides fields of its claim and inherits the rest.

    ``because`` says why it is false; a mutant that the search does not refute makes its claim `weak`.
    """

    name: str
    because: str
    overrides: Mapping[str, Any]

    def __init__(self, name: str, *, because: str, **overrides: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "because", because)
        object.__setattr__(self, "overrides", overrides)
        if not because:
            raise ClaimError(f"mutant {name!r} gives no reason; `because` must say why it is false")
        if not overrides:
            raise ClaimError(f"mutant {name!r} overrides nothing, so it is the claim itself")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A published theorem as the engine checks it; docs/first-claim.md explains every field.

    ``sizes`` maps a size to its inclusive range, whose bounds are integers or the names of earlier sizes;
    ``axes`` maps an axis index to its inclusive range, likewise; ``scale`` is the quantity by which a relation
    with a bare 0 is divided; ``expectation(mp, **inputs, **sizes)`` returns the quantities with the values of
    ``Mean(q)`` under the name ``q``, or None where no exact value is known for that instance (finite laws need none:
    `refute.enumeration`); ``bounded`` maps an averaged quantity to its range over all draws, (lowest, highest) in sizes and
    undrawn quantities, None for an open end; ``appendix()`` returns Markdown that closes the report page, such as a table of
    certified constants.
    """

    source: Source
    provenance: str
    inputs: Mapping[str, Input]
    sizes: Mapping[str, tuple[int | str, int | str]]
    statement: Any
    evaluate: Callable[..., Mapping[Any, Any]]
    mutants: Sequence[Mutant]
    definitions: Mapping[Any, str]
    oracle: Callable[..., Mapping[str, Any]] | None = None
    hypotheses: Sequence[Any] = ()
    notation: Mapping[Any, str] = field(default_factory=dict)
    axes: Mapping[Any, tuple[int | str, int | str]] = field(default_factory=dict)
    scale: Any = None
    randomness: Mapping[str, Input] = field(default_factory=dict)
    expectation: Callable[..., Mapping[str, Any] | None] | None = None
    bounded: Mapping[Any, tuple[Any, Any]] = field(default_factory=dict)
    replay: Sequence[Instance] = ()
    reading: str = ""
    expect: str = "survived"
    corrected_by: str = ""
    tight: str = ""
    surrogate: str = ""
    trend: bool = False
    oracle_differs: str = ""
    without: Mapping[Any, Mapping[str, Input]] = field(default_factory=dict)
    not_covered: Sequence[str] = ()
    appendix: Callable[[], str] | None = None
    backend: str = "torch"
    id: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise ClaimError(f"source is {self.source!r}, but should be a place in a paper: PAPER.item('Theorem 1')", self.id)
        if self.provenance not in PROVENANCES:
            raise ClaimError(f"provenance is {self.provenance!r}, but should be one of {', '.join(PROVENANCES)}", self.id)
        if self.expect not in EXPECTATIONS:
            raise ClaimError(f"expect is {self.expect!r}, but should be one of {', '.join(EXPECTATIONS)}", self.id)
        if not self.inputs:
            raise ClaimError("it has no inputs, but a claim quantifies over at least one", self.id)
        if not callable(self.evaluate):
            raise ClaimError("evaluate is not callable", self.id)
        self._check_sizes()
        self._check_replay()
        try:
            self._check_statement()
        except ClaimError as error:
            raise ClaimError(error.problem, self.id) from None

    def _check_sizes(self) -> None:
        mentioned: set[str] = set()
        for name, source in {**self.inputs, **self.randomness}.items():
            if not isinstance(source, Input):
                raise ClaimError(f"input {name!r} is {type(source).__name__}, but should be an Input", self.id)
            for shape in source.parts().values():
                mentioned |= size_names(shape)
        missing = mentioned - set(self.sizes)
        if missing:
            raise ClaimError(f"the inputs use the sizes {', '.join(sorted(missing))}, which `sizes` does not give", self.id)
        seen: list[str] = []
        for name, bounds in self.sizes.items():
            self._check_range("size", name, bounds, seen)
            seen.append(name)
        for axis, bounds in self.axes.items():
            self._check_range("axis", str(axis), bounds, seen)

    def _check_range(self, what: str, name: str, bounds: Any, sizes: Sequence[str]) -> None:
        if not isinstance(bounds, (tuple, list)) or len(bounds) != 2 or not all(isinstance(b, (int, str)) for b in bounds):
            raise ClaimError(f"{what} {name!r} has the range {bounds!r}, but it should be a pair (lowest, highest)", self.id)
        for bound in bounds:
            if isinstance(bound, str) and not size_names((bound,)) <= set(sizes):
                raise ClaimError(f"{what} {name!r} is bounded by {bound!r}, which is not an earlier size", self.id)
        low, high = bounds
        if isinstance(low, int) and isinstance(high, int) and low > high:
            raise ClaimError(f"{what} {name!r} has the empty range ({low}, {high})", self.id)

    def _check_replay(self) -> None:
        for instance in self.replay:
            if set(instance.sizes) != set(self.sizes):
                raise ClaimError(f"a replayed instance has the sizes {sorted(instance.sizes)}, not {sorted(self.sizes)}", self.id)
            for name, size in instance.sizes.items():
                low, high = self.size_range(name, instance.sizes)
                if not low <= size <= high:
                    raise ClaimError(
                        f"a replayed instance has {name} = {size}, outside the range from {low} to {high}; widen the range",
                        self.id,
                    )

    def _check_names(self) -> set[str]:
        """All names that the statement may use; each names one thing."""
        names = [str(quantity) for quantity in self.definitions] + list(self.sizes) + [str(axis) for axis in self.axes]
        for name in names:
            if not name.isidentifier():
                raise ClaimError(f"{name!r} is the name of a quantity, a size or an axis, but should be an identifier")
            if names.count(name) > 1:
                raise ClaimError(f"{name!r} names two of the quantities, sizes and axes; names must differ")
        return set(names)

    def _check_statement(self) -> None:
        known, axes = self._check_names(), self.axis_names()
        language.check(self.statement, known, "statement", needs_scale=self.scale is None, axes=axes)
        for hypothesis in self.hypotheses:
            language.check(hypothesis, known, "hypothesis", axes=axes)
        if self.scale is not None and language.names(self.scale) - known:
            raise ClaimError(f"the scale is {self.scale}, which no definition, size or axis declares")
        self._check_bounded(known)
        if not self.randomness and any(item.atoms(*language.EXPECTATIONS) for item in (*self.hypotheses, self.statement)):
            raise ClaimError("the statement takes a mean, but `randomness` declares nothing random")

    def _check_bounded(self, known: set[str]) -> None:
        for quantity, ends in self.bounded.items():
            if str(quantity) not in known:
                raise ClaimError(f"`bounded` gives a range of {quantity}, which no definition declares")
            if not isinstance(ends, (tuple, list)) or len(ends) != 2 or tuple(ends) == (None, None):
                raise ClaimError(
                    f"`bounded` gives {quantity} the range {ends!r}, but it should be (lowest, highest), one of them None at most"
                )
            low, high = (None if end is None else self._end(end, quantity, known) for end in ends)
            if low is not None and high is not None and (low - high).is_number and low >= high:
                raise ClaimError(f"`bounded` gives {quantity} the range ({low}, {high}), but the lowest should come first")

    def _end(self, end: Any, quantity: Any, known: set[str]) -> Any:
        try:
            expression = language.expression(end)
        except ClaimError as error:
            raise ClaimError(f"`bounded` gives a range of {quantity}: {error.problem}") from None
        if language.names(expression) - known:
            raise ClaimError(f"`bounded` speaks of {expression}, which no definition, size or axis declares")
        return expression

    @property
    def digest(self) -> str:
        """SHA-256 that binds a certificate to hypotheses and statement, and to what their symbols mean: the ranges of the
        axes, the definitions of the quantities, the reading, and the kinds of inputs with the shapes of their raw parts.
        """
        meaning = [f"(axis {axis} {low} {high})" for axis, (low, high) in self.axes.items()]
        meaning += [f"(definition {name} {text})" for name, text in sorted(named(self.definitions).items())]
        meaning += [f"(reading {self.reading})"]
        for name, source in sorted({**self.inputs, **self.randomness}.items()):
            law = f" {source.law}" if source.law else ""
            meaning.append(f"(input {name} {type(source).__name__} {dict(source.parts())}{law})")
        return language.digest(*self.hypotheses, self.statement, meaning=meaning)

    @property
    def title(self) -> str:
        """The first line of the claim file's docstring."""
        return self.text.strip().splitlines()[0] if self.text.strip() else self.id

    def quantity_names(self, *statements: Any) -> set[str]:
        """Names of the quantities in the given relations (default: hypotheses and statement)."""
        chosen = statements or (*self.hypotheses, self.statement)
        found: set[str] = set()
        for item in chosen:
            found |= language.names(item)
        return found - set(self.sizes) - {str(axis) for axis in self.axes}

    def axis_names(self) -> tuple[str, ...]:
        return tuple(str(axis) for axis in self.axes)

    def axis_range(self, axis: str, sizes: Mapping[str, int]) -> range:
        """The values of an axis index at the given sizes."""
        low, high = next(bounds for key, bounds in self.axes.items() if str(key) == axis)
        return range(resolve(low, sizes), resolve(high, sizes) + 1)

    def size_range(self, name: str, smaller: Mapping[str, int]) -> tuple[int, int]:
        """The inclusive range of a size, given the sizes declared before it."""
        low, high = self.sizes[name]
        return resolve(low, smaller), resolve(high, smaller)

    def admits(self, instance: Instance) -> bool:
        """Whether every input admits the raw arrays of an instance."""
        return all(
            source.admits(parts_of(name, source, instance.raw), instance.sizes, choices_of(name, instance.choices))
            for name, source in self.inputs.items()
        )

    def evaluated(self, xp: Any, objects: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
        """What ``evaluate`` returns for built inputs, of which it is passed those that it names."""
        return self.evaluate(xp, **accepted(self.evaluate, {**objects, **sizes}))

    def mutated(self, mutant: Mutant) -> Claim:
        """The claim that the mutant states; raises `ClaimError` for an override that no claim has."""
        fields = {item.name for item in dataclasses.fields(self)}
        unknown = set(mutant.overrides) - fields
        if unknown:
            raise ClaimError(f"mutant {mutant.name!r} overrides {', '.join(sorted(unknown))}, which no claim has", self.id)
        try:
            return dataclasses.replace(self, **{"mutants": (), "replay": (), **mutant.overrides})
        except ClaimError as error:
            raise ClaimError(f"mutant {mutant.name!r}: {error.problem}", self.id) from error

    def latex(self, statement: Any = None) -> str:
        """LaTeX of the statement in the notation of the paper."""
        notation = {str(quantity): symbol for quantity, symbol in self.notation.items()}
        return language.latex(self.statement if statement is None else statement, notation)


def accepted(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments that a function names in its signature (all, if it takes ``**``)."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return dict(arguments)
    return {name: value for name, value in arguments.items() if name in parameters}


def resolve(bound: int | str, sizes: Mapping[str, int]) -> int:
    """An integer bound, or the value of the size (or size plus integer) that it names."""
    from refute.inputs import dimension

    return dimension(bound, sizes)


def named(values: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping keyed by quantities or their names, keyed by names."""
    return {key if isinstance(key, str) else str(getattr(key, "name", key)): value for key, value in values.items()}


def require_complete(claim: Claim) -> None:
    """Raise `ClaimError` unless a claim of the catalogue has all that its verdict rests on."""
    if not claim.mutants:
        raise ClaimError("it has no mutants, so a survived search would mean nothing; add at least one false variant", claim.id)
    repeated = {m.name for m in claim.mutants if [o.name for o in claim.mutants].count(m.name) > 1}
    if repeated:
        raise ClaimError(f"two mutants are named {sorted(repeated)[0]!r}; names must differ", claim.id)
    for mutant in claim.mutants:
        restated = set(mutant.overrides) <= {"statement", "hypotheses", "axes"}
        if claim.mutated(mutant).digest == claim.digest and restated:
            raise ClaimError(f"mutant {mutant.name!r} states what the claim states, so nothing could refute it", claim.id)
    for number, instance in enumerate(claim.replay, 1):
        if not claim.admits(instance):
            raise ClaimError(
                f"replayed instance {number} is outside the range of an input, so no search could ever judge it", claim.id
            )
    if claim.expect == "refuted" and not claim.corrected_by:
        raise ClaimError("it expects to be refuted, but names no corrected claim in `corrected_by`", claim.id)
