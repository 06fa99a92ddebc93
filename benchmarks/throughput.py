"""Instances per second of the sample lane, against a plain Hypothesis test and a hand-written torch loop of the same claim.

All three check Hadamard's inequality on Gaussian 8 x 8 float64 matrices, one determinant each, in one process, one after
the other, round after round; the printed ratios are medians over the rounds.  The last rate is that of the sample lane
with all the families that the catalogue draws matrices from.  ``python benchmarks/throughput.py [SECONDS]``.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refute import Claim, lanes
from refute.loader import load
from refute.search import Search, run_lanes

ROUNDS = 5
GAUSSIAN, EVERY_FAMILY = load(Path(__file__).with_name("hadamard.py"))


def engine(seconds: float, number: int, claim: Claim = GAUSSIAN) -> float:
    """Instances per second of the sample lane, its counting, histogram and judging included."""
    search = Search(claim, seed=number, deadline=time.perf_counter() + seconds)
    begun = time.perf_counter()
    run_lanes(search, lanes.chosen(["sample"]))
    assert search.refutation is None
    return search.lanes[0].instances / (time.perf_counter() - begun)


def torch_loop(seconds: float, number: int, batch: int = 8192) -> float:
    """What one would write by hand: draw, compare, keep the worst."""
    generator = torch.Generator().manual_seed(number)
    worst, done = -1.0, 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        x = torch.randn((batch, 8, 8), generator=generator, dtype=torch.float64)
        determinant = torch.linalg.det(x).abs()
        volume = torch.linalg.vector_norm(x, dim=1).prod(dim=1)
        gap = (determinant - volume) / (determinant + volume)
        worst = max(worst, float(gap.max()))
        done += batch
    assert worst < 1e-9
    return done / (time.perf_counter() - begun)


def plain_hypothesis(seconds: float, number: int) -> float:
    """A plain Hypothesis test over ``arrays(float64, (8, 8))`` with fill off."""
    done = 0
    deadline = time.perf_counter() + seconds

    @settings(
        max_examples=10**6,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @seed(number)
    @given(arrays(np.float64, (8, 8), elements=st.floats(-10, 10), fill=st.nothing()))
    def test(x: np.ndarray) -> None:
        nonlocal done
        if time.perf_counter() > deadline:
            raise KeyboardInterrupt
        done += 1
        volume = np.prod(np.linalg.norm(x, axis=0))
        assert abs(np.linalg.det(x)) <= volume * (1 + 1e-6) + 1e-300

    begun = time.perf_counter()
    with contextlib.suppress(KeyboardInterrupt):
        test()
    return done / (time.perf_counter() - begun)


def main(seconds: float) -> None:
    """Print rates and ratios with the bars of the design."""
    for measure in (engine, torch_loop, plain_hypothesis):
        measure(0.5, 0)
    rates = {"sample lane": [], "torch loop": [], "Hypothesis": [], "all families": []}
    for number in range(ROUNDS):
        rates["sample lane"].append(engine(seconds, number))
        rates["torch loop"].append(torch_loop(seconds, number))
        rates["Hypothesis"].append(plain_hypothesis(seconds, number))
        rates["all families"].append(engine(seconds, number, EVERY_FAMILY))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {ROUNDS} rounds of {seconds:g} s each")
    for name, values in rates.items():
        print(f"{name:<12} {statistics.median(values):>12,.0f} instances/s  (from {min(values):,.0f} to {max(values):,.0f})")
    lane, loop, plain = rates["sample lane"], rates["torch loop"], rates["Hypothesis"]
    against_loop = statistics.median(b / a for a, b in zip(lane, loop, strict=True))
    against_plain = statistics.median(a / b for a, b in zip(lane, plain, strict=True))
    print(f"time per instance, sample lane / torch loop: {against_loop:.2f}  (bar: at most 1.2)")
    print(f"rate, sample lane / Hypothesis:              {against_plain:,.0f}  (bar: at least 300)")
    print(f"rate of the sample lane:                     {statistics.median(lane):,.0f}/s  (bar: at least 100,000/s)")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
