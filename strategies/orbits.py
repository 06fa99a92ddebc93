"""Orbits of the heavy-ball method on convex functions of one variable; cycles are solved for exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.arithmetic import Certifying, fraction
from refute.inputs import Parts, Sampler, Shape, dimension
from strategies.functions import PiecewiseQuadratic, piecewise_derivative


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


def heavy_ball_step(xp: Any, orbit: Parts, previous: Any, current: Any) -> Any:
    """The next iterate of Polyak's heavy ball on ``x^2/2 + (root^2 - 1) phi(x)``, all ``(batch,)``."""
    root = orbit["root"]
    gradient = current + (root**2 - 1) * piecewise_derivative(xp, orbit, current)
    return current - 4 / (1 + root) ** 2 * gradient + ((root - 1) / (root + 1)) ** 2 * (current - previous)


def heavy_ball_orbit(breaks: int | str, period: str, root: int | None = None) -> HeavyBallOrbit:
    """A strongly convex piecewise quadratic and two iterates of the heavy ball on it."""
    return HeavyBallOrbit(breaks, period, root)
