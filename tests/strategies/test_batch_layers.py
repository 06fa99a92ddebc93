"""Layers with batch normalization as tensors: mean maps to float accuracy, chains of normalised layers, limits."""

from fractions import Fraction

import pytest
import torch

from oracles import batchnorm_depth, batchnorm_means
from refute.arithmetic import Certifying
from refute.namespace import namespace
from strategies import batch_layers, wide_layers

XP = namespace("torch")
MP = Certifying(bits=160)


def tensor(*rows):
    return torch.tensor(rows, dtype=torch.float64)


SPECTRA = [
    (1.0, 2.0), (2.0**-40, 1.0), (1.0, 2.0, 3.0), (2.0**-40, 1.0, 1.0), (2.0**-40, 2.0**-40, 1.0), (1.0, 1.0, 1 + 2.0**-30),
    (1.0, 2.0, 3.0, 4.0), (2.0**-20, 1.0, 1.0, 1.0), (2.0**-20, 2.0**-20, 1.0, 1.0, 1.0),
]  # fmt: skip


@pytest.mark.parametrize("sigma", SPECTRA)
def test_shares_have_a_small_relative_error(sigma):
    """Every share, the smallest included, agrees with the exact one to twelve digits."""
    truth = batchnorm_means.mean_shares(MP, [MP.mpf(Fraction(value)) for value in sigma])
    found = batch_layers.mean_shares(XP, tensor(sigma))[0].tolist()
    assert found == pytest.approx([MP.to_float(value) for value in truth], rel=1e-12)


@pytest.mark.parametrize("distance", [2.0**-10, 2.0**-30])
def test_deviations_do_not_cancel_near_isotropy(distance):
    """Close to isotropy the deviations of the mean map keep twelve digits."""
    sigma = (1.0, 1.0, 1 + distance)
    truth = batchnorm_means.mean_at_isotropy(MP, [MP.mpf(Fraction(value)) for value in sigma])
    squares = tensor(sigma) ** 2
    assert (3 * batch_layers.mean_deviations(XP, tensor(sigma) ** 2))[0].tolist() == pytest.approx(
        [MP.to_float(value) for value in truth["after"]], rel=1e-5 if distance < 1e-6 else 1e-11
    )
    assert float(batch_layers.gap_of(XP, squares)) > 0


