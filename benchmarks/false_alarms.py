"""How often the e-process refutes a true claim, and how many draws it needs against a false one.

Laws with mean exactly the bound, many simulated runs each, a look after every draw: the share of runs that refute at any
time must not exceed alpha, whatever the law.  Beside it a test that is not made for looking: the z-test, repeated
after every draw.  ``python benchmarks/false_alarms.py [--runs 20000] [--draws 1000] [--write docs/verdicts.md]``
prints the tables, or puts them between the marks of a page.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from refute.eprocess import ALPHA, EProcess, interval, log_factors, log_mean

Draw = Callable[[np.random.Generator, Any], Any]

LAWS: dict[str, Draw] = {
    "constant": lambda rng, shape: np.ones(shape),
    "0 or 2, a fair coin": lambda rng, shape: 2.0 * rng.integers(0, 2, shape),
    "100 with probability 1/100": lambda rng, shape: 100.0 * (rng.random(shape) < 0.01),
    "exponential": lambda rng, shape: rng.exponential(size=shape),
    "log-normal, σ = 2": lambda rng, shape: np.exp(2 * rng.normal(size=shape) - 2),
    "4th power of exponential": lambda rng, shape: rng.exponential(size=shape) ** 4 / 24,
    "Pareto 1.5, no variance": lambda rng, shape: (1 + rng.pareto(1.5, size=shape)) / 3,
    "Pareto 1.05, hardly a mean": lambda rng, shape: (1 + rng.pareto(1.05, size=shape)) / 21,
}
LEVELS = (0.1, 0.01, 0.001)
EXCESSES = (1.01, 1.1, 2.0)
CHUNK, LONGEST = 500, 4_000_000
SEED = 20260101
MARKS = "<!-- false alarms: {} (benchmarks/false_alarms.py) -->"


def most_wealth(ratios: Any) -> Any:
    """For each row of ratios the largest logarithm of the wealth after any number of its draws."""
    logs = np.cumsum(log_factors(ratios), axis=-1)
    return log_mean(np.moveaxis(logs, 0, -1)).max(axis=-1)


def most_deviation(ratios: Any) -> Any:
    """For each row the largest z-score of its mean against 1, from the tenth draw on: what a repeated z-test looks at."""
    count = np.arange(1, ratios.shape[1] + 1)
    mean = ratios.cumsum(axis=1) / count
    spread = np.sqrt(np.maximum((ratios**2).cumsum(axis=1) / count - mean**2, 1e-300))
    return ((mean - 1) * np.sqrt(count) / spread)[:, 9:].max(axis=1)


def rates(draw: Draw, runs: int, draws: int) -> tuple[list[float], float]:
    """The share of runs that the e-process refutes at each of `LEVELS`, and the share that the z-test at 5 % rejects."""
    rng = np.random.default_rng(SEED)
    found, rejected = np.zeros(len(LEVELS)), 0
    for _ in range(runs // CHUNK):
        ratios = draw(rng, (CHUNK, draws))
        wealth = most_wealth(ratios)
        found += [(wealth >= -math.log(level)).sum() for level in LEVELS]
        rejected += int((most_deviation(ratios) >= 1.6449).sum())
    return list(found / (runs // CHUNK * CHUNK)), rejected / (runs // CHUNK * CHUNK)


def missed(draw: Draw, level: float, runs: int = 400, looks: int = 20, apart: int = 50) -> float:
    """The share of runs in which a confidence sequence at ``level`` ever misses the mean."""
    rng, found = np.random.default_rng(SEED), 0
    for _ in range(runs):
        values = draw(rng, looks * apart)
        found += any(interval(values[: k * apart], 0.0, None, level)[0] > 1 for k in range(1, looks + 1))
    return found / runs


def draws_to_refute(draw: Draw, excess: float) -> int | None:
    """How many draws whose mean is ``excess`` times the bound refute it at the level `ALPHA`."""
    rng, process = np.random.default_rng(SEED), EProcess()
    while process.draws < LONGEST:
        process.bet(excess * draw(rng, max(10, process.draws // 50)))
        if process.refutes:
            return process.draws
    return None


def tables(runs: int, draws: int) -> str:
    """Both tables as Markdown."""
    heads = " | ".join(f"α = {level:g}" for level in LEVELS)
    lines = [f"Share of {runs:,} runs that ever refute a true claim, looking after each of {draws:,} draws:", ""]
    lines += [f"| law of q / bound, mean 1 | {heads} | interval at 0.1 misses | repeated z-test at 0.05 |"]
    lines += ["|---|" + "--:|" * (len(LEVELS) + 2)]
    for name, draw in LAWS.items():
        shares, naive = rates(draw, runs, draws)
        cells = [f"{share:.5f}" for share in shares] + [f"{missed(draw, 0.1):.3f}", f"{naive:.3f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", f"Draws until a claim whose mean exceeds its bound is refuted at α = {ALPHA:g}:", ""]
    lines += ["| law | " + " | ".join(f"{excess:g} times the bound" for excess in EXCESSES) + " |"]
    lines += ["|---|" + "--:|" * len(EXCESSES)]
    for name, draw in LAWS.items():
        if name != "constant":
            found = [draws_to_refute(draw, excess) for excess in EXCESSES]
            lines.append(f"| {name} | " + " | ".join(f"{n:,}" if n else f"over {LONGEST:,}" for n in found) + " |")
    return "\n".join(lines)


def between_marks(page: str, text: str) -> str:
    """The page with the text between its two marks."""
    begin, end = MARKS.format("begin"), MARKS.format("end")
    if begin not in page or end not in page:
        raise ValueError(f"the page lacks the marks {begin} and {end}")
    return page[: page.index(begin)] + f"{begin}\n{text}\n{end}" + page[page.index(end) + len(end) :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--write", type=Path, help="a page whose tables are replaced")
    options = parser.parse_args()
    text = tables(options.runs, options.draws)
    print(text)
    if options.write:
        options.write.write_text(between_marks(options.write.read_text(), text))


if __name__ == "__main__":
    main()
