"""Rigorous integration: Arb's adaptive Gauss-Legendre on finite intervals, a proved tail bound beyond."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import flint

from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number

if TYPE_CHECKING:
    from refute.arithmetic.certifying import Certifying

DOUBLINGS = 200
HALVINGS = 5


def integrate(mp: Certifying, f: Callable[[Any], Any], points: Sequence[Any], tail: Callable[[Number], Any] | None) -> Number:
    """The integral of ``f`` over consecutive intervals of ``points``.

    ``f`` must accept the complex balls that Arb integrates with: the four operations, powers, and the functions of
    the arithmetic.  The last point may be ``mp.inf`` if ``tail(T)`` is a proved upper bound of the absolute value
    of the integral beyond ``T``; the cut is doubled until the bound is below the precision.
    """
    numbers = [mp.convert(point) for point in points]
    if len(numbers) < 2:
        raise ValueError(f"got {len(numbers)} points, but an integral needs the two ends of its range at least")
    total = mp.convert(0)
    if any(_is_infinite(point) for point in numbers[:-1]) or (_is_infinite(numbers[-1]) and not mp.lt(0, numbers[-1])):
        raise ValueError("quad takes an infinite range only at its last point, as mp.inf; substitute -t for t")
    if _is_infinite(numbers[-1]):
        if tail is None:
            raise ValueError("quad over an infinite range needs `tail`, a proved bound of what is cut off")
        cut, bound = _cut(mp, numbers[-2], tail)
        numbers[-1] = cut
        total = total + mp.between(-bound, bound)
    for start, end in itertools.pairwise(numbers):
        total = total + _finite(mp, f, start, end)
    return total


def _is_infinite(point: Number) -> bool:
    return not point.is_rational and not point.value.is_finite()


def _cut(mp: Certifying, start: Number, tail: Callable[[Number], Any]) -> tuple[Number, Number]:
    """Where to cut, hardly further than the precision needs, and the bound of what lies beyond."""
    width = mp.convert(1)
    goal = mp.convert(2) ** (-mp.bits)
    for _ in range(DOUBLINGS):
        width = width * 2
        bound = mp.convert(tail(start + width))
        if mp.le(bound, goal):
            break
    step = width / 4
    for _ in range(HALVINGS):
        nearer = mp.convert(tail(start + width - step))
        if mp.le(nearer, goal):
            width, bound = width - step, nearer
        step = step / 2
    return start + width, bound


def _finite(mp: Certifying, f: Callable[[Any], Any], start: Number, end: Number) -> Number:
    raised: list[Exception] = []

    def integrand(z: Any, analytic: bool) -> Any:
        ball = ComplexBall(z, bool(analytic), mp)
        if raised:
            return ball.undefined().value
        try:
            value = f(ball)
            return value.value if isinstance(value, ComplexBall) else flint.acb(mp.convert(value).ball())
        except Ambiguous:
            return ball.undefined().value
        except Exception as error:  # flint cannot pass an exception on, so it is raised below
            raised.append(error)
            return ball.undefined().value

    mp.activate()
    result = flint.acb.integral(integrand, flint.acb(start.ball()), flint.acb(end.ball()))
    if raised:
        raise raised[0]
    if not result.imag.contains(0):
        raise ValueError("the integrand of quad is not real on the whole range")
    if not result.real.is_finite():
        raise Ambiguous("the integral is not finite at this precision")
    return mp.wrap(result.real)
