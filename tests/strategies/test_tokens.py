"""Tokens: logits within their range, exactly separable keys, points exactly in the ball, and the hard cases among them."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oracles import attention
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.margins import deviation, max_margin, separator, sparsest_margin
from strategies.tokens import LARGEST_LOGIT, log_loss_excess, logits_and_directions, token_selection

XP = namespace("torch")
LOGITS = logits_and_directions("n")
TOKENS = token_selection("n", "T-1", "d")
SIZES = {"n": 2, "T": 3, "d": 2}
CLOSE = 2.0**-40


def row_of(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


def sampled(source, family, count=200, sizes=SIZES, seed=4, loss="correlation"):
    return source.sample(Sampler(seed), family, count, sizes, {"loss": loss})


@pytest.mark.parametrize("family", LOGITS.families)
def test_logits_stay_where_no_weight_underflows(family):
    """Every family keeps the logits in range, so that the least weight is at least e^-512."""
    parts = sampled(LOGITS, family, sizes={"n": 5})
    assert float(parts["x"].abs().max()) <= LARGEST_LOGIT
    assert all(LOGITS.admits(row_of(parts, row), {"n": 5}, {}) for row in range(50))
    assert float(torch.softmax(parts["x"], dim=1).min()) > 1e-300


def test_clamp_brings_logits_back():
    """What ascent pushes out of range is admitted again after clamping."""
    parts = LOGITS.clamp(XP, {"x": torch.tensor([[1e4, -1e4]]), "h": torch.ones(1, 2), "g": torch.ones(1, 2)})
    assert LOGITS.admits(row_of(parts, 0), {"n": 2}, {})


def test_rare_tokens_occur():
    """The pair families leave less than 1e-6 of the mass to one of two contrasted tokens in some of 200 draws."""
    weights = torch.softmax(sampled(LOGITS, "rare", sizes={"n": 2})["x"], dim=1)
    assert int((weights.min(dim=1).values < 1e-6).sum()) >= 20


@pytest.mark.parametrize("family", TOKENS.families)
def test_samples_are_separable_and_in_the_ball(family):
    """First coordinates, gaps and radii are positive, and the point is in the ball exactly, in rationals."""
    parts = sampled(TOKENS, family)
    for row in range(60):
        raw = row_of(parts, row)
        assert TOKENS.admits(raw, SIZES, {"loss": "correlation"})
        assert sum(x * x for x in raw["p"]) <= raw["radius"][()] ** 2


def test_points_leave_the_ball_where_asked():
    """With ``ball=False`` a family of points far outside the ball joins in."""
    free = token_selection("n", "T-1", "d", ball=False)
    parts = sampled(free, "outside")
    assert int((parts["p"].norm(dim=1) > 1.1 * parts["radius"]).sum()) >= 50


def test_ties_and_degenerate_constraints_occur():
    """The family of ties repeats one key difference; the degenerate one has active constraints of multiplier 0."""
    ties = sampled(TOKENS, "ties")["differences"].reshape(200, -1, 2)
    assert bool((ties == ties[:, :1]).all())
    degenerate = sampled(TOKENS, "degenerate")["differences"].reshape(200, -1, 2)
    optimum, multipliers = max_margin(XP, degenerate)
    active = ((degenerate * optimum[:, None]).sum(dim=2) - 1).abs() < CLOSE
    assert int((active & (multipliers == 0)).any(dim=1).sum()) >= 100


@pytest.mark.parametrize("loss", ["correlation", "logistic"])
def test_the_sublevel_set_is_met(loss):
    """At least one of ten points of the families near the path has at most the loss of the path."""
    for family in ("path", "ties", "degenerate", "unequal"):
        parts = sampled(TOKENS, family, loss=loss)
        data = TOKENS.tensor(XP, parts, SIZES, {"loss": loss})
        flat = parts["differences"].reshape(200, -1, 2)
        direction = max_margin(XP, flat)[0]
        u = direction / direction.norm(dim=1, keepdim=True)
        shape = parts["gaps"].shape
        here = log_loss_excess(XP, data, (flat * parts["p"][:, None]).sum(dim=2).reshape(shape))
        path = log_loss_excess(XP, data, (flat * (parts["radius"][:, None] * u)[:, None]).sum(dim=2).reshape(shape))
        assert int((here <= path).sum()) >= 20


@given(st.data())
def test_readable_instances_are_admitted(data):
    """Whatever Hypothesis draws is in the admissible range."""
    raw = {name: exact(value) for name, value in TOKENS.draw(data.draw, SIZES, {"loss": "logistic"}).items()}
    assert TOKENS.admits(raw, SIZES, {"loss": "logistic"})
    assert all(isinstance(x, Fraction) for array in raw.values() for x in array.flat)


@pytest.mark.parametrize("margin", [0.5, 40.0, 750.0, 1e6])
@pytest.mark.parametrize("loss", ["correlation", "logistic"])
def test_log_excess_at_huge_margins(margin, loss):
    """The logarithm of the excess is right to fourteen digits, also where the excess itself underflows."""
    mp = Certifying(bits=200)
    gaps, best = exact([[1, 2]]), exact([1])
    data = {"gaps": torch.tensor([[[1.0, 2.0]]]).double(), "best": torch.tensor([[1.0]]).double(), "loss": loss}
    found = float(log_loss_excess(XP, data, torch.tensor([[[margin, margin + 1]]]).double())[0])
    margins = [mp.mpf(Fraction(margin)), mp.mpf(Fraction(margin) + 1)]
    truth = mp.to_float(mp.log(attention._excess(mp, {"gaps": gaps, "best": best, "loss": loss}, margins)))
    assert abs(found - truth) <= 1e-14 * abs(truth)


@pytest.mark.parametrize("family", TOKENS.families)
@pytest.mark.parametrize("sizes", [{"n": 1, "T": 2, "d": 1}, {"n": 2, "T": 3, "d": 2}, {"n": 2, "T": 3, "d": 3}])
def test_array_separators_are_the_rational_ones(family, sizes):
    """The batched separator and its multipliers are those of Wolfe's method in rationals, to nearly all digits."""
    differences = sampled(TOKENS, family, count=15, sizes=sizes)["differences"]
    flat = differences.reshape(15, -1, sizes["d"])
    optimum, multipliers = max_margin(XP, flat)
    for row in range(15):
        point, _ = attention.max_margin(exact(flat[row].numpy()).tolist())
        length = sum(x * x for x in point)
        assert abs(float(multipliers[row].sum()) - float(length)) <= CLOSE * float(length)
        assert bool((multipliers[row] >= 0).all())
        assert max(abs(float(a) - float(b)) for a, b in zip(optimum[row], point, strict=True)) <= 1e-6 * float(length) ** 0.5


def test_other_directions():
    """Least 1-norm, sum, second best tokens and a pruned support vector, on one instance that tells them apart."""
    data = {"differences": torch.tensor([[[[2.0, 1.0], [1.0, 3.0]]]]).double(), "gaps": torch.tensor([[[1.0, 2.0]]]).double()}
    assert sparsest_margin(XP, data["differences"][:, 0]).tolist() == [[0.4, 0.2]]
    assert separator(XP, "mean", data).tolist() == [[3.0, 4.0]]
    assert separator(XP, "second", data)[0].tolist() == pytest.approx([-0.6, 0.2])
    assert separator(XP, "pruned", data)[0].tolist() != separator(XP, "max-margin", data)[0].tolist()


def test_missing_direction_deviates_by_nothing():
    """Where a direction does not exist both deviations are 0; opposite to it they are 2."""
    p, radius = torch.tensor([[3.0, 0.0], [3.0, 0.0]]), torch.tensor([3.0, 3.0])
    cosine, distance = deviation(XP, p, radius, torch.tensor([[0.0, 0.0], [-1.0, 0.0]]))
    assert cosine.tolist() == [0.0, 2.0]
    assert distance.tolist() == [0.0, 2.0]
