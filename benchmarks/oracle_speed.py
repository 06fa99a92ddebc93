"""Balls against mpmath at 50 digits, and the time to certify a candidate, in one process.

``python benchmarks/oracle_speed.py`` prints medians in milliseconds and their ratios: for single operations on random
double entries, and for the oracles of catalogue claims on one random instance each.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from refute.arithmetic import Certifying, Reference
from refute.claim import accepted
from refute.instance import Instance, exact
from refute.judge import Judge, exact_arguments
from refute.loader import load, select
from refute.search import Search

BITS, DIGITS = 168, 50
ORACLES = (
    "attention/lse_third", "batchnorm/gap_contraction", "isometry/normalization", "isometry/kappa_case1",
    "optimization/gd_convex_value_triples", "transformers/forward_td0",
)  # fmt: skip


def milliseconds(function: Callable[[], Any], seconds: float = 0.5) -> float:
    """Median time of a call over about ``seconds``, at least three calls."""
    times: list[float] = []
    begun = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begun < seconds:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def operations(n: int) -> None:
    """Determinants and solves of an n x n matrix of balls and of mpmath numbers."""
    rng = np.random.default_rng(n)
    entries, right = exact(rng.standard_normal((n, n))), exact(rng.standard_normal(n))
    balls, ref = Certifying(BITS), Reference(DIGITS)
    one = balls.sqrt(2) * balls.sqrt(2) / 2
    ball_matrix = balls.matrix(entries.tolist()) * one
    ball_right = balls.matrix(right.tolist()) * one
    mp_matrix, mp_right = ref.matrix(entries.tolist()), ref.matrix(right.tolist())
    exact_matrix = balls.matrix(entries.tolist())
    cases = {
        "determinant": (lambda: balls.det(ball_matrix), lambda: ref.det(mp_matrix)),
        "solve": (lambda: balls.lu_solve(ball_matrix, ball_right), lambda: ref.lu_solve(mp_matrix, mp_right)),
        "determinant, exact rational": (lambda: balls.det(exact_matrix), lambda: ref.det(mp_matrix)),
    }
    for name, (ball, mpmath) in cases.items():
        row(f"{n}x{n} {name}", milliseconds(ball), milliseconds(mpmath), "(bar: 15)" if "exact" not in name else "")


def oracle(identifier: str) -> None:
    """One oracle on one random instance in both arithmetics."""
    claim = load(select([identifier])[0])[0]
    search = Search(claim, seed=1, deadline=time.perf_counter())
    structure = search.random_structure()
    instance = search.instance(structure, search.sample(structure, 1), 0)

    def run(mp: Any) -> Any:
        arguments = {**exact_arguments(claim, mp, instance), **instance.sizes}
        return claim.oracle(mp, **accepted(claim.oracle, arguments))

    row(
        f"oracle {identifier} {dict(instance.sizes)}",
        milliseconds(lambda: run(Certifying(BITS))),
        milliseconds(lambda: run(Reference(DIGITS))),
    )


def certification(n: int, bar: float) -> None:
    """A candidate of Hadamard's inequality from float64 entries to a ruling, both arithmetics included."""
    claim = load(Path(__file__).with_name("hadamard.py"))[0]
    instance = Instance(sizes={"n": n}, raw={"X": exact(np.random.default_rng(n).standard_normal((n, n)))})
    ruling = milliseconds(lambda: Judge(claim).rule(instance))
    print(f"{f'certified ruling of a candidate, {n}x{n}':<70} {ruling:9.3f} ms  (bar: {bar:g} ms)")


def row(name: str, ball: float, mpmath: float, bar: str = "") -> None:
    print(f"{name:<70} balls {ball:9.3f} ms   mpmath {mpmath:9.3f} ms   ratio {mpmath / ball:7.1f}  {bar}")


def main() -> None:
    for n in (8, 32):
        operations(n)
    for identifier in ORACLES:
        oracle(identifier)
    certification(8, 5)
    certification(32, 100)


if __name__ == "__main__":
    main()
