"""Relative gaps of a batch: signs agree with the truth, a NaN or an overflow is never a pass."""

import math

import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import And, Eq, Equivalent, Ge, Gt, Implies, Le, Lt, Ne, Not, Or
from sympy.logic.boolalg import BooleanAtom

from refute.arithmetic import Certifying
from refute.decision import Scalars, decide
from refute.errors import EvaluationError
from refute.evaluation import Tensors, gap_of, holds
from refute.namespace import namespace
from tests.test_decision import formulas
from tests.tiny import a, b, c, claim_of, f, k

INF, NAN = math.inf, math.nan
BACKENDS = ("torch", "numpy")


def tensors(rows, backend="torch", values=None, **overrides):
    """The values of a, b, c and f on a batch of rows."""
    xp = namespace(backend)
    x = xp.asarray(rows, dtype=xp.float64)
    claim = claim_of(Le(a, b), backend=backend, **overrides)
    return Tensors(claim, xp, values(x) if values else {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "f": x}, {"n": 3})


def gap(statement, *row, **options):
    return float(gap_of(statement, tensors([list(row)], **options))[0])


def met(statement, *row, **options):
    return bool(holds([statement], tensors([list(row)], **options))[0])


@settings(max_examples=150)
@given(formulas, st.lists(st.lists(st.integers(1, 3), min_size=3, max_size=3), min_size=1, max_size=4))
def test_the_sign_of_the_gap_agrees_with_the_exact_decision(formula, rows):
    """A negative gap means true, a positive one false; the mask of hypotheses is the exact truth."""
    assume(not formula.atoms(BooleanAtom))
    batch = tensors([[float(entry) for entry in row] for row in rows])
    gaps = gap_of(formula, batch).tolist()
    masks = holds([formula], batch).tolist()
    for value, mask, row in zip(gaps, masks, rows, strict=True):
        exact = Scalars(batch.claim, Certifying(64), dict(zip("abc", row, strict=True)), {"n": 3})
        truth = decide(formula, exact).holds
        assert value == 0 or (value < 0) == truth
        assert mask == truth
        assert -1 <= value <= 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("statement", "row", "expected"),
    [
        (Le(a, b), (1, 3, 0), -0.5),
        (Le(a, b), (3, 1, 0), 0.5),
        (Ge(a, b), (3, 1, 0), -0.5),
        (Gt(a, b), (1, 3, 0), 0.5),
        (Lt(a, b), (2, 2, 0), 0.0),
        (Le(a, b), (-1, 1, 0), -1.0),
        (Eq(a, b), (1, 3, 0), 0.5),
        (Eq(a, b), (3, 1, 0), 0.5),
        (Ne(a, b), (1, 3, 0), -0.5),
        (Ne(a, b), (2, 2, 0), 0.0),
        (Le(a, b), (0, 0, 0), 0.0),
        (Eq(a, b), (0, 0, 0), 0.0),
        (Le(a - b, c), (3, 1, 4), -0.25),
        (Le(2 * a + 1, b), (1, 1, 0), 0.5),
        (Gt(a, 0), (1, 3, 0), -0.25),
        (Not(Le(a, b), evaluate=False), (1, 3, 0), 0.5),
        (Not(Eq(a, b), evaluate=False), (1, 3, 0), -0.5),
        (And(Le(a, b), Le(b, c), evaluate=False), (1, 3, 1), 0.5),
        (Or(Le(a, b), Le(b, c), evaluate=False), (1, 3, 1), -0.5),
        (Not(And(Le(a, b), Le(b, c), evaluate=False), evaluate=False), (1, 3, 1), -0.5),
        (Implies(Le(a, b), Le(b, c), evaluate=False), (1, 3, 1), 0.5),
        (Implies(Le(b, a), Le(b, c), evaluate=False), (1, 3, 1), -0.5),
        (Equivalent(Le(a, b), Le(b, c), evaluate=False), (1, 3, 1), 0.5),
        (Equivalent(Le(b, a), Le(b, c), evaluate=False), (1, 3, 1), -0.5),
        (Le(f[k], k), (1, 2, 3), 0.0),
        (Le(f[k], 2 * k), (1, 4, 12), 1 / 3),
        (Le(sympy.Max(a, b, 2), sympy.Min(c, 6)), (1, 2, 6), -0.5),
        (Le(sympy.sqrt(a) ** 3, b), (4, 8, 0), 0.0),
        (Le(sympy.log(sympy.exp(a) * sympy.exp(b) / sympy.exp(b)), abs(b)), (1, -3, 0), -0.5),
    ],
    ids=str,
)
def test_gaps_by_hand(statement, row, expected, backend):
    """Sign conventions, scale and connectives, in both backends."""
    found = gap(statement, *row, backend=backend)
    assert found == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("statement", "row"),
    [
        (Le(a, b), (NAN, 1, 0)),
        (Ge(a, b), (1, NAN, 0)),
        (Not(Le(a, b), evaluate=False), (NAN, 1, 0)),
        (And(Le(a, b), Le(b, c), evaluate=False), (NAN, 1, 2)),
        (And(Le(b, c), Le(a, b), evaluate=False), (NAN, 1, 2)),
        (Or(Le(a, b), Le(b, c), evaluate=False), (NAN, 1, 2)),
        (Implies(Le(a, b), Le(b, c), evaluate=False), (NAN, 1, 2)),
        (Le(f[k], 5), (1, NAN, 2)),
        (Le(f[k], 5), (NAN, 1, 9)),
        (Le(a, b), (1, INF, 0)),
        (Le(a, b), (-INF, 1, 0)),
        (Le(a, b), (INF, INF, 0)),
        (Le(a, b), (INF, 1, 0)),
        (Ne(a, b), (INF, 1, 0)),
        (Le(a**2, b**2), (1, 1e200, 0)),
        (Le(a, sympy.exp(b)), (1, 1000, 0)),
        (Le(a / c, b), (0, 1, 0)),
        (Le(sympy.log(a), b), (-1, 1, 0)),
        (Le(sympy.sqrt(a), b), (-1, 1, 0)),
        (Le(a + b, c), (1e308, 1e308, 1)),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nan_and_infinity_stay_nan(statement, row, backend):
    """No connective turns a NaN or an overflow into a gap that passes: the instance is for the judge."""
    assert math.isnan(gap(statement, *row, backend=backend))


def test_nan_meets_no_hypothesis():
    """A NaN hypothesis is not met, and neither is its negation; infinities compare as extended reals."""
    for item in (Le(a, b), Gt(a, b), Eq(a, b), Ne(a, b)):
        assert not met(item, NAN, 1, 0)
        assert not met(Not(item, evaluate=False), NAN, 1, 0)
    assert met(Gt(a, 0), INF, 1, 0)
    assert met(Ne(a, b), INF, 1, 0)
    assert met(Eq(a, b), INF, INF, 0)
    assert not met(Lt(a, b), INF, INF, 0)


def test_strictness_of_hypotheses():
    """Strict hypotheses exclude equality at every depth; equalities are met up to rounding."""
    assert not met(Lt(a, b), 1, 1, 0)
    assert met(Le(a, b), 1, 1, 0)
    assert not met(And(Lt(a, b), Le(a, c), evaluate=False), 1, 1, 2)
    assert not met(Not(Le(a, b), evaluate=False), 1, 1, 2)
    assert met(Eq(a, b), 1 + 2.0**-50, 1, 0)
    assert not met(Eq(a, b), 1 + 2.0**-30, 1, 0)
    assert not met(Lt(f[k], 3), 1, 2, 3)


def test_the_scale_of_a_bare_zero():
    """A relation with 0 is measured by the claim's scale, and by nothing if both vanish."""
    assert gap(Gt(a, 0), 1, 7, 0) == -0.125
    assert gap(Gt(a, 0), 0, 7, 0) == 0
    assert gap(Gt(a, 0), 0, 0, 0) == 0


def test_constants_beyond_floats_are_infinite_not_errors():
    """An integer too long for a float makes the gap NaN instead of ending the search."""
    assert math.isnan(gap(Le(a, sympy.Integer(10) ** 400 * b), 1, 1, 0))
    assert math.isnan(gap(Le(a, 10 ** (400 * sympy.Symbol("n"))), 1, 1, 0))


@pytest.mark.parametrize("backend", BACKENDS)
def test_lazy_quantities_are_called_on_demand(backend):
    """A callable quantity is evaluated only where a statement needs it; all of them may be callable."""
    calls = []

    def lazily(x):
        return {"a": lambda: calls.append("a") or x[:, 0], "b": lambda: calls.append("b") or x[:, 1], "c": x[:, 2]}

    batch = tensors([[1, 2, 3]], backend=backend, values=lazily)
    assert float(gap_of(Le(a, c), batch)[0]) == -0.5
    assert calls == ["a"]
    every = tensors([[1, 3, 3]], backend=backend, values=lambda x: {"a": lambda: x[:, 0], "b": lambda: x[:, 1]})
    assert float(gap_of(Le(a, b), every)[0]) == -0.5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda x: {"b": x[:, 1]}, "returned no quantity a"),
        (lambda x: {"a": x, "b": x[:, 1]}, "without an axis"),
        (lambda x: {"a": x[0], "b": x[:, 1], "c": x[:, 0]}, "first axis should be the batch"),
        (lambda x: {"a": 1.0, "b": 2.0}, "no tensor with a batch axis"),
    ],
)
def test_wrong_shapes_are_sentences(values, words):
    """A missing quantity or a wrong shape says what was got and what is required."""
    with pytest.raises(EvaluationError, match=words):
        gap_of(Le(a, b), tensors([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], values=values))


