"""Deep linear and piecewise linear networks: measured values, enumeration of Wick pairings, real draws, seeded bugs."""

import itertools
import math
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from oracles import finite_width
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.loader import load
from tests.oracles.sampled import allowed, failure_probability, instance_of, means_of, sampled
from tests.oracles.seeded import compared, with_bug

MP = Certifying(bits=128)
NAMES = ("dln_moments", "dln_two_input", "relu_finite_width")
CLAIMS = {name: load(Path(f"claims/isometry/{name}.py"))[0] for name in NAMES}
SLOPES = {"relu": (1, 0), "linear": (1, 1), "leaky": (1, Fraction(1, 5))}


def floats(values):
    return [MP.to_float(value) for value in values]


def gaussian_moment(labels):
    """The mean of a product of standard Gaussians, named by labels."""
    total = 1
    for count in Counter(labels).values():
        total *= 0 if count % 2 else math.prod(range(count - 1, 0, -2))
    return total


def test_moments_are_those_of_all_wick_pairings():
    """The fourth moment of layer 2 and the joint one of two of its neurons, by summing over every path of four factors."""
    x, n1 = (Fraction(2), Fraction(-1, 3)), 3
    fourth = joint = Fraction(0)
    for hidden in itertools.product(range(n1), repeat=4):
        for inner in itertools.product(range(2), repeat=4):
            below = gaussian_moment(zip(hidden, inner, strict=True)) * math.prod(x[j] for j in inner)
            fourth += below * gaussian_moment(hidden)
            joint += below * gaussian_moment(zip((0, 0, 1, 1), hidden, strict=True))
    scale = Fraction(1, (2 * n1) ** 2)
    instance = instance_of({"m": 2, "n0": 2, "n1": n1, "n2": 1, "n3": 1}, X=[[x[0], 0], [x[1], 0]], C=1)
    means = means_of(CLAIMS["dln_moments"], instance)
    assert means["moment"][1] == scale * fourth
    assert fourth == 3 * joint


@pytest.mark.parametrize(("n", "order"), [(1, 5), (2, 3), (3, 4), (5, 2)])
def test_shared_factors_are_chi_square_moments(n, order):
    """E (g_1^2 + ... + g_n^2)^m = n (n + 2) ... (n + 2m - 2), by the sum over all ways to share."""
    assert finite_width.shared_factors(n, order) == math.prod(n + 2 * j for j in range(order))


def test_measured_moments_of_a_deep_linear_network():
    """Hidden widths (5, 3, 4): E z^4 / 3 = 3.5 and E z^6 / 15 = 29.4 at the fourth layer."""
    sizes = {"n0": 1, "n1": 5, "n2": 3, "n3": 4}
    for order, value in ((2, 3 * Fraction(7, 2)), (3, 15 * Fraction(147, 5))):
        means = means_of(CLAIMS["dln_moments"], instance_of({"m": order, **sizes}, X=[[1, 0]], C=1))
        assert means["moment_next"][2] == value


def test_polarised_moments_obey_the_recursion():
    """From chi-square moments and minors alone: each product of the next layer is the old one plus the others over n."""
    X = [[1, 2, 0, -1], [Fraction(1, 2), 0, 3, 1]]
    means = means_of(CLAIMS["dln_two_input"], instance_of({"n0": 2, "n1": 3, "n2": 1, "n3": 4}, X=X))
    for layer, n in enumerate((3, 1, 4)):
        before = [means[f"{name}_before"][layer] for name in ("first", "second", "third")]
        for k, name in enumerate(("first", "second", "third")):
            assert means[name][layer] == before[k] + (sum(before, start=MP.mpf(0)) - before[k]) / n


@pytest.mark.parametrize(
    ("slopes", "n", "factor"),
    [("relu", 1, "6"), ("relu", 2, "7/2"), ("relu", 5, "2"), ("linear", 4, "3/2")],
)
def test_growth_of_the_fourth_power(slopes, n, factor):
    """ReLU at width 1, 2, 5: factors 6, 7/2, 2; the linear network has 1 + 2/n."""
    weights = [MP.mpf(a * a) / (Fraction(SLOPES[slopes][0] ** 2 + SLOPES[slopes][1] ** 2) / 2) for a in SLOPES[slopes]]
    first, second = finite_width.active_moments(MP, n, weights)
    assert first == 1
    assert second == Fraction(factor)


