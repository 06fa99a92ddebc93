"""The power of the search: every mutant of the catalogue, hunted by all lanes together and by each lane alone.

A task is a mutant; it is *solved* by a set of lanes only if all of its trials, each with a seed of its own, end in a
certified counterexample within the limit; hunting stops after the first trial that fails.  The table sorts tasks by
their slowest trial into the buckets 0.1, 1, 10 and 60 seconds.  No lane is given an answer: replay never takes part.

``python benchmarks/power.py [--seeds 10] [--limit 60] [--lane-limit 1] [--jobs 2] [--reports reports] [PATTERN…]`` writes
``power.md`` and ``power.jsonl`` into the reports folder, and ends with status 1 unless all lanes together solve all tasks.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from refute import lanes, power
from refute.loader import load, select

BUCKETS = (0.1, 1.0, 10.0, 60.0)
TOGETHER = "all lanes"


def tasks(patterns: list[str]) -> list[tuple[str, str, str]]:
    """Path, claim id and mutant name of every task."""
    found = []
    for path in select(patterns):
        for claim in load(path):
            found += [(str(path), claim.id, mutant.name) for mutant in claim.mutants]
    return found


def trial(path: str, identifier: str, name: str, names: tuple[str, ...], seeds: int, limit: float) -> dict[str, Any]:
    """All trials of one task with the given lanes."""
    import torch

    torch.set_num_threads(1)
    claim = next(item for item in load(Path(path)) if item.id == identifier)
    mutant = next(item for item in claim.mutants if item.name == name)
    slowest, evaluations, by, solved = 0.0, [], [], True
    for seed in range(seeds):
        found = power.hunt(claim, mutant, 100_003 * seed + 17, limit, names, shrink_seconds=0.0, bet=len(names) > 1)
        slowest = max(slowest, found.seconds)
        evaluations.append(found.evaluations)
        by.append(found.lane)
        if not found.refuted:
            solved = False
            break
    return {
        "claim": identifier, "mutant": name, "lanes": list(names), "solved": solved, "trials": len(by),
        "slowest": slowest, "evaluations": sorted(evaluations)[len(evaluations) // 2], "found_by": sorted(set(by) - {""}),
    }  # fmt: skip


def bucket(result: dict[str, Any]) -> str:
    if not result["solved"]:
        return "unsolved"
    return next((f"≤ {limit:g} s" for limit in BUCKETS if result["slowest"] <= limit), f"> {BUCKETS[-1]:g} s")


def markdown(results: dict[tuple[str, str], dict[str, dict[str, Any]]], seeds: int, limit: float, lane_limit: float) -> str:
    """The two tables: lanes by buckets, and one row per mutant."""
    columns = [TOGETHER, *lanes.POWER]
    labels = [*(f"≤ {value:g} s" for value in BUCKETS), "unsolved"]
    lines = [
        "# Power of the search",
        "",
        f"{len(results)} mutants, {seeds} seeds each. A mutant counts as solved only if all {seeds} trials end in a certified "
        f"counterexample; its bucket is that of its slowest trial. Limit per trial: {limit:g} s for all lanes together, "
        f"{lane_limit:g} s for one lane alone, where *unsolved* is no failure: lanes complement each other. (Mutants about means without "
        "exact ones, of which the catalogue has none, would be refuted by bets.) `make benchmark` repeats it.",
        "",
        "| lanes | " + " | ".join(labels) + " | solved |",
        "|---|" + "---:|" * (len(labels) + 1),
    ]
    for column in columns:
        found = [bucket(row[column]) for row in results.values()]
        counts = [str(found.count(label)) for label in labels]
        lines.append(
            f"| {column} | " + " | ".join(counts) + f" | {sum(row[column]['solved'] for row in results.values())}/{len(found)} |"
        )
    lines += [
        "",
        "| claim | mutant | " + " | ".join(columns) + " | median evaluations | found by |",
        "|---|---|" + "---|" * (len(columns) + 2),
    ]
    for (identifier, name), row in results.items():
        together = row[TOGETHER]
        cells = [bucket(row[column]) for column in columns]
        found_by = ", ".join(together["found_by"])
        label = name.replace("|", r"\|")
        lines.append(f"| `{identifier}` | {label} | " + " | ".join(cells) + f" | {together['evaluations']:,} | {found_by} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--lane-limit", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    options = parser.parse_args()
    results: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    chosen = [(TOGETHER, lanes.POWER, options.limit), *((name, (name,), options.lane_limit) for name in lanes.POWER)]
    options.reports.mkdir(parents=True, exist_ok=True)
    finished: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as executor:
        futures = [
            (task, column, executor.submit(trial, *task, names, options.seeds, limit))
            for task in tasks(options.patterns)
            for column, names, limit in chosen
        ]
        for (_, identifier, name), column, future in futures:
            row = results.setdefault((identifier, name), {})
            row[column] = future.result()
            if len(row) == len(chosen):
                print(f"{identifier}: {name}: " + ", ".join(f"{key} {bucket(value)}" for key, value in row.items()), flush=True)
                finished[identifier, name] = row
                text = markdown(dict(sorted(finished.items())), options.seeds, options.limit, options.lane_limit)
                (options.reports / "power.md").write_text(text)
                with (options.reports / "power.jsonl").open("a" if len(finished) > 1 else "w") as stream:
                    stream.writelines(json.dumps({"column": column, **result}) + "\n" for column, result in row.items())
    print(markdown(finished, options.seeds, options.limit, options.lane_limit).split("\n\n")[2])
    unsolved = [f"{identifier}: {name}" for (identifier, name), row in results.items() if not row[TOGETHER]["solved"]]
    print(f"not solved by all lanes together: {'; '.join(unsolved) or 'none'}")
    return 1 if unsolved else 0


if __name__ == "__main__":
    sys.exit(main())
