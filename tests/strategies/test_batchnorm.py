"""Networks with batch normalization on tensors: the passes against autograd, the gaps against singular values."""

import math

import mpmath
import pytest
import torch

from refute.namespace import namespace
from strategies import batchnorm

XP = namespace("torch")


def chain(layers=3, d=3, batch=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = {"generator": generator, "dtype": torch.float64}
    return torch.randn(batch, d, d, **shape), torch.randn(batch, layers, d, d, **shape), torch.randn(batch, d, d, **shape)


def test_forward_normalises_every_row():
    """The states are those of torch's own normalization, and the norms those of the rows before it."""
    X, W, _ = chain()
    states, norms = batchnorm.forward(XP, X, W)
    for k in range(3):
        image = W[:, k] @ states[k]
        assert torch.allclose(norms[k], image.norm(dim=2))
        assert torch.allclose(states[k + 1], torch.nn.functional.normalize(image, dim=2))


def test_gradients_are_those_of_autograd():
    """Reverse accumulation by hand and by torch agree in every layer."""
    X, W, G = chain()
    W.requires_grad_()
    states, norms = batchnorm.forward(XP, X, W)
    (expected,) = torch.autograd.grad((states[-1] * G).sum(), W)
    found = batchnorm.gradients(XP, states, norms, W, G)
    for k in range(3):
        assert torch.allclose(found[k], expected[:, k], rtol=1e-10)
        assert torch.allclose(batchnorm.log_norm(XP, found[k]), expected[:, k].norm(dim=(1, 2)).log())


def test_gaps_near_isotropy_keep_all_digits():
    """At a distance of 1e-9 the gap is (1/2d) sum (lambda - 1)^2 to nine digits, from spectra and from matrices alike."""
    a = torch.tensor([[1.0, 1 + 2.0**-30, 1 - 2.0**-29]], dtype=torch.float64)
    lam, deviation = batchnorm.normalised(XP, a)
    expected = float((deviation**2).sum() / 6)
    assert float(batchnorm.gap_of_spectrum(XP, lam, deviation)[0]) == pytest.approx(expected, rel=1e-8)
    X = batchnorm.diagonal(XP, lam.sqrt())
    assert float(batchnorm.isometry_gap(XP, X)[0]) == pytest.approx(expected, rel=1e-6)


def test_gap_of_a_matrix_is_that_of_its_singular_values():
    """-log of the ratio of geometric and arithmetic mean of the squared singular values."""
    X, _, _ = chain()
    squares = torch.linalg.svdvals(X) ** 2
    expected = squares.mean(dim=1).log() - squares.log().mean(dim=1)
    assert torch.allclose(batchnorm.isometry_gap(XP, X), expected, rtol=1e-9)


def test_mean_log_form_in_the_plane():
    """2 log((sqrt(l_1) + sqrt(l_2))/2), from isotropy to a condition number of 1e12."""
    small = torch.tensor([1.0, 0.9, 0.1, 1e-6, 1e-12], dtype=torch.float64)
    lam, deviation = batchnorm.normalised(XP, torch.stack([small, torch.ones(5, dtype=torch.float64)], dim=1))
    expected = 2 * (lam.sqrt().sum(dim=1) / 2).log()
    assert torch.allclose(batchnorm.mean_log_form(XP, lam, deviation), expected, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("d", [2, 3, 4, 7, 10, 101])
def test_largest_drop_is_a_difference_of_digammas(d):
    """Finite sums give psi(d/2) - psi(1/2) - log d."""
    expected = mpmath.digamma(d / 2) - mpmath.digamma(0.5) - mpmath.log(d)
    assert batchnorm.largest_drop(d) == pytest.approx(float(expected), rel=1e-13)


def test_angle_derivatives_are_those_of_autograd():
    """The derivative of the angle between two rows with respect to that of the input, through one to four layers."""
    angle = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    _, W, _ = chain(layers=4, d=2, batch=1, seed=2)
    W = torch.linalg.qr(W).Q
    X = torch.stack([torch.stack([angle * 0 + 1, angle * 0]), torch.stack([angle.cos(), angle.sin()])])[None]
    states, _ = batchnorm.forward(XP, X, W)
    found = batchnorm.angle_derivatives(XP, states, W)
    for k in range(1, 5):
        first, second = states[k][0]
        turned = torch.atan2(first[0] * second[1] - first[1] * second[0], first @ second)
        (expected,) = torch.autograd.grad(turned, angle, retain_graph=True)
        assert found[0, k - 1].item() == pytest.approx(abs(expected.item()), rel=1e-11)
        assert batchnorm.sine_square(XP, states[k])[0].item() == pytest.approx(math.sin(turned.item()) ** 2, rel=1e-11)


def test_functions_of_equal_rows_are_computed_once():
    """Runs of equal rows share one evaluation, and every row gets its value."""
    calls = []

    def function(rows):
        calls.append(rows.shape[0])
        return rows.sum(dim=1)

    a = torch.tensor([[1.0, 2.0]] * 4 + [[3.0, 4.0]] * 3 + [[1.0, 2.0]], dtype=torch.float64)
    assert batchnorm.once_per_input(XP, function, a).tolist() == [3.0] * 4 + [7.0] * 3 + [3.0]
    assert calls == [3]
    assert batchnorm.once_per_input(XP, function, a[:1]).tolist() == [3.0]
