"""The runner gives every claim a verdict, whatever a claim does to its process."""

from concurrent.futures import ProcessPoolExecutor

import pytest

from refute import runner
from refute.examine import Options
from tests import claim_files

OPTIONS = Options(budget=0.5)
LIMITS = runner.Limits(seconds=12, memory=3 * 2**29)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """The records of one good and all broken claim files, examined in one run."""
    folder = tmp_path_factory.mktemp("claims")
    paths = [claim_files.write(folder, name, text) for name, text in claim_files.BROKEN.items()]
    paths.append(claim_files.write(folder, "good", claim_files.GOOD))
    return {record.claim: record for record in runner.run(paths, OPTIONS, jobs=2, limits=LIMITS)}


@pytest.mark.parametrize("name", claim_files.BROKEN)
def test_broken_claim_is_explained(verdicts, name):
    """A claim that does not load, contradicts itself, crashes, hangs or eats memory is broken with one sentence."""
    record = verdicts[name]
    assert record.verdict == "broken"
    assert not record.as_expected
    assert claim_files.EXPLANATIONS[name] in record.why
    assert "\n" not in record.why


def test_other_claims_finish(verdicts):
    """A claim beside fourteen broken ones survives with its mutant refuted."""
    record = verdicts["good"]
    assert record.verdict == "survived"
    assert record.instances > 100
    assert all(mutant.refuted and not mutant.replayed for mutant in record.mutants)


def test_any_executor_of_processes_runs_claims(tmp_path):
    """The same records come from an executor of concurrent.futures."""
    import multiprocessing

    paths = [
        claim_files.write(tmp_path, "good", claim_files.GOOD),
        claim_files.write(tmp_path, "syntax", claim_files.BROKEN["syntax"]),
    ]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        found = {record.claim: record.verdict for record in runner.run_on(executor, paths, OPTIONS)}
    assert found == {"good": "survived", "syntax": "broken"}


def test_closing_a_run_ends_its_workers(tmp_path):
    """A run that is closed early leaves no worker behind."""
    import multiprocessing

    paths = [claim_files.write(tmp_path, f"good_{i}", claim_files.GOOD) for i in range(3)]
    records = runner.run(paths, OPTIONS, jobs=2)
    assert next(records).verdict == "survived"
    records.close()
    assert multiprocessing.active_children() == []
