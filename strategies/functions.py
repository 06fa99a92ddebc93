"""Convex functions and first-order data: piecewise quadratics, lists of gradients, quadratics, heavy-ball orbits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.arithmetic import Certifying, fraction
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
            inner = (sampler.signs(1, m + 1).cumsum(1) * 0 + _index(m + 1, sampler)) == sampler.where(start > 0, 0.0, float(m))[:, None]
            slopes = sampler.where(inner, float(self.high), float(max(self.low, 0)) + 0 * slopes)
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


class HeavyBallOrbit(PiecewiseQuadratic):
    """A function ``x^2/2 + (root^2 - 1) phi(x)``, ``phi`` piecewise quadratic with slopes in [0, 1], and two iterates.

    Its second derivative lies in ``[1, root^2]``.  Draws are settled: Polyak's heavy ball is run for ``settle``
    steps first, so that a draw with an attracting cycle starts on it; `exactify` solves for the cycle in rationals.
    """

    families = ("extremal", "mixed", "scales", "unsettled")
    settle = 400

    def __init__(self, breaks: int | str, period: str, root: int | None = None) -> None:
        super().__init__(breaks)
        self.period, self.root = period, root

    def parts(self) -> Mapping[str, Shape]:
        own = super().parts()
        return {"breaks": own["breaks"], "slopes": own["slopes"], "root": (), "current": (), "previous": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import array_api_compat.torch as xp

        drawn = super().sample(sampler, "mixed" if family == "unsettled" else family, batch, sizes, choices)
        whole = sampler.integers(2, 12, batch)
        root = sampler.where(sampler.bernoulli(0.5, batch), whole, 1 + sampler.log_uniform(batch, low=0.5, high=12.0))
        root = root if self.root is None else 0 * root + self.root
        current = drawn["start"] * sampler.uniform(batch, low=0.5, high=4.0)
        parts = {"breaks": drawn["breaks"], "slopes": drawn["slopes"], "root": root, "current": current, "previous": current}
        if family == "unsettled":
            return {**parts, "previous": sampler.normal(batch)}
        built = self.tensor(xp, parts, sizes, choices)
        before = current
        for _ in range(self.settle):
            before, current = current, heavy_ball_step(xp, built, before, current)
        return {**parts, "current": current, "previous": before}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        drawn = super().draw(draw, sizes, choices)
        root = draw(st.integers(2, 8)) if self.root is None else self.root
        states = {part: draw(st.fractions(-3, 3, max_denominator=4)) for part in ("current", "previous")}
        return {"breaks": drawn["breaks"], "slopes": drawn["slopes"], "root": root, **states}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        for corner in super().corners(sizes, choices):
            start = corner.pop("start")
            yield {**corner, "root": self.root or 2, "current": start, "previous": start}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        root = xp.clip(parts["root"], min=self.root or 1.125, max=self.root or 64)
        return {**parts, "slopes": xp.clip(parts["slopes"], min=0, max=1), "root": root}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        root = parts["root"][()]
        return super().admits(parts, sizes, choices) and (root > 1 if self.root is None else root == self.root)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        ordered = {"breaks": sorted(parts["breaks"]), "slopes": list(parts["slopes"])}
        vectors = {part: [mp.mpf(value) for value in values] for part, values in ordered.items()}
        return {**vectors, **{part: mp.mpf(parts[part][()]) for part in ("root", "current", "previous")}}

    def exactify(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts | None:
        """The cycle near the given iterates whose points lie on the pieces that these visit, or None.

        On fixed pieces a cycle of K steps solves K linear equations; the shortest K up to the largest period with a
        solution other than 0 whose points lie on those pieces is taken.
        """
        if not self.admits(parts, sizes, choices):
            return None
        function = [sorted(parts["breaks"]), list(parts["slopes"])]
        root, x = Fraction(parts["root"][()]), [Fraction(parts[part][()]) for part in ("previous", "current")]
        step, momentum = 4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2
        longest, distances = dimension(self.period, sizes), {}
        for period in range(1, longest + 1):
            slope, offset, _ = _piece(*function, root, x[-1])
            following = x[-1] - step * (slope * x[-1] + offset) + momentum * (x[-1] - x[-2])
            x.append(Fraction(float(following)))
            distances[period] = abs(x[-1] - x[1]) + abs(x[-2] - x[0])
        for period in sorted(distances, key=lambda k: (distances[k], k)):
            cycle = _cycle(function, root, x[1 : period + 1])
            if cycle is not None:
                previous, current = np.empty((), dtype=object), np.empty((), dtype=object)
                previous[()], current[()] = cycle[-1], cycle[0]
                return {**parts, "previous": previous, "current": current}
        return None


def _piece(breaks: list[Fraction], slopes: list[Fraction], root: Fraction, x: Fraction) -> tuple[Fraction, Fraction, int]:
    """Slope and offset of the derivative ``slope x + offset`` at ``x``, and the index of its piece."""
    index = sum(b < x for b in breaks)
    home = sum(b < 0 for b in breaks)
    derivative, at = Fraction(0), Fraction(0)
    for j in range(home, index) if index >= home else range(home, index, -1):
        end = breaks[j] if index >= home else breaks[j - 1]
        derivative += slopes[j] * (end - at)
        at = end
    curvature = root**2 - 1
    return 1 + curvature * slopes[index], curvature * (derivative - slopes[index] * at), index


def _cycle(function: list[list[Fraction]], root: Fraction, near: list[Fraction]) -> list[Fraction] | None:
    """The exact cycle of Polyak's heavy ball on the pieces of the points ``near``, or None."""
    period = len(near)
    step, momentum = 4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2
    pieces = [_piece(*function, root, x) for x in near]
    system = [[Fraction(0)] * period for _ in near]
    for t, (slope, _, _) in enumerate(pieces):
        system[t][(t + 1) % period] += 1
        system[t][t] += step * slope - 1 - momentum
        system[t][t - 1] += momentum
    mp = Certifying()
    try:
        solved = mp.lu_solve(mp.matrix(system), [-step * offset for _, offset, _ in pieces])
    except ZeroDivisionError:
        return None
    if not solved.is_rational:
        return None
    cycle = [fraction(x.value) for x in solved]
    if not any(cycle):
        return None
    return cycle if all(_piece(*function, root, x)[2] == piece[2] for x, piece in zip(cycle, pieces, strict=True)) else None


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


def heavy_ball_step(xp: Any, orbit: Parts, previous: Any, current: Any) -> Any:
    """The next iterate of Polyak's heavy ball on ``x^2/2 + (root^2 - 1) phi(x)``, all ``(batch,)``."""
    root = orbit["root"]
    gradient = current + (root**2 - 1) * piecewise_derivative(xp, orbit, current)
    return current - 4 / (1 + root) ** 2 * gradient + ((root - 1) / (root + 1)) ** 2 * (current - previous)


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


def gradient_list(steps: int | str, dim: int | str, low: float = 2.0**-10, high: float = 2 - 2.0**-10) -> GradientList:
    """The gradients that gradient descent meets, with its start and step."""
    return GradientList(steps, dim, low, high)


def quadratic(dim: int | str, moving: bool = False) -> Quadratic:
    """A quadratic with spectrum in ``[1, root^2]`` and a start at rest, or with a velocity where ``moving``."""
    return Quadratic(dim, moving)


def heavy_ball_orbit(breaks: int | str, period: str, root: int | None = None) -> HeavyBallOrbit:
    """A strongly convex piecewise quadratic and two iterates of the heavy ball on it."""
    return HeavyBallOrbit(breaks, period, root)
