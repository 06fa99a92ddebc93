"""Shrinking keeps the violation, simplifies, and stays within sizes, ranges and hypotheses."""

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Gt, Le, Ne

from refute import Input, Instance, exact, shrink
from refute.errors import OracleError
from refute.judge import Judge
from refute.shrink import complexity
from tests.tiny import Numbers, a, b, c, claim_of, evaluate, f, k, numbers


def whole_list(mp, x):
    return {"a": x[0], "b": x[-1], "c": mp.fsum(x), "f": x}


class Counting(Judge):
    """A judge that counts its rulings: a shrinker that loops asks for ever."""

    rulings = 0

    def rule(self, instance):
        self.rulings += 1
        assert self.rulings < 3000
        return super().rule(instance)


def shrunk(claim, instance, seconds=20.0):
    judge = Counting(claim)
    ruling = judge.rule(instance)
    assert ruling.outcome == "violated"
    found, verdict = shrink.shrink(claim, judge, instance, ruling, time.perf_counter() + seconds)
    assert verdict.outcome == Judge(claim).rule(found).outcome == "violated"
    assert complexity(found) <= complexity(instance)
    return found


@settings(max_examples=20)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6))
def test_a_shrunk_instance_is_violated_and_no_more_complex(values):
    """Whatever it starts from, shrinking ends at a violated instance that is at most as complex."""
    claim = claim_of(Le(c, 1), sizes={"n": (2, 6)}, oracle=whole_list)
    instance = numbers(*values, abs(sum(values)) + 2)
    if instance.sizes["n"] <= 6 and sum(Fraction(v) for v in values) + Fraction(abs(sum(values)) + 2) > 1:
        found = shrunk(claim, instance)
        assert 2 <= found.sizes["n"] <= 6


def test_sizes_and_entries_become_small():
    """A long list of awkward floats becomes a short one of small integers."""
    claim = claim_of(Le(f[k], 1), sizes={"n": (2, 9)}, oracle=whole_list)
    found = shrunk(claim, numbers(*np.random.default_rng(1).normal(size=8), 77.123456789))
    assert found.sizes == {"n": 2}
    assert sorted(found.raw["x"]) == [0, 2]


def test_hypotheses_stay_met():
    """A step that leaves the hypotheses is not taken."""
    claim = claim_of(Le(a, 1), sizes={"n": (3, 3)}, hypotheses=[Gt(a, 5), Ne(b, 0)])
    found = shrunk(claim, numbers(7.71, 3.3, 0.1))
    assert found.raw["x"][0] > 5
    assert found.raw["x"][1] != 0
    assert all(entry.denominator == 1 for entry in found.raw["x"])


def test_ranges_of_inputs_are_respected():
    """A step that the input does not admit is not taken, nor one on which its check raises."""
    claim = claim_of(Le(a, 1), inputs={"x": Numbers(lambda entry: entry > Fraction(1, 2))})
    assert all(entry > Fraction(1, 2) for entry in shrunk(claim, numbers(7.71, 3.3, 0.9)).raw["x"])
    picky = claim_of(Le(a, 1), inputs={"x": Numbers(lambda entry: 1 / entry > 0)})
    assert all(entry > 0 for entry in shrunk(picky, numbers(7.71, 3.3, 0.9)).raw["x"])


def test_sizes_that_depend_on_each_other_stay_within_their_ranges():
    """A size bounded by another one never leaves its range."""

    class Two(Input):
        def parts(self):
            return {"long": ("n",), "short": ("m",)}

        def sample(self, sampler, family, batch, sizes, choices):
            return {"long": sampler.normal(batch, sizes["n"]), "short": sampler.normal(batch, sizes["m"])}

        def draw(self, draw, sizes, choices):
            raise NotImplementedError

        def exact(self, mp, parts, sizes, choices):
            return [mp.mpf(entry) for entry in (*parts["long"], *parts["short"])]

    claim = claim_of(Le(c, 1), inputs={"x": Two()}, sizes={"n": (2, 5), "m": (2, "n")}, oracle=whole_list)
    instance = Instance({"n": 5, "m": 4}, raw={"x.long": exact([1.5] * 5), "x.short": exact([2.25] * 4)})
    found = shrunk(claim, instance)
    assert found.sizes == {"n": 2, "m": 2}


def test_an_instance_that_cannot_be_simpler_comes_back_at_once():
    """The simplest instance is returned unchanged, without a single further ruling."""
    claim, simplest = claim_of(Le(a, -1)), numbers(0, 0, 0)
    judge = Counting(claim)
    found, _ = shrink.shrink(claim, judge, simplest, judge.rule(simplest), time.perf_counter() + 20)
    assert found.key() == simplest.key()
    assert judge.rulings == 1


def test_an_input_that_returns_what_it_got_does_not_loop():
    """An `exactify` that returns its argument, or something more complex each time, ends by itself."""

    class Stubborn(Numbers):
        def exactify(self, parts, sizes, choices):
            return {"": parts[""]}

    class Growing(Numbers):
        def exactify(self, parts, sizes, choices):
            return {"": np.array([entry + Fraction(1, 2**60) for entry in parts[""]], dtype=object)}

    for source in (Stubborn(), Growing()):
        found = shrunk(claim_of(Le(a, 1), inputs={"x": source}), numbers(7.71, 3.3, 0.9))
        assert found.raw["x"][0] == 2


def test_candidates_on_which_the_oracle_raises_are_passed_over():
    """An oracle that fails on a simpler instance does not end the shrinking."""

    def oracle(mp, x):
        if x[1] == 0:
            raise KeyError("zero")
        return {"a": x[0], "b": x[1], "c": x[2]}

    found = shrunk(claim_of(Le(a, 1), oracle=oracle), numbers(7.71, 3.3, 0.9))
    assert list(found.raw["x"]) == [2, 1, 0]
    with pytest.raises(OracleError):
        Judge(claim_of(Le(a, 1), oracle=oracle)).rule(numbers(7, 0, 0))


def test_the_deadline_is_kept():
    """After its deadline shrinking returns the best so far."""
    claim = claim_of(Le(c, 1), sizes={"n": (2, 40)}, oracle=whole_list)
    instance = numbers(*(abs(np.random.default_rng(0).normal(size=40)) + 0.1))
    judge = Judge(claim)
    assert shrink.shrink(claim, judge, instance, judge.rule(instance), time.perf_counter() - 1)[0].key() == instance.key()


def test_the_evaluator_is_not_consulted():
    """Shrinking decides by exact arithmetic alone: a float evaluator that errs changes nothing."""
    claim = claim_of(Le(a, 1), evaluate=lambda xp, x: evaluate(xp, 0 * x))
    assert shrunk(claim, numbers(9.5, 0, 0)).raw["x"][0] == 2


def test_instances_whose_hashes_collide_are_not_confused():
    """-1 and -2, 1 and 2^61 hash alike in Python: the ruling on one must not stand for the other."""
    claim = claim_of(Le(a, 1), oracle=lambda mp, x: {"a": mp.mpf(3) if x[0] in (-4, -2) else mp.mpf(0), "b": x[1], "c": x[2]})
    assert hash((Fraction(-1),)) == hash((Fraction(-2),))
    assert shrunk(claim, numbers(-4, 0, 0)).raw["x"][0] == -2
