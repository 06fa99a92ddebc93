"""The Markdown of the reports: the front page with its one table, a page per claim, and the findings."""

from __future__ import annotations

import html
import math
import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from refute import records as run_records
from refute.records import Betted, Claim, Exhausted, Lane, MeanBeside, MonteCarlo, Shown
from refute.report import exhibit, findings, markdown, means, numbers, table

PROVENANCES = {
    "text": "*text*: read in the named source",
    "second-hand": "*second-hand*: read in a work that quotes the source, not in the source",
    "recalled": "*recalled*: written from memory and checked by derivation and numbers, not against the print",
    "derived": "*derived*: proved in this project",
}
FORMULA_IN_TABLE = 110
SHORT_RATIONAL = 24


class Figure(NamedTuple):
    """A figure that was written: its kind, what it shows, and its path below the folder of the reports."""

    kind: str
    shows: str
    path: str


class Pages:
    """Renders the pages of a set of records; ``folder`` is the name that commands use for the folder of the reports."""

    def __init__(self, records: Mapping[str, Claim], folder: str) -> None:
        self.records, self.folder = records, folder
        self.environment = _environment()
        self.filters: dict[str, Any] = {
            "from_page": from_page,
            "page": page_path,
            "body": self._body,
            "claim_link": self._claim_link,
            "exhibit": exhibited,
        }

    def front(self, beside: Sequence[tuple[str, str]] = ()) -> str:
        """``README.md``; ``beside`` holds the names and headings of other pages in the folder."""
        records = ordered(self.records)
        rows = [(record, table.row(record)) for record in records]
        differing = [record for record in records if not record.as_expected]
        return self._render("README.md.jinja", rows=rows, differing=differing, beside=beside,
                            run=run_line(records), summary=summary(records))  # fmt: skip

    def page(self, record: Claim, figures: Sequence[Figure] = (), notes: Sequence[str] = ()) -> str:
        """The page of one claim."""
        return self._render(
            "page.md.jinja", record=record, title=title(record), figures=figures, notes=notes, ranges=ranges(record)
        )

    def findings(self) -> str:
        """``findings.md``."""
        return self._render("findings.md.jinja", **findings.collect(self.records), run=run_line(ordered(self.records)))

    def _render(self, template: str, **values: Any) -> str:
        self.environment.filters.update(self.filters)
        text: str = self.environment.get_template(template).render(**values, folder=self.folder, records=self.records)
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"

    def _body(self, text: str, claim: str) -> str:
        """The docstring of a claim file without its first line, which is the title of the page."""
        start = page_path(claim) if claim else "README.md"
        links = {name: relative(page_path(name), start) for name in self.records}
        first, _, rest = text.strip().partition("\n")
        return markdown.prose(rest if claim else text.strip(), links) or markdown.prose(first, links)

    def _claim_link(self, name: str, claim: str) -> str:
        start = page_path(claim) if claim else "README.md"
        return f"[`{name}`]({relative(page_path(name), start)})" if name in self.records else f"`{name}`"


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("refute.report"), autoescape=False, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {
        "prose": markdown.prose,
        "prose_cell": markdown.prose_cell,
        "inline": markdown.inline,
        "cell": markdown.inline_cell,
        "display": lambda formulas: markdown.display(*formulas),
        "html": html.escape,
        "count": numbers.count,
        "real": numbers.real,
        "seconds": numbers.seconds,
        "share": numbers.share,
        "budget": budget,
        "day": day,
        "rate": rate,
        "place": place,
        "float_gap": float_gap,
        "true_gap": true_gap,
        "sentence": sentence,
        "provenance": lambda word: PROVENANCES.get(word, word),
        "claim_cell": claim_cell,
        "source_cell": source_cell,
        "statement_cell": statement_cell,
        "verdict_word": verdict_word,
        "heading": heading,
        "used": used,
        "commands": commands,
        "structure": structure,
        "setting": setting,
        "mean_symbol": mean_symbol,
        "exact_mean": exact_mean,
        "differing": differing,
        "by_size": means.ordered,
        "where": lambda row: markdown.prose_cell(means.where(row)),
        "confidence": confidence,
        "wealth": lambda logarithm: numbers.real(math.exp(logarithm)) if abs(logarithm) < 500 else f"e^{numbers.real(logarithm)}",
        "enclosed": enclosed,
    }
    return environment


def ordered(records: Mapping[str, Claim]) -> list[Claim]:
    return sorted(records.values(), key=lambda record: record.claim)


# addresses -----------------------------------------------------------------------------------------------------


