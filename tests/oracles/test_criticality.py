"""Critical points are certified roots, and the bounds of a tanh layer are proved for every variance."""

from fractions import Fraction
from itertools import pairwise

import pytest

from oracles import criticality, tanh_step
from refute.arithmetic import Ambiguous, Certifying

MP = Certifying(bits=160)


@pytest.mark.parametrize("row", range(len(criticality.POINTS)))
def test_printed_digits_are_rounded_true_ones(row):
    """K*, C_W and C_b of GELU and SiLU lie within half a unit of the last digit, and K* of GELU is (3 + sqrt 17)/2."""
    found = criticality.points(MP, row)
    for value, printed, unit in zip(found["value"](), found["printed"], found["unit"], strict=True):
        if MP.lt(0, unit):
            assert MP.le(abs(value - printed), unit)
        else:
            assert MP.eq(value, printed) is not False
            assert MP.radius(value) < 2.0**-70


def test_a_root_needs_a_change_of_sign():
    """Where the function is positive on both sides of its secants' end, no root is claimed."""
    with pytest.raises(Ambiguous, match="change of sign"):
        criticality.root(MP, lambda K: MP.mpf((K - 1) ** 2 + 1), Fraction(0), Fraction(3))


def test_root_of_a_quadratic():
    """2 - K^2 vanishes at the root of 2."""
    assert MP.eq(criticality.root(MP, lambda K: MP.mpf(2 - K * K), Fraction(1), Fraction(2)), MP.sqrt(MP.mpf(2))) is not False


@pytest.mark.parametrize("pieces", [0, 1])
def test_the_bounds_of_a_tanh_layer_are_proved(pieces):
    """The intervals of the proof join from 1/12 to 2, and to 6/5."""
    found = tanh_step.proof()[pieces]
    assert (found[0][0], found[-1][1]) == (tanh_step.SMALL, (tanh_step.LARGE, tanh_step.TURN)[pieces])
    assert all(before[1] == after[0] for before, after in pairwise(found))


def test_small_variances_are_settled_by_taylor_sums():
    """Both Taylor sums lie on their side of the bound up to 1/12, and are the mean to the next order."""
    assert tanh_step.small_variances_hold() == (True, True)
    K = Fraction(1, 1000)
    mean = criticality.tanh_second_moment(MP, MP.mpf(K))
    assert MP.le(tanh_step.taylor(K, 4), mean)
    assert MP.le(mean, tanh_step.taylor(K, 5))


@pytest.mark.parametrize("K", [Fraction(1, 100), Fraction(1, 2), Fraction(6, 5), Fraction(40)])
def test_growth_of_the_reciprocal(K):
    """1/K grows by 2 - (5/3) K at least and by 2 at most; with 8/5 for 5/3 this is false for small K."""
    growth = criticality.tanh_recursion(MP, MP.mpf(K), 1)["growth"][0]
    assert MP.le(2 - Fraction(5, 3) * K, growth)
    assert MP.le(growth, 2)
    assert MP.le(2 - Fraction(8, 5) * K, growth) is (K > Fraction(1, 90))
