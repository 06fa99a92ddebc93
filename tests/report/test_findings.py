"""The findings: every false statement with all that an author needs to check it."""

import re

import pytest

from refute.report import findings
from refute.report.pages import Pages
from tests.report.by_hand import LONG, claim, shown


@pytest.fixture
def text(runs):
    return Pages(runs, "reports").findings()


def section(text, title):
    return re.split(r"(?m)^## ", text.split(f"## {title}")[1])[0]


def test_unexpected_refutations_come_first_and_are_marked(text):
    """A refutation that no claim expected stands first, with a warning."""
    false = section(text, "Statements that are false as their source states them")
    assert false.index("family/surprise") < false.index("family/printed")
    assert false.count("**Not expected.**") == 1


def test_an_expected_refutation_is_complete(text):
    """Source, provenance, reading, exact instance, both sides, certificate, command, and the corrected statement."""
    entry = section(text, "Statements that are false as their source states them").split("### 2.")[1]
    for part in (
        "Lemma 8 of Ada, Bob, Cy (2021)",
        "read in the named source",
        "as printed, n\\_1 from 1",
        "[ 1/2^14    22 ]",
        "1/3 = 0.33333333333333333…",
        "0.25000 ± 1.2e-6",
        "(certificates/family.printed.json)",
        "refute verify reports/certificates/family.printed.json",
        "**What holds instead** ([`family/corrected`](family/corrected.md): *survived*",
    ):
        assert part in entry


def test_definitions_of_other_quantities_are_left_out(text):
    """Only quantities that the statement or its hypotheses show are defined."""
    assert "used by a mutant only" not in text


def test_without_certificate_the_command_that_makes_one(text):
    """A refutation without a stored certificate tells how to obtain it."""
    entry = section(text, "Statements that are false as their source states them").split("### 2.")[0]
    assert "refute run family/surprise --seed 3 --budget 6s --device cpu --reports reports" in entry
    assert LONG in entry


def test_known_false_but_not_found(runs):
    """A claim that is known to be false and was not refuted is listed, not dropped."""
    runs["a/missed"] = claim("a/missed", "undecided", expect="refuted")
    assert "a/missed" in Pages(runs, "reports").findings().split("not refuted in these runs")[1]


def test_sharper_and_traps(text):
    """Unrefuted mutants, attained bounds, and the worst hazard of each claim."""
    sharper = section(text, "Sharper theorems")
    assert "sharper constant" in sharper
    assert "x = e\\_1 \\| any scale" in sharper
    assert "family/survivor" in section(text, "Traps")


def test_the_worst_hazard_is_the_one_without_a_finite_value(runs):
    """An instance on which floats are not finite outranks any false gap."""
    hazards = [shown(outcome="holds", float_gap=0.5), shown(outcome="holds", float_gap=None)]
    assert findings.traps([claim("a/b", "survived", hazards=hazards)])[0][1] is hazards[1]


def test_nothing_found():
    """Without records each part says that there is nothing."""
    assert Pages({}, "reports").findings().count("Nothing in these runs.") == 3
