"""Networks of finite width: admissible raw numbers, exactly orthogonal pairs, repeated points, alike in floats and rationals."""

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
from strategies.finite_width import (
    FREE,
    PAIRED,
    Points,
    activate,
    activated_points,
    bias_scale,
    chi_square_logs,
    chi_square_powers,
    layer_volumes,
    linear_layers,
    orthogonal_pair,
    positive_scale,
    relu_slopes,
    scale_of,
    slopes,
)

XP = namespace("torch")
MP = Certifying(bits=128)
SIZES = {"n": 3}
SOURCES = {
    "variance": (positive_scale(), {}),
    "bias": (bias_scale(), {}),
    "slopes": (slopes(), {}),
    "relu": (relu_slopes(), {}),
    "pair": (orthogonal_pair("n"), {}),
    "points": (activated_points("n"), {"activation": "relu"}),
}


@pytest.mark.parametrize("name", SOURCES)
def test_samples_and_corners_are_admissible(name):
    """What the families and the corners give lies in the admissible range, in exact numbers."""
    source, choices = SOURCES[name]
    for family in source.families:
        parts = source.sample(Sampler(1), family, 50, SIZES, choices)
        for row in range(50):
            assert source.admits({part: exact(array[row].numpy()) for part, array in parts.items()}, SIZES, choices)
    corners = list(source.corners(SIZES, choices))
    assert corners
    for corner in corners:
        assert source.admits({part: exact(array) for part, array in corner.items()}, SIZES, choices)


@pytest.mark.parametrize("name", SOURCES)
@given(data=st.data())
def test_readable_draws_are_admissible(name, data):
    """Every readable instance is admissible."""
    source, choices = SOURCES[name]
    drawn = source.draw(data.draw, SIZES, choices)
    assert source.admits({part: exact(array) for part, array in drawn.items()}, SIZES, choices)


def test_a_bias_may_vanish_and_a_weight_may_not():
    """Zero is a corner of the biases; as a variance of weights it is not admitted."""
    zero = {"": exact(0)}
    assert bias_scale().admits(zero, {}, {})
    assert not positive_scale().admits(zero, {}, {})
    assert any(corner[""] == 0 for corner in bias_scale().corners({}, {}))


@pytest.mark.parametrize("family", orthogonal_pair("n").families)
def test_pairs_are_exactly_orthogonal(family):
    """The two columns have the inner product 0 in rationals, and the tensor is that matrix to nearly all digits."""
    source = orthogonal_pair("n")
    parts = source.sample(Sampler(3), family, 20, SIZES, {})
    built = source.tensor(XP, parts, SIZES, {})
    for row in range(20):
        pair = source.exact(MP, {"": exact(parts[""][row].numpy())}, SIZES, {})
        assert MP.fsum(pair[i, 0] * pair[i, 1] for i in range(3)) == 0
        size = float(built[row].abs().max() * parts[""][row].abs().max() ** 2)
        assert max(abs(MP.to_float(pair[i, j]) - float(built[row, i, j])) for i in range(3) for j in range(2)) <= 2.0**-45 * (
            1 + size
        )


@pytest.mark.parametrize("activation", [*FREE, *PAIRED])
def test_piecewise_activations_see_two_points_twice(activation):
    """The points are a, a, b, b for ReLU, step and sign, and four free ones for the others, in floats and exactly."""
    source, choices = activated_points("n"), {"activation": activation}
    parts = source.sample(Sampler(5), "gaussian", 1, SIZES, choices)
    X = source.tensor(XP, parts, SIZES, choices).X[0]
    built = source.exact(MP, {name: exact(array[0].numpy()) for name, array in parts.items()}, SIZES, choices)["X"]
    assert [[MP.to_float(built[i, j]) for j in range(4)] for i in range(3)] == X.tolist()
    assert torch.equal(X[:, 0], X[:, 1]) == (activation in PAIRED)


def test_activations():
    """The values of every activation on both sides of zero."""
    z = torch.tensor([[[-2.0, 0.0, 0.5, 1.0]]], dtype=torch.float64)
    coefficients = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    expected = {
        "quadratic": [9, 1, 2.75, 6], "exponential": np.exp([-2, 0, 0.5, 1]), "sine": np.sin([-2, 0, 0.5, 1]),
        "relu": [0, 0, 0.5, 1], "step": [0, 0, 1, 1], "sign": [-1, 0, 1, 1],
    }  # fmt: skip
    for name, values in expected.items():
        assert activate(XP, Points(z, coefficients, name), z)[0, 0].tolist() == pytest.approx(list(values), abs=1e-15)


def test_linear_layers_divide_by_the_fan_in():
    """Weights of variance C / fan-in: the layers are products of the weights times the roots of C / n."""
    X, W = torch.ones(2, 3, 1, dtype=torch.float64), torch.ones(2, 5, 3, dtype=torch.float64)
    layers = linear_layers(XP, X, (W,), scale_of(torch.tensor([1.0, 4.0], dtype=torch.float64)))
    assert layers[1].shape == (2, 5, 1)
    assert layers[1][:, 0, 0].tolist() == pytest.approx([3 / 3**0.5, 6 / 3**0.5])


def test_volumes_divide_by_the_width_of_the_new_layer():
    """The Gram determinant of W X / sqrt(m) for one sample is |W X|^2 / m."""
    X, W = torch.full((1, 2, 1), 1.0, dtype=torch.float64), torch.ones(1, 4, 2, dtype=torch.float64)
    states, volumes = layer_volumes(XP, X, (W,))
    assert states[1][0, :, 0].tolist() == [1.0] * 4
    assert volumes[0].exp().tolist() == pytest.approx([2.0, 4.0])


def test_chi_square_sums_run_over_layers():
    """One sample at width 2, where chi^2_2 is exponential: psi(1) + log 1 per layer, and the second moment 2 of chi^2_2 / 2."""
    like = torch.ones(1, 2, dtype=torch.float64)
    assert chi_square_logs(XP, like, (2, 2), 1, 0)[0].tolist() == pytest.approx([-0.5772156649015329, -1.1544313298030657])
    assert chi_square_powers(XP, like, (2, 2), 1, 2.0)[0].tolist() == pytest.approx([2.0, 4.0])
    assert chi_square_powers(XP, like, (3, 4), 2, 1.0)[0].tolist() == pytest.approx([2 / 3, 2 / 3 * Fraction(3, 4)])
