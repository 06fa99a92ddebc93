"""An instance with its ruling, made into a record for people: the raw numbers, and the objects that they build."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refute import records
from refute.arithmetic import Certifying
from refute.claim import Claim
from refute.instance import Instance
from refute.judge import FIRST_BITS, Ruling, exact_arguments


@dataclass(frozen=True)
class Exhibit:
    """An instance of a claim, its ruling, the lane that found it, and the gap that floats saw there (NaN if none)."""

    claim: Claim
    instance: Instance
    ruling: Ruling
    lane: str = ""
    gap: float = float("nan")

    def record(self) -> records.Shown:
        """Everything in exact numbers, as texts."""
        instance, ruling = self.instance, self.ruling
        return records.Shown(
            sizes=dict(instance.sizes), choices=dict(instance.choices),
            raw={name: texts(array) for name, array in instance.raw.items()}, built=built(self.claim, instance),
            outcome=ruling.outcome, relation=ruling.relation, index=dict(ruling.index or {}),
            lhs=ruling.lhs, rhs=ruling.rhs, bits=ruling.bits, reason=ruling.reason, lane=self.lane,
            gap=ruling.gap if math.isfinite(ruling.gap) else None,
            float_gap=self.gap if math.isfinite(self.gap) else None,
        )  # fmt: skip


def texts(array: Any) -> Any:
    """Nested lists of rationals as strings such as ``"3/8"``."""
    return str(array[()]) if array.ndim == 0 else [texts(row) if row.ndim else str(row[()]) for row in map(np.asarray, array)]


def built(claim: Claim, instance: Instance) -> dict[str, Any]:
    """The inputs as the theorem speaks of them, every number as a text: a rational, or a ball of 64 bits."""
    mp = Certifying(bits=FIRST_BITS)
    try:
        return {name: _built_texts(mp, value) for name, value in exact_arguments(claim, mp, instance).items()}
    except Exception:  # an object that has no texts is shown by its raw numbers alone
        return {}


def _built_texts(mp: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _built_texts(mp, item) for name, item in value.items()}
    if hasattr(value, "rows") and hasattr(value, "cols"):
        return [[mp.exact_str(value[i, j]) for j in range(value.cols)] for i in range(value.rows)]
    if isinstance(value, (list, tuple)):
        return [_built_texts(mp, item) for item in value]
    return value if isinstance(value, str) else mp.exact_str(value)
