r"""Kernel maps of activations and correlations as inputs: ``rho_{l+1} = kappa(rho_l)``.

A Hermite series has raw weights $w_k\ge0$ and the squared coefficients $a_k=w_k/\sum_jw_j$; the other activations of
`strategies.activations` have one raw parameter in ``[FLOOR, 1]``.  The kernel is a structure choice of its input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.activations import ACTIVATIONS, SERIES, Correlation, Kernel

FLOOR = 2.0**-8
CLOSEST = 2.0**-60


class Correlations(Input):
    r"""A number $\mathrm{sign}(u)(1-|u|)$ strictly between -1 and 1, drawn by its distance $|u|$ from $\pm1$; 1 itself if closed.

    ``signs`` are those allowed (0 has either), ``apart`` keeps $|\rho|\le1-$ ``apart``, and ``closed`` admits $\rho=1$ as well.
    """

    families = ("near one", "uniform", "near zero")

    def __init__(self, signs: tuple[int, ...] = (1, -1), apart: float = 0.0, closed: bool = False) -> None:
        self.signs, self.apart, self.closed = signs, apart, closed

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        match family:
            case "near one":
                distance = sampler.log_uniform(batch, low=2.0**-50, high=1.0)
            case "near zero":
                distance = 1 - sampler.log_uniform(batch, low=2.0**-20, high=1.0) * (1 - 2.0**-20)
            case _:
                distance = sampler.uniform(batch, low=2.0**-20)
        distance = self.apart + (1 - self.apart) * distance
        positive = {(1,): 1.0, (-1,): 0.0}.get(self.signs, 0.7)
        return {"": sampler.where(sampler.bernoulli(positive, batch), distance, -distance)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        sign, top, power = draw(st.sampled_from(self.signs)), draw(st.integers(1, 8)), draw(st.integers(3, 24))
        return {"": sign * max(Fraction(top, 1 << power), Fraction(self.apart))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        if self.closed:
            yield {"": Fraction(0)}
        for power in (0, 1, 4, 10, 30, 47):
            for sign in self.signs:
                if Fraction(1, 1 << power) >= self.apart:
                    yield {"": sign * Fraction(1, 1 << power)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        u = parts[""]
        distance = xp.clip(xp.abs(u), min=max(CLOSEST, self.apart), max=1.0)
        below = u < 0 if len(self.signs) > 1 else xp.full_like(u, self.signs[0]) < 0
        return {"": xp.where(below, -distance, distance)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return self.signs[0]

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        u = parts[""][()]
        if u == 0:
            return self.closed
        return (1 if u > 0 else -1) in self.signs and self.apart <= abs(u) <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Correlation:
        return signed_distance(xp, parts[""])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        u = Fraction(parts[""][()])
        return mp.mpf(1 - u if u >= 0 else -1 - u)


class KernelMaps(Input):
    """The kernel map of a normalised activation: a Hermite series of ``degree``, or one of the named activations.

    ``centred`` takes the mean off, so that ``kappa(0) = 0``.
    """

    families = ("exponential", "two degrees", "nearly linear", "scales")

    def __init__(self, degree: int | str, centred: bool = True, activations: Sequence[str] = tuple(ACTIVATIONS)) -> None:
        self.degree, self.centred = degree, centred
        self.choices = {"activation": tuple(activations)}

    def parts(self) -> Mapping[str, Shape]:
        return {"weights": (self.degree if self.centred else f"{self.degree}+1",), "parameter": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.parts()["weights"][0], sizes)
        parameter = sampler.uniform(batch, low=FLOOR)
        return {"weights": sample_weights(sampler, family, batch, count), "parameter": parameter}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.parts()["weights"][0], sizes)
        return {"weights": draw_weights(draw, count), "parameter": Fraction(draw(st.integers(1, 8)), 8)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        count = dimension(self.parts()["weights"][0], sizes)
        if choices["activation"] != SERIES:
            for eighths in (1, 4, 8):
                yield {"weights": [1] * count, "parameter": Fraction(eighths, 8)}
            return
        for weights in corner_weights(count):
            yield {"weights": weights, "parameter": 1}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"weights": xp.clip(parts["weights"], min=0.0), "parameter": xp.clip(parts["parameter"], min=FLOOR, max=1.0)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights, parameter = list(parts["weights"].flat), parts["parameter"][()]
        return all(w >= 0 for w in weights) and any(weights) and FLOOR <= parameter <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Kernel:
        name = choices["activation"]
        parameter = parts["parameter"]
        if name == SERIES:
            weights = parts["weights"]
            parameter = xp.concat([0 * weights[:, :1], weights], axis=1) if self.centred else weights
        return Kernel(xp, ACTIVATIONS[name], parameter, self.centred)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        weights = [mp.mpf(w) for w in parts["weights"]]
        if self.centred:
            weights.insert(0, mp.mpf(0))
        parameter = weights if choices["activation"] == SERIES else mp.mpf(parts["parameter"][()])
        return {"activation": choices["activation"], "parameter": parameter, "centred": self.centred}


class Weights(Input):
    """Weights ``(count,)`` of the degrees of a Hermite series, non-negative and not all zero."""

    families = KernelMaps.families

    def __init__(self, count: int | str) -> None:
        self.count = count

    def parts(self) -> Mapping[str, Shape]:
        return {"": (self.count,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": sample_weights(sampler, family, batch, dimension(self.count, sizes))}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": draw_weights(draw, dimension(self.count, sizes))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for weights in corner_weights(dimension(self.count, sizes)):
            yield {"": weights}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=2.0**-40)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights = list(parts[""].flat)
        return all(w >= 0 for w in weights) and any(weights)


class ResidualShares(Input):
    r"""Two shares $0\le r_1^2<r_2^2<1$ of a residual branch: the raw pair, sorted."""

    families = ("uniform", "close", "none and some")

    def parts(self) -> Mapping[str, Shape]:
        return {"": (2,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shares = sampler.uniform(batch, 2)
        if family == "close":
            shares[:, 1] = shares[:, 0] * (1 - sampler.log_uniform(batch, low=2.0**-20, high=1.0))
        if family == "none and some":
            shares[:, 1] = 0
        return {"": shares}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": [Fraction(k, 16) for k in draw(st.lists(st.integers(0, 15), min_size=2, max_size=2, unique=True))]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        yield {"": [0, Fraction(1, 2)]}
        yield {"": [Fraction(1, 2), Fraction(3, 4)]}
        yield {"": [0, Fraction(1023, 1024)]}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=0.0, max=1 - FLOOR)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        first, second = parts[""]
        return first != second and all(0 <= share < 1 for share in (first, second))

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        shares = parts[""]
        return xp.stack([xp.minimum(shares[:, 0], shares[:, 1]), xp.maximum(shares[:, 0], shares[:, 1])], axis=1)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return [mp.mpf(share) for share in sorted(parts[""])]


def signed_distance(xp: Any, u: Any) -> Correlation:
    """The correlation ``sign(u) (1 - |u|)``."""
    return Correlation(xp.where(u < 0, -xp.ones_like(u), xp.ones_like(u)), 1 - xp.abs(u), xp.abs(u))


def sample_weights(sampler: Sampler, family: str, batch: int, count: int) -> Any:
    """Non-negative weights ``(batch, count)``, not all zero; "nearly linear" favours the first of them."""
    import torch

    places = torch.arange(count, device=sampler.device)
    match family:
        case "two degrees":
            first, second = sampler.integers(0, count - 1, batch, 1), sampler.integers(0, count - 1, batch, 1)
            weights = sampler.where((places == first) | (places == second), sampler.uniform(batch, count, low=2.0**-8), 0.0)
        case "nearly linear":
            small = sampler.log_uniform(batch, count, low=2.0**-24, high=1.0)
            weights = sampler.where((places > 0) & sampler.bernoulli(0.5, batch, count), 0.0, small)
            weights = sampler.where(places == 0, 1.0, weights)
        case "scales":
            weights = sampler.log_uniform(batch, count, low=2.0**-20, high=1.0)
        case _:
            weights = -torch.log(sampler.uniform(batch, count, low=2.0**-40))
    if count > 1:
        # a map of degree 1 only is linear: leave some mass on a higher degree
        alone = torch.sum(weights[:, 1:], dim=1, keepdim=True) == 0
        weights = sampler.where(alone & (places == count - 1), 0.5, weights)
    return weights


def draw_weights(draw: Callable[[Any], Any], count: int, first: int = 0) -> list[int]:
    """Small integer weights, at least one of the places from ``first`` on not zero."""
    weights = draw(st.lists(st.sampled_from((0, 0, 1, 2, 3, 8)), min_size=count, max_size=count))
    if not any(weights[first:]):
        weights[draw(st.integers(min(first, count - 1), count - 1))] = 1
    return list(weights)


def corner_weights(count: int) -> Iterator[list[int]]:
    """Single degrees, pairs of neighbours, all degrees alike, and the first with a little of the last."""
    for k in range(count):
        yield [int(i == k) for i in range(count)]
    for k in range(count - 1):
        yield [int(i in (k, k + 1)) for i in range(count)]
    yield [1] * count
    yield [1 << 20 if i == 0 else int(i == count - 1) for i in range(count)]


def correlation(signs: tuple[int, ...] = (1, -1), apart: float = 0.0, closed: bool = False) -> Correlations:
    """A correlation in (-1, 1); see `Correlations` for narrower ranges."""
    return Correlations(signs, apart, closed)


def kernel(degree: int | str, centred: bool = True, activations: Sequence[str] = tuple(ACTIVATIONS)) -> KernelMaps:
    """The kernel map of an activation; ``degree`` bounds a Hermite series."""
    return KernelMaps(degree, centred, activations)


def weights(count: int | str) -> Weights:
    """Weights of so many degrees of a Hermite series."""
    return Weights(count)


def residual_shares() -> ResidualShares:
    """The shares of a weaker and a stronger residual branch."""
    return ResidualShares()
