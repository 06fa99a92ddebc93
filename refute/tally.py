"""The running counts of one lane; `refute.records.Lane` is their frozen form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refute import records

GAP_EDGES = tuple([-1.0, *(-(10.0**-k) for k in range(1, 17)), 0.0, *(10.0**-k for k in range(16, -1, -1))])
HISTOGRAM_PART = 4096


@dataclass
class Tally:
    """What one lane did; the histogram counts the first `HISTOGRAM_PART` gaps of every batch in the bins of `GAP_EDGES`."""

    name: str
    drawn: int = 0
    met: int = 0
    instances: int = 0
    seconds: float = 0.0
    closest: float = float("-inf")
    histogram: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(len(GAP_EDGES) - 1, dtype=np.int64))
    trace: list[tuple[int, float]] = field(default_factory=list)
    by_size: dict[str, dict[Any, float]] = field(default_factory=dict)
    by_choice: dict[str, dict[Any, float]] = field(default_factory=dict)
    proposed: int = 0
    judged: int = 0
    ties: int = 0
    error: str = ""

    def reach(self, gap: float, sizes: Mapping[str, int], choices: Mapping[str, str]) -> None:
        """Record a gap, the closest of a batch say; minus infinity is none."""
        if not np.isfinite(gap):
            return
        if gap > self.closest:
            self.closest = gap
            self.trace.append((self.instances, gap))
        for closest, where in ((self.by_size, sizes), (self.by_choice, choices)):
            for name, value in where.items():
                row = closest.setdefault(name, {})
                row[value] = max(row.get(value, -1.0), gap)

    def spread(self, gaps: Any) -> None:
        """Count the finite gaps of a batch."""
        part = gaps[:HISTOGRAM_PART]
        values = np.asarray(part.detach().cpu() if hasattr(part, "detach") else part, dtype=np.float64)
        values = np.clip(values[np.isfinite(values)], -1, 1)
        bins = np.searchsorted(GAP_EDGES, values, side="right").clip(1, len(GAP_EDGES) - 1) - 1
        self.histogram += np.bincount(bins, minlength=len(GAP_EDGES) - 1)

    def frozen(self) -> records.Lane:
        closest = self.closest if np.isfinite(self.closest) else None
        return records.Lane(
            name=self.name, drawn=self.drawn, met=self.met, instances=self.instances, seconds=round(self.seconds, 3),
            closest_gap=closest, histogram=[int(count) for count in self.histogram], trace=self.trace,
            by_size=self.by_size, by_choice=self.by_choice,
            proposed=self.proposed, judged=self.judged, ties=self.ties, error=self.error,
        )  # fmt: skip
