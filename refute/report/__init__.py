"""Reports: a front page, a page with figures per claim, and the findings; a pure function of the run records."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from refute.records import Claim
from refute.report import figures
from refute.report.pages import Figure, Pages, figure_path, page_path
from refute.report.table import HEADERS, Row, verdict_rows

__all__ = ["HEADERS", "Row", "verdict_rows", "write"]

OWN = ("README.md", "findings.md")
WORTH_PROCESSES = 16


def write(records: Mapping[str, Claim], folder: Path, jobs: int = 1) -> None:
    """Write ``README.md``, ``findings.md``, ``<family>/<theorem>.md`` and ``figures/`` below ``folder``.

    A figure that fails leaves a sentence on its page, a page that fails a short page with the reason.  ``jobs`` processes
    draw the figures, which is most of the work.
    """
    pages = Pages(records, folder.name or "reports")
    for record, (drawn, notes) in zip(records.values(), _drawn(list(records.values()), folder, jobs), strict=True):
        page = partial(pages.page, record, drawn, notes)
        _put(folder / page_path(record.claim), _guarded(page, record.claim, record.why))
    _put(folder / "findings.md", _guarded(pages.findings, "Findings"))
    _put(folder / "README.md", _guarded(partial(pages.front, beside(folder)), "Reports"))


def _drawn(records: Sequence[Claim], folder: Path, jobs: int) -> Iterator[tuple[list[Figure], list[str]]]:
    if jobs == 1 or len(records) < WORTH_PROCESSES:
        yield from (draw(record, folder) for record in records)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield from executor.map(draw, records, itertools.repeat(folder), chunksize=4)


def beside(folder: Path) -> list[tuple[str, str]]:
    """Names and headings of the pages in a folder of reports that other programs wrote, such as a benchmark's."""
    found = []
    for path in sorted(folder.glob("*.md")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        if path.name not in OWN and first.startswith("# "):
            found.append((path.name, first.removeprefix("# ").strip()))
    return found


def draw(record: Claim, folder: Path) -> tuple[list[Figure], list[str]]:
    """Write the figures of one record; returns those written, and sentences about those that are missing."""
    drawn, notes = [], []
    for drawing in figures.DRAWINGS:
        path = figure_path(record.claim, drawing.kind)
        try:
            image = figures.svg(drawing, record)
        except Exception as error:  # a page is worth more than its figure
            image = None
            notes.append(f"The figure of the {drawing.shows} could not be drawn ({type(error).__name__}).")
        if image is None:
            (folder / path).unlink(missing_ok=True)
            continue
        _put(folder / path, image)
        drawn.append(Figure(drawing.kind, drawing.shows, path))
    if drawn and figures.reached_at_once(record):
        notes.append("Every lane reached equality with its first instances, so there is no approach to draw.")
    return drawn, notes


def _guarded(render: Callable[[], str], name: str, why: str = "") -> str:
    try:
        return render()
    except Exception as error:  # one record must not take the others' pages with it
        return f"# `{name}`\n\n{why}\n\nThis page could not be written ({type(error).__name__}: {error}).\n"


def _put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".partial")
    unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    unfinished.replace(path)
