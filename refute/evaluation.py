"""A statement over a batch of tensors: relative gaps, one number per instance.

The relative gap of ``lhs <= rhs`` is ``(lhs - rhs) / (sum of the absolute values of the terms)``: negative while
the relation holds, scale-free, at most 1.  Of ``Or`` the smallest gap counts, of ``And`` the largest, over an axis
the largest; ``0 = 0`` has the gap 0.  A NaN stays a NaN and an infinite term makes one: an overflow is never a pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy

from refute import statement as language
from refute.claim import Claim, named
from refute.errors import EvaluationError

ROUNDING = 2.0**-40
LONGEST_INTEGER = 1 << 53


class Tensors:
    """The values of a statement's symbols on a batch, laid out as ``(batch, axis, axis, …)``.

    ``draws`` is the number of random draws per instance: quantities then come as ``(batch * draws, …)`` and
    `Mean` averages over them.
    """

    def __init__(self, claim: Claim, xp: Any, values: Mapping[Any, Any], sizes: Mapping[str, int], draws: int = 1) -> None:
        self.claim, self.xp, self.sizes, self.draws = claim, xp, sizes, draws
        if not isinstance(values, Mapping):
            raise EvaluationError(
                f"{claim.id}: evaluate returned {type(values).__name__}, but should return a mapping of quantities"
            )
        self.values = named(values)
        self.axes = claim.axis_names()
        lazily = (value() if callable(value) else value for value in self._eager_first())
        sample = next((value for value in lazily if hasattr(value, "shape") and value.shape), None)
        if sample is None:
            raise EvaluationError(f"{claim.id}: evaluate returned no tensor with a batch axis")
        self.batch = int(sample.shape[0])
        self.like = sample

    def _eager_first(self) -> list[Any]:
        return sorted(self.values.values(), key=callable)

    def symbol(self, name: str) -> Any:
        if name in self.sizes:
            return self.sizes[name]
        if name in self.axes:
            return self._axis_index(name)
        value = self._value(name)
        if hasattr(value, "shape") and len(value.shape) > 1:
            raise EvaluationError(
                f"{self.claim.id}: quantity {name} has the shape {tuple(value.shape)}, but should be ({self.batch},): "
                "the statement uses it without an axis"
            )
        return self._lay_out(name, value, ())

    def indexed(self, name: str, indices: tuple[str, ...]) -> Any:
        value = self._value(name)
        expected = tuple(len(self.claim.axis_range(index, self.sizes)) for index in indices)
        if tuple(value.shape[1:]) != expected:
            raise EvaluationError(
                f"{self.claim.id}: quantity {name}[{', '.join(indices)}] has the shape {tuple(value.shape)}, "
                f"but should be {(self.batch, *expected)}"
            )
        return self._lay_out(name, value, indices)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise EvaluationError(f"{self.claim.id}: evaluate returned no quantity {name}, which the statement needs")
        value = self.values[name]
        if callable(value):
            value = self.values[name] = value()
        if hasattr(value, "shape") and (len(value.shape) == 0 or value.shape[0] != self.batch):
            raise EvaluationError(
                f"{self.claim.id}: quantity {name} has the shape {tuple(value.shape)}, "
                f"but its first axis should be the batch of {self.batch}"
            )
        return value

    def _lay_out(self, name: str, value: Any, indices: tuple[str, ...]) -> Any:
        if not hasattr(value, "shape"):
            return value
        order = sorted(range(len(indices)), key=lambda i: self.axes.index(indices[i]))
        if len(order) > 1:
            value = self.xp.permute_dims(value, (0, *(i + 1 for i in order)))
        lengths = {indices[i]: value.shape[1 + position] for position, i in enumerate(order)}
        return self.xp.reshape(value, (value.shape[0], *(lengths.get(axis, 1) for axis in self.axes)))

    def _axis_index(self, axis: str) -> Any:
        values = self.claim.axis_range(axis, self.sizes)
        tensor = self.xp.asarray(list(values), dtype=self.like.dtype, device=self.like.device)
        return self.xp.reshape(tensor, (1, *(len(values) if other == axis else 1 for other in self.axes)))

    def mean(self, value: Any) -> Any:
        """Average over the draws of each instance, repeated so that it broadcasts against undrawn quantities."""
        if not hasattr(value, "shape") or self.draws == 1:
            return value
        grouped = self.xp.reshape(value, (value.shape[0] // self.draws, self.draws, *value.shape[1:]))
        return self.xp.repeat(self.xp.mean(grouped, axis=1), self.draws, axis=0)


def value_of(expression: Any, tensors: Tensors) -> Any:
    """The value of an arithmetic expression on the batch: a tensor, or a Python number where it is constant."""
    xp = tensors.xp
    if isinstance(expression, sympy.Indexed):
        return tensors.indexed(str(expression.base.label), tuple(str(index) for index in expression.indices))
    if isinstance(expression, sympy.Symbol):
        return tensors.symbol(expression.name)
    if not expression.free_symbols:
        return int(expression) if expression.is_Integer and abs(expression) < LONGEST_INTEGER else _float(expression)
    arguments = [value_of(argument, tensors) for argument in expression.args]
    match expression:
        case sympy.Add():
            return _sum(arguments)
        case sympy.Mul():
            return _fold(lambda a, b: a * b, arguments)
        case sympy.Pow():
            return _power(expression.exp, arguments[0], arguments[1], tensors)
        case sympy.exp():
            return _apply(xp, "exp", arguments[0], tensors)
        case sympy.Abs():
            return abs(arguments[0])
        case sympy.log():
            return _apply(xp, "log", arguments[0], tensors)
        case sympy.Max():
            return _fold(lambda a, b: _extreme(tensors, "maximum", a, b), arguments)
        case sympy.Min():
            return _fold(lambda a, b: _extreme(tensors, "minimum", a, b), arguments)
        case language.Mean() | language.Probability():
            return tensors.mean(arguments[0])
    raise EvaluationError(f"{tensors.claim.id}: no tensor evaluation for {type(expression).__name__}")


def _fold(operation: Any, items: list[Any]) -> Any:
    result = items[0]
    for item in items[1:]:
        result = operation(result, item)
    return result


def _sum(items: list[Any]) -> Any:
    return _fold(lambda a, b: a + b, items)


def _power(exponent: Any, base: Any, power: Any, tensors: Tensors) -> Any:
    if not hasattr(base, "shape") and not (exponent.is_Integer and exponent >= 0):
        base = _tensor(tensors, base)  # NaN and infinities where Python's numbers raise or turn complex
    if exponent == sympy.Rational(1, 2):
        return tensors.xp.sqrt(base)
    if exponent == -1:
        return 1 / base
    return base**power


def _tensor(tensors: Tensors, value: Any) -> Any:
    if hasattr(value, "shape"):
        return value
    return tensors.xp.asarray(_float(value), dtype=tensors.like.dtype, device=tensors.like.device)


def _float(value: Any) -> float:
    """The nearest float; infinite beyond its range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _apply(xp: Any, function: str, value: Any, tensors: Tensors) -> Any:
    return getattr(xp, function)(_tensor(tensors, value))


