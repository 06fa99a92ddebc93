"""Fresh draws against a claim: who bets on what, what is named, and how runs and shards continue each other."""

import math
import shutil
import time
from fractions import Fraction

import pytest
from sympy import And, Eq, Ge, Gt, Le, Rational

from refute import Mean, Probability, streams
from refute.errors import Disagreement, EvaluationError
from refute.evidence import PLAYERS, meets_hypotheses, wealth_of
from refute.search import Search
from tests.tiny import Numbers, a, b, c, claim_of, f, k, numbers


def randomised(statement=None, square=True, **overrides):
    """``a = x_1 w^2`` (or ``x_1 w``) for a standard Gaussian w, ``b = x_2``, ``c`` whether w > x_3."""

    def evaluate(xp, x, w):
        return {
            a: x[:, 0] * (w[:, 0] ** 2 if square else w[:, 0]),
            b: x[:, 1] + 0 * w[:, 0],
            c: xp.astype(w[:, 0] > x[:, 2], xp.float64),
            f: x * w**2,
        }

    def oracle(mp, x, w):
        return {
            "a": x[0] * w[0] * (w[0] if square else 1),
            "b": x[1],
            "c": mp.mpf(int(w[0] > x[2])),
            "f": [p * q * q for p, q in zip(x, w, strict=True)],
        }

    fields = {"randomness": {"w": Numbers()}, "bounded": {a: (0, None), f: (0, None)}, "oracle": oracle, **overrides}
    return claim_of(Le(Mean(a), b) if statement is None else statement, evaluate=evaluate, **fields)


def wealth(claim, *instances, store=None, seed=0, budget=0.3):
    search = Search(claim, seed=1, deadline=time.perf_counter() + 60)
    search.closest = [(-0.01, instance) for instance in instances]
    return wealth_of(search, budget=budget, store=store, seed=seed)


class Exactly(Numbers):
    """Numbers that are always the same."""

    def __init__(self, *values):
        super().__init__()
        self.values = values

    def sample(self, sampler, family, batch, sizes, choices):
        return {"": [self.values] * batch}


def at(*values):
    """A claim's only input, so that no sampled instance differs."""
    return {"x": Exactly(*map(float, values))}


def test_a_false_claim_about_a_mean_is_refuted():
    """``E x w^2 <= 0.9 x`` is refuted on fresh draws, ``E x w^2 <= x`` is not."""
    false = wealth(randomised(inputs=at(2, 1.8, 0)), numbers(2, Fraction(9, 5), 0))
    assert false.log_wealth > -math.log(false.alpha)
    true = wealth(randomised(inputs=at(1, 1, 0)), numbers(2, 2, 0), numbers(1, 1, 0))
    assert true.log_wealth < -math.log(true.alpha)
    assert true.draws > 0
    assert true.counterexample is None
    assert true.confirming_draws == 0


def test_the_worst_instance_is_named_and_confirmed_on_fresh_draws():
    """A refutation by wealth names the instance on which the bet gained most, with an e-value of its own."""
    false = wealth(randomised(inputs=at(1, 1, 0)), numbers(1, 1, 0), numbers(2, 1, 0), numbers(1, 1, 1))
    assert false.refutes
    assert false.counterexample.raw["x"] == ["2", "1", "0"]
    assert false.counterexample.outcome == "e-value"
    assert false.confirming_draws > 0
    assert false.confirming_log_wealth >= -math.log(false.alpha)


@pytest.mark.parametrize(
    ("statement", "false"),
    [
        (Ge(Probability(c), Rational(1, 2)), False),
        (Ge(Probability(c), Rational(55, 100)), True),
        (Eq(Probability(c), Rational(1, 2)), False),
        (Eq(Probability(c), Rational(45, 100)), True),
        (Eq(Probability(c), Rational(55, 100)), True),
        (And(Le(Mean(a), b), Le(Probability(c), Rational(45, 100))), True),
        (Le(Mean(f[k]), b), False),
        (Le(Mean(f[k]), b / 2), True),
    ],
    ids=str,
)
def test_probabilities_equalities_conjunctions_and_axes(statement, false):
    """Bounds from both sides, equalities, parts of a conjunction and entries of an axis are bet on, each in its direction."""
    found = wealth(randomised(statement, inputs=at(1, 1, 0)), numbers(1, 1, 0), budget=1.0)
    assert found.refutes is false
    assert (found.counterexample is not None) is false


def test_the_record_shows_means_with_bounds_and_intervals():
    """Every bet leaves its mean, its interval around it, its bound and where it was placed."""
    found = wealth(randomised(Le(Mean(f[k]), b), inputs=at(1, 4, 0)), numbers(3, 4, 1))
    row = found.means[0]
    assert (row.index, row.bound, row.sign, row.sizes) == ({"k": 2}, 4.0, 1, {"n": 3})
    assert row.low <= 4
    assert row.low < row.mean
    assert row.high is None  # no upper end of the range is declared
    assert 0.9 * 4 < row.mean < 1.1 * 4
    assert row.floor == 0
    assert sum(item.draws for item in found.means) == found.draws


