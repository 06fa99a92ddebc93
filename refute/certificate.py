"""Certificates: a refutation that anyone re-decides from one file.

A certificate holds an exact instance, the hash of the statement that it violates, and both sides as the balls at
the deciding precision enclose them.  `verify` trusts nothing of it but the instance: it rebuilds and re-decides.
"""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from refute.claim import Claim
from refute.errors import CertificateRejected, ClaimError, RefuteError
from refute.exhibit import Exhibit
from refute.inputs import choices_of, join, parts_of, shape_of
from refute.instance import Instance
from refute.judge import Judge, Ruling
from refute.statement import serialise

VERSION = 1
LARGEST_FILE = 1 << 24
LONGEST_ENTRY = 4096
RATIONAL = re.compile(r"-?[0-9]+(/[0-9]+)?", re.ASCII)


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON schema of a certificate; ``digest`` is the SHA-256 of all other fields."""

    version: int = VERSION
    claim: str
    mutant: str = ""
    statement_hash: str
    statement: str
    sizes: dict[str, int]
    choices: dict[str, str]
    raw: dict[str, Any]
    relation: str
    index: dict[str, int]
    lhs: str
    rhs: str
    bits: int
    digest: str = ""


def issue(claim: Claim, instance: Instance, ruling: Ruling, mutant: str = "") -> Certificate:
    """The certificate of a violated instance; raises ValueError for any other ruling."""
    if ruling.outcome != "violated":
        raise ValueError(f"got the outcome {ruling.outcome!r}, but only a violated instance has a certificate")
    record = Exhibit(claim, instance, ruling).record()
    unsigned = Certificate(
        claim=claim.id, mutant=mutant, statement_hash=claim.digest, statement=serialise(claim.statement),
        sizes=record.sizes, choices=record.choices, raw=record.raw, relation=record.relation, index=record.index,
        lhs=record.lhs, rhs=record.rhs, bits=record.bits,
    )  # fmt: skip
    return msgspec.structs.replace(unsigned, digest=_digest(unsigned))


def _digest(certificate: Certificate) -> str:
    unsigned = msgspec.structs.replace(certificate, digest="")
    return hashlib.sha256(msgspec.json.encode(unsigned, order="sorted")).hexdigest()


def path_in(folder: Path, claim: str, mutant: str = "") -> Path:
    """Where the certificate of a claim or of one of its mutants lies in a folder of certificates."""
    name = claim.replace("/", ".")
    if not mutant:
        return folder / f"{name}.json"
    slug = re.sub(r"[^a-z0-9]+", "-", mutant.lower()).strip("-")
    return folder / "mutants" / f"{name}.{slug}.json"


def write(certificate: Certificate, path: Path) -> None:
    """Write a certificate as indented JSON, replacing the file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(certificate), indent=1) + b"\n")
    partial.replace(path)


