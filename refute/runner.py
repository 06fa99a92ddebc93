"""The runner: claim files over worker processes, one verdict per claim whatever a claim does to its process.

Precision contexts are process-global, so workers are processes.  Each slot owns one spawned worker and a watchdog: a
claim that crashes, hangs or exhausts memory ends that worker alone and is *broken* for itself alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from refute import records
from refute.errors import ClaimError
from refute.examine import Options, Progress, examine, unloadable
from refute.loader import catalogue_root, identity, load

POLL_SECONDS = 0.1
START_SECONDS = 60.0
MEMORY_SHARE = 0.8


@dataclass(frozen=True)
class Limits:
    """When a worker is ended: ``seconds`` per claim, ``memory`` bytes of resident memory; None for the defaults."""

    seconds: float | None = None
    memory: int | None = None

    def for_run(self, options: Options, jobs: int) -> Limits:
        """The defaults filled in: five budgets and twenty seconds, and an equal part of most of the machine's memory."""
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
        memory = self.memory if self.memory is not None else int(MEMORY_SHARE * total / jobs)
        return Limits(self.seconds if self.seconds is not None else 5 * options.budget + 20, memory)


def run(
    paths: Sequence[Path],
    options: Options,
    jobs: int = 1,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Iterator[records.Claim]:
    """The record of every claim in the files, as each is finished.  Closing the iterator ends all workers."""
    waiting = list(paths)
    jobs = max(1, min(jobs, len(waiting)))
    bounds = (limits or Limits()).for_run(options, jobs)
    slots = [Slot(options, bounds) for _ in range(jobs)]
    try:
        while waiting or any(slot.path for slot in slots):
            for slot in slots:
                if slot.path is None and waiting:
                    slot.begin(waiting.pop(0))
            wait([slot.connection for slot in slots if slot.path], timeout=POLL_SECONDS)
            for slot in slots:
                yield from slot.poll(progress)
    finally:
        for slot in slots:
            slot.end()


def run_on(executor: Executor, paths: Sequence[Path], options: Options) -> Iterator[records.Claim]:
    """The same over any executor of processes (a cluster's, say), without a watchdog."""
    futures = {executor.submit(examine_file, path, options): path for path in paths}
    for future in as_completed(futures):
        try:
            yield from future.result()
        except Exception as error:
            yield unloadable(identity(futures[future]), f"its worker failed: {type(error).__name__}: {error}", options)


def examine_file(path: Path, options: Options) -> list[records.Claim]:
    """The records of the claims of one file."""
    return list(_records(path, options, lambda identifier: None, None))


def _records(path: Path, options: Options, begin: Callable[[str], None], progress: Progress | None) -> Iterator[records.Claim]:
    for record in _examined(path, options, begin, progress):
        yield located(record, path)


def located(record: records.Claim, path: Path) -> records.Claim:
    """The record of a claim from a file; a file outside the catalogue is named in it."""
    outside = not path.resolve().is_relative_to(catalogue_root() / "claims")
    return msgspec.structs.replace(record, file=str(path) if outside else "")


def _examined(path: Path, options: Options, begin: Callable[[str], None], progress: Progress | None) -> Iterator[records.Claim]:
    try:
        claims = load(path)
    except ClaimError as error:
        yield unloadable(identity(path), error.problem, options)
        return
    options = replace(options, device=resolved(options.device))
    for claim in claims:
        begin(claim.id)
        yield examine(claim, options, progress)


def resolved(device: str) -> str:
    """``auto`` as the device that this machine has."""
    if device != "auto":
        return device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


class Slot:
    """One worker process and its watchdog; ``path`` is the file it works on."""

    def __init__(self, options: Options, limits: Limits) -> None:
        self.options, self.limits = options, limits
        self.path: Path | None = None
        self.process: Any = None
        self.connection: Connection = None  # type: ignore[assignment]
        self.claim = ""
        self.deadline = 0.0

    def begin(self, path: Path) -> None:
        """Hand a file to the worker, a new one if there is none."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, far = context.Pipe()
            self.process = context.Process(target=serve, args=(far,), daemon=True)
            self.process.start()
            far.close()
        self.path, self.claim = path, ""
        self.deadline = time.monotonic() + START_SECONDS
        with contextlib.suppress(OSError):  # the worker is gone; poll says so
            self.connection.send((path, self.options))

    def poll(self, progress: Progress | None) -> Iterator[records.Claim]:
        """What the worker reported since the last poll, or the record of its end."""
        path = self.path
        if path is None:
            return
        try:
            while self.path is not None and self.connection.poll():
                kind, *content = self.connection.recv()
                if kind == "begin":
                    self.claim, self.deadline = content[0], time.monotonic() + (self.limits.seconds or 0)
                elif kind == "progress" and progress is not None:
                    progress(*content)
                elif kind == "record":
                    yield content[0]
                elif kind == "done":
                    self.path = None
            if self.path is None:
                return
            reason = self._overdrawn()
        except (EOFError, OSError):
            self.process.join(5)
            reason = death(self.process.exitcode)
        if reason:
            identifier = self.claim or identity(path)
            self.end()
            self.path = None
            yield located(unloadable(identifier, reason, self.options), path)

    def _overdrawn(self) -> str:
        if time.monotonic() > self.deadline:
            doing = "its examination" if self.claim else "the loading of its file"
            limit = self.limits.seconds if self.claim else START_SECONDS
            return f"it did not finish: {doing} was ended after {limit:.0f} s, so it may contain an endless loop"
        used = resident(self.process.pid)
        if self.limits.memory and used > self.limits.memory:
            allowed = self.limits.memory / 2**30
            return f"it used {used / 2**30:.1f} GiB of memory, but may use {allowed:.1f} GiB; its process was ended"
        return ""

    def end(self) -> None:
        """End the worker at once."""
        if self.process is not None:
            self.process.kill()
            self.process.join(5)
            self.connection.close()
            self.process = None


def serve(connection: Connection) -> None:
    """The worker's loop: files in, records out.  What claim files print goes to standard error.

    Torch gets one thread: the processors are shared out by workers, and waiting threads cost more than they bring.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)
    import torch

    torch.set_num_threads(1)
    while True:
        try:
            path, options = connection.recv()
        except EOFError:
            return

        def progress(identifier: str, instances: int, closest: float) -> None:
            connection.send(("progress", identifier, instances, closest))

        for record in _records(path, options, lambda identifier: connection.send(("begin", identifier)), progress):
            connection.send(("record", record))
        connection.send(("done",))


def death(code: int | None) -> str:
    """One sentence for the exit status of a worker that died."""
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        cause = {"SIGSEGV": ", a crash of native code", "SIGKILL": ", as when a machine runs out of memory"}.get(name, "")
        return f"its process died of {name}{cause}"
    return f"its process ended by itself with status {code}"


def resident(pid: int) -> int:
    """Resident memory of a process in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
