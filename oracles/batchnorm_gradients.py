r"""Gradients of linear networks with batch normalization, exactly: Jacobians, explicit bounds in the mean, the loss."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from oracles.batchnorm import _normalised_rows, _tangent, mean_one
from oracles.batchnorm_chain import tangent_square
from oracles.batchnorm_isometry import mean_square, row_squares

PATHWISE_DEPTH = 14

# grad_jacobian ------------------------------------------------------------------------------------------------------------


def jacobian(mp: Any, X: Any, W: Any) -> dict[str, Any]:
    """Norm of the Jacobian of BN at ``W X``, by the spectra of its rational blocks, and the spectrum of ``X X^T``."""
    d = X.rows
    scale = mean_square(mp, X)
    image = W * X
    squares = row_squares(mp, image)
    volume = mp.det(X) ** 2

    def log_jacobian() -> Any:
        largest = [mp.eigsy(_block(mp, image, j, squares[j]))[-1] for j in range(d)]
        return mp.log(mp.maximum(largest) * scale) / 2

    excess = mp.log(scale**d / volume) if volume > 0 else mp.inf
    return {
        "volume": volume,
        "log_jacobian": log_jacobian,
        "log_shortest": mp.log(mp.minimum(squares) / scale) / 2,
        "log_smallest": lambda: mp.log(mp.eigsy(X * X.T)[0] / scale),
        "excess": excess,
        "root": lambda: mp.sqrt_of_squares(2 * excess),
        "log_mean": lambda: mp.log(mp.fsum(mp.sqrt(square) for square in squares) / d) - mp.log(scale) / 2,
    }


def _block(mp: Any, Y: Any, j: int, square: Any) -> Any:
    """``J_j^T J_j`` for the block ``(I - y y^T / |y|^2) / |y|`` of row j."""
    n = Y.cols
    line = [[(int(c == e) - Y[j, c] * Y[j, e] / square) for e in range(n)] for c in range(n)]
    projection = mp.matrix(line)
    product = projection.T * projection
    return mp.matrix([[product[c, e] / square for e in range(n)] for c in range(n)])


# grad_pathwise ------------------------------------------------------------------------------------------------------------


def pathwise_gradient(mp: Any, X: Any, W: list[Any], G: Any) -> dict[str, Any]:
    """Norms of the gradients of ``<G, X_L>`` with respect to every ``W_l``, and what bounds them."""
    states, rows = chain(mp, X, W)
    layers = range(len(W))
    lowest = [mp.log(mp.minimum(norms)) for norms in rows]
    highest = [mp.log(mp.maximum(norms)) for norms in rows]
    return {
        "log_gradient": [log_layer_gradient(mp, states, rows, W, G, l) for l in layers],
        "log_operator": [mp.log(mp.mnorm(state, 2)) for state in states[:-1]],
        "log_shrink": [-mp.fsum(lowest[l:]) for l in layers],
        "log_shrink_after": [-mp.fsum(lowest[l + 1 :]) for l in layers],
        "log_shrink_longest": [-mp.fsum(highest[l:]) for l in layers],
        "shortest": [mp.minimum(norms) for norms in rows],
        "log_loss": log_loss(mp, G),
    }


# grad_expected ------------------------------------------------------------------------------------------------------------


def layer_gradient(mp: Any, a: list[Any], W: list[Any], G: Any, l: int) -> dict[str, Any]:
    """One draw: the norm of the gradient of ``<G, X_L>`` with respect to ``W_l``, by forward derivatives."""
    states, rows = diagonal_chain(mp, a, W)
    return _excesses(mp, a, G, log_layer_gradient(mp, states, rows, W, G, l))


def diagonal_chain(mp: Any, a: list[Any], W: list[Any]) -> tuple[list[Any], list[list[Any]]]:
    """`chain` from ``diag(sqrt(lam))`` on."""
    total = mp.fsum(a)
    return chain(mp, mp.diag([mp.sqrt(len(a) * value / total) for value in a]), W)


def chain(mp: Any, X: Any, W: list[Any]) -> tuple[list[Any], list[list[Any]]]:
    """The states from ``X`` on, and the row norms before each normalization."""
    states, rows = [X], []
    for weight in W:
        norms, state = _normalised_rows(mp, weight * states[-1])
        rows.append(norms)
        states.append(state)
    return states, rows


def log_layer_gradient(mp: Any, states: list[Any], rows: list[list[Any]], W: list[Any], G: Any, l: int) -> Any:
    """``log |grad|`` with respect to ``W_l``: one directional derivative for every entry."""
    d = G.rows

    def derivative(i: int, j: int) -> Any:
        moved = mp.matrix([[states[l][j, c] if r == i else mp.mpf(0) for c in range(d)] for r in range(d)])
        for k in range(l, len(W)):
            moved = _tangent(mp, moved, states[k + 1], rows[k])
            if k + 1 < len(W):
                moved = W[k + 1] * moved
        return mp.fsum(G[r, c] * moved[r, c] for r in range(d) for c in range(d))

    square = mp.fsum(derivative(i, j) ** 2 for i, j in itertools.product(range(d), repeat=2))
    return mp.log(square) / 2


def gradient_by_gaps(mp: Any, a: list[Any], W: list[Any], G: Any, l: int) -> dict[str, Any]:
    """One path: the log-norm of the gradient, and ``s_k = d phi(X_k)`` from the row norms and one determinant for each layer."""
    states, rows = diagonal_chain(mp, a, W)
    excesses = [-mp.log(mp.fprod(mean_one(mp, a)))]
    for norms, weight in zip(rows[:-1], W[:-1], strict=True):
        volume = mp.det(weight) ** 2  # 1 for a rotation
        excesses.append(excesses[-1] + 2 * mp.fsum(mp.log(norm) for norm in norms) - mp.log(volume))
    return {
        "log_gradient": log_layer_gradient(mp, states, rows, W, G, l),
        "log_loss": log_loss(mp, G),
        "gaps": mp.fsum(excesses[l:]),
        "roots": mp.fsum(mp.sqrt_of_squares(2 * value) for value in excesses[l:]),
        "shortest": mp.minimum([mp.minimum(norms) for norms in rows]),
        "log_size": mp.log(len(a)),
        "gaps_after": lambda: mp.fsum([mp.mpf(0), *excesses[l + 1 :]]),
        "roots_after": lambda: mp.fsum([mp.mpf(0), *(mp.sqrt_of_squares(2 * value) for value in excesses[l + 1 :])]),
    }


def _excesses(mp: Any, a: list[Any], G: Any, log_gradient: Any) -> dict[str, Any]:
    d = len(a)
    zero, half = mp.mpf(0), mp.log(d) / 2
    largest = mp.maximum([abs(G[i, j]) for i in range(d) for j in range(d)])
    return {
        "phi": gap(mp, a),
        "excess": mp.maximum(zero, log_gradient - log_loss(mp, G) - half),
        "excess_free": mp.maximum(zero, log_gradient - half),
        "excess_entry": mp.maximum(zero, log_gradient - mp.log(largest) - half),
    }


def gap(mp: Any, a: list[Any]) -> Any:
    """The isometry gap for the eigenvalues ``d a / sum(a)``."""
    return -mp.log(mp.fprod(mean_one(mp, a))) / len(a)


def log_loss(mp: Any, G: Any) -> Any:
    """``log |G|_F``."""
    return mp.log(mp.fsum(G[i, j] * G[i, j] for i in range(G.rows) for j in range(G.cols))) / 2


def layer_gradient_mean(mp: Any, a: list[Any], G: Any, L: int, l: int) -> dict[str, Any] | None:
    r"""Enclosures of the means of the positive excesses over the bound's constants, or None where none is at hand.

    On every path the excess is at most ``(1/2) sum_k (s_k + sqrt(2 s_k))`` over the layers k >= l, ``s_k = d phi(X_k)``.  At
    d = 2, Jensen gives ``E s_k <= log(1 + u_0 2^{-k})``; elsewhere ``s_k <= s_0`` serves for a few layers.
    """
    d = len(a)
    known = {"phi": gap(mp, a)}
    if d > 2 and L - l > PATHWISE_DEPTH:
        return None
    u = tangent_square(mp, a) if d == 2 else None
    sums = [mp.log(1 + u * Fraction(1, 2**k)) if d == 2 else d * known["phi"] for k in range(l, L)]
    above = mp.fsum(value + mp.sqrt_of_squares(2 * value) for value in sums) / 2
    below = mp.mpf(0)
    largest = mp.maximum([abs(G[i, j]) for i in range(d) for j in range(d)])
    loss, entry = log_loss(mp, G), log_loss(mp, G) - mp.log(largest)
    if L == 1:
        below = mean_log_gradient_below(mp, a) - mp.log(d) / 2

    def enclosed(shift: Any) -> Any:
        return mp.between(mp.maximum(mp.mpf(0), below + shift), above + abs(shift))

    return {
        **known,
        "excess": enclosed(mp.mpf(0)),
        "excess_free": lambda: enclosed(loss),
        "excess_entry": lambda: enclosed(entry),
    }


def mean_log_gradient_below(mp: Any, a: list[Any]) -> Any:
    r"""A lower bound of ``E log(|grad| / M)`` for one layer on ``X = diag(s)``, equal to it at isotropy.

    Row j of the gradient is at least ``s_min |g_j ^ y| / |y|^2`` for ``y = X^T w``, ``|y| <= s_max``; the wedge is at least
    ``s_d s_{d-1} / s_max`` times that of the direction of ``X^{-T} g_j`` with a uniform w, whose mean logarithm is
    ``(psi((d-1)/2) - psi(d/2)) / 2``; rows are combined by concavity with the weights ``|g_j|^2 / M^2``.
    """
    d = len(a)
    lam = mean_one(mp, a)
    singular = mp.log(lam[0] * lam[0] * lam[1] / lam[-1] ** 3) / 2
    return singular + (mp.digamma(mp.mpf(Fraction(d - 1, 2))) - mp.digamma(mp.mpf(Fraction(d, 2)))) / 2


def scaled_gradient(mp: Any, a: list[Any], W: list[Any], G: Any, t: Any, l: int) -> dict[str, Any]:
    """One draw of the same with the weights ``t W``."""
    scaled = [mp.matrix([[t * w[i, j] for j in range(w.cols)] for i in range(w.rows)]) for w in W]
    return layer_gradient(mp, a, scaled, G, l)


def scaled_gradient_mean(mp: Any, a: list[Any], G: Any, t: Any, L: int, l: int) -> dict[str, Any] | None:
    """The enclosure with the weights ``t W``: the gradient is that of ``W`` divided by ``t``."""
    found = layer_gradient_mean(mp, a, G, L, l)
    if found is None or L > 1:
        return None
    shift = -mp.log(abs(t))
    below = mp.maximum(mp.mpf(0), mean_log_gradient_below(mp, a) - mp.log(len(a)) / 2 + shift)
    low, high = mp.mpf(0), found["excess"] + abs(shift)
    return {**found, "excess": mp.between(mp.maximum(low, below), mp.maximum(high, below))}


# grad_lipschitz -----------------------------------------------------------------------------------------------------------


def cross_entropy(mp: Any, Z: Any) -> dict[str, Any]:
    """Norms of the gradients of the cross entropy with the label 0, and of half the squared error, in the logits."""
    rows = []
    for i in range(Z.rows):
        weights = [mp.exp(Z[i, j]) for j in range(Z.cols)]
        total = mp.fsum(weights)
        others = mp.fsum(weights[1:]) if Z.cols > 1 else mp.mpf(0)
        rows.append((others * others + mp.fsum([mp.mpf(0), *(w * w for w in weights[1:])])) / (total * total))
    errors = [mp.fsum((Z[i, j] - int(j == 0)) ** 2 for j in range(Z.cols)) for i in range(Z.rows)]
    return {
        "gradient": [mp.sqrt_of_squares(value) for value in rows],
        "batch_gradient": mp.sqrt_of_squares(mp.fsum(rows)) / Z.rows,
        "error_gradient": lambda: [mp.sqrt_of_squares(value) for value in errors],
    }
