"""One search for a counterexample: what every lane shares.

A lane asks for structures, evaluates batches and proposes instances; the search keeps the evidence (counts,
histogram, closest instances), sends proposals to the judge at a bounded rate, and stops at a certified violation.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import sympy

from refute.claim import Claim
from refute.enumeration import has_exact_means
from refute.evaluation import ROUNDING, Tensors, gap_of, holds
from refute.exhibit import Exhibit
from refute.inputs import Sampler, choices_of, draws_of, join, parts_of, shape_of, tensors_of
from refute.instance import Instance, exact
from refute.judge import Judge, Ruling
from refute.namespace import namespace
from refute.structure import Structure, random_structure
from refute.tally import Tally

PILOT_DRAWS = 64
JUDGE_SHARE = 0.4
JUDGE_GRACE = 0.5
KEPT = 8
HAZARDS_EACH = 2
PROPOSED_PER_BATCH = 3
PROPOSED_PER_PILOT = 16
FAR_MEAN = -0.05
FAR_SHARE = 0.2
NEAR_MISS = -1e-6


class Lane(Protocol):
    """What a search asks of a lane; `refute.lanes` holds them."""

    name: str
    share: float

    def run(self, search: Search) -> None:
        """Search until `Search.over`."""


class Search:
    """The search on one claim (or one mutant); ``deadline`` is in `time.perf_counter` seconds."""

    def __init__(
        self,
        claim: Claim,
        *,
        seed: int,
        deadline: float,
        device: str = "cpu",
        judge: Judge | None = None,
        database: Path | None = None,
    ) -> None:
        self.claim, self.seed, self.device, self.database = claim, seed, device, database
        self.deadline = self.lane_deadline = deadline
        self.rng = random.Random(seed)
        self.sampler = Sampler(self.rng.getrandbits(48), device)
        self.xp = namespace(claim.backend)
        self.judge = judge or Judge(claim)
        self.lane = Tally("none")
        self.lanes: list[Tally] = []
        self.refutation: tuple[Instance, Ruling, str] | None = None
        self.hazards: list[Exhibit] = []
        self.undecided: list[Exhibit] = []
        self.closest: list[tuple[float, Instance]] = []
        self.judge_seconds = 0.0
        self.begun = time.perf_counter()
        self.exhausted: list[tuple[Structure, int]] = []
        self._enumerated: set[str] = set()
        self._seen: set[Any] = set()
        self._rounding = ROUNDING if self.claim.statement.atoms(sympy.Eq) else 0.0
        # pilot means are noise: where exact ones exist, floats only rank proposals, and rulings alone are evidence
        self.exact_means = has_exact_means(claim)
        # against an equality every pilot mean looks violated, so that rank says nothing
        self._proposed = PROPOSED_PER_PILOT if self.exact_means and self._rounding else PROPOSED_PER_BATCH
        self._ruled: set[Any] = set()

    # drawing ---------------------------------------------------------------------------------------------------

    def random_structure(self) -> Structure:
        """A structure at random, from the search's own seed."""
        return random_structure(self.claim, self.rng)

    def sample(self, structure: Structure, batch: int) -> dict[str, Any]:
        """Raw arrays of a batch, one family per input at random."""
        raw: dict[str, Any] = {}
        for name, source in self.claim.inputs.items():
            family = self.rng.choice(source.families)
            parts = source.sample(self.sampler, family, batch, structure.sizes, choices_of(name, structure.choices))
            raw |= {join(name, part): self.array(array) for part, array in parts.items()}
        return raw

    def array(self, values: Any) -> Any:
        """Raw values as an array of the claim's backend on the search's device, float64."""
        if self.claim.backend == "numpy":
            return np.asarray(values, dtype=np.float64)
        import torch

        return torch.as_tensor(values, dtype=torch.float64, device=self.device)

    def stack(self, instances: list[Instance]) -> dict[str, Any]:
        """Instances of one structure as a batch of float64 raw arrays."""
        names = instances[0].raw
        return {name: self.array(np.stack([item.raw[name].astype(np.float64) for item in instances])) for name in names}

    # evaluation ------------------------------------------------------------------------------------------------

    def evaluate(self, structure: Structure, raw: Mapping[str, Any]) -> tuple[Any, Any]:
        """Relative gaps and mask of the met hypotheses, ``(batch,)`` each; differentiable under torch."""
        tensors = self.quantities(structure, raw)
        return gap_of(self.claim.statement, tensors), holds(self.claim.hypotheses, tensors)

    def quantities(self, structure: Structure, raw: Mapping[str, Any]) -> Tensors:
        """The quantities of a batch, with fresh randomness where the claim declares any."""
        xp, claim, sizes = self.xp, self.claim, structure.sizes
        draws = PILOT_DRAWS if claim.randomness else 1
        if draws > 1:
            raw = {name: xp.repeat(array, draws, axis=0) for name, array in raw.items()}
        rows = int(next(iter(raw.values())).shape[0])
        objects = tensors_of(xp, claim.inputs, raw, sizes, structure.choices)
        objects |= draws_of(xp, claim.randomness, self.sampler, rows, sizes)
        return Tensors(claim, xp, claim.evaluated(xp, objects, sizes), sizes, draws)

    def observe(self, structure: Structure, raw: dict[str, Any], gap: Any, met: Any, distinct: bool = True) -> None:
        """Record an evaluated batch and propose its violating and closest instances to the judge.

        A gap below 0 counts as it is; one that floats see at or above 0 only once the judge has ruled, with its true value.
        Where exact means exist, no instance and no gap counts before the judge has ruled.
        """
        xp = self.xp
        finite = xp.isfinite(gap)
        counted = met & finite
        lane = self.lane
        total = int(gap.shape[0])
        number_met = int(xp.sum(xp.astype(met, xp.int64)))
        number = int(xp.sum(xp.astype(counted, xp.int64)))
        lane.drawn += total
        lane.met += number_met
        if self.exact_means:
            self._propose_best(
                structure, raw, xp.where(met, xp.where(finite, gap, xp.ones_like(gap)), xp.full_like(gap, -math.inf))
            )
            return
        if distinct and structure.key not in self._enumerated:
            lane.instances += self._distinct(structure, raw, counted, number)
        if number:
            gaps = xp.where(counted, gap, xp.full_like(gap, -float("inf")))
            if not self.claim.randomness:  # gaps of pilot means are noise
                short = xp.where(gaps < 0, gaps, xp.full_like(gap, -float("inf")))
                lane.reach(float(xp.max(short)), structure.sizes, structure.choices)
                lane.spread(xp.where((gaps > 0) & (gaps <= self._rounding), xp.zeros_like(gaps), gaps))
            self._propose_best(structure, raw, gaps)
        if number < number_met:
            self._propose_unfinished(structure, raw, met & ~finite)

    def enumerating(self, structure: Structure) -> None:
        """A lane is about to count every instance of a structure: none of them counts again when another draws it."""
        self._enumerated.add(structure.key)

    def first_sight(self, instance: Instance) -> bool:
        """Whether an instance is new to this search; it is known from now on."""
        key = instance.key()
        known = key in self._seen
        self._seen.add(key)
        return not known

    def _distinct(self, structure: Structure, raw: dict[str, Any], counted: Any, number: int) -> int:
        if not any(source.discrete for source in self.claim.inputs.values()):
            return number
        flat = [np.asarray(a.cpu() if hasattr(a, "cpu") else a).reshape(a.shape[0], -1) for a in raw.values()]
        rows = np.concatenate(flat, axis=1)[np.asarray(counted.cpu() if hasattr(counted, "cpu") else counted)]
        before = len(self._seen)
        self._seen |= {(structure.key, row.tobytes()) for row in np.unique(rows, axis=0)}
        return len(self._seen) - before

    def _propose_best(self, structure: Structure, raw: dict[str, Any], gaps: Any) -> None:
        for rank, (gap, position) in enumerate(_largest(gaps, self._proposed)):
            # the best of a batch is offered even if its evaluation outlasted the lane, or a slow machine would find nothing
            if gap == -float("inf") or self.refutation is not None or (rank and self.over()):
                break
            near = gap >= 0 or (self.claim.randomness and gap > FAR_MEAN)
            worth = near or (self.exact_means and self.judge_seconds < FAR_SHARE * (time.perf_counter() - self.begun))
            remembered = not self.exact_means and (len(self.closest) < KEPT or gap > self.closest[-1][0])
            if not worth and not remembered:
                break
            instance = self.instance(structure, raw, position)
            if remembered:
                self._remember(gap, instance)
            if worth:
                self.propose(instance, gap)
            if gap > NEAR_MISS and not self.over():
                self.propose_exactified(instance, gap)

    def _remember(self, gap: float, instance: Instance) -> None:
        self.closest = sorted([*self.closest, (gap, instance)], key=lambda pair: -pair[0])[:KEPT]

    def propose_exactified(self, instance: Instance, gap: float) -> None:
        """Offer a near miss to `Input.exactify` of every input, and to the judge what they solve for."""
        solved = repaired(self.claim, instance, "exactify")
        if solved is not None:
            self.propose(solved, gap)

    def _propose_unfinished(self, structure: Structure, raw: dict[str, Any], mask: Any) -> None:
        rows = np.flatnonzero(np.asarray(mask.cpu() if hasattr(mask, "cpu") else mask))[:2]
        for row in rows:
            try:
                instance = self.instance(structure, raw, int(row))
            except ValueError:
                continue
            ruling = self.propose(instance, float("nan"))
            if ruling is not None and ruling.outcome in ("holds", "tie", "violated"):
                self.lane.instances += 1

    def instance(self, structure: Structure, raw: Mapping[str, Any], row: int) -> Instance:
        """One row of a batch as an exact instance."""
        arrays = {}
        for name, source in self.claim.inputs.items():
            for part, shape in source.parts().items():
                array = raw[join(name, part)][row]
                array = array.detach().cpu().numpy() if hasattr(array, "detach") else np.asarray(array)
                arrays[join(name, part)] = exact(array.reshape(shape_of(shape, structure.sizes)))
        return Instance(dict(structure.sizes), dict(structure.choices), arrays)

    # the judge -------------------------------------------------------------------------------------------------

    def propose(self, instance: Instance, gap: float, force: bool = False) -> Ruling | None:
        """Send an instance to the judge unless it was ruled before or the judge's share of time is spent."""
        if self.refutation is not None:
            return None
        self.lane.proposed += 1
        spent = time.perf_counter() - self.begun
        if not force and self.judge_seconds > JUDGE_GRACE + JUDGE_SHARE * spent:
            return None
        key = instance.key()
        if key in self._ruled or not self.claim.admits(instance):
            return None
        self._ruled.add(key)
        ruling = self.judge.rule(instance)
        self.judge_seconds += ruling.seconds
        self.lane.judged += 1
        self._note(instance, ruling, gap)
        return ruling

    def _note(self, instance: Instance, ruling: Ruling, gap: float) -> None:
        exhibit = Exhibit(self.claim, instance, ruling, self.lane.name, gap)
        if self.exact_means:
            self._count_mean(instance, ruling, gap)
        elif not gap < 0 and ruling.outcome in ("violated", "holds", "tie"):
            true_gap = {"violated": ruling.gap, "tie": 0.0}.get(ruling.outcome, min(ruling.gap, 0.0))
            self.lane.reach(true_gap, instance.sizes, instance.choices)
        if ruling.outcome == "violated":
            self.refutation = (instance, ruling, self.lane.name)
        elif ruling.outcome == "tie":
            self.lane.ties += 1
        elif ruling.outcome == "undecided" and not np.isnan(gap) and len(self.undecided) < KEPT:  # NaN is no near miss
            self.undecided.append(exhibit)
        if ruling.outcome in ("holds", "tie") and not gap <= self._rounding and not self.claim.randomness:
            self.hazards = _worst_hazards([*self.hazards, exhibit])

    def _count_mean(self, instance: Instance, ruling: Ruling, gap: float) -> None:
        """Count an instance of a claim with exact means by its ruling; where it is open, the pilot gap is all there is."""
        if ruling.outcome not in ("violated", "holds", "tie", "open"):
            return
        if ruling.outcome != "open":
            gap = ruling.gap if ruling.outcome == "violated" else min(ruling.gap, 0.0)
        self.lane.instances += 1
        if math.isfinite(gap):
            self.lane.reach(gap, instance.sizes, instance.choices)
            self.lane.spread(np.asarray([gap]))
            self._remember(gap, instance)

    def over(self) -> bool:
        """Whether the lane should stop: refuted, or out of time."""
        return self.refutation is not None or time.perf_counter() > self.lane_deadline

    def enter(self, name: str, deadline: float) -> None:
        """Start the evidence of a lane that may run until ``deadline``."""
        self.lane = Tally(name)
        self.lanes.append(self.lane)
        self.lane_deadline = min(deadline, self.deadline)

    @property
    def evaluations(self) -> int:
        return sum(lane.drawn for lane in self.lanes)


