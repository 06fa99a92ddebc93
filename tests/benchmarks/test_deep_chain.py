"""Deep chains: the integer chain is that of mpmath, gaps do not cancel, weights are what they are said to be, the page says what is so."""

import dataclasses
import math
import re

import mpmath
import numpy as np
import pytest
import torch

from benchmarks import deep_chain, deep_chain_exact, deep_chain_page
from benchmarks.deep_chain import NETWORKS, Network, draw, measured
from benchmarks.deep_chain_exact import Matrix
from refute.inputs import Sampler

SMALL = Network("small", 2, 4)
PLAIN = Network("plain", 2, 4, normalised=False)
BITS = deep_chain.bits_of(60)


def in_mpmath(chain, normalised, halvings):
    """Last state and log-norm of the gradient of the first layer at 80 digits, by forward derivatives in every direction."""
    with mpmath.workdps(80):
        W = [mpmath.matrix(weight.tolist()) for weight in chain.W[0]]
        G = mpmath.matrix(chain.G[0].tolist())

        def run(first):
            state = mpmath.matrix(chain.X[0].tolist())
            for weight in (first, *W[1:]):
                state = weight * state
                for i in range(state.rows):
                    length = mpmath.norm(state[i, :]) if normalised else mpmath.mpf(2) ** halvings
                    for j in range(state.cols):
                        state[i, j] /= length
            return state

        def loss(first):
            state = run(first)
            return mpmath.fsum(state[i, j] * G[i, j] for i in range(state.rows) for j in range(state.cols))

        square, step = mpmath.mpf(0), mpmath.mpf(10) ** -25
        for i in range(W[0].rows):
            for j in range(W[0].cols):
                moved = [W[0].copy(), W[0].copy()]
                moved[0][i, j] += step
                moved[1][i, j] -= step
                square += ((loss(moved[0]) - loss(moved[1])) / (2 * step)) ** 2
        return run(W[0]), float(mpmath.log(square) / 2 - mpmath.log(mpmath.norm(G)))


@pytest.mark.parametrize("network", [SMALL, PLAIN])
def test_the_integer_chain_is_that_of_mpmath(network):
    """State and gradient after four layers agree, with and without normalization."""
    chain = draw(network, 4, 1, seed=7)
    states, log = deep_chain.exact_chain(network, chain, 0, BITS)
    reference, log_reference = in_mpmath(chain, network.normalised, 1)
    last = states[-1]
    with mpmath.workdps(80):
        for i in range(4):
            for j in range(2):
                assert abs(mpmath.ldexp(int(last.rows[i][j]), last.exponent) - reference[i, j]) < mpmath.mpf(10) ** -57
    assert log == pytest.approx(log_reference, abs=1e-12)


def test_float_chains_are_those_of_the_same_numbers():
    """Both precisions start from the same numbers: after one layer they err by their rounding, float64 by less than 1e-15."""
    result = measured(SMALL, 1, 3)
    assert 1e-9 < result.errors["float32"].max() < 1e-6
    assert result.errors["float64"].max() < 1e-15
    assert result.digits > deep_chain.DIGITS - 2


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_weights_and_inputs_are_float32_numbers(network):
    """Nothing is rounded when float32 takes the numbers; orthogonal weights are so exactly, a start near rank one is near it."""
    chain = draw(network, 3, 2, seed=1)
    for part in (chain.X, chain.W, chain.G):
        assert torch.equal(part.float().double(), part)
    if network.orthogonal:
        eye = torch.eye(network.d, dtype=torch.float64)
        assert torch.equal(chain.W @ chain.W.mT, eye.expand_as(chain.W))
        assert len(torch.unique(chain.W)) > 50
    if network.near_rank_one:
        gap, rank = deep_chain_exact.gaps(Matrix.of(chain.X[0].numpy()))
        assert 0 < rank < 1e-12
        assert math.sqrt(1 - 1 / network.n) - gap < 1e-12


def test_reflections_are_not_all_alike():
    """The products differ, and are far from the identity and from permutations."""
    W = deep_chain.reflections(Sampler(1), 200, 8)
    assert len(torch.unique(W, dim=0)) == 200
    assert float(W.abs().amax(dim=(1, 2)).median()) < 1


