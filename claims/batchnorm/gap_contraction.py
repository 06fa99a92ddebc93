r"""One layer with batch normalization contracts the orthogonality gap of its mean Gram matrix.

Let $\sigma_1\ge\dots\ge\sigma_n\ge0$ be the singular values of $H_\ell\in\mathbb R^{d\times n}$ (columns are samples), with
$\sum_i\sigma_i^2=1$, and $\widehat V=\frac1n-\sigma_n^2$ its orthogonality gap.  With i.i.d. Gaussian weights,
$\mathbb E[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell]$ has the eigenvalues
$$p_i=\mathbb E\frac{\sigma_i^2w_i^2}{\sum_k\sigma_k^2w_k^2}
     =\int_0^\infty\frac{\sigma_i^2}{1+2t\sigma_i^2}\prod_j(1+2t\sigma_j^2)^{-1/2}\,dt,\qquad w\sim\mathcal N(0,I_n),$$
of which $p_n$ is the smallest, and for every $n\ge1$
$$\tfrac1n-p_n\le\big(1-\tfrac23\sigma_n^2\big)\,\widehat V ,\qquad
  \tfrac1n-p_n\le\big(1-\tfrac{2n}{n+2}\sigma_n^2\big)\,\widehat V .$$
The first is Lemma 8 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970; the second is what its proof shows (last
display).  Tight: at isotropy the second is an equality to first order in $\widehat V$ in every direction.

Inputs are parameters $a_i>0$ with $\sigma_i^2=a_i/\sum_ja_j$.  Near isotropy both sides are $O(\widehat V)$ and their
difference is $O(\widehat V^2)$, so the evaluator integrates differences $p_i-p_n$ and never subtracts.
"""

from sympy import And, Le, Lt, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import gap_of, mean_excess
from strategies.spectra import spectrum

mean_gap, gap, smallest = quantities("mean_gap gap smallest")
n = sizes("n")


def evaluate(xp, a):
    low, total = xp.min(a, axis=1), xp.sum(a, axis=1)
    return {mean_gap: xp.mean(mean_excess(xp, a), axis=1), gap: gap_of(xp, a), smallest: low / total}


def evaluate_unnormalised(xp, a):
    low = xp.min(a, axis=1)
    return {mean_gap: xp.mean(mean_excess(xp, a), axis=1), gap: 1 / a.shape[1] - low, smallest: low}


printed = Le(mean_gap, (1 - Rational(2, 3) * smallest) * gap)
proved = Le(mean_gap, (1 - 2 * n / (n + 2) * smallest) * gap)

claim = Claim(
    source=DANESHMAND_2021.item("Lemma 8 and the last display of its proof"),
    provenance="text",
    inputs={"a": spectrum("n")},
    sizes={"n": (1, 8)},
    statement=And(printed, proved),
    evaluate=evaluate,
    oracle=batchnorm.contraction,
    oracle_differs="closed form at n = 2, Carlson's R_D at n = 3, else a ball integral of an analytic function over [0, 1]",
    definitions={
        mean_gap: "1/n - p_n, the gap of the mean Gram matrix of the next layer",
        gap: "the orthogonality gap 1/n - sigma_n^2",
        smallest: "sigma_n^2, the smallest squared singular value, of sigma_i^2 = a_i / sum(a)",
    },
    notation={mean_gap: r"\left(\tfrac1n-p_n\right)", gap: r"\widehat V", smallest: r"\sigma_n^2"},
    tight="to first order at isotropy, in every direction",
    mutants=[
        Mutant(
            "coefficient 2n/(n+1)",
            statement=Le(mean_gap, (1 - 2 * n / (n + 1) * smallest) * gap),
            because="2n/(n+2) is the derivative at isotropy; at n = 2, sigma_n^2 = 2/5 the gap shrinks by 0.50510 > 0.46667",
        ),
        Mutant(
            "singular value for eigenvalue",
            statement=Le(mean_gap, (1 - Rational(2, 3) * sqrt(smallest)) * gap),
            because="near isotropy 1/sqrt(n) exceeds 3/(n + 2) for n >= 5; this is the error in the proof of Theorem 1",
        ),
        Mutant(
            "singular value for eigenvalue, at most four samples",
            statement=Le(mean_gap, (1 - Rational(2, 3) * sqrt(smallest)) * gap),
            sizes={"n": (1, 4)},
            because="false only for small sigma_n: at n = 3, (0.4995, 0.4995, 0.001): 0.3277099 > 0.3253271",
        ),
        Mutant(
            "strict inequality",
            statement=Lt(mean_gap, (1 - Rational(2, 3) * smallest) * gap),
            because="both sides are 0 at isotropy and at n = 1",
        ),
        Mutant(
            "squared singular values do not sum to 1",
            evaluate=evaluate_unnormalised,
            oracle=batchnorm.contraction_unnormalised,
            because="p is invariant under scaling, the right side is not: sigma^2 = (1, 1) gives 0 <= -1/6",
        ),
    ],
)
