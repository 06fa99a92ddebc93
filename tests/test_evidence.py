"""The betting e-process: rare false alarms whatever the law and the stopping rule, and power where the mean is too large."""

import math
import time

import numpy as np
import pytest
from sympy import Gt, Le, Lt

from refute import Mean, Probability
from refute.errors import EvaluationError
from refute.evidence import EProcess, bettable, meets_hypotheses, wealth_of
from refute.search import Search
from tests.tiny import Numbers, a, b, c, claim_of, f, k, numbers

LAWS = {
    "constant": lambda rng, shape: np.ones(shape),
    "coin": lambda rng, shape: 2.0 * rng.integers(0, 2, shape),
    "rare": lambda rng, shape: 100.0 * (rng.random(shape) < 0.01),
    "exponential": lambda rng, shape: rng.exponential(size=shape),
    "pareto without variance": lambda rng, shape: (1 + rng.pareto(1.5, size=shape)) / 3,
    "pareto hardly a mean": lambda rng, shape: (1 + rng.pareto(1.05, size=shape)) / 21,
    "log-normal": lambda rng, shape: np.exp(2 * rng.normal(size=shape) - 2),
    "growing scale": lambda rng, shape: rng.exponential(size=shape) ** 4 / 24,
}


def alarms(law, alpha, runs, draws):
    """How many runs raise an alarm at some time, if one looks after every draw."""
    rng = np.random.default_rng(20260101)
    found = 0
    for _ in range(runs):
        process = EProcess(alpha)
        for ratio in LAWS[law](rng, draws):
            process.bet([ratio])
            if process.refutes:
                found += 1
                break
    return found


@pytest.mark.parametrize("law", LAWS)
def test_false_alarms_stay_below_alpha(law):
    """At the boundary, mean exactly the bound, at most a share alpha of the runs ever refutes, looking after every draw."""
    alpha, runs = 0.1, 400
    slack = 3 * math.sqrt(alpha * (1 - alpha) / runs)
    assert alarms(law, alpha, runs, draws=120) <= runs * (alpha + slack)


def test_dependent_choices_of_the_law_do_not_help():
    """Choosing the next law from the past alone, as a search does, raises no more alarms."""
    rng = np.random.default_rng(5)
    alpha, runs, found = 0.1, 300, 0
    for _ in range(runs):
        process = EProcess(alpha)
        for _ in range(120):
            law = "rare" if process.log_wealth > 0 else "coin"
            process.bet(LAWS[law](rng, 1))
            found += process.refutes
            if process.refutes:
                break
    assert found <= runs * (alpha + 3 * math.sqrt(alpha * (1 - alpha) / runs))


@pytest.mark.parametrize(
    ("excess", "law", "draws"),
    [
        (1.01, lambda rng, n: rng.uniform(0.8, 1.2, n), 20_000),
        (1.01, lambda rng, n: rng.exponential(size=n), 1_500_000),
        (1.1, lambda rng, n: rng.exponential(size=n), 20_000),
        (3.0, lambda rng, n: rng.exponential(size=n), 200),
    ],
    ids=["1 % above, narrow", "1 % above, exponential", "10 % above", "thrice"],
)
def test_a_mean_above_the_bound_is_refuted(excess, law, draws):
    """A mean that is 1 % too large is refuted at level 1e-9 within a stated number of draws."""
    process = EProcess()
    process.bet(excess * law(np.random.default_rng(11), draws))
    assert process.refutes
    assert process.draws == draws


def test_the_order_of_chunks_is_irrelevant():
    """The same draws in other chunks or another order give the same wealth, so shards multiply."""
    draws = np.random.default_rng(3).exponential(size=1000)
    wealths = []
    for chunks in (np.split(draws, 10), np.split(draws[::-1], 4), [draws], [[x] for x in draws], [[], draws, []]):
        process = EProcess()
        for chunk in chunks:
            process.bet(chunk)
        wealths.append(process.log_wealth)
        assert process.draws == 1000
    assert np.ptp(wealths) < 1e-9


@pytest.mark.parametrize("value", [-1.0, -1e-6, math.nan, math.inf, -math.inf])
def test_what_is_no_finite_non_negative_number_is_refused(value):
    """A negative, infinite or NaN ratio is refused and leaves the wealth as it was."""
    process = EProcess()
    process.bet([1.5])
    before = process.log_wealth
    with pytest.raises(ValueError, match="finite non-negative"):
        process.bet([1.0, value])
    assert (process.log_wealth, process.draws) == (before, 1)
    with pytest.raises(ValueError, match="shape"):
        process.bet([[1.0, 2.0]])


def test_rounding_works_against_the_refutation():
    """Ratios of exactly 1 never gain, however many, and a rounding below 0 counts as 0."""
    process = EProcess()
    process.bet(np.ones(100_000))
    assert process.log_wealth <= 0
    process.bet([-1e-16])
    assert process.log_wealth < 0


def test_one_huge_draw_does_not_break_the_wealth():
    """A draw near the largest float gives a finite wealth that refutes."""
    process = EProcess()
    process.bet([1e300])
    assert math.isfinite(process.log_wealth)
    assert process.refutes


