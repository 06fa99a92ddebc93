"""The verdict table: one row of texts per claim, for the terminal and for the front page of the reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from refute.records import Claim
from refute.report import numbers

HEADERS = ("claim", "verdict", "as expected", "instances", "closest gap", "mutants refuted", "seconds")


class Row(NamedTuple):
    """One claim, as texts in the order of `HEADERS`."""

    claim: str
    verdict: str
    as_expected: str
    instances: str
    closest_gap: str
    mutants: str
    seconds: str


def verdict_rows(records: Mapping[str, Claim] | Iterable[Claim]) -> list[Row]:
    """The rows of the given records, ordered by id."""
    found = records.values() if isinstance(records, Mapping) else records
    return [row(record) for record in sorted(found, key=lambda record: record.claim)]


def row(record: Claim) -> Row:
    return Row(
        claim=record.claim,
        verdict=record.verdict,
        as_expected="✓" if record.as_expected else "✗",
        instances=numbers.count(record.instances),
        closest_gap=closest(record),
        mutants=mutants(record),
        seconds=numbers.seconds(record.seconds),
    )


def closest(record: Claim) -> str:
    """The closest relative gap: of the counterexample, or the nearest that any instance came to one."""
    if record.counterexample is not None and record.counterexample.gap is not None:
        return numbers.real(record.counterexample.gap)
    return numbers.real(record.closest_gap)


def mutants(record: Claim) -> str:
    """Refuted of all, ``3/3``."""
    if not record.mutants:
        return numbers.MISSING
    return f"{sum(mutant.refuted for mutant in record.mutants)}/{len(record.mutants)}"
