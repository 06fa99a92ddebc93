"""Evidence that outlives a run: streams are added up, once each, and never for another claim or other code."""

import msgspec
import numpy as np
import pytest
from sympy import Le

from refute import Mean
from refute.streams import FILE, Store, Stream, fingerprint, fresh_seed, total
from tests.tiny import Numbers, a, b, c, claim_of


def claim(**overrides):
    return claim_of(Le(Mean(a), b), **{"randomness": {"w": Numbers()}, "bounded": {a: (0, None)}, **overrides})


def stream(of, seed, gain=1.0):
    return Stream(claim=of.id, fingerprint=fingerprint(of), seed=seed, draws=10, logs=[[gain, 0.0], [0.0, -gain]])


def test_streams_of_runs_and_shards_add_up(tmp_path):
    """What shards wrote into folders of their own is put together by joining the lines of the files."""
    made = claim()
    for name, seeds in {"one": (1, 2), "two": (3,)}.items():
        for seed in seeds:
            Store(tmp_path / name).append(stream(made, seed, gain=float(seed)))
    joined = tmp_path / "all"
    joined.mkdir()
    (joined / FILE).write_bytes((tmp_path / "one" / FILE).read_bytes() + (tmp_path / "two" / FILE).read_bytes())
    logs, draws = total(Store(joined).of(made), (2, 2))
    assert logs == pytest.approx(np.array([[6.0, 0.0], [0.0, -6.0]]))
    assert draws == 30


def test_a_stream_counts_once(tmp_path):
    """The same draws, however often their line is in the file, are evidence once; a torn line is none."""
    made, store = claim(), Store(tmp_path)
    for _ in range(3):
        store.append(stream(made, 7))
    with (tmp_path / FILE).open("ab") as file:
        file.write(msgspec.json.encode(stream(made, 8))[:40])
    assert [found.seed for found in store.of(made)] == [7]


def test_no_draw_is_ever_repeated(tmp_path):
    """The next stream has a seed of its own, the same for the same past, another for another run or claim."""
    made, store = claim(), Store(tmp_path)
    seeds = []
    for _ in range(4):
        seed = fresh_seed(made, 0, store.of(made))
        assert seed == fresh_seed(made, 0, store.of(made))
        seeds.append(seed)
        store.append(stream(made, seed))
    assert len(set(seeds)) == 4
    assert fresh_seed(made, 1, []) != fresh_seed(made, 0, []) == seeds[0]
    assert fresh_seed(claim(id="other"), 0, []) != seeds[0]


def test_evidence_does_not_outlive_a_change(tmp_path):
    """Another statement, or another evaluator, has no evidence yet: draws of a wrong sampler must not refute the right one."""
    made, store = claim(), Store(tmp_path)
    store.append(stream(made, 1))
    assert len(store.of(made)) == 1
    assert store.of(claim_of(Le(Mean(a), c), randomness={"w": Numbers()})) == []
    scope = {}
    (tmp_path / "evaluators.py").write_text("def evaluate(xp, x):\n    return {}\n")
    code = compile((tmp_path / "evaluators.py").read_text(), str(tmp_path / "evaluators.py"), "exec")
    exec(code, scope)
    assert store.of(claim(evaluate=scope["evaluate"])) == []


def test_a_change_of_what_the_evaluator_uses_changes_the_fingerprint(tmp_path):
    """The fingerprint covers the modules of the functions that an evaluator names."""
    (tmp_path / "first.py").write_text("def helper(x):\n    return x\n\n\ndef evaluate(xp, x):\n    return helper(x)\n")
    scope = {}
    exec(compile((tmp_path / "first.py").read_text(), str(tmp_path / "first.py"), "exec"), scope)
    before = fingerprint(claim(evaluate=scope["evaluate"]))
    (tmp_path / "first.py").write_text("def helper(x):\n    return -x\n\n\ndef evaluate(xp, x):\n    return helper(x)\n")
    assert fingerprint(claim(evaluate=scope["evaluate"])) != before


def test_streams_of_another_engine_are_left_out():
    """Logarithms for other bets than this engine's cannot be added to its own."""
    logs, draws = total([stream(claim(), 1)], (3, 2))
    assert not logs.any()
    assert draws == 0


def test_without_a_folder_nothing_is_kept():
    """A run that writes no reports neither reads nor keeps evidence."""
    store = Store(None)
    store.append(stream(claim(), 1))
    assert store.of(claim()) == []
