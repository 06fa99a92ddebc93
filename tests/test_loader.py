"""From files to claims: ids are paths, nothing is registered, and what does not load says why."""

from pathlib import Path

import pytest

from refute import loader
from refute.errors import ClaimError, UsageError
from tests import claim_files


def test_id_is_the_path_below_claims():
    """A catalogue file's id is its path below `claims/`, another file's its stem."""
    root = loader.catalogue_root()
    assert loader.identity(root / "claims" / "family" / "theorem.py") == "family/theorem"
    assert loader.identity(Path("/elsewhere/my_theorem.py")) == "my_theorem"


def test_every_catalogue_claim_loads():
    """No claim of the catalogue is broken at import."""
    for path in loader.select([]):
        assert loader.load(path)


def test_every_corrected_claim_exists():
    """A claim that is known to be false names a claim of the catalogue that corrects it."""
    claims = {claim.id: claim for path in loader.select([]) for claim in loader.load(path)}
    for claim in claims.values():
        if claim.expect == "refuted":
            assert claim.corrected_by in claims, claim.id


def test_patterns_families_and_files_select(tmp_path):
    """An id, a family, a pattern, a file and a folder select claim files; the same file is taken once."""
    path = claim_files.write(tmp_path, "good", claim_files.GOOD)
    family = loader.select(["batchnorm"])
    assert family == loader.select(["batchnorm/*"]) == loader.select(["batchnorm/"])
    assert len(family) > 1
    assert loader.select([str(path), str(tmp_path)]) == [path]


def test_unknown_pattern_is_a_usage_error():
    """A pattern that selects nothing names itself and what exists."""
    with pytest.raises(UsageError, match="'batchnorn' is neither a file"):
        loader.select(["batchnorn"])


def test_several_claims_in_one_file(tmp_path):
    """A file may hold a list `claims`; each gets its position in its id."""
    text = claim_files.GOOD.replace("claim = Claim(", "first = Claim(") + "\nclaims = [first, first]\n"
    claims = loader.load(claim_files.write(tmp_path, "pair", text))
    assert [claim.id for claim in claims] == ["pair-1", "pair-2"]
    assert loader.find("pair-2", [tmp_path / "pair.py"]).id == "pair-2"


def test_expected_refutation_needs_a_correction(tmp_path):
    """A claim that expects to be refuted without naming its correction is an error."""
    text = claim_files.GOOD.replace("    mutants=", '    expect="refuted",\n    mutants=')
    with pytest.raises(ClaimError, match="corrected_by"):
        loader.load(claim_files.write(tmp_path, "uncorrected", text))


def test_find_names_what_is_missing():
    """An id that is not in the catalogue says so."""
    with pytest.raises(ClaimError, match="there is no such claim"):
        loader.find("no/such")
