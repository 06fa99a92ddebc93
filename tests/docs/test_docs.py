"""The code of the documentation runs: files are written, Python is executed, commands print what is shown."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.py)\n")
PAGES = sorted(path.name for path in DOCS.glob("*.md") if BLOCK.search(path.read_text(encoding="utf-8")))


def blocks(page):
    """Language and text of every code block of a page, in order."""
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


def command(line, folder):
    """Run one command of a console block in a folder; its combined output."""
    program, *arguments = shlex.split(line)
    finished = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def assert_shown(expected, output):
    """Every expected line occurs in the output, in order; an ellipsis stands for any text."""
    remaining = output
    for line in expected:
        pattern = r"\s+".join(".*?".join(re.escape(piece) for piece in word.split("…")) for word in line.split())
        match = re.search(pattern, remaining)
        assert match, f"{line!r} is not in the output:\n{output}"
        remaining = remaining[match.end() :]


def run_console(text, folder):
    """Run the commands of a console block, each with the output lines below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *expected = part.strip().splitlines()
        assert_shown(expected, command(line, folder))


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    """From top to bottom, in one folder, as a reader would type it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    shared = {"__name__": "page"}
    for language, text in blocks(page):
        named = FILE.match(text)
        if language == "python" and named:
            (tmp_path / named.group(1)).write_text(text, encoding="utf-8")
        elif language == "python":
            exec(compile(text, page, "exec"), shared)
        elif language == "console":
            run_console(text, tmp_path)


def test_the_pages_of_a_first_claim_have_code():
    """A page whose blocks are no longer recognised would pass unseen."""
    assert {"first-claim.md", "own-strategy.md", "verdicts.md"} <= set(PAGES)


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_between_pages_lead_somewhere(page):
    """Relative links name files that exist."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (DOCS / page).read_text(encoding="utf-8")):
        assert (DOCS / target).exists(), target


def test_every_field_of_a_claim_is_explained():
    """The table of fields in the first page is complete."""
    import dataclasses

    from refute import Claim

    table = {
        name
        for row in re.findall(r"^\| (`.*?) \|", (DOCS / "first-claim.md").read_text(encoding="utf-8"), re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    fields = {field.name for field in dataclasses.fields(Claim)}
    assert table == fields - {"id", "text"}


def test_every_method_of_an_input_is_explained():
    """The page on strategies speaks of every public method and attribute."""
    from refute import Input

    text = (DOCS / "own-strategy.md").read_text(encoding="utf-8")
    public = {name for name in vars(Input) if not name.startswith("_")}
    assert not {name for name in public if not re.search(rf"\b{name}\b", text)}
