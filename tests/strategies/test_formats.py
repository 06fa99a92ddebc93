"""Formats hold the right numbers, and round exactly and once."""

from fractions import Fraction

import array_api_compat.torch as xp
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from strategies.formats import DIRECTED, FORMATS, NEAREST

MODES = (*NEAREST, *DIRECTED)
CODES = {
    "e4m3fn": (torch.uint8, torch.float8_e4m3fn),
    "e5m2": (torch.uint8, torch.float8_e5m2),
    "binary16": (torch.int16, torch.float16),
    "bfloat16": (torch.int16, torch.bfloat16),
}
doubles = st.floats(-1e6, 1e6, allow_subnormal=False)


@pytest.mark.parametrize("name", CODES)
def test_a_format_holds_exactly_the_finite_codes(name):
    """The listed numbers are those that the bit patterns of the hardware type decode to."""
    integer, kind = CODES[name]
    codes = torch.arange(256 if integer is torch.uint8 else 1 << 16).to(integer).view(kind).to(torch.float64)
    decoded = torch.unique(codes[torch.isfinite(codes)]).numpy()
    assert np.array_equal(FORMATS[name].values(), decoded)
    assert float(FORMATS[name].largest) == decoded[-1]


def test_eight_bit_formats_have_the_documented_counts():
    """253 numbers in e4m3fn and 247 in e5m2, zero once."""
    assert len(FORMATS["e4m3fn"].values()) == 253
    assert len(FORMATS["e5m2"].values()) == 247


@given(doubles)
def test_rational_rounding_is_that_of_the_hardware(x):
    """Ties to even agree with NumPy's single conversion from float64 to float32 and float16."""
    assert FORMATS["binary32"].round(Fraction(x)) == Fraction(float(np.float32(x)))
    if abs(x) < 65504:
        assert FORMATS["binary16"].round(Fraction(x)) == Fraction(float(np.float16(x)))


@given(st.fractions(-1000, 1000, max_denominator=10**6))
def test_rational_rounding_to_binary64_is_that_of_python(x):
    """Python's correctly rounded division agrees."""
    assert FORMATS["binary64"].round(x) == Fraction(float(x))


@given(st.sampled_from([name for name in FORMATS if name != "binary64"]), st.sampled_from(MODES), doubles, st.integers(-30, 30))
def test_tensor_rounding_equals_rational_rounding(name, mode, x, shift):
    """Float64 tensors round like rationals in every format and direction, subnormal results included."""
    fmt, value = FORMATS[name], x * 2.0**shift
    (got,) = fmt.round_tensor(xp, torch.tensor([value], dtype=torch.float64), mode).tolist()
    assert Fraction(got) == fmt.round(Fraction(value), mode)


@given(st.sampled_from(sorted(FORMATS)), st.sampled_from(MODES), doubles, doubles, st.integers(-40, 40))
def test_sums_are_rounded_once(name, mode, x, y, shift):
    """A sum of two numbers of a format and its rounding error are those of exact rational arithmetic."""
    fmt = FORMATS[name]
    a, b = (float(fmt.round(Fraction(value))) for value in (x, y * 2.0**shift))
    rounded, error = fmt.add(xp, torch.tensor([a], dtype=torch.float64), torch.tensor([b], dtype=torch.float64), mode)
    truth = fmt.round(Fraction(a) + Fraction(b), mode)
    assert Fraction(float(rounded)) == truth
    assert float(error) == pytest.approx(float(truth - Fraction(a) - Fraction(b)), rel=2.0**-52, abs=0)


def test_a_value_near_a_tie_is_not_rounded_twice():
    """1 + 2^-11 + 2^-40 goes up in binary16; by way of float32 it would meet a tie and go down."""
    near_tie = torch.tensor([1 + 2.0**-11 + 2.0**-40], dtype=torch.float64)
    assert float(FORMATS["binary16"].round_tensor(xp, near_tie)) == 1 + 2.0**-10


def test_a_sum_beyond_float64_still_rounds_up():
    """1 + 2^-60 is 1 in float64, but rounding up in binary32 gives the number after 1."""
    one, tiny = (torch.tensor([value], dtype=torch.float64) for value in (1.0, 2.0**-60))
    rounded, error = FORMATS["binary32"].add(xp, one, tiny, "up")
    assert float(rounded) == 1 + 2.0**-23
    assert float(error) == 2.0**-23 - 2.0**-60


@pytest.mark.parametrize("mode", MODES)
def test_all_pairs_of_eight_bits_are_summed_as_in_rationals(mode):
    """Every pair of e4m3fn numbers in every direction, against a table of rational sums."""
    fmt = FORMATS["e4m3fn"]
    values = torch.as_tensor(fmt.values())
    grid = [grid.reshape(-1) for grid in torch.meshgrid(values, values, indexing="ij")]
    sums = torch.unique(grid[0] + grid[1])
    table = torch.tensor([float(fmt.round(Fraction(x), mode)) for x in sums.tolist()], dtype=torch.float64)
    rounded, _ = fmt.add(xp, *grid, mode)
    assert torch.equal(rounded, table[torch.searchsorted(sums, grid[0] + grid[1])])
