r"""The mean squared orthogonality gap of the next layer, exactly, for every width and batch.

Let $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights, $H_\ell\ne0$, $V(H)=\|H^\top
H-\frac1nI\|_F$ at $\|H\|_F=1$, and $p_1,\dots,p_n$ the eigenvalues of $\mathbb E[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell]$.  Then
for all $n,d\ge1$
$$\mathbb E\big[V(H_{\ell+1})^2\mid H_\ell\big]=\frac1d+\Big(1-\frac1d\Big)\sum_ip_i^2-\frac1n .$$
Derived here from what Lemma 6 and eq. (13) of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, rest on: the rows of
$H_{\ell+1}$ are i.i.d., so that $\mathbb E\,\mathrm{tr}\,C^2=\frac1d+(1-\frac1d)\|\mathbb EC\|_F^2$.

At rank one $1-\frac1n$, at isotropy $\frac1d(1-\frac1n)$, at $d=1$ it does not depend on $\sigma$.  The mean gap therefore does
not decrease everywhere: what the layer adds at isotropy is of order $d^{-1/2}$.

The mean on the left is computed by pairs of rows from their overlap, an integral, as in `batchnorm/gap_concentration`; on the
right stand the closed forms of the $p_i$.
"""

from functools import partial

from sympy import Eq, Le, Lt, Or, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_means
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import deviations, gram, mean_shares, off_isotropy, square, unit_rows
from strategies.batchnorm import once_per_input
from strategies.laws import gaussian
from strategies.spectra import spectrum

square_gap_next, purity, gap_next, gap = quantities("square_gap_next purity gap_next gap")
d, n = sizes("d n")


def evaluate(xp, sigma, W):
    squares = sigma * sigma
    after = square(xp, off_isotropy(xp, gram(xp, unit_rows(xp, squares, W))))
    return {
        square_gap_next: after,
        purity: square(xp, once_per_input(xp, partial(mean_shares, xp), sigma)),
        gap_next: xp.sqrt(after),
        gap: xp.sqrt(square(xp, deviations(xp, squares))),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Mean squared gap after one layer, from Lemma 6 of arXiv 2106.03970"),
    provenance="derived",
    inputs={"sigma": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (1, 3), "d": (1, 16)},
    statement=Eq(Mean(square_gap_next), 1 / d + (1 - 1 / d) * purity - 1 / n),
    evaluate=evaluate,
    oracle=batchnorm_means.square_gap_after,
    oracle_differs="rational Gram matrices; the mean by pairs of rows and their overlap, an integral in balls, not by closed forms",
    expectation=batchnorm_means.square_gap_expectation,
    bounded={square_gap_next: (0, 1), gap_next: (0, 1)},
    definitions={
        square_gap_next: "V^2 of the next layer: squared Frobenius distance of its Gram matrix from I/n, random",
        purity: "sum of the squared eigenvalues p_i of the mean Gram matrix of the next layer",
        gap_next: "V of the next layer, random",
        gap: "V of the layer itself, scaled to Frobenius norm 1",
    },
    notation={
        square_gap_next: r"V(H_{\ell+1})^2",
        purity: r"\big(\textstyle\sum_ip_i^2\big)",
        gap_next: r"V(H_{\ell+1})",
        gap: r"V(H_\ell)",
    },
    mutants=[
        Mutant(
            "1 for 1 - 1/d",
            statement=Eq(Mean(square_gap_next), 1 / d + purity - 1 / n),
            because="of the d^2 pairs of rows the d pairs of a row with itself would be counted twice",
        ),
        Mutant(
            "the mean gap never increases",
            statement=Le(Mean(gap_next), gap),
            because="at isotropy the right side is 0",
        ),
        Mutant(
            "the mean gap does not increase above the noise",
            statement=Or(Lt(gap, 1 / (2 * sqrt(d))), Le(Mean(gap_next), gap)),
            because="at n = d = 2 and singular values (2, 1): V = 0.4243 >= 0.3536, and the mean is 0.4828",
        ),
    ],
)
