"""Orbits of the heavy ball: settled draws hold cycles, and a near-cycle becomes an exact one."""

from fractions import Fraction

import pytest
import torch

from oracles import optimization
from refute.arithmetic import Certifying
from refute.inputs import Sampler
from refute.instance import exact
from refute.namespace import namespace
from strategies.orbits import heavy_ball_orbit, heavy_ball_step

XP = namespace("torch")
MP = Certifying(bits=128)
SOURCE = heavy_ball_orbit("m", period="K")
SIZES = {"m": 2, "K": 6}
NEAR_CYCLE = {
    "breaks": exact([1, 2]),
    "slopes": exact([1, 0, 1]),
    "root": exact(5),
    "current": exact(0.646),
    "previous": exact(2.116),
}


def row_of(parts, row):
    return {name: exact(array[row].numpy()) for name, array in parts.items()}


@pytest.mark.parametrize("family", SOURCE.families)
def test_draws_are_admitted(family):
    """Slopes are in [0, 1] and the condition number is above 1, with a given one where asked."""
    for source in (SOURCE, heavy_ball_orbit("m", period="K", root=5)):
        parts = source.sample(Sampler(2), family, 50, SIZES, {})
        assert all(source.admits(row_of(parts, row), SIZES, {}) for row in range(50))


def test_the_step_is_that_of_the_oracle():
    """One step of the arrays is one step of the oracle in rationals."""
    orbit = SOURCE.exact(MP, NEAR_CYCLE, SIZES, {})
    (returned,) = optimization.heavy_ball_return(MP, orbit, 1)["returned"]
    floats = {name: torch.tensor(array.astype(float))[None] for name, array in NEAR_CYCLE.items()}
    following = heavy_ball_step(XP, SOURCE.tensor(XP, floats, SIZES, {}), floats["previous"], floats["current"])
    moved = abs(following - floats["current"]) + abs(floats["current"] - floats["previous"])
    assert abs(float(moved[0]) - MP.to_float(returned)) < 1e-12


def test_a_near_cycle_becomes_an_exact_one():
    """From three digits of the printed cycle its rationals are solved for, and the state returns after three steps."""
    solved = SOURCE.exactify(NEAR_CYCLE, SIZES, {})
    assert (solved["current"][()], solved["previous"][()]) == (Fraction(792, 1225), Fraction(2592, 1225))
    assert optimization.heavy_ball_return(MP, SOURCE.exact(MP, solved, SIZES, {}), 3)["returned"][2] == 0


def test_no_cycle_is_made_up():
    """On a quadratic, and for states that no piece admits, there is nothing to solve for."""
    assert SOURCE.exactify({**NEAR_CYCLE, "slopes": exact([1, 1, 1])}, SIZES, {}) is None
    assert SOURCE.exactify({**NEAR_CYCLE, "slopes": exact([2, 0, 1])}, SIZES, {}) is None
    assert SOURCE.exactify({**NEAR_CYCLE, "root": exact(Fraction(3, 2))}, SIZES, {}) is None


def test_settled_draws_hold_cycles():
    """Of 4096 settled draws some recur within six steps to 1e-9, and exactification makes most of these exact."""
    parts = SOURCE.sample(Sampler(0), "scales", 4096, SIZES, {})
    built = SOURCE.tensor(XP, parts, SIZES, {})
    before, now = built["previous"], built["current"]
    size = abs(before) + abs(now)
    recurs = torch.zeros(4096, dtype=torch.bool)
    for _ in range(6):
        before, now = now, heavy_ball_step(XP, built, before, now)
        recurs |= (abs(now - built["current"]) + abs(before - built["previous"]) < 1e-9 * size) & (size > 1e-3)
    rows = recurs.nonzero()[:, 0].tolist()[:10]
    assert len(rows) == 10
    solved = [SOURCE.exactify(row_of(parts, row), SIZES, {}) for row in rows]
    exact_cycles = [item for item in solved if item is not None]
    assert len(exact_cycles) >= 7
    for item in exact_cycles:
        assert any(
            distance == 0 for distance in optimization.heavy_ball_return(MP, SOURCE.exact(MP, item, SIZES, {}), 6)["returned"]
        )
