"""Attention stacks, token maps, softmax rows and path networks: exact norms, hard cases within few draws, and float accuracy."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import self_attention
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.attention_paths import biased_attention
from strategies.self_attention import attention_stack, diameter
from strategies.softmax_rows import LARGEST_LOGIT, row_differences, shifted_logits
from strategies.token_maps import lipschitz_maps

XP = namespace("torch")
MP = Certifying(bits=256)
STACK, SIZES = attention_stack("L", "H", "N", "d"), {"L": 2, "H": 2, "N": 3, "d": 2}
MAPS = lipschitz_maps("L", "d")
# a thousand roundings of float64
CLOSE = 2.0**-42


def as_exact(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


def tensors(parts):
    return {name: torch.as_tensor(exact(array).astype(float))[None] for name, array in parts.items()}


@given(st.data())
def test_norms_of_the_weights_are_exact(data):
    """|W| = max |s_i| for every readable stack: s^2 I - W^T W is semidefinite, and singular where s is the norm."""
    raw = {name: exact(array) for name, array in STACK.draw(data.draw, SIZES, {}).items()}
    built = STACK.exact(MP, raw, SIZES, {})
    for kind in ("key", "value"):
        weight, norm = built[kind][1][0], built[f"{kind}_norm"][1][0]
        rest = MP.eye(2) * norm**2 - weight.T * weight
        assert rest.is_rational
        assert MP.is_positive_semidefinite(rest) is True
        assert MP.det(rest) == 0


@pytest.mark.parametrize("family", STACK.families)
def test_tensors_are_the_exact_weights(family):
    """Weights and norms of a batch are those of the exact instance, up to rounding."""
    parts = STACK.sample(Sampler(2), family, 3, SIZES, {})
    built = STACK.tensor(XP, parts, SIZES, {})
    truth = STACK.exact(MP, as_exact(parts, 0), SIZES, {})
    for layer in range(2):
        for head in range(2):
            norm = MP.to_float(truth["key_norm"][layer][head])
            assert float(built.key_norm[0, layer, head]) == norm
            for i in range(2):
                for j in range(2):
                    error = float(built.key[0, layer, head, i, j]) - MP.to_float(truth["key"][layer][head][i, j])
                    assert abs(error) <= CLOSE * norm


def test_silent_stacks_have_no_value_weights():
    """Draws, corners and clamped arrays of silent stacks have value weights of exactly 0."""
    silent = attention_stack("L", "H", "N", "d", silent=True)
    parts = silent.sample(Sampler(1), "gaussian", 4, SIZES, {})
    assert silent.admits(as_exact(parts, 0), SIZES, {})
    assert all(silent.admits({k: exact(v) for k, v in corner.items()}, SIZES, {}) for corner in silent.corners(SIZES, {}))
    loud = STACK.sample(Sampler(1), "gaussian", 4, SIZES, {})
    assert not silent.admits(as_exact(loud, 0), SIZES, {})
    assert bool((silent.clamp(XP, loud)["value"] == 0).all())


def test_opposite_equal_and_remote_tokens_occur():
    """Within 64 draws: tokens exactly opposite, heads exactly alike, and a common component of 10^5 times the spread."""
    opposite = STACK.sample(Sampler(4), "opposite", 64, SIZES, {})["tokens"]
    assert bool((opposite[:, 0] == -opposite[:, -1]).all(dim=1).any())
    shared = STACK.sample(Sampler(4), "shared", 64, SIZES, {})["key"]
    assert bool((shared == shared[:, :1, :1]).all(dim=3).all(dim=2).all(dim=1).any())
    remote = STACK.sample(Sampler(4), "common", 64, SIZES, {})["tokens"]
    assert bool((remote.abs().amax(dim=(1, 2)) > 1e5 * diameter(XP, remote)).any())


def test_differences_of_collapsed_tokens_keep_their_digits():
    """Two layers with small weights: the recursion of differences has all digits where the network itself has lost them."""
    parts = tensors(next(iter(STACK.corners(SIZES, {}))))
    parts["key"] = parts["key"] * 2.0**-20
    built = STACK.tensor(XP, parts, SIZES, {})
    truth = MP.to_float(self_attention.collapse(MP, STACK.exact(MP, as_exact(parts, 0), SIZES, {}), 1)["log_diameter_after"]())
    careful, plain = (float(diameter(XP, X).log()) for X in (built.collapsed(1), built.after(1)))
    assert abs(careful - truth) <= CLOSE * abs(truth)
    assert not abs(plain - truth) <= 1e-3 * abs(truth)


@pytest.mark.parametrize("activation", MAPS.choices["activation"])
def test_maps_of_differences_are_those_of_tokens(activation):
    """f(x + r) - f(x) is what the exact map gives, for differences of every size and across the kink."""
    sizes, choices = {"L": 1, "d": 2}, {"activation": activation}
    for family in MAPS.families:
        parts = MAPS.sample(Sampler(7), family, 1, sizes, choices)
        truth = MAPS.exact(MP, as_exact(parts, 0), sizes, choices)
        for distance in (2.0**-40, 0.5, 8.0):
            X = torch.tensor([[0.25, -0.5], [0.25 + distance, -0.5 - distance]], dtype=torch.float64)
            first, rest = MAPS.tensor(XP, parts, sizes, choices).apply(0, X[None, None, :1], (X - X[:1])[None, None])
            image = self_attention.mapped(MP, MP.matrix([[Fraction(v) for v in row] for row in X.tolist()]), truth, 0)
            for c in range(2):
                wanted = MP.to_float(image[1, c] - image[0, c])
                scale = float(parts["slope"].abs()) * distance
                assert abs(float(rest[0, 0, 1, c]) - wanted) <= CLOSE * scale
                assert abs(float(first[0, 0, 0, c]) - MP.to_float(image[0, c])) <= CLOSE * (1 + abs(MP.to_float(image[0, c])))


def test_maps_are_not_expanding():
    """|f(x) - f(y)| <= lambda |x - y| on random tokens, and equality for some: the constant is that of the map."""
    sizes, choices = {"L": 1, "d": 3}, {"activation": "relu"}
    maps = MAPS.tensor(XP, MAPS.sample(Sampler(3), "gaussian", 500, sizes, choices), sizes, choices)
    rest = torch.randn(500, 1, 1, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    _, moved = maps.apply(0, rest.flip(0), rest)
    ratio = torch.linalg.vector_norm(moved[:, 0, 0], dim=1) / torch.linalg.vector_norm(rest[:, 0, 0], dim=1) / maps.lipschitz
    assert float(ratio.max()) <= 1 + CLOSE
    assert float(ratio.max()) >= 1 - CLOSE


ROW = shifted_logits("n")


@pytest.mark.parametrize("family", ROW.families)
def test_rows_are_admitted_and_accurate(family):
    """Logits stay within their bound, and ratios and distances have nearly all digits."""
    parts = ROW.sample(Sampler(5), family, 20, {"n": 4}, {})
    built = ROW.tensor(XP, parts, {"n": 4}, {})
    for row in range(20):
        raw = as_exact(parts, row)
        assert ROW.admits(raw, {"n": 4}, {})
        truth = self_attention.tilted_row(MP, ROW.exact(MP, raw, {"n": 4}, {}))
        for j, ratio in enumerate(truth["ratio"]()):
            assert abs(float(built.ratio[row, j]) - MP.to_float(ratio)) <= CLOSE * (1 + 4 * LARGEST_LOGIT) * MP.to_float(ratio)


def test_rare_tokens_and_oscillations_next_to_the_threshold_occur():
    """Within 20000 draws a token of mass below 1e-4 is raised by an amount between 1.2564 and 1.257, and masses are mirrored."""
    parts = ROW.sample(Sampler(6), "rare", 20_000, {"n": 2}, {})
    row = ROW.tensor(XP, parts, {"n": 2}, {})
    near = (row.oscillation > 1.25643) & (row.oscillation <= 1.257)
    assert bool((near & (row.masses[:, 0] < 1e-4)).any())
    balanced = ROW.tensor(XP, ROW.sample(Sampler(6), "balanced", 200, {"n": 2}, {}), {"n": 2}, {})
    assert float(((balanced.distance - torch.tanh(balanced.oscillation / 4)).abs() / balanced.oscillation).min()) < CLOSE


@pytest.mark.parametrize("size", [1e-30, 1e-8, 0.3, 40.0, 600.0])
def test_differences_of_rows(size):
    """softmax(b + e) - softmax(b) keeps its digits for tiny e and does not overflow for large ones."""
    logits, tilts = [0.5, -1.0, 2.0], [size, 0.0, -size / 2]
    found = row_differences(XP, *(torch.tensor([values], dtype=torch.float64) for values in (logits, tilts)))[0]
    exact_logits, exact_tilts = ([MP.mpf(Fraction(v)) for v in values] for values in (logits, tilts))
    before = self_attention.softmax(MP, exact_logits)
    after = self_attention.softmax(MP, [b + e for b, e in zip(exact_logits, exact_tilts, strict=True)])
    largest = max(abs(MP.to_float(new - old)) for new, old in zip(after, before, strict=True))
    for j, (new, old) in enumerate(zip(after, before, strict=True)):
        assert abs(float(found[j]) - MP.to_float(new - old)) <= CLOSE * largest


@pytest.mark.parametrize("kernel", ["softmax", "1 + logit^2"])
@pytest.mark.parametrize("skip", ["with", "without"])
def test_attention_of_path_networks_is_stochastic(kernel, skip):
    """Rows of attention are not negative and add up to 1; a skip connection comes first, as the identity."""
    sizes, choices = {"L": 2, "H": 2, "N": 3, "d": 2}, {"kernel": kernel, "skip": skip}
    source = biased_attention("L", "H", "N", "d")
    built = source.tensor(XP, source.sample(Sampler(8), "gaussian", 5, sizes, choices), sizes, choices)
    _, attentions = built.forward()
    assert len(attentions[0]) == 2 + (skip == "with")
    assert all(bool((P >= 0).all()) and bool(((P.sum(dim=2) - 1).abs() < CLOSE).all()) for layer in attentions for P in layer)
    assert bool((attentions[0][0] == torch.eye(3, dtype=torch.float64)).all()) is (skip == "with")
