r"""The language of statements: SymPy relations between named quantities, checked, serialised and typeset.

A statement is built from `Quantity` symbols (no SymPy assumptions, so nothing is simplified away that could
change a domain), exact constants, the operations in `OPERATIONS`, relations, and ``And, Or, Not, Implies,
Equivalent``.  How it is evaluated is the business of `refute.evaluation` (tensors) and `refute.decision`
(exact arithmetics); both walk the very object that is printed in the report and hashed into certificates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction
from sympy.printing.latex import LatexPrinter, greek_letters_set
from sympy.printing.precedence import PRECEDENCE

from refute.errors import ClaimError

CONNECTIVES = (sympy.And, sympy.Or, sympy.Not, sympy.Implies, sympy.Equivalent)
OPERATIONS = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Abs, sympy.Max, sympy.Min, sympy.log, sympy.exp)
SIGNS = {
    "LessThan": "<=", "StrictLessThan": "<", "GreaterThan": ">=", "StrictGreaterThan": ">",
    "Equality": "=", "Unequality": "!=",
}  # fmt: skip
CONSTANTS = (sympy.pi, sympy.E, sympy.EulerGamma)
SYMMETRIC = (sympy.Add, sympy.Mul, sympy.Max, sympy.Min, sympy.And, sympy.Or, sympy.Equivalent, sympy.Eq, sympy.Ne)


class Quantity(sympy.Symbol):  # type: ignore[misc]
    """A named number that a theorem speaks of; ``f[k]`` is its value at index ``k`` of a declared axis."""

    __iter__ = None  # indexing alone would make Python iterate over f[0], f[1], … for ever

    def __getitem__(self, index: Any) -> sympy.Indexed:
        indices = index if isinstance(index, tuple) else (index,)
        return sympy.Indexed(sympy.IndexedBase(self.name), *indices)


class Mean(sympy.Function):  # type: ignore[misc]
    """``Mean(q)``: the expectation of ``q`` over the declared randomness of a claim."""

    nargs = 1


class Probability(sympy.Function):  # type: ignore[misc]
    """``Probability(q)``: the probability of the event whose 0/1 indicator is the quantity ``q``."""

    nargs = 1


EXPECTATIONS = (Mean, Probability)


def quantities(names: str) -> Any:
    """Quantities by name, separated by blanks: one symbol for one name, else a tuple of them."""
    made = tuple(Quantity(name) for name in names.split())
    return made[0] if len(made) == 1 else made


def sizes(names: str) -> Any:
    """Symbols of sizes (``"n d"``) or of axis indices (``"k"``) for use in statements."""
    made = tuple(sympy.Symbol(name) for name in names.split())
    return made[0] if len(made) == 1 else made


def relations(statement: Any) -> Iterator[Relational]:
    """The relations of a statement, in a fixed order."""
    yield from sorted(statement.atoms(Relational), key=serialise)


def names(statement: Any) -> set[str]:
    """Names of all symbols of a statement: quantities, sizes and axis indices."""
    return {str(getattr(atom, "name", atom)) for atom in statement.atoms(sympy.Symbol, sympy.IndexedBase)}


def serialise(expression: Any) -> str:
    """The engine's own canonical text of a statement, independent of SymPy's printers and argument order."""
    if isinstance(expression, sympy.Indexed):
        inner = " ".join(serialise(i) for i in expression.indices)
        return f"(at {expression.base.label} {inner})"
    if isinstance(expression, sympy.Symbol):
        return str(expression.name)
    if isinstance(expression, sympy.Rational):
        return str(expression)
    if not expression.args:
        return f"(constant {type(expression).__name__})"
    children = [serialise(argument) for argument in expression.args]
    if isinstance(expression, SYMMETRIC):
        children.sort()
    return f"({type(expression).__name__} {' '.join(children)})"


def compared(relation: str, lhs: str, rhs: str) -> str:
    """Two sides with the sign of a serialised relation between them, such as ``1 <= 2/3``."""
    sign = SIGNS.get(relation.removeprefix("(").partition(" ")[0], "against")
    return f"{lhs} {sign} {rhs}"


def digest(*statements: Any, meaning: Iterable[str] = ()) -> str:
    """SHA-256 of the serialised statements and of what their symbols mean: what a certificate is bound to."""
    text = "\n".join([*meaning, *(serialise(statement) for statement in statements)])
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Literal:
    """A relation, or its negation."""

    relation: Relational
    negated: bool


@dataclass(frozen=True)
class Junction:
    """All (a conjunction) or any of several parts."""

    conjunction: bool
    parts: tuple[Literal | Junction, ...]


@lru_cache(maxsize=4096)
def normal(statement: Any, negated: bool = False) -> Literal | Junction:
    """Negation normal form, the parts in a fixed order.  It is no SymPy object: SymPy would decide ``p or not p``."""
    if isinstance(statement, Relational):
        return Literal(statement, negated)
    if isinstance(statement, sympy.Not):
        return normal(statement.args[0], not negated)
    if isinstance(statement, sympy.Implies):
        premise, conclusion = statement.args
        return Junction(negated, (normal(premise, not negated), normal(conclusion, negated)))
    arguments = sorted(statement.args, key=serialise)
    if isinstance(statement, sympy.Equivalent):
        alike = [Junction(not negated, tuple(normal(item, value) for item in arguments)) for value in (negated, not negated)]
        return Junction(negated, (alike[0], alike[1]))
    if isinstance(statement, (sympy.And, sympy.Or)):
        conjunction = isinstance(statement, sympy.And) != negated
        return Junction(conjunction, tuple(normal(item, negated) for item in arguments))
    raise ClaimError(f"{statement} is neither a relation nor a combination of relations")


def terms(side: Any) -> tuple[Any, ...]:
    """The summands of one side of a relation; their absolute values scale the relative gap."""
    return side.args if isinstance(side, sympy.Add) else (side,)


def check(statement: Any, known: set[str], what: str, needs_scale: bool = False, axes: Collection[str] = ()) -> None:
    """Raise `ClaimError` unless ``statement`` is one that the engine can evaluate and decide.

    ``known`` holds the names of quantities, sizes and axis indices, ``axes`` those of the indices; ``needs_scale`` asks
    that a relation with a bare 0 has two summands on its other side, since otherwise its relative gap is the constant 1.
    """
    if statement in (sympy.true, sympy.false) or isinstance(statement, bool):
        raise ClaimError(
            f"the {what} became {bool(statement)} when it was built: SymPy simplified it, so it says nothing; "
            "write it with distinct quantities"
        )
    if not isinstance(statement, (Relational, BooleanFunction)):
        raise ClaimError(f"the {what} is {statement!r}, but should be a relation such as Le(a, b) or a combination of them")
    for node in sympy.preorder_traversal(statement):
        if isinstance(node, sympy.Float):
            exact = sympy.nsimplify(node, rational=True)
            raise ClaimError(f"the {what} contains the float {node}: floats are not exact; write Rational({exact}) instead")
        if isinstance(node, AppliedUndef) and not isinstance(node, EXPECTATIONS):
            raise ClaimError(f"the {what} contains the undefined function {node.func}; give its value as a quantity")
        if isinstance(node, EXPECTATIONS) and not isinstance(node.args[0], (sympy.Symbol, sympy.Indexed)):
            raise ClaimError(
                f"the {what} contains {node}, but the mean of an expression is not that expression of the means; "
                "make what is averaged one quantity"
            )
        if isinstance(node, sympy.Indexed):
            _check_indices(node, axes, what)
        allowed = (*CONNECTIVES, *OPERATIONS, *EXPECTATIONS, Relational, sympy.Symbol, sympy.Indexed, sympy.IndexedBase)
        if isinstance(node, (*allowed, sympy.Rational, sympy.Tuple)) or node in CONSTANTS:
            continue
        if node in (sympy.true, sympy.false):
            raise ClaimError(f"a relation in the {what} became {node} when it was built: SymPy simplified it")
        raise ClaimError(
            f"the {what} contains {type(node).__name__} ({node}), which the engine cannot decide; make it a quantity"
        )
    unknown = names(statement) - known
    if unknown:
        raise ClaimError(f"the {what} speaks of {', '.join(sorted(unknown))}, which no definition, size or axis declares")
    for relation in relations(statement):
        if not (relation.lhs - relation.rhs).free_symbols:
            raise ClaimError(f"the {what} contains {relation}, which says nothing about any quantity")
    mixed = averaged(statement) & names(
        statement.replace(lambda node: isinstance(node, EXPECTATIONS), lambda _: sympy.Integer(1))
    )
    mixed -= set(axes)
    if mixed:
        raise ClaimError(f"the {what} speaks of {', '.join(sorted(mixed))} and of its mean; only the mean is a number")
    if needs_scale:
        _check_scale(statement, what)


def expression(value: Any) -> Any:
    """A number or a SymPy expression as an exact expression; `ClaimError` for a float, which is not exact."""
    found = sympy.sympify(value)
    if found.atoms(sympy.Float):
        raise ClaimError(f"got {value}, but floats are not exact; write a Rational instead")
    return found


def averaged(statement: Any) -> set[str]:
    """Names of the quantities under a mean or a probability."""
    return {name for mean in statement.atoms(*EXPECTATIONS) for name in names(mean)} if statement.args else set()


def _check_indices(node: Any, axes: Collection[str], what: str) -> None:
    for index in node.indices:
        if not isinstance(index, sympy.Symbol) or str(index) not in axes:
            raise ClaimError(
                f"the {what} contains {node.base.label}[{index}], but an index should be a declared axis; "
                "give other positions as a quantity of their own"
            )


def _check_scale(statement: Any, what: str) -> None:
    for relation in relations(statement):
        if relation.lhs == 0 or relation.rhs == 0:
            other = relation.rhs if relation.lhs == 0 else relation.lhs
            if len(terms(other)) == 1:
                raise ClaimError(
                    f"the {what} compares {other} with a bare 0, so its relative gap has no scale; "
                    "write the relation with two sides, or name a `scale`"
                )


def latex(statement: Any, notation: Mapping[str, str] | None = None) -> str:
    r"""LaTeX of a statement; ``notation`` maps names of quantities to their symbols in the paper."""
    chosen = notation or {}
    symbol_names = {symbol: chosen.get(symbol.name) or symbol_latex(symbol.name) for symbol in statement.atoms(sympy.Symbol)}
    return str(_Printer({"symbol_names": symbol_names, "notation": chosen}).doprint(statement))


def symbol_latex(name: str) -> str:
    r"""LaTeX of a name without a notation: ``sigma_n`` as a symbol, ``mean_square`` upright as the words that it is."""
    words = [word for word in name.split("_") if word]
    if any(len(word) > 2 and word.isalpha() and word.lower() not in greek_letters_set for word in words):
        return rf"\mathrm{{{chr(92).join(' ' + word if i else word for i, word in enumerate(words))}}}"
    return str(sympy.latex(sympy.Symbol(name)))


PLACE = re.compile(r"(?<=_)\\cdot(?![A-Za-z])|(?<=_\{)\\cdot(?![A-Za-z])|(?<=[,(])\\cdot(?![A-Za-z])")
COMPOSITE = re.compile(r"[-+^]|\\(log|sum|sqrt|frac|tfrac|prod|min|max|textstyle|langle)(?![A-Za-z])")


OPENING = re.compile(
    r"(\\left|\\[bB]igg?l?)?(\\lvert|\\lVert|\\\||[(\[|])|\\(overline|widehat|widetilde|bar|hat|mathrm|mathbb)\{"
)


def is_enclosed(latex: str) -> bool:
    r"""Whether a formula is one pair of brackets or bars, or one accent over all of it, so that a power may follow it.

    >>> is_enclosed("(1-r^2)"), is_enclosed("(a)(b)"), is_enclosed(r"\overline{a^2}")
    (True, False, True)
    """
    opening = OPENING.match(latex)
    if opening is None or latex[-1:] not in ")]}|":
        return False
    depth = 0
    for position, sign in enumerate(latex):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and sign in ")]}" and position < len(latex) - 1:
            return False
    bars = latex.count("|")
    return depth == 0 and (latex[-1] != "|" or (bars in (2, 4) and latex.startswith(("|", r"\|", r"\left|", r"\left\|"))))


def is_sum(latex: str) -> bool:
    """Whether a formula has a plus or minus outside of all brackets, other than a sign in front."""
    depth = 0
    for position, sign in enumerate(latex):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and sign in "+-" and position > 0:
            return True
    return False


class _Printer(LatexPrinter):  # type: ignore[misc]
    """SymPy's LaTeX, with expectations in their usual notation and comparisons as printed in papers."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._notation: Mapping[str, str] = settings.pop("notation")
        super().__init__(settings)

    def _print_Mean(self, expression: Any, exp: str | None = None) -> str:
        return self._expectation("E", expression, exp)

    def _print_Probability(self, expression: Any, exp: str | None = None) -> str:
        return self._expectation("P", expression, exp)

    def _expectation(self, letter: str, expression: Any, exp: str | None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\mathbb{{{letter}}}\left[{self._print(expression.args[0])}\right]{power}"

    def parenthesize(self, item: Any, level: int, is_neg: bool = False, strict: bool = False) -> str:
        """A quantity whose notation is itself a formula needs brackets as the base of a power, once."""
        notation = self._notation.get(item.name, "") if isinstance(item, sympy.Symbol) else ""
        if level >= PRECEDENCE["Pow"] and COMPOSITE.search(notation) and not is_enclosed(notation):
            return rf"\left({self._print(item)}\right)"
        return str(super().parenthesize(item, level, is_neg=is_neg, strict=strict))

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        """A factor whose notation is a sum needs brackets; one under a summation sign only where another factor follows."""
        notation = self._notation.get(expr.name, "") if isinstance(expr, sympy.Symbol) else ""
        if is_sum(notation) or (r"\sum" in notation and not last and not is_enclosed(notation)):
            return True
        return bool(super()._needs_mul_brackets(expr, first=first, last=last))

    def parenthesize_super(self, s: str) -> str:
        """A base with a superscript gets brackets from SymPy, unless it has some already."""
        return s if is_enclosed(s) else str(super().parenthesize_super(s))

    def _print_Indexed(self, expression: Any) -> str:
        r"""A notation shows an index in place of ``\cdot`` in a subscript, or by its own name; else it follows in brackets."""
        label = str(expression.base.label)
        base = self._notation.get(label) or symbol_latex(label)
        indices = [str(self._print(i)) for i in expression.indices]
        if len(indices) == 1 and PLACE.search(base):
            return str(PLACE.sub(lambda _: f"{{{indices[0]}}}", base))
        if label in self._notation and all(re.search(rf"(?<![A-Za-z\\]){re.escape(i)}(?![A-Za-z])", base) for i in indices):
            return str(base)
        return f"{{{base}}}[{','.join(indices)}]"
