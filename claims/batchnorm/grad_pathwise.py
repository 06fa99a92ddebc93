r"""On every path the gradient of a linear network with batch normalization is bounded by its row norms.

Let $X_{k+1}=\mathrm{BN}(W_kX_k)$ for $k=0,\dots,L-1$, with $X_k\in\mathbb R^{d\times d}$, orthogonal $W_k$, and
$\mathrm{BN}$ scaling every row to unit norm; no row of any $W_kX_k$ is zero.  For a loss $\mathcal L(X_L)$ whose gradient
at $X_L$ has Frobenius norm $M$, and for every layer $0\le\ell<L$,
$$\big\|\nabla_{W_\ell}\mathcal L\big\|_F\le M\,\|X_\ell\|_{op}\prod_{k=\ell}^{L-1}\frac1{\min_j\|(W_kX_k)_{j\cdot}\|}.$$
The deterministic core of Theorem 5 of Meterez et al. (2024), arXiv 2310.02012, derived here; it is checked in logarithms,
for a loss that is linear in $X_L$ (only its gradient at $X_L$ enters).  Tight: equality for $L=1$, $d=2$, $W_0=I$,
$X_0=\mathrm{diag}(s_1,s_2)$ and the gradient $e_2e_1^\top$, where both sides are $Ms_1/s_2$.
"""

from sympy import Gt, Le

from claims.sources import METEREZ_2024
from oracles import batchnorm_gradients
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import forward, from_layer, gradients, log_norm
from strategies.networks import dense, direction, orthogonal

log_gradient, log_operator, log_shrink, log_loss, shortest, log_shrink_after, log_shrink_longest = quantities(
    "log_gradient log_operator log_shrink log_loss shortest log_shrink_after log_shrink_longest"
)
l = sizes("l")


def evaluate(xp, X, W, G):
    states, norms = forward(xp, X, W)
    logs = [log_norm(xp, gradient) for gradient in gradients(xp, states, norms, W, G)]
    lowest = -xp.log(xp.stack([xp.min(norm, axis=1) for norm in norms], axis=1))
    highest = -xp.log(xp.stack([xp.max(norm, axis=1) for norm in norms], axis=1))
    zero = xp.zeros_like(lowest[:, :1])
    return {
        log_gradient: xp.stack(logs, axis=1),
        log_operator: xp.stack([xp.log(xp.linalg.svdvals(state)[:, 0]) for state in states[:-1]], axis=1),
        log_shrink: from_layer(xp, lowest),
        log_shrink_after: lambda: from_layer(xp, xp.concat([lowest[:, 1:], zero], axis=1)),
        log_shrink_longest: lambda: from_layer(xp, highest),
        log_loss: log_norm(xp, G),
        shortest: xp.exp(-lowest),
    }


claim = Claim(
    source=METEREZ_2024.item("Theorem 5 (the pathwise bound of its proof)"),
    provenance="derived",
    inputs={"X": dense("d", "d"), "W": orthogonal("L", "d", "d"), "G": direction("d", "d")},
    sizes={"L": (1, 4), "d": (2, 4)},
    axes={l: (0, "L-1")},
    hypotheses=[Gt(shortest[l], 0)],
    statement=Le(log_gradient[l], log_loss + log_operator[l] + log_shrink[l]),
    evaluate=evaluate,
    oracle=batchnorm_gradients.pathwise_gradient,
    oracle_differs="forward derivatives in every direction of every weight, not reverse accumulation",
    definitions={
        log_gradient: "log of the Frobenius norm of the gradient with respect to W_l",
        log_operator: "log of the spectral norm of X_l",
        log_shrink: "sum over k >= l of -log min_j |(W_k X_k)_j|",
        log_loss: "log of the Frobenius norm M of the gradient of the loss at X_L",
        shortest: "the shortest row norm of W_l X_l",
        log_shrink_after: "the same sum over k > l",
        log_shrink_longest: "the same sum with the longest rows",
    },
    notation={
        log_gradient: r"\log\|\nabla_{W_l}\mathcal L\|_F",
        log_operator: r"\log\|X_l\|_{op}",
        log_shrink: r"\textstyle\sum_{k\ge l}-\log\min_j\|(W_kX_k)_{j\cdot}\|",
        log_loss: r"\log M",
        shortest: r"\min_j\|(W_lX_l)_{j\cdot}\|",
        log_shrink_after: r"\textstyle\sum_{k>l}-\log\min_j\|(W_kX_k)_{j\cdot}\|",
        log_shrink_longest: r"\textstyle\sum_{k\ge l}-\log\max_j\|(W_kX_k)_{j\cdot}\|",
    },
    tight="equality at L = 1, d = 2, W = I, X = diag(s_1, s_2), gradient e_2 e_1^T",
    not_covered=["|X_l|_op <= sqrt(d) where |X_l|_F^2 = d, a comparison of two norms of one matrix", "d = 1: the gradient is 0"],
    mutants=[
        Mutant(
            "product from k = l + 1",
            statement=Le(log_gradient[l], log_loss + log_operator[l] + log_shrink_after[l]),
            because="at the equality case M s_1 / s_2 > M s_1 if s_2 < 1",
        ),
        Mutant(
            "without the spectral norm",
            statement=Le(log_gradient[l], log_loss + log_shrink[l]),
            because="at the equality case M s_1 / s_2 > M / s_2 if s_1 > 1",
        ),
        Mutant(
            "longest rows",
            statement=Le(log_gradient[l], log_loss + log_operator[l] + log_shrink_longest[l]),
            because="at the equality case M s_1 / s_2 > M",
        ),
        Mutant(
            "weights not orthogonal",
            inputs={"X": dense("d", "d"), "W": dense("L", "d", "d"), "G": direction("d", "d")},
            because="W_1 = t W leaves the output and the gradient for W_0 unchanged, the right side falls like 1/t",
        ),
    ],
)
