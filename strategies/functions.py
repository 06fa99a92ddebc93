"""Convex functions of one variable with piecewise linear derivative, quadratic forms, and step sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension


class Number(Input):
    """One number in the closed interval ``[low, high]``; ``favourites`` are drawn a third of the time."""

    families = ("uniform", "favourites")

    def __init__(self, low: float, high: float, favourites: tuple[float, ...]) -> None:
        self.low, self.high, self.favourites = low, high, favourites

    def parts(self) -> Mapping[str, Shape]:
        return {"": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import torch

        if family == "favourites":
            table = torch.tensor(self.favourites, dtype=torch.float64, device=sampler.device)
            return {"": table[sampler.integers(0, len(self.favourites) - 1, batch).to(torch.int64)]}
        return {"": sampler.uniform(batch, low=self.low, high=self.high)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        return {"": draw(st.sampled_from(self.favourites))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        return ({"": value} for value in self.favourites)

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(parts[""], min=self.low, max=self.high)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return Fraction(self.low) <= Fraction(parts[""][()]) <= Fraction(self.high)


class PiecewiseQuadratic(Input):
    """A function of one variable with piecewise linear derivative, ``f(0) = f'(0) = 0``, and a start.

    ``breaks`` ``(m,)`` in any order cut the line, ``slopes`` ``(m+1,)`` in ``[low, high]`` are the second derivatives
    between them from left to right.  With ``low = 0`` these are dense in the convex functions of one variable.
    """

    families = ("extremal", "huber", "mixed", "scales")

    def __init__(self, breaks: int | str, low: int = 0, high: int = 1) -> None:
        self.breaks, self.low, self.high = breaks, low, high

    def parts(self) -> Mapping[str, Shape]:
        pieces = self.breaks + 1 if isinstance(self.breaks, int) else f"{self.breaks}+1"
        return {"breaks": (self.breaks,), "slopes": (pieces,), "start": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        m = dimension(self.breaks, sizes)
        start = sampler.signs(batch) * sampler.uniform(batch, low=0.25, high=2.0)
        slopes = sampler.uniform(batch, m + 1, low=self.low, high=self.high)
        extremal = sampler.integers(0, 1, batch, m + 1) * (self.high - self.low) + self.low
        breaks = 1.5 * sampler.normal(batch, m) * abs(start[:, None])
        share = 0.3 if family == "mixed" else 0.8
        slopes = sampler.where(sampler.bernoulli(share, batch, m + 1), extremal, slopes)
        if family == "scales":
            breaks = sampler.signs(batch, m) * sampler.log_uniform(batch, m, low=1e-3, high=4.0)
        if family == "huber":
            cut = sampler.log_uniform(batch, 1, low=1e-2, high=2.0) * start[:, None]
            breaks = cut * (1 + sampler.integers(0, 1, batch, m) * sampler.uniform(batch, m))
            outermost = sampler.where(start > 0, 0.0, float(m))[:, None]  # the piece on the far side of the minimiser
            slopes = sampler.where(_index(m + 1, sampler) == outermost, float(self.high), float(max(self.low, 0)) + 0 * slopes)
        return {"breaks": breaks, "slopes": slopes, "start": start}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        m = dimension(self.breaks, sizes)
        slope = st.one_of(st.integers(self.low, self.high), st.fractions(self.low, self.high, max_denominator=4))
        return {
            "breaks": draw(st.lists(st.fractions(-4, 4, max_denominator=4), min_size=m, max_size=m)),
            "slopes": draw(st.lists(slope, min_size=m + 1, max_size=m + 1)),
            "start": draw(st.fractions(-4, 4, max_denominator=2)),
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        m = dimension(self.breaks, sizes)
        for start in (0, 1, -1):
            yield {"breaks": [1] * m, "slopes": [self.high] * (m + 1), "start": start}
            yield {"breaks": [0] * m, "slopes": [self.low] * m + [self.high], "start": start}
            yield {"breaks": list(range(1, m + 1)), "slopes": [self.high] + [0] * m, "start": start}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "slopes": xp.clip(parts["slopes"], min=self.low, max=self.high)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(self.low <= slope <= self.high for slope in parts["slopes"].flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """The same arrays, with the breaks in ascending order."""
        return {**parts, "breaks": xp.sort(parts["breaks"], axis=1)}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        ordered = {"breaks": sorted(parts["breaks"]), "slopes": list(parts["slopes"])}
        vectors = {part: [mp.mpf(value) for value in values] for part, values in ordered.items()}
        return {**vectors, "start": mp.mpf(parts["start"][()])}


class Quadratic(Input):
    """A positive quadratic form through its spectrum and one reflection, a start, and the root of its condition.

    ``places`` ``(d,)`` in ``[0, 1]`` put the eigenvalues between 1 and ``root^2``; ``axis`` ``(d,)`` is the normal of
    the Householder reflection to the eigenbasis (no reflection where it is 0); ``start`` ``(d,)``; ``velocity``
    ``(d,)`` is the previous iterate minus the start, 0 unless ``moving``.
    """

    families = ("ends", "uniform")

    def __init__(self, dim: int | str, moving: bool = False) -> None:
        self.dim, self.moving = dim, moving

    def parts(self) -> Mapping[str, Shape]:
        vectors = ("places", "axis", "start", *(("velocity",) if self.moving else ()))
        return {**{part: (self.dim,) for part in vectors}, "root": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        d = dimension(self.dim, sizes)
        places = sampler.integers(0, 1, batch, d) if family == "ends" else sampler.uniform(batch, d)
        axis = sampler.normal(batch, d) * sampler.bernoulli(0.5, batch, 1)
        root = 1 + sampler.log_uniform(batch, low=1e-2, high=20.0)
        parts = {"places": places, "axis": axis, "start": sampler.normal(batch, d), "root": root}
        return {**parts, "velocity": sampler.normal(batch, d)} if self.moving else parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        d = dimension(self.dim, sizes)
        shapes = {part: st.lists(st.integers(-2, 2), min_size=d, max_size=d) for part in self.parts() if part != "root"}
        shapes["places"] = st.lists(st.fractions(0, 1, max_denominator=2), min_size=d, max_size=d)
        return {**{part: draw(shape) for part, shape in shapes.items()}, "root": draw(st.integers(2, 9))}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        d = dimension(self.dim, sizes)
        for place in (0, 1):
            vectors = {part: [0] * d for part in self.parts() if part not in ("places", "root", "start")}
            yield {**vectors, "places": [place] * d, "start": [1] * d, "root": 3}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "places": xp.clip(parts["places"], min=0, max=1), "root": xp.clip(parts["root"], min=1 + 2.0**-10)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 2 if part == "root" else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return parts["root"][()] > 1 and all(0 <= place <= 1 for place in parts["places"].flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``hessian`` ``(batch, d, d)``, ``root``, ``current`` and ``previous`` ``(batch, d)``."""
        axis, d = parts["axis"], dimension(self.dim, sizes)
        square = xp.sum(axis * axis, axis=1)[:, None, None]
        identity = xp.eye(d, dtype=axis.dtype, device=axis.device)
        safe = xp.where(square > 0, square, xp.ones_like(square))
        reflection = identity - 2 * axis[:, :, None] * axis[:, None, :] / safe
        eigenvalues = 1 + (parts["root"][:, None] ** 2 - 1) * parts["places"]
        hessian = reflection @ (eigenvalues[:, :, None] * reflection)
        previous = parts["start"] + parts["velocity"] if self.moving else parts["start"]
        return {"hessian": hessian, "root": parts["root"], "current": parts["start"], "previous": previous}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``eigenvalues``, and the two states in the eigenbasis, ``current`` and ``previous``; ``root``."""
        axis, root = parts["axis"], parts["root"][()]
        square = axis @ axis

        def reflected(vector: NDArray[Any]) -> list[Any]:
            image = vector - 2 * axis * (axis @ vector) / square if square else vector
            return [mp.mpf(value) for value in image]

        previous = parts["start"] + parts["velocity"] if self.moving else parts["start"]
        eigenvalues = [mp.mpf(1 + (root**2 - 1) * place) for place in parts["places"]]
        states = {"current": reflected(parts["start"]), "previous": reflected(previous)}
        return {"eigenvalues": eigenvalues, "root": mp.mpf(root), **states}


def piecewise_derivative(xp: Any, function: Parts, x: Any) -> Any:
    """``f'(x)`` ``(batch,)`` as the integral of the slopes from 0 to x; breaks ascending."""
    lower, upper = _intervals(xp, function["breaks"])
    overlap = xp.clip(x[:, None], min=lower, max=upper) - xp.clip(xp.zeros_like(lower), min=lower, max=upper)
    return xp.sum(function["slopes"] * overlap, axis=1)


