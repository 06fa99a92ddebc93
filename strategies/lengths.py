"""Positive lengths, such as the row norms of a matrix, and numbers in an interval, such as a threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.spectra import CEILING, Spectrum

POINTS = 12


class Lengths(Spectrum):
    """Positive lengths ``(size,)`` up to `CEILING`, with families where a single one differs from the others."""

    families = ("one long", "one short", *Spectrum.families)

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        if family not in ("one long", "one short"):
            return super().sample(sampler, family, batch, sizes, choices)
        values = sampler.uniform(batch, sizes[self.size]) * 0 + 1
        ratio = sampler.log_uniform(batch, low=1.0, high=float(CEILING))
        values[:, 0] = ratio if family == "one long" else 1 / ratio
        return {"": values}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = sizes[self.size]
        yield from super().corners(sizes, choices)
        for power in range(1, 7):
            yield {"": [Fraction(1 << power), *[Fraction(1)] * (n - 1)]}


class Between(Input):
    """A number between two bounds, both included."""

    families = ("uniform", "near the ends")

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        share = sampler.uniform(batch)
        if family == "near the ends":
            share = sampler.log_uniform(batch, low=2.0**-30, high=0.5)
            share = sampler.where(sampler.bernoulli(0.5, batch), share, 1 - share)
        return {"": self.low + (self.high - self.low) * share}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        return {"": self.low + Fraction(draw(st.integers(0, POINTS)), POINTS) * (self.high - self.low)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for share in (Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)):
            yield {"": self.low + share * (self.high - self.low)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], float(self.low), float(self.high))}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return bool(self.low <= parts[""][()] <= self.high)

    def repair(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        return {"": np.array(min(max(Fraction(parts[""][()]), Fraction(self.low)), Fraction(self.high)), dtype=object)}


def lengths(size: str) -> Lengths:
    """Positive lengths ``(size,)``."""
    return Lengths(size)


def between(low: int, high: int) -> Between:
    """A number in ``[low, high]``."""
    return Between(low, high)
