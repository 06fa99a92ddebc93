"""Claims about means with exact values: rulings alone are evidence, noise is no near miss, and draws are shown beside them."""

import time
from fractions import Fraction

import numpy as np
import pytest
from sympy import Eq, Le

from refute import Claim, Mean, Mutant, Probability, exact, quantities, records, sizes
from refute.examine import Options, examine
from refute.instance import Instance
from refute.lanes import chosen
from refute.montecarlo import means_beside
from refute.report import pages
from refute.search import Search, run_lanes
from strategies.laws import gaussian
from tests.tiny import PAPER, Numbers

power, above, square, bound = quantities("power above square bound")
k = sizes("k")


def evaluate(xp, x, g):
    """``(x_k g)^2`` for every entry, its mean ``x_k^2``, and whether ``g > 0``."""
    return {
        power: (x * g[:, 0, :]) ** 2,
        above: xp.astype(g[:, 0, 0] > 0, x.dtype),
        square: x**2,
        bound: xp.max(x**2, axis=1),
    }


def oracle(mp, x, g):
    return {"power": [(t * g[0, 0]) ** 2 for t in x], "above": mp.mpf(int(g[0, 0] > 0)), **sides(mp, x)}


def sides(mp, x):
    squares = [t * t for t in x]
    return {"square": squares, "bound": mp.maximum(squares)}


def expectation(mp, x):
    return {"power": [t * t for t in x], "above": mp.mpf(Fraction(1, 2)), **sides(mp, x)}


def second_moment(statement=None, **overrides):
    """``E (x_k g)^2 = x_k^2`` for a standard Gaussian ``g``: true."""
    fields = {
        "source": PAPER.item("Lemma 2"), "provenance": "recalled", "inputs": {"x": Numbers()}, "id": "tiny/second",
        "randomness": {"g": gaussian(1, 1)}, "sizes": {"n": (2, 3)}, "axes": {k: (1, "n")},
        "definitions": {power: "(x_k g)^2", above: "whether g > 0", square: "x_k^2", bound: "max x_k^2"},
        "statement": Eq(Mean(power[k]), square[k]) if statement is None else statement,
        "evaluate": evaluate, "oracle": oracle, "expectation": expectation,
        "mutants": [Mutant("half", statement=Eq(Mean(power[k]), square[k] / 2), because="E g^2 = 1")],
        **overrides,
    }  # fmt: skip
    return Claim(**fields)


def test_an_identity_of_means_survives_without_near_misses():
    """Every instance was ruled upon, the closest gap is the exact 0, and the noise of the pilot draws is nowhere on record."""
    record = examine(second_moment(), Options(budget=1.5))
    assert record.verdict == "survived"
    assert record.instances == sum(lane.judged for lane in record.lanes) > 10
    assert record.closest_gap == 0
    assert not record.hazards
    assert not record.undecided
    assert record.wealth is None
    assert [mutant.refuted for mutant in record.mutants] == [True]


def test_a_mean_close_to_its_bound_is_decided_by_its_exact_value():
    """A mean just below its bound is no near miss by noise: no recorded gap is closer than the exact ones."""
    claim = second_moment(Le(Mean(power[k]), bound * (1 + Fraction(1, 1000))), mutants=[])
    search = Search(claim, seed=1, deadline=time.perf_counter() + 1)
    run_lanes(search, chosen(["corners", "sample"]))
    assert search.refutation is None
    for lane in search.lanes:
        assert lane.closest == 0 or lane.closest <= -1 / 2002  # 0 = 0 for x = 0


def test_a_mean_just_above_its_bound_is_refuted_by_its_exact_value():
    """One part in a thousand is far below the noise of the pilot draws, and refuted all the same."""
    record = examine(second_moment(Le(Mean(power[k]), bound * Fraction(999, 1000))), Options(budget=1.5))
    assert record.verdict == "refuted"
    assert record.means is None


def test_instances_without_an_exact_mean_are_open():
    """Where the expectation gives None, the pilot gap is all there is, and an e-process bets on such instances."""
    claim = second_moment(expectation=lambda mp, x: None)
    search = Search(claim, seed=1, deadline=time.perf_counter() + 0.5)
    run_lanes(search, chosen(["sample"]))
    assert search.lanes[0].judged == search.lanes[0].instances > 0


def test_replayed_instances_are_counted_once():
    """A replayed instance is counted by its ruling."""
    printed = Instance({"n": 2}, {}, {"x": exact([1, 2])})
    search = Search(second_moment(replay=[printed]), seed=1, deadline=time.perf_counter() + 5)
    run_lanes(search, chosen(["replay"]))
    assert search.lanes[0].instances == 1


def test_draws_beside_the_exact_means():
    """For every averaged quantity and index: the exact mean as a text, and a mean of draws within six standard errors."""
    claim = second_moment(Eq(Mean(power[k]), 2 * Probability(above) * square[k]))
    search = Search(claim, seed=3, deadline=time.perf_counter() + 5)
    found = means_beside(search, budget=1.0)
    assert found is not None
    rows = {(row.name, row.index.get("k")): row for row in found.means}
    assert set(rows) == {("above", None), *(("power", i) for i in range(1, found.sizes["n"] + 1))}
    assert rows["above", None].exact == "1/2"
    assert found.draws >= 2048
    for row in rows.values():
        assert row.error > 0
        assert abs(row.mean - row.value) <= 6 * row.error


def test_claims_without_exact_means_show_none():
    """A claim without randomness, or without an expectation, has nothing to show beside."""
    search = Search(second_moment(expectation=None), seed=3, deadline=time.perf_counter() + 5)
    assert means_beside(search, budget=0.1) is None


def test_the_page_shows_the_means():
    """The page says what decided, names the averaged quantity in the paper's notation, and shows all columns."""
    record = examine(second_moment(notation={square: "x_k^2", power: "(x_kg)^2"}), Options(budget=1.5))
    text = pages.Pages({record.claim: record}, "reports").page(record)
    assert "## Exact means, and draws beside them" in text
    assert "$`(x_kg)^2`$ at k = 1" in text
    assert np.isfinite(record.means.means[0].mean)


@pytest.mark.parametrize(
    ("text", "low", "high", "shown"),
    [
        ("3/8", 0.375, 0.375, "3/8 = 0.375"),
        ("2", 2.0, 2.0, "2"),
        ("1" * 30 + "/" + "7" * 30, 0.142857142, 0.142857142, "0.142857"),
        ("[0.57 +/- 3e-9]", 0.57 - 3e-9, 0.57 + 3e-9, "0.57"),
        ("[0, 0.9]", 0.0, 0.9, "0 to 0.9"),
    ],
)
def test_exact_means_in_a_table(text, low, high, shown):
    """A short rational is written out, a ball in decimals, and a wide enclosure by its ends, never by its middle."""
    row = records.MeanBeside(name="q", exact=text, value=(low + high) / 2, low=low, high=high, mean=0.4, error=0.1)
    assert pages.exact_mean(row) == shown
