r"""Random networks of finite width, exactly: one draw of the weights, and the means over all draws.

A draw multiplies the weight matrices in rationals and takes the variances out of the roots.  Means come by counting: ways
to share factors among neurons, active neurons, assignments of hidden neurons, permutations by their cycles.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, prod
from typing import Any

from oracles.activations import double_factorial

# deep linear networks: dln_moments -----------------------------------------------------------------------------------------


def linear_draw(mp: Any, X: Any, C: Any, m: int, W1: Any, W2: Any, W3: Any, W4: Any) -> dict[str, Any]:
    """Powers and products of neurons of one linear network: rational matrices, their variances applied at the end."""
    weights = (W1, W2, W3, W4)
    states, variances = [X], [mp.mpf(1)]
    for weight in weights:
        states.append(weight * states[-1])
        variances.append(variances[-1] * C / weight.cols)
    moments = [variances[k] ** m * states[k][0, 0] ** (2 * m) for k in range(1, 5)]
    last, scale = states[4], variances[4]
    return {
        **_linear_constants(mp, X, C, m, [weight.rows for weight in weights]),
        "first": moments[0],
        "moment": moments[:3],
        "moment_next": moments[1:],
        "covariance": [variances[k] * states[k][0, 0] * states[k][0, 1] for k in (1, 2, 3)],
        "crossed": scale * last[0, 0] * last[1, 1],
        "centre": mp.sqrt(scale) * last[0, 0],
        "joint": scale**2 * last[0, 0] ** 2 * last[1, 0] ** 2,
        "square": scale * last[0, 0] ** 2,
        "fourth": scale**2 * last[0, 0] ** 4,
    }


def linear_moments(mp: Any, X: Any, C: Any, m: int, n1: int, n2: int, n3: int) -> dict[str, Any]:
    """The means of the same numbers: rational for every order and width."""
    widths = (n1, n2, n3)
    constants = _linear_constants(mp, X, C, m, [*widths, 2])
    energy, overlap = constants["energy"], constants["overlap"]
    powers = {order: _layer_powers(mp, C, energy, widths, order) for order in {1, 2, m}}
    moments = [pairings((0,) * (2 * m)) * C**m * power for power in powers[m]]
    fourth = C**2 * powers[2][3]
    return {
        **constants,
        "first": moments[0],
        "moment": moments[:3],
        "moment_next": moments[1:],
        "covariance": [C**k * overlap for k in (1, 2, 3)],
        "crossed": pairings((0, 1)) * C**4 * overlap,
        "centre": mp.mpf(pairings((0,))),
        "joint": pairings((0, 0, 1, 1)) * fourth,
        "square": C * powers[1][3],
        "fourth": pairings((0, 0, 0, 0)) * fourth,
    }


@lru_cache(maxsize=64)
def pairings(neurons: tuple[int, ...]) -> int:
    """The ways to pair the factors of a product of neurons of one layer, each with another of the same neuron (Isserlis)."""
    if not neurons:
        return 1
    first, *rest = neurons
    return sum(pairings((*rest[:k], *rest[k + 1 :])) for k, other in enumerate(rest) if other == first)


def _linear_constants(mp: Any, X: Any, C: Any, m: int, widths: Sequence[int]) -> dict[str, Any]:
    n0 = X.rows
    return {
        "energy": mp.fsum(X[i, 0] * X[i, 0] for i in range(n0)) / n0,
        "overlap": mp.fsum(X[i, 0] * X[i, 1] for i in range(n0)) / n0,
        "variance": C,
        "pairings": mp.mpf(double_factorial(2 * m - 1)),
        "growth": [mp.fprod(mp.mpf(Fraction(n + 2 * j, n)) for j in range(m)) for n in widths[:3]],
        "width": [mp.mpf(n) for n in widths[:3]],
        "width_before": [mp.mpf(n) for n in (n0, *widths[:2])],
        "width_after": [mp.mpf(n) for n in widths[1:4]],
    }


def _layer_powers(mp: Any, C: Any, energy: Any, widths: Sequence[int], order: int) -> list[Any]:
    r"""$\mathbb E\,q_\ell^{\,m}$ for the mean squares $q_\ell$ of the layers 0 to L."""
    powers = [energy**order]
    for n in widths:
        powers.append(mp.mpf(Fraction(shared_factors(n, order), n**order)) * C**order * powers[-1])
    return powers


@lru_cache(maxsize=1024)
def shared_factors(n: int, order: int) -> int:
    r"""$\mathbb E(\sum_{k\le n}g_k^2)^m$ for standard Gaussians: sum over ``a_1 + … + a_n = m`` of a multinomial times (2a-1)!!."""
    total = 0
    for cuts in itertools.combinations(range(order + n - 1), n - 1):
        ends = (-1, *cuts, order + n - 1)
        parts = [after - before - 1 for before, after in itertools.pairwise(ends)]
        ways = factorial(order) // prod(factorial(part) for part in parts)
        total += ways * prod(double_factorial(2 * part - 1) for part in parts)
    return total


# Gram matrices of linear networks: dln_two_input ---------------------------------------------------------------------------

PAIRINGS = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)))


def gram_draw(mp: Any, X: Any, W1: Any, W2: Any, W3: Any) -> dict[str, Any]:
    """Products of entries of the Gram matrices of one linear network, from rational products of its weights."""
    state, divisor, grams = X, X.rows, []
    for weight in (None, W1, W2, W3):
        if weight is not None:
            divisor = divisor * weight.rows
            state = weight * state
        grams.append(state.T * state / divisor)
    return _gram_quantities(mp, [_products(G) for G in grams], X.rows, [W.rows for W in (W1, W2, W3)])


def _products(G: Any) -> list[Any]:
    """The three products of two entries in the order of `PAIRINGS`, and the two terms of the minor of the first two points."""
    return [*(G[a] * G[b] for a, b in PAIRINGS), G[0, 0] * G[1, 1], G[0, 1] ** 2]


def gram_moments(mp: Any, X: Any, n1: int, n2: int, n3: int) -> dict[str, Any]:
    r"""The means of the same numbers, without the recursion that they obey.

    For one input, $G_{uu}$ is multiplied by $\chi^2_n/n$ in every layer; polarisation of $\mathbb E\,G_{uu}^2$ gives a third of
    $\mathbb E(G_{ab}G_{cd}+G_{ac}G_{bd}+G_{ad}G_{bc})$.  A $2\times2$ minor is multiplied by $\mathbb E\chi^2_n\chi^2_{n-1}/n^2$
    in the mean (Bartlett, and rotations act irreducibly on bivectors), which gives the differences.
    """
    G = X.T * X / X.rows
    pair = mp.matrix([[G[i, j] for j in (0, 0, 1, 1)] for i in (0, 0, 1, 1)])
    rows, square, minor = [_products(G)], Fraction(1), Fraction(1)
    forms = [(_polarised(mp, H), H[0, 1] * H[2, 3] - H[0, 3] * H[1, 2], H[0, 2] * H[1, 3] - H[0, 3] * H[1, 2]) for H in (G, pair)]
    for n in (n1, n2, n3):
        square, minor = square * Fraction(shared_factors(n, 2), n * n), minor * Fraction(n * (n - 1), n * n)
        products = []
        for symmetric, *differences in forms:
            first, second = (mp.mpf(minor) * difference for difference in differences)
            third = (3 * mp.mpf(square) * symmetric - first - second) / 3
            products.append([third + first, third + second, third])
        rows.append([*products[0], *products[1][:2]])
    return _gram_quantities(mp, rows, X.rows, (n1, n2, n3))


def _polarised(mp: Any, G: Any) -> Any:
    r"""The symmetric four-linear form of $G_{uu}^2$ at the four points, by the sixteen signed sums of them."""
    total = mp.mpf(0)
    for signs in itertools.product((1, -1), repeat=4):
        square = mp.fsum(signs[i] * signs[j] * G[i, j] for i in range(4) for j in range(4))
        total = total + prod(signs) * square * square
    return total / (2**4 * factorial(4))


def _gram_quantities(mp: Any, rows: Sequence[Sequence[Any]], n0: int, widths: Sequence[int]) -> dict[str, Any]:
    found = {}
    for position, name in enumerate(("first", "second", "third", "lengths", "inner")):
        column = [row[position] for row in rows]
        found |= {name: column[1:], f"{name}_before": column[:-1]}
    return {**found, "width": [mp.mpf(n) for n in widths], "width_before": [mp.mpf(n) for n in (n0, *widths[:2])]}


# piecewise linear activations: relu_finite_width ---------------------------------------------------------------------------


def piecewise_draw(mp: Any, h: Any, slopes: list[Any], W1: Any, W2: Any, W3: Any) -> dict[str, Any]:
    """Mean squares of the layers of one network without the roots: activations commute with positive factors."""
    constants = _piecewise_constants(mp, slopes, [W.rows for W in (W1, W2, W3)])
    states, squares, variance = h, [_mean_squares(mp, h)], mp.mpf(1)
    for weight in (W1, W2, W3):
        variance = variance / (constants["A2"] * weight.cols)
        fields = weight * states
        entries = [[fields[i, c] * slopes[0 if fields[i, c] > 0 else 1] for c in range(2)] for i in range(weight.rows)]
        states = mp.matrix(entries)
        squares.append([variance * value for value in _mean_squares(mp, states)])
    first = [pair[0] for pair in squares]
    return {
        **constants,
        **_norms(first, [value * value for value in first]),
        "mixed": squares[1][0] * squares[1][1],
        "start": squares[0][0],
        "start_other": squares[0][1],
    }


def piecewise_moments(mp: Any, h: Any, slopes: list[Any], n1: int, n2: int, n3: int) -> dict[str, Any]:
    r"""The means of the same numbers, given how many of the n neurons are active: binomial, then sums of two $\chi^2$."""
    constants, (start, other) = _piecewise_constants(mp, slopes, (n1, n2, n3)), _mean_squares(mp, h)
    squares, fourths = [start], [start * start]
    for n in (n1, n2, n3):
        first, second = active_moments(mp, n, [slope * slope / constants["A2"] for slope in slopes])
        squares.append(first * squares[-1])
        fourths.append(second * fourths[-1])
    weights = [slope * slope / constants["A2"] for slope in slopes]
    mixed = orthogonal_moment(mp, h.T * h / h.rows, n1, weights)
    return {**constants, **_norms(squares, fourths), "mixed": mixed, "start": start, "start_other": other}


def orthogonal_moment(mp: Any, G: Any, n: int, weights: Sequence[Any]) -> Any:
    r"""$\mathbb E\,\frac1n\sum_iw_{s_i}g_i^2\,\frac1n\sum_jw_{t_j}f_j^2$ for the fields g, f of orthogonal inputs and their signs s, t.

    One neuron sees both: $\mathbb E g^2f^2=G_{xx}G_{yy}+2G_{xy}^2$ (Isserlis), a quarter of it for every pair of signs as
    $G_{xy}=0$; two neurons are independent.
    """
    product = G[0, 0] * G[1, 1]
    both = (product + 2 * G[0, 1] ** 2) * mp.fsum(a * b for a in weights for b in weights) / 4
    single = active_moments(mp, 1, weights)[0]
    return (both + (n - 1) * single**2 * product) / n


def active_moments(mp: Any, n: int, weights: Sequence[Any]) -> tuple[Any, Any]:
    r"""First and second moment of $\frac1n(w_+\chi^2_k+w_-\chi^2_{n-k})$, $k$ binomial of $n$ and one half."""
    first, second = mp.mpf(0), mp.mpf(0)
    for k in range(n + 1):
        share, rest = mp.mpf(Fraction(comb(n, k), 2**n)), n - k
        first = first + share * (weights[0] * k + weights[1] * rest)
        squares = weights[0] ** 2 * (k * (k + 2)) + weights[1] ** 2 * (rest * (rest + 2))
        second = second + share * (squares + 2 * weights[0] * weights[1] * (k * rest))
    return first / n, second / (n * n)


def _mean_squares(mp: Any, states: Any) -> list[Any]:
    return [mp.fsum(states[i, c] * states[i, c] for i in range(states.rows)) / states.rows for c in range(2)]


def _norms(squares: Sequence[Any], fourths: Sequence[Any]) -> dict[str, Any]:
    return {"square": squares[1:], "square_before": squares[:-1], "fourth": fourths[1:], "fourth_before": fourths[:-1]}


def _piecewise_constants(mp: Any, slopes: Sequence[Any], widths: Sequence[int]) -> dict[str, Any]:
    return {
        "A2": mp.fsum(slope**2 for slope in slopes) / 2,
        "A4": mp.fsum(slope**4 for slope in slopes) / 2,
        "width": [mp.mpf(n) for n in widths],
    }
