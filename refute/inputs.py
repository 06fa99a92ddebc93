"""What a claim quantifies over: raw exact numbers, and the object that is built from them.

A strategy subclasses `Input`.  It stores nothing but dyadic (or rational) raw arrays, so that one instance exists
exactly in every arithmetic; constrained objects are built algebraically from the raw numbers, by `tensor` for a
whole batch and by `exact` for one instance.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int | str, ...]
Parts = dict[str, Any]


class Sampler:
    """Random torch tensors on one device from a recorded seed; float64 unless stated."""

    def __init__(self, seed: int, device: str = "cpu") -> None:
        import torch

        self._torch = torch
        self.device = device
        self.generator = torch.Generator(device=device)
        self.generator.manual_seed(seed)

    def _options(self) -> dict[str, Any]:
        return {"generator": self.generator, "device": self.device, "dtype": self._torch.float64}

    def normal(self, *shape: int) -> Any:
        """Standard Gaussian entries."""
        return self._torch.randn(shape, **self._options())

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Any:
        """Uniform entries in ``[low, high)``."""
        return low + (high - low) * self._torch.rand(shape, **self._options())

    def log_uniform(self, *shape: int, low: float, high: float) -> Any:
        """Positive entries whose logarithm is uniform between those of ``low`` and ``high``."""
        return self._torch.exp2(self.uniform(*shape, low=float(np.log2(low)), high=float(np.log2(high))))

    def integers(self, low: int, high: int, *shape: int) -> Any:
        """Integers in ``[low, high]`` as float64."""
        draw = self._torch.randint(low, high + 1, shape, generator=self.generator, device=self.device)
        return draw.to(self._torch.float64)

    def signs(self, *shape: int) -> Any:
        """Entries -1 or 1 with equal probability."""
        return 2 * self.integers(0, 1, *shape) - 1

    def bernoulli(self, probability: float, *shape: int) -> Any:
        """Boolean entries, true with the given probability."""
        return self.uniform(*shape) < probability

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where ``condition`` holds, else ``b``; numbers are broadcast."""
        return self._torch.where(condition, a, b)


class Input(ABC):
    """One input of a claim.  Subclasses live in ``strategies/`` or beside a user's claim.

    ``families`` names the laws that `sample` knows; ``choices`` maps a name to its discrete options (they become
    part of an instance); ``discrete`` says that draws repeat, so distinct instances must be counted.  A random input
    says its ``law`` in words, and in ``distance`` how far its draws are from it; ``finite`` says that `outcomes` lists it.
    """

    families: tuple[str, ...] = ("default",)
    choices: Mapping[str, tuple[str, ...]] = {}
    discrete: bool = False
    law: str = ""
    distance: str = ""
    finite: bool = False

    @abstractmethod
    def parts(self) -> Mapping[str, Shape]:
        """Names of the raw arrays and their shapes in size names and integers; the name "" is the only part.

        A dimension is an integer, a size ``"n"``, or a size plus an integer such as ``"n+1"`` or ``"n-1"``.
        """

    @abstractmethod
    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """A batch of raw arrays, ``{part: (batch, *shape)}``, float64."""

    @abstractmethod
    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """One small readable instance through Hypothesis: ``draw`` is that of `hypothesis.strategies.composite`."""

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Degenerate and extremal raw arrays as nested lists, arrays or Fractions."""
        return iter(())

    def cardinality(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> int | None:
        """How many raw arrays there are in all, where they can be enumerated by `numbered`; else None."""
        return None

    def numbered(self, xp: Any, indices: Any, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """The raw arrays with the given numbers, ``indices`` an integer array ``(batch,)`` below `cardinality`."""
        raise NotImplementedError

    def outcomes(self, sizes: Mapping[str, int]) -> Iterator[tuple[Parts, Fraction]]:
        """Every raw draw of a finite law, `cardinality` in all, with its probability."""
        raise NotImplementedError

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        """Map arbitrary real raw arrays back into the admissible range (used by ascent; differentiable if possible)."""
        return parts

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        """The integer that raw entries of ``part`` shrink towards."""
        return 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        """Whether exact raw arrays are in the admissible range (positivity, order, integrality…)."""
        return True

    def repair(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """Exact raw arrays near the given ones that are feasible, or None: contract towards a feasible base."""
        return None

    def exactify(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """Turn a float candidate into an exact one by solving its active pieces in rationals, or None."""
        return None

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        """The object that ``evaluate`` gets, batch axis first; the raw array itself unless overridden."""
        return parts[""]

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        """The object that the oracle gets, in the arithmetic ``mp``: a matrix, vector or number unless overridden."""
        array = parts[""]
        if array.ndim == 0:
            return mp.mpf(array[()])
        if array.ndim == 1:
            return [mp.mpf(x) for x in array]
        return mp.matrix([[mp.mpf(x) for x in row] for row in array])


def dimension(dim: int | str, sizes: Mapping[str, int]) -> int:
    """The integer value of one dimension of a `Shape`."""
    if isinstance(dim, int):
        return dim
    for sign in ("+", "-"):
        if sign in dim:
            name, offset = dim.split(sign)
            return dimension(name.strip(), sizes) + int(sign + offset.strip())
    if dim.isdigit():
        return int(dim)
    return sizes[dim]


def shape_of(shape: Shape, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The concrete shape of a raw array."""
    return tuple(dimension(dim, sizes) for dim in shape)


def size_names(shape: Shape) -> set[str]:
    """The sizes that a shape mentions."""
    named = {dim.replace("-", "+").split("+")[0].strip() for dim in shape if isinstance(dim, str)}
    return {name for name in named if not name.isdigit()}


def join(name: str, part: str) -> str:
    """The key of a raw array in an instance: ``input`` or ``input.part``."""
    return f"{name}.{part}" if part else name


def parts_of(name: str, source: Input, raw: Mapping[str, Any]) -> Parts:
    """The raw arrays of one input, by part."""
    return {part: raw[join(name, part)] for part in source.parts()}


def choices_of(name: str, choices: Mapping[str, str]) -> dict[str, str]:
    """The discrete choices that belong to one input, without its name."""
    prefix = name + "."
    return {key.removeprefix(prefix): value for key, value in choices.items() if key.startswith(prefix)}


def tensors_of(
    xp: Any, inputs: Mapping[str, Input], raw: Mapping[str, Any], sizes: Mapping[str, int], choices: Mapping[str, str]
) -> dict[str, Any]:
    """What an evaluator gets from each input: its object, built from a batch of raw arrays."""
    return {
        name: source.tensor(xp, parts_of(name, source, raw), sizes, choices_of(name, choices)) for name, source in inputs.items()
    }


def raw_draws_of(laws: Mapping[str, Input], sampler: Sampler, batch: int, sizes: Mapping[str, int]) -> dict[str, Parts]:
    """A batch of fresh raw draws of each random input."""
    return {name: law.sample(sampler, law.families[0], batch, sizes, {}) for name, law in laws.items()}


def draws_of(xp: Any, laws: Mapping[str, Input], sampler: Sampler, batch: int, sizes: Mapping[str, int]) -> dict[str, Any]:
    """A batch of fresh draws of each random input."""
    drawn = raw_draws_of(laws, sampler, batch, sizes)
    return {name: law.tensor(xp, drawn[name], sizes, {}) for name, law in laws.items()}
