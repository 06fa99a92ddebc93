"""Prompts are built exactly, stay admissible, and reach singular covariances, resting paths and extreme discounts."""

from fractions import Fraction

import array_api_compat.torch as xp
import pytest
import torch

from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from strategies.contexts import regression_layer, transitions

LAYER_SIZES = {"d": 3}
PROMPT_SIZES = {"n": 4, "d": 2, "L": 2}


def batches(source, sizes, batch=64):
    """A batch of every family."""
    sampler = Sampler(11)
    return {family: source.sample(sampler, family, batch, sizes, {}) for family in source.families}


def row(parts, index):
    """One instance of a batch in exact numbers."""
    return {name: exact(array[index].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("definite", [False, True])
def test_layers_of_all_families_and_corners_are_admitted(definite):
    """Eigenvalues are not negative (positive if definite), not all 0, and the gauge is not 0."""
    source = regression_layer("d", definite)
    found = [row(parts, k) for parts in batches(source, LAYER_SIZES).values() for k in range(8)]
    found += [{name: exact(array) for name, array in parts.items()} for parts in source.corners(LAYER_SIZES, {})]
    assert all(source.admits(parts, LAYER_SIZES, {}) for parts in found)


def test_covariance_has_exactly_the_drawn_eigenvalues():
    """Sigma is U diag(lambda) U^T with U exactly orthogonal, in rationals."""
    source, mp = regression_layer("d"), Certifying()
    built = source.exact(mp, row(batches(source, LAYER_SIZES)["gaussian"], 0), LAYER_SIZES, {})
    U, Sigma = built["basis"], built["Sigma"]
    defect, difference = U * U.T - mp.eye(3), Sigma * U - U * mp.diag(built["eigenvalues"])
    assert all(mp.bounds(entry) == (0, 0) for matrix in (defect, difference) for entry in matrix)


def test_singular_covariances_ties_and_zero_blocks_occur():
    """Within a few hundred draws some eigenvalue vanishes, two coincide, and blocks of the layer are 0."""
    found = batches(regression_layer("d"), LAYER_SIZES, 128)
    eigenvalues = torch.cat([parts["eigenvalues"] for parts in found.values()])
    assert (eigenvalues == 0).any()
    assert (eigenvalues[:, 0] == eigenvalues[:, 1]).any()
    sparse = found["sparse"]
    assert (sparse["u"] == 0).all(dim=1).any()
    assert (sparse["beta"] == 0).any()
    assert not (torch.cat([p["eigenvalues"] for p in batches(regression_layer("d", True), LAYER_SIZES).values()]) == 0).any()


def test_resolvents_commute_with_the_covariance():
    """Without noise the product beta A of a resolvent layer has the eigenvectors of Sigma."""
    source = regression_layer("d")
    parts = batches(source, LAYER_SIZES)["rescaled resolvent"]
    quiet = (parts["u"] == 0).all(dim=1)
    U = source.tensor(xp, parts, LAYER_SIZES, {})["basis"]
    Sigma = (U * parts["eigenvalues"][:, None, :]) @ U.mT
    product = parts["beta"][:, None, None] * parts["A"]
    commutator = (Sigma @ product - product @ Sigma).abs().amax(dim=(1, 2)) / (Sigma.abs().amax() * product.abs().amax())
    assert quiet.any()
    assert commutator[quiet].max() < 2.0**-40


def test_clamping_restores_the_range():
    """Negative eigenvalues and a vanishing gauge are moved back into the admissible range."""
    source = regression_layer("d", definite=True)
    parts = {**batches(source, LAYER_SIZES)["gaussian"]}
    parts["eigenvalues"], parts["gauge"] = -parts["eigenvalues"], 0 * parts["gauge"]
    clamped = source.clamp(xp, parts)
    assert source.admits(row(clamped, 0), LAYER_SIZES, {})


@pytest.mark.parametrize("beyond", [False, True])
def test_transitions_have_their_shapes_in_every_family_and_corner(beyond):
    """One feature per visited state, one more where the state after the query is shown."""
    source = transitions("n", "d", "L", beyond)
    seen = 6 if beyond else 5
    for parts in batches(source, PROMPT_SIZES).values():
        assert parts["features"].shape == (64, seen, 2)
        assert parts["rewards"].shape == (64, 4)
        assert parts["weights"].shape == (64, 2, 2, 2)
    for parts in source.corners(PROMPT_SIZES, {}):
        assert exact(parts["features"]).shape == (seen, 2)
        assert exact(parts["weights"]).shape == (2, 2, 2)


def test_reward_processes_revisit_states_with_the_same_reward():
    """Along a path of a Markov reward process equal features carry equal rewards, and states recur."""
    parts = batches(transitions("n", "d", "L"), PROMPT_SIZES)["reward process"]
    features, rewards = parts["features"][:, :4, 0], parts["rewards"]
    same = features[:, :, None] == features[:, None, :]
    assert (same.sum(dim=(1, 2)) > 4).all()
    assert torch.equal(same, rewards[:, :, None] == rewards[:, None, :])


def test_resting_paths_discounts_and_asymmetric_weights_occur():
    """Equal successive features, the discounts 0 and 1, and non-symmetric preconditioners are drawn."""
    found = batches(transitions("n", "d", "L"), PROMPT_SIZES, 128)
    resting = found["resting"]["features"]
    assert (resting[:, 1:] == resting[:, :-1]).all(dim=2).any()
    discounts = torch.cat([parts["discount"] for parts in found.values()])
    assert (discounts == 0).any()
    assert (discounts == 1).any()
    assert (found["gaussian"]["weights"] != found["gaussian"]["weights"].mT).any()


def test_prompts_are_exact_in_rationals():
    """The numbers that the oracle gets are the raw ones."""
    source, mp = transitions("n", "d", "L"), Certifying()
    raw = row(batches(source, PROMPT_SIZES)["gaussian"], 0)
    built = source.exact(mp, raw, PROMPT_SIZES, {})
    assert mp.bounds(built["features"][4][1]) == (raw["features"][4, 1],) * 2
    assert mp.bounds(built["weights"][1][0, 1]) == (raw["weights"][1, 0, 1],) * 2
    assert isinstance(raw["discount"][()], Fraction)
