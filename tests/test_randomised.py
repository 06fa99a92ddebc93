"""Claims about means that draws alone decide, from the statement to the verdict."""

import pytest
from sympy import And, Eq, Ge, Le, Rational

from refute import Mean, Mutant, Probability
from refute.eprocess import ALPHA
from refute.examine import Options, examine
from strategies.laws import gaussian
from tests.tiny import Numbers, a, b, c, claim_of

OPTIONS = Options(budget=4.0)


def evaluate(xp, x, g):
    """``a = (x_1 g_1 + x_2 g_2)^2`` of mean ``b = x_1^2 + x_2^2``, and whether ``g_1 < g_2``."""
    first, second = g[:, 0, 0], g[:, 0, 1]
    return {
        a: (x[:, 0] * first + x[:, 1] * second) ** 2,
        b: x[:, 0] ** 2 + x[:, 1] ** 2,
        c: xp.astype(first < second, x.dtype),
    }


def oracle(mp, x, g):
    return {"a": (x[0] * g[0, 0] + x[1] * g[0, 1]) ** 2, "b": x[0] ** 2 + x[1] ** 2, "c": mp.mpf(int(g[0, 0] < g[0, 1]))}


def claim(statement=None, **overrides):
    """``E a = b`` and ``P(g_1 < g_2) = 1/2``, without an expectation."""
    true = And(Le(Mean(a), b), Eq(Probability(c), Rational(1, 2)))
    fields = {
        "statement": true if statement is None else statement, "evaluate": evaluate, "oracle": oracle, "axes": {},
        "randomness": {"g": gaussian(1, 2)}, "bounded": {a: (0, None)},
        "definitions": {a: "(x_1 g_1 + x_2 g_2)^2", b: "x_1^2 + x_2^2", c: "whether g_1 < g_2"},
        "mutants": [
            Mutant("four fifths", statement=Le(Mean(a), 4 * b / 5), because="the mean is b"),
            Mutant("less than even", statement=Le(Probability(c), Rational(45, 100)), because="it is even"),
        ], **overrides,
    }  # fmt: skip
    return claim_of(fields.pop("statement"), **fields)


def test_a_true_claim_survives_and_its_mutants_fall_to_bets():
    """Without exact means a claim survives on draws, and what refutes its mutants is the bet, on a named instance."""
    record = examine(claim(), OPTIONS)
    assert (record.verdict, record.wealth.refutes) == ("survived", False)
    assert [mutant.lane for mutant in record.mutants] == ["bet", "bet"]
    assert all(mutant.counterexample.outcome == "e-value" for mutant in record.mutants)
    assert record.wealth.draws > 10_000
    assert {row.sign for row in record.wealth.means} >= {1}


@pytest.mark.parametrize(
    "statement",
    [
        Le(Mean(a), 9 * b / 10),
        Eq(Probability(c), Rational(45, 100)),
        Ge(Probability(c), Rational(55, 100)),
        And(Le(Mean(a), 2 * b), Le(Mean(a) + Mean(a), b)),
    ],
    ids=str,
)
def test_a_false_claim_is_refuted_at_its_level(statement):
    """A false claim is refuted by wealth with the level in the verdict, and an instance is named."""
    record = examine(claim(statement, mutants=claim().mutants[:1]), OPTIONS)
    assert record.verdict == "refuted"
    assert f"{ALPHA:g}" in record.why
    assert record.wealth.counterexample.outcome == "e-value"
    assert record.certificate is None
    assert record.closest_gap is None  # gaps of pilot means are noise


def test_a_claim_that_nothing_decides_is_undecided():
    """Without an expectation and without a range to bet in, a search of pilot draws is no evidence."""
    record = examine(claim(Le(Mean(a), b), bounded={}, mutants=claim().mutants[1:]), OPTIONS)
    assert record.verdict == "undecided"
    assert record.why == "it has no `expectation`, and `bounded` declares no range of a, such as bounded={a: (0, 1)}"


def test_evidence_is_continued_over_runs(tmp_path):
    """A second run into the same folder goes on from the first, and a third with another seed from both."""
    records = [examine(claim(), Options(budget=1.0, reports=tmp_path, seed=seed)) for seed in (0, 0, 5)]
    assert [record.wealth.earlier_runs for record in records] == [0, 1, 2]
    assert records[2].wealth.earlier_draws == records[0].wealth.draws + records[1].wealth.draws


def test_a_wrong_range_breaks_the_claim():
    """A draw outside what `bounded` declares is one sentence."""
    record = examine(claim(bounded={a: (0, b)}), OPTIONS)
    assert record.verdict == "broken"
    assert "outside the range (0, b) that `bounded` declares for it" in record.why


class Few(Numbers):
    """Numbers that are 1 or 2."""

    def sample(self, sampler, family, batch, sizes, choices):
        return {"": sampler.integers(1, 2, batch, sizes["n"])}


def test_bets_need_no_exact_numbers_of_the_input():
    """A claim over a discrete input is bet on like any other."""
    record = examine(claim(Le(Mean(a), 9 * b / 10), inputs={"x": Few()}, mutants=claim().mutants[:1]), OPTIONS)
    assert record.verdict == "refuted"
