"""Arrays of numbers that a floating-point format represents, to be added up in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.formats import FORMATS, NEAREST, power_of_two


class Representable(Input):
    """Numbers ``(length,)`` of a floating-point format; the format and the rounding are choices.

    ``tensor`` and ``exact`` give the values together with the `Format` and the rounding mode.
    """

    families = ("any exponent", "near exponents", "half units", "integers")
    discrete = True

    def __init__(self, length: int | str, formats: tuple[str, ...] = tuple(FORMATS), rounding: tuple[str, ...] = NEAREST) -> None:
        self.length = length
        self.choices: Mapping[str, tuple[str, ...]] = {"format": formats, "rounding": rounding}

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.length,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Significands and exponents; ``half units`` follow a power of two by small multiples of half its spacing."""
        fmt, count = FORMATS[choices["format"]], dimension(self.length, sizes)
        low, high = fmt.emin, min(fmt.emax, fmt.emin + 1800)
        first = sampler.integers(low, high, batch, 1)
        exponents = sampler.integers(low, high, batch, count)
        significands = sampler.integers(0, 2**fmt.precision - 1, batch, count)
        signs = sampler.signs(batch, count)
        if family == "near exponents":
            exponents = (first + sampler.integers(-fmt.precision - 1, 1, batch, count)).clamp(low, high)
        if family == "half units":
            first = first.clamp(min=min(low + 1, high))
            few = sampler.integers(0, min(2**fmt.precision - 1, 3), batch, count)
            significands = sampler.where(sampler.bernoulli(0.7, batch, count), 1.0, few)
            exponents = first - 1 + 0 * exponents
            significands[:, 0], exponents[:, 0] = 2.0 ** (fmt.precision - 1), first[:, 0]
            signs = sampler.where(sampler.bernoulli(0.7, batch, 1), signs[:, :1], signs)
        if family == "integers":
            exponents = 0 * exponents + min(max(fmt.precision - 1, low), high)
            significands = sampler.integers(0, min(2**fmt.precision - 1, 3), batch, count)
        values = signs * significands * power_of_two(exponents - (fmt.precision - 1))
        return {"": values.clamp(-float(fmt.largest), float(fmt.largest))}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        fmt, count = FORMATS[choices["format"]], dimension(self.length, sizes)
        base = min(max(0, fmt.emin), fmt.emax)
        step = st.integers(-min(8, base - fmt.emin), min(8, fmt.emax - base))
        significand = st.integers(-(2**fmt.precision - 1), 2**fmt.precision - 1)
        shift = Fraction(2) ** (base - fmt.precision + 1)
        drawn = [draw(significand) * shift * Fraction(2) ** draw(step) for _ in range(count)]
        return {"": [max(min(value, fmt.largest), -fmt.largest) for value in drawn]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Zeros, the smallest and largest numbers, alternating signs, and 1 followed by half units in the last place."""
        fmt, count = FORMATS[choices["format"]], dimension(self.length, sizes)
        one = max(Fraction(1), fmt.smallest / fmt.unit)
        found: dict[tuple[Fraction, ...], None] = {}
        for value in (Fraction(0), fmt.smallest, one, fmt.largest):
            found[(value,) * count] = None
            found[tuple(value * (-1) ** k for k in range(count))] = None
            found[(value, *[Fraction(0)] * (count - 1))] = None
        for leading, sign in itertools.product((one, one * (1 + 2 * fmt.unit)), (1, -1)):
            found[(leading, *[sign * one * fmt.unit] * (count - 1))] = None
        return ({"": list(values)} for values in found)

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        fmt = FORMATS[choices["format"]]
        return all(fmt.contains(Fraction(value)) for value in parts[""].flat)

    def cardinality(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> int | None:
        fmt = FORMATS[choices["format"]]
        if not fmt.is_small:
            return None
        return int(len(fmt.values()) ** dimension(self.length, sizes))

    def numbered(self, xp: Any, indices: Any, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """The arrays with the given numbers, of all ``cardinality``: the digits of an index choose the values."""
        values = xp.asarray(FORMATS[choices["format"]].values(), device=indices.device)
        digits = []
        for _ in range(dimension(self.length, sizes)):
            digits.append(indices % len(values))
            indices = indices // len(values)
        return {"": xp.stack([values[digit] for digit in digits], axis=1)}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """The values, rounded to the format so that no other number can come in, without a derivative."""
        fmt, values = FORMATS[choices["format"]], parts[""]
        values = values.detach() if hasattr(values, "detach") else values
        return {"values": fmt.round_tensor(xp, values), "format": fmt, "rounding": choices["rounding"]}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """The values as Fractions: rounding is decided in rationals in every arithmetic."""
        values = [Fraction(value) for value in parts[""]]
        return {"values": values, "format": FORMATS[choices["format"]], "rounding": choices["rounding"]}


class PerturbedSum(Input):
    """Numbers ``(length,)`` of a format and relative errors ``(length-1,)`` in units of ``u``, each in ``[-1, 1]``.

    The model of arithmetic that only knows ``|delta| <= u``: every sum of two comes out with an error of one's choice.
    """

    families = Representable.families

    def __init__(self, length: str, formats: tuple[str, ...] = tuple(FORMATS)) -> None:
        self.numbers = Representable(length, formats)
        self.choices: Mapping[str, tuple[str, ...]] = {"format": formats}

    def parts(self) -> Mapping[str, Shape]:
        return {"values": (self.numbers.length,), "errors": (f"{self.numbers.length}-1",)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.parts()["errors"][0], sizes)
        values = self.numbers.sample(sampler, family, batch, sizes, choices)[""]
        extreme = sampler.where(sampler.bernoulli(0.5, batch, 1), sampler.signs(batch, 1), sampler.signs(batch, count))
        errors = sampler.where(sampler.bernoulli(0.5, batch, 1), extreme, sampler.uniform(batch, count, low=-1.0))
        return {"values": values, "errors": errors}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.parts()["errors"][0], sizes)
        values = self.numbers.draw(draw, sizes, choices)[""]
        return {"values": values, "errors": draw(st.lists(st.integers(-1, 1), min_size=count, max_size=count))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        count = dimension(self.parts()["errors"][0], sizes)
        numbers = self.numbers.corners(sizes, choices)
        for parts, sign in itertools.product(numbers, (1, -1)):
            yield {"values": parts[""], "errors": [sign] * count}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "errors": xp.clip(parts["errors"], min=-1, max=1)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return self.numbers.admits({"": parts["values"]}, sizes, choices) and all(abs(error) <= 1 for error in parts["errors"])

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        fmt = FORMATS[choices["format"]]
        values = fmt.round_tensor(xp, parts["values"].detach() if hasattr(parts["values"], "detach") else parts["values"])
        return {"values": values, "format": fmt, "errors": parts["errors"]}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        values, errors = ([Fraction(value) for value in parts[part]] for part in ("values", "errors"))
        return {"values": values, "format": FORMATS[choices["format"]], "errors": errors}


def representable(
    length: int | str, formats: tuple[str, ...] = tuple(FORMATS), rounding: tuple[str, ...] = NEAREST
) -> Representable:
    """``length`` numbers of one of the ``formats``, to be used with one of the ``rounding`` modes."""
    return Representable(length, formats, rounding)


def perturbed_sum(length: str, formats: tuple[str, ...] = tuple(FORMATS)) -> PerturbedSum:
    """Numbers of a format with a relative error of at most u for each of their additions."""
    return PerturbedSum(length, formats)
