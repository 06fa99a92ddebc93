"""What a page says of an input: the first paragraph of its class, with the values of what it names."""

from fractions import Fraction

import pytest

from refute.description import drawn, readable, summary
from strategies.laws import gaussian
from tests.tiny import Numbers

LARGEST = 2.0**-30
NAMES = ("relu", "tanh")


class Limited(Numbers):
    """Numbers up to `LARGEST`, ``count`` of them, for one of `NAMES`; ``signed`` allows any, `UNKNOWN` stays in ``[0, LARGEST]``.

    Not this paragraph.
    """

    def __init__(self, count, signed):
        super().__init__()
        self.count, self.signed = count, signed


def test_constants_and_options_are_given_by_value():
    """A reader of the page does not know the names of the code."""
    assert (
        summary(Limited(3, True))
        == "Numbers up to 2^-30, 3 of them, for one of relu, tanh; ``signed`` allows any, ``UNKNOWN`` stays in ``[0, 2^-30]``."
    )


def test_a_law_says_its_distance():
    """A random input is described by its law and how far its draws are from it."""
    assert drawn(gaussian("n")).startswith("Independent standard Gaussian entries; each draw is within 2^-47")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (Fraction(1, 3), "1/3"),
        (0.5, "0.5"),
        (2.0**40, "2^40"),
        (Fraction(1, 2**44), "2^-44"),
        (2.0**-3, "0.125"),
        (True, ""),
        (None, ""),
        ([1, 2], "1, 2"),
        ({"a": 1}, "a"),
        (object(), ""),
    ],
)
def test_only_plain_values_are_shown(value, text):
    """Numbers, texts and collections of them are shown, far powers of two as such."""
    assert readable(value) == text
