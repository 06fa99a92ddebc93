"""A statement on one exact instance, decided: true, false, or not decided at this precision.

Kleene's three-valued logic over the relations; an axis is a conjunction over its values.  Nothing here knows a
tolerance: a relation is decided only if the arithmetic `mp` decides it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from refute import statement as language
from refute.arithmetic import Ambiguous
from refute.claim import Claim, named
from refute.errors import OracleError, RefuteError


@dataclass(frozen=True)
class Comparison:
    """One relation at one index of the axes: both sides as the arithmetic holds them, the decision, and the relative gap.

    ``gap`` is that of `refute.evaluation`, negative while the relation holds, as far as the enclosures' middles tell.
    """

    relation: str
    index: Mapping[str, int]
    lhs: Any
    rhs: Any
    decided: bool | None
    gap: float = math.nan


@dataclass(frozen=True)
class Decision:
    """Whether a statement holds (None: not decided), with the comparison that decided it.

    Of undecided comparisons the widest one is kept; one whose sides have no value is wider still: it gives ``reason``
    instead of a comparison.  ``width`` is the binary logarithm of the radius of ``lhs - rhs``.
    """

    holds: bool | None
    comparison: Comparison | None
    reason: str = ""
    width: float = -math.inf


class Scalars:
    """The values of a statement's symbols on one instance, in the arithmetic ``mp``."""

    def __init__(self, claim: Claim, mp: Any, values: Mapping[Any, Any], sizes: Mapping[str, int]) -> None:
        self.claim, self.mp, self.sizes = claim, mp, sizes
        self.values = named(values)
        self.index: dict[str, int] = {}

    def symbol(self, name: str) -> Any:
        if name in self.index:
            return self.mp.mpf(self.index[name])
        if name in self.sizes:
            return self.mp.mpf(self.sizes[name])
        return self._number(name, self._value(name))

    def indexed(self, name: str, indices: tuple[str, ...]) -> Any:
        value = self._value(name)
        for axis in indices:
            values = self.claim.axis_range(axis, self.sizes)
            length = len(value) if hasattr(value, "__len__") else 0
            if length != len(values):
                raise OracleError(
                    f"{self.claim.id}: the oracle's {name} has {length} entries on the axis {axis}, but should have {len(values)}"
                )
            value = value[values.index(self.index[axis])]
        return self._number(name, value)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise OracleError(f"{self.claim.id}: the oracle returned no quantity {name}, which the statement needs")
        value = self.values[name]
        if callable(value):
            try:
                value = self.values[name] = value()
            except (ArithmeticError, ValueError, RefuteError):
                raise
            except Exception as error:
                raise OracleError(f"{self.claim.id}: the oracle's {name} raised {type(error).__name__}: {error}") from error
        return value

    def _number(self, name: str, value: Any) -> Any:
        if isinstance(value, float):
            raise OracleError(f"{self.claim.id}: the oracle returned the float {value} for {name}; floats are not exact")
        try:
            return self.mp.convert(value)
        except (TypeError, ValueError) as error:
            raise OracleError(f"{self.claim.id}: the oracle returned {value!r} for {name}, but should return a number") from error


def value_of(expression: Any, scalars: Scalars) -> Any:
    """The value of an arithmetic expression, rational constants exact."""
    mp = scalars.mp
    match expression:
        case sympy.Indexed():
            return scalars.indexed(str(expression.base.label), tuple(str(i) for i in expression.indices))
        case sympy.Symbol():
            return scalars.symbol(expression.name)
        case sympy.Rational():
            return mp.mpf(Fraction(int(expression.p), int(expression.q)))
        case sympy.NumberSymbol():
            return {sympy.pi: lambda: mp.pi, sympy.E: lambda: mp.e, sympy.EulerGamma: lambda: mp.euler}[expression]() + mp.mpf(0)
        case language.Mean() | language.Probability():
            return value_of(expression.args[0], scalars)
    arguments = [value_of(argument, scalars) for argument in expression.args]
    match expression:
        case sympy.Add():
            return mp.fsum(arguments)
        case sympy.Mul():
            return mp.fprod(arguments)
        case sympy.Pow():
            if expression.exp == sympy.Rational(1, 2):
                return mp.sqrt(arguments[0])
            if expression.exp == sympy.Rational(-1, 2):
                return 1 / mp.sqrt(arguments[0])
            if expression.exp.is_Integer:
                return arguments[0] ** int(expression.exp)
            return mp.power(*arguments)
        case sympy.exp():
            return mp.exp(arguments[0])
        case sympy.log():
            return mp.log(arguments[0])
        case sympy.Abs():
            return abs(arguments[0])
        case sympy.Max():
            return mp.maximum(*arguments)
        case sympy.Min():
            return mp.minimum(*arguments)
    raise OracleError(f"{scalars.claim.id}: no exact evaluation for {type(expression).__name__}")


