"""Gaussian expectations on tensors: quadrature in polar coordinates has the digits of the balls at every correlation."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from oracles import gaussian as exact
from oracles.activation_functions import FUNCTIONS
from oracles.hermite_coefficients import coefficients
from refute.arithmetic import Certifying
from refute.instance import exact as exactly
from refute.namespace import namespace
from strategies import gaussian
from strategies.activation_functions import SLOPES, VALUES
from strategies.activation_inputs import CLOSED, RATES, SMOOTH_ENOUGH, activation, row, standard_deviations, variance
from strategies.arc_cosine import arc_cosine, opening, sector_mean
from strategies.hermite_coefficients import factors
from strategies.kernels import correlation

XP = namespace("torch")
MP = Certifying(bits=96)
CLOSE = 1e-12


def column(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("name", VALUES)
def test_functions_are_those_of_the_oracles(name):
    """Function and derivative agree with the exact ones on both half-lines."""
    points = [Fraction(1, 64), Fraction(1, 2), Fraction(3)]
    for table, build in zip((VALUES, SLOPES), FUNCTIONS[name], strict=True):
        f = build(MP, MP.mpf(Fraction(3, 8)))
        for point in points:
            for sign, side in ((1, f.right), (-1, f.left)):
                got = float(table[name](XP, column(0.375), column(sign * float(point)))[0])
                truth = MP.to_float(MP.convert(side(MP.mpf(point))))
                assert got == pytest.approx(truth, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", SMOOTH_ENOUGH)
@pytest.mark.parametrize("complement", [2.0**-40, 0.1, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_plane_mean(name, complement, sign):
    """E f(X) f(Y) is that of the rigorous integral, relative to E f^2, for the function and its derivative."""
    rho = MP.mpf(sign * (1 - Fraction(complement)))
    angle = gaussian.angle_of(XP, correlation().tensor(XP, {"": column(sign * complement)}, {}, {}))
    for table, build in zip((VALUES, SLOPES), FUNCTIONS[name], strict=True):
        v = 0.5
        f = build(MP, MP.mpf(Fraction(v)))
        got = gaussian.plane_mean(XP, lambda x, table=table, v=v: table[name](XP, v, x), angle)
        truth, scale = MP.to_float(exact.correlation(MP, f, rho)), MP.to_float(exact.product(MP, f, f))
        assert abs(float(got[0]) - truth) <= CLOSE * scale


@pytest.mark.parametrize("sign", [1, -1])
def test_plane_mean_of_two_functions(sign):
    """E f(X) g(Y) for GELU at two scales is that of the rigorous integral, and not that of the scales exchanged for one."""
    rho, angle = MP.mpf(Fraction(3 * sign, 4)), torch.arccos(column(0.75 * sign))

    def scaled(s):
        return lambda x: VALUES["gelu"](XP, None, s * x)

    truth = MP.to_float(exact.correlation(MP, FUNCTIONS["gelu"][0](MP, None), rho, 2, Fraction(1, 2)))
    got = gaussian.plane_mean(XP, scaled(2.0), angle, other=scaled(0.5))
    assert float(got[0]) == pytest.approx(truth, abs=CLOSE)
    assert float(gaussian.plane_mean(XP, scaled(1.0), angle)[0]) != pytest.approx(truth, abs=1e-3)


def test_angle_keeps_its_digits():
    """Next to 1 the angle is sqrt(2 eps), next to -1 it is pi minus that."""
    near = correlation().tensor(XP, {"": column(2.0**-50, -(2.0**-50))}, {}, {})
    angles = gaussian.angle_of(XP, near)
    assert float(angles[0]) == pytest.approx(2.0**-24.5, rel=1e-14)
    assert float(angles[1]) == pytest.approx(math.pi - 2.0**-24.5, rel=1e-15)


@pytest.mark.parametrize("name", CLOSED)
def test_factors_of_hermite_coefficients(name):
    """Sign, double factorial and factor of every degree agree with the oracle's."""
    truth = coefficients(MP, (name, MP.mpf(Fraction(3, 8))), 11)
    for k in range(12):
        found = factors(XP, name, column(0.375), k)
        assert found.sign == MP.to_float(truth["sign"][k])
        assert found.double == MP.to_float(truth["double"][k])
        assert float(found.factor[0]) == pytest.approx(MP.to_float(truth["factor"][k]), rel=1e-13, abs=1e-15)


