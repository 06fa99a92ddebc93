"""The ReLU kernel map and the tangent kernel give the numbers of the specification, and the proof of the limit its constant."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from oracles import ntk, ntk_step
from refute.arithmetic import Certifying
from refute.errors import Disagreement
from refute.instance import Instance, exact
from refute.judge import Judge
from refute.loader import load
from tests.oracles.seeded import compared, with_bug

MP = Certifying(bits=192)
NAMES = ["relu_gap", "relu_collapse_rate", "ntk_relu", "ntk_relu_limit", "ntk_relu_sphere"]


def claim(name):
    return load(Path("claims/isometry") / f"{name}.py")[0]


def near(number, printed, digits=4):
    """Whether the number rounds to the printed decimal."""
    return MP.le(abs(number - MP.mpf(Fraction(str(printed)))), MP.mpf(Fraction(1, 2 * 10**digits)))


def at(x):
    return MP.mpf(Fraction(x))


def test_ends_of_the_gap():
    """At x = 2 the drop is 1 = 2^(3/2)/(2 sqrt(2)); for small x it is 0.300105 x^(3/2)."""
    found = ntk.relu_gap(MP, at(2))
    assert MP.eq(found["drop"], 1) is not False
    assert MP.eq(found["loss"], 1) is not False
    small = ntk.relu_gap(MP, at(Fraction(1, 1 << 40)))
    assert near(small["drop"] * 2**60, "0.300105", 6)
    assert near(small["loss"] * 2**20, "0.450158", 6)


def test_depth_at_which_the_constants_fail():
    """From rho = 0 the rate 0.95^l first fails at 115 layers, the constant 0.16 at 63."""
    deviations = ntk.collapse(MP, at(1), 116)["x"]
    exponential = [layer for layer, x in enumerate(deviations, 1) if MP.lt(at(Fraction(19, 20)) ** layer, x)]
    faster = [layer for layer, x in enumerate(deviations, 1) if MP.lt(1 / (1 + at(Fraction(4, 25)) * layer) ** 2, x)]
    assert exponential[0] == 115
    assert faster[0] == 63


def test_limit_of_the_collapse():
    """The increments of x^(-1/2) come down towards sqrt(2)/(3 pi) = 0.150053, so l^2 x_l tends to 9 pi^2/2 = 44.413."""
    increment = ntk.collapse(MP, at(1), 400)["next_increment"]()[-1]
    assert near(increment, "0.1502", 3)
    assert near(1 / (MP.sqrt(at(2)) / (3 * MP.pi)) ** 2, "44.413", 3)


@pytest.mark.parametrize(("layers", "share"), [(1, "0.1592"), (2, "0.2286"), (5, "0.2987"), (20, "0.3089"), (100, "0.2725")])
def test_tangent_kernel_at_orthogonal_inputs(layers, share):
    """Theta/(L + 1) at rho = 0 as tabulated."""
    assert near(ntk.tangent_kernels(MP, at(0), layers)[-1] / (layers + 1), share)


def test_special_values_of_the_tangent_kernel():
    """L + 1 at rho = 1; one hidden layer: 0 at -1 and -0.1368 at -0.795."""
    assert all(near(value, layer + 1, 20) for layer, value in enumerate(ntk.tangent_kernels(MP, at(1), 6)))
    assert near(ntk.tangent_kernels(MP, at(-1), 1)[1], 0, 20)
    assert near(ntk.tangent_kernels(MP, at(Fraction(-795, 1000)), 1)[1], "-0.1368")


def test_the_closed_sum_is_the_recursion():
    """Theta_h = Theta_(h-1) kappa_0(Sigma_(h-1)) + Sigma_h, in balls."""
    sigma = theta = at(Fraction(1, 3))
    for layer in range(1, 8):
        before, sigma = sigma, ntk.arc(MP, 1)(sigma)
        theta = theta * ntk.arc(MP, 0)(before) + sigma
        assert MP.eq(theta, ntk.tangent_kernels(MP, at(Fraction(1, 3)), 7)[layer]) is not False


def test_the_upper_bound_of_the_limit_needs_a_kernel_below_the_ratio():
    """On a grid of (0, 2] kappa_0 is at most (y/y')^3, as the proof says for all x."""
    for k in range(1, 201):
        for x in (at(Fraction(k, 100)), at(Fraction(2, 2**k)) if k <= 40 else at(Fraction(k, 300))):
            step = ntk.relu_gap(MP, x)
            after = x - step["drop"]
            assert MP.lt(1 - step["loss"], (MP.sqrt(after) / MP.sqrt(x)) ** 3)


def test_the_lower_bound_of_the_limit_is_proved_on_the_whole_range():
    """The loss of one layer is at most 1.81: near 0 by series, and on intervals without a gap up to pi and beyond."""
    small, found = ntk_step.proof()
    assert MP.lt(small, ntk_step.HIGHEST)
    assert found[0][0] == ntk_step.SMALL
    assert MP.lt(MP.pi, found[-1][1])
    assert all(before[1] == after[0] for before, after in pairwise(found))


@pytest.mark.parametrize("theta", [Fraction(1, 1000), Fraction(1, 10), Fraction(1, 2)])
def test_the_bound_near_zero_is_one(theta):
    """The bound by alternating series lies above the loss, and tends to the same limit 1/8."""
    assert MP.lt(ntk_step.loss(MP, at(theta)), ntk_step.near_zero(MP, theta))
    assert near(ntk_step.near_zero(MP, Fraction(1, 1 << 30)), "0.125", 6)


def test_the_loss_is_that_of_the_layers():
    """The function of the angle is the left side of the docstring's inequality over 1 - kappa_0, from the kernels themselves."""
    c, theta = MP.sqrt(at(2)) / (3 * MP.pi), at(Fraction(207, 100))
    x = 1 - MP.cos(theta)
    step = ntk.relu_gap(MP, x)
    after = x - step["drop"]
    y, moved = 1 / MP.sqrt(x), 1 / MP.sqrt(after)
    rest = 1 - after - (moved**4 - y**4) / (4 * c * moved**3)
    by_layers = (y / (4 * c) * ((y / moved) ** 3 - 1 + step["loss"]) - rest) / step["loss"]
    assert MP.eq(by_layers, ntk_step.loss(MP, theta)) is not False
    assert near(by_layers, "1.80404", 5)


def test_a_smaller_constant_is_not_proved():
    """Below 1.80404 the inequality is false near theta = 2.07, and the proof says where it fails."""
    with pytest.raises(ArithmeticError, match=r"not decided from (1\.9|2\.)"):
        ntk_step.proof(Fraction(9, 5))


def test_lowest_point_of_the_limit():
    """Three layers from rho = -0.917 the kernel is 1.528 below its expected value."""
    found = ntk.growth()(MP, at(Fraction(1917, 1000)), 3)
    assert near(found["theta"][-1] - found["reach"]()[-1] * 3 * MP.pi / (4 * MP.sqrt(at(2))), "-1.528", 3)


@pytest.mark.parametrize("name", NAMES)
def test_evaluators_agree_with_the_oracles(name):
    """On random and corner instances of three searches every quantity is the oracle's, up to its rounding."""
    for seed in range(3):
        assert compared(claim(name), seed).compared > 0


@pytest.mark.parametrize(
    ("name", "quantity"),
    [("relu_gap", "loss"), ("relu_collapse_rate", "x"), ("ntk_relu", "middle"), ("ntk_relu_limit", "theta")],
)
def test_a_seeded_bug_is_caught(name, quantity):
    """One part in a million in one quantity of the oracle is a disagreement."""
    with pytest.raises(Disagreement):
        compared(with_bug(claim(name), quantity), instances=12)


@pytest.mark.parametrize("x", [Fraction(1, 1 << 50), Fraction(2), 2 - Fraction(1, 1 << 50)])
def test_ends_are_no_counterexample(x):
    """At both ends of (0, 2], where one of the bounds is an equality, nothing is refuted."""
    assert Judge(claim("relu_gap")).rule(Instance({}, {}, {"x": exact(x)})).outcome in ("holds", "tie")
    assert Judge(claim("relu_collapse_rate")).rule(Instance({"L": 6}, {}, {"x": exact(x)})).outcome in ("holds", "tie")
    assert Judge(claim("ntk_relu_limit")).rule(Instance({"L": 6}, {}, {"x": exact(x)})).outcome == "holds"
