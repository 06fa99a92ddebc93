"""Certificates: a refutation that anyone re-decides from one file.

A certificate holds an exact instance, the hash of the statement that it violates, and both sides as the balls at
the deciding precision enclose them.  `verify` trusts nothing of it but the instance: it rebuilds and re-decides.
"""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from refute import records
from refute.claim import Claim
from refute.errors import CertificateRejected, ClaimError, RefuteError
from refute.inputs import join, parts_of, shape_of
from refute.instance import Instance
from refute.judge import Judge, Ruling, choices_of

VERSION = 1


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
    from refute.search import shown
    from refute.statement import serialise

    record = shown(instance, ruling)
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
        certificate = msgspec.json.decode(path.read_bytes(), type=Certificate)
    except OSError as error:
        raise CertificateRejected(f"the file cannot be read: {error.strerror}") from error
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
    instance = rebuild(certificate, subject)
    try:
        ruling = Judge(subject).rule(instance)
    except (RefuteError, ArithmeticError) as error:
        raise CertificateRejected(f"it cannot be decided: {error}") from error
    if ruling.outcome == "unmet":
        raise CertificateRejected(
            f"its instance does not meet a hypothesis: {ruling.relation} with {ruling.lhs} and {ruling.rhs}"
        )
    if ruling.outcome != "violated":
        raise CertificateRejected(f"its instance does not violate the statement: the ruling is {ruling.outcome!r}")
    return ruling


def rebuild(certificate: Certificate, claim: Claim) -> Instance:
    """The exact instance of a certificate, checked against the sizes, shapes and ranges of the claim."""
    sizes: dict[str, int] = {}
    if set(certificate.sizes) != set(claim.sizes):
        raise CertificateRejected(f"its sizes are {sorted(certificate.sizes)}, but the claim has {sorted(claim.sizes)}")
    for name in claim.sizes:
        sizes[name] = certificate.sizes[name]
        low, high = claim.size_range(name, sizes)
        if sizes[name] < low:
            raise CertificateRejected(f"its size {name} = {sizes[name]} is outside the claim's range from {low} to {high}")
    raw = {}
    for name, source in claim.inputs.items():
        for part, shape in source.parts().items():
            key = join(name, part)
            if key not in certificate.raw:
                raise CertificateRejected(f"it has no raw array {key}")
            raw[key] = _array(certificate.raw[key], key, shape_of(shape, sizes))
        if not source.admits(parts_of(name, source, raw), sizes, choices_of(name, certificate.choices)):
            raise CertificateRejected(f"its raw numbers are outside the range of the input {name}")
    return Instance(sizes, certificate.choices, raw)


def _array(nested: Any, key: str, shape: tuple[int, ...]) -> Any:
    array = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        entry = nested
        for position in index:
            if not isinstance(entry, list) or position >= len(entry):
                raise CertificateRejected(f"its array {key} does not have the shape {shape}")
            entry = entry[position]
        if not isinstance(entry, str):
            raise CertificateRejected(f"its array {key} holds {entry!r} at {index}, but should hold rationals as strings")
        try:
            array[index] = Fraction(entry)
        except (ValueError, ZeroDivisionError) as error:
            raise CertificateRejected(f"its array {key} holds {entry!r} at {index}, which is not a rational") from error
    return array


def from_record(record: records.Shown, claim: Claim) -> Instance:
    """The exact instance of a stored record."""
    raw = {key: _array(value, key, np.asarray(value, dtype=object).shape) for key, value in record.raw.items()}
    return Instance(record.sizes, record.choices, raw)


def load_claim(certificate: Certificate, find: Any) -> Claim:
    """The claim that a certificate names, through ``find(id)``."""
    try:
        found: Claim = find(certificate.claim)
    except ClaimError as error:
        raise CertificateRejected(f"its claim {certificate.claim!r} is not found: {error}") from error
    return found
