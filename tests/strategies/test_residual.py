"""The expansion of a residual layer in its strength, against the layer itself."""

import itertools

import pytest
import torch

from refute.namespace import namespace
from strategies import residual

XP = namespace("torch")


def unit_rows(d, n, seed=0):
    H = torch.randn(4, d, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return H / H.norm(dim=2, keepdim=True)


def mean_square_norm(H, strength):
    """E |M'|_F^2 over all matrices of signs, by running the layer on each."""
    d = H.shape[1]
    total = 0
    for signs in itertools.product((-1.0, 1.0), repeat=d * d):
        W = torch.tensor(signs, dtype=torch.float64).reshape(d, d)
        moved = H + strength * (W @ H)
        moved = moved / moved.norm(dim=2, keepdim=True)
        total = total + ((moved @ moved.mT) ** 2).sum(dim=(1, 2))
    return total / 2 ** (d * d)


@pytest.mark.parametrize(("d", "n"), [(2, 2), (3, 2), (3, 4)])
def test_series_is_that_of_the_layer(d, n):
    """Up to the fourth order the series equals the mean over all layers of signs, with a remainder of the sixth."""
    H = unit_rows(d, n)
    series = residual.expanded(XP, H @ H.mT)
    rests = [mean_square_norm(H, strength) - sum(series[:, k] * strength**k for k in range(5)) for strength in (1 / 32, 1 / 64)]
    assert torch.allclose(series[:, 1::2], torch.zeros(4, 2, dtype=torch.float64), atol=1e-12)
    ratio = (rests[0] / rests[1]).log2()
    assert bool(((ratio - 6).abs() < 0.5).all())


@pytest.mark.parametrize(("m", "quartic"), [(0.6, 1.97), (0.9, -6.28)])
def test_quartic_coefficient_at_width_two(m, quartic):
    """The remainders over gamma^4 that were measured at width two tend to the fourth coefficient."""
    H = torch.tensor([[[1.0, 0.0], [m, (1 - m * m) ** 0.5]]], dtype=torch.float64)
    assert float(residual.expanded(XP, H @ H.mT)[0, 4]) == pytest.approx(quartic, abs=0.02)


def test_gram_quantities_of_known_matrices():
    """At orthonormal rows everything is d; at equal rows the rank is 1 and the traces are powers of d."""
    rows = torch.stack([torch.eye(3, dtype=torch.float64), torch.tensor([[1.0, 0, 0]] * 3, dtype=torch.float64)])
    found = {name: value.tolist() for name, value in residual.gram_quantities(XP, rows).items()}
    assert found["rank"] == [3.0, 1.0]
    assert found["frobenius"] == [3.0, 9.0]
    assert found["cube"] == [3.0, 27.0]
    assert found["diagonal"] == [3.0, 27.0]
    assert found["drift"] == [12.0, 0.0]


def test_mean_drifts_are_those_of_the_generator():
    """In width two the drift of m^{2k} is (1 - m^2)^2 f'' - 3 m (1 - m^2) f'."""
    m = torch.linspace(-0.9, 0.9, 7, dtype=torch.float64)
    found = residual.mean_drifts(XP, m, 3)
    for k in (1, 2, 3):
        second, first = 2 * k * (2 * k - 1) * m ** (2 * k - 2), 2 * k * m ** (2 * k - 1)
        assert torch.allclose(found[:, k - 1], (1 - m**2) ** 2 * second - 3 * m * (1 - m**2) * first, atol=1e-12)
