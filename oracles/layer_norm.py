"""Layer normalisation in exact numbers: lengths and distances through rational squares, its derivative as a projection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from oracles.attention import combination, dot, nearest_to_origin
from oracles.composite_norm import column_norm, composite_norm, two_token_residual
from oracles.self_attention import attend


def centred(mp: Any, x: Sequence[Any]) -> tuple[list[Any], Any]:
    """The entries less their mean, and the biased variance."""
    mean = mp.fsum(x) / len(x)
    rest = [entry - mean for entry in x]
    return rest, mp.fdot(rest, rest) / len(x)


def apart(mp: Any, first: Sequence[Any], second: Sequence[Any], squares: tuple[Any, Any], sign: int = 1) -> Any:
    """The distance of ``u / sqrt(s)`` and ``sign v / sqrt(t)`` for ``squares`` (s, t): exact where ``s t`` is a rational square."""
    s, t = squares
    inner = mp.fdot(first, second) / mp.sqrt(s * t)
    return mp.sqrt_of_squares(mp.fdot(first, first) / s + mp.fdot(second, second) / t - 2 * sign * inner)


def geometry(mp: Any, vector: Mapping[str, Any]) -> dict[str, Any]:
    """Sum and length of LN(x), and its distances from LN of an affine image, from LN(LN(x)), and from LN(-x)."""
    x, a, epsilon = vector["x"], vector["scale"], vector["epsilon"]
    rest, variance = centred(mp, x)
    moved, moved_variance = centred(mp, [a * entry + vector["shift"] for entry in x])
    flipped, flipped_variance = centred(mp, [-entry for entry in x])
    total, d = mp.fdot(rest, rest), len(x)

    def again(epsilon: Any) -> Any:
        """``|LN(y) - y|`` for ``y = (x - mean) / sqrt(variance + epsilon)``, which has the mean 0."""
        spread = variance / (variance + epsilon)
        return mp.sqrt_of_squares(total / (variance + epsilon)) * abs(1 / mp.sqrt(spread + epsilon) - 1)

    return {
        "variance": variance,
        "epsilon": epsilon,
        "sum": lambda: mp.fsum(rest) * (1 / mp.sqrt(variance)),
        "square": lambda: total / variance,
        "affine": lambda: apart(mp, moved, rest, (moved_variance, variance), mp.sign(a)),
        "again": lambda: again(0),
        "smoothed_square": lambda: total / (variance + epsilon),
        "unbiased_square": lambda: total / (variance * d / (d - 1)),
        "even": lambda: apart(mp, flipped, rest, (flipped_variance, variance)),
        "smoothed_again": lambda: again(epsilon),
    }


def jacobian(mp: Any, vector: Mapping[str, Any]) -> dict[str, Any]:
    r"""$\sigma J$ as the orthogonal projection off the vectors 1 and x, by their normal equations; all rational."""
    x = vector["x"]
    d = len(x)
    rest, variance = centred(mp, x)

    @cache
    def projection() -> Any:
        basis = mp.matrix([[mp.mpf(1), entry] for entry in x])
        return mp.eye(d) - basis * mp.inverse(basis.T * basis) * basis.T

    def printed() -> list[list[Any]]:
        return [[int(i == j) - mp.mpf(Fraction(1, d)) - rest[i] * rest[j] / (d * variance) for j in range(d)] for i in range(d)]

    def applied(direction: Sequence[Any]) -> list[Any]:
        J = projection()
        return [mp.fdot([J[i, j] for j in range(d)], direction) for i in range(d)]

    return {
        "variance": variance,
        "jacobian": lambda: projection().tolist(),
        "transposed": lambda: projection().T.tolist(),
        "printed": printed,
        "square": lambda: (projection() ** 2).tolist(),
        "of_ones": lambda: applied([1] * d),
        "of_output": lambda: applied(rest),
        "of_input": lambda: applied(x),
        "trace": lambda: mp.trace(projection()),
        "norm": lambda: mp.mpf(0) if mp.eq(mp.trace(projection()), 0) else mp.maximum(mp.eigsy(projection())),
    }


# keys ------------------------------------------------------------------------------------------------------------------


def selectable(mp: Any, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Margins of the queries ``u_i / gain``, half the squared distances, and the largest margin of any query; in rationals."""
    u, gain, bias = keys["directions"], keys["gain"], keys["bias"]
    m = len(u)
    y = [[g * x + b for g, x, b in zip(gain, row, bias, strict=True)] for row in u]
    others = [[j for j in range(m) if j != i] for i in range(m)]

    def difference(rows: Sequence[Sequence[Fraction]], i: int, j: int) -> list[Fraction]:
        return [a - b for a, b in zip(rows[i], rows[j], strict=True)]

    def half_distance(i: int, j: int) -> Any:
        apart = difference(u, i, j)
        return mp.mpf(dot(apart, apart) / 2)

    def margin(i: int, j: int) -> Any:
        query = [x / g if g else Fraction(0) for x, g in zip(u[i], gain, strict=True)]
        return mp.mpf(dot(query, difference(y, i, j)))

    def best(i: int) -> Any:
        apart = [difference(y, i, j) for j in others[i]]
        shortest = combination(nearest_to_origin(apart), apart)
        return mp.mpf(dot(shortest, shortest))

    halves = [[half_distance(i, j) for j in others[i]] for i in range(m)]
    return {
        "half_distance": halves,
        "closest": mp.minimum([value for row in halves for value in row]),
        "margin": lambda: [[margin(i, j) for j in others[i]] for i in range(m)],
        "best": lambda: [best(i) for i in range(m)],
    }