def decide(statement: Any, scalars: Scalars) -> Decision:
    """Decide a statement for all values of its axes; `OracleError` if an axis has none, for then it would say nothing."""
    axes = [axis for axis in scalars.claim.axis_names() if axis in language.names(statement)]
    ranges = [scalars.claim.axis_range(axis, scalars.sizes) for axis in axes]
    for axis, values in zip(axes, ranges, strict=True):
        if not values:
            raise OracleError(f"{scalars.claim.id}: the axis {axis} has no value at the sizes {dict(scalars.sizes)}")
    formula = language.normal(statement)
    undecided: list[Decision] = []
    last = Decision(None, None, "nothing was compared")
    for index in itertools.product(*ranges):
        scalars.index = dict(zip(axes, index, strict=True))
        found = _decide(formula, scalars)
        if found.holds is False:
            return found
        if found.holds is None:
            undecided.append(found)
        last = _closest([last, found]) if last.holds else found
    return _widest(undecided) if undecided else last


def _widest(undecided: list[Decision]) -> Decision:
    return max(undecided, key=lambda decision: decision.width)


def _closest(decided: list[Decision]) -> Decision:
    """Of decisions that agree, the one that came closest to the opposite."""
    return max(decided, key=_nearness)


def _nearness(decision: Decision) -> float:
    gap = math.nan if decision.comparison is None else decision.comparison.gap
    return -math.inf if math.isnan(gap) else gap if decision.holds else -gap


def _decide(node: language.Literal | language.Junction, scalars: Scalars) -> Decision:
    if isinstance(node, language.Literal):
        return _compare(node.relation, scalars, node.negated)
    decisions: list[Decision] = []
    for part in node.parts:
        decisions.append(_decide(part, scalars))
        if decisions[-1].holds is not None and decisions[-1].holds != node.conjunction:
            return decisions[-1]
    undecided = [decision for decision in decisions if decision.holds is None]
    if undecided:
        return _widest(undecided)
    return _closest(decisions if node.conjunction else _conclusions(node, decisions))


def _conclusions(node: language.Junction, decisions: list[Decision]) -> list[Decision]:
    """Of the parts of a disjunction those that are not negated: of ``p implies q`` the conclusion, not the premise that held."""
    found = zip(node.parts, decisions, strict=True)
    return [one for part, one in found if not (isinstance(part, language.Literal) and part.negated)] or decisions


def _compare(relation: Any, scalars: Scalars, negated: bool) -> Decision:
    mp = scalars.mp
    try:
        lhs, rhs = value_of(relation.lhs, scalars), value_of(relation.rhs, scalars)
    except Ambiguous as error:
        return Decision(None, None, str(error), math.inf)
    except (ArithmeticError, ValueError) as error:
        return Decision(None, None, f"{relation} has no value here: {error}", math.inf)
    match relation:
        case sympy.Le():
            decided = mp.le(lhs, rhs)
        case sympy.Lt():
            decided = mp.lt(lhs, rhs)
        case sympy.Ge():
            decided = mp.le(rhs, lhs)
        case sympy.Gt():
            decided = mp.lt(rhs, lhs)
        case sympy.Eq():
            decided = mp.eq(lhs, rhs)
        case _:
            decided = _not(mp.eq(lhs, rhs))
    if negated:
        decided = _not(decided)
    width = _width(mp, lhs, rhs) if decided is None else -math.inf
    gap = _gap(relation, scalars, lhs, rhs)
    shown = language.serialise(relation.negated if negated else relation)
    comparison = Comparison(shown, dict(scalars.index), lhs, rhs, decided, -gap if negated else gap)
    return Decision(decided, comparison, width=width)


def _gap(relation: Any, scalars: Scalars, lhs: Any, rhs: Any) -> float:
    """The relative gap of a relation from the middles of its enclosures; NaN where it has none."""
    mp = scalars.mp
    try:
        difference = float(mp.to_float(lhs - rhs))
        if difference == 0:
            return 0.0
        terms = [abs(value_of(term, scalars)) for side in (relation.lhs, relation.rhs) for term in language.terms(side)]
        if scalars.claim.scale is not None and 0 in (relation.lhs, relation.rhs):
            terms.append(abs(value_of(scalars.claim.scale, scalars)))
        gap = difference / float(mp.to_float(mp.fsum(terms)))
    except (ArithmeticError, ValueError, OracleError):
        return math.nan
    if isinstance(relation, (sympy.Ge, sympy.Gt)):
        return -gap
    if isinstance(relation, (sympy.Eq, sympy.Ne)):
        return abs(gap) if isinstance(relation, sympy.Eq) else -abs(gap)
    return gap


def _width(mp: Any, lhs: Any, rhs: Any) -> float:
    try:
        return float(mp.log2_radius(lhs - rhs))
    except ArithmeticError:
        return math.inf


def _not(decided: bool | None) -> bool | None:
    return None if decided is None else not decided
