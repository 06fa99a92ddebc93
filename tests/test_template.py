"""`refute new`: the file it writes runs at once."""

import pytest

from refute.errors import UsageError
from refute.examine import Options, examine
from refute.loader import load
from refute.template import new


def test_a_new_claim_survives_and_its_mutant_is_refuted(tmp_path):
    """The written file loads, agrees with its oracle, survives, and refutes its mutant."""
    path = new("my_theorem", tmp_path / "claims of mine")
    (claim,) = load(path)
    record = examine(claim, Options(budget=2.0))
    assert path.name == "my_theorem.py"
    assert (record.verdict, record.claim) == ("survived", "my_theorem")
    assert record.agreement.compared > 0
    assert [mutant.refuted for mutant in record.mutants] == [True]


def test_every_line_of_a_new_claim_is_short_and_says_how_to_run_it(tmp_path):
    """The text names its own path."""
    text = new("my_theorem.py", tmp_path).read_text(encoding="utf-8")
    assert f"refute run {tmp_path / 'my_theorem.py'}" in text
    assert r"$x \in \mathbb R^n$" in text


def test_a_file_is_not_replaced(tmp_path):
    """The second call leaves the file as it is."""
    path = new("my_theorem", tmp_path)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"my_theorem\.py exists already and is not replaced; choose another name"):
        new("my_theorem", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "two words", "a/b", "1st", "test_it", "_private", "class", "sources", "conftest", ".."])
def test_a_name_that_no_claim_file_can_have_is_refused(tmp_path, name):
    """Names that the loader would skip or Python cannot import are refused before anything is written."""
    with pytest.raises(UsageError, match="a claim file is named by a word such as my_theorem"):
        new(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file in the place of the folder is an error of one sentence."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="taken"):
        new("my_theorem", tmp_path / "taken")
