r"""Equidistant correlations $x,x+h,\dots,x+(n-1)h$ in $[0,1]$, or in $[-1,1]$, each with its distance from $\pm1$."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.activations import Correlation

CLOSEST, NARROWEST = 2.0**-40, 2.0**-20


class Progressions(Input):
    """``count`` points: the raw ``apart`` is 1 minus the last, ``share`` how much of the range below it they take."""

    families = ("wide", "narrow", "near one")

    def __init__(self, count: int, whole: bool = False) -> None:
        self.count, self.lowest = count, -1 if whole else 0

    def parts(self) -> Mapping[str, Shape]:
        return {"apart": (), "share": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        length = 1.0 - self.lowest
        apart = sampler.uniform(batch, high=length * (1 - 2.0**-10))
        share = sampler.uniform(batch, low=NARROWEST)
        match family:
            case "narrow":
                share = sampler.log_uniform(batch, low=NARROWEST, high=1.0)
            case "near one":
                apart = sampler.log_uniform(batch, low=CLOSEST, high=0.5)
        return {"apart": apart, "share": share}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        apart = Fraction(draw(st.integers(0, 7)), 8) * (1 - self.lowest)
        return {"apart": apart, "share": Fraction(draw(st.integers(1, 8)), 8)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for apart in (Fraction(0), Fraction(1, 2), Fraction(1, 1 << 20), Fraction(7, 4)):
            for share in (Fraction(1), Fraction(1, 16)):
                if apart < 1 - self.lowest:
                    yield {"apart": apart, "share": share}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        longest = (1.0 - self.lowest) * (1 - 2.0**-10)
        return {
            "apart": xp.clip(parts["apart"], min=0.0, max=longest),
            "share": xp.clip(parts["share"], min=NARROWEST, max=1.0),
        }

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part == "share" else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return 0 <= parts["apart"][()] < 1 - self.lowest and 0 < parts["share"][()] <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> list[Correlation]:
        step = self._step(parts["apart"], parts["share"])
        return [correlation_below(xp, parts["apart"] + j * step) for j in range(self.count - 1, -1, -1)]

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        apart, share = (Fraction(parts[name][()]) for name in ("apart", "share"))
        step = self._step(apart, share)
        return [mp.mpf(1 - apart - j * step) for j in range(self.count - 1, -1, -1)]

    def _step(self, apart: Any, share: Any) -> Any:
        return share * ((1 - self.lowest) - apart) / (self.count - 1)


def correlation_below(xp: Any, distance: Any) -> Correlation:
    """The correlation at a distance in [0, 2] below 1."""
    positive = distance <= 1
    sign = xp.where(positive, xp.ones_like(distance), -xp.ones_like(distance))
    complement = xp.where(positive, distance, 2 - distance)
    return Correlation(sign, 1 - complement, complement)


def progression(count: int, whole: bool = False) -> Progressions:
    """So many equidistant correlations in [0, 1], or in [-1, 1] if ``whole``, in rising order."""
    return Progressions(count, whole)
