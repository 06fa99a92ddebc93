"""Statements decided on one instance: three truth values, every operation, every index."""

from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import And, Eq, Equivalent, Ge, Gt, Implies, Le, Lt, Max, Min, Ne, Not, Or, Rational
from sympy.logic.boolalg import BooleanAtom

from refute.arithmetic import Certifying, Reference
from refute.decision import Scalars, decide, value_of
from refute.errors import OracleError
from tests.tiny import a, b, c, claim_of, f, k

RELATIONS = (Le, Lt, Ge, Gt, Eq, Ne)
PYTHON = {
    Le: lambda x, y: x <= y,
    Lt: lambda x, y: x < y,
    Ge: lambda x, y: x >= y,
    Gt: lambda x, y: x > y,
    Eq: lambda x, y: x == y,
    Ne: lambda x, y: x != y,
}
leaves = st.builds(lambda kind, pair: kind(*pair), st.sampled_from(RELATIONS), st.sampled_from([(a, b), (b, c), (a, c), (c, 2)]))
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda x, y: And(x, y, evaluate=False), inner, inner),
        st.builds(lambda x, y: Or(x, y, evaluate=False), inner, inner),
        st.builds(lambda x, y: Implies(x, y, evaluate=False), inner, inner),
        st.builds(lambda x, y: Equivalent(x, y, evaluate=False), inner, inner),
    ),
    max_leaves=6,
)


def scalars(statement, values, mp=None, **overrides):
    mp = mp or Certifying(64)
    return Scalars(claim_of(statement, **overrides), mp, values, {"n": 3})


def kleene(node, table):
    """The truth value of a formula by truth tables over the three values of its relations."""
    if isinstance(node, sympy.core.relational.Relational):
        return table[node]
    values = [kleene(argument, table) for argument in node.args]
    match node:
        case sympy.Not():
            return None if values[0] is None else not values[0]
        case sympy.And():
            return False if False in values else (None if None in values else True)
        case sympy.Or():
            return True if True in values else (None if None in values else False)
        case sympy.Implies():
            return True if values[0] is False or values[1] is True else (None if None in values else False)
        case sympy.Equivalent():
            return None if None in values else values[0] == values[1]
    raise AssertionError(node)


@settings(max_examples=150)
@given(formulas, st.lists(st.integers(1, 3), min_size=3, max_size=3))
def test_exact_numbers_decide_like_python(formula, numbers):
    """On integers every formula is decided, as Python decides it."""
    assume(not formula.atoms(BooleanAtom))
    values = dict(zip("abc", numbers, strict=True))
    table = {
        relation: PYTHON[type(relation)](*(int(side.subs(dict(zip((a, b, c), numbers, strict=True)))) for side in relation.args))
        for relation in formula.atoms(sympy.core.relational.Relational)
    }
    assert decide(formula, scalars(Le(a, b), values)).holds is kleene(formula, table)


@settings(max_examples=150)
@given(formulas, st.lists(st.sampled_from(["1", "2", "around 2", "3"]), min_size=3, max_size=3))
def test_balls_decide_no_more_than_is_known(formula, texts):
    """With balls every formula has its Kleene value or a weaker one, never the opposite of what its numbers may be."""
    assume(not formula.atoms(BooleanAtom))
    mp = Certifying(64)
    values = {name: mp.sqrt(2) ** 2 if "around" in text else mp.mpf(text) for name, text in zip("abc", texts, strict=True)}
    truth = {name: 2 if "around" in text else int(text) for name, text in zip((a, b, c), texts, strict=True)}
    table = {
        relation: PYTHON[type(relation)](*(int(side.subs(truth)) for side in relation.args))
        for relation in formula.atoms(sympy.core.relational.Relational)
    }
    decided = decide(formula, scalars(Le(a, b), values, mp)).holds
    assert decided in (None, kleene(formula, table))


def test_three_valued_connectives():
    """And, Or, Implies and Equivalent follow Kleene's tables, and a negation swaps True and False only."""
    mp = Certifying(64)
    around = mp.sqrt(2) ** 2
    relation = {True: Le(a, b), False: Gt(a, b), None: Le(c, 2)}
    another = {True: Lt(a, b), False: Ge(a, b), None: Ge(c, 2)}
    values = {"a": 1, "b": 2, "c": around}
    for x, y in product((True, False, None), repeat=2):
        for connective in (And, Or, Implies, Equivalent):
            formula = connective(relation[x], another[y], evaluate=False)
            table = {relation[x]: x, another[y]: y}
            assert decide(formula, scalars(Le(a, b), values, mp)).holds is kleene(formula, table)
            expected = kleene(formula, table)
            negation = decide(Not(formula, evaluate=False), scalars(Le(a, b), values, mp)).holds
            assert negation is (None if expected is None else not expected)


def test_equivalences_of_three_are_decided():
    """An equivalence of three relations holds if all agree, and fails if two differ."""
    three = Equivalent(Le(a, b), Le(b, c), Le(a, c), evaluate=False)
    assert decide(three, scalars(Le(a, b), {"a": 1, "b": 2, "c": 3})).holds is True
    assert decide(three, scalars(Le(a, b), {"a": 3, "b": 2, "c": 1})).holds is True
    assert decide(three, scalars(Le(a, b), {"a": 1, "b": 3, "c": 2})).holds is False


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (a + 2 * b - c, Fraction(2)),
        (a * b * c / 7, Fraction(6, 7)),
        (c**3, Fraction(27)),
        (c**-2, Fraction(1, 9)),
        (sympy.sqrt(4 * a), Fraction(2)),
        (1 / sympy.sqrt(4 * a), Fraction(1, 2)),
        ((8 * a) ** Rational(2, 3), Fraction(4)),
        (b**c, Fraction(8)),
        (Max(a, b, c) - Min(a, b, c), Fraction(2)),
        (abs(a - c), Fraction(2)),
        (sympy.exp(a - 1) + sympy.log(a), Fraction(1)),
        (Rational(1, 3) * c, Fraction(1)),
        (sympy.Symbol("n") / c, Fraction(1)),
    ],
    ids=str,
)
def test_rational_expressions_stay_exact(expression, expected):
    """Every operation of the language is exact on rationals whose result is rational, from Python's integers too."""
    values = scalars(Le(a, b), {"a": 1, "b": 2, "c": 3})
    found = value_of(expression, values)
    assert values.mp.is_exact(found)
    assert values.mp.bounds(found) == (expected, expected)


