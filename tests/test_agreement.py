"""A bug seeded in the evaluator or in the oracle is caught; rounding is not mistaken for one."""

import time

import pytest

from refute import agreement
from refute.errors import Disagreement, OracleError
from refute.search import Search
from tests import small_claims
from tests.small_claims import am_gm


def compared(claim, instances=20):
    """The agreement of a claim's evaluator and oracle."""
    search = Search(claim, seed=5, deadline=time.perf_counter() + 10)
    return agreement.compare(search, instances, time.perf_counter() + 10)


def test_two_correct_computations_agree():
    """Every compared value lies well within the bound, on random and corner instances."""
    agreed = compared(am_gm())
    assert agreed.compared >= 40
    assert agreed.worst < 0.1


@pytest.mark.parametrize("relative", [1e-2, 1e-6, 1e-10])
def test_bug_in_the_evaluator_is_caught(relative):
    """An evaluator that is wrong by a small factor contradicts the oracle."""

    def evaluate(xp, x):
        values = small_claims.evaluate(xp, x)
        return {**values, small_claims.power_mean: values[small_claims.power_mean] * (1 + relative)}

    with pytest.raises(Disagreement, match="the evaluator says power_mean"):
        compared(am_gm(evaluate=evaluate))


def test_bug_in_the_oracle_is_caught():
    """An oracle with an off-by-one contradicts the evaluator."""

    def oracle(mp, x):
        return {**small_claims.oracle(mp, x), "product": mp.fprod(x[1:])}

    with pytest.raises(Disagreement, match="the oracle says"):
        compared(am_gm(oracle=oracle))


def test_cancellation_below_the_terms_is_no_bug():
    """A quantity that cancels to rounding noise agrees, since the noise is far below the terms of its relation."""

    def evaluate(xp, x):
        values = small_claims.evaluate(xp, x)
        noise = (x[:, 0] + 1.0) - x[:, 0] - 1.0
        return {**values, small_claims.first: noise}

    def oracle(mp, x):
        return {**small_claims.oracle(mp, x), "first": mp.mpf(0)}

    from sympy import Le

    statement = Le(small_claims.product, small_claims.power_mean + small_claims.first + 1)
    assert compared(am_gm(evaluate=evaluate, oracle=oracle, statement=statement)).worst < 1


def test_ill_conditioned_values_are_counted_apart():
    """A value that one ulp of the input changes wholly is not compared."""

    def evaluate(xp, x):
        values = small_claims.evaluate(xp, x)
        return {**values, small_claims.product: xp.sin(x[:, 0] * 2.0**60)}

    def oracle(mp, x):
        return {**small_claims.oracle(mp, x), "product": mp.sin(x[0] * 2**60)}

    agreed = compared(am_gm(evaluate=evaluate, oracle=oracle))
    assert agreed.ill_conditioned > 10


def test_oracle_that_raises_is_named():
    """An exception of the oracle becomes one sentence with the claim and the error."""

    def oracle(mp, x):
        raise KeyError("nothing")

    with pytest.raises(OracleError, match="am_gm: the oracle raised KeyError"):
        compared(am_gm(oracle=oracle))


def test_evaluator_does_not_answer_for_a_rounded_object():
    """A strategy that hands out 1 + x / 2^30 in floats has lost digits of x that its evaluator cannot bring back."""

    class Shifted(small_claims.Positive):
        def tensor(self, xp, parts, sizes, choices):
            return 1 + parts[""] * 2.0**-30

        def exact(self, mp, parts, sizes, choices):
            return [1 + x / 2**30 for x in super().exact(mp, parts, sizes, choices)]

    def evaluate(xp, x):
        return small_claims.evaluate(xp, (x - 1) * 2.0**30)

    def oracle(mp, x):
        return small_claims.oracle(mp, [(entry - 1) * 2**30 for entry in x])

    agreed = compared(am_gm(inputs={"x": Shifted()}, evaluate=evaluate, oracle=oracle))
    assert agreed.compared > 10
    assert agreed.worst < 0.1
