"""Claim files collect as tests wherever they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import claim_files
from tests.test_cli import FALSE, KNOWN


@pytest.fixture
def run(tmp_path):
    """A function that runs pytest in a fresh process in a folder with claim files."""
    for name, text in {"good": claim_files.GOOD, "false": FALSE, "known": KNOWN, "syntax": claim_files.BROKEN["syntax"]}.items():
        claim_files.write(tmp_path, name, text)
    claim_files.write(tmp_path, "ordinary", "x = 1\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--refute-budget", "1s", "-v"]
    return lambda *arguments: subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120)


def test_a_named_claim_file_runs_four_tests(run):
    """Oracle, statement, vacuity and each mutant are tests of their own."""
    result = run("good.py")
    assert result.returncode == 0, result.stdout
    for name in ("statement", "oracle", "vacuity", "mutant[constant 0.49]"):
        assert f"good.py::{name}" in result.stdout
    assert "4 passed" in result.stdout


def test_one_test_of_a_claim_can_be_chosen(run):
    """The node id of one part of a claim selects it alone."""
    assert "1 passed" in run("good.py::oracle").stdout


def test_folders_are_searched_for_claim_files(run):
    """A folder yields its claim files and nothing else; the one with a syntax error fails by itself."""
    result = run(".")
    assert "good.py::statement PASSED" in result.stdout
    assert "ordinary" not in result.stdout
    assert "syntax.py::claim FAILED" in result.stdout
    assert "the claim is broken: syntax: a syntax error in line" in result.stdout


def test_known_refutation_passes(run):
    """A claim that is expected to be refuted passes when the counterexample is found."""
    assert "4 passed" in run("known.py").stdout


def test_failure_shows_instance_sides_and_command(run):
    """An unexpected refutation prints the shrunk instance, both sides, and the command that reproduces it."""
    result = run("false.py::statement")
    assert result.returncode == 1
    assert re.search(r"x = \[(-?1), \1\]", result.stdout)
    assert "1 <= 2/3" in result.stdout
    assert "reproduce: refute run false.py --seed 0" in result.stdout


def test_a_claim_that_draws_refute_fails(run, tmp_path):
    """The statement of a claim about a probability fails where a bet on fresh draws refutes it, as it does in a run."""
    page = (Path(__file__).parents[1] / "docs" / "verdicts.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n# tail\.py\n(.*?)```", page, re.DOTALL)
    (tmp_path / "tail.py").write_text(source.replace("Rational(1, 20)", "Rational(1, 24)", 1), encoding="utf-8")
    result = run("tail.py::statement", "--refute-budget", "4s")
    assert result.returncode == 1
    assert "is refuted by a bet on fresh draws, at the level 1e-09: the mean of" in result.stdout
