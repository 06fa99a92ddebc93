"""What a run leaves behind: frozen records, one JSON line per claim and run (schema version `VERSION`)."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import msgspec

VERSION = 1


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """What one lane did: ``drawn`` and ``met`` count instances before and after the hypotheses, ``instances`` the
    distinct ones whose statement was evaluated to a finite gap or ruled upon.

    ``histogram`` counts relative gaps in the bins of `refute.tally.GAP_EDGES`; ``trace`` holds pairs of
    evaluations and closest gap; ``by_size`` and ``by_choice`` map a size or a discrete choice to its closest gap at
    each value.
    """

    name: str
    drawn: int = 0
    met: int = 0
    instances: int = 0
    seconds: float = 0.0
    closest_gap: float | None = None
    histogram: list[int] = []
    trace: list[tuple[int, float]] = []
    by_size: dict[str, dict[int, float]] = {}
    by_choice: dict[str, dict[str, float]] = {}
    proposed: int = 0
    judged: int = 0
    ties: int = 0
    error: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An instance with its ruling, in exact numbers for a report.

    ``raw`` holds the parameters that were drawn, ``built`` the objects of the theorem that they give.
    """

    sizes: dict[str, int]
    choices: dict[str, str]
    raw: dict[str, Any]
    built: dict[str, Any] = {}
    outcome: str
    relation: str = ""
    index: dict[str, int] = {}
    lhs: str = ""
    rhs: str = ""
    gap: float | None = None
    bits: int = 0
    reason: str = ""
    lane: str = ""
    float_gap: float | None = None
    dtype: str = "float64"


class Exhausted(msgspec.Struct, frozen=True, kw_only=True):
    """A structure of which every instance was evaluated."""

    sizes: dict[str, int]
    choices: dict[str, str]
    instances: int


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a mutant was refuted, by which lane, after how many evaluations and seconds, and where.

    ``replayed`` marks a mutant that this run refuted from the stored instance of an earlier hunt only.  ``hypotheses`` is
    LaTeX of its own, if it has any; ``differs`` names what else it overrides.
    """

    name: str
    because: str
    latex: str
    hypotheses: list[str] = []
    differs: list[str] = []
    refuted: bool
    lane: str = ""
    evaluations: int = 0
    seconds: float = 0.0
    replayed: bool = False
    counterexample: Shown | None = None
    error: str = ""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluator against oracle: values compared, values too ill-conditioned to compare, and the worst ratio to the bound."""

    compared: int = 0
    ill_conditioned: int = 0
    worst: float = 0.0


class Necessity(msgspec.Struct, frozen=True, kw_only=True):
    """The search with one hypothesis dropped: ``needed`` if a counterexample turned up."""

    hypothesis: str
    needed: bool
    lane: str = ""
    evaluations: int = 0
    seconds: float = 0.0
    counterexample: Shown | None = None


class Betted(msgspec.Struct, frozen=True, kw_only=True):
    """One mean on one instance under fresh draws: ``left`` (LaTeX) is claimed to be at most (``sign`` 1) or at least (-1) ``bound``.

    ``low`` and ``high`` end a confidence sequence at the level of the `Wealth` it belongs to (None: open), ``floor`` and
    ``ceiling`` the declared range; ``exact`` encloses the exact mean where one is known.
    """

    left: str
    sign: int
    sizes: dict[str, int]
    choices: dict[str, str] = {}
    index: dict[str, int] = {}
    draws: int
    mean: float
    low: float | None = None
    high: float | None = None
    bound: float
    floor: float | None = None
    ceiling: float | None = None
    exact: tuple[float, float] | None = None
    log_wealth: float = 0.0


class Wealth(msgspec.Struct, frozen=True, kw_only=True):
    """The e-process of a randomised claim: the logarithm of its wealth, this run's and all earlier runs' multiplied.

    ``draws`` are this run's fresh draws, ``earlier_draws`` those of the ``earlier_runs`` that are continued; ``path`` holds
    pairs of this run's draws and log-wealth; ``level`` is that of the confidence sequences in ``means``.
    """

    alpha: float
    draws: int
    log_wealth: float
    path: list[tuple[int, float]] = []
    earlier_runs: int = 0
    earlier_draws: int = 0
    level: float = 0.0
    means: list[Betted] = []
    counterexample: Shown | None = None
    confirming_draws: int = 0
    confirming_log_wealth: float = 0.0

    @property
    def refutes(self) -> bool:
        """Whether the wealth reached ``1 / alpha``."""
        return self.log_wealth >= -math.log(self.alpha)


