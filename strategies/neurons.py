r"""Single neurons with explicit activations, for what theorems say about the expectation over their random weights.

A polynomial activation is $\sum_kb_k\mathrm{He}_k$ (monic Hermite polynomials) divided by the root of its second moment
$V=\sum_kb_k^2k!$; its kernel map $\kappa(\rho)=\frac1V\sum_kb_k^2k!\,\rho^k$ is rational with the raw $b_k$.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension

POLYNOMIAL, RELU = "polynomial", "relu"


class Neurons(Input):
    """A normalised activation: a polynomial of the given degree, not constant, or the ReLU where ``relu`` admits it."""

    families = ("gaussian", "one degree", "scales")

    def __init__(self, degree: int | str, relu: bool = False) -> None:
        self.degree = degree
        self.choices = {"activation": (POLYNOMIAL, RELU)} if relu else {}

    def parts(self) -> Mapping[str, Shape]:
        return {"": (f"{self.degree}+1" if isinstance(self.degree, str) else self.degree + 1,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import torch

        count = dimension(self.degree, sizes) + 1
        values = sampler.normal(batch, count)
        if family == "one degree":
            place = torch.arange(count, device=sampler.device) == sampler.integers(1, count - 1, batch, 1)
            values = sampler.where(place, 1.0, values * sampler.log_uniform(batch, 1, low=2.0**-20, high=1.0))
        if family == "scales":
            values = sampler.signs(batch, count) * sampler.log_uniform(batch, count, low=2.0**-10, high=1.0)
        return {"": values}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        count = dimension(self.degree, sizes) + 1
        values = draw(st.lists(st.integers(-3, 3), min_size=count, max_size=count))
        return {"": values if any(values[1:]) else [*values[:-1], 1]}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        count = dimension(self.degree, sizes) + 1
        for k in range(1, count):
            yield {"": [int(i == k) for i in range(count)]}
            yield {"": [int(i in (0, k)) for i in range(count)]}
        yield {"": [1] * count}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return any(parts[""][1:])

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Neuron:
        return Neuron(xp, parts[""], choices.get("activation") == RELU)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return None if choices.get("activation") == RELU else [mp.mpf(b) for b in parts[""]]


@dataclass(frozen=True)
class Neuron:
    """A normalised activation on batches, with the coefficients ``b`` of shape ``(batch, K+1)``."""

    xp: Any
    b: Any
    relu: bool

    def __call__(self, u: Any) -> Any:
        """The activation at the pre-activations ``u``, ``(batch, …)``."""
        xp = self.xp
        if self.relu:
            return math.sqrt(2) * xp.where(u > 0, u, 0 * u)
        spread = (u.shape[0], *[1] * (len(u.shape) - 1))
        last, he, total = 0 * u, 0 * u + 1, 0 * u
        for k in range(self.b.shape[1]):
            total = total + xp.reshape(self.b[:, k], spread) * he
            last, he = he, u * he - k * last
        return total / xp.reshape(xp.sqrt(xp.sum(self.squares, axis=1)), spread)

    @property
    def squares(self) -> Any:
        """``b_k^2 k!``, ``(batch, K+1)``."""
        return self.xp.stack([self.b[:, k] ** 2 * math.factorial(k) for k in range(self.b.shape[1])], axis=1)

    def share(self, k: int) -> Any:
        """``c_k^2``, the share of the degree ``k`` in the second moment, for a polynomial."""
        return self.squares[:, k] / self.xp.sum(self.squares, axis=1)

    def kernel(self, rho: Any) -> Any:
        r"""$\kappa(\rho)$ for the correlations ``rho``, ``(batch,)``."""
        xp = self.xp
        if self.relu:
            inside = xp.clip(rho, min=-1.0, max=1.0)
            return (xp.sqrt(1 - inside * inside) + (math.pi - xp.acos(inside)) * inside) / math.pi
        total = 0 * rho
        for k in range(self.b.shape[1] - 1, -1, -1):
            total = total * rho + self.share(k)
        return total


class Strengths(Input):
    r"""The strength $r\in(0,1)$ of a residual branch with a rational $\sqrt{1-r^2}$: $r=\frac{2t}{1+t^2}$ for the raw $t$."""

    families = ("uniform", "weak")

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        if family == "weak":
            return {"": sampler.log_uniform(batch, low=2.0**-10, high=0.5)}
        return {"": sampler.uniform(batch, low=2.0**-10, high=1 - 2.0**-10)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": Fraction(draw(st.integers(1, 7)), 8)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for t in (Fraction(1, 2), Fraction(1, 32), Fraction(31, 32)):
            yield {"": t}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=2.0**-10, max=1 - 2.0**-10)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return 0 < parts[""][()] < 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> tuple[Any, Any]:
        t = parts[""]
        return 2 * t / (1 + t * t), (1 - t) * (1 + t) / (1 + t * t)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        t = Fraction(parts[""][()])
        return mp.mpf(2 * t / (1 + t * t)), mp.mpf((1 - t * t) / (1 + t * t))


def activations_of(xp: Any, neuron: Neuron, X: Any, W: Any) -> tuple[Any, Any]:
    """The neuron with the weights ``W``, ``(batch, 1, n)``, at the two inputs ``X``, ``(batch, 2, n)``."""
    u = xp.sum(W * X, axis=2)
    return neuron(u[:, 0]), neuron(u[:, 1])


def overlap(xp: Any, X: Any) -> Any:
    r"""$\rho=\langle x,y\rangle$ of the two unit inputs ``X``, ``(batch, 2, n)``."""
    return xp.sum(X[:, 0] * X[:, 1], axis=1)


def first_layer(xp: Any, neuron: Neuron, X: Any, W: Any) -> dict[str, Any]:
    r"""$\phi(\langle w,x\rangle)\phi(\langle w,y\rangle)$ beside $\kappa(\langle x,y\rangle)$."""
    at_x, at_y = activations_of(xp, neuron, X, W)
    return {"product": at_x * at_y, "kappa": neuron.kernel(overlap(xp, X))}


def neuron(degree: int | str, relu: bool = False) -> Neurons:
    """A normalised polynomial activation of at most that degree, or the ReLU."""
    return Neurons(degree, relu)


def strength() -> Strengths:
    """The strength of a residual branch."""
    return Strengths()
