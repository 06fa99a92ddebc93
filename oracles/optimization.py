"""Exact quantities of the optimisation family: trajectories on piecewise quadratics, interpolation, heavy ball."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def walk(function: Mapping[str, Sequence[Any]], x: Any) -> tuple[Any, Any]:
    """Derivative and value at ``x``, walking from 0 over the breaks and adding one trapezoid per piece."""
    breaks, slopes = function["breaks"], function["slopes"]
    at, derivative, value = 0 * x, 0 * x, 0 * x
    ahead = [b for b in breaks if 0 < b < x] if x > 0 else [b for b in reversed(breaks) if x < b < 0]
    for end in [*ahead, x]:
        slope = slopes[sum(1 for b in breaks if b <= at)] if x > 0 else slopes[sum(1 for b in breaks if b < at)]
        following = derivative + slope * (end - at)
        value = value + (derivative + following) / 2 * (end - at)
        at, derivative = end, following
    return derivative, value


def gradient_descent(mp: Any, f: Mapping[str, Any], h: Any, N: int) -> dict[str, Any]:
    """Excess and iterates of gradient descent on a piecewise quadratic; ``f.start`` is the first iterate."""
    x, excess, distance = f["start"], [], []
    for _ in range(N + 1):
        derivative, value = walk(f, x)
        excess.append(value)
        distance.append(abs(x))
        x = x - h * derivative
    return {"excess": excess, "distance": distance, "last": excess[-1], "R": abs(f["start"]), "h": h}


def gradient_descent_nonconvex(mp: Any, f: Mapping[str, Any], h: Any, N: int) -> dict[str, Any]:
    """The same, with the infimum of a function that need not be convex."""
    return {**gradient_descent(mp, f, h, N), "infimum": infimum(mp, f)}


def infimum(mp: Any, f: Mapping[str, Any]) -> Any:
    """Infimum of a piecewise quadratic: over its breaks, the zeros of its derivative, and its behaviour at infinity."""
    breaks, slopes = f["breaks"], f["slopes"]
    lowest = mp.mpf(0)
    for outward, slope, b in ((1, slopes[-1], breaks[-1]), (-1, slopes[0], breaks[0])):
        derivative, _ = walk(f, b)
        if slope < 0 or (slope == 0 and outward * derivative < 0):
            return mp.ninf
    for b in breaks:
        derivative, value = walk(f, b)
        lowest = value if value < lowest else lowest
        for side, slope in ((1, slopes[sum(1 for c in breaks if c <= b)]), (-1, slopes[sum(1 for c in breaks if c < b)])):
            if slope > 0 and side * derivative < 0:
                zero = b - derivative / slope
                within = not any((b < c < zero) if side > 0 else (zero < c < b) for c in breaks)
                bottom = value - derivative * derivative / (2 * slope)
                lowest = bottom if within and bottom < lowest else lowest
    return lowest


Bound = Callable[[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[Any]], Any]


def convex_bound(xi: Sequence[Any], gi: Sequence[Any], xj: Sequence[Any], gj: Sequence[Any]) -> Any:
    """Least ``f_i - f_j`` in the convex 1-smooth class (Taylor, Hendrickx, Glineur 2017, Theorem 4)."""
    return inner(gj, difference(xi, xj)) + square(difference(gi, gj)) / 2


def first_order_bound(xi: Sequence[Any], gi: Sequence[Any], xj: Sequence[Any], gj: Sequence[Any]) -> Any:
    """Least ``f_i - f_j`` by convexity alone."""
    return inner(gj, difference(xi, xj))


def smooth_bound(xi: Sequence[Any], gi: Sequence[Any], xj: Sequence[Any], gj: Sequence[Any]) -> Any:
    """Least ``f_i - f_j`` in the class with 1-Lipschitz gradient, convex or not."""
    apart = difference(xi, xj)
    mean = [(a + b) / 2 for a, b in zip(gi, gj, strict=True)]
    return inner(mean, apart) + square(difference(gi, gj)) / 4 - square(apart) / 4


def interpolated(bound: Bound = convex_bound, stationary_is_minimal: bool = True) -> Callable[..., dict[str, Any]]:
    """The oracle of lists of gradients: the longest walks by Bellman-Ford from each node."""

    def oracle(mp: Any, data: Mapping[str, Any], N: int) -> dict[str, Any]:
        points, gradients = [[0 * v for v in data["start"]]], [[0 * v for v in data["start"]]]
        x = data["start"]
        for g in data["gradients"]:
            points.append(x)
            gradients.append(g)
            x = [a - data["step"] * b for a, b in zip(x, g, strict=True)]
        nodes = range(N + 2)
        least = [[bound(points[i], gradients[i], points[j], gradients[j]) for j in nodes] for i in nodes]
        if not stationary_is_minimal:
            for i in nodes:
                least[i][0] = larger(least[i][0], square(gradients[i]) / 2)
        longest = [longest_walks(least, i) for i in nodes]
        cycle = longest[0][0]
        for i in nodes:
            cycle = larger(cycle, longest[i][i])
        stretch = 0 * data["step"]
        for i, j in pairs(N + 2):
            steepness = square(difference(gradients[i], gradients[j])) - square(difference(points[i], points[j]))
            stretch = larger(stretch, steepness)
        values = [-value for value in longest[0][1:]]
        return {
            "excess": values,
            "last": values[-1],
            "cycle": cycle,
            "stretch": stretch,
            "distance_squared": [square(point) for point in points[1:]],
            "R_squared": square(data["start"]),
            "h": data["step"],
        }

    return oracle


def larger(a: Any, b: Any) -> Any:
    """The larger of two comparable numbers."""
    return a if a >= b else b


def pairs(count: int) -> list[tuple[int, int]]:
    """All unordered pairs of different indices."""
    return [(i, j) for i in range(count) for j in range(i)]


def longest_walks(least: Sequence[Sequence[Any]], source: int) -> list[Any]:
    """Greatest sums of bounds along walks from ``source`` of at most ``2^p >= n`` edges, edge by edge (Bellman-Ford).

    Where no cycle is positive these are the longest paths, and the closed walk the empty one.
    """
    nodes = range(len(least))
    best = list(least[source])
    best[source] = larger(best[source], 0 * best[source])
    for _ in range(2 ** (len(least) - 1).bit_length() - 1):
        further = list(best)
        for k in nodes:
            for j in nodes:
                further[j] = larger(further[j], best[k] + least[k][j])
        best = further
    return best


def inner(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Inner product."""
    return sum((x * y for x, y in zip(a[1:], b[1:], strict=True)), a[0] * b[0])