def test_multiplicities_stand_for_repeated_values():
    """Two values with counts give the same excess as the values written out."""
    repeated = batch_layers.mean_excess(XP, tensor((3.0, 3.0, 1.0, 1.0, 1.0)))[0]
    counted = batch_layers.mean_excess(XP, tensor((3.0, 1.0)), tensor((2.0, 3.0)))[0]
    assert float(counted[0]) == pytest.approx(float(repeated[0]), rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_chain_has_the_singular_values_of_its_network(n):
    """Run on whole matrices, with the same weights in the basis of singular vectors, the network has the same spectra."""
    torch.manual_seed(n)
    a, d = torch.rand(1, n, dtype=torch.float64) + 0.1, 5
    W = torch.randn(1, 3, d, n, dtype=torch.float64)
    state = torch.diag(a[0].sqrt())
    for layer, found in enumerate(batch_layers.spectra(XP, a, W)):
        rows = torch.nn.functional.normalize(W[0, layer] @ state, dim=1) / d**0.5
        squares = torch.linalg.svdvals(rows).flip(0) ** 2
        assert found[0].tolist() == pytest.approx(squares.tolist(), abs=1e-13)
        state = torch.diag(squares.sqrt())


def test_fewer_features_than_samples_leave_a_gap():
    """With d < n the smallest singular value is 0 whatever the weights."""
    assert float(batch_layers.gap_after(XP, tensor((1.0, 2.0, 3.0)), torch.randn(1, 2, 3, dtype=torch.float64))) == 1 / 3


@pytest.mark.parametrize(("r", "high", "low"), [(3.0, 16, 48), (8.0, 1, 1), (1.0, 2, 3), (7.5, 1, 48), (7.5, 48, 1)])
def test_two_level_limit(r, high, low):
    """Gauss's rule and the exact series agree along thirty layers."""
    gaps, least = wide_layers.two_level_limit(XP, torch.tensor([r], dtype=torch.float64), high, low, 30)
    truth = batchnorm_depth.two_levels(MP, MP.mpf(Fraction(r)), high, low, 30)
    assert gaps[0].tolist() == pytest.approx([MP.to_float(value) for value in truth["gap"]], rel=1e-11, abs=1e-15)
    assert least[0].tolist() == pytest.approx([MP.to_float(value) for value in truth["square"]], rel=1e-12)


def test_the_walk_has_the_moments_of_a_wide_layer():
    """One step of the walk in width 64 has the second moment 1/d + (1 - 1/d) rho^2 of the layer it stands for."""
    torch.manual_seed(0)
    a, batch = tensor((4.0, 1.0)).expand(200_000, 2), 200_000
    square = wide_layers.walk(XP, a, torch.randn(batch, 1, 2, dtype=torch.float64), 64)[:, 0] ** 2
    assert float(square.mean()) == pytest.approx(1 / 64 + (1 - 1 / 64) / 9, abs=6 * float(square.std()) / batch**0.5)


def mean_gram(eigenvalues, rotation):
    """The mean Gram matrix after a layer, for the eigenvalues and eigenvectors of the one before."""
    return rotation @ torch.diag(batch_layers.mean_shares(XP, eigenvalues.sqrt()[None])[0]) @ rotation.mT


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_mean_map_has_the_lipschitz_constant_of_the_finite_width_bound(n):
    """On matrices with eigenvalues of at least ``least`` it stretches no distance by more than (1/2 + 1/(n+2)) / least."""
    torch.manual_seed(n)
    for _ in range(40):
        pair, images, least = [], [], 1.0
        for _ in range(2):
            values = torch.rand(n, dtype=torch.float64) ** 4 + 1e-3
            values = values / values.sum()
            rotation = torch.linalg.qr(torch.randn(n, n, dtype=torch.float64)).Q
            pair.append(rotation @ torch.diag(values) @ rotation.mT)
            images.append(mean_gram(values, rotation))
            least = min(least, float(values.min()))
        stretched = torch.linalg.norm(images[0] - images[1]) / torch.linalg.norm(pair[0] - pair[1])
        assert float(stretched) <= (0.5 + 1 / (n + 2)) / least


def test_finite_width_tends_to_the_limit():
    """At the width 2^1500 the lower bound of the mean is V of the limit to ten digits, at the width 4 it is 0."""
    r = torch.tensor([3.0], dtype=torch.float64)
    gaps, _ = wide_layers.two_level_limit(XP, r, 16, 48, 113)
    below, _ = wide_layers.finite_width(XP, r, 16, 48, 113, 1500)
    assert below[0, -1] == pytest.approx(float(gaps[0, -1]), rel=1e-10)
    assert float(wide_layers.finite_width(XP, r, 16, 48, 113, 2)[0].max()) == 0


def test_distances_of_the_walk_are_those_of_its_singular_values():
    """``sum (sigma_i - 2^{-1/2})^2`` for the squares (1 +- |zeta|)/2, of a level that keeps every layer."""
    torch.manual_seed(1)
    a, t, steps = tensor((4.0, 1.0)), torch.tensor([2.0**-10], dtype=torch.float64), torch.randn(1, 3, 2, dtype=torch.float64)
    radius = wide_layers.walk(XP, a, steps, 64)[0, -1]
    sigma = torch.stack([(1 + radius) / 2, (1 - radius) / 2]).sqrt()
    distance, _ = wide_layers.distance_walk(XP, a, t, steps, 64)
    assert float(distance[0]) == pytest.approx(float(((sigma - 0.5**0.5) ** 2).sum()), rel=1e-12)