def slug(claim: str) -> str:
    """The id of a claim as a relative path of plain characters, which cannot leave the folder of the reports."""
    parts = [re.sub(r"[^\w.-]+", "-", part).strip(".") for part in claim.split("/")]
    return "/".join(part for part in parts if part) or "claim"


def page_path(claim: str) -> str:
    """The path of a claim's page below the folder of the reports."""
    return f"{slug(claim)}.md"


def figure_path(claim: str, kind: str) -> str:
    return f"figures/{slug(claim).replace('/', '.')}.{kind}.svg"


def relative(target: str, start: str) -> str:
    """The address of one file of the reports as seen from another."""
    return posixpath.relpath(target, posixpath.dirname(start) or ".")


def from_page(claim: str, target: str) -> str:
    return relative(target, page_path(claim))


# pieces of text ------------------------------------------------------------------------------------------------


def title(record: Claim) -> str:
    """The theorem in one sentence, or the id of a claim that did not load."""
    return markdown.prose_cell(record.theorem.title) if record.theorem else f"`{record.claim}`"


def heading(record: Claim) -> str:
    return markdown.prose_cell(short_source(record.theorem.source)) if record.theorem else f"`{record.claim}`"


def short_source(source: str) -> str:
    """A source up to its year, three authors or more as the first of them: ``Lemma 8 of Daneshmand et al. (2021)``."""
    found = re.match(r"(?P<where>.* of )?(?P<authors>[^()]*?)(?P<year> \(\d{4}\))", source)
    if found is None:
        return source
    authors = found["authors"].split(", ")
    return (found["where"] or "") + (f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)) + found["year"]


def claim_cell(claim: str) -> str:
    """An id that links to its page, its family on a line of its own so that the column stays narrow."""
    return f"[{markdown.prose_cell(claim).replace('/', '/<br>')}]({page_path(claim)})"


def source_cell(record: Claim) -> str:
    if record.theorem is None:
        return numbers.MISSING
    text = markdown.prose_cell(short_source(record.theorem.source))
    return f"[{text}]({record.theorem.link})" if record.theorem.link else text


def statement_cell(record: Claim) -> str:
    """The statement in words, and as a formula where that is short; for a broken claim its sentence."""
    if record.theorem is None:
        return markdown.prose_cell(record.why) or numbers.MISSING
    words = markdown.prose_cell(record.theorem.title)
    short = len(record.theorem.latex) <= FORMULA_IN_TABLE
    return f"{words}<br>{markdown.inline_cell(record.theorem.latex)}" if short else words


def verdict_word(record: Claim) -> str:
    return record.verdict if record.verdict == "survived" else f"**{record.verdict}**"


def ranges(record: Claim) -> str:
    """The sizes and axes of a claim in words, with their symbols in the paper where those differ; safe for a paragraph."""
    theorem = record.theorem
    if theorem is None:
        return ""

    def name_of(name: str) -> str:
        symbol = theorem.symbols.get(name)
        return f"{markdown.prose_cell(name)} ({markdown.inline(symbol)})" if symbol else markdown.prose_cell(name)

    found = [f"{name_of(name)} from {low} to {high}" for name, (low, high) in theorem.sizes.items()]
    found += [f"every {name_of(name)} from {low} to {high}" for name, (low, high) in theorem.axes.items()]
    return ", ".join(found)


def used(definitions: Sequence[tuple[str, str, str]], theorem: Any) -> list[tuple[str, str, str]]:
    """The definitions of the quantities that statement and hypotheses show."""
    return [definition for definition in definitions if definition[0] in theorem.quantities]


def commands(record: Claim, folder: str) -> dict[str, str]:
    """The command lines that reproduce a record."""
    return run_records.commands(record, f"{folder}/{record.certificate}" if record.certificate else None)


def summary(records: Sequence[Claim]) -> str:
    """Verdicts counted in one sentence."""
    if not records:
        return "No runs are recorded."
    words = sorted({record.verdict for record in records}, key=lambda word: word != "survived")
    counts = ", ".join(f"{sum(record.verdict == word for record in records)} {word}" for word in words)
    differing = sum(not record.as_expected for record in records)
    tail = "every verdict is as expected" if not differing else f"{differing} not as expected"
    return f"{len(records)} claim{'s' * (len(records) != 1)}: {counts}; {tail}."


