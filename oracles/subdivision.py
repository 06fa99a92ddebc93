"""Inequalities in one variable, proved on a whole interval by halving it until balls decide every piece."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from refute.arithmetic import Ambiguous

Piece = tuple[Fraction, Fraction]


def pieces(low: Fraction, high: Fraction, holds: Callable[[Fraction, Fraction], bool | None], halvings: int = 32) -> list[Piece]:
    """Consecutive intervals from ``low`` to ``high``, on each of which ``holds(a, b)`` is true.

    ``holds`` answers for all points of ``[a, b]``; where it answers otherwise, or cannot tell, the interval is halved.
    Raises ArithmeticError at an interval that so many ``halvings`` leave undecided: nothing is proved then.
    """
    found: list[Piece] = []
    waiting = [(low, high, halvings)]
    while waiting:
        a, b, left = waiting.pop()
        if _decided(holds, a, b):
            found.append((a, b))
            continue
        if not left:
            raise ArithmeticError(f"the inequality is not decided from {float(a)} to {float(b)}")
        middle = (a + b) / 2
        waiting += [(middle, b, left - 1), (a, middle, left - 1)]
    return found


def _decided(holds: Callable[[Fraction, Fraction], bool | None], a: Fraction, b: Fraction) -> bool:
    try:
        return holds(a, b) is True
    except Ambiguous:
        return False