def test_an_axis_of_the_wrong_length_is_refused():
    """A quantity with an axis must have one entry for each index."""
    with pytest.raises(EvaluationError, match="should be"):
        gap_of(Le(f[k], 1), tensors([[1.0, 2.0, 3.0]], axes={k: (1, "n-1")}))


def test_gaps_are_differentiable():
    """The gradient of the gap reaches the raw numbers through every operation."""
    xp = namespace("torch")
    x = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    batch = Tensors(claim_of(Le(a, b)), xp, {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "f": x}, {"n": 3})
    gap_of(And(Le(a * f[k], b**2 + c), Le(f[k], sympy.sqrt(c) * k)), batch).sum().backward()
    assert bool(torch.isfinite(x.grad).all())
    assert bool((x.grad != 0).any())


def test_draws_are_averaged_per_instance():
    """`Mean` averages over the draws of each instance, and the gap comes once per instance."""
    from refute import Mean
    from tests.tiny import Numbers

    xp = namespace("torch")
    claim = claim_of(Le(Mean(a), b), randomness={"w": Numbers()})
    values = {"a": xp.asarray([1.0, 3.0, 5.0, 7.0], dtype=xp.float64), "b": xp.asarray([2.0, 2.0, 3.0, 3.0], dtype=xp.float64)}
    batch = Tensors(claim, xp, values, {"n": 3}, draws=2)
    assert np.allclose(gap_of(claim.statement, batch).numpy(), [0.0, 1 / 3])
    assert holds([Gt(b, 2)], batch).tolist() == [False, True]
