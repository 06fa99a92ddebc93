r"""At isotropy the mean map of a normalised Gaussian layer contracts at the rate $n/(n+2)$, with explicit remainder.

Let $\sigma_i^2=(1+e_i)/n$, $\sum_ie_i=0$, be the squared singular values of $H_\ell$ and $p_i$ the eigenvalues of
$\mathbb E[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell]$ (`batchnorm/gap_mean_map`).  Then
$p_i-\frac1n\approx\frac n{n+2}(\sigma_i^2-\frac1n)$; precisely, with $M_i=(1+e_i)\,\frac{8e_i^2+2\sum_ke_k^2}{(n+2)(n+4)}$,
$$\frac{M_i}{1+\max_ke_k}\ \le\ (n\,p_i-1)-\frac n{n+2}\,e_i+\frac2{n+2}\,e_i^2\ \le\ \frac{M_i}{1+\min_ke_k}$$
for every $n$ and every $e>-1$.  Derived here: $p_i=\mathbb E\,\frac{(1+e_i)w_i^2}{1+q}$ with $w$ uniform on the sphere and
$q=\sum_ke_kw_k^2$; write $\frac1{1+q}=1-q+\frac{q^2}{1+q}$, use the moments of the sphere up to order six, and
$\min_ke_k\le q\le\max_ke_k$.  It is the finite statement behind the derivative of the mean map at isotropy, from which the
coefficient $\frac{2n}{n+2}$ of `batchnorm/gap_contraction` follows.  Tight to second order at isotropy.
"""

from sympy import And, Le

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_means
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import deviations, mean_deviations, square
from strategies.spectra import spectrum

after, before, spread, lowest, highest = quantities("after before spread lowest highest")
n, i = sizes("n i")


def evaluate(xp, sigma):
    squares = sigma * sigma
    count = squares.shape[1]
    e = count * deviations(xp, squares)
    return {
        after: count * mean_deviations(xp, squares),
        before: e,
        spread: square(xp, e),
        lowest: xp.min(e, axis=1),
        highest: xp.max(e, axis=1),
    }


remainder = after[i] - n * before[i] / (n + 2) + 2 * before[i] ** 2 / (n + 2)
moment = (1 + before[i]) * (8 * before[i] ** 2 + 2 * spread) / ((n + 2) * (n + 4))

claim = Claim(
    source=REFUTE_DERIVED.item("Second-order bounds of the mean map at isotropy"),
    provenance="derived",
    inputs={"sigma": spectrum("n")},
    sizes={"n": (1, 4)},
    axes={i: (0, "n-1")},
    statement=And(Le(moment, (1 + highest) * remainder), Le((1 + lowest) * remainder, moment)),
    evaluate=evaluate,
    oracle=batchnorm_means.mean_at_isotropy,
    oracle_differs="rational at n = 2, Carlson's R_D at n = 3, ball integrals over [0, 1] at n = 4",
    definitions={
        after: "n p_i - 1, the deviation of the mean Gram matrix from isotropy",
        before: "e_i = n sigma_i^2 - 1, the deviation before the layer",
        spread: "sum of e_i^2",
        lowest: "min e_i",
        highest: "max e_i",
    },
    notation={
        after: r"(n\,p_{\cdot}-1)",
        before: r"e_{\cdot}",
        spread: r"\textstyle\sum_ke_k^2",
        lowest: r"\min_ke_k",
        highest: r"\max_ke_k",
    },
    surrogate="two-sided bounds for every spectrum, whose limit at isotropy is the derivative n/(n+2)",
    tight="to second order at isotropy",
    mutants=[
        Mutant(
            "rate (n-1)/(n+1)",
            statement=Le(moment, (1 + highest) * (after[i] - (n - 1) * before[i] / (n + 1) + 2 * before[i] ** 2 / (n + 2))),
            because="the derivative at isotropy is n/(n+2)",
        ),
        Mutant(
            "the upper bound with the largest deviation",
            statement=Le((1 + highest) * remainder, moment),
            because="1/(1+q) is at least 1/(1 + max e), so this is the lower bound reversed",
        ),
        Mutant(
            "without the second-order term",
            statement=Le(moment, (1 + highest) * (after[i] - n * before[i] / (n + 2))),
            because="the correction 2 e^2/(n+2) is of the same order as the moments that are kept",
        ),
    ],
)
