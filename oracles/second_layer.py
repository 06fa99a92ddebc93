r"""The second layer of a random network of finite width, exactly: one draw of the weights, and the means over all draws.

A mean over output neurons is a sum over the ways to assign hidden neurons (or the bias) to its factors; it needs the moments
of one hidden neuron, which are closed forms for every activation here.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

from oracles.activations import arc_cosine, double_factorial

PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


def vertex_draw(
    mp: Any, x: Any, C1: Any, B1: Any, C2: Any, B2: Any, n1: int, W1: Any, W2: Any, b1: Any, b2: Any
) -> dict[str, Any]:
    """Products of neurons of one two-layer network, every sum written out."""
    X, points = x["X"], range(4)
    root = [mp.sqrt(C1 / X.rows), mp.sqrt(B1), mp.sqrt(C2 / n1), mp.sqrt(B2)]
    sigma = []
    for k in range(n1):
        fields = [root[0] * mp.fsum(W1[k, j] * X[j, a] for j in range(X.rows)) + root[1] * b1[k, 0] for a in points]
        sigma.append([activation_at(mp, x, field) for field in fields])
    outputs = []
    for i in range(2):
        outputs.append([root[2] * mp.fsum(W2[i, k] * sigma[k][a] for k in range(n1)) + root[3] * b2[i, 0] for a in points])
    u, v = outputs
    return {
        **{f"p{a + 1}{b + 1}": u[a] * u[b] for a, b in PAIRS},
        **{f"s{a + 1}{b + 1}": sigma[0][a] * sigma[0][b] for a, b in PAIRS},
        "alike": mp.fprod(u),
        "split": u[0] * u[1] * v[2] * v[3],
        "s1234": mp.fprod(sigma[0]),
        "crossed": u[0] * v[1],
        **_vertex_constants(mp, X, C2, B2, n1),
    }


def vertex_moments(mp: Any, x: Any, C1: Any, B1: Any, C2: Any, B2: Any, n1: int) -> dict[str, Any]:
    """The means of the same numbers, from the moments of one hidden neuron and the ways to assign neurons to factors."""
    X = x["X"]
    G = X.T * X * (C1 / X.rows)
    neuron = Neuron(mp, x, mp.matrix([[G[a, b] + B1 for b in range(4)] for a in range(4)]))
    hidden = {pair: neuron.moment(pair) for pair in PAIRS}
    variances = (B2, C2 / n1)
    return {
        **{f"p{a + 1}{b + 1}": _assigned(mp, neuron, variances, n1, (0, 0), (a, b)) for a, b in PAIRS},
        **{f"s{a + 1}{b + 1}": hidden[a, b] for a, b in PAIRS},
        "alike": _assigned(mp, neuron, variances, n1, (0, 0, 0, 0), (0, 1, 2, 3)),
        "split": _assigned(mp, neuron, variances, n1, (0, 0, 1, 1), (0, 1, 2, 3)),
        "s1234": neuron.moment((0, 1, 2, 3)),
        "crossed": _assigned(mp, neuron, variances, n1, (0, 1), (0, 1)),
        **_vertex_constants(mp, X, C2, B2, n1),
    }


def _vertex_constants(mp: Any, X: Any, C2: Any, B2: Any, n1: int) -> dict[str, Any]:
    apart = mp.fsum((X[j, a] - X[j, b]) ** 2 for j in range(X.rows) for a, b in ((0, 1), (2, 3)))
    return {"variance": C2, "bias": B2, "inputs": mp.mpf(X.rows), "hidden": mp.mpf(n1), "apart": apart}


def _assigned(mp: Any, neuron: Neuron, variances: Any, n1: int, rows: tuple[int, ...], points: tuple[int, ...]) -> Any:
    """The mean of a product of output neurons ``rows`` at ``points``, summed over which bias or hidden neuron each factor takes."""
    total = mp.mpf(0)
    for (groups, biases), count in assignments(n1, rows).items():
        term = count * variances[0] ** (biases // 2) * variances[1] ** ((len(rows) - biases) // 2)
        total = total + term * mp.fprod(neuron.moment(tuple(points[place] for place in group)) for group in groups)
    return total


@lru_cache(maxsize=64)
def assignments(n1: int, rows: tuple[int, ...]) -> Counter[tuple[tuple[tuple[int, ...], ...], int]]:
    """How often the factors that share a hidden neuron form given groups, times the pairings of their weights.

    A factor takes the bias (0) or one of the hidden neurons 1 to ``n1``; two weights pair if row and neuron are the same.
    """
    found: Counter[tuple[tuple[tuple[int, ...], ...], int]] = Counter()
    for taken in itertools.product(range(n1 + 1), repeat=len(rows)):
        pairings = prod(double_factorial(count - 1) if count % 2 == 0 else 0 for count in Counter(zip(rows, taken)).values())
        if pairings:
            groups = [tuple(place for place, k in enumerate(taken) if k == neuron) for neuron in range(1, n1 + 1)]
            found[tuple(sorted(group for group in groups if group)), taken.count(0)] += pairings
    return found


class Neuron:
    """One Gaussian neuron with covariance ``G`` at four points: moments of its activation, each computed once.

    Pairs and all four points occur; the piecewise activations see the points a, a, b, b (Cho and Saul, 2009, for ReLU).
    """

    def __init__(self, mp: Any, x: Any, G: Any) -> None:
        self.mp, self.x, self.G = mp, x, G
        self._moments: dict[tuple[int, ...], Any] = {}
        self._monomials: dict[tuple[int, ...], Any] = {(0, 0, 0, 0): mp.mpf(1)}

    def moment(self, points: tuple[int, ...]) -> Any:
        """The mean of the product of the activations at an even number of points."""
        if points not in self._moments:
            match self.x["activation"]:
                case "quadratic":
                    value = self._quadratic(points)
                case "exponential":
                    value = self.mp.exp(self._quadratic_form(points, (1,) * len(points)) / 2)
                case "sine":
                    value = self._sine(points)
                case name:
                    value = self._piecewise(name, points)
            self._moments[points] = value
        return self._moments[points]

    def _quadratic_form(self, points: Sequence[int], signs: Sequence[int]) -> Any:
        return self.mp.fsum(s * t * self.G[a, b] for a, s in zip(points, signs) for b, t in zip(points, signs))

    def _quadratic(self, points: tuple[int, ...]) -> Any:
        total = self.mp.mpf(0)
        for degrees in itertools.product((0, 1, 2), repeat=len(points)):
            exponents = [0, 0, 0, 0]
            for point, degree in zip(points, degrees, strict=True):
                exponents[point] += degree
            total = total + self.mp.fprod(self.x["coefficients"][d] for d in degrees) * self.monomial(tuple(exponents))
        return total

    def monomial(self, exponents: tuple[int, ...]) -> Any:
        """The mean of a product of powers of the four fields, by pairing one factor with every other (Isserlis)."""
        if exponents not in self._monomials:
            first = next(a for a in range(4) if exponents[a])
            total = self.mp.mpf(0)
            for b in range(4):
                rest = list(exponents)
                rest[first] -= 1
                if rest[b]:
                    ways = rest[b]
                    rest[b] -= 1
                    total = total + ways * self.G[first, b] * self.monomial(tuple(rest))
            self._monomials[exponents] = total if sum(exponents) % 2 == 0 else self.mp.mpf(0)
        return self._monomials[exponents]

    def _sine(self, points: tuple[int, ...]) -> Any:
        total = self.mp.mpf(0)
        for signs in itertools.product((1, -1), repeat=len(points)):
            total = total + prod(signs) * self.mp.exp(-self._quadratic_form(points, signs) / 2)
        return total * Fraction((-1) ** (len(points) // 2), 2 ** len(points))

    def _piecewise(self, name: str, points: tuple[int, ...]) -> Any:
        """``a`` and ``b`` are the two points; each occurs once or twice among the factors."""
        mp, a, b = self.mp, points[0], points[-1]
        A, B = self.G[a, a], self.G[b, b]
        if A == 0 or B == 0:
            return mp.mpf(0)
        # Cauchy-Schwarz: rounding must not carry a correlation beyond 1
        rho = mp.mpf(1) if a // 2 == b // 2 else mp.maximum(-1, mp.minimum(1, self.G[a, b] / mp.sqrt(A * B)))
        if name == "relu":
            order = len(points) // 2
            return mp.sqrt(A * B) ** order * arc_cosine(mp, order, rho) / (2 * mp.pi)
        if name == "step":
            return arc_cosine(mp, 0, rho) / (2 * mp.pi)
        return mp.mpf(1) if len(points) == 4 else 1 - 2 * mp.acos(rho) / mp.pi


def activation_at(mp: Any, x: Any, field: Any) -> Any:
    """The activation at one field."""
    match x["activation"]:
        case "quadratic":
            return x["coefficients"][0] + x["coefficients"][1] * field + x["coefficients"][2] * field * field
        case "exponential":
            return mp.exp(field)
        case "sine":
            return mp.sin(field)
    positive, negative = field > 0, field < 0
    if x["activation"] == "relu":
        return field if positive else mp.mpf(0)
    return mp.mpf(int(positive) - (int(negative) if x["activation"] == "sign" else 0))
