r"""Entrywise maps and matrices beyond those of centred activations: signed power series, and Gram matrices of any diagonal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.activations import SERIES, Correlation, Series
from strategies.kernels import Kernel, KernelMaps
from strategies.matrices import UnitGrams


class SignedSeries(KernelMaps):
    r"""$\kappa(\rho)=\sum_{k\ge1}w_k\rho^k/\sum_jw_j$ with weights of either sign and a positive sum: $\kappa(1)=1$, $\kappa(0)=0$."""

    def __init__(self, degree: int | str) -> None:
        super().__init__(degree, activations=(SERIES,))

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        parts = super().sample(sampler, family, batch, sizes, choices)
        weights = parts["weights"] * sampler.where(sampler.bernoulli(0.5, *parts["weights"].shape), 1.0, -0.5)
        total = weights.sum(dim=1, keepdim=True)
        return {**parts, "weights": sampler.where(total < 0, -weights, weights)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        parts = super().draw(draw, sizes, choices)
        count = dimension(self.degree, sizes)
        signs = draw(st.lists(st.sampled_from((1, -1)), min_size=count, max_size=count))
        weights = [sign * weight for sign, weight in zip(signs, parts["weights"], strict=True)]
        return {**parts, "weights": [-weight for weight in weights] if sum(weights) < 0 else weights}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return parts

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return sum(Fraction(weight) for weight in parts["weights"]) > 0


@dataclass(frozen=True)
class ScaledGram:
    """A Gram matrix by its correlations and the lengths ``(batch, n)`` of its vectors."""

    correlations: Correlation
    lengths: Any


class ScaledGrams(Input):
    """Gram matrices ``D G D``: ``G`` with unit diagonal, ``D`` the positive lengths of the vectors."""

    families = UnitGrams.families
    choices = UnitGrams.choices

    def __init__(self, size: str) -> None:
        self.size, self.unit = size, UnitGrams(size)

    def parts(self) -> Mapping[str, Shape]:
        return {**self.unit.parts(), "lengths": (self.size,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        lengths = sampler.log_uniform(batch, dimension(self.size, sizes), low=2.0**-2, high=4.0)
        return {**self.unit.sample(sampler, family, batch, sizes, choices), "lengths": lengths}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = dimension(self.size, sizes)
        lengths = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
        return {**self.unit.draw(draw, sizes, choices), "lengths": lengths}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = dimension(self.size, sizes)
        for parts in self.unit.corners(sizes, choices):
            yield {**parts, "lengths": [1] * n}
            yield {**parts, "lengths": list(range(1, n + 1))}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        lengths = xp.clip(parts["lengths"], min=2.0**-4)
        return {**self.unit.clamp(xp, {name: parts[name] for name in self.unit.parts()}), "lengths": lengths}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return int(part == "lengths")

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(length > 0 for length in parts["lengths"]) and self.unit.admits(parts, sizes, choices)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> ScaledGram:
        return ScaledGram(self.unit.tensor(xp, parts, sizes, choices), parts["lengths"])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        lengths = mp.diag([Fraction(length) for length in np.asarray(parts["lengths"])])
        return lengths * self.unit.exact(mp, parts, sizes, choices) * lengths


def apply_series(kernel: Kernel, entries: Any) -> Any:
    """The map of a power series on entries of any size, also beyond 1."""
    if not isinstance(kernel.activation, Series):
        raise TypeError("only the map of a power series is defined beyond correlations")
    one = kernel.xp.ones_like(entries)
    return kernel(Correlation(one, entries, 1 - entries)).value


def signed_series(degree: int | str) -> SignedSeries:
    """A polynomial without constant term, with coefficients of either sign and ``kappa(1) = 1``."""
    return SignedSeries(degree)


def scaled_gram(size: str) -> ScaledGrams:
    """A Gram matrix of ``size`` vectors of any positive lengths."""
    return ScaledGrams(size)
