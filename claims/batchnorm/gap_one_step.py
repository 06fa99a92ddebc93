r"""The mean orthogonality gap contracts in every layer, up to a noise of order $d^{-1/2}$.

Let $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$, where $\mathrm{BN}$ scales every row to unit norm (no mean is
removed), $H_\ell\in\mathbb R^{d\times n}$ with $\|H_\ell\|_F=1$, and $W_\ell\in\mathbb R^{d\times d}$ has i.i.d. Gaussian
entries.  With the orthogonality gap $\widehat V(H)=\frac1n-\sigma_n(H)^2$ ($\sigma_n=0$ if $d<n$),
$$\mathbb E\big[\widehat V(H_{\ell+1})\mid H_\ell\big]\le
  \big(1-\tfrac23\sigma_n(H_\ell)^2\big)\,\widehat V(H_\ell)+\frac1{\sqrt d},\qquad
  \sigma_n(H_\ell)^2=\tfrac1n-\widehat V(H_\ell).$$
Theorem 5, eq. (14), of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  It is also checked, sharper, with $\frac{2n}{n+2}$
for $\frac23$ and $\sqrt{(1-\frac1n)/d}$ for $\frac1{\sqrt d}$.  The hypothesis $\|H_\ell\|_F=1$ is missing in the print: for the
first two columns of $I_{37}$ the right side is negative (`batchnorm/gap_one_step_printed`).  $d\ge n$ is not needed.

Both sides depend on $H_\ell$ through its singular values alone, $\sigma_i^2=a_i/\sum_ja_j$: the rows of $W_\ell H_\ell$ are
i.i.d. as $(w_1\sigma_1,\dots,w_n\sigma_n)$ up to a rotation.  Exact means: $n=1$ (0); $d<n$ ($\frac1n$); $n=d=2$
($\arcsin(2\widehat V)/(2\pi\widehat V)$, and $\frac1\pi$ at isotropy); $n=2$ at isotropy (Pearson's walk of $d$ unit
steps); elsewhere the mean is enclosed between Jensen's $\frac1n-p_n$ and $\frac1n-p_n+(1-\frac1n)/\sqrt d$, for two samples by
moments of $|\zeta|=2\widehat V(H_{\ell+1})$ (`batchnorm/n2_wrapped_cauchy_moments`).  For three and four samples the upper end
is the proof's own bound of the noise: what is checked there is the contraction of $\frac1n-p_n$.
Not tight: at $n=d=2$ the noise needs $0.450158/\sqrt d$.
"""

from sympy import And, Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import gap_after, gap_of
from strategies.laws import gaussian
from strategies.networks import dense
from strategies.spectra import spectrum

gap, gap_next, smallest = quantities("gap gap_next smallest")
d, n = sizes("d n")


def evaluate(xp, a, W):
    return {gap: gap_of(xp, a), smallest: xp.min(a, axis=1) / xp.sum(a, axis=1), gap_next: gap_after(xp, a, W)}


def evaluate_unnormalised(xp, a, W):
    low = xp.min(a, axis=1)
    return {gap: 1 / a.shape[1] - low, smallest: low, gap_next: gap_after(xp, a, W)}


contracted = (1 - Rational(2, 3) * smallest) * gap

claim = Claim(
    source=DANESHMAND_2021.item("Theorem 5, eq. (14)"),
    provenance="text",
    reading="with the hypothesis |H_l|_F = 1, which the text leaves out for the input H_0",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (1, 4), "d": (1, 16)},
    statement=And(
        Le(Mean(gap_next), contracted + 1 / sqrt(d)),
        Le(Mean(gap_next), (1 - 2 * n / (n + 2) * smallest) * gap + sqrt((1 - 1 / n) / d)),
    ),
    evaluate=evaluate,
    oracle=batchnorm.one_step,
    oracle_differs="singular values of the normalised rows, not eigenvalues of their Gram matrix; closed forms for the mean",
    expectation=batchnorm.one_step_expectation,
    bounded={gap_next: (0, 1 / n)},
    definitions={
        gap: "the orthogonality gap 1/n - sigma_n^2 of the layer",
        gap_next: "the orthogonality gap of the next layer, random",
        smallest: "sigma_n^2, the smallest squared singular value, of sigma_i^2 = a_i / sum(a)",
    },
    not_covered=["three and more samples and d >= n by another route than the proof's bound of the noise"],
    notation={gap: r"\widehat V(H_\ell)", gap_next: r"\widehat V(H_{\ell+1})", smallest: r"\sigma_n^2"},
    mutants=[
        Mutant(
            "noise 1/d",
            statement=Le(Mean(gap_next), contracted + 1 / d),
            because="at isotropy and n = 2 the mean is about 0.45/sqrt(d): false at d = 5 by a hair, 0.2008162 > 0.2",
        ),
        Mutant(
            "noise 0.45/sqrt(d)",
            statement=Le(Mean(gap_next), contracted + Rational(9, 20) / sqrt(d)),
            because="at isotropy and n = d = 2 the mean is 1/pi = 0.3183099 > 0.3181981",
        ),
        Mutant(
            "the Frobenius norm is not 1",
            sizes={"n": (1, 4), "d": (1, 40)},
            evaluate=evaluate_unnormalised,
            oracle=batchnorm.one_step_unnormalised,
            expectation=batchnorm.one_step_expectation_unnormalised,
            because="two orthonormal columns give the right side -1/6 + 1/sqrt(d), negative from d = 37 on",
        ),
        Mutant(
            "on every path",
            inputs={"a": spectrum("n"), "W": dense("d", "n")},
            randomness={},
            expectation=None,
            statement=Le(gap_next, contracted + 1 / sqrt(d)),
            because="if all rows of W are equal the next layer has rank one: 1/2 > 1/sqrt(d) for n = 2, d >= 5 at isotropy",
        ),
        Mutant(
            "no noise",
            statement=Le(Mean(gap_next), contracted),
            because="at isotropy the right side is 0 and the left side is not",
        ),
    ],
)
