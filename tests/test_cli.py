"""The command line: what it prints, what it writes, and the exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from refute import records
from refute.cli import app, seconds
from refute.errors import UsageError
from tests import claim_files

FALSE = claim_files.GOOD.replace("Le(product, squares / 2)", "Le(product, squares / 3)")
KNOWN = FALSE.replace("    mutants=", '    expect="refuted",\n    corrected_by="good",\n    mutants=')


def refute(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A run of the command line in a fresh process."""
    return subprocess.run([sys.executable, "-m", "refute", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """A function that runs the command line in this process, in a folder with claim files."""
    monkeypatch.chdir(tmp_path)
    claim_files.write(tmp_path, "good", claim_files.GOOD)
    claim_files.write(tmp_path, "false", FALSE)
    claim_files.write(tmp_path, "known", KNOWN)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_expected_verdicts_end_with_status_0(cli, tmp_path):
    """A claim that survives and one that is known to be false: status 0, records, certificate and pages."""
    result = cli("run", "good.py", "known.py", "--budget", "1s", "--jobs", "1", "--reports", "out")
    assert result.exit_code == 0, result.output
    found = records.latest(tmp_path / "out" / "runs.jsonl")
    assert {name: record.verdict for name, record in found.items()} == {"good": "survived", "known": "refuted"}
    assert (tmp_path / "out" / "README.md").exists()
    assert "2 claims, 2 as expected" in result.output


def test_certificate_is_accepted_by_a_fresh_process_and_rejected_once_edited(cli, tmp_path):
    """`verify` re-decides from the files alone and says why it rejects."""
    cli("run", "known.py", "--budget", "1s", "--jobs", "1", "--reports", "out")
    path = tmp_path / "out" / "certificates" / "known.json"
    accepted = refute("verify", str(path), "--claim", "known.py", cwd=tmp_path)
    assert accepted.returncode == 0, accepted.stderr
    assert "accepted" in accepted.stdout
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "lhs": "1000"}))
    edited = refute("verify", str(path), "--claim", "known.py", cwd=tmp_path)
    assert edited.returncode == 1
    assert "rejected, because it was edited" in edited.stdout
    path.write_text("certainly")
    assert "rejected, because it is not JSON" in refute("verify", str(path), "--claim", "known.py", cwd=tmp_path).stdout


def test_unexpected_refutation_ends_with_status_1_and_the_instance(cli):
    """A claim that should survive but is refuted: status 1, both sides, and the command that reproduces it."""
    result = cli("run", "false.py", "--budget", "1s", "--jobs", "1")
    assert result.exit_code == 1
    assert "UNEXPECTED" in result.output
    assert "violated: " in result.output
    assert "reproduce: refute run false.py --seed 0" in result.output


def test_jsonl_holds_the_promised_fields(cli):
    """One JSON object per claim with the fields that programs rely on."""
    result = cli("run", "good.py", "--budget", "1s", "--jobs", "1", "--format", "jsonl")
    assert result.exit_code == 0
    (line,) = [json.loads(text) for text in result.stdout.splitlines() if text.startswith("{")]
    promised = {"claim", "verdict", "as_expected", "instances", "closest_gap", "ties", "mutants", "certificate", "seconds"}
    assert promised | {"device", "seed"} <= set(line)
    assert {"name", "refuted", "lane", "evaluations", "seconds"} <= set(line["mutants"][0])
    assert line["verdict"] == "survived"
    assert line["certificate"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nowhere.py"], "neither a file, a folder, nor the id"),
        (["run", "good.py", "--budget", "-1s"], "should be a positive duration"),
        (["run", "good.py", "--budget", "nan"], "should be a positive duration"),
        (["run", "good.py", "--lanes", "samples"], "the lanes are replay, corners"),
        (["run", "good.py", "--device", "tpu"], "should be auto, cpu or cuda"),
        (["run", "good.py", "--shard", "3/2"], "should be i/n"),
        (["run", "good.py", "--shard", "2/2"], "no claim was examined"),
        (["run", "good.py", "--format", "xml"], "should be table or jsonl"),
        (["report", "--reports", "nowhere"], "does not exist"),
    ],
)
def test_usage_errors_are_one_sentence(cli, arguments, words):
    """What the command line cannot do is a `UsageError` with one sentence."""
    result = cli(*arguments)
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)


def test_usage_error_ends_with_status_2_without_a_traceback(tmp_path):
    """A usage error in a fresh process: status 2, one line on standard error."""
    result = refute("run", "nowhere.py", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("refute: ")
    assert len(result.stderr.splitlines()) == 1


def test_show_list_and_replay(cli):
    """`show` prints statement and mutants, `list` the expectation, `replay` decides a stored certificate again."""
    assert "constant 0.49" in cli("show", "good.py").output
    assert "[known to be refuted]" in cli("list", "known.py").output
    cli("run", "known.py", "--budget", "1s", "--jobs", "1", "--reports", "reports")
    assert "certificate: violated" in cli("replay", "known.py").output


def test_shards_divide_the_claims(cli):
    """Every claim is in exactly one shard."""
    found = []
    for shard in ("1/2", "2/2"):
        output = cli(
            "run", "good.py", "known.py", "--budget", "0.5s", "--jobs", "1", "--shard", shard, "--format", "jsonl"
        ).stdout
        found += [json.loads(text)["claim"] for text in output.splitlines() if text.startswith("{")]
    assert sorted(found) == ["good", "known"]


def test_interrupt_keeps_what_was_found(tmp_path):
    """Ctrl-C ends the run with status 130; the claims that were finished are recorded and reported."""
    for position in range(6):
        claim_files.write(tmp_path, f"good_{position}", claim_files.GOOD)
    command = [sys.executable, "-m", "refute", "run", ".", "--budget", "3s", "--jobs", "1", "--reports", "out"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    runs = tmp_path / "out" / "runs.jsonl"
    for _ in range(600):
        if runs.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    finished = records.read(runs)
    assert 1 <= len(finished) < 6
    assert "finished before that, and kept" in output
    assert (tmp_path / "out" / "README.md").exists()


def test_help_needs_no_heavy_import():
    """`refute --help` imports neither torch nor sympy nor numpy."""
    code = "import sys, refute.cli; print([name for name in ('torch', 'sympy', 'numpy', 'hypothesis') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(("text", "value"), [("4s", 4.0), ("2m", 120.0), ("1h", 3600.0), ("0.5", 0.5)])
def test_durations(text, value):
    """A budget is a number with an optional unit."""
    assert seconds(text) == value