def test_gaps_do_not_cancel():
    """Orthonormal columns, rank one, and columns (1, 0), (1, 2^-60), whose distance from rank one is 2^-121 in first order."""
    assert deep_chain_exact.gaps(Matrix.of([[1.0, 0], [0, 1], [0, 0]])) == (0, 0.5)
    assert deep_chain_exact.gaps(Matrix.of([[1.0, 1], [2, 2]])) == (pytest.approx(math.sqrt(0.5)), 0)
    assert deep_chain_exact.gaps(Matrix.of([[1.0, 1], [0, 2.0**-60]]))[1] == pytest.approx(2.0**-121, rel=1e-12)
    assert math.isnan(deep_chain_exact.gaps(Matrix.of([[0.0, 0]]))[0])


def test_matrices_hold_floats_exactly():
    """Tiny and huge floats come back as they were, and 200 bits as a sum of two floats."""
    floats = np.array([[1.5, -(2.0**-300)], [3.0e20, 0.1]])
    high, low = Matrix.of(floats).two_floats()
    assert high[0, 0] == 1.5
    assert high[1, 1] == 0.1
    assert not low.any()
    third = Matrix([[2**150 // 3]], -150)
    high, low = third.two_floats()
    assert high[0, 0] == 1 / 3
    assert abs(float(low[0, 0]) - 1 / 3 * 2.0**-54) < 1e-30  # 1/3 is that much above its float
    assert deep_chain.relative_error(np.array([[1 / 3]]), high, low) == pytest.approx(2.0**-54, rel=1e-9)


def test_errors_are_stretched_where_gradients_are():
    """Sixty layers of two samples in width 32 cost six digits and more, as many orthogonal ones with n = d one at most."""
    square, wide = measured(NETWORKS[0], 60, 2), measured(NETWORKS[6], 60, 2)
    assert np.median(deep_chain_page.digits_lost(wide)) > 6 > 1 > np.median(deep_chain_page.digits_lost(square))
    assert np.median(deep_chain_page.growth(wide)["exact"]) > 6
    assert all(slack.min() > 0 for slack in square.slack.values())
    assert deep_chain_page.layers(deep_chain_page.first_wrong(square.errors["float32"])) == "never"
    assert re.fullmatch(r"\d+ \(\d+–\d+\)", deep_chain_page.layers(deep_chain_page.first_wrong(wide.errors["float32"])))


def test_the_first_wrong_layer():
    """A NaN is wrong, a draw that stays right has none, and a place of a coarser grid is named by its layer."""
    errors = np.array([[0.0, 0.0, 0.0], [0.2, 0.0, np.nan], [0.0, 0.0, 0.0]])
    assert deep_chain_page.first_wrong(errors) == [2, None, 2]
    assert deep_chain_page.first_wrong(errors, at=[5, 10, 15]) == [10, None, 10]
    assert deep_chain_page.layers([2, None, 7]) == "from 2 in 2 of 3"


def test_the_gap_of_orthogonal_weights_stalls_and_rises_in_floats():
    """By 200 layers float32 has contradicted the theorem that the isometry gap never rises; the exact gap has not."""
    result = measured(NETWORKS[0], 200, 2)
    assert len(result.rises["float32"]) == 2
    assert result.gaps["float32"][-1].min() > 100 * result.gaps["exact"][-1].max()
    exact = np.array(result.gaps["exact"])
    assert (exact[30:] < exact[:-30]).all()


def test_a_page_is_written(tmp_path):
    """Table and figures are there for runs of any depth, and the same bytes from the same run."""
    results = [measured(network, 30, 2) for network in (NETWORKS[0], NETWORKS[-1])]
    path = deep_chain_page.write(results, 30, 2, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "**" not in text  # conclusions are drawn from full depth alone
    for network in (NETWORKS[0], NETWORKS[-1]):
        assert f"| {network.name} | {network.n}, {network.d} |" in text
    for figure in re.findall(r"\((figures/[^)]*)\)", text):
        before = (tmp_path / figure).read_bytes()
        assert before.startswith(b"<?xml")
        deep_chain_page.write(results, 30, 2, tmp_path)
        assert (tmp_path / figure).read_bytes() == before


def test_conclusions_are_not_drawn_from_a_run_that_does_not_show_them():
    """A run that is too shallow raises, and says which sentence it does not support."""
    results = [measured(dataclasses.replace(network), 12, 2) for network in NETWORKS]
    with pytest.raises(ValueError, match="the page says that the gap stalls in floats, but this run does not show it"):
        deep_chain_page.conclusion(results)
