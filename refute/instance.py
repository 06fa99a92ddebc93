"""One exact instance: sizes, discrete choices, and arrays of exact rationals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Instance:
    """What a claim is judged on.

    ``sizes`` maps size names to integers; ``choices`` maps ``input.choice`` to the chosen option; ``raw`` maps
    ``input`` or ``input.part`` to an object array of `fractions.Fraction`.  Everything else is built from these.
    """

    sizes: Mapping[str, int]
    choices: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def floats(self) -> dict[str, NDArray[np.float64]]:
        """The raw arrays rounded to float64 (exact whenever the entries came from floats)."""
        return {name: array.astype(np.float64) for name, array in self.raw.items()}

    def replace(self, **raw: NDArray[Any]) -> Instance:
        """The same instance with some raw arrays replaced."""
        return Instance(self.sizes, self.choices, {**self.raw, **raw})

    def key(self) -> tuple[Any, ...]:
        """A hashable identity: two instances are the same exactly if their keys are equal."""
        arrays = tuple((name, tuple(array.shape), tuple(array.flat)) for name, array in sorted(self.raw.items()))
        return (tuple(sorted(self.sizes.items())), tuple(sorted(self.choices.items())), arrays)


def exact(array: Any) -> NDArray[Any]:
    """An object array of Fractions from floats (read exactly), integers, Fractions or nested lists of them.

    Raises ValueError for NaN or infinite entries, which no exact instance can hold.
    """
    source = np.asarray(array, dtype=object) if not isinstance(array, np.ndarray) else array
    out = np.empty(source.shape, dtype=object)
    for index in np.ndindex(source.shape):
        value: Any = source[index]
        try:
            out[index] = value if isinstance(value, Fraction) else Fraction(value.item() if hasattr(value, "item") else value)
        except (ValueError, OverflowError, TypeError) as error:
            raise ValueError(f"got {value!r} at {index}, but an instance holds finite numbers only") from error
    return out
