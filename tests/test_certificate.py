"""Certificates: what is issued is verified, and anything else is rejected quickly with its reason."""

import dataclasses
import json
from fractions import Fraction

import msgspec
import pytest
from sympy import Gt, Le, Lt

from refute import Mutant, certificate
from refute.certificate import Certificate, issue, read, verify, write
from refute.errors import CertificateRejected
from refute.judge import Judge
from tests.tiny import Numbers, a, b, c, claim_of, f, k, numbers

CLAIM = claim_of(Le(a, b + c), hypotheses=[Gt(a, 0)], mutants=[Mutant("strict", because="ties", statement=Lt(a, b))])
SHIFT = Fraction(1, 3)


def issued(claim=CLAIM, instance=None, mutant=""):
    instance = instance or numbers(7, Fraction(1, 3), Fraction(-5, 8))
    return issue(claim, instance, Judge(claim).rule(instance), mutant)


def signed(found, **changes):
    """A certificate with other contents and the digest of these: a forger who knows the format."""
    forged = msgspec.structs.replace(found, **changes)
    return msgspec.structs.replace(forged, digest=certificate._digest(forged))


def written(tmp_path, content):
    path = tmp_path / "certificate.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def rejected(certificate_, claim=CLAIM):
    with pytest.raises(CertificateRejected) as caught:
        verify(certificate_, claim)
    assert len(str(caught.value)) < 600
    return str(caught.value)


def test_a_certificate_survives_the_file(tmp_path):
    """What was issued is read back equal, and verifies with the same relation, sides and outcome."""
    found = issued()
    write(found, tmp_path / "deep" / "c.json")
    again = read(tmp_path / "deep" / "c.json")
    assert again == found
    ruling = verify(again, CLAIM)
    assert (ruling.outcome, ruling.lhs, ruling.rhs) == ("violated", found.lhs, found.rhs)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["c.json"]


def test_a_certificate_of_a_mutant_names_it():
    """The certificate of a mutant is verified against that mutant, and against no other."""
    mutant = CLAIM.mutated(CLAIM.mutants[0])
    found = issued(mutant, numbers(1, 1, 1), "strict")
    assert verify(found, CLAIM).outcome == "violated"
    assert "no mutant 'lax'" in rejected(signed(found, mutant="lax"))
    assert "another statement" in rejected(signed(found, mutant=""))


@pytest.mark.parametrize("outcome", ["holds", "tie", "unmet", "open", "undecided"])
def test_only_violations_are_certified(outcome):
    """No other outcome has a certificate."""
    ruling = dataclasses.replace(Judge(CLAIM).rule(numbers(1, 2, 3)), outcome=outcome)
    with pytest.raises(ValueError, match="only a violated instance"):
        issue(CLAIM, numbers(1, 2, 3), ruling)


