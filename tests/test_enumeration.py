"""Means over finite laws: exact without an `expectation`, entry by entry, open where there are too many outcomes."""

import time
from fractions import Fraction

import pytest
from sympy import And, Eq, Ge, Gt, Le

from refute import Claim, Mean, Mutant, Probability, exact, quantities, sizes
from refute.arithmetic import Certifying, Reference
from refute.enumeration import LARGEST, has_exact_means, is_enumerated, number_of_outcomes, outcomes
from refute.errors import OracleError
from refute.examine import Options, examine
from refute.inputs import Sampler
from refute.instance import Instance
from refute.judge import Judge, oracle_values
from refute.montecarlo import means_beside
from refute.search import Search
from strategies.laws import finite, gaussian, rademacher
from tests.tiny import PAPER, Numbers

fourth, products, positive, square, bound = quantities("fourth products positive square bound")
k = sizes("k")
MP = Certifying(bits=128)


def evaluate(xp, x, w):
    """``S = sum_k w_k x_k``: its fourth power, ``S w_k`` for every k, whether S > 0, and what does not depend on w."""
    total = xp.sum(x * w, axis=1)
    norm = xp.sum(x * x, axis=1)
    return {
        fourth: total**4,
        products: total[:, None] * w,
        positive: xp.astype(total > 0, x.dtype),
        square: x,
        bound: 3 * norm**2,
    }


def oracle(mp, x, w):
    total = mp.fsum(a * b for a, b in zip(x, w, strict=True))
    return {
        "fourth": total**4, "products": [total * b for b in w], "positive": int(total > 0), "square": x,
        "bound": lambda: 3 * mp.fsum(a * a for a in x) ** 2,
    }  # fmt: skip


def khintchine(**overrides):
    """``E S^4 <= 3 |x|^4`` and ``E S w_k = x_k`` for independent signs: true."""
    fields = {
        "source": PAPER.item("Lemma 3"), "provenance": "recalled", "inputs": {"x": Numbers()}, "id": "tiny/khintchine",
        "randomness": {"w": rademacher("n")}, "sizes": {"n": (2, 3)}, "axes": {k: (1, "n")},
        "definitions": {fourth: "S^4", products: "S w_k", positive: "whether S > 0", square: "x_k", bound: "3 |x|^4"},
        "statement": And(Le(Mean(fourth), bound), Eq(Mean(products[k]), square[k])),
        "evaluate": evaluate, "oracle": oracle,
        "mutants": [
            Mutant("constant 2", statement=Le(Mean(fourth), 2 * bound / 3), because="at x = (1, 1, 1) the mean is 21 > 2 * 9"),
        ],
        **overrides,
    }  # fmt: skip
    return Claim(**fields)


def instance(*values):
    return Instance({"n": len(values)}, {}, {"x": exact([Fraction(value) for value in values])})


def means(claim, found, mp=MP):
    return {name: value() if callable(value) else value for name, value in oracle_values(claim, mp, found).items()}


def test_means_of_signs_by_hand():
    """``E S^4 = 3 |x|^4 - 2 sum x_k^4`` and ``E S w_k = x_k`` in rationals; only what the statement names is there."""
    found = means(khintchine(), instance(1, 2, "1/3"))
    norm = 1 + 4 + Fraction(1, 9)
    assert found["fourth"] == 3 * norm**2 - 2 * (1 + 16 + Fraction(1, 81))
    assert found["products"] == found["square"] == [1, 2, Fraction(1, 3)]
    assert found["bound"] == 3 * norm**2
    assert "positive" not in found


def test_a_probability_is_a_rational():
    """``P(S > 0)`` with a lazy sign: 1/4 at x = (1, 1), where S is 2, 0, 0 or -2."""
    claim = khintchine(statement=Le(Probability(positive), bound))
    assert means(claim, instance(1, 1))["positive"] == Fraction(1, 4)


def test_several_laws_multiply():
    """Joint outcomes of independent laws have the products of their probabilities, which add up to 1."""
    laws = {"a": finite({0: Fraction(1, 3), 1: Fraction(2, 3)}, "n"), "b": rademacher(1, 1)}
    listed = list(outcomes(laws, {"n": 2}))
    assert len(listed) == number_of_outcomes(laws, {"n": 2}) == 8
    assert sum(share for _, share in listed) == 1
    assert max(share for _, share in listed) == Fraction(2, 9)
    assert set(listed[0][0]) == {"a", "b"}


def test_the_judge_decides_means_without_an_expectation():
    """A claim about finite laws holds or is violated by its exact means, and both arithmetics agree on a violation."""
    assert Judge(khintchine()).rule(instance(1, 2)).outcome == "holds"
    false = khintchine(statement=Le(Mean(fourth), 2 * bound / 3))
    assert Judge(false).rule(instance(1, 1, 1)).outcome == "violated"
    assert Judge(khintchine(statement=Ge(Mean(fourth), bound))).rule(instance(1, 0)).outcome == "violated"
    assert float(means(khintchine(), instance(1, 2), Reference(50))["fourth"]) == 3 * 25 - 2 * 17


