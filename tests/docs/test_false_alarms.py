"""The tables of false alarms on the page *how a verdict is reached*: what the script prints, and within what it promises."""

import math
import re
from pathlib import Path

import pytest

from benchmarks import false_alarms

PAGE = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text(encoding="utf-8")
RUNS, DRAWS = 20_000, 1000


def row(law):
    """The cells of the first table's row of a law."""
    return [cell.strip() for cell in re.search(rf"^\| {re.escape(law)} \|(.*)\|$", PAGE, re.MULTILINE)[1].split("|")]


@pytest.mark.parametrize("law", false_alarms.LAWS)
def test_no_law_raises_more_alarms_than_promised(law):
    """Every printed rate is at most its level, up to three standard errors."""
    assert f"Share of {RUNS:,} runs" in PAGE
    for level, share in zip(false_alarms.LEVELS, row(law), strict=False):
        assert float(share) <= level + 3 * math.sqrt(level * (1 - level) / RUNS)


def test_the_table_is_what_the_script_prints():
    """One row, simulated again, gives the printed shares; a test that is not made for looking fails beside it."""
    shares, naive = false_alarms.rates(false_alarms.LAWS["exponential"], RUNS, DRAWS)
    assert [f"{share:.5f}" for share in shares] == row("exponential")[:3]
    assert f"{naive:.3f}" == row("exponential")[4]
    assert naive > 0.2


def test_text_goes_between_the_marks():
    """The script replaces what is between its marks and refuses a page without them."""
    begin, end = (false_alarms.MARKS.format(word) for word in ("begin", "end"))
    assert false_alarms.between_marks(f"a {begin}old{end} b", "new") == f"a {begin}\nnew\n{end} b"
    with pytest.raises(ValueError, match="lacks the marks"):
        false_alarms.between_marks("a", "new")
