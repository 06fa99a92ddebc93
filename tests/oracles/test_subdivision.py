"""Subdivision proves an inequality on the whole interval, or says where it does not hold."""

from fractions import Fraction
from itertools import pairwise

import pytest

from oracles.subdivision import pieces
from refute.arithmetic import Ambiguous, Certifying

MP = Certifying(bits=64)
TOP = Fraction(1, 4)


def below(bound):
    """Whether x (1 - x) is at most the bound on an interval."""

    def holds(a, b):
        x = MP.between(a, b)
        return MP.le(x * (1 - x), bound)

    return holds


def test_pieces_cover_the_interval_in_order():
    """The pieces begin and end where the interval does, without a gap."""
    found = pieces(Fraction(0), Fraction(1), below(TOP + Fraction(1, 100)))
    assert (found[0][0], found[-1][1]) == (0, 1)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert len(found) > 4


def test_a_false_inequality_is_located():
    """x (1 - x) <= 0.24 fails next to 1/2."""
    with pytest.raises(ArithmeticError, match=r"from 0\.(39|40)"):
        pieces(Fraction(0), Fraction(1), below(Fraction(24, 100)))


def test_an_ambiguous_answer_is_no_proof():
    """Where balls cannot tell, the interval is halved until the limit, and then nothing is proved."""

    def never(a, b):
        raise Ambiguous("undecided")

    with pytest.raises(ArithmeticError, match="not decided"):
        pieces(Fraction(0), Fraction(1), never, halvings=3)