@pytest.mark.parametrize(
    "expression",
    [sympy.pi * a, sympy.E - b, sympy.EulerGamma, sympy.sqrt(b), sympy.exp(b), sympy.log(c), b ** (a / 3), c**-c],
    ids=str,
)
def test_irrational_expressions_contain_the_reference(expression):
    """Constants and irrational operations are enclosed by balls that contain mpmath's value."""
    numbers = {"a": 1, "b": 2, "c": 3}
    exact, ref = scalars(Le(a, b), numbers), scalars(Le(a, b), numbers, Reference(dps=60))
    low, high = exact.mp.bounds(value_of(expression, exact))
    slack = ref.mp.mpf(10) ** -50
    assert ref.mp.convert(low) - slack <= value_of(expression, ref) <= ref.mp.convert(high) + slack


def test_an_axis_is_a_conjunction():
    """A statement with an axis holds if it holds at every index, and its violation names the index."""
    rising = Le(f[k], k)
    assert decide(rising, scalars(rising, {"f": [1, 2, 3]})).holds is True
    violated = decide(rising, scalars(rising, {"f": [1, 5, 3]}))
    assert violated.holds is False
    assert violated.comparison.index == {"k": 2}


def test_an_undecided_index_does_not_hide_a_violated_one():
    """A side without a value at one index leaves the others to be decided; only a violation decides the whole."""
    statement = Le(sympy.sqrt(f[k]), 2)
    mp = Certifying(64)
    unknown = mp.between(-1, 1)
    assert decide(statement, scalars(statement, {"f": [unknown, mp.mpf(9), mp.mpf(1)]}, mp)).holds is False
    waiting = decide(statement, scalars(statement, {"f": [unknown, mp.mpf(1), mp.mpf(1)]}, mp))
    assert waiting.holds is None
    assert "below 0" in waiting.reason


def test_a_guarded_division_is_not_evaluated_for_its_truth():
    """An implication whose premise is false holds even where its conclusion has no value; without a guard it is open."""
    guarded, bare = Implies(Gt(b, 0), Le(a / b, c)), Le(a / b, c)
    values = {"a": 1, "b": 0, "c": 3}
    assert decide(guarded, scalars(bare, values)).holds is True
    open_decision = decide(bare, scalars(bare, values))
    assert open_decision.holds is None
    assert "no value" in open_decision.reason
    assert decide(Not(bare, evaluate=False), scalars(bare, values)).holds is None


def test_the_widest_undecided_comparison_is_kept():
    """Of several undecided relations the one least known is reported, so that a tie cannot hide it."""
    statement = And(Le(a, 2), Le(b, 2))
    mp = Certifying(64)
    values = {"a": mp.sqrt(2) ** 2, "b": mp.between(1, 3)}
    decision = decide(statement, scalars(statement, values, mp))
    assert decision.holds is None
    assert decision.comparison.lhs is value_of(b, scalars(statement, values, mp)) or mp.radius(decision.comparison.lhs) > 0.5
    assert decision.width > -2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"f": [1, 2]}, "has 2 entries on the axis k, but should have 3"),
        ({"f": [1, 2, 3, 4]}, "has 4 entries"),
        ({"f": 3}, "has 0 entries"),
        ({}, "returned no quantity f"),
        ({"f": [1, 2, 0.5]}, "float 0.5"),
        ({"f": [1, 2, None]}, "should return a number"),
        ({"f": [1, 2, "three halves"]}, "should return a number"),
        ({"f": lambda: 1 + None}, "raised TypeError"),
    ],
)
def test_what_an_oracle_may_not_return(values, words):
    """Wrong lengths, missing quantities, floats and errors of a lazy quantity are sentences about the oracle."""
    statement = Le(f[k], 5)
    with pytest.raises(OracleError, match=words):
        decide(statement, scalars(statement, values))


def test_a_list_is_no_number():
    """A quantity with an axis used without one is an error of the oracle, not a comparison of lists."""
    with pytest.raises(OracleError, match="should return a number"):
        decide(Le(a, b), scalars(Le(a, b), {"a": [1, 2, 3], "b": 2}))


def test_an_empty_axis_is_an_error():
    """A conjunction over no index would hold for every statement, so it is refused."""
    statement = Le(f[k], 5)
    with pytest.raises(OracleError, match="no value at the sizes"):
        decide(statement, scalars(statement, {"f": []}, axes={k: (4, "n")}))


def test_lazy_quantities_are_computed_once_and_only_if_needed():
    """A callable quantity is called on demand, once."""
    calls = []

    def lazy():
        calls.append(1)
        return Certifying(64).mpf(1)

    values = scalars(Le(a, b), {"a": lazy, "b": lazy, "c": 1 / Fraction(3)})
    assert decide(Le(c, 2), values).holds is True
    assert not calls
    assert decide(Le(a, a + 1, evaluate=False), values).holds is True
    assert len(calls) == 1
