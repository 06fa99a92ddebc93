"""NaN, overflow and empty runs: what says nothing is never a pass."""

import time

import pytest
import torch
from sympy import And, Ge, Gt, Le, Or

from refute.examine import Options, examine
from refute.lanes import Sample
from refute.search import Search, run_lanes
from tests.tiny import a, b, c, claim_of, evaluate

TRUE = Le(a, abs(a) + abs(b) + 1)


@pytest.fixture(autouse=True)
def one_thread():
    """One thread, so that tests in parallel do not starve each other."""
    torch.set_num_threads(1)


def verdict(claim, **options):
    return examine(claim, Options(budget=1.0, **options)).verdict


def nan_for(*names):
    """An evaluator whose given quantities are NaN everywhere."""

    def broken(xp, x):
        return {q: value + xp.nan if str(q) in names else value for q, value in evaluate(xp, x).items()}

    return broken


def test_the_claim_itself_survives():
    """Without a trap the claim of these tests survives, so that the others fail for their own reason."""
    assert verdict(claim_of(TRUE)) == "survived"


@pytest.mark.parametrize("statement", [TRUE, Or(TRUE, Ge(c, c**2 - 1)), And(TRUE, Le(c, abs(c)))], ids=str)
def test_an_evaluator_that_returns_nan_never_survives(statement):
    """NaN in a side of the statement is no evidence, whatever the connective."""
    assert verdict(claim_of(statement, evaluate=nan_for("a"))) != "survived"


def test_a_hypothesis_that_is_nan_is_never_met():
    """Where a hypothesis is NaN no instance counts."""
    assert verdict(claim_of(TRUE, hypotheses=[Gt(c, -100)], evaluate=nan_for("c"))) != "survived"


def test_an_overflow_that_nobody_judged_does_not_count():
    """Instances whose sides overflow count only if exact arithmetic ruled on them."""

    def overflowing(xp, x):
        values = evaluate(xp, x)
        return {**values, b: values[b] * 1e308 * 1e308}

    search = Search(claim_of(TRUE, evaluate=overflowing), seed=1, deadline=time.perf_counter() + 0.3)
    run_lanes(search, [Sample()])
    lane = search.lanes[0]
    assert lane.drawn > lane.judged
    assert lane.instances <= lane.judged


def test_a_run_without_instances_never_survives():
    """No lane, or hypotheses that nothing meets, is no evidence."""
    assert verdict(claim_of(TRUE), lanes=()) != "survived"
    assert verdict(claim_of(TRUE, hypotheses=[Gt(a, abs(a) + 1)])) == "vacuous"


def test_undecided_instances_of_nan_do_not_count():
    """An instance that floats cannot evaluate and exact arithmetic cannot decide is not counted."""

    def oracle(mp, x):
        return {"a": mp.between(-1, 10), "b": mp.mpf(1), "c": x[2]}

    claim = claim_of(Le(a, b), evaluate=nan_for("a"), oracle=oracle)
    search = Search(claim, seed=1, deadline=time.perf_counter() + 0.3)
    run_lanes(search, [Sample()])
    assert search.lanes[0].judged > 0
    assert search.lanes[0].instances == 0
