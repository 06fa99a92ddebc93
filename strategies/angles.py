r"""Pairs of unit vectors by $x=1-\rho\in[0,2]$, and what one ReLU layer makes of them, without cancellation next to 0.

With $\theta=\arccos(1-x)$ the normalised ReLU takes $x$ to $x-\frac1\pi(\sin\theta-\theta\cos\theta)$, and the kernel of its
derivative is $1-\theta/\pi$.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape
from strategies.arc_cosine import arc_cosine

CLOSEST = 2.0**-60


class Deviations(Input):
    """A number ``x = 1 - rho`` in [0, 2]; ``distinct`` leaves out 0."""

    families = ("log-uniform", "uniform", "near 2")

    def __init__(self, distinct: bool = False) -> None:
        self.distinct = distinct

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        match family:
            case "uniform":
                return {"": sampler.uniform(batch, low=2.0**-40, high=2.0)}
            case "near 2":
                return {"": 2 - sampler.log_uniform(batch, low=2.0**-40, high=1.0)}
        return {"": sampler.log_uniform(batch, low=2.0**-40, high=2.0)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        small = Fraction(draw(st.integers(1, 8)), 1 << draw(st.integers(2, 24)))
        return {"": small if draw(st.booleans()) else 2 - small}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for x in (Fraction(2), Fraction(1), Fraction(1, 2), Fraction(1, 1 << 20), Fraction(1, 1 << 50)):
            yield {"": x}
        if not self.distinct:
            yield {"": Fraction(0)}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=CLOSEST, max=2.0)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        x = parts[""][()]
        return 0 <= x <= 2 and not (self.distinct and x == 0)


class Secants(Input):
    """Three equidistant correlations by ``x = 1 - rho``: ``x``, ``x (1 - s/2)`` and ``x (1 - s)`` for ``s`` in (0, 1].

    ``x`` is at most 1, so that they lie in [0, 1]; ``whole`` admits 2, and correlations from -1 on.
    """

    families = ("log-uniform", "uniform")

    def __init__(self, whole: bool = False) -> None:
        self.largest = 2 if whole else 1

    def parts(self) -> Mapping[str, Shape]:
        return {"x": (), "share": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        share = sampler.log_uniform(batch, low=2.0**-10, high=1.0)
        if family == "uniform":
            return {"x": sampler.uniform(batch, low=2.0**-20, high=float(self.largest)), "share": share}
        return {"x": sampler.log_uniform(batch, low=2.0**-20, high=float(self.largest)), "share": share}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        x = Fraction(self.largest * draw(st.integers(1, 16)), 16)
        return {"x": x, "share": Fraction(draw(st.integers(1, 8)), 8)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for x in (Fraction(self.largest), Fraction(1, 2), Fraction(1, 1 << 20)):
            for share in (Fraction(1), Fraction(1, 2), Fraction(1, 1024)):
                yield {"x": x, "share": share}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {
            "x": xp.clip(parts["x"], min=2.0**-20, max=float(self.largest)),
            "share": xp.clip(parts["share"], min=2.0**-10, max=1.0),
        }

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return 0 < parts["x"][()] <= self.largest and 0 < parts["share"][()] <= 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        """The three ``x``, ``(batch, 3)``, in the order of rising correlations."""
        x, share = parts["x"], parts["share"]
        return xp.stack([x, x * (1 - share / 2), x * (1 - share)], axis=1)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        """The three correlations."""
        x, share = (Fraction(parts[name][()]) for name in ("x", "share"))
        return [mp.mpf(1 - x * (1 - part * share)) for part in (0, Fraction(1, 2), 1)]


def relu_step(xp: Any, x: Any) -> tuple[Any, Any]:
    r"""$\kappa_1(1-x)-(1-x)$, by which one layer lowers ``x``, and $1-\kappa_0(1-x)$."""
    theta = 2 * xp.atan2(xp.sqrt(x), xp.sqrt(2 - x))
    return arc_cosine(xp, 1, theta) / math.pi, theta / math.pi


@dataclass(frozen=True)
class Tangent:
    r"""Layer by layer, on the axis ``l`` from 0: $x_\ell$, the tangent kernel $\Theta^{(\ell)}$ and $\ell+1-\Theta^{(\ell)}$."""

    x: Any
    kernel: Any
    deficit: Any


def tangent_kernels(xp: Any, x: Any, layers: int, damped: bool = True) -> Tangent:
    """The tangent kernels of ReLU networks with up to ``layers`` hidden layers, stacked on axis 1.

    Not ``damped``, the kernel of the layer below is not multiplied by the kernel of the derivative.
    """
    states, kernels, deficits = [x], [1 - x], [x]
    for layer in range(1, layers + 1):
        drop, loss = relu_step(xp, states[-1])
        loss = loss if damped else 0 * loss
        states.append(states[-1] - drop)
        kernels.append(kernels[-1] * (1 - loss) + 1 - states[-1])
        deficits.append(deficits[-1] * (1 - loss) + layer * loss + states[-1])
    return Tangent(*(xp.stack(parts, axis=1) for parts in (states, kernels, deficits)))


def deviation(distinct: bool = False) -> Deviations:
    """``1 - rho`` in [0, 2]."""
    return Deviations(distinct)


def secant(whole: bool = False) -> Secants:
    """Three equidistant correlations in [0, 1], or in [-1, 1]."""
    return Secants(whole)