def _largest(values: Any, count: int) -> list[tuple[float, int]]:
    """The largest entries of a vector with their positions, in falling order; on the vector's device."""
    count = min(count, int(values.shape[0]))
    if hasattr(values, "detach"):
        top, positions = values.detach().topk(count)
        return list(zip(top.tolist(), positions.tolist(), strict=True))
    order = np.argpartition(-values, count - 1)[:count]
    return [(float(values[i]), int(i)) for i in order[np.argsort(-values[order])]]


def _worst_hazards(hazards: list[Exhibit]) -> list[Exhibit]:
    """The worst `KEPT` hazards, at most `HAZARDS_EACH` of one structure; NaN, which floats say most loudly, first."""
    ordered = sorted(hazards, key=lambda hazard: -hazard.gap if hazard.gap == hazard.gap else -math.inf)
    seen: dict[str, int] = {}
    found = []
    for hazard in ordered:
        key = Structure(hazard.instance.sizes, hazard.instance.choices).key
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= HAZARDS_EACH:
            found.append(hazard)
    return found[:KEPT]


def warm_up() -> None:
    """Load what takes seconds to import, so that no claim pays for it out of its budget."""
    import hypothesis  # noqa: F401
    import torch  # noqa: F401


def run_lanes(search: Search, running: Sequence[Lane], progress: Callable[[str, int, float], None] | None = None) -> None:
    """Run lanes in order, each for its share of the time that is left; stop at a refutation."""
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
        if search.refutation is None and gap > NEAR_MISS:
            search.propose(instance, gap, force=True)


def repaired(claim: Claim, instance: Instance, method: str) -> Instance | None:
    """The instance after ``exactify`` or ``repair`` of every input, or None if none of them changes it."""
    raw = dict(instance.raw)
    for name, source in claim.inputs.items():
        parts = parts_of(name, source, instance.raw)
        found = getattr(source, method)(parts, instance.sizes, choices_of(name, instance.choices))
        if found is not None:
            raw |= {join(name, part): exact(array) for part, array in found.items()}
    changed = any(raw[name] is not array for name, array in instance.raw.items())
    return Instance(instance.sizes, instance.choices, raw) if changed else None
