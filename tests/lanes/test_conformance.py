"""One protocol, one conformance test: what every lane must do, whichever it is."""

import time

import pytest

from refute import lanes
from refute.instance import Instance, exact
from refute.search import Search, run_lanes
from tests.small_claims import am_gm

SEARCHING = [lane for lane in lanes.ALL if lane.name != "replay"]


def searched(claim, lane, seconds=1.0, seed=3):
    """A finished search of one lane on a claim."""
    search = Search(claim, seed=seed, deadline=time.perf_counter() + seconds)
    run_lanes(search, [lane])
    return search


@pytest.mark.parametrize("lane", lanes.ALL, ids=lambda lane: lane.name)
def test_lane_keeps_its_deadline(lane):
    """A lane stops soon after its deadline: nothing that it does between two looks at the clock takes seconds."""
    begun = time.perf_counter()
    searched(am_gm(), lane, seconds=0.3)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("lane", SEARCHING, ids=lambda lane: lane.name)
def test_lane_counts_what_it_did(lane):
    """Drawn, met and evaluated instances are counted, in this order of size, and the closest gap is recorded."""
    (evidence,) = searched(am_gm(), lane).lanes
    assert evidence.name == lane.name
    assert evidence.drawn >= evidence.met >= 1
    assert 1 <= evidence.instances <= evidence.met
    assert evidence.closest <= 1e-15
    assert evidence.trace[-1][1] == evidence.closest
    assert set(evidence.by_size["n"]) <= {1, 2, 3}


@pytest.mark.parametrize("lane", SEARCHING, ids=lambda lane: lane.name)
def test_lane_refutes_a_false_statement_with_a_certified_instance(lane):
    """Every lane alone finds the counterexample of a plainly false statement, and stops there."""
    claim = am_gm(factor="2/3")
    search = searched(claim, lane, seconds=5)
    assert search.refutation is not None
    instance, ruling, name = search.refutation
    assert name == lane.name
    assert ruling.outcome == "violated"
    assert search.judge.rule(instance).outcome == "violated"


@pytest.mark.parametrize("lane", SEARCHING, ids=lambda lane: lane.name)
def test_lane_never_refutes_a_true_statement(lane):
    """Equality cases with rounding above 0 in floats are no refutations."""
    assert searched(am_gm(), lane).refutation is None


@pytest.mark.parametrize("lane", SEARCHING, ids=lambda lane: lane.name)
def test_lane_counts_only_instances_that_meet_the_hypotheses(lane):
    """With a hypothesis that half of the draws fail, fewer instances are met than drawn, and none is counted unmet."""
    (evidence,) = searched(am_gm(ordered=True), lane).lanes
    assert evidence.instances <= evidence.met < evidence.drawn


def test_replay_judges_the_printed_instances_first():
    """An instance that a paper prints is judged as it is, and refutes."""
    printed = Instance(sizes={"n": 2}, raw={"x": exact([1, 1])})
    search = searched(am_gm(factor="2/3", replay=[printed]), lanes.ALL[0])
    assert search.refutation is not None
    assert search.refutation[2] == "replay"
    assert search.evaluations == 1


def test_structured_lane_shrinks_and_remembers(tmp_path):
    """What the structured lane finds is small, and its database brings the failure back at the first call."""
    lane = lanes.chosen(["structured"])[0]
    first = Search(am_gm(factor="99/100"), seed=1, deadline=time.perf_counter() + 10, database=tmp_path)
    run_lanes(first, [lane])
    assert first.refutation is not None
    assert all(abs(entry) <= 9 for entry in first.refutation[0].raw["x"])
    again = Search(am_gm(factor="99/100"), seed=2, deadline=time.perf_counter() + 10, database=tmp_path)
    run_lanes(again, [lane])
    assert again.refutation is not None
    assert again.evaluations == 1


def test_sample_lane_backs_off_when_memory_is_short():
    """A chunk that does not fit is divided, and the search goes on."""
    limit = 2000

    def evaluate(xp, x):
        if x.shape[0] > limit:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return am_gm().evaluate(xp, x)

    search = searched(am_gm(evaluate=evaluate), lanes.chosen(["sample"])[0], seconds=0.5)
    assert search.lanes[0].instances > limit


def test_ascent_says_why_it_cannot_climb():
    """On an evaluator without gradients ascent records the reason and does not fail."""

    def evaluate(xp, x):
        return am_gm().evaluate(xp, x.detach())

    search = searched(am_gm(evaluate=evaluate), lanes.chosen(["ascent"])[0])
    assert "not differentiable" in search.lanes[0].error
