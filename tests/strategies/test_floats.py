"""Arrays of numbers of a format are representable, reach ties and extremes, and are enumerated completely."""

from fractions import Fraction

import array_api_compat.torch as xp
import numpy as np
import pytest
import torch

from refute.inputs import Sampler
from refute.instance import exact
from strategies.floats import perturbed_sum, representable
from strategies.formats import FORMATS, NEAREST


def drawn(source, sizes, choices, batch=64):
    """Batches of every family of an input, by family."""
    sampler = Sampler(7)
    return {family: source.sample(sampler, family, batch, sizes, choices) for family in source.families}


@pytest.mark.parametrize("name", FORMATS)
def test_draws_and_corners_are_numbers_of_the_format(name):
    """Samples of every family and all corners are admitted, so they are representable."""
    source, sizes, choices = representable("n"), {"n": 5}, {"format": name, "rounding": NEAREST[0]}
    rows = [row for parts in drawn(source, sizes, choices).values() for row in parts[""].numpy()]
    rows += [np.array(parts[""], dtype=object) for parts in source.corners(sizes, choices)]
    assert all(source.admits({"": exact(row)}, sizes, choices) for row in rows)
    assert not source.admits({"": exact([fmt_third(name)] * 5)}, sizes, choices)


def fmt_third(name):
    """A number that no binary format holds."""
    return Fraction(1, 3) * FORMATS[name].smallest


@pytest.mark.parametrize("name", ["one bit", "e4m3fn", "binary32", "binary64"])
def test_draws_meet_ties_zeros_and_overflow(name):
    """Within a few hundred draws there are exact ties, zeros, cancellation to 0, and in 8 bits overflow."""
    fmt, sizes, choices = FORMATS[name], {"n": 2}, {"format": name, "rounding": NEAREST[0]}
    pairs = torch.cat([parts[""] for parts in drawn(representable("n"), sizes, choices, 256).values()]).tolist()
    sums = [Fraction(a) + Fraction(b) for a, b in pairs]
    assert any(fmt.round(s, NEAREST[1]) != fmt.round(s, NEAREST[2]) for s in sums)
    assert any(0 in pair for pair in pairs)
    assert any(s == 0 and pair[0] for s, pair in zip(sums, pairs, strict=True))
    if name in ("one bit", "e4m3fn"):
        assert any(abs(fmt.round(s)) > fmt.largest for s in sums)


def test_enumeration_is_complete():
    """The numbered arrays of a small format are all different and as many as they should be."""
    source, sizes, choices = representable("n"), {"n": 3}, {"format": "e2m1", "rounding": NEAREST[0]}
    total = source.cardinality(sizes, choices)
    rows = source.numbered(xp, torch.arange(total), sizes, choices)[""]
    assert total == 15**3 == len(torch.unique(rows, dim=0))
    assert source.cardinality(sizes, {**choices, "format": "binary64"}) is None


def test_perturbed_sums_stay_within_one_unit():
    """Relative errors are drawn, and clamped, between -1 and 1 units."""
    source, sizes, choices = perturbed_sum("n"), {"n": 4}, {"format": "e5m2"}
    assert all(parts["errors"].abs().max() <= 1 for parts in drawn(source, sizes, choices).values())
    wild = source.clamp(xp, {"values": torch.ones(1, 4), "errors": torch.tensor([[-3.0, 0.5, 9.0]])})
    assert wild["errors"].tolist() == [[-1.0, 0.5, 1.0]]
