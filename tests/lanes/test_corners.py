"""The corners lane exhausts structures with few instances, and counts each instance once."""

import dataclasses
import time

from refute.lanes import Corners, Sample
from refute.loader import find
from refute.search import Search, run_lanes
from strategies.floats import representable

RUMP = find("approximation/rump_sum")


def searched(formats, lanes, sizes):
    """The search of the given lanes on sums of ``sizes`` numbers of the formats, ties to even."""
    claim = dataclasses.replace(RUMP, inputs={"x": representable("n", formats, ("ties to even",))}, sizes={"n": sizes}, replay=())
    search = Search(claim, seed=5, deadline=time.perf_counter() + 2.0)
    run_lanes(search, lanes)
    return search


def test_all_instances_of_small_structures_are_visited():
    """Singles, pairs and triples of the 15 numbers of e2m1 are all drawn, and said to be exhausted."""
    search = searched(("e2m1",), [Corners()], (1, 3))
    assert [total for _, total in search.exhausted] == [15, 15**2, 15**3]
    assert search.lane.drawn == 15 + 15**2 + 15**3
    assert search.lane.instances == search.lane.met < search.lane.drawn


def test_an_exhausted_structure_counts_no_instance_again():
    """Random draws from a structure whose every instance was counted add nothing to the instances."""
    corners, sample = searched(("e2m1",), [Corners(), Sample()], (2, 2)).lanes
    assert corners.instances > 0
    assert sample.drawn > 0
    assert sample.instances == 0


def test_structures_with_too_many_instances_keep_their_corners():
    """Nothing is exhausted in binary64, where only the corners are visited."""
    search = searched(("binary64",), [Corners()], (2, 2))
    assert search.exhausted == []
    assert 0 < search.lane.drawn < 100
