"""What a run shows while it runs: a live line on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from refute import records

MARKS = {True: "as expected", False: "UNEXPECTED"}


def observer(files: int, output: str) -> Observer:
    """The observer for an output format; ``files`` is the number of claim files to come."""
    if output == "jsonl":
        return JsonLines()
    return Live(files) if sys.stderr.isatty() and sys.stdout.isatty() else Plain()


class Observer:
    """Shows nothing; the base of the others."""

    def __enter__(self) -> Observer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def progress(self, claim: str, instances: int, closest: float) -> None:
        """A lane of a claim ended with so many instances so far and this closest relative gap."""

    def finished(self, record: records.Claim, reports: Path | None) -> None:
        """A claim has its verdict."""

    def summary(self, finished: Sequence[records.Claim], reports: Path | None, interrupted: bool) -> None:
        """The run is over."""


class JsonLines(Observer):
    """One JSON object per claim on standard output."""

    def finished(self, record: records.Claim, reports: Path | None) -> None:
        located = record.certificate and reports and str(reports / record.certificate)
        line = msgspec.json.encode(msgspec.structs.replace(record, certificate=located or None))
        print(line.decode(), flush=True)


class Plain(Observer):
    """One line per claim, then the table."""

    def finished(self, record: records.Claim, reports: Path | None) -> None:
        self.write(line_of(record))
        for text in details(record, reports):
            self.write(f"    {text}")

    def write(self, text: str) -> None:
        print(text, flush=True)

    def summary(self, finished: Sequence[records.Claim], reports: Path | None, interrupted: bool) -> None:
        if len(finished) > 1:
            _print_table(finished)
        if interrupted:
            print(f"interrupted: {_claims(len(finished))} finished before that, and kept")
        different = [record.claim for record in finished if not record.as_expected]
        print(f"{_claims(len(finished))}, {len(finished) - len(different)} as expected" + _list(": unexpected are ", different))
        if reports is not None and finished:
            print(f"report: {reports / 'README.md'}")


class Live(Plain):
    """A progress bar with claims done, instances per second and the closest gap, above it a line per finished claim."""

    def __init__(self, files: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.console = Console()
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("claims"), TimeElapsedColumn(), TextColumn("{task.description}"))
        self.bar = Progress(*columns, console=self.console, transient=True)
        self.task = self.bar.add_task("starting", total=files)
        self.begun = time.monotonic()
        self.instances: dict[str, int] = {}
        self.closest = float("-inf")

    def __enter__(self) -> Observer:
        self.bar.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.bar.stop()

    def progress(self, claim: str, instances: int, closest: float) -> None:
        self.instances[claim] = instances
        rate = sum(self.instances.values()) / (time.monotonic() - self.begun)
        gap = f", closest gap {closest:.1e}" if closest > float("-inf") else ""
        self.bar.update(self.task, description=f"{rate:,.0f} instances/s; {claim}{gap}")

    def finished(self, record: records.Claim, reports: Path | None) -> None:
        self.instances[record.claim] = record.instances
        super().finished(record, reports)
        self.bar.advance(self.task)

    def write(self, text: str) -> None:
        self.bar.print(text, markup=False, highlight=False, soft_wrap=True)


def line_of(record: records.Claim) -> str:
    """One line for a finished claim."""
    refuted = sum(mutant.refuted for mutant in record.mutants)
    certified = record.counterexample.gap if record.counterexample is not None else None
    closest = certified if certified is not None else record.closest_gap
    gap = f", closest gap {closest:.2e}" if closest is not None else ""
    counts = f"{record.instances:,} instances{gap}, mutants {refuted}/{len(record.mutants)}, {record.seconds:.1f} s"
    return f"{record.verdict:<9} {MARKS[record.as_expected]:<11} {record.claim}: {counts}"


def details(record: records.Claim, reports: Path | None) -> list[str]:
    """What a reader needs beside the line: the reason of an unexpected verdict, the counterexample, the certificate."""
    lines = []
    if not record.as_expected:
        lines.append(record.why)
    example = record.counterexample
    if example is not None:
        from refute.statement import compared

        where = ", ".join(f"{name} = {value}" for name, value in {**example.sizes, **example.choices, **example.index}.items())
        violated = f"violated: {compared(example.relation, example.lhs, example.rhs)}"
        lines.append(violated + (f" at {where}" if where else ""))
        if not record.as_expected:
            lines += [f"{name} = {clipped(str(array).replace(chr(39), ''))}" for name, array in example.raw.items()]
    certificate = str(reports / record.certificate) if record.certificate and reports is not None else None
    commands = records.commands(record, certificate)
    if not record.as_expected:
        lines.append(f"reproduce: {commands['run']}")
    if certificate:
        lines.append(f"verify: {commands['verify']}")
    return lines


def clipped(text: str, width: int = 200) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _claims(number: int) -> str:
    return f"{number} claim{'' if number == 1 else 's'}"


def _list(introduction: str, names: Sequence[str]) -> str:
    return introduction + ", ".join(names) if names else ""


def _print_table(finished: Sequence[records.Claim]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from refute.report.table import HEADERS, verdict_rows

    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for header in HEADERS:
        table.add_column(
            header, no_wrap=header in ("claim", "verdict"), justify="left" if header in ("claim", "verdict") else "right"
        )
    for row in verdict_rows(finished):
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)
