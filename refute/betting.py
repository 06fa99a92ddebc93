"""What can be bet on in a statement about means: its relations, solved for a sum of means.

A relation that is linear in its means, ``sum(c_j Mean(q_j)) <= m``, says that the mean of ``L = sum(c_j q_j)`` is at most ``m``.
If ``L`` is at least ``low`` on every draw, the ratio ``(L - low) / (m - low)`` is non-negative with mean at most 1: an
e-process bets on it.  Ranges of the ``q_j`` are declared by the claim (`Claim.bounded`), and the draws are checked against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from refute import statement as language
from refute.claim import Claim
from refute.enumeration import has_exact_means
from refute.errors import EvaluationError
from refute.evaluation import Tensors, value_of

FLOAT_SLACK = 2.0**-40


@dataclass(frozen=True)
class Target:
    """One relation in one direction, as ``sum(c_j q_j) + rest <= 0`` in the mean.

    ``parts`` holds the means with their coefficients; ``sign`` is -1 where this is shown as a bound from below, with the signs of
    all coefficients changed.
    """

    relation: Any
    sign: int
    parts: tuple[tuple[Any, Any], ...]
    rest: Any

    @property
    def left(self) -> Any:
        """The sum of means as the relation has it, an expression."""
        return sympy.Add(*(self.sign * c * mean for mean, c in self.parts))

    @property
    def averaged(self) -> set[str]:
        """The names of the averaged quantities."""
        return {name_of(mean.args[0]) for mean, _ in self.parts}

    @property
    def name(self) -> str:
        """A text that tells this target from all others of a statement."""
        return f"{'<=' if self.sign > 0 else '>='} {language.serialise(self.relation)}"


@dataclass(frozen=True)
class Draws:
    """A target on the draws of one instance: ``values`` of the sum, ``(*axes, draws)``, the ``bound`` of their mean and the
    declared ends ``low`` and ``high`` of the sum, ``(*axes,)`` each (NaN where an end is open).

    ``error`` is what rounding may have done to a value, of the shape of ``values``.
    """

    values: NDArray[np.float64]
    bound: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    error: NDArray[np.float64]

    @property
    def entries(self) -> Iterator[tuple[int, ...]]:
        """The positions along the axes; the only one is () where there is no axis."""
        return np.ndindex(self.bound.shape)

    def ratios(self, entry: tuple[int, ...]) -> NDArray[np.float64] | None:
        """Ratios at one entry, rounded against a refutation; None where no bet is possible: the bound is not above ``low``.

        A draw that floats do not hold, an overflow say, counts as the least that it could be.
        """
        error, low = np.nan_to_num(self.error[entry], posinf=0.0), self.low[entry]
        room = self.bound[entry] - low
        if not room > error.max():
            return None
        ratios = np.maximum((self.values[entry] - low - error) / (room + error), 0.0)
        return np.asarray(np.where(np.isfinite(self.values[entry]), ratios, 0.0))


def targets(claim: Claim) -> tuple[Target, ...]:
    """Everything in the statement of a claim that an e-process can bet on; a refuted target refutes the statement."""
    return tuple(target for literal in _conjuncts(language.normal(claim.statement)) for target in _targets_of(literal))


def playable(claim: Claim) -> tuple[Target, ...]:
    """The targets all of whose quantities have a declared range."""
    declared = ranges(claim)
    return tuple(target for target in targets(claim) if not target.averaged - set(declared))


def _conjuncts(node: language.Literal | language.Junction) -> Iterator[language.Literal]:
    if isinstance(node, language.Literal):
        yield node
    elif node.conjunction:
        for part in node.parts:
            yield from _conjuncts(part)


def _targets_of(literal: language.Literal) -> Iterator[Target]:
    relation = literal.relation
    solved = _linear(relation)
    if solved is None:
        return
    parts, rest = solved
    shown = -1 if parts[0][1].could_extract_minus_sign() else 1  # a reader expects E q >= c, not -E q <= -c
    for sign in _signs(relation, literal.negated):
        yield Target(relation, shown * sign, tuple((mean, sign * c) for mean, c in parts), sign * rest)


def _signs(relation: Any, negated: bool) -> tuple[int, ...]:
    """+1 for a claim that ``lhs - rhs`` is at most 0, -1 that it is at least 0; both for an equality."""
    if isinstance(relation, (sympy.Eq, sympy.Ne)):
        return (1, -1) if isinstance(relation, sympy.Eq) != negated else ()
    return (1,) if isinstance(relation, (sympy.Le, sympy.Lt)) != negated else (-1,)


def _linear(relation: Any) -> tuple[tuple[tuple[Any, Any], ...], Any] | None:
    """The averaged quantities of ``lhs - rhs`` with their coefficients, and the rest; None if it is not linear in means."""
    difference = relation.lhs - relation.rhs
    stand_ins = {mean: sympy.Dummy() for mean in difference.atoms(*language.EXPECTATIONS)}
    if not stand_ins:
        return None
    free = difference.xreplace(stand_ins)
    slopes = {mean: sympy.diff(free, stand_in) for mean, stand_in in stand_ins.items()}
    if any(slope.free_symbols & set(stand_ins.values()) for slope in slopes.values()):
        return None
    rest = free.xreplace(dict.fromkeys(stand_ins.values(), sympy.Integer(0)))
    return tuple((mean, slopes[mean]) for mean in sorted(slopes, key=language.serialise)), rest


def ranges(claim: Claim) -> dict[str, tuple[Any, Any]]:
    """The declared range of every averaged quantity; that of an event is from 0 to 1."""
    found = {str(quantity): ends for quantity, ends in claim.bounded.items()}
    for mean in claim.statement.atoms(language.Probability):
        found.setdefault(name_of(mean.args[0]), (0, 1))
    return found


def drawn(target: Target, claim: Claim, tensors: Tensors) -> Draws:
    """A target on the draws of one instance, one row of ``tensors`` each.

    `EvaluationError` for a draw outside its declared range, an event that is neither 0 nor 1, or a bound or coefficient that
    changes from draw to draw.
    """
    declared = ranges(claim)
    values, size, low, high = (np.zeros((tensors.batch, *(1 for _ in tensors.axes))) for _ in range(4))
    for mean, coefficient in target.parts:
        q = _laid_out(mean.args[0], tensors)
        c = _laid_out(coefficient, tensors)
        _require_fixed(c, f"the coefficient {coefficient} of a mean", claim)
        ends = [_laid_out(end, tensors) for end in declared.get(name_of(mean.args[0]), (None, None))]
        _require_within(q, ends, mean, claim)
        if not has_exact_means(claim) and not np.all(np.isfinite(q)):
            raise EvaluationError(
                f"{claim.id}: {int((~np.isfinite(q)).sum())} of {q.size} draws of {mean.args[0]} are infinite or NaN, "
                "so draws cannot decide the claim"
            )
        values, size = values + c * q, size + abs(c * q)
        low = low + np.where(c == 0, 0.0, c * np.where(c > 0, *ends))
        high = high + np.where(c == 0, 0.0, c * np.where(c > 0, *ends[::-1]))
    bound = -_laid_out(target.rest, tensors)
    _require_fixed(bound, "the bound of a mean", claim)
    values, bound, low, high, size = np.broadcast_arrays(values, bound, low, high, size)
    error = FLOAT_SLACK * (size + abs(bound) + np.nan_to_num(abs(low)))
    return Draws(np.moveaxis(values, 0, -1), bound[0], low[0], high[0], np.moveaxis(error, 0, -1))


def name_of(quantity: Any) -> str:
    """The name of a quantity, with or without an axis."""
    return str(quantity.base.label) if hasattr(quantity, "base") else str(quantity.name)


def _laid_out(expression: Any, tensors: Tensors) -> NDArray[np.float64]:
    """An expression on every draw as ``(draws, *axes)``, some of length 1; NaN for None, an end that is open."""
    value = np.nan if expression is None else value_of(sympy.sympify(expression), tensors)
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype=float)
    return array if array.ndim else np.full((tensors.batch, *(1 for _ in tensors.axes)), float(array))


def _require_fixed(values: NDArray[np.float64], what: str, claim: Claim) -> None:
    if np.any(np.ptp(values, axis=0) > FLOAT_SLACK * np.max(abs(values), axis=0)):
        raise EvaluationError(f"{claim.id}: {what} changes from draw to draw, so it says nothing of the mean")


def _require_within(q: NDArray[np.float64], ends: Sequence[NDArray[np.float64]], mean: Any, claim: Claim) -> None:
    finite = np.isfinite(q)
    if isinstance(mean, language.Probability) and np.any(finite & (q != 0) & (q != 1)):
        other = q[finite & (q != 0) & (q != 1)][0]
        raise EvaluationError(f"{claim.id}: a draw of {mean.args[0]} is {other}, but the indicator of an event is 0 or 1")
    low, high = ends
    slack = FLOAT_SLACK * (1 + abs(q))
    outside = finite & ((q < low - slack) | (q > high + slack))
    if np.any(outside):
        raise EvaluationError(
            f"{claim.id}: a draw of {mean.args[0]} is {q[outside][0]}, outside the range "
            f"{shown_range(ranges(claim)[name_of(mean.args[0])])} that `bounded` declares for it"
        )


def shown_range(ends: tuple[Any, Any]) -> str:
    """A declared range as it is written in a claim."""
    return f"({ends[0]}, {ends[1]})"


def obstacle(claim: Claim) -> str:
    """Why no bet against a claim is possible, in a clause; empty if one is."""
    found = targets(claim)
    if not found:
        return "no relation of its statement is linear in means"
    if playable(claim):
        return ""
    missing = ", ".join(sorted(found[0].averaged - set(ranges(claim))))
    return f"`bounded` declares no range of {missing}, such as bounded={{{missing.split(',')[0]}: (0, 1)}}"
