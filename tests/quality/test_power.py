"""The search has power: with fixed seeds and budgets, mutants are refuted by lanes that were not given the answer.

A quick subset; `benchmarks/power.py` hunts every mutant of the catalogue on ten seeds.
"""

import pytest

from refute import power
from refute.loader import load, select

SECONDS = 8.0
SEEDS = (11, 12)
HARDEST = [
    ("approximation/rump_sum", "any arithmetic with relative errors of at most u"),
    ("attention/lse_third", "constant 0.27"),
    ("attention/regpath", "squared rate of the cosine"),
    ("batchnorm/gap_contraction", "singular value for eigenvalue, at most four samples"),
    ("batchnorm/gap_one_step", "noise 1/d"),
    ("isometry/attn_dong_single_printed", "constant 0.6 instead of 4"),
    ("isometry/kappa_case4_corrected", "the printed rate"),
    ("isometry/normalization", "factor squared"),
    ("optimization/gd_convex_value", "without convexity"),
    ("optimization/hb_global", "no cycle at the condition number 25"),
    ("transformers/forward_td0", "mean over n + 1 tokens"),
    ("transformers/single_layer_global_min", "own eigenvalue counted once less"),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("identifier", "name"), HARDEST, ids=lambda text: text.replace(" ", "-") if isinstance(text, str) else None
)
def test_mutant_is_refuted(identifier, name, seed):
    """The mutant falls to a certified counterexample within its budget."""
    (claim,) = load(select([identifier])[0])
    mutant = next(item for item in claim.mutants if item.name == name)
    found = power.hunt(claim, mutant, seed, SECONDS)
    assert found.refuted, f"{found.evaluations} evaluations {found.error}"
    assert found.lane != "replay"


FALSE = [
    "isometry/attn_dong_multi_printed",
    "isometry/attn_dong_single_printed",
    "isometry/gap_2n_gamma",
    "isometry/kappa_case4_printed",
    "optimization/hb_global",
]


@pytest.mark.parametrize("identifier", FALSE)
def test_false_statement_is_found_by_the_search_itself(identifier):
    """A statement that is false as printed falls without the instance that its paper, or its critic, prints."""
    import dataclasses

    from refute.examine import Options, examine

    (claim,) = load(select([identifier])[0])
    record = examine(dataclasses.replace(claim, replay=(), mutants=()), Options(budget=8.0))
    assert record.verdict == "refuted"
    assert record.counterexample.lane != "replay"
