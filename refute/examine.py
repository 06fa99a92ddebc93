"""Examine one claim in this process: agreement, lanes, mutants, verdict, record."""

from __future__ import annotations

import datetime
import time
import traceback
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


from refute import agreement, certificate, lanes, records
from refute.claim import Claim, Mutant
from refute.errors import RefuteError
from refute.evidence import wealth_of
from refute.judge import Judge
from refute.search import Search, shown
from refute.shrink import shrink

VACUOUS_BELOW = 0.001
VERDICTS = ("survived", "refuted", "weak", "undecided", "vacuous", "broken")


@dataclass(frozen=True)
class Options:
    """How to examine: ``budget`` seconds per claim, its mutants included."""

    budget: float = 6.0
    lanes: tuple[str, ...] = lanes.NAMES
    device: str = "cpu"
    seed: int = 0
    reports: Path | None = None
    only_statement: bool = False


Progress = Callable[[str, int, float], None]


def examine(claim: Claim, options: Options, progress: Progress | None = None) -> records.Claim:
    """The record of one claim; a claim that raises is ``broken`` with one sentence, never an exception."""
    begun = time.perf_counter()
    try:
        return _examine(claim, options, progress, begun)
    except RefuteError as error:
        return broken(claim, str(error), options, begun)
    except KeyboardInterrupt:
        raise
    except MemoryError:
        return broken(claim, "it ran out of memory", options, begun)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return broken(claim, f"{type(error).__name__}: {error} ({where})", options, begun)


