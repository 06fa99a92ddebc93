"""Bounded logits, with saturated rows among them."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.logits import LARGEST_LOGIT, logits

SIZES = {"n": 2, "d": 3}
SOURCE = logits("n", "d")


def test_samples_and_corners_are_bounded_and_admitted():
    """No family and no corner leaves the bounds, and in 500 draws some class takes all but 1e-9 of the probability."""
    for family in SOURCE.families:
        values = SOURCE.sample(Sampler(1), family, 500, SIZES, {})[""]
        assert float(values.abs().max()) <= LARGEST_LOGIT
        assert all(SOURCE.admits({"": exact(value.numpy())}, SIZES, {}) for value in values[:50])
    assert float((1 - torch.softmax(values, dim=2).amax(dim=2)).min()) < 1e-9
    for corner in SOURCE.corners(SIZES, {}):
        assert SOURCE.admits({"": exact(corner[""])}, SIZES, {})


@given(st.data())
def test_readable_logits_are_admitted(data):
    """So are those that Hypothesis draws; larger ones are clamped, and not admitted."""
    assert SOURCE.admits({"": exact(SOURCE.draw(data.draw, SIZES, {})[""])}, SIZES, {})
    large = torch.full((1, 2, 3), 100.0, dtype=torch.float64)
    assert not SOURCE.admits({"": exact(large[0].numpy())}, SIZES, {})
    assert float(SOURCE.clamp(namespace("torch"), {"": large})[""].max()) == LARGEST_LOGIT
