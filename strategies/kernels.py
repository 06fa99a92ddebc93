r"""Kernel maps of activations and correlations as inputs: ``rho_{l+1} = kappa(rho_l)``.

A Hermite series has raw weights $w_k\ge0$ and the squared coefficients $a_k=w_k/\sum_jw_j$; the other activations of
`strategies.activations` have one raw parameter in ``[FLOOR, 1]``.  The kernel is a structure choice of its input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.activations import ACTIVATIONS, SERIES, Correlation, Kernel, Series

FLOOR = 2.0**-8
CLOSEST = 2.0**-60


class Correlations(Input):
    r"""One correlation in the open interval $(-1,1)$: the raw number ``u`` stands for $\mathrm{sign}(u)(1-|u|)$, $0<|u|\le1$."""

    families = ("near one", "uniform", "near zero")

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
        return {"": sampler.where(sampler.bernoulli(0.7, batch), distance, -distance)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        sign, top, power = draw(st.sampled_from((1, -1))), draw(st.integers(1, 8)), draw(st.integers(3, 24))
        return {"": sign * Fraction(top, 1 << power)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for power in (0, 1, 4, 10, 30, 47):
            yield {"": Fraction(1, 1 << power)}
            yield {"": -Fraction(1, 1 << power)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        u = parts[""]
        distance = xp.clip(xp.abs(u), min=CLOSEST, max=1.0)
        return {"": xp.where(u < 0, -distance, distance)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return 0 < abs(parts[""][()]) <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Correlation:
        return signed_distance(xp, parts[""])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        u = Fraction(parts[""][()])
        return mp.mpf(1 - u if u > 0 else -1 - u)


class KernelMaps(Input):
    """The kernel map of a normalised activation: a Hermite series of ``degree``, or one of the named activations.

    ``centred`` takes the mean off, so that ``kappa(0) = 0``.
    """

    families = ("exponential", "two degrees", "nearly linear", "scales")
    choices = {"activation": tuple(ACTIVATIONS)}

    def __init__(self, degree: int | str, centred: bool = True) -> None:
        self.degree, self.centred = degree, centred

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


class FixedPointMaps(Input):
    r"""Hermite series with a prescribed fixed point $\rho_\star\in(0,1)$, the raw ``fixed``, exact in rationals.

    With $p(x)=\sum_{k\ge1}p_kx^k$, $p_k=w_k/\sum w$, and $a_0=\frac{\rho_\star-p(\rho_\star)}{1-p(\rho_\star)}$, the map is
    $\kappa=a_0+(1-a_0)p$.  Since $p$ is not linear, $\kappa(0)>0$ and $\kappa'(\rho_\star)<1<\kappa'(1)$.
    """

    families = KernelMaps.families

    def __init__(self, degree: int | str) -> None:
        self.degree = degree

    def parts(self) -> Mapping[str, Shape]:
        return {"weights": (self.degree,), "fixed": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        weights = sample_weights(sampler, family, batch, dimension(self.degree, sizes))
        distance = sampler.log_uniform(batch, low=2.0**-10, high=0.5)
        fixed = sampler.where(sampler.bernoulli(0.5, batch), distance, 1 - distance)
        return {"weights": weights, "fixed": sampler.where(sampler.bernoulli(0.5, batch), fixed, 0.5 + (fixed - 0.5) / 2)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        weights = draw_weights(draw, dimension(self.degree, sizes), first=1)
        return {"weights": weights, "fixed": Fraction(draw(st.integers(1, 15)), 16)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for weights in corner_weights(dimension(self.degree, sizes)):
            if any(weights[1:]):
                for fixed in (Fraction(1, 1024), Fraction(1, 4), Fraction(255, 256)):
                    yield {"weights": weights, "fixed": fixed}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"weights": xp.clip(parts["weights"], min=0.0), "fixed": xp.clip(parts["fixed"], min=FLOOR / 4, max=1 - FLOOR / 4)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights = list(parts["weights"].flat)
        return all(w >= 0 for w in weights) and any(weights[1:]) and 0 < parts["fixed"][()] < 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> FixedPointKernel:
        """The weight of degree 0 by ``a_0 / (1 - a_0) = (r - p(r)) / (1 - r)``, both differences summed without cancelling."""
        weights, fixed = parts["weights"], parts["fixed"]
        power = total = xp.ones_like(fixed)
        lifted = 0 * fixed
        for k in range(1, weights.shape[1]):
            lifted = lifted + weights[:, k] * total
            power = power * fixed
            total = total + power
        coefficients = xp.concat([(fixed * lifted)[:, None], weights], axis=1)
        return FixedPointKernel(xp, Series(), coefficients / xp.sum(coefficients, axis=1, keepdims=True), False, fixed)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        fixed = Fraction(parts["fixed"][()])
        total = sum(Fraction(w) for w in parts["weights"])
        shares = [Fraction(w) / total for w in parts["weights"]]
        at_fixed = sum((p * fixed ** (k + 1) for k, p in enumerate(shares)), Fraction(0))
        constant = (fixed - at_fixed) / (1 - at_fixed)
        coefficients = [constant, *((1 - constant) * p for p in shares)]
        return {"coefficients": [mp.mpf(a) for a in coefficients], "fixed": mp.mpf(fixed)}


@dataclass(frozen=True)
class FixedPointKernel(Kernel):
    """A Hermite series with its fixed point ``fixed``, ``(batch,)``; ``parameter`` holds the coefficients, whose sum is 1."""

    fixed: Any = None

    @property
    def slope_at_fixed(self) -> Any:
        r"""$\kappa'(\rho_\star)$."""
        return self.slope(Correlation(self.xp.ones_like(self.fixed), self.fixed, 1 - self.fixed))

    def distances(self, start: Correlation, layers: int) -> list[Any]:
        r"""$|\rho_\ell-\rho_\star|$ for the layers 0 to ``layers``.

        Every distance is the one before times a divided difference of the series, so that late layers do not stall at
        the rounding of the fixed point.
        """
        xp = self.xp
        deviation = xp.where(start.sign > 0, 1 - self.fixed - start.complement, start.value - self.fixed)
        state, found = start, [xp.abs(deviation)]
        for _ in range(layers):
            deviation = deviation * self._divided_difference(state.value)
            state = self(state)
            found.append(xp.abs(deviation))
        return found

    def _divided_difference(self, x: Any) -> Any:
        r"""$(\kappa(x)-\kappa(\rho_\star))/(x-\rho_\star)$ by synthetic division."""
        quotient, value = 0 * x, 0 * x
        for k in range(self.parameter.shape[1] - 1, 0, -1):
            value = value * self.fixed + self.parameter[:, k]
            quotient = quotient * x + value
        return quotient


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


def correlation() -> Correlations:
    """A correlation in (-1, 1)."""
    return Correlations()


def kernel(degree: int | str, centred: bool = True) -> KernelMaps:
    """The kernel map of an activation; ``degree`` bounds a Hermite series."""
    return KernelMaps(degree, centred)


def kernel_with_fixed_point(degree: int | str) -> FixedPointMaps:
    """A Hermite series of the given degree (at least 2) with a prescribed fixed point in (0, 1)."""
    return FixedPointMaps(degree)
