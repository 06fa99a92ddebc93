"""The written reports: complete, linked, and robust against a record or a figure that fails."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import msgspec
import pytest

from refute import records, report
from refute.report import figures, pages
from tests.report.by_hand import LONG, claim, shown, wealth


def markdown_files(folder: Path):
    return sorted(folder.rglob("*.md"))


def outside_fences(text: str) -> str:
    return re.sub(r"(?ms)^(`{3,})[^\n]*\n.*?^\1$", "", text)


def test_every_claim_has_a_row_and_a_page(runs, folder):
    """The front page links each claim to a page that exists, broken ones too."""
    front = (folder / "README.md").read_text()
    for name in runs:
        assert f"]({name}.md)" in front
        assert (folder / f"{name}.md").is_file()


def test_links_and_images_resolve(folder):
    """Every relative link and image of every page leads to a file."""
    checked = 0
    for page in markdown_files(folder):
        for target in re.findall(r"\]\(([^)\s]+)\)", outside_fences(page.read_text())):
            if not target.startswith("http"):
                assert (page.parent / unquote(target)).resolve().is_file(), f"{page.name} links to {target}"
                checked += 1
    assert checked > 20


def test_tables_have_whole_rows(folder):
    """Every row of every table has as many cells as its head, so that no pipe of a formula splits one."""
    rows = 0
    for page in markdown_files(folder):
        width = None
        for line in outside_fences(page.read_text()).splitlines():
            if not line.startswith("|"):
                width = None
                continue
            cells = len(re.findall(r"(?<!\\)\|", line))
            width = width or cells
            assert cells == width, f"{page.name}: {line}"
            rows += 1
    assert rows > 60


def test_fences_and_folds_are_closed(folder):
    """Every fence and every fold that opens also closes, and no template syntax is left."""
    for page in markdown_files(folder):
        text = page.read_text()
        assert len(re.findall(r"(?m)^```", text)) % 2 == 0
        assert text.count("<details>") == text.count("</details>")
        assert "{{" not in text.replace("{{a}", "")
        assert "{%" not in text


def test_no_number_is_missing_silently(folder):
    """Neither NaN nor None nor an infinity in Python's spelling reaches a reader."""
    for page in markdown_files(folder):
        assert not re.search(r"\b(nan|NaN|None|inf)\b", page.read_text()), page.name


def test_figures_exist_and_are_valid(folder):
    """The pages show the figures that were written, each of them valid SVG."""
    written = list((folder / "figures").glob("*.svg"))
    assert len(written) >= 18
    for path in written:
        ElementTree.parse(path)
    assert "figures/family.survivor.gaps.svg" in (folder / "family/survivor.md").read_text()


def test_certificate_and_commands(folder):
    """The page of a refuted claim gives the certificate and the commands that reproduce the run."""
    page = (folder / "family/printed.md").read_text()
    assert "../certificates/family.printed.json" in page
    assert "refute verify reports/certificates/family.printed.json" in page
    assert "refute run family/printed --seed 3 --budget 6s" in page
    assert "refute replay family/printed" in page


def test_statement_and_hypotheses_are_typeset(folder):
    """Conjuncts on lines of their own, refused macros replaced, hypotheses before the statement."""
    page = (folder / "family/survivor.md").read_text()
    assert "& b \\geq 1 \\Rightarrow c > \\mathrm{sign}{(d)}" in page
    assert page.index(r"\|x\| > 0") < page.index(r"\left|{a}\right|")


def test_exact_numbers_are_shown_in_full_once(folder):
    """A long rational is abbreviated in the exhibit and written out in the fold below it."""
    page = (folder / "family/survivor.md").read_text()
    assert "(61 digits over 61)" in page
    assert LONG in page


def test_a_broken_claim_tells_its_sentence(folder):
    """A claim that did not load has its reason on its page and in the table."""
    assert "was never closed" in (folder / "other/broken.md").read_text()
    assert "was never closed" in (folder / "README.md").read_text()


def test_what_is_not_as_expected_is_listed_first(folder):
    """The front page names every verdict that differs before the table."""
    head = (folder / "README.md").read_text().split("| claim |")[0]
    assert "7 claims: 3 survived" in head
    for name in ("family/surprise", "other/weak", "other/broken"):
        assert name in head
    assert "family/printed" not in head


def test_a_derived_oracle_is_said_to_be_dependent(runs, tmp_path):
    """A claim whose oracle was derived from its evaluator says so on its page."""
    record = runs["family/survivor"]
    dependent = msgspec.structs.replace(record, theorem=msgspec.structs.replace(record.theorem, oracle_independent=False))
    report.write({"family/survivor": dependent}, tmp_path)
    assert "**not independent**" in (tmp_path / "family/survivor.md").read_text()


def test_an_appendix_closes_the_page(runs, tmp_path):
    """The Markdown that a claim appends stands as it is before the commands that reproduce the run, and only there."""
    record = runs["family/survivor"]
    table = "## A table\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    extended = msgspec.structs.replace(record, theorem=msgspec.structs.replace(record.theorem, appendix=table))
    report.write({"family/survivor": extended}, tmp_path)
    page = (tmp_path / "family/survivor.md").read_text()
    assert page.count(table) == 1
    assert page.index(table) < page.index("## Reproduce")
    report.write({"family/survivor": record}, tmp_path)
    assert "## A table" not in (tmp_path / "family/survivor.md").read_text()


