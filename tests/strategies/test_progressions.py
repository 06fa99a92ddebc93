"""Equidistant correlations: in rising order, exactly equidistant, in their range, and near 1 with all digits."""

from fractions import Fraction
from itertools import pairwise

import pytest
import torch

from refute.arithmetic import Certifying, fraction
from refute.inputs import Sampler
from refute.instance import exact as exactly
from refute.namespace import namespace
from strategies.progressions import progression

XP = namespace("torch")
MP = Certifying(bits=64)


@pytest.mark.parametrize("whole", [False, True])
def test_points_are_equidistant_in_their_range(whole):
    """The exact points of corners and samples rise by the same step, from at least 0 (or -1) up to at most 1."""
    source = progression(6, whole)
    raws = [{key: exactly(value) for key, value in corner.items()} for corner in source.corners({}, {})]
    for family in source.families:
        batch = source.sample(Sampler(3), family, 20, {}, {})
        raws += [{key: exactly(batch[key][i].numpy()) for key in batch} for i in range(20)]
    for raw in raws:
        assert source.admits(raw, {}, {})
        points = [fraction(point.value) for point in source.exact(MP, raw, {}, {})]
        steps = {after - before for before, after in pairwise(points)}
        assert len(steps) == 1
        assert steps.pop() > 0
        assert (-1 if whole else 0) <= points[0] < points[-1] <= 1


def test_the_whole_range_is_reached():
    """Some progression goes from -1 to 1, and some ends at 1 exactly."""
    source = progression(3, whole=True)
    ends = [source.exact(MP, {k: exactly(v) for k, v in corner.items()}, {}, {}) for corner in source.corners({}, {})]
    assert any(points[0] == -1 and points[-1] == 1 for points in ends)


def test_tensors_keep_the_distance_from_one():
    """1 - rho of the last point is the raw number itself, and that of a negative one is taken from -1."""
    parts = {"apart": torch.tensor([2.0**-40], dtype=torch.float64), "share": torch.tensor([1.0], dtype=torch.float64)}
    low, _, high = progression(3, whole=True).tensor(XP, parts, {}, {})
    assert float(high.complement[0]) == 2.0**-40
    assert (float(low.sign[0]), float(low.complement[0])) == (-1.0, 0.0)
    assert float(low.value[0]) == -1.0


def test_the_last_point_is_below_one_by_apart():
    """apart = 1/4, share = 1/2 and three points: 3/8, 9/16 and 3/4."""
    raw = {"apart": exactly(Fraction(1, 4)), "share": exactly(Fraction(1, 2))}
    points = progression(3).exact(MP, raw, {}, {})
    assert [fraction(point.value) for point in points] == [Fraction(3, 8), Fraction(9, 16), Fraction(3, 4)]
