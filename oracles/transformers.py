r"""Exact quantities of transformers that compute in context: mean losses by moments, forward passes token by token."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# single_layer_global_min -----------------------------------------------------------------------------------------------


def gaussian_points(mp: Any, d: int) -> list[tuple[Any, list[int]]]:
    r"""Weights and integer points in dimension ``d`` with the moments of $N(0,I)$ up to degree 5.

    All permutations and signs of (1, 0, …), (2, 0, …) and (1, 1, 0, …): $E x_i^2=1$, $E x_i^4=3$, $E x_i^2x_j^2=1$.
    """
    axis = {1: (mp.mpf(4) / 3 - d) / 2, 2: mp.mpf(1) / 12}
    points = []
    for i, (size, weight), sign in itertools.product(range(d), axis.items(), (1, -1)):
        points.append((weight, [sign * size * int(k == i) for k in range(d)]))
    for (i, j), s, t in itertools.product(itertools.combinations(range(d), 2), (1, -1), (1, -1)):
        points.append((mp.mpf(1) / 4, [s * int(k == i) + t * int(k == j) for k in range(d)]))
    return [(1 - mp.fsum(weight for weight, _ in points), [0] * d), *points]


def layer_loss(mp: Any, Sigma: Any, root: Any, n: int, b: Any, A: Any) -> Any:
    r"""$E(b^\top GAx+w^\top x)^2$ for one linear layer, $G=\frac1n\sum_iz_iz_i^\top$, $z_i=(x_i;w^\top x_i)$.

    ``root`` is R for tasks $w\sim N(0,RR^\top)$, ``b`` a column of d + 1 entries, ``A`` (d+1, d).  Given w the tokens are
    Gaussian with a covariance C, so that $E[Gbb^\top G]=\frac{n+1}nCbb^\top C+\frac1n(b^\top Cb)C$ (Wishart); the mean over
    w, of degree 4, is a finite sum.
    """
    d = Sigma.rows
    total = []
    for weight, point in gaussian_points(mp, d):
        w = root * mp.matrix(point)
        column = Sigma * w
        variance = (w.T * column)[0, 0]
        rows = [[*(Sigma[i, j] for j in range(d)), column[i]] for i in range(d)]
        C = mp.matrix([*rows, [*(column[i] for i in range(d)), variance]])
        v = C * b
        q = A.T * v
        square = (n + 1) * (q.T * Sigma * q)[0, 0] + (b.T * v)[0, 0] * mp.trace(Sigma * (A.T * C * A))
        total.append(weight * (square / n + 2 * (column.T * q)[0, 0] + variance))
    return mp.fsum(total)


def least_loss(mp: Any, eigenvalues: Sequence[Any], count: int) -> Any:
    r"""$\sum_i\lambda_i\frac{\lambda_i+\mathrm{tr}\Sigma}{m\lambda_i+\mathrm{tr}\Sigma}$ for the ``count`` m, as printed."""
    trace = mp.fsum(eigenvalues)
    return mp.fsum(value * (value + trace) / (count * value + trace) for value in eigenvalues)


Preconditioner = Callable[[Any, Any, Any, int], Any]


def printed(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    r"""$\big(\frac{n+1}n\Sigma+\frac1n\mathrm{tr}(\Sigma)I\big)^{-1}$."""
    return mp.inverse(Sigma * (mp.mpf(n + 1) / n) + mp.eye(Sigma.rows) * (trace / n))


def counted_once_less(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    r"""The same with the sum over the other eigenvalues only: $\frac{n+1}n\lambda_i+\frac1n(\mathrm{tr}\Sigma-\lambda_i)$."""
    return mp.inverse(Sigma + mp.eye(Sigma.rows) * (trace / n))


def one_sample_less(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    r"""$n-1$ in place of $n+1$."""
    return mp.inverse(Sigma * (mp.mpf(n - 1) / n) + mp.eye(Sigma.rows) * (trace / n))


def population(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    r"""$\Sigma^{-1}$."""
    return mp.inverse(Sigma)


def summed(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    r"""$\big((n+1)\Sigma+\mathrm{tr}(\Sigma)I\big)^{-1}$, right for attention that sums over the tokens."""
    return printed(mp, Sigma, trace, n) / n


def opposite(mp: Any, Sigma: Any, trace: Any, n: int) -> Any:
    """The printed preconditioner with the other sign."""
    return -printed(mp, Sigma, trace, n)


def single_layer(preconditioner: Preconditioner = printed, whitened_prior: bool = False) -> Callable[..., dict[str, Any]]:
    r"""The oracle of one layer: its loss, and that of $P=\mathrm{diag}(0,\gamma)$, $Q=-\gamma^{-1}\mathrm{diag}(K,0)$.

    ``preconditioner(mp, Sigma, trace, n)`` gives K.
    ``whitened_prior`` draws the weights of the tasks from $N(0,\Sigma^{-1})$ instead of $N(0,I)$.
    """

    def oracle(mp: Any, layer: Mapping[str, Any], n: int) -> dict[str, Any]:
        Sigma, gauge = layer["Sigma"], layer["gauge"]
        d = Sigma.rows
        root = mp.eye(d)
        if whitened_prior:
            root = layer["basis"] * mp.diag([1 / mp.sqrt(value) for value in layer["eigenvalues"]])
        claimed = preconditioner(mp, Sigma, mp.trace(Sigma), n)
        b = mp.matrix([*layer["u"], layer["beta"]])
        A = mp.matrix([*([layer["A"][i, j] for j in range(d)] for i in range(d)), list(layer["a"])])
        b_claimed = mp.matrix([*([0] * d), gauge])
        A_claimed = mp.matrix([*([-claimed[i, j] / gauge for j in range(d)] for i in range(d)), [0] * d])
        return {
            "loss": lambda: layer_loss(mp, Sigma, root, n, b, A),
            "claimed": lambda: layer_loss(mp, Sigma, root, n, b_claimed, A_claimed),
            "minimum": lambda: least_loss(mp, layer["eigenvalues"], n + 1),
            "fewer": lambda: least_loss(mp, layer["eigenvalues"], n),
            "isotropic": lambda: least_loss(mp, [mp.trace(Sigma) / d] * d, n + 1),
        }

    return oracle


# forward_td0 -----------------------------------------------------------------------------------------------------------


def temporal_difference(
    transposed: bool = True, masked: bool = True, query_sees_next: bool = False, extra_sample: int = 0
) -> Callable[..., dict[str, Any]]:
    """The oracle of the TD(0) network: every token attends in turn, and the recursion sums over transitions.

    The options are those of the mutants: the weights not transposed in Q, the query attended to as well, the feature that
    follows the query in its token, and ``n + extra_sample`` in place of n.
    """

    def oracle(mp: Any, prompt: Mapping[str, Any], n: int, d: int, L: int) -> dict[str, Any]:
        features, rewards, discount = prompt["features"], prompt["rewards"], prompt["discount"]
        zero = 0 * discount
        tokens = [[*features[j], *(discount * x for x in features[j + 1]), rewards[j]] for j in range(n)]
        beyond = features[n + 1] if query_sees_next else [zero] * d
        tokens.append([*features[n], *(discount * x for x in beyond), zero])
        w = [zero] * d
        recorded = []
        for layer in range(L + 1):
            now = [inner(w, feature) for feature in features[: n + 1]]
            errors = [rewards[j] + discount * now[j + 1] - now[j] for j in range(n)]
            recorded.append((tokens[n][-1], [tokens[j][-1] for j in range(n)], now))
            if layer == L:
                break
            C = prompt["weights"][layer]
            attended = n + (0 if masked else 1)
            tokens = [_attend(token, tokens[:attended], C, d, transposed, n + extra_sample) for token in tokens]
            step = [mp.fsum(errors[j] * features[j][i] for j in range(n)) / n for i in range(d)]
            w = [w[i] + mp.fsum(C[i, k] * step[k] for k in range(d)) for i in range(d)]
        return {
            "y": [output for output, _, _ in recorded],
            "delta": [row for _, row, _ in recorded],
            "value": [now[n] for _, _, now in recorded],
            "before": [now[:n] for _, _, now in recorded],
            "after": [now[1:] for _, _, now in recorded],
            "R": rewards,
            "gamma": discount,
        }

    return oracle


def _attend(token: Sequence[Any], context: Sequence[Sequence[Any]], C: Any, d: int, transposed: bool, count: int) -> list[Any]:
    r"""One token after one layer: only its last entry moves, by the mean of the last entries weighted by $z_i^\top Qz$.

    Q is zero but for its upper blocks $-C^\top$ and $C^\top$: $z_i^\top Qz=\phi_i^\top C^\top(\gamma\phi'-\phi)$.
    """
    change = [token[d + i] - token[i] for i in range(d)]
    rows = [[C[k, i] if transposed else C[i, k] for k in range(d)] for i in range(d)]
    key = [inner(row, change) for row in rows]
    weights = [inner(other[:d], key) for other in context]
    return [*token[:-1], token[-1] + inner(weights, [other[-1] for other in context]) / count]


def inner(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Inner product."""
    return sum((x * y for x, y in zip(a[1:], b[1:], strict=True)), a[0] * b[0])
