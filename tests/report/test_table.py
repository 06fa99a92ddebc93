"""The verdict table for terminals and pages."""

from refute import records
from refute.report import HEADERS, verdict_rows
from tests.report.by_hand import claim, shown


def test_rows_are_ordered_and_complete(runs):
    """One row per claim, by id, as wide as the head."""
    rows = verdict_rows(runs)
    assert [row.claim for row in rows] == sorted(runs)
    assert all(len(row) == len(HEADERS) for row in rows)
    assert rows == verdict_rows(list(runs.values()))


def test_the_mark_says_whether_the_verdict_was_expected(runs):
    """An expected refutation is ticked, a weak search is crossed."""
    marks = {row.claim: row.as_expected for row in verdict_rows(runs)}
    assert marks["family/printed"] == "✓"
    assert marks["other/weak"] == "✗"


def test_closest_gap_is_that_of_the_counterexample_if_there_is_one():
    """A refuted claim shows the certified gap of its counterexample, any other the nearest that an instance came to one."""
    survived = claim("a/b", "survived", closest_gap=-0.25)
    refuted = claim("a/c", "refuted", closest_gap=0.25, counterexample=shown(gap=0.5))
    assert [row.closest_gap for row in verdict_rows([survived, refuted])] == ["−0.25", "0.5"]


def test_mutants_are_counted():
    """Refuted of all; a dash where there are none."""
    mutants = [records.Mutant(name=str(k), because="x", latex="", refuted=k > 0) for k in range(3)]
    rows = verdict_rows([claim("a/b", "weak", mutants=mutants), claim("a/c", "broken", mutants=[])])
    assert [row.mutants for row in rows] == ["2/3", "–"]
