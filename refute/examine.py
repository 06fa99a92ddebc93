"""Examine one claim in this process: agreement, lanes, mutants, verdict, record."""

from __future__ import annotations

import datetime
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from refute import agreement, betting, certificate, lanes, power, records, streams
from refute.claim import Claim
from refute.description import describe
from refute.errors import RefuteError, described
from refute.evidence import wealth_of
from refute.exhibit import Exhibit
from refute.instance import Instance
from refute.judge import Ruling
from refute.montecarlo import means_beside
from refute.search import Lane, Search, judge_closest, run_lanes, warm_up
from refute.shrink import complexity, shrink
from refute.smallest import smallest

VACUOUS_BELOW = 0.001
STATEMENT_SHARE = 0.5
LEAST_SHARE = 0.25
SHRINK_SHARE = 0.3
MEANS_SHARE = 0.05
WEALTH_SHARE = 0.1
AGREEMENT_INSTANCES = 12
DEFAULT_BUDGET = 3.0


@dataclass(frozen=True)
class Options:
    """How to examine: ``budget`` seconds per claim, its mutants included.

    ``reports`` is the folder that certificates go to, ``database`` that of Hypothesis' examples; None keeps nothing.
    """

    budget: float = DEFAULT_BUDGET
    lanes: tuple[str, ...] = lanes.NAMES
    device: str = "cpu"
    seed: int = 0
    reports: Path | None = None
    database: Path | None = None

    @property
    def certificates(self) -> Path | None:
        return self.reports / "certificates" if self.reports is not None else None


Progress = Callable[[str, int, float], None]


def examine(claim: Claim, options: Options, progress: Progress | None = None) -> records.Claim:
    """The record of one claim; a claim that raises is ``broken`` with one sentence, never an exception."""
    warm_up()
    begun = time.perf_counter()
    try:
        return _examine(claim, options, progress, begun)
    except Exception as error:
        return broken(claim, sentence(error), options, time.perf_counter() - begun)


def sentence(error: Exception) -> str:
    """One sentence for an error: the engine's own text, or the type, text and place of any other."""
    if isinstance(error, RefuteError):
        return str(error)
    if isinstance(error, MemoryError):
        return "it ran out of memory"
    return described(error)


def _examine(claim: Claim, options: Options, progress: Progress | None, begun: float) -> records.Claim:
    search = start(claim, options, begun)
    agreed = compare(search, options, begun)
    search.deadline = max(search.deadline, time.perf_counter() + LEAST_SHARE * options.budget)
    run_lanes(search, in_order(claim, options.lanes), progress)
    judge_closest(search)
    wealth = None
    if claim.randomness and search.refutation is None:
        wealth = wealth_of(search, WEALTH_SHARE * options.budget, streams.Store(options.reports), options.seed)
    means = means_beside(search, budget=MEANS_SHARE * options.budget) if search.refutation is None else None
    refuted, path, found_by = None, None, ""
    if search.refutation is not None:
        instance, ruling, lane = search.refutation
        allowance = SHRINK_SHARE * options.budget
        found = shrink(claim, search.judge, instance, ruling, time.perf_counter() + allowance)
        instance, ruling = smallest(claim, found, search.seed, time.perf_counter() + allowance, options.device)
        instance, ruling, shown_from = simpler_of_stated(claim, search, (instance, ruling, lane))
        refuted, found_by = Exhibit(claim, instance, ruling, shown_from).record(), lane
        if options.certificates is not None:
            path = certificate.path_in(options.certificates, claim.id)
            certificate.write(certificate.issue(claim, instance, ruling), path)
    seed = search.seed
    end = max(begun + options.budget, time.perf_counter() + LEAST_SHARE * options.budget)
    mutants = power.hunt_mutants(claim, options.lanes, seed, end, options.device, options.certificates)
    needed = power.necessity(claim, options.lanes, seed, 0.05 * options.budget, options.device)
    lane_records = [lane.frozen() for lane in search.lanes]
    verdict, why = verdict_of(claim, search, mutants, wealth)
    gaps = [lane.closest_gap for lane in lane_records if lane.closest_gap is not None]
    return records.Claim(
        claim=claim.id, verdict=verdict, expect=claim.expect, as_expected=verdict == claim.expect, why=why,
        theorem=describe(claim), instances=sum(lane.instances for lane in lane_records),
        closest_gap=max(gaps) if gaps else None, ties=sum(lane.ties for lane in lane_records), lanes=lane_records,
        mutants=mutants, necessity=needed,
        exhausted=[
            records.Exhausted(sizes=dict(structure.sizes), choices=dict(structure.choices), instances=total)
            for structure, total in search.exhausted
        ],
        hazards=[item.record() for item in search.hazards],
        undecided=[item.record() for item in search.undecided], counterexample=refuted, found_by=found_by,
        certificate=f"certificates/{path.name}" if path else None, agreement=agreed, wealth=wealth, means=means,
        seconds=round(time.perf_counter() - begun, 3), device=options.device, seed=options.seed, budget=options.budget,
        date=now(),
    )  # fmt: skip


