"""Small readable arrays through Hypothesis, for the instances that it draws and shrinks."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


def fractions(draw: Callable[[Any], Any], shape: tuple[int, ...], largest: int, denominator: int = 1) -> NDArray[Any]:
    """An object array of ``k / denominator`` with integers ``|k| <= largest``."""
    from hypothesis import strategies as st

    count = int(np.prod(shape))
    entries = draw(st.lists(st.integers(-largest, largest), min_size=count, max_size=count))
    return np.array([Fraction(k, denominator) for k in entries], dtype=object).reshape(shape)
