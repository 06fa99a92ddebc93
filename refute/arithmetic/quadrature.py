"""Rigorous integration: Arb's adaptive Gauss-Legendre on finite intervals, a proved tail bound beyond."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import flint

from refute.arithmetic.numbers import Ambiguous, ComplexBall, Number

if TYPE_CHECKING:
    from refute.arithmetic.certifying import Certifying

DOUBLINGS = 200


def integrate(
    mp: Certifying, f: Callable[[Any], Any], points: Sequence[Any], tail: Callable[[Number], Any] | None
) -> Number:
    """The integral of ``f`` over consecutive intervals of ``points``.

    ``f`` must accept the complex balls that Arb integrates with: the four operations, powers, and the functions of
    the arithmetic.  The last point may be ``mp.inf`` if ``tail(T)`` is a proved upper bound of the absolute value
    of the integral beyond ``T``; the cut is doubled until the bound is below the precision.
    """
    numbers = [mp.convert(point) for point in points]
    total = mp.convert(0)
    last = numbers[-1]
    infinite = not last.is_rational and not last.value.is_finite()
    if infinite:
        if tail is None:
            raise ValueError("quad over an infinite range needs `tail`, a proved bound of what is cut off")
        cut, bound = _cut(mp, numbers[-2], tail)
        numbers[-1] = cut
        total = total + mp.between(-bound, bound)
    for start, end in zip(numbers[:-1], numbers[1:], strict=True):
        total = total + _finite(mp, f, start, end)
    return total


def _cut(mp: Certifying, start: Number, tail: Callable[[Number], Any]) -> tuple[Number, Number]:
    width = mp.convert(1)
    goal = mp.convert(2) ** (-mp.bits)
    for _ in range(DOUBLINGS):
        width = width * 2
        bound = mp.convert(tail(start + width))
        if mp.le(bound, goal):
            break
    return start + width, bound


def _finite(mp: Certifying, f: Callable[[Any], Any], start: Number, end: Number) -> Number:
    def integrand(z: Any, analytic: bool) -> Any:
        value = f(ComplexBall(z, bool(analytic), mp))
        return value.value if isinstance(value, ComplexBall) else flint.acb(mp.convert(value).ball())

    mp.activate()
    result = flint.acb.integral(integrand, flint.acb(start.ball()), flint.acb(end.ball()))
    real = result.real
    if real.is_nan() or not real.is_finite():
        raise Ambiguous("the integral is not finite at this precision")
    return mp.wrap(real)
