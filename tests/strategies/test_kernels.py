"""Kernel maps and correlations as inputs: what they build is exact, and the hard cases occur."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.activations import ACTIVATIONS
from strategies.kernels import correlation, kernel, residual_shares, weights

XP = namespace("torch")
SIZES = {"K": 4}
SERIES = {"activation": "hermite series"}


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_samples_and_corners_are_admitted(centred, activation):
    """What an input draws, samples or lists as a corner lies in its own range."""
    source, choices = kernel("K", centred), {"activation": activation}
    parts = [{name: exact(array) for name, array in corner.items()} for corner in source.corners(SIZES, choices)]
    for family in source.families:
        batch = source.sample(Sampler(1), family, 50, SIZES, choices)
        parts += [{name: exact(array[row].numpy()) for name, array in batch.items()} for row in range(50)]
    assert all(source.admits(raw, SIZES, choices) for raw in parts)
    assert all(raw["weights"].shape == (4 if centred else 5,) for raw in parts)


def test_correlations_reach_both_ends_and_zero():
    """Within 2000 draws: both signs, within 1e-12 of 1 and within 1e-4 of 0, none of them 1."""
    source, sampler = correlation(), Sampler(2)
    u = np.concatenate([source.sample(sampler, family, 700, {}, {})[""].numpy() for family in source.families])
    assert np.all((np.abs(u) > 0) & (np.abs(u) <= 1))
    for sign in (1, -1):
        assert np.any(sign * u > 0)
        assert np.any((sign * u > 0) & (np.abs(u) < 1e-12))
    assert np.any(np.abs(u) > 1 - 1e-4)


@given(st.floats(-1, 1).filter(lambda u: abs(u) >= 2.0**-60))
def test_correlation_is_the_same_in_both_arithmetics(u):
    """Sign, complement and exact value belong to one number."""
    built = correlation().tensor(XP, {"": torch.tensor([u], dtype=torch.float64)}, {}, {})
    value = correlation().exact(Certifying(), {"": exact(u)}, {}, {})
    assert value == int(built.sign[0]) * (1 - Fraction(float(built.complement[0])))


def test_maps_of_two_degrees_and_linear_maps_occur():
    """The extremal maps of the theorems, two degrees only and nearly linear ones, are drawn."""
    source = kernel("K")
    weights = source.sample(Sampler(3), "two degrees", 200, SIZES, SERIES)["weights"].numpy()
    assert np.any(np.sum(weights > 0, axis=1) == 2)
    nearly = source.sample(Sampler(3), "nearly linear", 200, SIZES, SERIES)["weights"].numpy()
    assert np.any(np.sum(nearly[:, 1:], axis=1) < 1e-5 * nearly[:, 0])


@pytest.mark.parametrize("options", [{"signs": (1,)}, {"signs": (-1,)}, {"apart": 0.5}, {"closed": True}])
def test_narrower_correlations_stay_in_their_range(options):
    """Samples, corners and clamped numbers have the allowed signs and distances from 1; only a closed range has 1."""
    source = correlation(**options)
    drawn = [source.sample(Sampler(4), family, 200, {}, {}) for family in source.families]
    drawn.append(source.clamp(XP, {"": torch.linspace(-2, 2, 101, dtype=torch.float64)}))
    raw = [exact(u) for batch in drawn for u in batch[""].numpy()] + [exact(corner[""]) for corner in source.corners({}, {})]
    assert all(source.admits({"": u}, {}, {}) for u in raw)
    assert source.admits({"": exact(0)}, {}, {}) == ("closed" in options)
    values = [source.exact(Certifying(), {"": u}, {}, {}) for u in raw]
    for sign in options.get("signs", ()):
        assert all(sign * value >= 0 for value in values)
    assert all(abs(value) <= 1 - Fraction(options.get("apart", 0)) for value in values)
    assert any(value == 1 for value in values) == ("closed" in options)


def test_weights_and_shares_are_admitted():
    """Weights of both kinds of zero pattern and sorted shares of residual branches lie in their ranges."""
    sampler = Sampler(5)
    for source in (weights("K"), residual_shares()):
        raw = [corner[""] for corner in source.corners(SIZES, {})]
        for family in source.families:
            raw += list(source.sample(sampler, family, 50, SIZES, {})[""].numpy())
        raw += list(source.clamp(XP, {"": 1.2 * torch.rand(20, len(raw[0]), dtype=torch.float64) - 0.1})[""].numpy())
        raw = [array for array in raw if len(set(array)) > 1 or source.parts() != {"": (2,)}]
        assert all(source.admits({"": exact(array)}, SIZES, {}) for array in raw)
    built = residual_shares().tensor(XP, {"": torch.tensor([[0.75, 0.25]], dtype=torch.float64)}, {}, {})
    assert built.tolist() == [[0.25, 0.75]]
    assert residual_shares().exact(Certifying(), {"": exact([0.75, 0.25])}, {}, {})[0] == Fraction(1, 4)
