"""The table of twenty activations: every printed constant is certified, and the identities between them hold."""

from fractions import Fraction

import pytest

from oracles import activation_table as table
from refute.arithmetic import Certifying

MP = Certifying(bits=128)
THIN = 2.0**-100


def named(label):
    return table.constants(MP, next(row for row in table.TABLE if row.label == label))


def test_there_are_twenty():
    """Twenty different activations, eight constants each."""
    assert len({row.label for row in table.TABLE}) == 20
    assert all(len(row.printed) == len(table.COLUMNS) for row in table.TABLE)


@pytest.mark.parametrize("row", table.TABLE, ids=lambda row: row.label)
def test_every_printed_decimal_is_the_rounded_true_one(row):
    """A decimal lies within half a unit, and a closed form in a ball of 100 bits."""
    for column, value, item in zip(table.COLUMNS, table.constants(MP, row), row.printed, strict=True):
        printed, unit = table.printed_value(MP, item)
        if MP.lt(0, unit):
            assert MP.le(abs(value - printed), unit), column
        else:
            assert MP.eq(value, printed) is not False, column
            assert MP.radius(value - printed) < THIN


def test_identities():
    """Sigmoid: m_2 = 1/2 - c_1; tanh: c_1 = 1 - m_2; SiLU: c_0 is c_1 of the sigmoid."""
    sigmoid, tanh, silu = named("sigmoid"), named("tanh"), named("SiLU")
    for difference in (sigmoid[2] + sigmoid[1] - Fraction(1, 2), tanh[1] + tanh[2] - 1, silu[0] - sigmoid[1]):
        assert MP.eq(difference, 0) is not False
        assert MP.radius(difference) < THIN


@pytest.mark.parametrize("label", ["ReLU", "GELU", "SiLU", "softplus"])
def test_half_the_identity(label):
    """x u(x) with u(x) + u(-x) = 1, and softplus, have c_1 = 1/2."""
    assert MP.eq(named(label)[1], Fraction(1, 2)) is not False


@pytest.mark.parametrize("row", range(len(table.MISPRINTS)))
def test_misprints_are_wrong_by_more_than_rounding(row):
    """The three printed entries differ from the true constants by more than half a unit of their last digit."""
    found = table.misprint(MP, row)
    assert MP.lt(found["unit"], abs(found["value"] - found["printed"]))


def test_markdown_shows_certain_digits():
    """The table has one line per activation, and its digits agree with an evaluation at twice the bits."""
    lines = [line for line in table.markdown(bits=64).splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(table.TABLE) + len(table.MISPRINTS)
    finer = Certifying(bits=128)
    for row, line in zip(table.TABLE, lines[1:], strict=False):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[0] == row.label
        for cell, value in zip(cells[1:], table.constants(finer, row), strict=True):
            number, unit = table.printed_value(finer, cell.partition(" ")[0])
            assert finer.le(abs(value - number), 2 * unit + Fraction(1, 10**15)), (row.label, cell)
