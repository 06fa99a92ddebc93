"""The betting e-process: rare false alarms whatever the law and the stopping rule, power where the mean is too large."""

import math

import numpy as np
import pytest

from benchmarks.false_alarms import LAWS, most_wealth
from refute.eprocess import BETS, EProcess, interval

RUNS, DRAWS = 4000, 250


def test_the_wealth_after_every_draw_is_that_of_the_process():
    """The simulation of many runs at once computes the process that the engine uses."""
    ratios = LAWS["exponential"](np.random.default_rng(1), (3, 50))
    for row, most in zip(ratios, most_wealth(ratios), strict=True):
        process = EProcess()
        for ratio in row:
            process.bet([ratio])
        assert max(wealth for _, wealth in process.path) == pytest.approx(most)


@pytest.mark.parametrize("alpha", [0.1, 0.01])
@pytest.mark.parametrize("law", LAWS)
def test_false_alarms_stay_below_alpha(law, alpha):
    """At the boundary, mean exactly the bound, at most a share alpha of 4000 runs ever refutes, looking after every draw."""
    rng = np.random.default_rng(20260101)
    alarms = sum(int((most_wealth(LAWS[law](rng, (500, DRAWS))) >= -math.log(alpha)).sum()) for _ in range(RUNS // 500))
    assert alarms <= RUNS * alpha + 3 * math.sqrt(RUNS * alpha * (1 - alpha))


def test_a_wrong_statistic_would_be_caught():
    """A bet that looks at the draw it bets on raises more alarms than alpha allows: the test above can fail."""
    rng = np.random.default_rng(7)
    ratios = LAWS["exponential"](rng, (500, DRAWS))
    peeking = np.where(ratios > 1, 1 + 0.1 * (ratios - 1), 1.0)
    alarms = int((np.log(peeking).cumsum(axis=1).max(axis=1) >= math.log(10)).sum())
    assert alarms > 500 * 0.1 + 3 * math.sqrt(500 * 0.09)


def test_dependent_choices_of_the_law_do_not_help():
    """Choosing the next law, and the player who bets, from the past alone raises no more alarms."""
    rng = np.random.default_rng(5)
    alpha, runs, found = 0.1, 300, 0
    for _ in range(runs):
        process = EProcess(players=3, alpha=alpha)
        for _ in range(120):
            law = "100 with probability 1/100" if process.log_wealth > 0 else "0 or 2, a fair coin"
            process.bet(LAWS[law](rng, 1), player=max(range(3), key=process.wealth_of))
            if process.refutes:
                found += 1
                break
    assert found <= runs * (alpha + 3 * math.sqrt(alpha * (1 - alpha) / runs))


@pytest.mark.parametrize(
    ("law", "draws"),
    [
        (lambda rng, n: 1.01 * rng.uniform(0.8, 1.2, n), 20_000),
        (lambda rng, n: 1.01 * rng.exponential(size=n), 1_500_000),
        (lambda rng, n: 1.1 * rng.exponential(size=n), 20_000),
        (lambda rng, n: 3.0 * rng.exponential(size=n), 200),
        (lambda rng, n: 1000.0 * (rng.random(n) < 0.002), 150_000),
    ],
    ids=["1 % above, narrow", "1 % above, exponential", "10 % above", "thrice", "twice a rare event"],
)
def test_a_mean_above_the_bound_is_refuted(law, draws):
    """A mean that is 1 % too large is refuted at level 1e-9 within a stated number of draws."""
    process = EProcess()
    process.bet(law(np.random.default_rng(11), draws))
    assert process.refutes
    assert process.draws == draws


def test_the_order_of_chunks_is_irrelevant():
    """The same draws in other chunks or another order give the same wealth."""
    draws = np.random.default_rng(3).exponential(size=1000)
    wealths = []
    for chunks in (np.split(draws, 10), np.split(draws[::-1], 4), [draws], [[x] for x in draws], [[], draws, []]):
        process = EProcess()
        for chunk in chunks:
            process.bet(chunk)
        wealths.append(process.log_wealth)
        assert process.draws == 1000
    assert np.ptp(wealths) < 1e-9


def test_shards_multiply_to_one_long_run():
    """Processes on disjoint draws, joined, are the process on all of them: wealth, draws and every player's share."""
    draws = np.random.default_rng(4).exponential(size=(2, 900))
    whole, joined = EProcess(players=2), EProcess(players=2)
    for player in (0, 1):
        whole.bet(draws[player], player)
    for part in np.split(draws, 3, axis=1):
        shard = EProcess(players=2)
        for player in (0, 1):
            shard.bet(part[player], player)
        joined.join(shard.logs, shard.draws)
    assert joined.log_wealth == pytest.approx(whole.log_wealth, abs=1e-9)
    assert joined.draws == whole.draws == 1800
    with pytest.raises(ValueError, match="of the shape"):
        joined.join(np.zeros((3, len(BETS))), 1)


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


def test_ratios_of_one_never_gain():
    """Equality on every draw is no evidence, however many draws there are."""
    process = EProcess()
    process.bet(np.ones(100_000))
    assert process.log_wealth <= 0


def test_one_huge_draw_does_not_break_the_wealth():
    """A draw near the largest float gives a finite wealth that refutes."""
    process = EProcess()
    process.bet([1e300])
    assert math.isfinite(process.log_wealth)
    assert process.refutes


CONFIDENCE = {
    "uniform": (lambda rng, n: rng.random(n), 0.5, 0.0, 1.0),
    "rare event": (lambda rng, n: 1.0 * (rng.random(n) < 0.02), 0.02, 0.0, 1.0),
    "exponential": (lambda rng, n: rng.exponential(size=n), 1.0, 0.0, None),
    "pareto without variance": (lambda rng, n: 1 + rng.pareto(1.5, size=n), 3.0, 0.0, None),
    "at most 1": (lambda rng, n: 1 - rng.exponential(size=n), 0.0, None, 1.0),
    "signed": (lambda rng, n: rng.uniform(-1, 1, n), 0.0, -1.0, 1.0),
}


@pytest.mark.parametrize("law", CONFIDENCE)
def test_the_confidence_sequence_holds_the_mean_at_all_times(law):
    """In at most a share of the level of 400 runs does any of 12 looks at the interval miss the mean."""
    draw, mean, low, high = CONFIDENCE[law]
    rng, level, missed = np.random.default_rng(99), 0.1, 0
    for _ in range(400):
        values = draw(rng, 600)
        ends = [interval(values[:n], low, high, level) for n in range(50, 601, 50)]
        missed += not all(lower <= mean <= upper for lower, upper in ends)
    assert missed <= 400 * level + 3 * math.sqrt(400 * level * (1 - level))


def test_the_confidence_sequence_shrinks():
    """On 20,000 draws a uniform mean is known to 0.015 at the level 1e-3, and an open end stays open."""
    values = np.random.default_rng(2).random(20_000)
    lower, upper = interval(values, 0, 1, 1e-3)
    assert upper - lower < 0.03
    assert interval(values, 0, None, 1e-3)[1] == math.inf
    assert interval(values, None, 1, 1e-3)[0] == -math.inf
    assert interval(np.zeros(10), 0, None, 1e-3)[0] == 0
