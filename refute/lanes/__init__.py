"""The search lanes: one protocol, one file each.

A lane is a class with a ``name``, a ``share`` of the search's time, and ``run(search)``, which evaluates instances
and records them with ``search.observe`` or ``search.propose`` until ``search.over()``.
"""

from __future__ import annotations

from collections.abc import Sequence

from refute.lanes.ascent import Ascent
from refute.lanes.corners import Corners
from refute.lanes.replay import Replay
from refute.lanes.sample import Sample
from refute.lanes.structured import Structured
from refute.search import Lane

ALL: tuple[Lane, ...] = (Replay(), Corners(), Sample(), Ascent(), Structured())
NAMES = tuple(lane.name for lane in ALL)
POWER = tuple(name for name in NAMES if name != "replay")


def chosen(names: Sequence[str]) -> tuple[Lane, ...]:
    """The lanes of the given names, in the order in which they run."""
    return tuple(lane for lane in ALL if lane.name in names)


__all__ = ["ALL", "NAMES", "POWER", "Ascent", "Corners", "Lane", "Replay", "Sample", "Structured", "chosen"]
