"""Exact quantities of the attention family: derivatives of log-sum-exp, support vector machines, loss excesses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

Vector = list[Fraction]


def third_derivative(mp: Any, tokens: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Derivatives of log-sum-exp as cumulants, from the raw moments of unshifted weights ``exp(x_i)``.

    Cumulants ignore shifts: measured from the token of largest weight, whose own terms are then exact zeros, the raw
    moments lose no digits when that token takes nearly all the mass.
    """
    x, h, g = (tokens[part] for part in ("x", "h", "g"))
    top = max(range(len(x)), key=lambda i: (x[i], -i))
    h, g = [value - h[top] for value in h], [value - g[top] for value in g]
    weights = [mp.exp(value) for value in x]
    total = mp.fsum(weights)

    def moment(*factors: Sequence[Any]) -> Any:
        return mp.fsum([w * math.prod(column) for w, column in zip(weights, zip(*factors, strict=True), strict=True)]) / total

    def cumulant(u: Sequence[Any]) -> Any:
        mean = moment(h)
        return moment(h, h, u) - 2 * moment(h, u) * mean - moment(h, h) * moment(u) + 2 * mean * mean * moment(u)

    return {
        "third": cumulant(g),
        "third_diagonal": cumulant(h),
        "second": moment(h, h) - moment(h) ** 2,
        "norm_h": mp.sqrt(mp.fsum([value * value for value in tokens["h"]])),
        "norm_g": mp.sqrt(mp.fsum([value * value for value in tokens["g"]])),
        "range_h": mp.maximum(h) - mp.minimum(h),
    }


def dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    """Inner product of two rational vectors."""
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Vector | None:
    """Rational Gaussian elimination; None for a singular matrix."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next((j for j in range(i, len(rows)) if rows[j][i] != 0), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(len(rows)):
            if j != i and rows[j][i] != 0:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def combination(weights: Mapping[int, Fraction], points: Sequence[Vector]) -> Vector:
    """Weighted sum of some of the points."""
    return [sum((w * points[j][i] for j, w in weights.items()), Fraction(0)) for i in range(len(points[0]))]


def nearest_to_origin(points: Sequence[Vector]) -> dict[int, Fraction]:
    """Convex weights of the shortest vector in the hull of the points: Wolfe's active-set method in rationals.

    Finite because each major step shortens the vector and a set of affinely independent points is never revisited.
    """
    start = min(range(len(points)), key=lambda j: dot(points[j], points[j]))
    weights = {start: Fraction(1)}
    while True:
        shortest = combination(weights, points)
        best = min(range(len(points)), key=lambda j: dot(points[j], shortest))
        if dot(points[best], shortest) >= dot(shortest, shortest):
            return weights
        weights[best] = Fraction(0)
        while True:
            active = list(weights)
            system = [[dot(points[i], points[j]) for j in active] + [Fraction(1)] for i in active]
            affine = solve([*system, [Fraction(1)] * len(active) + [Fraction(0)]], [Fraction(0)] * len(active) + [Fraction(1)])
            assert affine is not None, "Wolfe's active points are affinely independent"
            target = dict(zip(active, affine[:-1], strict=True))
            if all(w > 0 for w in target.values()):
                weights = target
                break
            step = min(weights[j] / (weights[j] - target[j]) for j in active if target[j] <= 0)
            moved = {j: weights[j] + step * (target[j] - weights[j]) for j in active}
            weights = {j: w for j, w in moved.items() if w > 0}


def max_margin(constraints: Sequence[Vector]) -> tuple[Vector, dict[int, Fraction]] | None:
    """The shortest ``p`` with ``a_j . p >= 1`` and its multipliers, certified by KKT; None where infeasible.

    By duality ``p = w / ||w||^2`` for the shortest vector ``w`` in the hull of the constraints.
    """
    weights = nearest_to_origin(constraints)
    shortest = combination(weights, constraints)
    length = dot(shortest, shortest)
    if length == 0:
        return None
    point = [value / length for value in shortest]
    multipliers = {j: w / length for j, w in weights.items()}
    assert all(dot(a, point) >= 1 for a in constraints)
    assert all(dot(constraints[j], point) == 1 for j in multipliers)
    return point, multipliers


def sparsest_margin(constraints: Sequence[Vector]) -> Vector:
    """A vertex of smallest 1-norm with ``a_j . p >= 1``, by enumeration of the vertices cut by the coordinate planes."""
    d = len(constraints[0])
    unit = [[Fraction(int(i == j)) for i in range(d)] for j in range(d)]
    planes = [(a, Fraction(1)) for a in constraints] + [(e, Fraction(0)) for e in unit]
    vertices = (solve([a for a, _ in chosen], [b for _, b in chosen]) for chosen in itertools.combinations(planes, d))
    feasible = [p for p in vertices if p is not None and all(dot(a, p) >= 1 for a in constraints)]
    return min(feasible, key=lambda p: (sum(map(abs, p)), p))


def other_direction(name: str, data: Mapping[str, Any], constraints: Sequence[Vector]) -> Vector | None:
    """The direction that a mutant puts in place of the max-margin one; None where it does not exist."""
    if name == "l1":
        return sparsest_margin(constraints)
    if name == "mean":
        return [sum(column, Fraction(0)) for column in zip(*constraints, strict=True)]
    solution = max_margin(constraints)
    assert solution is not None
    if name == "max-margin":
        return solution[0]
    if name == "pruned":
        heaviest = max(solution[1], key=lambda j: (solution[1][j], -j))
        constraints = [a for j, a in enumerate(constraints) if j != heaviest]
    else:
        constraints = second_best(data)
    solution = max_margin(constraints) if constraints else None
    return None if solution is None else solution[0]


def second_best(data: Mapping[str, Any]) -> list[Vector]:
    """Constraints that select the token of second highest score in every sample."""
    rows = []
    for differences, gaps in zip(data["differences"].tolist(), data["gaps"].tolist(), strict=True):
        second = gaps.index(min(gaps))
        rows.append([-value for value in differences[second]])
        others = [a for t, a in enumerate(differences) if t != second]
        rows += [[x - y for x, y in zip(a, differences[second], strict=True)] for a in others]
    return rows


def regularisation_path(direction: str = "max-margin") -> Callable[..., dict[str, Any]]:
    """The oracle of the regularisation path, its cosine and distance taken to the named direction."""

    def oracle(mp: Any, data: Mapping[str, Any], n: int, T: int) -> dict[str, Any]:
        constraints = [row for sample in data["differences"].tolist() for row in sample]
        solution = max_margin(constraints)
        assert solution is not None, "the first coordinates are positive, so the tokens are separable"
        optimum, (point, radius) = solution[0], (list(data["p"]), Fraction(data["radius"][()]))
        inverse_margin = mp.sqrt(mp.mpf(dot(optimum, optimum)))
        reach = mp.mpf(radius) / inverse_margin
        at_point = [mp.mpf(dot(a, point)) for a in constraints]
        on_path = [mp.mpf(dot(a, optimum)) * reach for a in constraints]
        margin = mp.mpf(min(dot(a, point) for a in constraints))
        projection = mp.mpf(dot(point, optimum) / dot(optimum, optimum))
        same = all(mp.eq(a, b) for a, b in zip(at_point, on_path, strict=True))
        cosine_gap, distance = _deviation(mp, point, radius, other_direction(direction, data, constraints))
        return {
            "C": _constant(mp, data, n, T),
            "R": mp.mpf(radius),
            "reach": reach,
            "log_reach": mp.log(mp.exp(reach) + (T - 1)),
            "margin": margin,
            "softplus_margin": mp.log(1 + mp.exp(margin)),
            "softplus_projection": mp.log(1 + mp.exp(projection)),
            "norm_squared": mp.mpf(dot(point, point)),
            "log_loss_ratio": mp.mpf(0) if same else mp.log(_excess(mp, data, at_point) / _excess(mp, data, on_path)),
            "cosine_gap": cosine_gap,
            "distance": distance,
        }

    return oracle


def _deviation(mp: Any, point: Vector, radius: Fraction, direction: Vector | None) -> tuple[Any, Any]:
    """``1 - cos`` and ``||p/R - u||`` for the unit vector ``u`` along ``direction``; (0, 0) without a direction."""
    if direction is None:
        return mp.mpf(0), mp.mpf(0)
    along = mp.mpf(dot(point, direction)) / mp.sqrt(mp.mpf(dot(direction, direction)))
    squared = dot(point, point)
    cosine_gap = 1 - along / mp.sqrt(mp.mpf(squared)) if squared else mp.mpf(1)
    return cosine_gap, mp.sqrt_of_squares(mp.mpf(squared / radius**2 + 1) - 2 * along / mp.mpf(radius))


def _sigmoid(mp: Any, value: Fraction) -> Any:
    return 1 / (1 + mp.exp(-mp.mpf(value)))


def _constant(mp: Any, data: Mapping[str, Any], n: int, T: int) -> Any:
    """``C = n M (T-1) mean_i max_t gap / (m min gap)`` with the extreme slopes of the loss on the scores' range."""
    gaps = data["gaps"].tolist()
    constant = Fraction(T - 1) * sum((max(row) for row in gaps), Fraction(0)) / min(min(row) for row in gaps)
    if data["loss"] == "correlation":
        return mp.mpf(constant)
    best = list(data["best"])
    lowest = min(b - max(row) for b, row in zip(best, gaps, strict=True))
    return mp.mpf(constant) * _sigmoid(mp, -lowest) / _sigmoid(mp, -max(best))


def _excess(mp: Any, data: Mapping[str, Any], margins: Sequence[Any]) -> Any:
    """Loss minus the loss of perfect selection, times n."""
    total, others = [], data["gaps"].shape[1]
    for i, (gaps, best) in enumerate(zip(data["gaps"].tolist(), data["best"].tolist(), strict=True)):
        weights = [mp.exp(-margin) for margin in margins[i * others : (i + 1) * others]]
        lost = mp.fsum([w * mp.mpf(gap) for w, gap in zip(weights, gaps, strict=True)]) / (1 + mp.fsum(weights))
        total.append(lost if data["loss"] == "correlation" else mp.log1p(_sigmoid(mp, -best) * mp.expm1(lost)))
    return mp.fsum(total)