def test_an_edited_file_is_rejected(tmp_path):
    """Any change of a field without the digest is noticed when the file is read."""
    write(issued(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    for field, value in {"lhs": "8", "claim": "other", "bits": 63, "sizes": {"n": 4}, "digest": "", "mutant": "strict"}.items():
        with pytest.raises(CertificateRejected, match="edited"):
            read(written(tmp_path, {**content, field: value}))
    content["raw"]["x"][0] = "8"
    with pytest.raises(CertificateRejected, match="edited"):
        read(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON|nested|fields"),
        (b'{"raw":' * 100_000, "not JSON|nested|fields"),
        (b"[]", "fields of a certificate"),
        (b"{}", "fields of a certificate"),
        (b"NaN", "not JSON"),
        (b'{"bits": 1e999999999}', "fields of a certificate|not JSON"),
        (b'{"bits": ' + b"9" * 1_000_000 + b"}", "fields of a certificate|not JSON"),
        (b" " * (1 << 25), "larger than"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_files_that_are_no_certificate_are_rejected(tmp_path, content, words):
    """What is not JSON, has other fields, is nested without end or far too long is rejected with its reason."""
    with pytest.raises(CertificateRejected, match=words):
        read(written(tmp_path, content))


def test_a_file_that_does_not_exist_is_rejected(tmp_path):
    """A missing file and a folder are reasons too."""
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(CertificateRejected, match="cannot be read"):
            read(path)


def test_another_version_is_rejected(tmp_path):
    """A certificate of another version of the format is not guessed at."""
    write(signed(issued(), version=2), tmp_path / "c.json")
    with pytest.raises(CertificateRejected, match="version is 2"):
        read(tmp_path / "c.json")


def test_another_statement_is_rejected():
    """A hash, a hypothesis, an axis or a shown statement that is not the claim's is rejected."""
    assert "another statement" in rejected(signed(issued(), statement_hash="0" * 64))
    assert "another statement" in rejected(issued(), claim_of(Le(a, b + 2 * c), hypotheses=[Gt(a, 0)]))
    assert "another statement" in rejected(issued(), claim_of(Le(a, b + c)))
    assert "another statement" in rejected(issued(), claim_of(Le(a, b + c), hypotheses=[Gt(a, 0)], axes={k: (0, "n")}))
    assert "not the one that its hash" in rejected(signed(issued(), statement="(LessThan b a)"))


def test_an_instance_that_proves_nothing_is_rejected():
    """A forged instance that does not meet a hypothesis, holds, or cannot be decided is rejected by deciding it again."""
    assert "does not meet a hypothesis" in rejected(signed(issued(), raw={"x": ["-1", "-3", "0"]}))
    assert "does not violate" in rejected(signed(issued(), raw={"x": ["1", "3", "0"]}))
    failing = claim_of(
        Le(a, b + c), hypotheses=[Gt(a, 0)], oracle=lambda mp, x: {"a": x[0] / (x[0] - x[0]), "b": x[1], "c": x[2]}
    )
    assert "cannot be decided" in rejected(issued(), failing)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("nan", "not a rational"),
        ("NaN", "not a rational"),
        ("inf", "not a rational"),
        ("-Infinity", "not a rational"),
        ("1e5", "not a rational"),
        ("1e999999999", "not a rational"),
        ("0.5", "not a rational"),
        ("1_000", "not a rational"),
        (" 1", "not a rational"),
        ("1\n", "not a rational"),
        ("+1", "not a rational"),
        ("1/-2", "not a rational"),
        ("٣", "not a rational"),
        ("", "not a rational"),
        ("__import__('os')", "not a rational"),
        ("1/0", "divides by 0"),
        ("9" * 10_000_000, "10000000 characters"),
        (7, "rationals as strings"),
        (0.5, "rationals as strings"),
        (None, "rationals as strings"),
        (["1"], "rationals as strings"),
        ({"a": 1}, "rationals as strings"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_entries_that_are_no_short_rationals_are_rejected_unevaluated(entry, words):
    """NaN, infinities, exponents, code, and numbers of ten million digits are rejected at once, by form alone."""
    assert words in rejected(signed(issued(), raw={"x": [entry, "1", "1"]}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"raw": {"x": ["7", "1"]}}, "does not have the shape"),
        ({"raw": {"x": ["7", "1", "-5", "0"]}}, "does not have the shape"),
        ({"raw": {"x": "7"}}, "does not have the shape"),
        ({"raw": {"x": [["7"], ["1"], ["2"]]}}, "rationals as strings"),
        ({"raw": {}}, "raw arrays"),
        ({"raw": {"x": ["7", "1", "1"], "y": ["1"]}}, "raw arrays"),
        ({"sizes": {}}, "sizes"),
        ({"sizes": {"n": 3, "m": 1}}, "sizes"),
        ({"sizes": {"n": 2}}, "range from 3 to 3"),
        ({"sizes": {"n": 4}}, "range from 3 to 3"),
        ({"sizes": {"n": -1}}, "range from 3 to 3"),
        ({"sizes": {"n": 10**15}}, "range from 3 to 3"),
        ({"choices": {"x.kind": "odd"}}, "choices"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_instances_of_another_form_are_rejected(changes, words):
    """Wrong shapes, sizes outside the range on either side, and choices that the claim does not have are rejected."""
    assert words in rejected(signed(issued(), **changes))


def test_choices_are_checked():
    """A choice must be one of the options of its input."""

    class Kinds(Numbers):
        choices = {"kind": ("even", "odd")}

    claim = claim_of(Le(a, b), inputs={"x": Kinds()})
    instance = dataclasses.replace(numbers(2, 1, 0), choices={"x.kind": "odd"})
    found = issued(claim, instance)
    assert verify(found, claim).outcome == "violated"
    assert "should be one of even, odd" in rejected(signed(found, choices={"x.kind": "prime"}), claim)
    assert "choices" in rejected(signed(found, choices={}), claim)


def test_raw_numbers_outside_the_range_of_an_input_are_rejected():
    """What an input does not admit is no instance of the claim."""
    claim = claim_of(Le(a, b), inputs={"x": Numbers(lambda entry: entry > 0)})
    assert "outside the range of the input x" in rejected(
        signed(issued(claim, numbers(2, 1, 1)), raw={"x": ["2", "1", "0"]}), claim
    )


def test_the_schema_has_no_other_fields():
    """Unknown fields are refused when decoding, so that nothing unread can be smuggled in."""
    content = msgspec.json.decode(msgspec.json.encode(issued()))
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(msgspec.json.encode({**content, "path": "/tmp"}), type=Certificate)


def test_an_index_is_certified():
    """The violated index of an axis is recorded."""
    claim = claim_of(Le(f[k], 5))
    assert issued(claim, numbers(1, 2, 6)).index == {"k": 3}
