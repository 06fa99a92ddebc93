"""The batched lanes on a CUDA device; skipped where there is none."""

import time

import pytest
import torch

from refute import lanes
from refute.loader import identity, load, select
from refute.search import Search, run_lanes

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")


@pytest.mark.parametrize("path", select([]), ids=identity)
def test_batched_lanes_run_on_the_device(path):
    """Sample and ascent evaluate instances on the device, and what they propose is decided as on the CPU."""
    claim = load(path)[0]
    search = Search(claim, seed=1, deadline=time.perf_counter() + 2, device="cuda")
    run_lanes(search, lanes.chosen(["sample", "ascent"]))
    assert search.lanes[0].instances > 0 or search.refutation is not None
    if claim.expect == "survived":
        assert search.refutation is None


def test_same_raw_numbers_give_the_same_gaps():
    """Gaps on the device are those of the CPU up to rounding."""
    claim = load(select(["isometry/normalization"])[0])[0]
    on_cpu = Search(claim, seed=1, deadline=time.perf_counter() + 2)
    on_gpu = Search(claim, seed=1, deadline=time.perf_counter() + 2, device="cuda")
    structure = on_cpu.random_structure()
    raw = on_cpu.sample(structure, 512)
    expected, _ = on_cpu.evaluate(structure, raw)
    got, _ = on_gpu.evaluate(structure, {name: array.to("cuda") for name, array in raw.items()})
    assert torch.allclose(got.cpu(), expected, rtol=1e-6, atol=1e-9)
