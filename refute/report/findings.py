"""What the records found about the printed theorems: false statements, sharper ones, and traps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refute.records import Claim, Mutant, Shown


def collect(records: Mapping[str, Claim]) -> dict[str, Any]:
    """The findings by kind, each in the order of the ids; unexpected refutations come first."""
    found = sorted(records.values(), key=lambda record: record.claim)
    refuted = [record for record in found if record.verdict == "refuted"]
    return {
        "refuted": sorted(refuted, key=lambda record: record.expect == "refuted"),
        "missed": [record for record in found if record.expect == "refuted" and record.verdict != "refuted"],
        "unrefuted": unrefuted(found),
        "tight": [record for record in found if record.theorem and record.theorem.tight and record.verdict == "survived"],
        "traps": traps(found),
    }


def unrefuted(found: list[Claim]) -> list[tuple[Claim, Mutant]]:
    """Mutants that were searched and not refuted."""
    return [(record, mutant) for record in found for mutant in record.mutants if not mutant.refuted and not mutant.error]


def traps(found: list[Claim]) -> list[tuple[Claim, Shown]]:
    """The worst hazard of each claim: infinite or NaN in floats first, then the largest false gap."""
    return [(record, max(record.hazards, key=falsity)) for record in found if record.hazards]


def falsity(hazard: Shown) -> float:
    return float("inf") if hazard.float_gap is None else hazard.float_gap
