"""Which keys a query can select, in rationals: the best query by its active set, the nearest point of a hull by its weights."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from oracles.attention import Vector, combination, dot, nearest_to_origin, solve


def selection(mp: Any, keys: Sequence[Vector]) -> dict[str, Any]:
    """For every key the largest margin of a unit query, and the distances to the hull of its rivals and to parts of it; squared."""
    m = len(keys)
    apart = [[[x - y for x, y in zip(keys[i], keys[j], strict=True)] for j in range(m) if j != i] for i in range(m)]
    lengths = [[dot(row, row) for row in rows] for rows in apart]
    return {
        "margin": lambda: [mp.mpf(largest_margin(rows)) for rows in apart],
        "hull": lambda: [mp.mpf(hull_distance(rows)) for rows in apart],
        "segment": lambda: [mp.mpf(segment_distance(rows)) for rows in apart],
        "nearest": [mp.mpf(min(row)) for row in lengths],
        "closest": mp.mpf(min(map(min, lengths))),
        "spread": mp.mpf(max(map(max, lengths))),
    }


def largest_margin(differences: Sequence[Vector]) -> Fraction:
    """The square of the largest least score ``a_j . q`` over queries of norm 1, 0 if no query makes them all positive.

    The shortest p with ``a_j . p >= 1`` for all j is the shortest one with equality for some independent of them; its
    direction selects the key by the margin ``1 / |p|``.
    """
    lengths = []
    for size in range(1, len(differences) + 1):
        for active in itertools.combinations(differences, size):
            multipliers = solve([[dot(a, b) for b in active] for a in active], [Fraction(1)] * size)
            if multipliers is not None:
                p = combination(dict(enumerate(multipliers)), active)
                if all(dot(a, p) >= 1 for a in differences):
                    lengths.append(dot(p, p))
    return 1 / min(lengths) if lengths else Fraction(0)


def hull_distance(points: Sequence[Vector]) -> Fraction:
    """The squared length of the shortest convex combination of the points."""
    weights = nearest_to_origin(points)
    assert sum(weights.values()) == 1, "the weights of a convex combination add up to 1"
    assert min(weights.values()) >= 0, "the weights of a convex combination are not negative"
    shortest = combination(weights, points)
    return dot(shortest, shortest)


def segment_distance(points: Sequence[Vector]) -> Fraction:
    """The squared distance of the origin to the nearest segment between two of the points, or to the only one."""
    return min(hull_distance(pair) for pair in itertools.combinations_with_replacement(points, 2))
