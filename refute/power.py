"""Power: every mutant through the same lanes as its claim, none of which is given an answer.

A mutant that the time at hand does not refute falls back on its stored killer, the certificate that an earlier hunt
left; the record then says *replayed*.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from refute import certificate, lanes, records
from refute.claim import Claim, Mutant
from refute.enumeration import has_exact_means
from refute.errors import RefuteError
from refute.evidence import wealth_of
from refute.exhibit import Exhibit
from refute.instance import Instance
from refute.judge import Judge, Ruling
from refute.search import Search, judge_closest, run_lanes, warm_up
from refute.shrink import shrink

ATTEMPTS = 3
FIRST_ALLOWANCE = 0.3
OVERTIME = 3.0
SHRINK_SECONDS = 0.3
CAP_BITS = 512
BET = "bet"
WORDS = {
    "inputs": "inputs", "sizes": "sizes", "axes": "range of the axes", "randomness": "randomness", "evaluate": "quantities",
    "oracle": "quantities", "expectation": "means", "definitions": "meaning of the quantities",
}  # fmt: skip
BEFORE_BET = 0.5


def hunt_mutants(
    claim: Claim, names: Sequence[str], seed: int, deadline: float, device: str = "cpu", stored: Path | None = None
) -> list[records.Mutant]:
    """Every mutant, sharing the time until ``deadline``; the stubborn ones up to `ATTEMPTS` times with fresh seeds, also for
    up to `OVERTIME` seconds more: a verdict of *weak* should not come from a busy machine.

    ``stored`` is a folder of certificates: killers are read from it, and first ones written to it.
    """
    found: dict[str, records.Mutant] = {}
    for attempt in range(ATTEMPTS):
        waiting = [mutant for mutant in claim.mutants if mutant.name not in found or not found[mutant.name].refuted]
        for position, mutant in enumerate(waiting):
            left = deadline - time.perf_counter()
            if left < -OVERTIME and attempt:
                break
            allowance = max(FIRST_ALLOWANCE * 2**attempt, left / (len(waiting) - position) / (ATTEMPTS - attempt))
            found[mutant.name] = hunt(claim, mutant, seed + 7919 * attempt, allowance, names, device, stored)
    return [found[mutant.name] for mutant in claim.mutants]


def hunt(
    claim: Claim,
    mutant: Mutant,
    seed: int,
    seconds: float,
    names: Sequence[str] = lanes.POWER,
    device: str = "cpu",
    stored: Path | None = None,
    shrink_seconds: float = SHRINK_SECONDS,
    bet: bool = True,
) -> records.Mutant:
    """One hunt for one mutant by the given lanes (never by replay), then its stored killer if there is one.

    Unless ``bet`` is false, a mutant about means without exact ones is bet against in the second half of the time, and
    counts as refuted (by the lane `BET`) if an instance is named.  What is found is shrunk for ``shrink_seconds`` more,
    which the record's ``seconds`` do not count.
    """
    warm_up()
    begun = time.perf_counter()
    subject = claim.mutated(mutant)
    betting = bet and bool(subject.randomness) and not has_exact_means(subject)
    deadline = begun + (BEFORE_BET if betting else 1.0) * seconds
    search = Search(subject, seed=seed, deadline=deadline, device=device, judge=Judge(subject, cap=CAP_BITS))
    error, named = "", None
    try:
        run_lanes(search, lanes.chosen([name for name in names if name in lanes.POWER]))
        judge_closest(search)
        if betting and search.refutation is None:
            named = _bet_against(search, (1 - BEFORE_BET) / 2 * seconds)
    except Exception as problem:  # whatever a mutant does to its evaluator is on its record, and the others are hunted on
        error = f"{type(problem).__name__}: {problem}"
    elapsed = time.perf_counter() - begun
    example, lane, replayed = named, BET if named is not None else "", False
    if search.refutation is not None:
        instance, ruling, lane = search.refutation
        instance, ruling = shrink(subject, search.judge, instance, ruling, time.perf_counter() + shrink_seconds)
        example = Exhibit(subject, instance, ruling, lane).record()
        if stored is not None:
            _keep(claim, mutant, instance, ruling, stored)
    elif named is None and stored is not None:
        example = _replayed(claim, mutant, stored)
        replayed = example is not None
        lane = "replay" if replayed else ""
    return records.Mutant(
        name=mutant.name, because=mutant.because, latex=subject.latex(),
        hypotheses=[subject.latex(item) for item in mutant.overrides.get("hypotheses", ())],
        differs=sorted({WORDS[name] for name in mutant.overrides if name in WORDS}),
        refuted=example is not None, lane=lane,
        evaluations=search.evaluations, seconds=round(elapsed, 4), replayed=replayed, counterexample=example, error=error,
    )  # fmt: skip


def _bet_against(search: Search, seconds: float) -> records.Shown | None:
    """The instance that fresh draws refute, named and confirmed within twice ``seconds``; None if the wealth does not."""
    wealth = wealth_of(search, seconds, seed=search.seed)
    return wealth.counterexample if wealth is not None else None


def _keep(claim: Claim, mutant: Mutant, instance: Instance, ruling: Ruling, stored: Path) -> None:
    """Store the first killer of a mutant, or replace one that is for another statement."""
    path = certificate.path_in(stored, claim.id, mutant.name)
    try:
        if certificate.read(path).statement_hash == claim.mutated(mutant).digest:
            return
    except RefuteError:
        pass
    certificate.write(certificate.issue(claim.mutated(mutant), instance, ruling, mutant=mutant.name), path)


def _replayed(claim: Claim, mutant: Mutant, stored: Path) -> records.Shown | None:
    path = certificate.path_in(stored, claim.id, mutant.name)
    if not path.exists():
        return None
    try:
        known = certificate.read(path)
        ruling = certificate.verify(known, claim)
        subject = claim.mutated(mutant)
        return Exhibit(subject, certificate.rebuild(known, subject), ruling, "replay").record()
    except RefuteError:
        return None


def necessity(claim: Claim, names: Sequence[str], seed: int, seconds: float, device: str = "cpu") -> list[records.Necessity]:
    """Drop each hypothesis that ``without`` names, widen the inputs as it says, and search."""
    found = []
    for hypothesis, inputs in claim.without.items():
        kept = [other for other in claim.hypotheses if other != hypothesis]
        dropped = Mutant(
            f"without {hypothesis}", because="is the hypothesis needed?", hypotheses=kept, inputs={**claim.inputs, **inputs}
        )
        result = hunt(claim, dropped, seed, seconds, names, device)
        found.append(
            records.Necessity(
                hypothesis=claim.latex(hypothesis),
                needed=result.refuted,
                lane=result.lane,
                evaluations=result.evaluations,
                seconds=result.seconds,
                counterexample=result.counterexample,
            )
        )
    return found