def test_runs_continue_each_other(tmp_path):
    """The next run starts from the stored wealth, adds fresh draws only, and its record says so."""
    claim, store = randomised(inputs=at(1, 1, 0)), streams.Store(tmp_path)
    first = wealth(claim, numbers(100, 100, 0), store=store, budget=0.05)
    second = wealth(claim, numbers(100, 100, 0), store=store, budget=0.05)
    assert (first.earlier_runs, second.earlier_runs) == (0, 1)
    assert second.earlier_draws == first.draws
    stored = store.of(claim)
    assert len({stream.seed for stream in stored}) == 2
    logs, draws = streams.total(stored, (PLAYERS, len(stored[0].logs[0])))
    assert draws == first.draws + second.draws
    assert math.log(sum(math.exp(x) for x in logs.reshape(-1)) / logs.size) == pytest.approx(second.log_wealth, abs=1e-6)


def test_a_winning_bet_is_kept_until_it_refutes(tmp_path):
    """A claim that is false by 3 % is refuted by several short runs together, of which the first could not alone."""
    claim, store = randomised(inputs=at(1, 1, 0)), streams.Store(tmp_path)
    found = []
    for _ in range(100):
        found.append(wealth(claim, numbers(103, 100, 0), store=store, budget=0.01))
        if found[-1].refutes:
            break
    assert found[-1].refutes
    assert found[0].log_wealth < -math.log(found[0].alpha) / 2
    assert found[-1].counterexample.raw["x"] == ["103", "100", "0"]


def test_shards_put_together_are_one_run(tmp_path):
    """The lines of two shards, joined, continue as the sum of both; the same shard twice counts once."""
    claim = randomised(inputs=at(1, 1, 0))
    for shard in (1, 2):
        wealth(claim, numbers(1, 1, 0), store=streams.Store(tmp_path / str(shard)), seed=shard, budget=0.02)
    lines = [(tmp_path / str(shard) / streams.FILE).read_bytes() for shard in (1, 2, 2)]
    (tmp_path / streams.FILE).write_bytes(b"".join(lines))
    both = streams.Store(tmp_path).of(claim)
    assert len(both) == 2
    shutil.rmtree(tmp_path / "1")
    continued = wealth(claim, numbers(1, 1, 0), store=streams.Store(tmp_path), budget=0.02)
    assert continued.earlier_runs == 2
    assert continued.earlier_draws == sum(stream.draws for stream in both)


def test_no_bet_rests_on_an_instance_outside_the_hypotheses():
    """An instance that exact arithmetic does not find within the hypotheses is never bet on."""
    claim = randomised(hypotheses=[Gt(f[k], 0)], inputs=at(0, 0, 0))
    assert wealth(claim, numbers(2, 1, 0)) is None
    assert wealth(claim, numbers(2, 1, 1)).log_wealth > 20
    search = Search(claim, seed=1, deadline=time.perf_counter() + 60)
    assert [meets_hypotheses(search, numbers(2, 1, last)) for last in (-1, 0, 1)] == [False, False, True]


def test_draws_outside_their_declared_range_are_refused():
    """A signed quantity declared non-negative breaks the claim; clipping it would refute the truth."""
    with pytest.raises(EvaluationError, match=r"outside the range .* that `bounded` declares"):
        wealth(randomised(square=False, inputs=at(1, 1, 0)), numbers(1, 1, 0))


def test_without_a_declared_range_there_is_no_bet():
    """Where nothing says that a quantity is non-negative, draws that happen to be so allow no bet."""
    assert wealth(randomised(bounded={}), numbers(2, 1, 0)) is None
    assert wealth(randomised(inputs=at(1, 0, 0)), numbers(1, 0, 0)) is None  # no room below the bound


def test_exact_means_that_contradict_the_draws_break_the_claim():
    """If draws refute what the expectation says holds, one of them is wrong, and that is said."""

    def expectation(mp, x):
        return {"a": x[0] / 2, "b": x[1], "c": x[2], "f": x}

    with pytest.raises(Disagreement, match="the expectation, the evaluator or the sampler is wrong"):
        wealth(randomised(expectation=expectation, inputs=at(2, 1, 0)), numbers(2, 1, 0))


def test_exact_means_stand_beside_the_draws():
    """Where an exact mean is known it is enclosed in the record, in the direction of the relation."""

    def expectation(mp, x):
        return {"a": x[0], "b": x[1], "c": x[2], "f": x}

    found = wealth(randomised(Ge(b, Mean(a)), expectation=expectation, inputs=at(2, 3, 0)), numbers(2, 3, 0))
    low, high = found.means[0].exact
    assert low <= 2 <= high
    assert high - low < 1e-9


def test_a_slip_in_the_evaluator_is_no_refutation():
    """Where the evaluator's draws refute and the oracle denies those very draws, the claim is not refuted but wrong itself."""

    def oracle(mp, x, w):
        return {"a": x[0] * w[0] ** 2 / 2, "b": x[1], "c": x[2], "f": x}

    with pytest.raises(Disagreement, match="on a draw that speaks against the claim the evaluator says"):
        wealth(randomised(oracle=oracle, inputs=at(2, 1, 0)), numbers(2, 1, 0))


def test_a_hypothesis_must_not_depend_on_the_draw():
    """A mean under a condition on the draw is another mean than the one that is bet on."""
    with pytest.raises(EvaluationError, match="a hypothesis depends on the draw"):
        wealth(randomised(hypotheses=[Gt(c, 0)], inputs=at(1, 1, 0)), *(numbers(1, k, 0) for k in range(1, 9)))