@pytest.mark.parametrize(
    ("statement", "possible"),
    [
        (Le(Mean(a), b), True),
        (Lt(Mean(a), 2 * b + 1), True),
        (Gt(Mean(a), b), False),
        (Le(a, b), False),
        (Le(Mean(a) + 1, b), False),
        (Le(Mean(a), Mean(b)), False),
        (Le(Mean(a), 1 - Probability(b)), False),
        (Le(Mean(f[k]), b), False),
        (Le(Mean(a), f[k]), False),
        (Le(Mean(a), k * b), False),
    ],
    ids=str,
)
def test_which_statements_can_be_bet_against(statement, possible):
    """Only one mean of one quantity against a bound without means: ratios of means are not means of ratios."""
    assert bettable(statement, ["k"]) is possible


def randomised(square=True, **overrides):
    """``a = x_1 w^2`` (or ``x_1 w``) for a standard Gaussian w, ``b = x_2``."""

    def evaluate(xp, x, w):
        return {a: x[:, 0] * (w[:, 0] ** 2 if square else w[:, 0]), b: x[:, 1] + 0 * w[:, 0], c: x[:, 2], f: x}

    def oracle(mp, x, w):
        return {"a": x[0] * w[0] * (w[0] if square else 1), "b": x[1], "c": x[2], "f": x}

    return claim_of(Le(Mean(a), b), evaluate=evaluate, oracle=oracle, randomness={"w": Numbers()}, **overrides)


def wealth(claim, *instances):
    search = Search(claim, seed=1, deadline=time.perf_counter() + 60)
    search.closest = [(-0.01, instance) for instance in instances]
    return wealth_of(search, budget=0.3)


def test_a_false_claim_about_a_mean_is_refuted():
    """``E x w^2 <= 0.9 x`` is refuted on fresh draws, ``E x w^2 <= x`` is not."""
    false = wealth(randomised(), numbers(2, 1.8, 0))
    assert false.log_wealth > -math.log(false.alpha)
    true = wealth(randomised(), numbers(2, 2, 0), numbers(1, 1, 0))
    assert true.log_wealth < -math.log(true.alpha)
    assert true.draws > 0


def test_no_bet_rests_on_an_instance_outside_the_hypotheses():
    """An instance that exact arithmetic does not find within the hypotheses is never bet on."""
    claim = randomised(hypotheses=[Gt(c, 0)])
    assert wealth(claim, numbers(2, 1, 0)) is None
    assert wealth(claim, numbers(2, 1, 1)).log_wealth > 20
    search = Search(claim, seed=1, deadline=time.perf_counter() + 60)
    assert [meets_hypotheses(search, numbers(2, 1, last)) for last in (-1, 0, 1)] == [False, False, True]


def test_a_signed_quantity_is_refused():
    """A quantity that is negative on some draws has no such e-process; clipping it would refute the truth."""
    with pytest.raises(EvaluationError, match="negative, infinite or NaN"):
        wealth(randomised(square=False), numbers(1, 1, 0))


def test_a_bound_that_is_not_positive_or_not_fixed_is_refused():
    """The bound must be positive and the same for all draws of an instance."""
    with pytest.raises(EvaluationError, match="not positive"):
        wealth(randomised(), numbers(1, 0, 0))

    def evaluate(xp, x, w):
        return {a: w[:, 0] ** 2, b: 1 + w[:, 0] ** 2, c: x[:, 2]}

    claim = claim_of(Le(Mean(a), b), evaluate=evaluate, randomness={"w": Numbers()})
    with pytest.raises(EvaluationError, match="changes from draw to draw"):
        wealth(claim, numbers(1, 1, 1))


def test_the_worst_instance_is_named_and_confirmed_on_fresh_draws():
    """A refutation by wealth names the instance on which the draws were largest, with an e-value of its own."""
    false = wealth(randomised(), numbers(1, 1, 0), numbers(2, 1, 0), numbers(1, 1, 1))
    assert false.refutes
    assert false.counterexample.raw["x"] == ["2", "1", "0"]
    assert false.counterexample.outcome == "e-value"
    assert false.confirming_draws > 0
    assert false.confirming_log_wealth >= -math.log(false.alpha)


def test_a_true_claim_names_no_instance():
    """Without a refutation nothing is named and nothing confirmed."""
    true = wealth(randomised(), numbers(2, 2, 0))
    assert true.counterexample is None
    assert true.confirming_draws == 0


def test_exact_means_rule_where_a_bet_is_impossible():
    """Where exact means decide, an instance with a bound of 0 is left to them, and so is a signed quantity."""

    def expectation(mp, x):
        return {"a": x[0], "b": x[1], "c": x[2], "f": x}

    found = wealth(randomised(expectation=expectation), numbers(1, 0, 0), numbers(2, 2, 0))
    assert found.instances == 1
    assert found.draws > 0
    assert wealth(randomised(square=False, expectation=expectation), numbers(1, 1, 0)) is None
