r"""Kernel maps by their attractor $\rho_\star\in[0,1]$: the fixed point of $\rho_{\ell+1}=\kappa(\rho_\ell)$, exact in rationals.

Four cases: $\rho_\star=0$ (a centred activation), $\rho_\star\in(0,1)$ with $\kappa'(1)>1$, and $\rho_\star=1$ with
$\kappa'(1)<1$ or $\kappa'(1)=1$.  Weights $w_1,\dots,w_K$ fix the map up to the mass of degree 0, which the prescribed
fixed point, or the prescribed slope at 1, determines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.activations import ACTIVATIONS, SERIES, Correlation, Kernel, Series
from strategies.kernels import FLOOR, KernelMaps, corner_weights, draw_weights, sample_weights

INSIDE, ONE = "below 1", "at 1"


class AttractedMaps(Input):
    r"""Hermite series with a prescribed attractor, with weights $w_1,\dots,w_K\ge0$ and one more raw number ``fixed``.

    Attractor below 1: ``fixed`` is $\rho_\star$.  With $p(x)=\sum_{k\ge1}p_kx^k$, $p_k=w_k/\sum w$, and
    $a_0=\frac{\rho_\star-p(\rho_\star)}{1-p(\rho_\star)}$, the map is $\kappa=a_0+(1-a_0)p$.  Unless $p$ is linear,
    $\kappa'(\rho_\star)<1<\kappa'(1)$, and $\kappa(0)>0$ for $\rho_\star>0$.  Attractor at 1: ``fixed`` is $1-\kappa'(1)$, and
    $\kappa=1-\kappa'(1)\frac{1-p}{p'(1)}$.

    ``zero`` admits ``fixed`` = 0, ``linear`` admits $p(x)=x$ with it, ``signed`` weights of both signs.
    """

    families = KernelMaps.families

    def __init__(
        self, degree: int | str, attractors: tuple[str, ...], zero: bool = False, linear: bool = False, signed: bool = False
    ) -> None:
        self.degree, self.zero, self.linear, self.signed = degree, zero, linear, signed
        self.only = attractors[0]
        self.choices = {"attractor": attractors} if len(attractors) > 1 else {}

    def parts(self) -> Mapping[str, Shape]:
        return {"weights": (self.degree,), "fixed": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.degree, sizes)
        weights = sample_weights(sampler, family, batch, count)
        if self.signed:
            weights = weights * sampler.signs(batch, count)
        distance = sampler.log_uniform(batch, low=2.0**-10, high=0.5)
        fixed = sampler.where(sampler.bernoulli(0.5, batch), distance, 1 - distance)
        fixed = sampler.where(sampler.bernoulli(0.5, batch), fixed, 0.5 + (fixed - 0.5) / 2)
        if self.zero:
            fixed = sampler.where(sampler.bernoulli(0.25, batch), 0.0, fixed)
        return {"weights": weights, "fixed": fixed}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.degree, sizes)
        weights = draw_weights(draw, count, first=0 if self.linear else 1)
        if self.signed:
            weights = [w * sign for w, sign in zip(weights, draw(st.tuples(*[st.sampled_from((1, -1))] * count)), strict=True)]
        return {"weights": weights, "fixed": Fraction(draw(st.integers(0 if self.zero else 1, 15)), 16)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for weights in corner_weights(dimension(self.degree, sizes)):
            for fixed in (Fraction(0), Fraction(1, 1024), Fraction(1, 4), Fraction(255, 256)):
                yield {"weights": weights, "fixed": fixed}
                if self.signed:
                    yield {"weights": [w * (-1) ** k for k, w in enumerate(weights)], "fixed": fixed}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        weights = parts["weights"] if self.signed else xp.clip(parts["weights"], min=0.0)
        fixed = parts["fixed"]
        clipped = xp.clip(fixed, min=FLOOR / 4, max=1 - FLOOR / 4)
        return {"weights": weights, "fixed": xp.where(fixed <= 0, 0 * fixed, clipped) if self.zero else clipped}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights, fixed = list(parts["weights"].flat), parts["fixed"][()]
        if not (0 <= fixed < 1 if self.zero else 0 < fixed < 1) or not any(weights[0 if self.linear else 1 :]):
            return False
        if not self.signed:
            return all(w >= 0 for w in weights)
        return sum(weights) != 0 != _normaliser(weights, Fraction(fixed), self._attractor(choices))

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> AttractedKernel:
        """The coefficients from sums that do not cancel.

        Below 1: the weight of degree 0 by ``a_0 / (1 - a_0) = (r - p(r)) / (1 - r)``.  At 1: ``a_0`` is proportional to the
        sum of ``(k - s) w_k`` and ``a_k`` to ``s w_k`` with the slope ``s``.
        """
        weights, fixed = parts["weights"], parts["fixed"]
        if self._attractor(choices) == ONE:
            constant = fixed * weights[:, 0]
            for k in range(1, weights.shape[1]):
                constant = constant + (k + fixed) * weights[:, k]
            coefficients = xp.concat([constant[:, None], (1 - fixed)[:, None] * weights], axis=1)
            fixed = xp.ones_like(fixed)
        else:
            power = total = xp.ones_like(fixed)
            lifted = 0 * fixed
            for k in range(1, weights.shape[1]):
                lifted = lifted + weights[:, k] * total
                power = power * fixed
                total = total + power
            coefficients = xp.concat([(fixed * lifted)[:, None], weights], axis=1)
        return AttractedKernel(xp, Series(), coefficients / xp.sum(coefficients, axis=1, keepdims=True), False, fixed)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        fixed = Fraction(parts["fixed"][()])
        weights = [Fraction(w) for w in parts["weights"]]
        shares = [w / sum(weights) for w in weights]
        if self._attractor(choices) == ONE:
            scale = (1 - fixed) / sum(k * p for k, p in enumerate(shares, 1))
            constant, fixed = 1 - scale, Fraction(1)
        else:
            at_fixed = sum((p * fixed**k for k, p in enumerate(shares, 1)), Fraction(0))
            constant = (fixed - at_fixed) / (1 - at_fixed)
        coefficients = [constant, *((1 - constant) * p for p in shares)]
        return {"coefficients": [mp.mpf(a) for a in coefficients], "fixed": mp.mpf(fixed)}

    def _attractor(self, choices: Mapping[str, str]) -> str:
        return choices.get("attractor", self.only)


def _normaliser(weights: list[Any], fixed: Fraction, attractor: str) -> Any:
    """What the exact construction divides by besides the sum of the weights."""
    if attractor == ONE:
        return sum(k * w for k, w in enumerate(weights, 1))
    return sum(w * (1 - fixed**k) for k, w in enumerate(weights, 1))


class UnitAttractors(Input):
    r"""Activations with $\kappa(0)>0$ whose correlations converge to 1: $\kappa'(1)<1$, or $\kappa'(1)=1$ if ``critical``.

    The raw ``steepness`` $u\in(0,1]$ gives a Hermite series $\kappa'(1)=u$ (1 if critical), the exponential and the cosine of
    $ux$ (of $x$ if critical, and no cosine); critical is every leaky ReLU, of slope $1-2u$ below 0.
    """

    families = KernelMaps.families

    def __init__(
        self,
        degree: int | str,
        critical: bool,
        activations: tuple[str, ...] = (),
        steepness: tuple[float, float] = (FLOOR, 1 - FLOOR),
    ) -> None:
        self.degree, self.critical, self.range = degree, critical, steepness
        known = (SERIES, "exponential", "leaky relu") if critical else (SERIES, "exponential", "cosine")
        self.choices = {"activation": activations or known}

    def parts(self) -> Mapping[str, Shape]:
        return {"weights": (self.degree,), "steepness": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        weights = sample_weights(sampler, family, batch, dimension(self.degree, sizes))
        small = sampler.log_uniform(batch, low=FLOOR, high=0.5)
        return {
            "weights": weights,
            "steepness": sampler.where(sampler.bernoulli(0.5, batch), small, 1 - small).clamp(*self.range),
        }

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        weights = draw_weights(draw, dimension(self.degree, sizes), first=1)
        low, high = self.range
        return {"weights": weights, "steepness": min(max(Fraction(draw(st.integers(1, 15)), 16), Fraction(low)), Fraction(high))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        count = dimension(self.degree, sizes)
        for weights in corner_weights(count) if choices["activation"] == SERIES else [[1] * count]:
            for steepness in (Fraction(1, 64), Fraction(1, 2), Fraction(63, 64)):
                yield {"weights": weights, "steepness": steepness}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        low, high = self.range
        return {"weights": xp.clip(parts["weights"], min=0.0), "steepness": xp.clip(parts["steepness"], min=low, max=high)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights, steepness = list(parts["weights"].flat), parts["steepness"][()]
        low, high = self.range
        return all(w >= 0 for w in weights) and any(weights[1:] if self.critical else weights) and low <= steepness <= high

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Kernel:
        name, steepness = choices["activation"], parts["steepness"]
        if name == SERIES:
            fixed = 0 * steepness if self.critical else 1 - steepness
            return self._series().tensor(xp, {"weights": parts["weights"], "fixed": fixed}, sizes, {})
        return Kernel(xp, ACTIVATIONS[name], self._parameter(name, steepness), False)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        name, steepness = choices["activation"], Fraction(parts["steepness"][()])
        if name == SERIES:
            weights = [Fraction(w) for w in parts["weights"]]
            scale = (1 if self.critical else steepness) / sum(k * w for k, w in enumerate(weights, 1))
            coefficients = [1 - scale * sum(weights), *(scale * w for w in weights)]
            parameter: Any = [mp.mpf(a) for a in coefficients]
        else:
            parameter = mp.mpf(self._parameter(name, steepness))
        return {"activation": name, "parameter": parameter, "centred": False}

    def _parameter(self, name: str, steepness: Any) -> Any:
        if name == "leaky relu":
            return steepness
        return (steepness * 0 + 1) / 2 if self.critical else steepness / 2

    def _series(self) -> AttractedMaps:
        return AttractedMaps(self.degree, (ONE,), zero=True)


@dataclass(frozen=True)
class AttractedKernel(Kernel):
    """A Hermite series with its attractor ``fixed``, ``(batch,)``; ``parameter`` holds the coefficients, whose sum is 1."""

    fixed: Any = None

    @property
    def slope_at_fixed(self) -> Any:
        r"""$\kappa'(\rho_\star)$."""
        return self.slope(Correlation(self.xp.ones_like(self.fixed), self.fixed, 1 - self.fixed))

    def orbit(self, start: Correlation, layers: int) -> list[tuple[Any, Correlation]]:
        r"""$\rho_\ell-\rho_\star$ and $\rho_\ell$ for the layers 0 to ``layers``.

        Every deviation from an attractor below 1 is the one before times a divided difference of the series, so that late
        layers do not stall at the rounding of the fixed point; from 1 it is the complement that the correlation carries.
        """
        xp = self.xp
        deviation = xp.where(start.sign > 0, 1 - self.fixed - start.complement, start.value - self.fixed)
        state, found = start, [(deviation, start)]
        for _ in range(layers):
            moved = deviation * self._divided_difference(state.value)
            state = self(state)
            deviation = xp.where(self.fixed == 1, -distance_from_one(xp, state), moved)
            found.append((deviation, state))
        return found

    def distances(self, start: Correlation, layers: int) -> list[Any]:
        r"""$|\rho_\ell-\rho_\star|$ for the layers 0 to ``layers``."""
        return [self.xp.abs(deviation) for deviation, _ in self.orbit(start, layers)]

    def with_residual(self, share: Any) -> AttractedKernel:
        r"""$(1-s)\kappa+s\rho$ for the shares $s$, ``(batch,)``: the kernel of a layer with a residual branch."""
        mixed = (1 - share)[:, None] * self.parameter
        places = self.xp.arange(mixed.shape[1], device=mixed.device) == 1
        return replace(self, parameter=mixed + self.xp.where(places, share[:, None], 0 * mixed))

    def _divided_difference(self, x: Any) -> Any:
        r"""$(\kappa(x)-\kappa(\rho_\star))/(x-\rho_\star)$ by synthetic division."""
        quotient, value = 0 * x, 0 * x
        for k in range(self.parameter.shape[1] - 1, 0, -1):
            value = value * self.fixed + self.parameter[:, k]
            quotient = quotient * x + value
        return quotient


