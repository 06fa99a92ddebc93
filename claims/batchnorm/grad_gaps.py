r"""On every path the gradient at any depth is bounded by the isometry gaps of the layers that it passes.

Let $X_{k+1}=\mathrm{BN}(W_kX_k)$, $k=0,\dots,L-1$, $X_0\in\mathbb R^{d\times d}$ invertible with $\frac1d\|X_0\|_F^2=1$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_k$ are orthogonal, and let the gradient of the loss at $X_L$ have the
Frobenius norm $M$.  With $s_k=d\,\varphi(X_k)$, for every layer $0\le\ell<L$
$$\log\|\nabla_{W_\ell}\mathcal L\|_F\le\log M+\tfrac12\log d+\tfrac12\sum_{k=\ell}^{L-1}\big(s_k+\sqrt{2s_k}\big).$$
The step between the pathwise bound and Theorem 5, eq. (10), of Meterez et al. (2024), arXiv 2310.02012: since $s_k$ decreases on
every path, and exponentially in the mean, the sum stays bounded as $L$ grows (`batchnorm/grad_expected`).  Derived
here: $\|X_\ell\|_{op}\le\sqrt d$, and $-\log\min_j\|(W_kX_k)_{j\cdot}\|\le\frac12(s_k+\sqrt{2s_k})$.

Networks of up to 100 layers.  The input is $X_0=\mathrm{diag}(\sqrt{\lambda_k})$, $\lambda_k=d\,a_k/\sum_ja_j$: rotations of a
general one are absorbed by $W_0$ and by the gradient $G$ of a linear loss.
"""

from sympy import Gt, Le, sqrt

from claims.sources import METEREZ_2024
from oracles import batchnorm_gradients
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, gradients, isometry_gap, log_norm, normalised
from strategies.networks import dense, direction, orthogonal
from strategies.spectra import spectrum

log_gradient, log_loss, log_size, gaps, roots, shortest = quantities("log_gradient log_loss log_size gaps roots shortest")
gaps_after, roots_after = quantities("gaps_after roots_after")
d = sizes("d")


def evaluate(xp, a, W, G, l):
    width = a.shape[1]
    lam, deviation = normalised(xp, a)
    states, norms = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    zero = 0 * lam[:, 0]
    first = [] if l else [gap_of_spectrum(xp, lam, deviation)]
    later = [isometry_gap(xp, state) for state in states[max(l, 1) : -1]]
    excess = width * xp.clip(xp.stack([*first, *later], axis=1), min=0.0)
    return {
        log_gradient: log_norm(xp, gradients(xp, states[l:], norms[l:], W[:, l:], G)[0]),
        log_loss: log_norm(xp, G),
        log_size: xp.log(zero + width),
        gaps: xp.sum(excess, axis=1),
        roots: xp.sum(xp.sqrt(2 * excess), axis=1),
        shortest: xp.min(xp.stack([xp.min(norm, axis=1) for norm in norms], axis=1), axis=1),
        gaps_after: lambda: xp.sum(excess[:, 1:], axis=1),
        roots_after: lambda: xp.sum(xp.sqrt(2 * excess[:, 1:]), axis=1),
    }


def bounded(passed, rooted):
    return Le(log_gradient, log_loss + log_size / 2 + (passed + rooted) / 2)


claim = Claim(
    source=METEREZ_2024.item("Theorem 5 (the pathwise bound by isometry gaps)"),
    provenance="derived",
    inputs={"a": spectrum("d"), "W": orthogonal("L", "d", "d"), "G": direction("d", "d")},
    sizes={"d": (2, 4), "L": (1, 100), "l": (0, "L-1")},
    hypotheses=[Gt(shortest, 0)],
    statement=bounded(gaps, roots),
    evaluate=evaluate,
    oracle=batchnorm_gradients.gradient_by_gaps,
    oracle_differs="forward derivatives in every direction of the weight; gaps from determinants and all row norms",
    definitions={
        log_gradient: "log of the Frobenius norm of the gradient with respect to W_l",
        log_loss: "log of the Frobenius norm M of the gradient of the loss at X_L",
        log_size: "log d",
        gaps: "sum of s_k = d phi(X_k) over k >= l",
        roots: "sum of sqrt(2 s_k) over k >= l",
        shortest: "the shortest row norm before a normalization",
        gaps_after: "sum of s_k over k > l",
        roots_after: "sum of sqrt(2 s_k) over k > l",
    },
    notation={
        log_gradient: r"\log\|\nabla_{W_l}\mathcal L\|_F",
        log_loss: r"\log M",
        log_size: r"\log d",
        gaps: r"\textstyle\sum_{k\ge l}s_k",
        roots: r"\textstyle\sum_{k\ge l}\sqrt{2s_k}",
        shortest: r"\min_{k,j}\|(W_kX_k)_{j\cdot}\|",
        gaps_after: r"\textstyle\sum_{k>l}s_k",
        roots_after: r"\textstyle\sum_{k>l}\sqrt{2s_k}",
    },
    mutants=[
        Mutant(
            "without the roots",
            statement=Le(log_gradient, log_loss + log_size / 2 + gaps / 2),
            because="L = 1, lambda = (1.8, 0.2), W = I: log 3 = 1.0986 against 0.857",
        ),
        Mutant(
            "layers after l alone",
            statement=bounded(gaps_after, roots_after),
            because="at L = 1 nothing is left of the sum: log 3 against log sqrt 2",
        ),
        Mutant(
            "the factor d lost",
            statement=bounded(gaps / d, roots / sqrt(d)),
            because="L = 1, lambda = (1.9, 0.1), W = I: 1.472 against 1.406",
        ),
        Mutant(
            "weights not orthogonal",
            inputs={"a": spectrum("d"), "W": dense("L", "d", "d"), "G": direction("d", "d")},
            because="the gradient grows as the weights shrink",
        ),
    ],
)