def simpler_of_stated(claim: Claim, search: Search, found: tuple[Instance, Ruling, str]) -> tuple[Instance, Ruling, str]:
    """The counterexample that the search found, or a simpler one among the instances that are stated with the claim."""
    best = found
    for stated in claim.replay:
        if claim.admits(stated) and complexity(stated) < complexity(best[0]):
            ruling = search.judge.rule(stated)
            if ruling.outcome == "violated":
                best = (stated, ruling, "replay")
    return best


def start(claim: Claim, options: Options, begun: float) -> Search:
    """The search on the statement of a claim, with its share of the budget."""
    share = STATEMENT_SHARE if claim.mutants else 1.0
    deadline = begun + options.budget * share
    seed = seed_of(claim.id, options.seed)
    return Search(claim, seed=seed, deadline=deadline, device=options.device, database=options.database)


def in_order(claim: Claim, names: Sequence[str]) -> list[Lane]:
    """The lanes of a claim; one that is known to be false replays last, so that its search shows power by itself."""
    running = list(lanes.chosen(names))
    return sorted(running, key=lambda lane: lane.name == "replay") if claim.expect == "refuted" else running


def compare(search: Search, options: Options, begun: float) -> records.Agreement:
    """Evaluator against oracle; raises `RefuteError` if they contradict each other or could not be compared at all."""
    agreed = agreement.compare(search, AGREEMENT_INSTANCES, begun + 0.1 * options.budget)
    if agreed.compared == 0:
        raise RefuteError(
            f"{search.claim.id}: evaluator and oracle could not be compared on any instance "
            f"({agreed.ill_conditioned} values were too ill-conditioned), so nothing vouches for the evaluator"
        )
    return agreed


def seed_of(identifier: str, seed: int) -> int:
    """A seed for one claim, the same on every machine."""
    return (zlib.crc32(identifier.encode()) * 1000003 + seed) % 2**31


def vacuity(search: Search) -> str:
    """Why a search says nothing because hypotheses were hardly ever met; empty if it does say something."""
    drawn = sum(lane.drawn for lane in search.lanes)
    instances = sum(lane.instances for lane in search.lanes)
    if instances == 0:
        return f"none of {drawn} drawn instances met the hypotheses and could be evaluated"
    shares = {lane.name: lane.met / lane.drawn for lane in search.lanes if lane.drawn}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < VACUOUS_BELOW:
        return f"at most {shares[best]:.2%} of the drawn instances met the hypotheses ({best} lane)"
    return ""


def verdict_of(claim: Claim, search: Search, mutants: Sequence[records.Mutant], wealth: records.Wealth | None) -> tuple[str, str]:
    """The verdict and one sentence why."""
    if search.refutation is not None and claim.trend:
        return "undecided", "a certified instance goes against the trend, but a trend cannot be refuted by one instance"
    missed = [mutant.name + (f" ({mutant.error})" if mutant.error else "") for mutant in mutants if not mutant.refuted]
    if search.refutation is not None:
        beside = f"; beside that, mutants not refuted: {'; '.join(missed)}" if missed else ""
        return "refuted", f"a certified instance violates the statement{beside}"
    if wealth is not None and wealth.refutes:
        where = f": {wealth.counterexample.reason}" if wealth.counterexample else ", though no single instance could be named"
        return "refuted", f"the wealth of a bet on fresh draws passed 1/alpha at the level alpha = {wealth.alpha:g}{where}"
    if why := undecidable(claim, search, wealth):
        return "undecided", why
    hollow = vacuity(search)
    if hollow:
        return "vacuous", hollow
    if search.undecided:
        return (
            "undecided",
            f"{len(search.undecided)} near misses are not decided, the first in the {search.undecided[0].lane} lane",
        )
    if missed:
        return "weak", f"mutants not refuted: {'; '.join(missed)}"
    if claim.randomness and not search.exact_means and wealth is not None:
        return "survived", f"a bet on {wealth.draws:,} fresh draws did not refute it"
    return "survived", f"{sum(lane.instances for lane in search.lanes):,} instances, none violates the statement"


def undecidable(claim: Claim, search: Search, wealth: records.Wealth | None) -> str:
    """Why neither exact means nor draws can decide a claim about means; empty if one of them can, and for any other claim."""
    if not claim.randomness or search.exact_means or wealth is not None:
        return ""
    why = betting.obstacle(claim) or "no bound of a mean leaves room for a bet on any instance"
    return f"it has no `expectation`, and {why}"


def broken(claim: Claim, why: str, options: Options, seconds: float) -> records.Claim:
    """The record of a claim that could not be examined."""
    return records.Claim(
        claim=claim.id, verdict="broken", expect=claim.expect, as_expected=False, why=why, theorem=describe(claim),
        seconds=round(seconds, 3), device=options.device, seed=options.seed, budget=options.budget, date=now(),
    )  # fmt: skip


def unloadable(identifier: str, why: str, options: Options) -> records.Claim:
    """The record of a claim file that does not load, or whose process died."""
    return records.Claim(
        claim=identifier, verdict="broken", expect="survived", as_expected=False, why=why, device=options.device,
        seed=options.seed, budget=options.budget, date=now(),
    )  # fmt: skip


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
