"""The second layer: vertices known in closed form, moments by plain quadrature, real draws, seeded bugs."""

import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from oracles import finite_width, second_layer
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.judge import Judge
from refute.loader import load
from tests.oracles.sampled import allowed, instance_of, means_of, sampled
from tests.oracles.seeded import compared, with_bug

MP = Certifying(bits=128)
CLAIM = load(Path("claims/isometry/mlp_vertex2.py"))[0]
VERTICES = {
    "relu": 5 / 4,
    "sign": 0,
    "step": 1 / 4,
    "sine": (3 - 4 * math.exp(-2) + math.exp(-8)) / 8 - (1 - math.exp(-2)) ** 2 / 4,
    "exponential": math.exp(8) - math.exp(4),
    "quadratic": 2,
}


def instance(activation, X, n1=4, C1=1, B1=0, C2=1, B2=0, coefficients=(0, 1, 0)):
    return instance_of(
        {"n0": len(X), "n1": n1},
        {"x.activation": activation},
        x__X=X,
        x__coefficients=list(coefficients),
        C1=C1,
        B1=B1,
        C2=C2,
        B2=B2,
    )


@pytest.mark.parametrize("activation", VERTICES)
def test_vertex_of_one_input(activation):
    """<sigma^4> - <sigma^2>^2 at G = 1: 5/4 for ReLU, 2 for the identity, 0 for the sign, and closed forms of sine and exp."""
    means = means_of(CLAIM, instance(activation, [[1, 1, 1, 1]]))
    vertex = MP.to_float(means["s1234"] - means["s12"] * means["s34"])
    assert vertex == pytest.approx(VERTICES[activation], rel=1e-14, abs=1e-14)


def test_measured_four_points_of_relu():
    """ReLU, width 4, one input of G = 1: connected parts 15/16 for equal neurons, 5/16 for two."""
    means = means_of(CLAIM, instance("relu", [[1, 1, 1, 1]]))
    assert MP.to_float(means["alike"] - 3 * means["p12"] ** 2) == pytest.approx(15 / 16)
    assert MP.to_float(means["split"] - means["p12"] * means["p34"]) == pytest.approx(5 / 16)


def test_the_vertex_of_two_opposite_inputs_is_negative():
    """The step at opposite points never fires at both: V_(aa)(bb) = -1/4."""
    means = means_of(CLAIM, instance("step", [[1, 1, -1, -1]]))
    assert MP.to_float(means["s1234"]) == 0
    assert MP.to_float(means["s12"] * means["s34"]) == 0.25


@pytest.mark.parametrize("activation", ["relu", "step", "sign", "sine", "exponential", "quadratic"])
def test_hidden_moments_are_plain_integrals(activation):
    """Moments of one neuron at two correlated points agree with Gauss-Legendre sums over angle and radius."""
    X, bias = [[1, 1, Fraction(1, 2), Fraction(1, 2)], [0, 0, 1, 1]], Fraction(1, 4)
    means = means_of(CLAIM, instance(activation, X, C1=2, B1=bias, coefficients=(Fraction(1, 2), -1, 1)))
    sigma = {
        "relu": lambda t: np.maximum(t, 0), "step": lambda t: (t > 0) * 1.0, "sign": np.sign, "sine": np.sin, "exponential": np.exp,
        "quadratic": lambda t: t * t - t + 0.5,
    }[activation]  # fmt: skip
    A, B, R = 1.25, 1.5, 0.75  # covariances of the fields at the points 1 and 3
    along, across = R / math.sqrt(A), math.sqrt(B - R * R / A)
    kink = math.atan2(-along, across)
    angles, angle_weights = nodes([-math.pi, *sorted((-math.pi / 2, math.pi / 2, kink, kink + math.pi)), math.pi])
    radii, radius_weights = nodes([0, 2, 4, 8, 14])
    weights = np.outer(radius_weights * radii * np.exp(-(radii**2) / 2), angle_weights) / (2 * math.pi)
    first = sigma(math.sqrt(A) * np.outer(radii, np.cos(angles)))
    third = sigma(np.outer(radii, along * np.cos(angles) + across * np.sin(angles)))
    assert MP.to_float(means["s13"]) == pytest.approx(np.sum(weights * first * third), rel=1e-10)
    assert MP.to_float(means["s1234"]) == pytest.approx(np.sum(weights * (first * third) ** 2), rel=1e-10)


def nodes(points, count=60):
    """Gauss-Legendre nodes and weights on consecutive intervals."""
    x, w = np.polynomial.legendre.leggauss(count)
    pairs = list(itertools.pairwise(points))
    return (
        np.concatenate([(low + high) / 2 + (high - low) / 2 * x for low, high in pairs]),
        np.concatenate([(high - low) / 2 * w for low, high in pairs]),
    )


def test_assignments_count_all_pairings_of_the_output():
    """Without biases, three pairings of equal neurons for every pair of hidden ones: 3 n_1^2 in all, and n_1^2 for two rows."""
    for n1 in (1, 2, 4):
        for rows, pairings in (((0, 0, 0, 0), 3), ((0, 0, 1, 1), 1)):
            counts = second_layer.assignments(n1, rows)
            assert sum(count for (_, biases), count in counts.items() if biases == 0) == pairings * n1**2
            assert sum(counts.values()) == pairings * (n1 + 1) ** 2


@pytest.mark.parametrize(("activation", "B1"), [("quadratic", 0), ("quadratic", 1), ("relu", 0), ("sine", 1)])
def test_statement_holds(activation, B1):
    """The statement is true, or a tie where it is irrational, with all four variances different."""
    case = instance(
        activation, [[1, 2, -1, 0], [Fraction(1, 2), 0, 1, 1]], n1=3, C1=2, B1=B1, C2=Fraction(3, 2), B2=Fraction(1, 2)
    )
    assert Judge(CLAIM).rule(case).outcome == ("holds" if activation == "quadratic" else "tie")


@pytest.mark.parametrize("activation", ["relu", "sine"])
def test_real_networks_have_the_exact_four_points(activation):
    """Four-point functions on drawn weights; where |sigma(t)| <= |t|, the mean square is at most prod_a (105 E G_aa^4)^(1/4)."""
    X = [[1, 1, 1, 1], [0, 0, 1, 1]]
    case = instance(activation, X, n1=4, C1=1)
    means, found = means_of(CLAIM, case), sampled(CLAIM, case, ("alike", "split"))
    lengths = math.prod((X[0][a] ** 2 + X[1][a] ** 2) / 2 for a in range(4))
    deviation = math.sqrt(105 * finite_width.shared_factors(4, 4) / 4**4) * lengths
    for name, median in found.items():
        assert abs(float(np.asarray(median)) - MP.to_float(means[name])) <= allowed(deviation)


def test_evaluator_agrees_with_oracle():
    """One draw of the weights gives the same quantities in both computations."""
    assert compared(CLAIM, instances=12).compared >= 20


@pytest.mark.parametrize("quantity", sorted(CLAIM.quantity_names()))
def test_bug_in_the_oracle_is_seen(quantity):
    """A quantity that is off by one part in a million contradicts the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(CLAIM, quantity))
