"""Heads for bounds in the composite norm: integral widths, admissible draws, and the cases that the bounds fail on."""

import numpy as np
import pytest
import torch

from oracles import composite_norm
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.composite_heads import WIDEST, grouped_heads
from strategies.single_head import MOST, drawn_head, planted_head

XP = namespace("torch")
MP = Certifying(bits=192)
HEADS, SIZES = grouped_heads("H", "p", "g", mapped=True), {"H": 2, "p": 2, "g": 2}


def as_exact(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("family", HEADS.families)
def test_grouped_heads_are_admitted(family):
    """Widths of every family and corner are integers from 1 to the widest."""
    parts = HEADS.sample(Sampler(1), family, 30, SIZES, {})
    assert all(HEADS.admits(as_exact(parts, row), SIZES, {}) for row in range(30))
    assert all(HEADS.admits({k: exact(v) for k, v in corner.items()}, SIZES, {}) for corner in HEADS.corners(SIZES, {}))


def test_widths_are_made_integral():
    """Rounding a float candidate gives admissible widths and leaves everything else alone; admissible ones are left alone."""
    parts = as_exact(HEADS.sample(Sampler(1), "sparse", 1, SIZES, {}), 0)
    assert HEADS.exactify(parts, SIZES, {}) is None
    broken = {**parts, "output_width": exact([0.25, WIDEST + 0.5])}
    assert not HEADS.admits(broken, SIZES, {})
    solved = HEADS.exactify(broken, SIZES, {})
    assert HEADS.admits({name: exact(array) for name, array in solved.items()}, SIZES, {})
    assert [int(width) for width in solved["output_width"]] == [1, WIDEST]
    assert np.array_equal(solved["key"], parts["key"])


def test_balanced_heads_have_one_composite_norm():
    """Heads of the balanced family have the norm 1 or no weights, and a column beside a wide row occurs."""
    parts = HEADS.sample(Sampler(2), "balanced", 400, SIZES, {})
    norms = HEADS.tensor(XP, parts, SIZES, {}).composite
    assert bool((((norms - 1).abs() < 1e-12) | (norms == 0)).all())
    single = (parts["value"] != 0).sum(dim=(2, 3)) == 1
    wide = parts["output_width"].amax(dim=1) > 2**16
    assert bool((single.all(dim=1) & wide & (parts["output_width"].amin(dim=1) == 1)).any())


PLANTED = planted_head()


@pytest.mark.parametrize("family", PLANTED.families)
def test_planted_heads_are_admitted_and_their_closed_forms_hold(family):
    """Counts are integers, logits bounded, and the closed form of the residual is that of counted softmax rows."""
    parts = PLANTED.sample(Sampler(3), family, 40, {}, {})
    built = PLANTED.tensor(XP, parts, {}, {})
    for row in range(40):
        raw = as_exact(parts, row)
        assert PLANTED.admits(raw, {}, {})
        truth = composite_norm.planted_head(MP, PLANTED.exact(MP, raw, {}, {}))
        for name in ("tokens", "residual", "strength", "residual_after"):
            value = MP.to_float(truth[name])
            assert abs(float(getattr(built, name)[row]) - value) <= 2.0**-40 * abs(value), name


def test_counts_of_planted_tokens_are_made_integral():
    """Floats are rounded to counts between 1 and the most."""
    raw = {name: exact(0.5) for name in PLANTED.parts()} | {"diagonal": exact(MOST + 7.25)}
    solved = PLANTED.exactify(raw, {}, {})
    assert (solved["diagonal"], solved["idle"]) == (MOST, 1)


DRAWN, FEW = drawn_head("N", "d"), {"N": 4, "d": 3}


@pytest.mark.parametrize("family", DRAWN.families)
def test_drawn_heads_keep_the_digits_of_their_output(family):
    """A large common component costs no digits that the condition of the logits does not, on the scale of the bound."""
    parts = DRAWN.sample(Sampler(4), family, 20, FEW, {})
    built = DRAWN.tensor(XP, parts, FEW, {})
    for row in range(20):
        truth = composite_norm.drawn_head(MP, DRAWN.exact(MP, as_exact(parts, row), FEW, {}))
        logits = float((parts["common"][row].abs() @ parts["key"][row].abs()).max())
        bound = MP.to_float(truth["strength"] * truth["residual"] ** 3)
        for name, scale in (("residual", 0.0), ("strength", 0.0), ("residual_after", bound)):
            value = MP.to_float(truth[name])
            assert abs(float(getattr(built, name)[row]) - value) <= 2.0**-42 * (1 + logits) * max(value, scale), name


def test_tokens_of_few_values_have_weights():
    """No head of the family reads nothing, and tied tokens occur."""
    parts = DRAWN.sample(Sampler(5), "few values", 200, FEW, {})
    assert bool((parts["value"] != 0).any(dim=1).all())
    assert bool((parts["rest"][:, 0] == parts["rest"][:, 1]).all(dim=1).any())
    assert bool((torch.linalg.vector_norm(parts["common"], dim=1) > 100).any())


def test_extreme_points_reach_the_small_size_constant():
    """Every token leaves the shift in one coordinate, every column of the key has one entry, and the ratio 1/(4 sqrt 2) is near."""
    parts = DRAWN.sample(Sampler(6), "extreme points", 60000, FEW, {})
    assert bool(((parts["rest"] != 0).sum(dim=2) == 1).all())
    assert bool(((parts["key"] != 0).sum(dim=1) == 1).all())
    built = DRAWN.tensor(XP, parts, FEW, {})
    ratio = torch.nan_to_num(built.residual_after / (4 * built.strength * built.residual**3))
    assert 0.15 < float(ratio.max()) < 2**-2.5 + 1e-9


def test_separate_strength_is_that_of_the_oracle():
    """Column and row sums are maximised apart: at least the strength with composite norms."""
    parts = HEADS.sample(Sampler(7), "sparse", 20, SIZES, {})
    built = HEADS.tensor(XP, parts, SIZES, {})
    assert bool((built.separate_strength >= built.strength * (1 - 1e-12)).all())
    for row in range(20):
        truth = composite_norm.grouped_heads(MP, HEADS.exact(MP, as_exact(parts, row), SIZES, {}), 1)["separate_strength"]()
        assert float(built.separate_strength[row]) == pytest.approx(MP.to_float(truth), rel=1e-13)