def square(a: Sequence[Any]) -> Any:
    """Squared Euclidean norm."""
    return inner(a, a)


def difference(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """Entrywise difference."""
    return [x - y for x, y in zip(a, b, strict=True)]


def polyak(root: Any) -> tuple[Any, Any]:
    """Polyak's step and momentum for eigenvalues between 1 and ``root^2``."""
    return 4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2


def heavy_ball_return(mp: Any, orbit: Mapping[str, Any], K: int) -> dict[str, Any]:
    """Distances of the state after 1, …, K heavy-ball steps to the first state, in the sum norm."""
    step, momentum = polyak(orbit["root"])
    previous, current, returned = orbit["previous"], orbit["current"], []
    for _ in range(K):
        gradient = current + (orbit["root"] ** 2 - 1) * walk(orbit, current)[0]
        previous, current = current, (1 + momentum) * current - momentum * previous - step * gradient
        returned.append(abs(current - orbit["current"]) + abs(previous - orbit["previous"]))
    return {"returned": returned, "size": abs(orbit["current"]) + abs(orbit["previous"])}


def heavy_ball_quadratic(mp: Any, f: Mapping[str, Any], N: int) -> dict[str, Any]:
    """Squared distances to the minimiser on a quadratic, eigenvalue by eigenvalue, with Chebyshev's polynomials.

    ``x_k = b^k (U_k(c) x_0 - b U_{k-1}(c) x_{-1})`` with ``b = sqrt(momentum)`` and ``2 b c = 1 + b^2 - step eigenvalue``.
    """
    step, momentum = polyak(f["root"])
    rate = (f["root"] - 1) / (f["root"] + 1)
    components = []
    for eigenvalue, current, previous in zip(f["eigenvalues"], f["current"], f["previous"], strict=True):
        cosine = (1 + momentum - step * eigenvalue) / (2 * rate)
        before, chebyshev, row = 0 * cosine, 0 * cosine + 1, []
        for k in range(N + 1):
            row.append(rate**k * (chebyshev * current - rate * before * previous))
            before, chebyshev = chebyshev, 2 * cosine * chebyshev - before
        components.append(row)
    distance_squared = [square([row[k] for row in components]) for k in range(N + 1)]
    return {"distance_squared": distance_squared, "rate": rate, "R_squared": square(f["current"])}