def _examine(claim: Claim, options: Options, progress: Progress | None, begun: float) -> records.Claim:
    seed = seed_of(claim.id, options.seed)
    share = 0.5 if claim.mutants and not options.only_statement else 1.0
    deadline = begun + options.budget * share
    search = Search(claim, seed=seed, deadline=deadline, device=options.device)
    agreed = agreement.compare(search, 12, begun + 0.1 * options.budget)
    run_lanes(search, options.lanes, progress)
    evidence = None
    if claim.randomness and search.refutation is None:
        evidence = wealth_of(search, budget=0.15 * options.budget)
    refuted, path = None, None
    if search.refutation is not None:
        instance, ruling, lane = search.refutation
        instance, ruling = shrink(claim, search.judge, instance, ruling, time.perf_counter() + 0.3 * options.budget)
        refuted = shown(instance, ruling, lane)
        issued = certificate.issue(claim, instance, ruling)
        if options.reports is not None:
            path = options.reports / "certificates" / f"{claim.id.replace('/', '.')}.json"
            certificate.write(issued, path)
    else:
        judge_closest(search)
    mutants = [] if options.only_statement else hunt_mutants(claim, options, seed, begun + options.budget)
    lane_records = [lane.frozen() for lane in search.lanes]
    verdict, why = verdict_of(claim, search, mutants, refuted is not None)
    gaps = [lane.closest_gap for lane in lane_records if lane.closest_gap is not None]
    return records.Claim(
        claim=claim.id, verdict=verdict, expect=claim.expect, as_expected=verdict == claim.expect, why=why,
        title=claim.title, source=str(claim.source), link=claim.source.paper.link, provenance=claim.provenance,
        latex=claim.latex(), statement_hash=claim.digest, instances=sum(lane.instances for lane in lane_records),
        closest_gap=max(gaps) if gaps else None, ties=sum(lane.ties for lane in lane_records), lanes=lane_records,
        mutants=mutants, hazards=search.hazards, undecided=search.undecided, counterexample=refuted,
        certificate=f"certificates/{path.name}" if path else None, agreement=agreed, wealth=evidence,
        seconds=round(time.perf_counter() - begun, 3), device=options.device, seed=options.seed, budget=options.budget,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def seed_of(identifier: str, seed: int) -> int:
    """A seed for one claim, the same on every machine."""
    return (zlib.crc32(identifier.encode()) * 1000003 + seed) % 2**31


def run_lanes(search: Search, names: Sequence[str], progress: Progress | None = None) -> None:
    """Run the lanes in order, each for its share of the time that is left; stop at a refutation."""
    running = lanes.chosen(tuple(names))
    for position, lane in enumerate(running):
        if search.refutation is not None:
            return
        left = max(0.0, search.deadline - time.perf_counter())
        weight = lane.share / sum(other.share for other in running[position:])
        begun = time.perf_counter()
        search.enter(lane.name, begun + weight * left)
        try:
            lane.run(search)
        finally:
            search.lane.seconds = time.perf_counter() - begun
        if progress is not None:
            progress(search.claim.id, sum(item.instances for item in search.lanes), search.lane.closest)


def judge_closest(search: Search) -> None:
    """Rule on the closest instances of the whole search, so that no near miss rests on floats alone."""
    for gap, instance in search.closest[:3]:
        if search.refutation is None and gap > -1e-6:
            search.propose(instance, gap)


def hunt_mutants(claim: Claim, options: Options, seed: int, deadline: float) -> list[records.Mutant]:
    """Every mutant through the same lanes but replay, sharing the time that is left, thrice over for the stubborn."""
    found: dict[str, records.Mutant] = {}
    for attempt in range(3):
        waiting = [mutant for mutant in claim.mutants if mutant.name not in found or not found[mutant.name].refuted]
        for position, mutant in enumerate(waiting):
            left = deadline - time.perf_counter()
            allowance = max(0.3 * 2**attempt, left / (len(waiting) - position) / (3 - attempt))
            if left < 0 and attempt:
                break
            names = tuple(name for name in options.lanes if name in lanes.POWER)
            found[mutant.name] = hunt(claim, mutant, seed + 7919 * attempt, allowance, names, options.device)
    return [found[mutant.name] for mutant in claim.mutants if mutant.name in found]


def hunt(claim: Claim, mutant: Mutant, seed: int, seconds: float, names: Sequence[str], device: str = "cpu") -> records.Mutant:
    """One hunt for one mutant by the given lanes; replay never takes part."""
    begun = time.perf_counter()
    subject = claim.mutated(mutant)
    search = Search(subject, seed=seed, deadline=begun + seconds, device=device, judge=Judge(subject, cap=512))
    error = ""
    try:
        run_lanes(search, [name for name in names if name != "replay"])
    except (RefuteError, ArithmeticError, ValueError, RuntimeError, IndexError, KeyError, TypeError, AttributeError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    elapsed = time.perf_counter() - begun
    example, lane = None, ""
    if search.refutation is not None:
        instance, ruling, lane = search.refutation
        instance, ruling = shrink(subject, search.judge, instance, ruling, time.perf_counter() + min(0.3, seconds))
        example = shown(instance, ruling, lane)
    return records.Mutant(
        name=mutant.name, because=mutant.because, latex=subject.latex(), refuted=example is not None, lane=lane,
        evaluations=search.evaluations, seconds=round(elapsed, 4), counterexample=example, error=error,
    )  # fmt: skip


def verdict_of(claim: Claim, search: Search, mutants: Sequence[records.Mutant], refuted: bool) -> tuple[str, str]:
    """The verdict and one sentence why."""
    if refuted:
        return "refuted", "a certified instance violates the statement"
    drawn = sum(lane.drawn for lane in search.lanes)
    met = sum(lane.met for lane in search.lanes)
    instances = sum(lane.instances for lane in search.lanes)
    if instances == 0:
        return "vacuous", f"none of {drawn} drawn instances met the hypotheses and could be evaluated"
    if drawn and met / drawn < VACUOUS_BELOW:
        return "vacuous", f"only {met} of {drawn} drawn instances met the hypotheses"
    if search.undecided:
        return "undecided", f"{len(search.undecided)} near misses are not decided: {search.undecided[0].lane} lane"
    missed = [mutant.name + (f" ({mutant.error})" if mutant.error else "") for mutant in mutants if not mutant.refuted]
    if missed:
        return "weak", f"mutants not refuted: {'; '.join(missed)}"
    return "survived", f"{instances} instances, none violates the statement"


def broken(claim: Claim, why: str, options: Options, begun: float) -> records.Claim:
    """The record of a claim that could not be examined."""
    return records.Claim(
        claim=claim.id, verdict="broken", expect=claim.expect, as_expected=False, why=why, title=claim.title,
        source=str(claim.source), provenance=claim.provenance, latex=claim.latex(), statement_hash=claim.digest,
        seconds=round(time.perf_counter() - begun, 3), device=options.device, seed=options.seed, budget=options.budget,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def unloadable(identifier: str, why: str) -> records.Claim:
    """The record of a claim file that does not load, or whose process died."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return records.Claim(claim=identifier, verdict="broken", expect="survived", as_expected=False, why=why, date=now)


