"""Deviations and secants: exact, in range, with both ends among them; the layers on tensors to nearly all digits."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import ntk
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.angles import deviation, relu_step, secant, tangent_kernels

XP = namespace("torch")
MP = Certifying(bits=192)
# a thousand roundings of float64
CLOSE = 2.0**-43


@given(st.data(), st.booleans())
def test_secants_are_equidistant(data, whole):
    """Three rising correlations in [0, 1] or [-1, 1], the middle one exactly in the middle, alike in floats."""
    source = secant(whole)
    raw = {name: exact(value) for name, value in source.draw(data.draw, {}, {}).items()}
    assert source.admits(raw, {}, {})
    low, middle, high = source.exact(MP, raw, {}, {})
    assert low < high
    assert low + high == 2 * middle
    assert (-1 if whole else 0) <= low
    assert high <= 1
    found = source.tensor(XP, {name: torch.tensor([float(value[()])]).double() for name, value in raw.items()}, {}, {})
    for position, truth in enumerate((low, middle, high)):
        assert abs(float(found[0, position]) - MP.to_float(1 - truth)) <= CLOSE * MP.to_float(1 - truth)


@pytest.mark.parametrize("family", deviation().families)
def test_deviations_are_admitted(family):
    """Every sample lies in (0, 2], and each family comes close to an end of its own."""
    values = deviation(distinct=True).sample(Sampler(3), family, 500, {}, {})[""]
    assert all(deviation(distinct=True).admits({"": exact(x)}, {}, {}) for x in values.tolist())
    reached = {"log-uniform": values.min() < 1e-6, "uniform": values.max() > 1.9, "near 2": (2 - values).min() < 1e-6}
    assert bool(reached[family])


def test_ends_are_corners():
    """2 is among the corners, 0 only where equal inputs are admitted."""
    assert any(corner[""] == 2 for corner in deviation(distinct=True).corners({}, {}))
    assert all(corner[""] > 0 for corner in deviation(distinct=True).corners({}, {}))
    assert any(corner[""] == 0 for corner in deviation().corners({}, {}))
    assert not deviation(distinct=True).admits({"": exact(0)}, {}, {})


@pytest.mark.parametrize("x", [2.0**-50, 2.0**-20, 0.3, 1.0, 1.9, 2.0])
def test_layers_keep_their_digits(x):
    """Drop, loss, and six layers of the tangent kernel with its distance from L + 1, against balls."""
    tensor = torch.tensor([x], dtype=torch.float64)
    drop, loss = relu_step(XP, tensor)
    truth = ntk.relu_gap(MP, MP.mpf(Fraction(x)))
    assert abs(float(drop[0]) - MP.to_float(truth["drop"])) <= CLOSE * MP.to_float(truth["drop"])
    assert abs(float(loss[0]) - MP.to_float(truth["loss"])) <= CLOSE * MP.to_float(truth["loss"])
    found = tangent_kernels(XP, tensor, 6)
    for layer, value in enumerate(ntk.tangent_kernels(MP, MP.mpf(1 - Fraction(x)), 6)):
        assert abs(float(found.kernel[0, layer]) - MP.to_float(value)) <= CLOSE * (layer + 1)
        rest = MP.to_float(layer + 1 - value)
        assert abs(float(found.deficit[0, layer]) - rest) <= CLOSE * rest
