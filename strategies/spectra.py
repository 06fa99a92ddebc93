r"""Spectra with a fixed sum, as positive raw parameters: ``a_i / sum(a)``, or ``size * a_i / sum(a)``.

The evaluator and the oracle get the raw ``a``: near isotropy the differences ``a_i - a_j`` are exact in floats, those of
the normalised values are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape

FLOOR = Fraction(1, 1 << 44)
CEILING = Fraction(128)
SERIES_BELOW = 0.1
SERIES_TERMS = 18


class Spectrum(Input):
    """Positive parameters of a spectrum, shape ``(size,)``, between `FLOOR` and `CEILING`; their order is free."""

    families = ("near isotropy", "one small", "rank-one-like", "two levels", "log-uniform", "uniform")

    def __init__(self, size: str) -> None:
        self.size = size

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.size,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = sizes[self.size]
        match family:
            case "near isotropy":
                distance = sampler.log_uniform(batch, 1, low=2.0**-30, high=0.2)
                values = 1 + distance * sampler.uniform(batch, n, low=-1.0)
            case "one small":
                values = sampler.where(_first(sampler, n), sampler.log_uniform(batch, 1, low=2.0**-40, high=1.0), 1.0)
                values = values * (1 + 0.02 * sampler.bernoulli(0.5, batch, 1) * sampler.uniform(batch, n))
            case "rank-one-like":
                small = sampler.log_uniform(batch, 1, low=2.0**-40, high=0.5)
                values = sampler.where(_first(sampler, n), 1.0, small * sampler.uniform(batch, n, low=0.5))
            case "two levels":
                level = sampler.log_uniform(batch, 1, low=2.0**-20, high=1.0)
                values = sampler.where(sampler.bernoulli(0.5, batch, n), 1.0, level)
            case "log-uniform":
                values = sampler.log_uniform(batch, n, low=2.0**-20, high=1.0)
            case _:
                values = sampler.uniform(batch, n, low=2.0**-20)
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        n = sizes[self.size]
        power = draw(st.integers(0, 20))
        numerators = draw(st.lists(st.integers(1, 64), min_size=n, max_size=n))
        lowered = draw(st.integers(0, n - 1))
        return {"": [Fraction(k, 1 << power if i == lowered else 1) for i, k in enumerate(numerators)]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = sizes[self.size]
        yield {"": [Fraction(1)] * n}
        yield {"": [Fraction(i + 1) for i in range(n)]}
        for power in (1, 10, 30):
            yield {"": [*[Fraction(1)] * (n - 1), Fraction(1, 1 << power)]}
            yield {"": [*[Fraction(1, 1 << power)] * (n - 1), Fraction(1)]}
            yield {"": [*[Fraction(1)] * (n - 1), 1 + Fraction(1, 1 << power)]}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], float(FLOOR), float(CEILING))}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(FLOOR <= value <= CEILING for value in parts[""].flat)

    def repair(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        clipped = [min(max(Fraction(value), FLOOR), CEILING) for value in parts[""].flat]
        return {"": np.array(clipped, dtype=object)}


class SingularSpectrum(Spectrum):
    """Non-negative parameters of a spectrum, not all 0: the matrix may have lost rank."""

    families = ("flat of lower rank", "lower rank", *Spectrum.families)

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = sizes[self.size]
        if family not in ("flat of lower rank", "lower rank"):
            return super().sample(sampler, family, batch, sizes, choices)
        kept = sampler.uniform(batch, n) < sampler.uniform(batch, 1)
        values = 1.0 if family == "flat of lower rank" else sampler.uniform(batch, n, low=2.0**-20)
        return {"": sampler.where(kept | _first(sampler, n), values, 0.0)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        values = super().draw(draw, sizes, choices)[""]
        lost = draw(st.integers(0, sizes[self.size] - 1))
        return {"": [Fraction(0)] * lost + values[lost:]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = sizes[self.size]
        for rank in range(1, n):
            yield {"": [Fraction(int(i < rank)) for i in range(n)]}
        yield from super().corners(sizes, choices)

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], 0.0, float(CEILING))}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        values = list(parts[""].flat)
        return all(0 <= value <= CEILING for value in values) and max(values) >= FLOOR

    def repair(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        clipped = np.array([min(max(Fraction(value), Fraction(0)), CEILING) for value in parts[""].flat], dtype=object)
        return {"": clipped} if self.admits({"": clipped}, sizes, choices) else None


class Level(Input):
    """One number in ``[low, high]``, as often on a logarithmic scale as on a linear one, at times at an end."""

    families = ("log-uniform", "uniform", "ends")

    def __init__(self, low: Fraction, high: Fraction) -> None:
        self.low, self.high = low, high

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        low, high = float(self.low), float(self.high)
        match family:
            case "log-uniform":
                values = sampler.log_uniform(batch, low=max(low, high * 2.0**-40), high=high)
            case "uniform":
                values = sampler.uniform(batch, low=low, high=high)
            case _:
                values = sampler.where(sampler.bernoulli(0.5, batch), sampler.uniform(batch) * 0 + low, high)
        return {"": values.clip(low, high)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        return {"": self.low + (self.high - self.low) * Fraction(draw(st.integers(0, 64)), 64)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for share in (Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)):
            yield {"": self.low + share * (self.high - self.low)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], float(self.low), float(self.high))}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return bool(self.low <= parts[""][()] <= self.high)


def spectrum(size: str, singular: bool = False) -> Spectrum:
    """Positive parameters ``(size,)`` of a spectrum; ``singular`` ones may be 0, though not all of them."""
    return SingularSpectrum(size) if singular else Spectrum(size)


def level(low: int | Fraction, high: int | Fraction) -> Level:
    """One number in ``[low, high]``, whose ends are dyadic."""
    return Level(Fraction(low), Fraction(high))


def _first(sampler: Sampler, n: int) -> Any:
    """A boolean row ``(1, n)`` that is true at the first place only."""
    return (sampler.uniform(1, n) * 0).cumsum(1) + (sampler.uniform(1, n) * 0 + 1).cumsum(1) == 1


def log1p_minus(xp: Any, x: Any, direct: Any) -> Any:
    """``log(1 + x) - x`` near isotropy: a series for small ``x``, else from ``direct``, an accurate ``log(1 + x)``."""
    small = xp.abs(x) < SERIES_BELOW
    base = xp.where(small, x, xp.zeros_like(x))
    series = xp.zeros_like(x)
    for m in range(SERIES_TERMS, 1, -1):
        series = series * base + (-1) ** (m + 1) / m
    return xp.where(small, series * base * base, direct - x)
