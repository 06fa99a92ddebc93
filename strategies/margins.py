"""Max-margin separators of a batch of constraints ``a_j . p >= 1``, in array code, by enumeration of active sets.

They only propose: their rounding decides nothing, the oracle solves the same problems in rationals.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

ROUNDING = 2.0**-30


def max_margin(xp: Any, constraints: Any, allowed: Any = None) -> tuple[Any, Any]:
    """Shortest ``p`` with ``a_j . p >= 1`` for all rows, and its multipliers, by enumeration of active sets.

    ``constraints`` is ``(batch, M, d)``, ``allowed`` an optional mask ``(batch, M)``; returns ``(batch, d)`` and
    ``(batch, M)``.  Every active set with positive multipliers gives a lower bound of ``||p||^2`` which the optimal
    one attains, so the largest is chosen and no feasibility tolerance is needed.  Infeasible rows give some p.
    """
    _, rows, d = constraints.shape
    gram = constraints @ xp.matrix_transpose(constraints)
    everyone = xp.arange(rows, device=constraints.device)
    highest = xp.zeros_like(constraints[:, 0, 0])
    multipliers = xp.zeros_like(constraints[:, :, 0])
    for size in range(1, min(rows, d) + 1):
        subsets = list(itertools.combinations(range(rows), size))
        weights, usable = _solved(xp, gram, subsets)
        members = xp.asarray(subsets, device=constraints.device)
        if allowed is not None:
            usable = usable & xp.all(allowed[:, members], axis=-1)
        value = xp.where(usable, xp.sum(weights, axis=-1), xp.zeros_like(weights[..., 0]))
        best = xp.argmax(value, axis=1)
        chosen = _row(xp, weights, best)[..., None] * xp.astype(members[best][..., None] == everyone, constraints.dtype)
        better = xp.max(value, axis=1) > highest
        highest = xp.where(better, xp.max(value, axis=1), highest)
        multipliers = xp.where(better[:, None], xp.sum(chosen, axis=1), multipliers)
    return xp.sum(multipliers[..., None] * constraints, axis=1), multipliers


def _solved(xp: Any, gram: Any, subsets: list[tuple[int, ...]]) -> tuple[Any, Any]:
    """Multipliers ``(batch, subsets, size)`` that make all rows of a subset active, and where they are all positive.

    Elimination without pivoting, entry by entry over the batch: Gram matrices are positive, and tiny.
    """
    size = len(subsets[0])
    index = [xp.asarray([subset[i] for subset in subsets], device=gram.device) for i in range(size)]
    a = [[gram[:, index[i], index[j]] for j in range(size)] for i in range(size)]
    right = [xp.ones_like(a[0][0]) for _ in range(size)]
    usable = xp.ones_like(a[0][0]) > 0
    for j in range(size):
        usable = usable & (a[j][j] > 2.0**8 * xp.finfo(gram.dtype).eps * gram[:, index[j], index[j]])
        a[j][j] = xp.where(usable, a[j][j], xp.ones_like(a[j][j]))
        for i in range(j + 1, size):
            factor = a[i][j] / a[j][j]
            a[i] = [x - factor * y for x, y in zip(a[i], a[j], strict=True)]
            right[i] = right[i] - factor * right[j]
    for j in reversed(range(size)):
        for i in range(j + 1, size):
            right[j] = right[j] - a[j][i] * right[i]
        right[j] = right[j] / a[j][j]
    weights = xp.stack(right, axis=-1)
    return weights, usable & xp.all(weights > 0, axis=-1)


def sparsest_margin(xp: Any, constraints: Any) -> Any:
    """A vertex of smallest 1-norm with ``a_j . p >= 1``: all intersections of d constraint and coordinate planes."""
    _, rows, d = constraints.shape
    coordinates = _identity(xp, d, constraints) + xp.zeros_like(constraints[:, :1, :1])
    planes = xp.concat([constraints, coordinates], axis=1)
    values = xp.concat([xp.ones_like(constraints[:, :, 0]), xp.zeros_like(coordinates[:, :, 0])], axis=1)
    subsets = xp.asarray(list(itertools.combinations(range(rows + d), d)), device=constraints.device)
    matrix, right = planes[:, subsets], values[:, subsets]
    regular = xp.abs(xp.linalg.det(matrix)) > ROUNDING
    matrix = xp.where(regular[..., None, None], matrix, _identity(xp, d, matrix))
    vertices = xp.linalg.solve(matrix, right[..., None])[..., 0]
    feasible = regular & (xp.min(vertices @ xp.matrix_transpose(constraints), axis=2) >= 1 - ROUNDING)
    norm = xp.sum(xp.abs(vertices), axis=2)
    return _row(xp, vertices, xp.argmin(xp.where(feasible, norm, xp.full_like(norm, xp.inf)), axis=1))


def separator(xp: Any, name: str, data: Mapping[str, Any]) -> Any:
    """The direction ``(batch, d)`` of a name for key differences and gaps; 0 where it does not exist.

    "max-margin", "l1" (least 1-norm), "mean" (sum of the key differences), "pruned" (without the heaviest support
    vector), or "second" (which selects the token of second highest score in every sample).
    """
    differences, gaps = data["differences"], data["gaps"]
    constraints = xp.reshape(differences, (differences.shape[0], -1, differences.shape[3]))
    if name == "l1":
        return sparsest_margin(xp, constraints)
    if name == "mean":
        return xp.sum(constraints, axis=1)
    if name == "second":
        constraints = xp.reshape(_second_best(xp, differences, gaps), constraints.shape)
    found, multipliers = max_margin(xp, constraints)
    if name == "pruned":
        rows = xp.arange(constraints.shape[1], device=constraints.device)
        return max_margin(xp, constraints, rows != xp.argmax(multipliers, axis=1)[:, None])[0]
    # every p has a negative or zero margin where the constraints are infeasible, and the margin 1 where they are not
    feasible = xp.min(xp.sum(constraints * found[:, None, :], axis=2), axis=1) > 0.5
    return xp.where(feasible[:, None], found, xp.zeros_like(found))


def deviation(xp: Any, p: Any, radius: Any, direction: Any) -> tuple[Any, Any]:
    """``1 - cos(p, u)`` and ``||p / R - u||`` for the unit vector ``u`` along a direction; 0 where that is 0."""
    length, norm = xp.linalg.vector_norm(direction, axis=1), xp.linalg.vector_norm(p, axis=1)
    exists, zero = length > 0, xp.zeros_like(norm)
    unit = direction / xp.where(exists, length, zero + 1)[:, None]
    turned = p / xp.where(norm > 0, norm, zero + 1)[:, None] - unit
    cosine = xp.where(norm > 0, xp.sum(turned * turned, axis=1) / 2, zero + 1)
    apart = xp.linalg.vector_norm(p / radius[:, None] - unit, axis=1)
    return xp.where(exists, cosine, zero), xp.where(exists, apart, zero)


def _second_best(xp: Any, differences: Any, gaps: Any) -> Any:
    """Key differences for the second best token in place of the best one, ``(batch, n, T-1, d)``."""
    others = xp.arange(gaps.shape[2], device=gaps.device)
    second = (others == xp.argmin(gaps, axis=2)[:, :, None])[..., None]
    token = xp.sum(xp.where(second, differences, xp.zeros_like(differences)), axis=2, keepdims=True)
    return xp.where(second, -token, differences - token)


def _identity(xp: Any, size: int, like: Any) -> Any:
    return xp.eye(size, dtype=like.dtype, device=like.device)


def _row(xp: Any, rows: Any, index: Any) -> Any:
    """Row ``index`` ``(batch,)`` of ``(batch, rows, d)``."""
    chosen = (xp.arange(rows.shape[1], device=rows.device) == index[:, None])[..., None]
    return xp.sum(xp.where(chosen, rows, xp.zeros_like(rows)), axis=1)