def _extreme(tensors: Tensors, function: str, a: Any, b: Any) -> Any:
    return getattr(tensors.xp, function)(_tensor(tensors, a), _tensor(tensors, b))


def gap_of(statement: Any, tensors: Tensors) -> Any:
    """The relative gap per instance, shape ``(batch,)``; NaN, for the judge, where a quantity is NaN or a term infinite."""
    gap = _tensor(tensors, _gap(language.normal(statement), tensors))
    flat = _per_instance(gap, tensors)
    gap = tensors.xp.max(flat, axis=1) if tensors.axes else flat[:, 0]
    return gap[:: tensors.draws] if tensors.draws > 1 else gap


def _per_instance(value: Any, tensors: Tensors) -> Any:
    """A value laid out over the batch and its axes as ``(batch, entries)``."""
    shape = (tensors.batch, *(1 for _ in tensors.axes))
    filled = tensors.xp.broadcast_arrays(value, tensors.xp.zeros(shape, device=tensors.like.device))[0]
    return tensors.xp.reshape(filled, (tensors.batch, -1))


def _gap(node: language.Literal | language.Junction, tensors: Tensors) -> Any:
    if isinstance(node, language.Literal):
        gap = _relation_gap(node.relation, tensors)
        return -gap if node.negated else gap
    function = "maximum" if node.conjunction else "minimum"
    return _fold(lambda a, b: _extreme(tensors, function, a, b), [_gap(part, tensors) for part in node.parts])


