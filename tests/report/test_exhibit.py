"""Instances and rulings as text."""

from dataclasses import dataclass

import pytest

from refute.report import exhibit
from tests.report.by_hand import LONG, shown


def test_instance_is_exact_and_aligned():
    """Sizes, choices, matrices with right-aligned columns, scalars; powers of two are written as such."""
    assert exhibit.instance(shown()).splitlines() == [
        "n = 2",
        "f.family = huber",
        "X = [      1  -3/4 ]",
        "    [ 1/2^14    22 ]",
        "h = 3/2",
    ]


def test_deeper_arrays_are_shown_slice_by_slice():
    """An array of three axes is a list of matrices."""
    text = exhibit.instance(shown(sizes={}, choices={}, raw={"W": [[["1"]], [["2"]]]}))
    assert text.splitlines() == ["W[0] = [ 1 ]", "W[1] = [ 2 ]"]


def test_full_form_holds_every_digit():
    """What the short form abbreviates, the full form writes out."""
    long = shown(raw={"X": [[LONG]]})
    assert exhibit.abbreviated(long)
    assert LONG not in exhibit.instance(long)
    assert LONG in exhibit.instance(long, full=True)


@dataclass
class Built:
    """A record that also holds the objects built from its raw numbers."""

    sizes: dict
    choices: dict
    raw: dict
    built: dict


def test_objects_of_the_theorem_come_before_raw_numbers():
    """Where the record holds the built objects they are shown, and the raw numbers only in the full form."""
    record = Built({"d": 2}, {"f.kind": "unit"}, {"X": [["3"]]}, {"X": [["3/5", "4/5"]], "f": {"kind": "unit", "root": "5"}})
    assert exhibit.instance(record).splitlines() == ["d = 2", "f.kind = unit", "X = [ 3/5  4/5 ]", "f.root = 5"]
    assert exhibit.abbreviated(record)
    assert exhibit.instance(record, full=True).endswith("built from\nX = [ 3 ]")


def test_raw_numbers_that_are_the_objects_are_shown_once():
    """An input that is its own raw array is not repeated."""
    record = Built({}, {}, {"f.root": "5", "X": ["1"]}, {"X": ["1"], "f": {"root": "5"}})
    assert exhibit.instance(record).splitlines() == ["f.root = 5", "X = (1)"]
    assert not exhibit.abbreviated(record)


def test_large_zero_arrays_are_named_not_printed():
    """An array of zeros says so in one line."""
    assert "X = 0   (all 25 entries)" in exhibit.instance(shown(raw={"X": [["0"] * 5] * 5}))


def test_ruling_names_index_sides_and_precision():
    """The relation at its index, both sides, the gap, and how it was decided."""
    text = exhibit.ruling(shown())
    assert "excess[k] <= R^2 / (2 (4 N + 2))   at k = 1" in text
    assert "1/3 = 0.33333333333333333…" in text
    assert "0.25000 ± 1.2e-6" in text
    assert "in balls of 64 bits" in text
    assert "in exact rationals" in exhibit.ruling(shown(rhs="1/4"))


@pytest.mark.parametrize(
    ("serialised", "readable"),
    [
        ("(LessThan (Abs third) (Mul (Pow 6 1/2) (Pow norm_h 2) 1/9 norm_g))", "abs(third) <= sqrt(6) norm_h^2 norm_g / 9"),
        ("(StrictGreaterThan (at returned k) 0)", "returned[k] > 0"),
        ("(LessThan a (Mul (Add (Mul -1 h) 1) gap))", "a <= (-h + 1) gap"),
        ("(LessThan a (Max (Pow (Add (Mul -1 h) 1) (Mul 2 k)) (Mul -1/2 b)))", "a <= max((-h + 1)^(2 k), -b / 2)"),
        ("(LessThan last (Mul (Pow (Add (Mul 4 N) 6) -1) (Pow R 2)))", "last <= R^2 / (4 N + 6)"),
        ("not serialised (", "not serialised ("),
    ],
)
def test_relations_read_as_formulas(serialised, readable):
    """The engine's serialisation is shown in infix notation; anything else as it is."""
    assert exhibit.relation(serialised) == readable
