"""A statement on one exact instance, decided: true, false, or not decided at this precision.

Kleene's three-valued logic over the relations; an axis is a conjunction over its values.  Nothing here knows a
tolerance: a relation is decided only if the arithmetic `mp` decides it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.relational import Relational

from refute import statement as language
from refute.claim import Claim, named
from refute.errors import OracleError


@dataclass(frozen=True)
class Comparison:
    """One relation at one index of the axes: both sides as the arithmetic holds them, and the decision."""

    relation: str
    index: Mapping[str, int]
    lhs: Any
    rhs: Any
    decided: bool | None


@dataclass(frozen=True)
class Decision:
    """Whether a statement holds (None: not decided), with the comparison that decided it or came closest."""

    holds: bool | None
    comparison: Comparison | None


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
        return self._value(name)

    def indexed(self, name: str, indices: tuple[str, ...]) -> Any:
        value = self._value(name)
        for axis in indices:
            position = self.index[axis] - self.claim.axis_range(axis, self.sizes).start
            try:
                value = value[position]
            except (IndexError, TypeError) as error:
                length = len(self.claim.axis_range(axis, self.sizes))
                raise OracleError(
                    f"{self.claim.id}: the oracle's {name} has no entry {position} on the axis {axis}, "
                    f"but should have {length}"
                ) from error
        return value

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise OracleError(f"{self.claim.id}: the oracle returned no quantity {name}, which the statement needs")
        value = self.values[name]
        if callable(value):
            value = self.values[name] = value()
        if isinstance(value, float):
            raise OracleError(f"{self.claim.id}: the oracle returned the float {value} for {name}; floats are not exact")
        return value


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
            return {sympy.pi: mp.pi, sympy.E: mp.e, sympy.EulerGamma: mp.euler}[expression] + mp.mpf(0)
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
    """Decide a statement for all values of its axes."""
    axes = [axis for axis in scalars.claim.axis_names() if axis in language.names(statement)]
    ranges = [scalars.claim.axis_range(axis, scalars.sizes) for axis in axes]
    undecided: Decision | None = None
    last = Decision(True, None)
    for index in itertools.product(*ranges):
        scalars.index = dict(zip(axes, index, strict=True))
        last = _decide(statement, scalars, negated=False)
        if last.holds is False:
            return last
        if last.holds is None and undecided is None:
            undecided = last
    return undecided or last


def _decide(node: Any, scalars: Scalars, negated: bool) -> Decision:
    match node:
        case sympy.Not():
            return _decide(node.args[0], scalars, not negated)
        case sympy.Implies():
            return _decide(sympy.Or(sympy.Not(node.args[0]), node.args[1], evaluate=False), scalars, negated)
        case sympy.Equivalent():
            first, second = node.args
            both = (sympy.Implies(first, second, evaluate=False), sympy.Implies(second, first, evaluate=False))
            return _decide(sympy.And(*both, evaluate=False), scalars, negated)
        case sympy.And() | sympy.Or():
            decisive = isinstance(node, sympy.And) == negated
            decisions = [_decide(argument, scalars, negated) for argument in sorted(node.args, key=language.serialise)]
            for wanted in (decisive, None):
                for decision in decisions:
                    if decision.holds is wanted:
                        return decision
            return decisions[0]
        case Relational():
            return _compare(node, scalars, negated)
    raise OracleError(f"{scalars.claim.id}: {node} is not a relation")


def _compare(relation: Any, scalars: Scalars, negated: bool) -> Decision:
    mp = scalars.mp
    lhs, rhs = value_of(relation.lhs, scalars), value_of(relation.rhs, scalars)
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
    return Decision(decided, Comparison(language.serialise(relation), dict(scalars.index), lhs, rhs, decided))


def _not(decided: bool | None) -> bool | None:
    return None if decided is None else not decided
