"""Ascent: batched multi-start gradient ascent on the scale-free gap.

A step costs overhead, not arithmetic, so hundreds of starts climb together: fresh samples, corners, and the closest
instances so far. Hypotheses that are not met cost a penalty in proportion to their own gaps. Every step's batch
counts as evaluated; the best are offered to `Input.exactify` and `repair`.
"""

from __future__ import annotations

import math
from typing import Any

from refute.evaluation import excess_of, gap_of, holds
from refute.inputs import join, parts_of
from refute.lanes.corners import corner_instances
from refute.search import Search, repaired
from refute.structure import Structure

STARTS = 256
STEPS = 120
RATES = (0.3, 0.03, 0.003)
DECAY = (0.9, 0.999)
PENALTY = 4.0
RESTART = 0.5


class Ascent:
    name = "ascent"
    share = 0.25

    def run(self, search: Search) -> None:
        if search.claim.backend != "torch":
            search.lane.error = "the evaluator is not differentiable: its backend is numpy"
            return
        round_number = 0
        while not search.over():
            structure = search.random_structure()
            if search.closest and search.rng.random() < RESTART:
                nearest = search.closest[search.rng.randrange(len(search.closest))][1]
                structure = Structure(nearest.sizes, nearest.choices)
            try:
                self._climb(search, structure, RATES[round_number % len(RATES)])
            except NotDifferentiable as error:
                search.lane.error = str(error)
                return
            round_number += 1

    def _climb(self, search: Search, structure: Structure, rate: float) -> None:
        import torch

        start = self._starts(search, structure)
        scale = {name: torch.maximum(array.abs(), _spread(array)) for name, array in start.items()}
        free = {name: torch.zeros_like(array, requires_grad=True) for name, array in start.items()}
        first = {name: torch.zeros_like(array) for name, array in start.items()}
        second = {name: torch.zeros_like(array) for name, array in start.items()}
        for step in range(1, STEPS + 1):
            if search.over():
                return
            raw = self._clamped(search, structure, {n: start[n] + scale[n] * free[n] for n in start})
            tensors = search.quantities(structure, raw)
            gap, met = gap_of(search.claim.statement, tensors), holds(search.claim.hypotheses, tensors)
            if not gap.requires_grad:
                raise NotDifferentiable("the evaluator is not differentiable in its inputs")
            detached = {name: array.detach() for name, array in raw.items()}
            search.observe(structure, detached, gap.detach(), met)
            objective = gap - PENALTY * excess_of(search.claim.hypotheses, tensors)
            objective = torch.where(torch.isfinite(objective), objective, torch.zeros_like(objective))
            gradients = torch.autograd.grad(objective.sum(), list(free.values()), allow_unused=True)
            speed = rate * 0.5 * (1 + math.cos(math.pi * step / STEPS))
            with torch.no_grad():
                for name, gradient in zip(free, gradients, strict=True):
                    if gradient is None:
                        continue
                    gradient = torch.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0)
                    first[name].mul_(DECAY[0]).add_(gradient, alpha=1 - DECAY[0])
                    second[name].mul_(DECAY[1]).addcmul_(gradient, gradient, value=1 - DECAY[1])
                    mean = first[name] / (1 - DECAY[0] ** step)
                    root = (second[name] / (1 - DECAY[1] ** step)).sqrt() + 1e-30
                    free[name].add_(mean / root, alpha=speed)
        self._exactify(search, structure, detached, gap.detach())

    def _starts(self, search: Search, structure: Structure) -> dict[str, Any]:
        import torch

        raw = search.sample(structure, STARTS)
        wanted = (structure.sizes, structure.choices)
        near = [item for _, item in search.closest if (item.sizes, item.choices) == wanted]
        near += [item for item, _ in zip(corner_instances(search, structure), range(32), strict=False)]
        if near:
            stacked = search.stack(near)
            jitter = {name: array + 0.05 * _spread(array) * torch.randn_like(array) for name, array in stacked.items()}
            raw = {name: torch.cat([raw[name], stacked[name], jitter[name]]) for name in raw}
        return {name: array.detach().clone() for name, array in self._clamped(search, structure, raw).items()}

    def _clamped(self, search: Search, structure: Structure, raw: dict[str, Any]) -> dict[str, Any]:
        clamped: dict[str, Any] = {}
        for name, source in search.claim.inputs.items():
            parts = source.clamp(search.xp, parts_of(name, source, raw))
            clamped |= {join(name, part): array for part, array in parts.items()}
        return clamped

    def _exactify(self, search: Search, structure: Structure, raw: dict[str, Any], gap: Any) -> None:
        for row in gap.argsort(descending=True)[:4].tolist():
            try:
                instance = search.instance(structure, raw, int(row))
            except ValueError:
                continue
            for method in ("exactify", "repair"):
                found = repaired(search.claim, instance, method)
                if found is not None and not search.over():
                    search.propose(found, float(gap[row]))


class NotDifferentiable(Exception):
    """The gap does not depend differentiably on the raw arrays."""


def _spread(array: Any) -> Any:
    """A typical magnitude per instance, so that zero entries can move."""
    flat = array.abs().reshape(array.shape[0], -1)
    typical = flat.mean(dim=1).clamp_min(1e-3) * 0.1
    return typical.reshape(-1, *([1] * (array.dim() - 1))) + array * 0
