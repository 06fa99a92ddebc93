"""Oracles of single neurons: moments by hand, numbers of the specification, Monte Carlo of the real layer, seeded bugs."""

import math
from fractions import Fraction
from pathlib import Path

import pytest

from oracles import neurons
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.judge import Judge
from refute.loader import load
from strategies.neurons import RELU
from tests.oracles.sampled import allowed, instance_of, means_of, sampled
from tests.oracles.seeded import compared, subjects, with_bug

MP = Certifying(bits=128)
NAMES = ("kappa_residual", "kappa_layernorm", "kappa_first_layer", "kappa_first_layer_printed", "kappa_first_layer_signs")
SUBJECTS = {name: subject for name, subject in subjects("isometry").items() if name.split(":")[0] in NAMES}
X = [[Fraction(1, 2), Fraction(1, 3)], [Fraction(-1, 4), Fraction(2)]]


def numbers(values):
    return [MP.mpf(Fraction(value)) for value in values]


def test_joint_moments_are_those_of_isserlis():
    """E u^2 v^2 = 1 + 2 rho^2 and E u^3 v = 3 rho for unit inputs and Gaussian weights, E u^4 = 3."""
    x, y = numbers(["3/5", "4/5"]), numbers(["5/13", "12/13"])
    rho = Fraction(63, 65)
    found = neurons.joint_moments(MP, neurons.gaussian, x, y, 4)
    assert found[2, 2] == 1 + 2 * rho**2
    assert found[3, 1] == 3 * rho
    assert found[4, 0] == 3
    assert found[4, 4] == 9 + 72 * rho**2 + 24 * rho**4


def test_uniform_weights_have_the_variance_one_third():
    """E u^2 = 1/3 for weights on [-1, 1], in print said to be 1."""
    assert neurons.joint_moments(MP, neurons.uniform, numbers(["3/5", "4/5"]), numbers([1, 0]), 2)[2, 0] == Fraction(1, 3)


def test_relu_and_signs_give_one_half():
    """x = e_1, y = e_2, ReLU: the mean is 1/2 at every width, kappa(0) = 1/pi."""
    printed = SUBJECTS["kappa_first_layer_printed"]
    for n in (2, 3, 5):
        rows = [[int(j == i) for j in range(n - 1)] for i in range(2)]  # raw; at n = 2 the second is -e_2
        found = means_of(printed, instance_of({"K": 1, "n": n}, {"neuron.activation": RELU}, neuron=[0, 1], X=rows))
        assert found["product"] == Fraction(1, 2)
        assert abs(MP.to_float(found["kappa"]) - 1 / math.pi) < 1e-15


def test_printed_counterexample_is_certified():
    """The ReLU of the specification violates the printed proposition; its correction exists and is expected to survive."""
    claim = SUBJECTS["kappa_first_layer_printed"]
    assert Judge(claim).rule(claim.replay[0]).outcome == "violated"
    assert load(Path("claims") / f"{claim.corrected_by}.py")[0].expect == "survived"


def test_shared_weights_add_the_cross_term():
    """phi(x) = x with one weight matrix for both branches: (sqrt(1 - r^2) + r)^2 rho."""
    rows = MP.matrix([numbers(["3/5", "4/5"]), numbers(["5/13", "12/13"])])
    strength = numbers(["3/5", "4/5"])
    assert neurons.residual_mean_shared(MP, numbers([0, 1]), rows, strength)["product"] == Fraction(49, 25) * Fraction(63, 65)
    assert neurons.residual_mean(MP, numbers([0, 1]), rows, strength)["product"] == Fraction(63, 65)


@pytest.mark.parametrize("d", [2, 5])
def test_sample_covariance_is_unbiased(d):
    """phi = (1 + He_1)/sqrt(2): covariance rho/2 and variance 1/2 at every width."""
    rows = MP.matrix([numbers(["3/5", "4/5"]), numbers(["5/13", "12/13"])])
    found = neurons.normalised_mean(MP, numbers([1, 1]), rows, d)
    assert found["covariance"] == Fraction(63, 130)
    assert found["variance"] == Fraction(1, 2)
    assert found["kappa_0"] == Fraction(1, 2)


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("kappa_residual", instance_of({"K": 2, "d": 3}, neuron=[0.5, 1, 0.5], X=X, strength=0.5)),
        ("kappa_layernorm", instance_of({"K": 2, "n": 3, "d": 3}, neuron=[0.5, 1, 0.5], X=X)),
        ("kappa_first_layer", instance_of({"K": 2, "d": 3}, neuron=[0.5, 1, 0.5], X=X)),
        ("kappa_first_layer: sign weights", instance_of({"K": 2, "d": 3}, neuron=[0.5, 1, 0.5], X=X)),
        ("kappa_first_layer: weights uniform on [-1, 1]", instance_of({"K": 2, "d": 3}, neuron=[0.5, 1, 0.5], X=X)),
    ],
)
def test_exact_means_lie_with_those_of_the_layer(name, instance):
    """Medians of block means of the evaluator's own layers lie within two standard errors of the exact means.

    A product h(x) h(y) of polynomials of degree 2 in Gaussians has E (h(x) h(y))^2 <= 81 (hypercontractivity, 3^4 for the
    normalised polynomial), covariances over neurons no more.
    """
    means = means_of(SUBJECTS[name], instance)
    averaged = [key for key in ("product", "square", "covariance", "variance", "covariance_before") if key in means]
    for key, median in sampled(SUBJECTS[name], instance, averaged).items():
        assert abs(median - MP.to_float(means[key])) <= allowed(9.0), key


@pytest.mark.parametrize("name", SUBJECTS)
def test_evaluator_and_oracle_agree(name):
    """Both computations agree on single draws, in the claims and in the mutants that replace evaluator, oracle or weights."""
    assert compared(SUBJECTS[name]).compared >= 5


@pytest.mark.parametrize(("name", "quantity"), [(name, q) for name in NAMES for q in sorted(SUBJECTS[name].quantity_names())])
def test_a_seeded_bug_is_caught(name, quantity):
    """An oracle that is off by one part in a million, in any one quantity, disagrees with the evaluator."""
    with pytest.raises(Disagreement):
        compared(with_bug(SUBJECTS[name], quantity))


def test_deviation_of_sign_weights_by_hand():
    """He_2/sqrt(2) at x = y = (3/5, 4/5): E (u^2 - 1)^2 / 2 = 1 - sum x_i^4, in rationals."""
    claim = SUBJECTS["kappa_first_layer_signs"]
    instance = instance_of({"n": 2}, neuron=[0, 0, 1], X=[[3], [3]])
    found = means_of(claim, instance)
    assert found["product"] == 1 - Fraction(81 + 256, 625)
    assert found["localised"] == Fraction(337, 625)
    assert Judge(claim).rule(instance).outcome == "holds"
