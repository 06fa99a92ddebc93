"""A statement over a batch of tensors: relative gaps, one number per instance.

The relative gap of ``lhs <= rhs`` is ``(lhs - rhs) / (sum of the absolute values of the terms)``: negative while
the relation holds, scale-free, at most 1.  Of ``Or`` the smallest gap counts, of ``And`` the largest, over an axis
the largest; ``0 = 0`` has the gap 0.  A NaN stays a NaN: it is never a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.core.relational import Relational

from refute import statement as language
from refute.claim import Claim, named
from refute.errors import EvaluationError


class Tensors:
    """The values of a statement's symbols on a batch, laid out as ``(batch, axis, axis, …)``.

    ``draws`` is the number of random draws per instance: quantities then come as ``(batch * draws, …)`` and
    `Mean` averages over them.
    """

    def __init__(self, claim: Claim, xp: Any, values: Mapping[Any, Any], sizes: Mapping[str, int], draws: int = 1) -> None:
        self.claim, self.xp, self.sizes, self.draws = claim, xp, sizes, draws
        self.values = named(values)
        self.axes = claim.axis_names()
        sample = next((value for value in self.values.values() if hasattr(value, "shape") and value.shape), None)
        if sample is None:
            raise EvaluationError(f"{claim.id}: evaluate returned no tensor with a batch axis")
        self.batch = int(sample.shape[0])
        self.like = sample

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
        return float(expression) if not expression.is_Integer else int(expression)
    arguments = [value_of(argument, tensors) for argument in expression.args]
    match expression:
        case sympy.Add():
            return _fold(lambda a, b: a + b, arguments)
        case sympy.Mul():
            return _fold(lambda a, b: a * b, arguments)
        case sympy.Pow():
            return _power(xp, expression.exp, *arguments)
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


def _power(xp: Any, exponent: Any, base: Any, power: Any) -> Any:
    if exponent == sympy.Rational(1, 2):
        return xp.sqrt(base) if hasattr(base, "shape") else base**0.5
    if exponent == -1:
        return 1 / base
    return base**power


def _tensor(tensors: Tensors, value: Any) -> Any:
    if hasattr(value, "shape"):
        return value
    return tensors.xp.asarray(float(value), dtype=tensors.like.dtype, device=tensors.like.device)


def _apply(xp: Any, function: str, value: Any, tensors: Tensors) -> Any:
    return getattr(xp, function)(_tensor(tensors, value))


def _extreme(tensors: Tensors, function: str, a: Any, b: Any) -> Any:
    return getattr(tensors.xp, function)(_tensor(tensors, a), _tensor(tensors, b))


def gap_of(statement: Any, tensors: Tensors) -> Any:
    """The relative gap per instance, shape ``(batch,)``; NaN where a quantity is NaN or infinities cancel."""
    gap = _tensor(tensors, _gap(statement, tensors, negated=False))
    wanted = (tensors.batch, *(1 for _ in tensors.axes))
    gap = gap + tensors.xp.zeros(wanted, dtype=tensors.like.dtype, device=tensors.like.device)
    if tensors.axes:
        gap = tensors.xp.max(tensors.xp.reshape(gap, (tensors.batch, -1)), axis=1)
    return gap[:: tensors.draws] if tensors.draws > 1 else gap


def _gap(node: Any, tensors: Tensors, negated: bool) -> Any:
    match node:
        case sympy.Not():
            return _gap(node.args[0], tensors, not negated)
        case sympy.Implies():
            return _gap(sympy.Or(sympy.Not(node.args[0]), node.args[1], evaluate=False), tensors, negated)
        case sympy.Equivalent():
            first, second = node.args
            both = (sympy.Implies(first, second, evaluate=False), sympy.Implies(second, first, evaluate=False))
            return _gap(sympy.And(*both, evaluate=False), tensors, negated)
        case sympy.And() | sympy.Or():
            function = "maximum" if isinstance(node, sympy.And) != negated else "minimum"
            gaps = [_gap(argument, tensors, negated) for argument in node.args]
            return _fold(lambda a, b: _extreme(tensors, function, a, b), gaps)
        case Relational():
            gap = _relation_gap(node, tensors)
            return -gap if negated else gap
    raise EvaluationError(f"{tensors.claim.id}: {node} is not a relation")


def _relation_gap(relation: Any, tensors: Tensors) -> Any:
    xp = tensors.xp
    left = [value_of(term, tensors) for term in language.terms(relation.lhs)]
    right = [value_of(term, tensors) for term in language.terms(relation.rhs)]
    difference = _tensor(tensors, _fold(lambda a, b: a + b, left) - _fold(lambda a, b: a + b, right))
    scale = _fold(lambda a, b: a + b, [abs(term) for term in (*left, *right)])
    if tensors.claim.scale is not None and 0 in (relation.lhs, relation.rhs):
        scale = scale + abs(value_of(tensors.claim.scale, tensors))
    scale = _tensor(tensors, scale)
    gap = xp.where(scale == 0, xp.zeros_like(difference), difference / xp.where(scale == 0, xp.ones_like(scale), scale))
    infinite = xp.isinf(scale) & xp.isinf(difference)
    gap = xp.where(infinite, xp.sign(difference), gap)
    if isinstance(relation, (sympy.Ge, sympy.Gt)):
        return -gap
    if isinstance(relation, sympy.Eq):
        return abs(gap)
    if isinstance(relation, sympy.Ne):
        return -abs(gap)
    return gap


def holds(hypotheses: Any, tensors: Tensors) -> Any:
    """Mask ``(batch,)`` of the instances that meet all hypotheses, as far as floats can say."""
    xp = tensors.xp
    rows = tensors.batch // tensors.draws
    met = xp.ones((rows,), dtype=xp.bool, device=tensors.like.device)
    for hypothesis in hypotheses:
        gap = gap_of(hypothesis, tensors)
        strict = isinstance(hypothesis, (sympy.Lt, sympy.Gt, sympy.Ne))
        rounding = 2.0**-40 if isinstance(hypothesis, sympy.Eq) else 0.0
        met = met & ((gap < 0) if strict else (gap <= rounding))
    return met