def test_a_claim_is_examined_without_an_expectation():
    """Verdict, mutants, and draws beside the exact means, from the oracle of one draw alone."""
    record = examine(khintchine(), Options(budget=1.5))
    assert record.verdict == "survived"
    assert record.instances > 10
    assert [mutant.refuted for mutant in record.mutants] == [True]


def test_an_oracle_may_be_derived():
    """Without an oracle too the means are exact: the evaluator runs on every outcome in exact numbers."""
    found = means(khintchine(oracle=None), instance(1, 2))
    assert found["fourth"] == 3 * 25 - 2 * 17
    assert found["products"] == [1, 2]
    assert Judge(khintchine(oracle=None)).rule(instance(1, 1)).outcome == "holds"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_draws_agree_with_the_enumerated_means(seed):
    """A mean of draws of a loaded law is within six standard errors of its exact mean, for every averaged quantity."""
    loaded = finite({-1: Fraction(2, 3), 2: Fraction(1, 3)}, "n")
    claim = khintchine(randomness={"w": loaded}, statement=And(Le(Mean(fourth), bound), Eq(Mean(products[k]), square[k])))
    found = means_beside(Search(claim, seed=seed, deadline=time.perf_counter() + 5), budget=0.5)
    assert {row.name for row in found.means} == {"fourth", "products"}
    for row in found.means:
        assert abs(row.mean - row.value) <= 6 * row.error


def test_too_many_outcomes_leave_an_instance_open():
    """Above the limit no mean is known: such an instance is open, smaller ones are decided."""
    claim = khintchine(sizes={"n": (2, 13)}, statement=Le(Mean(fourth), bound))
    assert 2**12 == LARGEST
    assert Judge(claim).rule(instance(*[1] * 13)).outcome == "open"
    assert Judge(claim).rule(instance(*[1] * 4)).outcome == "holds"


def test_only_finite_laws_are_enumerated():
    """One continuous law among the random inputs, or a given expectation, and nothing is enumerated."""
    assert is_enumerated(khintchine())
    assert not is_enumerated(khintchine(randomness={"w": rademacher("n"), "g": gaussian("n")}))
    assert not has_exact_means(khintchine(randomness={"w": gaussian("n")}))
    given = khintchine(expectation=lambda mp, x: None)
    assert not is_enumerated(given)
    assert has_exact_means(given)
    assert Judge(given).rule(instance(1, 1)).outcome == "open"


def test_what_is_not_averaged_may_not_depend_on_the_draw():
    """A hypothesis or a bound that changes with the draw is an error that names it, lazy or not."""
    message = "fourth is 16 for one draw and 0 for another, but only a quantity under a mean may depend on the draw"
    with pytest.raises(OracleError, match=message):
        Judge(khintchine(statement=Le(Mean(products[k]), bound), hypotheses=[Gt(fourth, 0)])).rule(instance(1, 1))
    lazy = khintchine(statement=Le(Mean(fourth), bound), oracle=lambda mp, x, w: {**oracle(mp, x, w), "bound": lambda: w[0]})
    with pytest.raises(OracleError, match="bound is -1 for one draw and 1 for another"):
        Judge(lazy).rule(instance(1, 1))


def test_irrational_constants_may_be_computed_per_draw():
    """A ball that every draw computes anew is no change: only disjoint values are."""

    def rooted(mp, x, w):
        root = mp.sqrt(mp.fsum((a * b) ** 2 for a, b in zip(x, w, strict=True)))
        return {**oracle(mp, x, w), "bound": 3 * root**4}

    assert Judge(khintchine(oracle=rooted)).rule(instance(1, 1)).outcome == "holds"
    assert Judge(khintchine(oracle=rooted)).rule(instance(1, 2)).outcome in ("holds", "tie")


def test_draws_of_a_search_are_the_outcomes():
    """What the sampler draws is among the outcomes that are averaged."""
    law = rademacher("n")
    raw = law.sample(Sampler(1), law.families[0], 50, {"n": 3}, {})[""]
    listed = {tuple(parts[""].flat) for parts, _ in law.outcomes({"n": 3})}
    assert {tuple(row.tolist()) for row in raw} <= listed


def test_different_tables_are_different_claims():
    """A certificate is bound to the law: the same statement over another table has another digest."""
    fair, loaded = ({"w": finite({0: share, 1: 1 - share}, "n")} for share in (Fraction(1, 2), Fraction(1, 3)))
    assert khintchine(randomness=fair).digest != khintchine(randomness=loaded).digest
