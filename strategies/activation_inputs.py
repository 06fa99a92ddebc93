r"""Activations by name as inputs of claims about their duals, with a variance and a row of the table of constants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.activation_functions import SLOPES, VALUES
from strategies.activations import ACTIVATIONS, Correlation, Kernel
from strategies.duals import spread
from strategies.kernels import FLOOR

CLOSED = ("leaky relu", "exponential", "sine", "cosine", "erf", "distribution function", "sign", "gelu", "squared relu")
SMOOTH_ENOUGH = (*(name for name in CLOSED if name != "sign"), "elu", "selu")
RATES = ("exponential", "sine", "cosine", "erf")
LOW, HIGH = 2.0**-20, 2.0**4
NARROW, WIDE = 2.0**-3, 1.5


@dataclass(frozen=True)
class NamedActivation:
    """An activation with its parameter ``(batch,)`` on tensors: the function, its derivative, its dual."""

    xp: Any
    name: str
    parameter: Any

    def value(self, x: Any) -> Any:
        return VALUES[self.name](self.xp, spread(self.parameter, x), x)

    def slope(self, x: Any) -> Any:
        return SLOPES[self.name](self.xp, spread(self.parameter, x), x)

    @property
    def kernel(self) -> Kernel:
        return Kernel(self.xp, ACTIVATIONS[self.name], self.parameter, centred=False)

    def dual(self, rho: Correlation) -> Any:
        r"""$\hat\sigma(\rho)$, ``(batch,)``."""
        return self.kernel(rho).value * self.kernel.variance

    def dual_slope(self, rho: Correlation) -> Any:
        r"""$\hat\sigma'(\rho)$, ``(batch,)``."""
        return self.kernel.slope(rho) * self.kernel.variance


class NamedActivations(Input):
    """One of the named activations, with a raw parameter in ``[FLOOR, 1]``: the rate of those in `RATES`, twice their parameter.

    Beyond the rate 1 the quadratures of `strategies.gaussian` would need more nodes.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.choices = {"activation": tuple(names)}

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": sampler.uniform(batch, low=FLOOR)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": Fraction(draw(st.integers(1, 8)), 8)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        family = choices["activation"] in (*RATES, "leaky relu")
        for value in (Fraction(1), Fraction(1, 2), Fraction(1, 8)) if family else (Fraction(1),):
            yield {"": value}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=FLOOR, max=1.0)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return FLOOR <= parts[""][()] <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> NamedActivation:
        name, parameter = choices["activation"], parts[""]
        return NamedActivation(xp, name, parameter / 2 if name in RATES else parameter)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        name, parameter = choices["activation"], Fraction(parts[""][()])
        return name, mp.mpf(parameter / 2 if name in RATES else parameter)


class Variances(Input):
    """A positive number between ``low`` and ``high``."""

    families = ("log-uniform", "uniform")

    def __init__(self, high: float = HIGH, low: float = LOW) -> None:
        self.low, self.high = low, high

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        if family == "uniform":
            return {"": sampler.uniform(batch, low=self.low, high=self.high)}
        return {"": sampler.log_uniform(batch, low=self.low, high=self.high)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": max(Fraction(draw(st.integers(1, int(self.high))), 1 << draw(st.integers(0, 12))), Fraction(self.low))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for power in (0, 2, 4, -3, -10, -20, 8, 12):
            if self.low <= 2.0**power <= self.high:
                yield {"": Fraction(2) ** power}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=self.low, max=self.high)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return self.low <= parts[""][()] <= self.high


class StandardDeviations(Variances):
    """Two positive numbers between `NARROW` and `WIDE`, the standard deviations of a Gaussian pair."""

    families = ("log-uniform", "uniform", "alike")

    def __init__(self) -> None:
        super().__init__(WIDE, NARROW)

    def parts(self) -> Mapping[str, Shape]:
        return {"": (2,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        match family:
            case "uniform":
                return {"": sampler.uniform(batch, 2, low=NARROW, high=WIDE)}
            case "alike":
                return {"": sampler.uniform(batch, 1, low=NARROW, high=WIDE).expand(batch, 2).clone()}
        return {"": sampler.log_uniform(batch, 2, low=NARROW, high=WIDE)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": [Fraction(k, 4) for k in draw(st.lists(st.integers(1, 6), min_size=2, max_size=2))]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        widest, narrowest = Fraction(3, 2), Fraction(1, 8)
        yield {"": [1, 1]}
        yield {"": [widest, 1]}
        for pair in itertools.product((narrowest, widest), repeat=2):
            yield {"": list(pair)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=NARROW, max=WIDE)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(NARROW <= s <= WIDE for s in parts[""])


class Rows(Input):
    """The number of a row of a table, ``count`` of them from ``first`` on; every one is visited."""

    discrete = True

    def __init__(self, count: int, first: int = 0) -> None:
        self.count, self.first = count, first

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": sampler.integers(self.first, self.first + self.count - 1, batch)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": draw(st.integers(self.first, self.first + self.count - 1))}

    def cardinality(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> int:
        return self.count

    def numbered(self, xp: Any, indices: Any, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": indices + self.first}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        return ({"": self.first + row} for row in range(self.count))

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(xp.round(parts[""]), min=self.first, max=self.first + self.count - 1)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        row = Fraction(parts[""][()])
        return row.denominator == 1 and self.first <= row < self.first + self.count

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return self.first

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> int:
        return int(parts[""][()])


def activation(*names: str) -> NamedActivations:
    """One of the named activations; all with a closed dual unless some are named."""
    return NamedActivations(names or CLOSED)


def variance(high: float = HIGH, low: float = LOW) -> Variances:
    """The variance of a Gaussian, or another positive number."""
    return Variances(high, low)


def standard_deviations() -> StandardDeviations:
    """The standard deviations of a Gaussian pair."""
    return StandardDeviations()


def row(count: int, first: int = 0) -> Rows:
    """One of ``count`` rows from ``first`` on."""
    return Rows(count, first)