def read(path: Path) -> Certificate:
    """The certificate in a file; `CertificateRejected` says what is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise CertificateRejected(f"the file is larger than the {LARGEST_FILE} bytes that a certificate may have")
        certificate = msgspec.json.decode(content, type=Certificate)
    except OSError as error:
        raise CertificateRejected(f"the file cannot be read: {error.strerror or error}") from error
    except RecursionError as error:
        raise CertificateRejected("it is nested too deeply for a certificate") from error
    except msgspec.ValidationError as error:
        raise CertificateRejected(f"it does not have the fields of a certificate: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CertificateRejected(f"it is not JSON: {error}") from error
    if certificate.version != VERSION:
        raise CertificateRejected(f"its version is {certificate.version}, but this engine reads version {VERSION}")
    if certificate.digest != _digest(certificate):
        raise CertificateRejected("it was edited: its digest is not that of its contents")
    return certificate


def verify(certificate: Certificate, claim: Claim) -> Ruling:
    """Re-decide a certificate against ``claim`` (the claim itself, not the mutant); raise `CertificateRejected` if it fails."""
    subject = claim
    if certificate.mutant:
        found = [mutant for mutant in claim.mutants if mutant.name == certificate.mutant]
        if not found:
            raise CertificateRejected(f"the claim {claim.id} has no mutant {certificate.mutant!r}")
        subject = claim.mutated(found[0])
    if certificate.statement_hash != subject.digest:
        raise CertificateRejected(
            f"it is for another statement: its hash is {certificate.statement_hash[:12]}…, "
            f"that of {certificate.claim} is {subject.digest[:12]}…"
        )
    if certificate.statement != serialise(subject.statement):
        raise CertificateRejected("the statement that it shows is not the one that its hash stands for")
    try:
        ruling = Judge(subject).rule(rebuild(certificate, subject))
    except CertificateRejected:
        raise
    except (RefuteError, ArithmeticError, ValueError, LookupError, TypeError) as error:
        raise CertificateRejected(f"it cannot be decided: {error}") from error
    if ruling.outcome == "unmet":
        raise CertificateRejected(
            f"its instance does not meet a hypothesis: {ruling.relation} with {ruling.lhs} and {ruling.rhs}"
        )
    if ruling.outcome != "violated":
        raise CertificateRejected(f"its instance does not violate the statement: the ruling is {ruling.outcome!r}")
    return ruling


def rebuild(certificate: Certificate, claim: Claim) -> Instance:
    """The exact instance of a certificate, checked as `rebuilt` does."""
    return rebuilt(claim, certificate.sizes, certificate.choices, certificate.raw)


def rebuilt(claim: Claim, stored_sizes: Mapping[str, int], choices: dict[str, str], stored: Mapping[str, Any]) -> Instance:
    """An exact instance from stored texts, checked against the sizes, choices, shapes and ranges of the claim.

    Sizes above the claim's range are rejected like those below it: the range may be part of the theorem, and nothing but
    the claim can say whether it is. A larger counterexample is certified by a claim with a larger range.
    """
    sizes: dict[str, int] = {}
    if set(stored_sizes) != set(claim.sizes):
        raise CertificateRejected(f"its sizes are {sorted(stored_sizes)}, but the claim has {sorted(claim.sizes)}")
    for name in claim.sizes:
        sizes[name] = stored_sizes[name]
        low, high = claim.size_range(name, sizes)
        if not low <= sizes[name] <= high:
            raise CertificateRejected(f"its size {name} = {sizes[name]} is outside the claim's range from {low} to {high}")
    options = {join(name, choice): some for name, source in claim.inputs.items() for choice, some in source.choices.items()}
    if set(choices) != set(options):
        raise CertificateRejected(f"its choices are {sorted(choices)}, but the claim has {sorted(options)}")
    for choice, option in choices.items():
        if option not in options[choice]:
            raise CertificateRejected(f"its choice {choice} is {option!r}, but should be one of {', '.join(options[choice])}")
    expected = {join(name, part) for name, source in claim.inputs.items() for part in source.parts()}
    if set(stored) != expected:
        raise CertificateRejected(f"its raw arrays are {sorted(stored)}, but the claim has {sorted(expected)}")
    raw = {}
    for name, source in claim.inputs.items():
        for part, shape in source.parts().items():
            key = join(name, part)
            raw[key] = _array(stored[key], key, shape_of(shape, sizes))
        if not source.admits(parts_of(name, source, raw), sizes, choices_of(name, choices)):
            raise CertificateRejected(f"its raw numbers are outside the range of the input {name}")
    return Instance(sizes, choices, raw)


def _array(nested: Any, key: str, shape: tuple[int, ...]) -> Any:
    array = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        entry = nested
        for position, length in zip(index, shape, strict=True):
            if not isinstance(entry, list) or len(entry) != length:
                raise CertificateRejected(f"its array {key} does not have the shape {shape}")
            entry = entry[position]
        array[index] = _rational(entry, f"its array {key} holds {reprlib.repr(entry)} at {index}")
    return array


def _rational(entry: Any, found: str) -> Fraction:
    """The rational that a string such as ``"-3/8"`` names; exponents and overlong numbers are rejected unevaluated."""
    if not isinstance(entry, str):
        raise CertificateRejected(f"{found}, but should hold rationals as strings")
    if len(entry) > LONGEST_ENTRY:
        raise CertificateRejected(f"{found}, a text of {len(entry)} characters, but {LONGEST_ENTRY} are allowed")
    if not RATIONAL.fullmatch(entry):
        raise CertificateRejected(f"{found}, which is not a rational such as -3/8")
    try:
        return Fraction(entry)
    except ZeroDivisionError as error:
        raise CertificateRejected(f"{found}, which divides by 0") from error


def load_claim(certificate: Certificate, find: Any) -> Claim:
    """The claim that a certificate names, through ``find(id)``."""
    try:
        found: Claim = find(certificate.claim)
    except ClaimError as error:
        raise CertificateRejected(f"its claim {certificate.claim!r} is not found: {error}") from error
    return found