def distance_from_one(xp: Any, rho: Correlation) -> Any:
    r"""$1-\rho$ without cancellation."""
    return xp.where(rho.sign > 0, rho.complement, 1 + rho.magnitude)


def potential(xp: Any, deviation: Any, rho: Correlation) -> Any:
    r"""$\Psi(\rho)$: $|\rho-\rho_\star|$ on $[0,\rho_\star]$, and $|\rho-\rho_\star|/(1-|\rho|)$ elsewhere."""
    between = (rho.sign > 0) & (deviation <= 0)
    return xp.abs(deviation) / xp.where(between, xp.ones_like(deviation), rho.complement)


def kernel_with_fixed_point(degree: int | str, zero: bool = False, signed: bool = False) -> AttractedMaps:
    """A Hermite series of the given degree (at least 2) with a prescribed fixed point in (0, 1), or in [0, 1)."""
    return AttractedMaps(degree, (INSIDE,), zero=zero, signed=signed)


def attracted(degree: int | str, linear: bool = False, signed: bool = False) -> AttractedMaps:
    """A Hermite series of the given degree (at least 2) with an attractor anywhere in [0, 1]."""
    return AttractedMaps(degree, (INSIDE, ONE), zero=True, linear=linear, signed=signed)


def attracted_to_one(degree: int | str, critical: bool, activations: tuple[str, ...] = ()) -> UnitAttractors:
    r"""An activation with $\kappa(0)>0$ and $\kappa'(1)<1$, or $\kappa'(1)=1$ if ``critical``."""
    return UnitAttractors(degree, critical, activations)


def relu() -> UnitAttractors:
    r"""The normalised ReLU, $\phi(x)=\sqrt2\max(x,0)$."""
    return UnitAttractors(2, True, ("leaky relu",), (0.5, 0.5))
