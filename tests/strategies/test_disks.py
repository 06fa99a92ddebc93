"""Self-maps of the disk: the polar formulas in floats agree with the product itself in rationals."""

from fractions import Fraction

import pytest
import torch

from oracles import kernels
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.disks import PAIRS, REAL, blaschke, disk_point

XP = namespace("torch")
SIZES = {"n": 3}


def raw_rows(source, choices, count=40):
    found = [{name: exact(array) for name, array in corner.items()} for corner in source.corners(SIZES, choices)]
    for family in source.families:
        batch = source.sample(Sampler(1), family, count, SIZES, choices)
        found += [{name: exact(array[row].numpy()) for name, array in batch.items()} for row in range(count)]
    return found


def tensors(raw):
    return {name: torch.tensor(array.astype(float)[None], dtype=torch.float64) for name, array in raw.items()}


@pytest.mark.parametrize("zeros", [REAL, PAIRS])
def test_modulus_and_slope_agree_with_the_product(zeros):
    """|B(z)| and B(0) in floats are those of the rational product, to 30 bits of 1 - |B(z)| next to the circle."""
    source, point, choices, mp = blaschke("n"), disk_point(), {"zeros": zeros}, Certifying(bits=256)
    for map_raw, point_raw in zip(raw_rows(source, choices), raw_rows(point, {}), strict=True):
        assert source.admits(map_raw, SIZES, choices)
        product = source.tensor(XP, tensors(map_raw), SIZES, choices)
        z = point.tensor(XP, tensors(point_raw), {}, {})
        truth = kernels.self_map(mp, source.exact(mp, map_raw, SIZES, choices), point.exact(mp, point_raw, {}, {}))
        inner = mp.to_float(truth["image"] / truth["size"])
        if inner > 1e-3:
            deficit = mp.to_float(1 - truth["image"] / truth["size"])
            assert abs(-float(torch.expm1(product.log_modulus(z))) - deficit) <= 2.0**-30 * deficit
        slope = mp.to_float(truth["slope"])
        assert abs(float(product.at_zero) - slope) <= 2.0**-40 * slope


def test_points_have_their_modulus():
    """A point is inside the disk, its modulus exactly 1 - apart."""
    source, mp = disk_point(), Certifying()
    for raw in raw_rows(source, {}):
        x, y = source.exact(mp, raw, {}, {})
        assert x * x + y * y == (1 - Fraction(raw["apart"][()])) ** 2


def test_slope_off_centre():
    """(z + c)/(1 + c z) has the slope 1 - c^2 at 0, and products obey Schwarz-Pick there."""
    source, mp = blaschke("n", (REAL,)), Certifying()
    raw = {"apart": exact([Fraction(1, 2)] * 3), "tangent": exact([0, 0, 0])}
    product = source.tensor(XP, tensors(raw), SIZES, {})
    truth = kernels.self_map_off_centre(mp, source.exact(mp, raw, SIZES, {}), [mp.mpf(Fraction(1, 3)), mp.mpf(0)])
    assert truth["slope"] == 3 * Fraction(3, 4) * Fraction(1, 4)
    assert abs(float(product.slope_at_zero) - 9 / 16) < 1e-15
    assert truth["slope"] <= 1 - Fraction(1, 8) ** 2
    assert truth["image"] == Fraction(5, 7) ** 3
