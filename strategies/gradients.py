"""Lists of gradients that gradient descent meets, and the interpolation conditions on them (Taylor, Hendrickx, Glineur 2017)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension


class GradientList(Input):
    """A start ``(d,)``, a step in ``[low, high]`` and ``N+1`` gradients ``(N+1, d)`` of gradient descent.

    The iterates are defined by the method; whether a convex 1-smooth function with minimiser 0 has these gradients
    is decided by the interpolation conditions.  Draws are gradients of a quadratic, of a norm-clipped quadratic or of
    1-D piecewise quadratics, mixed with the strictly feasible ``x/2`` and perturbed.
    """

    families = ("huber", "quadratic", "flat")

    def __init__(self, steps: int | str, dim: int | str, low: float, high: float) -> None:
        self.steps, self.dim, self.low, self.high = steps, dim, low, high

    def parts(self) -> Mapping[str, Shape]:
        nodes = self.steps + 1 if isinstance(self.steps, int) else f"{self.steps}+1"
        return {"start": (self.dim,), "gradients": (nodes, self.dim), "step": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import torch

        count, d = dimension(self.steps, sizes) + 1, dimension(self.dim, sizes)
        start, step = sampler.normal(batch, d), sampler.uniform(batch, low=self.low, high=self.high)
        step = torch.where(sampler.bernoulli(0.2, batch), torch.clamp(torch.ones_like(step), self.low, self.high), step)
        mixing = sampler.log_uniform(batch, 1, low=1e-7, high=0.3)
        noise = sampler.log_uniform(batch, 1, low=1e-7, high=1.0) * sampler.bernoulli(0.5, batch, 1) * mixing
        cut = sampler.log_uniform(batch, 1, low=1e-2, high=2.0) * torch.linalg.vector_norm(start, dim=1, keepdim=True)
        curvature = torch.where(sampler.bernoulli(0.5, batch, d), sampler.integers(0, 1, batch, d), sampler.uniform(batch, d))
        x, gradients = start, []
        for _ in range(count):
            norm = torch.linalg.vector_norm(x, dim=1, keepdim=True)
            g = curvature * x if family == "quadratic" else x * torch.clamp(cut / norm.clamp(min=1e-300), max=1.0)
            if family == "flat":
                g = torch.minimum(torch.maximum(x, -cut), cut)
            g = (1 - mixing) * g + mixing * x / 2 + noise * norm * sampler.normal(batch, d)
            gradients.append(g)
            x = x - step[:, None] * g
        return {"start": start, "gradients": torch.stack(gradients, dim=1), "step": step}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        count, d = dimension(self.steps, sizes) + 1, dimension(self.dim, sizes)
        step = draw(st.sampled_from([v for v in (1.0, 0.5, 1.5, 1.75) if self.low <= v <= self.high]))
        start = [Fraction(draw(st.integers(-4, 4))) for _ in range(d)]
        x, gradients = list(start), []
        cut = draw(st.fractions(Fraction(1, 8), 4, max_denominator=8))
        for _ in range(count):
            gradients.append([min(max(value, -cut), cut) for value in x])
            x = [a - Fraction(step) * b for a, b in zip(x, gradients[-1], strict=True)]
        return {"start": start, "gradients": gradients, "step": step}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        count, d = dimension(self.steps, sizes) + 1, dimension(self.dim, sizes)
        for step in {self.low, self.high, min(max(1.0, self.low), self.high)}:
            yield {"start": [0] * d, "gradients": [[0] * d] * count, "step": step}
            powers = [(1 - Fraction(step)) ** k for k in range(count)]
            yield {"start": [1] * d, "gradients": [[power] * d for power in powers], "step": step}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "step": xp.clip(parts["step"], min=self.low, max=self.high)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part == "step" else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return Fraction(self.low) <= Fraction(parts["step"][()]) <= Fraction(self.high)

    def repair(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """Contract the gradients towards those of ``||x||^2 / 4``, strictly feasible, bisecting on the exact test."""
        step, start = Fraction(parts["step"][()]), parts["start"]
        base, x = [], start
        for _ in range(len(parts["gradients"])):
            base.append(x / 2)
            x = x - step * base[-1]
        centre = np.array(base, dtype=object).reshape(parts["gradients"].shape)
        share = Fraction(0)
        for bit in range(1, 25):
            tried = share + Fraction(1, 2**bit)
            gradients = centre + tried * (parts["gradients"] - centre)
            share = tried if interpolable(start, gradients, step) else share
        if share == 0:
            return None
        return {"start": start, "gradients": centre + share * (parts["gradients"] - centre), "step": parts["step"]}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return dict(parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        gradients = [[mp.mpf(value) for value in row] for row in parts["gradients"]]
        return {"start": [mp.mpf(v) for v in parts["start"]], "gradients": gradients, "step": mp.mpf(parts["step"][()])}


def interpolable(start: NDArray[Any], gradients: NDArray[Any], step: Fraction) -> bool:
    """Whether a convex 1-smooth function with minimiser 0 has these gradients along gradient descent, in rationals.

    Taylor, Hendrickx and Glineur (2017), Theorem 4: values exist iff no cycle of the pairwise bounds is positive.
    """
    points, slopes = [0 * start], [0 * start]
    x = start
    for g in gradients:
        points.append(x)
        slopes.append(g)
        x = x - step * g
    nodes = range(len(points))
    least = [[slopes[j] @ (points[i] - points[j]) + (d := slopes[i] - slopes[j]) @ d / 2 for j in nodes] for i in nodes]
    for k in nodes:
        for i in nodes:
            for j in nodes:
                least[i][j] = max(least[i][j], least[i][k] + least[k][j])
    return all(least[i][i] <= 0 for i in nodes)


def convex_bounds(xp: Any, x: Any, g: Any) -> Any:
    """Least ``f_i - f_j`` at ``[b, i, j]`` in the convex 1-smooth class, for points and gradients ``(batch, n, d)``."""
    return first_order_bounds(xp, x, g) + squared(xp, g) / 2


def first_order_bounds(xp: Any, x: Any, g: Any) -> Any:
    """Least ``f_i - f_j`` by convexity alone."""
    return xp.sum(g[:, None, :, :] * (x[:, :, None, :] - x[:, None, :, :]), axis=3)


def smooth_bounds(xp: Any, x: Any, g: Any) -> Any:
    """Least ``f_i - f_j`` in the class with 1-Lipschitz gradient; against node 0, the optimum, also by its minimality."""
    mean = (g[:, :, None, :] + g[:, None, :, :]) / 2
    least = xp.sum(mean * (x[:, :, None, :] - x[:, None, :, :]), axis=3) + squared(xp, g) / 4 - squared(xp, x) / 4
    minimal = xp.maximum(least[:, :, :1], xp.sum(g * g, axis=2)[:, :, None] / 2)
    return xp.concat([minimal, least[:, :, 1:]], axis=2)


def squared(xp: Any, points: Any) -> Any:
    """Squared distances of all pairs of points, ``(batch, n, n)``."""
    return xp.sum((points[:, :, None, :] - points[:, None, :, :]) ** 2, axis=3)


def longest_walks(xp: Any, least: Any) -> Any:
    """Greatest sums of bounds over walks of at most ``2^p >= n`` edges, by squaring in the max-plus algebra."""
    for _ in range((least.shape[1] - 1).bit_length()):
        longer = least
        for middle in range(least.shape[1]):
            longer = xp.maximum(longer, least[:, :, middle, None] + least[:, None, middle, :])
        least = longer
    return least


def gradient_list(steps: int | str, dim: int | str, low: float = 2.0**-10, high: float = 2 - 2.0**-10) -> GradientList:
    """The gradients that gradient descent meets, with its start and step."""
    return GradientList(steps, dim, low, high)