@pytest.mark.parametrize(("n", "printed"), [(1, 5.5562), (3, 2.5187)])
def test_growth_of_leaky_relu(n, printed):
    """Slope 1/5 at the widths 1 and 3, to the four digits measured."""
    weights = [MP.mpf(Fraction(a * a) / Fraction(13, 25)) for a in SLOPES["leaky"]]
    assert abs(MP.to_float(finite_width.active_moments(MP, n, weights)[1]) - printed) < 1e-4


def test_the_sampler_bound_fails_rarely():
    """A median of block means leaves its bound with probability below 1e-9."""
    assert failure_probability() < 1e-9


def test_real_linear_networks_have_the_exact_moments():
    """Second moments of neurons on drawn weights, with the deviation from the exact fourth moments."""
    claim, raw = CLAIMS["dln_moments"], {"X": [[1, 2], [-1, 1]], "C": Fraction(3, 2)}
    widths = {"n0": 2, "n1": 4, "n2": 2, "n3": 3}
    means, squares = (means_of(claim, instance_of({"m": m, **widths}, **raw)) for m in (1, 2))
    found = sampled(claim, instance_of({"m": 1, **widths}, **raw), ("moment", "moment_next"))
    for name in ("moment", "moment_next"):
        for layer in range(3):
            mean, second = floats([means[name][layer], squares[name][layer]])
            assert abs(found[name][layer] - mean) <= allowed(math.sqrt(second - mean**2))


def test_real_gram_matrices_have_the_exact_second_moments():
    """Products of two entries on drawn weights; their squares have means of at most prod_a (E G_aa^4)^(1/4)."""
    claim = CLAIMS["dln_two_input"]
    X, widths = [[1, 2, 0, -1], [1, 0, 1, 1]], (6, 5, 6)
    instance = instance_of({"n0": 2, "n1": 6, "n2": 5, "n3": 6}, X=X)
    means, found = means_of(claim, instance), sampled(claim, instance, ("first", "second", "third"))
    growth = np.cumprod([finite_width.shared_factors(n, 4) / n**4 for n in widths])
    lengths = math.prod((X[0][a] ** 2 + X[1][a] ** 2) / 2 for a in range(4))
    for name in found:
        for layer, mean in enumerate(floats(means[name])):
            assert abs(found[name][layer] - mean) <= allowed(math.sqrt(growth[layer]) * lengths)


@pytest.mark.parametrize("slopes", SLOPES)
def test_real_piecewise_networks_have_the_exact_norms(slopes):
    """Mean squares on drawn weights, with the deviation from the exact fourth powers; orthogonal inputs are independent."""
    claim = CLAIMS["relu_finite_width"]
    instance = instance_of({"n0": 2, "n1": 3, "n2": 5, "n3": 2}, h=[[1, 1], [0, 2]], slopes=list(SLOPES[slopes]))
    means, found = means_of(claim, instance), sampled(claim, instance, ("square", "fourth", "mixed"))
    for layer in range(3):
        mean, fourth = floats([means["square"][layer], means["fourth"][layer]])
        assert abs(found["square"][layer] - mean) <= allowed(math.sqrt(fourth - mean**2))
    second = MP.to_float(means["fourth"][0]) / MP.to_float(means["start"]) ** 2
    mixed = MP.to_float(means["mixed"])
    assert abs(found["mixed"] - mixed) <= allowed(mixed * math.sqrt(second**2 - 1))


@pytest.mark.parametrize("name", NAMES)
def test_evaluator_agrees_with_oracle(name):
    """One draw of the weights gives the same quantities in both computations."""
    assert compared(CLAIMS[name]).compared >= 20


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in NAMES for q in sorted(CLAIMS[name].quantity_names())])
def test_bug_in_the_oracle_is_seen(name, quantity):
    """A quantity that is off by one part in a million contradicts the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(CLAIMS[name], quantity))