def run_line(records: Sequence[Claim]) -> str:
    """Date, device, budget and seed of the runs."""
    if not records:
        return ""
    days = sorted({day(record.date) for record in records if record.date})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}" if days else "undated"
    seeds = sorted({record.seed for record in records})
    budgets = sorted({record.budget for record in records if record.budget})
    parts = [
        f"Run of {when}",
        f"device {', '.join(sorted({record.device for record in records}))}",
        f"budget {' or '.join(budget(number) for number in budgets) or 'none'} per claim, its mutants included",
        f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds[:5]))}{'…' * (len(seeds) > 5)}",
        f"{numbers.seconds(sum(record.seconds for record in records))} s in all",
    ]
    return "; ".join(parts) + "."


def budget(number: float) -> str:
    return f"{number:g}s"


def day(date: str) -> str:
    return date[:10] or "undated"


def rate(lane: Lane) -> str:
    return numbers.count(round(lane.instances / lane.seconds)) if lane.seconds > 0.005 and lane.instances else numbers.MISSING


def place(shown: Shown) -> str:
    """Sizes, choices and index of an instance in a table cell."""
    places = ", ".join(f"{name} = {value}" for name, value in {**shown.sizes, **shown.choices, **shown.index}.items())
    return markdown.prose_cell(places) or numbers.MISSING


def setting(means: MonteCarlo) -> str:
    """Sizes and choices of the instance whose means are compared."""
    return markdown.prose_cell("at " + ", ".join(f"{name} = {value}" for name, value in {**means.sizes, **means.choices}.items()))


def mean_symbol(row: MeanBeside, theorem: Any) -> str:
    """The averaged quantity in the paper's notation, with the values of its axes."""
    symbols = {name: latex for name, latex, _ in theorem.definitions} if theorem else {}
    where = ", ".join(f"{axis} = {value}" for axis, value in row.index.items())
    symbol = markdown.inline_cell(symbols[row.name]) if row.name in symbols else f"`{row.name}`"
    return f"{symbol} at {markdown.prose_cell(where)}" if where else symbol


def exact_mean(row: MeanBeside) -> str:
    """A short rational as it is, any other mean in decimals, or the ends of what encloses it."""
    if numbers.is_rational(row.exact) and len(row.exact) <= SHORT_RATIONAL:
        value = numbers.real(row.value, 6)
        return row.exact if value == row.exact else f"{row.exact} = {value}"
    return enclosed((row.low, row.high))


def differing(words: Sequence[str]) -> str:
    """``its inputs and sizes differ`` for the words of what a mutant overrides; empty for none."""
    return f"its {' and '.join(words)} differ" if words else ""


def confidence(row: Betted) -> str:
    """The last interval of a confidence sequence, ``[0.31, 0.35]``, with ∞ at an open end."""
    low = "(−∞" if row.low is None else f"[{numbers.real(row.low, 4)}"
    return f"{low}, " + ("∞)" if row.high is None else f"{numbers.real(row.high, 4)}]")


def enclosed(ends: tuple[float, float] | None) -> str:
    """A mean to as many digits as its enclosure has, six at most, or both ends where that is less than three."""
    if ends is None:
        return numbers.MISSING
    for digits in (6, 5, 4, 3):
        low, high = (numbers.real(end, digits) for end in ends)
        if low == high:
            return low
    return f"{numbers.real(ends[0], 4)} to {numbers.real(ends[1], 4)}"


def structure(exhausted: Exhausted) -> str:
    """Sizes and choices of an exhausted structure with the number of its instances."""
    where = ", ".join(f"{name} = {value}" for name, value in {**exhausted.sizes, **exhausted.choices}.items())
    return markdown.prose_cell(f"{where} ({numbers.count(exhausted.instances)} instances)")


def true_gap(shown: Shown) -> str:
    """The gap of a hazard in exact arithmetic; missing where the last relation that was decided is only a premise."""
    return numbers.real(shown.gap if shown.gap is None or shown.gap <= 0 else None)


def sentence(text: str) -> str:
    """A text with a full stop."""
    return text if not text or text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def float_gap(shown: Shown) -> str:
    return numbers.real(shown.float_gap) if shown.float_gap is not None else "not finite"


def exhibited(shown: Shown) -> str:
    """An instance and its ruling in a code block, with the numbers that it abbreviates in full below."""
    parts = [markdown.code_block("\n\n".join(filter(None, [exhibit.instance(shown), exhibit.ruling(shown)])))]
    if exhibit.abbreviated(shown) or numbers.folds(shown.lhs) or numbers.folds(shown.rhs):
        full = f"{exhibit.instance(shown, full=True)}\n\nleft side   {shown.lhs}\nright side  {shown.rhs}"
        parts.append(f"<details>\n<summary>In full</summary>\n\n{markdown.code_block(full)}\n\n</details>")
    return "\n\n".join(parts)
