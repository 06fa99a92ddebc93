"""The reference arithmetic: an mpmath context of its own, with the few names that mpmath lacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import mpmath


class Reference:
    """mpmath at ``dps`` digits under the names of `Certifying`; its values carry no error bound.

    It is independent code, so it confirms violations and tests the balls; it never decides alone.
    """

    def __init__(self, dps: int = 50) -> None:
        self.context = mpmath.mp.clone()
        self.context.dps = dps
        self.dps = dps
        self.inf = self.context.inf
        self.ninf = self.context.ninf

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)

    def convert(self, value: Any) -> Any:
        if isinstance(value, Fraction):
            return self.context.mpf(value.numerator) / value.denominator
        if isinstance(value, str) and "/" in value:
            return self.convert(Fraction(value))
        if isinstance(value, self.context.mpc):
            return self._real(value)
        if isinstance(value, float) and value not in (math.inf, -math.inf):
            raise TypeError(f"got the float {value!r}, but an oracle takes exact numbers only")
        return self.context.mpf(value)

    mpf = convert

    def _real(self, value: Any) -> Any:
        """The real part of a number whose imaginary part is rounding; TypeError for any other complex number."""
        if abs(value.imag) > max(1, abs(value.real)) * self.context.mpf(10) ** (-self.dps // 3):
            raise TypeError(f"got the complex number {value}, but a real one is required")
        return value.real

    def matrix(self, *shape: Any) -> Any:
        source = shape[0]
        if isinstance(source, (list, tuple)):
            rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in source]
            return self.context.matrix([[self.convert(entry) for entry in row] for row in rows])
        return self.context.matrix(*shape)

    def diag(self, entries: Sequence[Any]) -> Any:
        return self.context.diag([self.convert(entry) for entry in entries])

    def trace(self, a: Any) -> Any:
        return self.context.fsum(a[i, i] for i in range(a.rows))

    def det(self, a: Any) -> Any:
        """The determinant; a 0x0 or exactly singular matrix gives 1 or 0."""
        if a.rows == 1:
            return a[0, 0]
        return self.context.det(a)

    def transpose(self, a: Any) -> Any:
        return a.T

    def sqrt_of_squares(self, x: Any) -> Any:
        return self.context.sqrt(max(self.convert(x), self.context.mpf(0)))

    def lt(self, a: Any, b: Any) -> bool | None:
        """``a < b``; None for numbers that agree to two thirds of the digits: their order may be rounding."""
        return None if self._close(a, b) else bool(self.convert(a) < self.convert(b))

    def le(self, a: Any, b: Any) -> bool | None:
        """``a <= b``; None for numbers that agree to two thirds of the digits."""
        return None if self._close(a, b) else bool(self.convert(a) <= self.convert(b))

    def eq(self, a: Any, b: Any) -> bool | None:
        """``a == b``: False or None, since agreement to many digits is no proof."""
        return None if self._close(a, b) else False

    def _close(self, a: Any, b: Any) -> bool:
        x, y = self.convert(a), self.convert(b)
        scale = max(abs(x), abs(y), self.context.mpf(1))
        return bool(abs(x - y) <= scale * self.context.mpf(10) ** (-2 * self.dps // 3))

    def maximum(self, *values: Any) -> Any:
        return max(_items(values))

    def minimum(self, *values: Any) -> Any:
        return min(_items(values))

    def between(self, low: Any, high: Any) -> Any:
        """The middle of two bounds: the reference has no balls."""
        return (self.convert(low) + self.convert(high)) / 2

    def elliprd(self, x: Any, y: Any, z: Any) -> Any:
        return self.context.elliprd(x, y, z)

    def eigsy(self, a: Any, eigvals_only: bool = True) -> list[Any]:
        values = self.context.eigsy(a, eigvals_only=True)
        return sorted(values)

    def svd_r(self, a: Any, compute_uv: bool = False) -> list[Any]:
        return sorted(self.context.svd_r(a, compute_uv=False), reverse=True)

    def mnorm(self, a: Any, p: Any = 1) -> Any:
        return self.svd_r(a)[0] if isinstance(p, int) and p == 2 else self.context.mnorm(a, p)

    def is_positive_definite(self, a: Any) -> bool:
        return bool(self.eigsy(a)[0] > 0)

    def is_positive_semidefinite(self, a: Any) -> bool:
        values = self.eigsy(a)
        return bool(values[0] >= -max(abs(value) for value in values) * self.context.mpf(10) ** (-2 * self.dps // 3))

    def norm2_le(self, a: Any, t: Any) -> bool:
        return bool(self.mnorm(a, 2) <= t)

    def quad(self, f: Callable[[Any], Any], points: Sequence[Any], tail: Any = None) -> Any:
        return self.context.quad(f, list(points))

    def is_exact(self, x: Any) -> bool:
        return False

    def radius(self, x: Any) -> float:
        return 0.0

    def log2_radius(self, x: Any) -> float:
        return -math.inf

    def to_float(self, x: Any) -> float:
        return float(x)

    def exact_str(self, x: Any, digits: int = 25) -> str:
        return str(self.context.nstr(x, digits))

    def midpoint_str(self, x: Any, digits: int = 17) -> str:
        return str(self.context.nstr(x, digits))


def _items(values: Sequence[Any]) -> list[Any]:
    return list(values[0]) if len(values) == 1 and isinstance(values[0], Iterable) else list(values)