def test_nodes_integrate_polynomials_exactly():
    """The Gauss rule has E X^2k = (2k - 1)!! to rounding."""
    nodes, weights = gaussian.hermite_nodes(XP, column(1.0))
    for k in range(6):
        moment = math.prod(range(1, 2 * k, 2))
        assert float(torch.sum(nodes ** (2 * k) * weights)) == pytest.approx(moment, rel=1e-12)


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("delta", [1e-9, 1e-3, 0.999, 1.001, 1.57, 1.58, 2.0, math.pi])
def test_arc_cosine_functions(order, delta):
    """J_n keeps all digits from delta = pi - theta near 0 on, where it falls like delta^(2n+1)."""
    rest = MP.mpf(Fraction(delta))
    fine = Certifying(bits=1000)
    d = fine.mpf(Fraction(delta))
    sine, cosine = fine.sin(d), -fine.cos(d)
    functions = [d, sine + d * cosine, 3 * sine * cosine + d * (1 + 2 * cosine**2)]
    for n in range(3, order + 1):
        functions.append((2 * n - 1) * cosine * functions[-1] + (n - 1) ** 2 * sine**2 * functions[-2])
    truth = fine.to_float(functions[order])
    assert MP.lt(0, rest)
    assert float(arc_cosine(XP, order, column(delta))[0]) == pytest.approx(truth, rel=1e-13)
    assert float(sector_mean(XP, order, column(delta))[0]) == pytest.approx(truth / math.pi, rel=1e-12)


def test_opening_of_nearly_opposite_vectors():
    """pi - theta of (1, 0) and (-1, e) is e to all digits, and 0 and pi where they are parallel."""
    x, y = column(1.0, 0.0)[None], column(-1.0, 1e-12)[None]
    assert float(opening(XP, x, y)[0]) == pytest.approx(1e-12, rel=1e-14)
    assert float(opening(XP, x, -x)[0]) == 0
    assert float(opening(XP, x, x)[0]) == pytest.approx(math.pi)


def test_inputs_admit_what_they_make():
    """Samples and corners of activations, variances and rows lie in their own range."""
    from refute.inputs import Sampler

    for source, choices in (
        (activation(), {"activation": "erf"}),
        (variance(), {}),
        (variance(high=4.0, low=0.125), {}),
        (standard_deviations(), {}),
        (row(3, first=1), {}),
    ):
        parts = [{"": exactly(np.asarray(corner[""], dtype=object))} for corner in source.corners({}, choices)]
        for family in source.families:
            batch = source.sample(Sampler(1), family, 40, {}, choices)[""].numpy()
            parts += [{"": exactly(np.asarray(value))} for value in batch]
        assert parts
        assert all(source.admits(raw, {}, choices) for raw in parts)


@pytest.mark.parametrize("name", CLOSED)
def test_rates_are_at_most_one_in_both_arithmetics(name):
    """The same raw number gives the same parameter, at most 1/2 for the families with a rate."""
    source, choices = activation(name), {"activation": name}
    built = source.tensor(XP, {"": column(1.0)}, {}, choices)
    same, parameter = source.exact(MP, {"": exactly(1.0)}, {}, choices)
    assert (built.name, float(built.parameter[0])) == (same, MP.to_float(parameter))
    assert float(built.parameter[0]) == (0.5 if name in RATES else 1.0)


def test_dual_of_a_named_activation_is_not_normalised():
    """exp(x) at rho = 1 has the dual e^2, and so has its slope."""
    built = activation("exponential").tensor(XP, {"": column(1.0)}, {}, {"activation": "exponential"})
    one = correlation(closed=True).tensor(XP, {"": column(0.0)}, {}, {})
    assert float(built.dual(one)[0]) == pytest.approx(math.e**2, rel=1e-14)
    assert float(built.dual_slope(one)[0]) == pytest.approx(math.e**2, rel=1e-14)
