"""Evidence that outlives a run: what each run's fresh draws did to the wealth, one JSON line per claim and run.

A stream is named by the seed that made its draws.  The wealth of a claim is the product over its streams, so the lines
of shards and of successive runs are simply put together; a line that is there twice counts once.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from refute import records
from refute.claim import Claim

FILE = "evidence.jsonl"


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """What a player bets on: one target of the statement at one entry of the axes on one exact instance."""

    target: str
    entry: list[int]
    sizes: dict[str, int]
    choices: dict[str, str]
    raw: dict[str, Any]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One run's evidence on a claim: ``logs`` holds what its draws added to the logarithm of every wealth, ``(players, bets)``.

    ``fingerprint`` binds it to the claim and to the code that draws and evaluates; ``kept`` are the stakes of the players
    who were winning, by player, for the next run to go on with.
    """

    claim: str
    fingerprint: str
    seed: int
    draws: int
    logs: list[list[float]]
    kept: dict[str, Stake] = {}


class Store:
    """The streams of all claims in a folder of reports; without a folder nothing is read or kept."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / FILE if folder is not None else None

    def of(self, claim: Claim) -> list[Stream]:
        """The streams of a claim as it is now, each once, in the order of the file."""
        mark = fingerprint(claim)
        found = {s.seed: s for s in self._read() if s.claim == claim.id and s.fingerprint == mark}
        return list(found.values())

    def append(self, stream: Stream) -> None:
        if self.path is not None:
            records.append_line(msgspec.json.encode(stream), self.path)

    def _read(self) -> Iterator[Stream]:
        if self.path is None or not self.path.exists():
            return
        for line in self.path.read_bytes().splitlines():
            try:
                yield msgspec.json.decode(line, type=Stream)
            except msgspec.DecodeError:
                continue


def fresh_seed(claim: Claim, seed: int, streams: Sequence[Stream]) -> int:
    """The seed of the next stream of a claim: none that was used before, and the same for the same past."""
    used = {stream.seed for stream in streams}
    number = len(used)
    while True:
        text = f"{claim.id} {fingerprint(claim)} {seed} {number}"
        found = int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
        if found not in used:
            return found
        number += 1


def total(streams: Sequence[Stream], shape: tuple[int, int]) -> tuple[NDArray[np.float64], int]:
    """The sum of the logarithms of all streams, ``(players, bets)``, and of their draws; streams of another shape are left out."""
    logs, draws = np.zeros(shape), 0
    for stream in streams:
        if np.shape(stream.logs) == shape:
            logs, draws = logs + np.asarray(stream.logs), draws + stream.draws
    return logs, draws


def fingerprint(claim: Claim) -> str:
    """A hash of the claim's digest and of the source of what draws and evaluates: evidence does not outlive a change of either.

    It covers the modules of the evaluator, of the functions that it names, and of the inputs and laws.
    """
    names = claim.evaluate.__code__.co_names if hasattr(claim.evaluate, "__code__") else ()
    scope = getattr(claim.evaluate, "__globals__", {})
    used = [claim.evaluate, *(scope[name] for name in names if name in scope)]
    used += [type(source) for source in (*claim.inputs.values(), *claim.randomness.values())]
    files = {file for item in used if (file := _source_file(item)) is not None}
    text = claim.digest + "".join(sorted(_contents(file) for file in files))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _source_file(item: Any) -> str | None:
    try:
        return inspect.getsourcefile(item)
    except TypeError:  # a constant, or a built-in
        return None


def _contents(file: str) -> str:
    try:
        return Path(file).read_text()
    except OSError:
        return file