def two_keys(mp: Any, keys: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Scores, norms and the inner product of a large and a small key."""
    small, large, query = keys["small"], keys["large"], keys["query"]
    return {
        "score_small": mp.fdot(query, small),
        "score_large": mp.fdot(query, large),
        "square_small": mp.fdot(small, small),
        "square_large": mp.fdot(large, large),
        "inner": mp.fdot(small, large),
    }


# networks --------------------------------------------------------------------------------------------------------------


def normalised_rows(mp: Any, X: Any) -> tuple[Any, Any]:
    """Layer normalisation of every row, and the smallest standard deviation of a row; `Ambiguous` where one may be 0."""
    rows = [centred(mp, X.tolist()[i]) for i in range(X.rows)]
    spreads = [mp.sqrt_of_squares(variance) for _, variance in rows]
    return mp.matrix([[x / s for x in rest] for (rest, _), s in zip(rows, spreads, strict=True)]), mp.minimum(spreads)


def pair_with_norm(mp: Any, pair: Mapping[str, Any], k: int) -> dict[str, Any]:
    """Residuals of two tokens in the composite norm, with layer normalisation after every layer."""
    X, root = pair["tokens"], mp.sqrt(k)
    unit = [mp.mpf(1)] * X.cols
    products = [
        column_norm(mp, key.tolist(), unit) * composite_norm(mp, value.tolist(), unit, unit)
        for key, value in zip(pair["key"], pair["value"], strict=True)
    ]
    residuals, deviations = [two_token_residual(mp, *X.tolist(), unit)], []
    for key, value in zip(pair["key"], pair["value"], strict=True):
        X, deviation = normalised_rows(mp, attend(mp, X, [key], [value], root))
        residuals.append(two_token_residual(mp, *X.tolist(), unit))
        deviations.append(deviation)
    strength = mp.maximum(products)
    return {
        "residual": residuals[0],
        "strength": strength,
        "deviation": mp.minimum(deviations),
        "log_residual": lambda: mp.log(residuals[0]),
        "log_residual_after": lambda: [mp.log(residual) for residual in residuals[1:]],
        "log_strength": lambda: mp.log(strength),
    }


def opposite_pair(epsilon: int | Fraction = 0, straight: bool = True) -> Callable[..., dict[str, Any]]:
    """The oracle of the tokens v and -v, v centred, under attention and layer normalisation: both by the definitions.

    Unless ``straight`` the value weights are not a multiple of I.
    """

    def oracle(mp: Any, pair: Mapping[str, Any], k: int) -> dict[str, Any]:
        v, variance = centred(mp, pair["direction"])

        @cache
        def states() -> list[list[list[Any]]]:
            X, found = mp.matrix([v, [-x for x in v]]), []
            for weight, scale, skew, bend in zip(pair["weight"], pair["scale"], pair["skew"], pair["bend"], strict=True):
                key = mp.eye(len(v)) * weight + mp.matrix(skew)
                value = mp.diag([scale * (1 if straight else b) for b in bend])
                rows = [centred(mp, row) for row in attend(mp, X, [key], [value], mp.sqrt(k)).tolist()]
                found.append([[x / mp.sqrt(spread + epsilon) for x in rest] for rest, spread in rows])
                X = mp.matrix(found[-1])
            return found

        return {
            "variance": variance,
            "normal": lambda: [x / mp.sqrt(variance) for x in v],
            "first": lambda: [tokens[0] for tokens in states()],
            "second": lambda: [tokens[1] for tokens in states()],
        }

    return oracle
