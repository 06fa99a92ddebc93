"""Structured: Hypothesis draws sizes, choices and small readable instances, climbs with ``target`` and shrinks."""

from __future__ import annotations

import contextlib
import math
from typing import Any

from refute.inputs import join, shape_of
from refute.instance import Instance, exact
from refute.judge import choices_of
from refute.search import Search, Structure

ROUND = 100


class Finished(KeyboardInterrupt):
    """The search is over: the one kind of exception that Hypothesis passes on at once instead of replaying."""


class Structured:
    name = "structured"
    share = 0.25

    def run(self, search: Search) -> None:
        round_number = 0
        while not search.over():
            round_number += 1
            self._round(search, search.seed * 1000 + round_number)

    def _round(self, search: Search, seed: int) -> None:
        import hypothesis
        from hypothesis import HealthCheck, Phase, given, settings, strategies
        from hypothesis.database import InMemoryExampleDatabase

        @settings(
            max_examples=ROUND,
            deadline=None,
            database=InMemoryExampleDatabase(),
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.target],
            report_multiple_bugs=False,
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.seed(seed)
        @given(strategies.data())
        def examine(data: Any) -> None:
            if search.over():
                raise Finished
            instance = draw_instance(search, data.draw)
            gap = self._examine(search, instance)
            if math.isfinite(gap):
                hypothesis.target(max(gap, -1.0), label="relative gap")

        with contextlib.suppress(Finished, hypothesis.errors.Unsatisfiable):
            examine()

    def _examine(self, search: Search, instance: Instance) -> float:
        structure = Structure(instance.sizes, instance.choices)
        raw = search.stack([instance])
        gap, met = search.evaluate(structure, raw)
        fresh = instance.key() not in search._seen
        search._seen.add(instance.key())
        search.observe(structure, raw, gap, met, distinct=fresh)
        return float(gap[0]) if bool(met[0]) else -1.0


def draw_instance(search: Search, draw: Any) -> Instance:
    """One instance through Hypothesis: sizes, choices, then the raw arrays of every input."""
    from hypothesis import strategies

    sizes: dict[str, int] = {}
    for name in search.claim.sizes:
        low, high = search.claim.size_range(name, sizes)
        sizes[name] = draw(strategies.integers(low, high))
    choices = {name: draw(strategies.sampled_from(options)) for name, options in search.options()}
    raw = {}
    for name, source in search.claim.inputs.items():
        parts = source.draw(draw, sizes, choices_of(name, choices))
        for part, shape in source.parts().items():
            raw[join(name, part)] = exact(parts[part]).reshape(shape_of(shape, sizes))
    return Instance(sizes, choices, raw)
