"""The language of statements: what is refused, and what is hashed."""

import subprocess
import sys

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, And, Eq, Equivalent, Ge, Gt, Implies, Le, Lt, Max, Mul, Ne, Not, Or, Rational

from refute import Mean, quantities, sizes, statement
from refute.errors import ClaimError

a, b, c, f = quantities("a b c f")
k = sizes("k")
KNOWN = {"a", "b", "c", "f", "k", "n"}


def check(item, **options):
    statement.check(item, KNOWN, "statement", axes=("k",), **options)


@given(st.permutations([a, 2 * b, c**2, sympy.pi]))
def test_serialisation_ignores_the_order_of_arguments(items):
    """Sums, products, extremes and connectives serialise alike in whatever order they were written."""
    for build in (
        lambda xs: Le(Add(*xs, evaluate=False), 1),
        lambda xs: Le(Mul(*xs, evaluate=False), 1),
        lambda xs: Le(Max(*xs, evaluate=False), 1),
        lambda xs: And(*(Le(x, 1) for x in xs)),
        lambda xs: Or(*(Gt(x, 1) for x in xs)),
        lambda xs: Equivalent(*(Le(x, 1) for x in xs)),
    ):
        assert statement.serialise(build(items)) == statement.serialise(build([a, 2 * b, c**2, sympy.pi]))
    assert statement.digest(Eq(a, b)) == statement.digest(Eq(b, a))
    assert statement.digest(Ne(a, b)) == statement.digest(Ne(b, a))


def test_different_statements_have_different_digests():
    """Direction, strictness, constants, indices, hypotheses and axes all enter the hash."""
    pi = quantities("Pi")
    items = [Le(a, b), Le(b, a), Lt(a, b), Ge(a, b), Le(a, 2 * b), Le(a, b**2), Le(f[k], b), Le(a, sympy.pi), Le(a, pi)]
    items += [Implies(Le(a, b), Le(b, c)), Implies(Le(b, c), Le(a, b)), Le(a - b, c), Le(a, Rational(1, 3)), Le(a, sympy.E)]
    digests = [statement.digest(item) for item in items]
    digests += [statement.digest(Le(a, b), Le(b, c)), statement.digest(Le(b, c), Le(a, b))]
    digests += [statement.digest(Le(f[k], b), meaning=["(axis k 0 n)"]), statement.digest(Le(f[k], b), meaning=["(axis k 1 n)"])]
    assert len(set(digests)) == len(digests)


def test_the_digest_is_the_same_in_every_process():
    """A fresh interpreter with another hash seed computes the same digest."""
    code = (
        "from refute import quantities, statement; from sympy import And, Le, Eq; a, b, c = quantities('a b c'); "
        "print(statement.digest(And(Le(a + 2*b + c**3, 1), Eq(a*b, c), Le(c, a))))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {statement.digest(And(Le(a + 2 * b + c**3, 1), Eq(a * b, c), Le(c, a)))}


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (Le(a, 0.5 * b), "write Rational"),
        (Le(a, b**0.5), "floats are not exact"),
        (Le(a, a), "says nothing about any quantity"),
        (Lt(a + b, b + a + 1), "says nothing about any quantity"),
        (True, "SymPy simplified"),
        (And(Le(a, b), Gt(a, b)), "SymPy simplified"),
        (a + b, "should be a relation"),
        (Le(a, quantities("unknown")), "no definition, size or axis declares"),
        (Le(a, sympy.Function("g")(b)), "undefined function"),
        (Le(a, sympy.sin(b)), "make it a quantity"),
        (Le(a, sympy.oo), "cannot decide"),
        (Le(a, sympy.GoldenRatio), "cannot decide"),
        (Le(a, sympy.I * b), "cannot decide"),
        (sympy.Xor(Le(a, b), Le(b, c)), "cannot decide"),
        (Le(Mean(a**2), b), "mean of an expression"),
        (Le(Mean(a), a + b), "of its mean"),
        (Le(f[k + 1], b), "declared axis"),
        (Le(f[0], b), "declared axis"),
        (Le(f[a], b), "declared axis"),
    ],
    ids=str,
)
def test_what_the_engine_cannot_decide_is_refused(item, words):
    """Each kind of expression outside the language is refused with one sentence that says what to write."""
    with pytest.raises(ClaimError, match=words) as caught:
        check(item)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("item", [Le(a, 0), Gt(a * b, 0), Le(0, a, evaluate=False), And(Le(a, b), Ge(f[k], 0))], ids=str)
def test_a_bare_zero_needs_a_scale(item):
    """A relation of one term with 0 has no relative gap unless the claim names a scale."""
    with pytest.raises(ClaimError, match="no scale"):
        check(item, needs_scale=True)
    check(item)


@pytest.mark.parametrize(
    "item",
    [
        Le(a - b, 0),
        Le(a * sympy.log(b) ** 2, sympy.exp(c) * sympy.pi + Max(a, b)),
        Implies(Gt(a, b), Or(Le(a, c), Not(Eq(b, c)))),
        Equivalent(Le(a, b), Le(b, c), Le(a, c)),
        Le(sympy.sqrt(abs(f[k])), Rational(1, 3) * a),
    ],
    ids=str,
)
def test_the_language_is_accepted(item):
    """Operations, constants, connectives and indices of the language pass."""
    check(item, needs_scale=True)


def test_the_latex_uses_the_notation_of_the_paper():
    """Quantities are typeset in the notation of the claim, expectations as such."""
    text = statement.latex(Le(Mean(a), f[k]), {"a": r"\alpha", "f": r"\phi"})
    assert r"\mathbb{E}\left[\alpha\right]" in text
    assert r"{\phi}[k]" in text


def test_powers_of_means_are_printed():
    """The square of a mean is not the mean, in print either."""
    found = statement.latex(Eq(Mean(a) ** 2, b))
    assert r"\mathbb{E}\left[a\right]^{2}" in found


def test_an_axis_may_stand_inside_and_outside_of_a_mean():
    """An index is no random number: ``E f[k] = k g[k]`` speaks of no quantity and of its mean at once."""
    k = sizes("k")
    f, g = quantities("f g")
    statement.check(Eq(Mean(f[k]), k * g[k]), {"f", "g", "k"}, "statement", axes=("k",))


def test_a_notation_with_its_index_is_printed_as_it_is():
    """A notation that shows the index itself needs no index in brackets."""
    k = sizes("k")
    f, g = quantities("f g")
    assert statement.latex(Eq(f[k], g[k]), {"f": r"z^{(\ell)}", "k": r"\ell", "g": "h"}) == r"z^{(\ell)} = {h}[\ell]"
