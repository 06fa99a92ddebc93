"""Logits: rows of bounded numbers, up to probabilities that are exact 0 and 1 in no arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from refute.inputs import Parts, Sampler, shape_of
from strategies.networks import Dense

LARGEST_LOGIT = 32.0


class Logits(Dense):
    """Rows of logits between -`LARGEST_LOGIT` and `LARGEST_LOGIT`, where probabilities are far from 0 in floats and in balls."""

    families = ("gaussian", "saturated")

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        values = sampler.normal(batch, *shape_of(self.shape, sizes))
        if family == "saturated":
            values = values * sampler.log_uniform(batch, 1, 1, low=1.0, high=16.0)
        return {"": values.clamp(-LARGEST_LOGIT, LARGEST_LOGIT)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        rows, columns = shape_of(self.shape, sizes)
        for value in (0, 1, 10, int(LARGEST_LOGIT)):
            yield {"": [[value * int(j == columns - 1) for j in range(columns)] for _ in range(rows)]}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], -LARGEST_LOGIT, LARGEST_LOGIT)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(abs(value) <= LARGEST_LOGIT for value in parts[""].flat)


def logits(rows: int | str, columns: int | str) -> Logits:
    """Rows of bounded logits."""
    return Logits(rows, columns)