def test_the_same_records_give_the_same_bytes(runs, folder, tmp_path):
    """The reports are a function of the records alone."""
    again = tmp_path / "again" / "reports"
    report.write(runs, again)
    for path in folder.rglob("*.*"):
        if path.suffix in (".md", ".svg"):
            assert (again / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_a_failing_figure_costs_no_page(runs, tmp_path, monkeypatch):
    """A figure that raises leaves a sentence on its page, and every other figure."""

    def fail(record):
        raise RuntimeError("no ink")

    monkeypatch.setattr(figures, "DRAWINGS", (replace(figures.DRAWINGS[0], draw=fail), *figures.DRAWINGS[1:]))
    report.write({"family/survivor": runs["family/survivor"]}, tmp_path)
    page = (tmp_path / "family/survivor.md").read_text()
    assert "could not be drawn (RuntimeError)" in page
    assert "family.survivor.progress.svg" in page
    assert "family.survivor.gaps.svg" not in page


def test_a_failing_page_costs_no_other(runs, tmp_path, monkeypatch):
    """A record that cannot be rendered gets a short page, and the others theirs."""
    original = pages.Pages.page

    def fail(self, record, *rest):
        if record.claim == "family/printed":
            raise ValueError("odd record")
        return original(self, record, *rest)

    monkeypatch.setattr(pages.Pages, "page", fail)
    report.write(runs, tmp_path)
    assert "odd record" in (tmp_path / "family/printed.md").read_text()
    assert "## Evidence" in (tmp_path / "family/survivor.md").read_text()


def test_a_figure_that_is_no_longer_drawn_is_removed(runs, tmp_path):
    """A record without evidence leaves no figure of an earlier run behind."""
    record = runs["family/survivor"]
    report.write({record.claim: record}, tmp_path)
    assert list((tmp_path / "figures").glob("family.survivor.*"))
    report.write({record.claim: msgspec.structs.replace(record, lanes=[])}, tmp_path)
    assert not list((tmp_path / "figures").glob("family.survivor.*"))


@pytest.mark.parametrize("name", ["../../outside", "/etc/claim", "a b/c:d", ".."])
def test_ids_cannot_leave_the_folder(name, tmp_path):
    """A page stays below the folder whatever the id of its claim."""
    out = tmp_path / "reports"
    report.write({name: claim(name, "survived")}, out)
    assert (out / pages.page_path(name)).resolve().is_relative_to(out.resolve())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reports"]


def test_no_records_at_all(tmp_path):
    """An empty run still has a front page that says so."""
    report.write({}, tmp_path)
    assert "No runs are recorded." in (tmp_path / "README.md").read_text()


def test_draws_against_a_claim_are_told(tmp_path):
    """The page of a bet shows each mean with its interval, bound and exact value, and what is carried over from earlier runs."""
    before = wealth(earlier_runs=2, earlier_draws=5000)
    record = claim("other/mean", "survived", wealth=before, means=records.MonteCarlo(draws=5, sizes={"n": 2}, means=[]))
    report.write({record.claim: record}, tmp_path)
    page = (tmp_path / "other" / "mean.md").read_text()
    assert "goes on from 2 earlier runs (5,000 draws)" in page
    assert "after 900 fresh draws more" in page
    first, second = (line for line in page.splitlines() if line.startswith("|") and ("≤ 0.5" in line or "≥ 0.7" in line))
    assert "n = 2, huber" in first or "f.family = huber" in first
    assert "[0.29, ∞)" in first
    assert first.rstrip().endswith("0.3125 |")
    assert "[0.8, 0.95]" in second
    assert "0.85 to 0.92" in second


def test_a_named_instance_of_a_bet_is_shown(tmp_path):
    """A refutation by wealth shows its instance, or says that none could be named."""
    named = wealth(log_wealth=30.0, counterexample=shown(outcome="e-value"), confirming_draws=70, confirming_log_wealth=22.0)
    for name, found in {"named": named, "unnamed": wealth(log_wealth=30.0)}.items():
        record = claim(f"other/{name}", "refuted", wealth=found)
        report.write({record.claim: record}, tmp_path)
    assert "confirmed by a bet of its own (wealth 3.58·10⁹ after 70 fresh draws)" in (tmp_path / "other" / "named.md").read_text()
    assert "No single instance is named" in (tmp_path / "other" / "unnamed.md").read_text()


def test_pages_of_benchmarks_are_linked(tmp_path, runs):
    """A page that another program wrote into the folder is linked from the front page by its heading, and is left alone."""
    (tmp_path / "power.md").write_text("# Power of the search\n\nA table.\n")
    (tmp_path / "notes.md").write_text("no heading\n")
    report.write(runs, tmp_path)
    front = (tmp_path / "README.md").read_text()
    assert "Beside it: [Power of the search](power.md)." in front
    assert (tmp_path / "power.md").read_text().endswith("A table.\n")
