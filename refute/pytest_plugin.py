"""The pytest plugin: claim files collect as tests, inside and outside this repository.

``pytest path/to/claim.py`` runs ``::statement``, ``::oracle``, ``::vacuity`` and one ``::mutant[name]`` per mutant.  A
claim file is a Python file that mentions ``refute`` and assigns ``claim`` or ``claims`` at its top level.
"""

from __future__ import annotations

import ast
import os
import re
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from refute import records
    from refute.claim import Claim, Mutant
    from refute.search import Search

ASSIGNMENT = re.compile(r"^claims?\s*(:[^=\n]+)?=", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("refute", "claims of theorems")
    group.addoption("--refute-budget", default="3s", help="time per claim, its mutants included, such as 3s or 2m")
    group.addoption("--refute-device", default="cpu", help="cpu, cuda or auto")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if is_claim_file(file_path) and not parent.session.isinitpath(file_path):
        return ClaimFile.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A claim file named on the command line is a claim file, not a module of tests."""
    return ClaimFile.from_parent(parent, path=module_path) if is_claim_file(module_path) else None


def is_claim_file(path: Path) -> bool:
    """Whether a file looks like one that holds claims; it is not imported for that."""
    if path.suffix != ".py" or path.name.startswith(("test_", "conftest", "_")) or path.name == "sources.py":
        return False
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if "refute" not in text:
        return False
    try:
        return any(
            isinstance(node, (ast.Assign, ast.AnnAssign)) and names(node) & {"claim", "claims"} for node in ast.parse(text).body
        )
    except SyntaxError:  # broken, but by its text a claim file
        return ASSIGNMENT.search(text) is not None


def names(node: ast.Assign | ast.AnnAssign) -> set[str]:
    """The names that an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


class ClaimFile(pytest.File):
    """The claims of one file; one that does not load is a failed test with one sentence, so that the others go on."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        from refute.errors import ClaimError
        from refute.loader import load

        try:
            claims = load(self.path)
        except ClaimError as error:
            yield Unloadable.from_parent(self, name="claim", reason=str(error))
            return
        for claim in claims:
            if len(claims) == 1:
                yield from items(self, claim)
            else:
                yield OneOfSeveral.from_parent(self, name=claim.id.rpartition("-")[2], claim=claim)


class Unloadable(pytest.Item):
    """A claim file that does not load."""

    def __init__(self, *, reason: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.reason = reason

    def runtest(self) -> None:
        raise Failure(f"the claim is broken: {self.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class OneOfSeveral(pytest.Collector):
    """One claim of a file that holds several; its name is its position."""

    def __init__(self, *, claim: Claim, **rest: Any) -> None:
        super().__init__(**rest)
        self.claim = claim

    def collect(self) -> Iterator[pytest.Item]:
        yield from items(self, self.claim)


def items(parent: pytest.Collector, claim: Claim) -> Iterator[pytest.Item]:
    """The tests of one claim, which share one search."""
    examination = Examination(claim, parent.config)
    for kind in (Oracle, Statement, Vacuity):
        yield kind.from_parent(parent, name=kind.__name__.lower(), examination=examination)
    for mutant in claim.mutants:
        yield MutantItem.from_parent(parent, name=f"mutant[{mutant.name}]", examination=examination, mutant=mutant)


class Examination:
    """What the tests of one claim share: the options, and the search once it has run."""

    def __init__(self, claim: Claim, config: pytest.Config) -> None:
        from refute.cli import seconds
        from refute.examine import Options
        from refute.runner import resolved

        device = resolved(config.getoption("--refute-device"))
        self.claim = claim
        self.options = Options(budget=seconds(config.getoption("--refute-budget")), device=device)

    @cached_property
    def search(self) -> Search:
        """The finished search on the statement."""
        from refute import examine
        from refute.search import judge_closest, run_lanes, warm_up

        warm_up()
        search = examine.start(self.claim, self.options, time.perf_counter())
        run_lanes(search, examine.in_order(self.claim, self.options.lanes))
        judge_closest(search)
        return search

    @cached_property
    def wealth(self) -> records.Wealth | None:
        """What fresh draws say against a claim about means that the search did not refute."""
        from refute import examine
        from refute.evidence import wealth_of

        if not self.claim.randomness or self.search.refutation is not None:
            return None
        return wealth_of(self.search, examine.WEALTH_SHARE * self.options.budget, seed=self.options.seed)

    def hunt(self, mutant: Mutant) -> records.Mutant:
        from refute import examine, power

        share = self.options.budget * (1 - examine.STATEMENT_SHARE) / len(self.claim.mutants)
        seed = examine.seed_of(self.claim.id, self.options.seed)
        return power.hunt(self.claim, mutant, seed, max(power.FIRST_ALLOWANCE, share), device=self.options.device)

    def command(self, path: Path) -> str:
        """The command that reproduces the search outside pytest."""
        options = self.options
        return f"refute run {os.path.relpath(path)} --seed {options.seed} --budget {options.budget:g}s --device {options.device}"


class Failure(Exception):
    """A claim does not pass; the text is the whole message."""


class Item(pytest.Item):
    """One test of a claim."""

    def __init__(self, *, examination: Examination, **rest: Any) -> None:
        super().__init__(**rest)
        self.examination = examination

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from refute.errors import RefuteError

        if isinstance(excinfo.value, (Failure, RefuteError)):
            return f"{excinfo.value}\nreproduce: {self.examination.command(self.path)}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.examination.claim.id}::{self.name}"


class Statement(Item):
    """The search finds no counterexample, or finds the one that is known to exist."""

    def runtest(self) -> None:
        from refute.examine import undecidable

        claim, search, wealth = self.examination.claim, self.examination.search, self.examination.wealth
        refuted = search.refutation is not None
        if refuted and claim.expect == "survived":
            raise Failure(counterexample(self.examination))
        if wealth is not None and wealth.refutes and claim.expect == "survived":
            where = wealth.counterexample.reason if wealth.counterexample else "no single instance is named"
            raise Failure(f"{claim.id} is refuted by a bet on fresh draws, at the level {wealth.alpha:g}: {where}")
        refuted = refuted or (wealth is not None and wealth.refutes)
        if not refuted and (why := undecidable(claim, search, wealth)):
            raise Failure(f"{claim.id} is undecided: {why}")
        if not refuted and claim.expect == "refuted":
            raise Failure(f"{claim.id} is known to be false, but no counterexample was found")
        if not refuted and search.undecided:
            raise Failure(f"{claim.id}: {len(search.undecided)} near misses are not decided")
        if not refuted and not any(lane.instances for lane in search.lanes):
            raise Failure(f"{claim.id}: no instance was evaluated, and an empty search is no evidence")


class Oracle(Item):
    """Evaluator and oracle agree."""

    def runtest(self) -> None:
        from refute import examine
        from refute.search import warm_up

        warm_up()
        begun = time.perf_counter()
        examine.compare(examine.start(self.examination.claim, self.examination.options, begun), self.examination.options, begun)


class Vacuity(Item):
    """Enough of what is drawn meets the hypotheses."""

    def runtest(self) -> None:
        from refute import examine

        search = self.examination.search
        hollow = "" if search.refutation is not None else examine.vacuity(search)
        if hollow:
            raise Failure(f"{self.examination.claim.id} says nothing: {hollow}")


class MutantItem(Item):
    """The search refutes a false variant."""

    def __init__(self, *, mutant: Mutant, **rest: Any) -> None:
        super().__init__(**rest)
        self.mutant = mutant

    def runtest(self) -> None:
        result = self.examination.hunt(self.mutant)
        if not result.refuted:
            error = f"; the search ended with {result.error}" if result.error else ""
            raise Failure(
                f"the search is too weak for the mutant {self.mutant.name!r} of {self.examination.claim.id}, "
                f"which is false because {self.mutant.because}: {result.evaluations} evaluations in {result.seconds:.1f} s{error}"
            )


def counterexample(examination: Examination) -> str:
    """The shrunk counterexample with both sides, for a failed test."""
    from refute.exhibit import texts
    from refute.shrink import shrink

    search = examination.search
    assert search.refutation is not None
    instance, ruling, lane = search.refutation
    instance, ruling = shrink(examination.claim, search.judge, instance, ruling, time.perf_counter() + examination.options.budget)
    lines = [f"{examination.claim.id} is refuted by the {lane} lane"]
    lines += [f"  {name} = {value}" for name, value in {**instance.sizes, **instance.choices}.items()]
    lines += [f"  {name} = {texts(array)}".replace("'", "") for name, array in instance.raw.items()]
    lines.append(f"  {ruling.relation} is violated: {ruling.sides}, decided at {ruling.bits} bits")
    return "\n".join(lines)