def _relation_gap(relation: Any, tensors: Tensors) -> Any:
    xp = tensors.xp
    left, right = _sides(relation, tensors)
    difference = _tensor(tensors, _sum(left) - _sum(right))
    scale = _sum([abs(term) for term in (*left, *right)])
    if tensors.claim.scale is not None and 0 in (relation.lhs, relation.rhs):
        scale = scale + abs(value_of(tensors.claim.scale, tensors))
    scale = _tensor(tensors, scale)
    gap = difference / xp.where(scale == 0, xp.ones_like(scale), scale)
    if isinstance(relation, (sympy.Ge, sympy.Gt)):
        return -gap
    if isinstance(relation, sympy.Eq):
        return abs(gap)
    if isinstance(relation, sympy.Ne):
        return -abs(gap)
    return gap


def _sides(relation: Any, tensors: Tensors) -> tuple[list[Any], list[Any]]:
    """The terms of both sides of a relation."""
    left, right = ([value_of(term, tensors) for term in language.terms(side)] for side in (relation.lhs, relation.rhs))
    return left, right


def excess_of(hypotheses: Any, tensors: Tensors) -> Any:
    """How far the hypotheses are from being met: the sum of their positive gaps, ``(batch,)``, 0 where all hold."""
    xp = tensors.xp
    total = xp.zeros((tensors.batch // tensors.draws,), dtype=tensors.like.dtype, device=tensors.like.device)
    for hypothesis in hypotheses:
        gap = gap_of(hypothesis, tensors)
        total = total + xp.where(gap > 0, gap, xp.zeros_like(gap))
    return total


def holds(hypotheses: Any, tensors: Tensors) -> Any:
    """Mask ``(batch,)`` of the instances that meet all hypotheses, as far as floats can say; NaN meets none.

    Equalities are met up to `ROUNDING`: whether they are met exactly is for the judge to say.
    """
    xp = tensors.xp
    met = xp.ones((tensors.batch,), dtype=xp.bool, device=tensors.like.device)
    for hypothesis in hypotheses:
        met = met & xp.all(_per_instance(_met(language.normal(hypothesis), tensors), tensors), axis=1)
    return met[:: tensors.draws] if tensors.draws > 1 else met


def _met(node: language.Literal | language.Junction, tensors: Tensors) -> Any:
    if isinstance(node, language.Junction):
        masks = [_met(part, tensors) for part in node.parts]
        return _fold((lambda a, b: a & b) if node.conjunction else (lambda a, b: a | b), masks)
    relation = node.relation
    lhs, rhs = (_tensor(tensors, _sum(side)) for side in _sides(relation, tensors))
    if isinstance(relation, (sympy.Eq, sympy.Ne)):
        if isinstance(relation, sympy.Ne) != node.negated:
            return (lhs < rhs) | (lhs > rhs)
        return (lhs == rhs) | (abs(_relation_gap(relation, tensors)) <= ROUNDING)
    if isinstance(relation, (sympy.Ge, sympy.Gt)) != node.negated:
        lhs, rhs = rhs, lhs
    strict = isinstance(relation, (sympy.Lt, sympy.Gt)) != node.negated
    return lhs < rhs if strict else lhs <= rhs
