"""Replay: instances printed in papers or stored by earlier runs, judged first; power never counts this lane."""

from __future__ import annotations

from refute.search import Search


class Replay:
    name = "replay"
    share = 0.1

    def run(self, search: Search) -> None:
        for instance in search.claim.replay:
            if search.over():
                return
            search.lane.drawn += 1
            ruling = search.propose(instance, 0.0, force=True)
            if ruling is not None and ruling.outcome not in ("unmet", "open"):
                search.lane.met += 1
                search.lane.instances += not search.exact_means  # else counted by its ruling
