"""Pairs of vectors: half-space moments by quadrature are the printed functions of the angle, in all positions."""

import math
from fractions import Fraction
from pathlib import Path

import pytest

from oracles.arc_cosine import Pair, tangent_kernel_mean, two_layer_kernel_mean
from refute.arithmetic import Certifying
from refute.loader import load
from tests.oracles.sampled import allowed, instance_of, means_of, sampled

MP = Certifying(bits=96)
POSITIONS = {
    "orthogonal": [[1, 0], [0, 2]],
    "parallel": [[1, 3], [2, 6]],
    "opposite": [[1, -3], [2, -6]],
    "nearly opposite": [[1, -1], [0, Fraction(1, 1 << 20)]],
    "general": [[1, 2], [-3, 1]],
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("order", range(7))
def test_two_ways(position, order):
    """2 E <w,x>_+^n <w,y>_+^n = |x|^n |y|^n J_n / pi."""
    pair = Pair(MP, MP.matrix([[MP.mpf(entry) for entry in row] for row in POSITIONS[position]]))
    difference = pair.half_space(order) - pair.lengths**order * pair.arc_cosine(order) / MP.pi
    assert MP.eq(difference, 0) is not False
    assert MP.radius(difference) < 2.0**-70 * MP.to_float(1 + 1000 * pair.lengths**order)


def test_parallel_vectors_have_double_factorials():
    """J_n(0) = pi (2n - 1)!!."""
    pair = Pair(MP, MP.matrix([[MP.mpf(1), MP.mpf(5)]]))
    for order, value in enumerate((1, 1, 3, 15, 105, 945)):
        assert MP.eq(pair.arc_cosine(order), value * MP.pi) is not False


def test_opposite_vectors_have_none():
    """J_n(pi) = 0."""
    pair = Pair(MP, MP.matrix([[MP.mpf(1), MP.mpf(-5)]]))
    assert all(MP.eq(pair.arc_cosine(order), 0) is not False for order in range(6))


def test_tangent_kernels_of_orthogonal_inputs():
    """One hidden layer: 1/pi; two, the first of one neuron: 2/pi."""
    X = MP.matrix([[MP.mpf(1), MP.mpf(0)], [MP.mpf(0), MP.mpf(1)]])
    assert MP.eq(tangent_kernel_mean(MP, X, 3)["ntk"](), 1 / MP.pi) is not False
    assert MP.eq(two_layer_kernel_mean(MP, X, 3)["ntk"](), 2 / MP.pi) is not False


def test_second_moment_of_one_neuron():
    """At x = y and n = 1: E (2 u_+^2 + 2 v^2 1)^2 = 2 (3 + 2 + 3) = 16 for a unit input."""
    X = MP.matrix([[MP.mpf(1), MP.mpf(1)]])
    assert MP.eq(tangent_kernel_mean(MP, X, 1)["square"](), 16) is not False


def test_networks_have_the_exact_mean():
    """Monte Carlo of real networks of width 2 at rho = 3/5: the exact mean, within two deviations of a block."""
    claim = load(Path("claims/isometry/ntk_one_hidden.py"))[0]
    instance = instance_of({"d": 2, "n": 2}, X=[[1, Fraction(3, 5)], [0, Fraction(4, 5)]])
    exact = means_of(claim, instance)
    mean, square = (float(MP.to_float(MP.convert(exact[name]))) for name in ("ntk", "square"))
    found = sampled(claim, instance, ["ntk"])["ntk"]
    assert abs(float(found) - mean) <= allowed(math.sqrt(square - mean**2))
