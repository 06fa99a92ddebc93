"""Keys with some of them exactly in the hull of others, and distances from hulls on a batch."""

import itertools

import pytest
import torch

from oracles import hulls
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.keys import Rivals, hull_distance, keys

XP = namespace("torch")
MP = Certifying()
KEYS, SIZES = keys("m", "d"), {"m": 4, "d": 2}


def exactly(parts, row):
    return KEYS.exact(MP, {"": exact(parts[""][row].numpy())}, SIZES, {})


@pytest.mark.parametrize("family", ["inside", "on a line"])
def test_keys_in_hulls_occur_exactly(family):
    """The last key of the inside family is in the hull of the others in rationals; on a line some key always is."""
    parts = KEYS.sample(Sampler(1), family, 30, SIZES, {})
    for row in range(30):
        found = hulls.selection(MP, exactly(parts, row))["hull"]()
        assert (found[-1] if family == "inside" else min(found)) == 0


def test_keys_nearly_inside_and_long_ones_occur():
    """Squared distances from the hull below 1e-6 but not 0, and ratios of norms above a million."""
    parts = KEYS.sample(Sampler(2), "nearly inside", 60, SIZES, {})
    found = [MP.to_float(hulls.selection(MP, exactly(parts, row))["hull"]()[-1]) for row in range(60)]
    assert any(0 < value < 1e-6 for value in found)
    long = KEYS.sample(Sampler(3), "one long", 60, SIZES, {})[""]
    norms = torch.linalg.vector_norm(long, dim=2)
    assert bool((norms[:, 0] > 2.0**20 * norms[:, 1:].amax(dim=1)).any())


def test_corners_have_a_centre():
    """A corner of four keys in three dimensions has its last key in the middle of the others, another has equal keys."""
    corners = [KEYS.exact(MP, {"": exact(c[""])}, {}, {}) for c in KEYS.corners({"m": 4, "d": 3}, {})]
    found = [hulls.selection(MP, corner)["hull"]() for corner in corners]
    assert any(row[-1] == 0 and all(value > 0 for value in row[:-1]) for row in found)
    assert [0] * 4 in found


@pytest.mark.parametrize("family", KEYS.families)
def test_distances_are_those_of_the_oracle(family):
    """Margins and distances on a batch are the rational ones to nine digits of the spread of the keys."""
    parts = KEYS.sample(Sampler(4), family, 20, SIZES, {})
    rivals = Rivals(XP, parts[""])
    for row in range(20):
        truth = hulls.selection(MP, exactly(parts, row))
        for name, values in (("margin", rivals.margin), ("hull", rivals.hull), ("segment", rivals.segment)):
            for value, number in zip(values[row].tolist(), truth[name](), strict=True):
                assert abs(value - MP.to_float(number)) <= 1e-9 * MP.to_float(truth["spread"]), name


def test_hull_of_all_signs_holds_the_origin():
    """The distance of the origin from the corners of a square around it is 0, and 1 from those on one side."""
    square = torch.tensor([list(itertools.product((1.0, -1.0), repeat=2))], dtype=torch.float64)
    assert float(hull_distance(XP, square)[0]) < 1e-30
    assert float(hull_distance(XP, square[:, :2])[0]) == pytest.approx(1, rel=1e-12)
