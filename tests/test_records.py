"""Records: one JSON line per claim and run, appended, decoded strictly, the newest wins."""

from refute import records


def record(**fields):
    return records.Claim(**{"claim": "a/b", "verdict": "survived", "expect": "survived", "as_expected": True, **fields})


def test_round_trip_keeps_everything(tmp_path):
    """What is written is what is read, the oldest first, and the latest record of a claim is its newest."""
    path = tmp_path / "deep" / "runs.jsonl"
    first, second, other = record(seed=1, closest_gap=-0.5), record(seed=2), record(claim="c", why="μ ≤ L")
    for item in (first, second, other):
        records.append(item, path)
    assert records.read(path) == [first, second, other]
    assert records.latest(path) == {"a/b": second, "c": other}


def test_torn_and_foreign_lines_are_skipped(tmp_path):
    """A line that a crash cut off, and one that is no record, do not take the others with them."""
    path = tmp_path / "runs.jsonl"
    records.append(record(), path)
    with path.open("ab") as stream:
        stream.write(b'{"claim": "a/b", "verd\n{"something": "else"}\n')
    records.append(record(seed=5), path)
    assert [item.seed for item in records.read(path)] == [0, 5]


def test_no_file_is_no_record(tmp_path):
    """Reading a file that does not exist gives nothing."""
    assert records.read(tmp_path / "none.jsonl") == []


def test_commands_name_the_file_of_a_claim_outside_the_catalogue():
    """The commands of a record run as they stand, for a claim of the catalogue and for one of the user's."""
    assert records.commands(record())["run"] == "refute run a/b --seed 0 --budget 0s --device cpu"
    mine = records.commands(record(file="my/claim.py"), "out/certificates/claim.json")
    assert mine["verify"] == "refute verify out/certificates/claim.json --claim my/claim.py"
    assert mine["replay"] == "refute replay my/claim.py"


def test_wealth_refutes_at_its_level():
    """An e-value of 1/alpha or more refutes."""
    assert records.Wealth(alpha=1e-3, draws=10, log_wealth=7.0).refutes
    assert not records.Wealth(alpha=1e-3, draws=10, log_wealth=6.9).refutes
