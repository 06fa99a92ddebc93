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
CEILING = Fraction(64)
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


def spectrum(size: str) -> Spectrum:
    """Positive parameters ``(size,)`` of a spectrum."""
    return Spectrum(size)


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
