r"""Holomorphic self-maps of the unit disk with real coefficients, and points of the disk, exact in rationals.

A point of modulus $1-u$ and half-angle tangent $t$ is $(1-u)\frac{1-t^2+2it}{1+t^2}$.  Finite Blaschke products, which are
dense among the self-maps, have the zeros of modulus $1-w$: real ones on the negative axis, or conjugate pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of

CLOSEST = 2.0**-50
REAL, PAIRS = "real", "conjugate pairs"


class DiskPoints(Input):
    """Points of the open unit disk but 0, ``shape`` of them: raw ``apart = 1 - |z|`` and ``tangent`` of half the angle."""

    families = ("near the circle", "uniform", "near the positive axis")

    def __init__(self, *shape: int | str) -> None:
        self.shape = shape

    def parts(self) -> Mapping[str, Shape]:
        return {"apart": self.shape, "tangent": self.shape}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape = (batch, *shape_of(self.shape, sizes))
        apart, tangent = sampler.uniform(*shape, low=2.0**-10), sampler.normal(*shape)
        if family != "uniform":
            apart = sampler.log_uniform(*shape, low=2.0**-30, high=1.0)
        if family == "near the positive axis":
            tangent = tangent * sampler.log_uniform(*shape, low=2.0**-30, high=1.0)
        return {"apart": apart.clamp(max=1 - 2.0**-20), "tangent": tangent}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape = shape_of(self.shape, sizes)
        count = shape[0] if shape else 1
        apart = [Fraction(k, 16) for k in draw(st.lists(st.integers(1, 15), min_size=count, max_size=count))]
        tangent = [Fraction(k, 2) for k in draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))]
        return {"apart": apart if shape else apart[0], "tangent": tangent if shape else tangent[0]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        shape = shape_of(self.shape, sizes)
        for apart in (Fraction(1, 2), Fraction(1, 1 << 20), Fraction(15, 16)):
            for tangent in (Fraction(0), Fraction(1), Fraction(1 << 10)):
                yield {"apart": [apart] * shape[0] if shape else apart, "tangent": [tangent] * shape[0] if shape else tangent}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "apart": xp.clip(parts["apart"], min=CLOSEST, max=1 - 2.0**-20)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(0 < apart < 1 for apart in parts["apart"].flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return Polar(parts["apart"], parts["tangent"])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return [mp.mpf(coordinate) for coordinate in cartesian(parts["apart"][()], parts["tangent"][()])]


class BlaschkeProducts(DiskPoints):
    r"""Products of ``n`` Blaschke factors with real zeros $\le0$, or with that many conjugate pairs of zeros."""

    def __init__(self, count: int | str, zeros: tuple[str, ...] = (REAL, PAIRS)) -> None:
        super().__init__(count)
        self.only, self.choices = zeros[0], {"zeros": zeros} if len(zeros) > 1 else {}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return Blaschke(xp, parts["apart"], parts["tangent"], self._kind(choices) == PAIRS)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        if self._kind(choices) == REAL:
            return [[mp.mpf(1 - Fraction(apart))] for apart in parts["apart"]]
        pairs = zip(parts["apart"], parts["tangent"], strict=True)
        return [[mp.mpf(cartesian(apart, t)[0]), mp.mpf((1 - Fraction(apart)) ** 2)] for apart, t in pairs]

    def _kind(self, choices: Mapping[str, str]) -> str:
        return choices.get("zeros", self.only)


@dataclass(frozen=True)
class Polar:
    """Points of the disk by ``apart = 1 - |z|`` and the ``tangent`` of half the angle."""

    apart: Any
    tangent: Any


@dataclass(frozen=True)
class Blaschke:
    """A Blaschke product with the moduli ``1 - apart`` of its zeros, ``(batch, n)``."""

    xp: Any
    apart: Any
    tangent: Any
    pairs: bool

    def log_modulus(self, z: Polar) -> Any:
        r"""$\log|B(z)|$ from $1-|b_p(z)|^2=\frac{(1-|p|^2)(1-|z|^2)}{|1-\bar pz|^2}$, without cancellation on the circle."""
        u, t = z.apart[:, None], z.tangent[:, None]
        if not self.pairs:
            return self._logs(u, 1 / (1 + t * t))
        scale = (1 + t * t) * (1 + self.tangent**2)
        return self._logs(u, (t - self.tangent) ** 2 / scale) + self._logs(u, (t + self.tangent) ** 2 / scale)

    def _logs(self, u: Any, half_sine_squared: Any) -> Any:
        w = self.apart
        across = (u + w - u * w) ** 2 + 4 * (1 - u) * (1 - w) * half_sine_squared
        deficit = w * (2 - w) * u * (2 - u) / across
        return self.xp.sum(self.xp.log1p(-self.xp.minimum(deficit, 1 + 0 * deficit)), axis=1) / 2

    @property
    def at_zero(self) -> Any:
        """``B(0)``, which is not negative."""
        return self.xp.prod((1 - self.apart) ** (2 if self.pairs else 1), axis=1)

    @property
    def slope_at_zero(self) -> Any:
        """``B'(0)`` for real zeros."""
        c = 1 - self.apart
        return self.at_zero * self.xp.sum((1 - c * c) / c, axis=1)


def cartesian(apart: Any, tangent: Any) -> tuple[Fraction, Fraction]:
    """Real and imaginary part of a point."""
    size, t = 1 - Fraction(apart), Fraction(tangent)
    return size * (1 - t * t) / (1 + t * t), size * 2 * t / (1 + t * t)


def disk_point() -> DiskPoints:
    """A point of the open unit disk but 0."""
    return DiskPoints()


def blaschke(count: int | str, zeros: tuple[str, ...] = (REAL, PAIRS)) -> BlaschkeProducts:
    """A Blaschke product of so many factors, or pairs of factors, non-negative at 0."""
    return BlaschkeProducts(count, zeros)
