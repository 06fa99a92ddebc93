r"""Gradients of linear networks with batch normalization, exactly: Jacobians, explicit bounds in the mean, the loss."""

from __future__ import annotations

import itertools
from typing import Any

from oracles.batchnorm import _normalised_rows, _tangent, mean_one
from oracles.batchnorm_isometry import mean_square, row_squares

# grad_jacobian, grad_jacobian_rows ------------------------------------------------------------------------------------------


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


def row_jacobian(mp: Any, Y: Any) -> dict[str, Any]:
    """Squared norms of the Jacobian of BN at ``Y``, by the spectra and the traces of the rational blocks of its rows."""
    squares = row_squares(mp, Y)
    if mp.minimum(squares) == 0:
        return {"shortest": mp.minimum(squares)}
    blocks = [_block(mp, Y, j, square) for j, square in enumerate(squares)]
    return {
        "jacobian": mp.maximum([mp.eigsy(block)[-1] for block in blocks]),
        "shortest": mp.minimum(squares),
        "longest": mp.maximum(squares),
        "frobenius": mp.fsum(mp.trace(block) for block in blocks),
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


# grad_expected: one draw --------------------------------------------------------------------------------------------------


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
    zero, loss = mp.mpf(0), log_loss(mp, G)
    return {
        "phi": lambda: gap(mp, a),
        "log_gradient": log_gradient,
        "log_loss": loss,
        "excess": mp.maximum(zero, log_gradient - loss),
        "excess_free": mp.maximum(zero, log_gradient),
        "excess_entry": mp.maximum(zero, log_gradient - mp.log(largest_entry(mp, G))),
    }


def largest_entry(mp: Any, G: Any) -> Any:
    """``max |G_ij|``."""
    return mp.maximum([abs(G[i, j]) for i in range(G.rows) for j in range(G.cols)])


def gap(mp: Any, a: list[Any]) -> Any:
    """The isometry gap for the eigenvalues ``d a / sum(a)``."""
    return -mp.log(mp.fprod(mean_one(mp, a))) / len(a)


def log_loss(mp: Any, G: Any) -> Any:
    """``log |G|_F``."""
    return mp.log(mp.fsum(G[i, j] * G[i, j] for i in range(G.rows) for j in range(G.cols))) / 2


def scaled_gradient(mp: Any, a: list[Any], W: list[Any], G: Any, t: Any, l: int) -> dict[str, Any]:
    """One draw of the same with the weights ``t W``."""
    return layer_gradient(mp, a, [_times(mp, t, w) for w in W], G, l)


def gaussian_gradient(mp: Any, a: list[Any], W: list[Any], G: Any, l: int) -> dict[str, Any]:
    """One draw of the same with the weights ``W / sqrt(d)``."""
    factor = 1 / mp.sqrt(mp.mpf(len(a)))
    return layer_gradient(mp, a, [_times(mp, factor, w) for w in W], G, l)


def _times(mp: Any, t: Any, W: Any) -> Any:
    return mp.matrix([[t * W[i, j] for j in range(W.cols)] for i in range(W.rows)])


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
