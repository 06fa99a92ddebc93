r"""The mean Gram matrix after a Gaussian layer has the eigenvalues in the same order, less spread in every sense.

Let $\sigma_1\ge\dots\ge\sigma_n>0$ with $\sum_i\sigma_i^2=1$ be the singular values of $H_\ell$ and $p_1,\dots,p_n$ the
eigenvalues of $\mathbb E[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell]$ that belong to the same vectors (`batchnorm/gap_mean_map`).
Then for all $i$
$$p_i\ge p_{i+1},\qquad\frac{p_i}{p_{i+1}}\le\frac{\sigma_i^2}{\sigma_{i+1}^2},\qquad
  \sum_{k\le i}\big(p_k-\tfrac1n\big)\le\sum_{k\le i}\big(\sigma_k^2-\tfrac1n\big),$$
that is, $p$ is majorised by $\sigma^2$; hence $\|p-\frac1n\|\le V(H_\ell)$, and $\frac1n-p_n\le\widehat V(H_\ell)$, which is the
third with $i=n-1$.  Derived here; $p_i$ as in eq. (15) of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.

Equality in all of them at isotropy, and wherever two neighbours agree.
"""

from sympy import And, Ge, Le

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_means
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import deviations, mean_deviations, mean_excess, mean_shares, square
from strategies.spectra import spectrum

p, s, p_next, s_next, p_step, s_step, p_sum, s_sum = quantities("p s p_next s_next p_step s_step p_sum s_sum")
square_gap_mean, square_gap = quantities("square_gap_mean square_gap")
n, i = sizes("n i")


def evaluate(xp, sigma):
    ordered = xp.sort(sigma, axis=1, descending=True)
    squares = ordered * ordered
    p_all, s_all = mean_shares(xp, ordered), squares / xp.sum(squares, axis=1, keepdims=True)
    excess, after, before = mean_excess(xp, squares), mean_deviations(xp, squares), deviations(xp, squares)
    return {
        p: p_all[:, :-1],
        s: s_all[:, :-1],
        p_next: p_all[:, 1:],
        s_next: s_all[:, 1:],
        p_step: excess[:, :-1] - excess[:, 1:],
        s_step: (squares[:, :-1] - squares[:, 1:]) / xp.sum(squares, axis=1, keepdims=True),
        p_sum: xp.cumulative_sum(after, axis=1)[:, :-1],
        s_sum: xp.cumulative_sum(before, axis=1)[:, :-1],
        square_gap_mean: square(xp, after),
        square_gap: square(xp, before),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Order of the mean map of a normalised Gaussian layer"),
    provenance="derived",
    inputs={"sigma": spectrum("n")},
    sizes={"n": (2, 4)},
    axes={i: (0, "n-2")},
    statement=And(
        Ge(p_step[i], 0),
        Le(p_step[i] * s_next[i], s_step[i] * p_next[i]),
        Le(p_sum[i], s_sum[i]),
        Le(square_gap_mean, square_gap),
    ),
    scale=p_next[i],
    evaluate=evaluate,
    oracle=batchnorm_means.mean_order,
    oracle_differs="rational at n = 2, Carlson's R_D at n = 3, else ball integrals over [0, 1]",
    definitions={
        p: "eigenvalue of the mean Gram matrix, in falling order, counted from 0",
        s: "squared singular value, in falling order, counted from 0",
        p_next: "the next smaller eigenvalue",
        s_next: "the next smaller squared singular value",
        p_step: "difference of neighbouring eigenvalues of the mean",
        s_step: "difference of neighbouring squared singular values",
        p_sum: "sum of the i + 1 largest eigenvalues of the mean, each less 1/n",
        s_sum: "sum of the i + 1 largest squared singular values, each less 1/n",
        square_gap_mean: "sum of (p_k - 1/n)^2 over all k",
        square_gap: "V(H)^2 of the layer, the sum of (sigma_k^2 - 1/n)^2 over all k",
    },
    notation={
        p: r"p_{\cdot}",
        s: r"\sigma_{\cdot}^2",
        p_next: r"p_{\cdot+1}",
        s_next: r"\sigma_{\cdot+1}^2",
        p_step: r"(p_{\cdot}-p_{\cdot+1})",
        s_step: r"(\sigma_{\cdot}^2-\sigma_{\cdot+1}^2)",
        p_sum: r"\textstyle\sum_{k\le i}(p_k-\frac1n)",
        s_sum: r"\textstyle\sum_{k\le i}(\sigma_k^2-\frac1n)",
        square_gap_mean: r"\|p-\tfrac1n\|^2",
        square_gap: r"V(H_\ell)^2",
    },
    tight="at isotropy, and wherever neighbouring singular values agree",
    mutants=[
        Mutant(
            "ratios at most sigma_i / sigma_j",
            statement=Le(p[i] ** 2 * s_next[i], s[i] * p_next[i] ** 2),
            because="an equality for two samples, but near isotropy log p_i/p_j is n/(n+2) > 1/2 of log sigma_i^2/sigma_j^2",
        ),
        Mutant(
            "the gap of the mean contracts by n/(n+2) everywhere",
            statement=Le((n + 2) ** 2 * square_gap_mean, n**2 * square_gap),
            because="n/(n+2) is the rate at isotropy; near rank one nothing contracts",
        ),
        Mutant(
            "the mean map spreads",
            statement=Ge(p_sum[i], s_sum[i]),
            because="reversed: it is the squared singular values that majorise",
        ),
    ],
)