def piecewise_value(xp: Any, function: Parts, x: Any) -> Any:
    """``f(x)`` ``(batch,)``: every piece between 0 and x contributes slope times overlap times mean distance to x."""
    lower, upper = _intervals(xp, function["breaks"])
    side = xp.where(x >= 0, xp.ones_like(x), -xp.ones_like(x))[:, None]
    lower, upper, end = xp.where(side > 0, lower, -upper), xp.where(side > 0, upper, -lower), abs(x)[:, None]
    zero = xp.zeros_like(end)
    near, far = xp.clip(lower, min=zero, max=end), xp.clip(upper, min=zero, max=end)
    overlap = far - near
    return xp.sum(function["slopes"] * overlap * (end - far + overlap / 2), axis=1)


def piecewise_infimum(xp: Any, function: Parts) -> Any:
    """Infimum ``(batch,)`` of a function that need not be convex: over breaks, zeros of f' between them, and both ends."""
    breaks, slopes = function["breaks"], function["slopes"]
    count = breaks.shape[1]
    values = xp.stack([piecewise_value(xp, function, breaks[:, j]) for j in range(count)], axis=1)
    derivatives = xp.stack([piecewise_derivative(xp, function, breaks[:, j]) for j in range(count)], axis=1)
    lowest = xp.minimum(xp.min(values, axis=1), xp.zeros_like(values[:, 0]))
    for j in range(count + 1):
        slope = slopes[:, j]
        base = max(j - 1, 0)
        entry = derivatives[:, base] if j else -xp.ones_like(slope)
        leave = derivatives[:, j] if j < count else xp.ones_like(slope)
        bottom = values[:, base] - derivatives[:, base] ** 2 / (2 * xp.where(slope > 0, slope, xp.ones_like(slope)))
        inside = (slope > 0) & (entry < 0) & (leave > 0)
        lowest = xp.minimum(lowest, xp.where(inside, bottom, lowest))
    left = (slopes[:, 0] < 0) | ((slopes[:, 0] == 0) & (derivatives[:, 0] > 0))
    right = (slopes[:, -1] < 0) | ((slopes[:, -1] == 0) & (derivatives[:, -1] < 0))
    return xp.where(left | right, xp.full_like(lowest, -xp.inf), lowest)


def _intervals(xp: Any, breaks: Any) -> tuple[Any, Any]:
    ends = xp.full_like(breaks[:, :1], xp.inf)
    return xp.concat([-ends, breaks], axis=1), xp.concat([breaks, ends], axis=1)


def _index(length: int, sampler: Sampler) -> Any:
    import torch

    return torch.arange(length, device=sampler.device)[None, :]


def step_size(low: float = 2.0**-10, high: float = 2 - 2.0**-10) -> Number:
    """A normalised step strictly between 0 and 2, often at a round value or near the ends."""
    rounds = tuple(value for value in (1.0, 0.5, 0.25, 1.5, 1.75, 1.875, low, high) if low <= value <= high)
    return Number(low, high, rounds)


def piecewise_quadratic(breaks: int | str, low: int = 0, high: int = 1) -> PiecewiseQuadratic:
    """A one-dimensional function with slopes of the derivative in ``[low, high]`` and minimiser 0, and a start."""
    return PiecewiseQuadratic(breaks, low, high)


def quadratic(dim: int | str, moving: bool = False) -> Quadratic:
    """A quadratic with spectrum in ``[1, root^2]`` and a start at rest, or with a velocity where ``moving``."""
    return Quadratic(dim, moving)
