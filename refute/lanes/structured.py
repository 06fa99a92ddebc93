"""Structured: Hypothesis draws sizes, choices and small readable instances, climbs with ``target`` and shrinks."""

from __future__ import annotations

import contextlib
import math
import time
from typing import Any

from refute.inputs import choices_of, join, shape_of
from refute.instance import Instance, exact
from refute.search import NEAR_MISS, Search
from refute.structure import Structure, options

EXAMPLES = 10_000
SHRINK_SECONDS = 0.5


class Violation(AssertionError):
    """A certified violation: the failure that Hypothesis shrinks, every step of it ruled by the judge."""


class Finished(KeyboardInterrupt):
    """The search is over: the one kind of exception that Hypothesis passes on at once instead of replaying."""


class Structured:
    name = "structured"
    share = 0.25

    def run(self, search: Search) -> None:
        round_number = 0
        while not search.over():
            round_number += 1
            Round(search).run(search.seed * 1000 + round_number)


class Round:
    """One Hypothesis test of the claim; after a violation its further calls are shrinking steps."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.shrink_until = math.inf

    def run(self, seed: int) -> None:
        import hypothesis
        from hypothesis import HealthCheck, Phase, given, settings, strategies

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=_examples(self.search),
            suppress_health_check=list(HealthCheck),
            phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.seed(seed)
        @given(strategies.data())
        def examine(data: Any) -> None:
            if self._violated(data.draw):
                raise Violation  # at one place for all steps: Hypothesis tells failures apart by where they are raised

        with contextlib.suppress(Finished, Violation, hypothesis.errors.Unsatisfiable):
            try:
                examine()
            except hypothesis.errors.FlakyStrategyDefinition:
                if not self.search.over():  # else `Finished` in Hypothesis' last replay, which it takes for a shorter draw
                    raise

    def _violated(self, draw: Any) -> bool:
        import hypothesis

        if self.shrink_until < math.inf:
            return self._shrinking_step(draw)
        if self.search.over():
            raise Finished
        instance = draw_instance(self.search, draw)
        gap = self._observed(instance)
        hypothesis.event("hypotheses met" if gap > -math.inf else "hypotheses not met")
        if self.search.refutation is not None:
            self.shrink_until = time.perf_counter() + SHRINK_SECONDS
            return True
        if math.isfinite(gap):
            hypothesis.target(max(gap, -1.0), label="relative gap")
        return False

    def _observed(self, instance: Instance) -> float:
        search = self.search
        structure = Structure(instance.sizes, instance.choices)
        raw = search.stack([instance])
        gap, met = search.evaluate(structure, raw)
        search.observe(structure, raw, gap, met, distinct=search.first_sight(instance))
        return float(gap[0]) if bool(met[0]) else -math.inf

    def _shrinking_step(self, draw: Any) -> bool:
        search = self.search
        if time.perf_counter() > self.shrink_until:
            raise Finished
        instance = draw_instance(search, draw)
        if not search.claim.admits(instance):
            return False
        gap, _ = search.evaluate(Structure(instance.sizes, instance.choices), search.stack([instance]))
        if gap[0] < NEAR_MISS and not search.exact_means:
            return False
        ruling = search.judge.rule(instance)
        if ruling.outcome != "violated":
            return False
        search.refutation = (instance, ruling, Structured.name)
        return True


def draw_instance(search: Search, draw: Any) -> Instance:
    """One instance through Hypothesis: sizes, choices, then the raw arrays of every input."""
    from hypothesis import strategies

    sizes: dict[str, int] = {}
    for name in search.claim.sizes:
        low, high = search.claim.size_range(name, sizes)
        sizes[name] = draw(strategies.integers(low, high))
    choices = {name: draw(strategies.sampled_from(options)) for name, options in options(search.claim)}
    raw = {}
    for name, source in search.claim.inputs.items():
        parts = source.draw(draw, sizes, choices_of(name, choices))
        for part, shape in source.parts().items():
            raw[join(name, part)] = exact(parts[part]).reshape(shape_of(shape, sizes))
    return Instance(sizes, choices, raw)


def _examples(search: Search) -> Any:
    """Hypothesis' example database of one claim, scoped to its statement; None keeps nothing."""
    if search.database is None:
        return None
    from hypothesis.database import DirectoryBasedExampleDatabase

    return DirectoryBasedExampleDatabase(search.database / search.claim.id.replace("/", ".") / search.claim.digest[:16])