class MeanBeside(msgspec.Struct, frozen=True, kw_only=True):
    """One exact mean (``exact`` as a text, ``value`` as the nearest float, between ``low`` and ``high``) beside the mean of draws
    and its standard error.
    """

    name: str
    index: dict[str, int] = {}
    exact: str
    value: float
    low: float
    high: float
    mean: float
    error: float


class MonteCarlo(msgspec.Struct, frozen=True, kw_only=True):
    """Exact means of one instance beside those of ``draws`` draws of the evaluator; it decides nothing."""

    draws: int
    sizes: dict[str, int]
    choices: dict[str, str] = {}
    means: list[MeanBeside]


class Theorem(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim says, for a reader: LaTeX of the statement and the hypotheses, and everything its file tells.

    ``definitions`` holds a quantity's name, LaTeX and meaning, ``quantities`` the names that statement and hypotheses
    use, ``inputs`` what each input is, ``symbols`` the paper's LaTeX for sizes and axes that have other names here;
    ``oracle_independent`` is false where the oracle was derived from the evaluator,
    ``appendix`` is Markdown of the claim's own.
    """

    title: str
    text: str
    source: str
    link: str
    provenance: str
    latex: str
    statement_hash: str
    hypotheses: list[str] = []
    definitions: list[tuple[str, str, str]] = []
    quantities: list[str] = []
    inputs: dict[str, str] = {}
    sizes: dict[str, tuple[int | str, int | str]] = {}
    axes: dict[str, tuple[int | str, int | str]] = {}
    symbols: dict[str, str] = {}
    reading: str = ""
    tight: str = ""
    surrogate: str = ""
    trend: bool = False
    not_covered: list[str] = []
    oracle_differs: str = ""
    oracle_independent: bool = True
    corrected_by: str = ""
    appendix: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim in one run; ``theorem`` is missing where the claim could not be loaded.

    ``found_by`` is the lane that refuted it, also where a simpler instance is shown.  ``file`` is the claim's file as the
    command line was given it, empty for a claim of the catalogue.
    """

    version: int = VERSION
    claim: str
    file: str = ""
    verdict: str
    expect: str
    as_expected: bool
    why: str = ""
    theorem: Theorem | None = None
    instances: int = 0
    closest_gap: float | None = None
    ties: int = 0
    lanes: list[Lane] = []
    mutants: list[Mutant] = []
    necessity: list[Necessity] = []
    exhausted: list[Exhausted] = []
    hazards: list[Shown] = []
    undecided: list[Shown] = []
    counterexample: Shown | None = None
    found_by: str = ""
    certificate: str | None = None
    agreement: Agreement | None = None
    wealth: Wealth | None = None
    means: MonteCarlo | None = None
    seconds: float = 0.0
    device: str = "cpu"
    seed: int = 0
    budget: float = 0.0
    date: str = ""


def commands(record: Claim, certificate: str | None = None) -> dict[str, str]:
    """The command lines that reproduce a record, by what they do; ``certificate`` is the path of its certificate."""
    target = record.file or record.claim
    found = {
        "run": f"refute run {target} --seed {record.seed} --budget {record.budget:g}s --device {record.device}",
        "replay": f"refute replay {target}",
    }
    if certificate is not None:
        found["verify"] = f"refute verify {certificate}" + (f" --claim {record.file}" if record.file else "")
    return found


def append(record: Claim, path: Path) -> None:
    """Append one record as one JSON line."""
    append_line(msgspec.json.encode(record), path)


def append_line(line: bytes, path: Path) -> None:
    """Append a line in a single write, so that lines of several processes never mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line + b"\n")
    finally:
        os.close(descriptor)


def read(path: Path) -> list[Claim]:
    """The records of a file, oldest first; lines of another schema version or that are torn are skipped."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Claim))
        except msgspec.DecodeError:
            continue
    return found


def latest(path: Path) -> dict[str, Claim]:
    """The newest record of each claim."""
    return {record.claim: record for record in read(path)}
