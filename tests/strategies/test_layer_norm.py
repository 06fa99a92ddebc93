"""Vectors, keys and pairs under layer normalisation: exact constraints, and large means, ties and unequal norms among the draws."""

from fractions import Fraction

import pytest
import torch

from oracles import layer_norm
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.layer_norm import features, large_and_small_key, largest_margins, normalised, normalised_keys, scaled_jacobian
from strategies.normalised_pairs import normalised_pair, opposite_pair

XP = namespace("torch")
MP = Certifying(bits=192)


def as_exact(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


def all_corners(source, sizes):
    return [{name: exact(array) for name, array in corner.items()} for corner in source.corners(sizes, {})]


@pytest.mark.parametrize("affine", [False, True])
def test_features_are_admitted(affine):
    """Scales are not 0 and epsilons positive, in draws, corners and clamped arrays; there are none without the affine map."""
    source = features("d", affine)
    for family in source.families:
        parts = source.sample(Sampler(1), family, 20, {"d": 4}, {})
        assert set(parts) == set(source.parts())
        assert all(source.admits(as_exact(parts, row), {"d": 4}, {}) for row in range(20))
    assert all(source.admits(corner, {"d": 4}, {}) for corner in all_corners(source, {"d": 4}))
    if affine:
        zeros = {name: torch.zeros((1, 4) if name == "x" else (1,), dtype=torch.float64) for name in source.parts()}
        assert source.admits(as_exact(source.clamp(XP, zeros), 0), {"d": 4}, {})


def test_large_means_and_constant_vectors_occur():
    """A mean above 10^6 times the spread, and a constant vector, within 100 draws each."""
    source = features("d")
    remote = source.sample(Sampler(2), "large mean", 100, {"d": 4}, {})["x"]
    assert bool((remote.mean(dim=1).abs() > 1e6 * remote.std(dim=1)).any())
    assert bool((source.sample(Sampler(2), "two values", 100, {"d": 4}, {})["x"].std(dim=1) == 0).any())


def test_normalisation_and_jacobian_in_floats():
    """The output has mean 0 and norm sqrt(d); the quotient rule is the derivative that torch finds."""
    x = torch.tensor([[1.0, 2.0, 4.0, -3.0]], dtype=torch.float64)
    y = normalised(XP, x)
    assert abs(float(y.sum())) < 1e-14
    assert abs(float((y * y).sum()) - 4) < 1e-14
    derivative = torch.autograd.functional.jacobian(lambda v: normalised(XP, v), x)[0, :, 0]
    assert float((scaled_jacobian(XP, x)[0] - derivative * x.std(correction=0)).abs().max()) < 1e-14


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize("unequal", [False, True])
def test_keys_are_admitted(unequal, dead):
    """Norms agree exactly unless they may differ, and gains vanish only where they may; both cases occur."""
    source, sizes = normalised_keys("m", "d", unequal, dead), {"m": 3, "d": 3}
    parts = source.sample(Sampler(3), "gaussian", 40, sizes, {})
    for row in range(40):
        raw = as_exact(parts, row)
        assert source.admits(raw, sizes, {})
        rows = source.exact(MP, raw, sizes, {})["directions"]
        squares = {sum(x * x for x in direction) for direction in rows}
        assert (len(squares) == 1) is not unequal
    assert bool((parts["gain"] == 0).any()) is dead
    assert all(source.admits(corner, sizes, {}) for corner in all_corners(source, sizes))
    clamped = source.clamp(XP, {**parts, "gain": 0 * parts["gain"], "lengths": 0 * parts["lengths"]})
    assert source.admits(as_exact(clamped, 0), sizes, {})


def test_equal_and_close_keys_occur():
    """Two keys coincide exactly in one family, and nearly in another."""
    source, sizes = normalised_keys("m", "d"), {"m": 3, "d": 3}
    ties = source.sample(Sampler(4), "ties", 5, sizes, {})["points"]
    assert bool((ties[:, 0] == ties[:, -1]).all())
    close = source.sample(Sampler(4), "close", 100, sizes, {})["points"]
    assert float((close[:, 0] - close[:, 1]).abs().amax(dim=1).min()) < 1e-7


@pytest.mark.parametrize("seed", range(3))
def test_best_margins_are_the_distances_from_hulls(seed):
    """The margins by active sets are the squared distances that Wolfe's method finds in rationals, 0 inside a hull."""
    source, sizes = normalised_keys("m", "d", unequal=True), {"m": 4, "d": 2}
    parts = source.sample(Sampler(seed), "gaussian", 10, sizes, {})
    built = source.tensor(XP, parts, sizes, {})
    y = built["gain"][:, None] * built["directions"] + built["bias"][:, None]
    others = [[j for j in range(4) if j != i] for i in range(4)]
    found, inside = largest_margins(XP, y[:, :, None] - y[:, others]), 0
    for row in range(10):
        truth = layer_norm.selectable(MP, source.exact(MP, as_exact(parts, row), sizes, {}))["best"]()
        for value, best in zip(found[row].tolist(), truth, strict=True):
            inside += int(best == 0)
            assert value == pytest.approx(MP.to_float(best), rel=1e-6, abs=1e-9)
    assert inside


def test_large_and_small_keys_are_built_as_stated():
    """The large key is the ratio times the tilted small one, and ratios of a thousand at a small angle occur."""
    source, sizes = large_and_small_key("d"), {"d": 3}
    parts = source.sample(Sampler(5), "gaussian", 200, sizes, {})
    built = source.tensor(XP, parts, sizes, {})
    norms = {name: torch.linalg.vector_norm(built[name], dim=1) for name in ("small", "large")}
    cosine = (built["small"] * built["large"]).sum(dim=1) / norms["small"] / norms["large"]
    assert bool(((norms["large"] > 1000 * norms["small"]) & (cosine > 0.99)).any())
    truth = source.exact(MP, as_exact(parts, 0), sizes, {})
    assert all(
        MP.to_float(a) == pytest.approx(float(b), rel=1e-14) for a, b in zip(truth["large"], built["large"][0], strict=True)
    )


@pytest.mark.parametrize("signed", [False, True])
def test_opposite_pairs_are_admitted(signed):
    """Weights are positive unless signed, scales positive, tokens exactly opposite, and the skew part cancels in floats."""
    source, sizes = opposite_pair("L", "d", signed), {"L": 2, "d": 3}
    for family in source.families:
        parts = source.sample(Sampler(6), family, 30, sizes, {})
        assert all(source.admits(as_exact(parts, row), sizes, {}) for row in range(30))
        assert bool((parts["weight"] < 0).any()) is signed
    built = source.tensor(XP, parts, sizes, {})
    assert bool((built["tokens"][:, 0] == -built["tokens"][:, 1]).all())
    symmetric = built["key"] + built["key"].mT
    assert float((symmetric / 2 - parts["weight"][..., None, None] * torch.eye(3)).abs().max()) < 1e-14
    assert all(source.admits(corner, sizes, {}) for corner in all_corners(source, sizes))
    clamped = source.clamp(XP, {name: 0 * array for name, array in parts.items()})
    assert source.admits(as_exact(clamped, 0), sizes, {})


def test_pairs_with_small_weights_occur():
    """The composite strength of many pairs is below a quarter, and the residual of opposite tokens is that of the document."""
    source, sizes = normalised_pair("L", "d"), {"L": 1, "d": 4}
    built = source.tensor(XP, source.sample(Sampler(7), "gaussian", 100, sizes, {}), sizes, {})
    assert int((4 * built.strength < 1).sum()) > 50
    v = torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)
    assert float(built.residual(torch.stack([v, -v])[None].expand(100, 2, 4))[0]) == pytest.approx(8**0.5)
    truth = layer_norm.two_token_residual(
        MP, [MP.mpf(Fraction(x)) for x in v.tolist()], [-MP.mpf(Fraction(x)) for x in v.tolist()], [1] * 4
    )
    assert MP.eq(truth * truth, 8) is not False
