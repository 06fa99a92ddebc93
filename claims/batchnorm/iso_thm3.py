r"""Batch normalization after a random rotation increases the mean isometry by a factor.

Let $X\in\mathbb R^{d\times d}$ have unit rows (it comes out of a batch normalization), $\lambda_1,\dots,\lambda_d>0$ be the
eigenvalues of $XX^\top$, so that $\sum_k\lambda_k=d$, and $W$ be uniform on the orthogonal group.  With the isometry
$\mathcal I(X)=\det(X^\top X)^{1/d}/(\frac1d\mathrm{Tr}X^\top X)$ and $\mathrm{BN}$ that scales every row to unit norm,
$$\mathbb E_W\,\mathcal I(\mathrm{BN}(WX))\ge\Big(1-\frac{\sum_k(\lambda_k-1)^2}{2d^2(d+2)}\Big)^{-1}\mathcal I(X),$$
with equality for orthogonal $X$.  Theorem 3, eq. (8), of Meterez et al. (2024), arXiv 2310.02012.  Unit rows are used only
through $\sum_k\lambda_k=d$; the remark after the theorem about $\lambda_k$ is false (`batchnorm/iso_thm3_remark_printed`).

Both sides depend on $X$ through $\lambda_k=d\,a_k/\sum_ja_j$.  At $d=2$ the mean is $\frac2\pi K(\delta)\,\mathcal I(X)$ with
the complete elliptic integral of the modulus $\delta=\frac12(\lambda_1-\lambda_2)$; elsewhere it is enclosed by Jensen
($\mathcal I(X)e^{-\mathbb E\log q}$) and Hölder ($\mathcal I(X)\,\mathbb Eq^{-1}$).  Not tight: near isotropy the mean gains $2d$
times as much.
"""

from sympy import Ge

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, isometry_gap, normalised
from strategies.laws import haar
from strategies.networks import orthogonal
from strategies.spectra import spectrum

isometry, isometry_next, square = quantities("isometry isometry_next square")
d = sizes("d")


def evaluate(xp, a, W):
    lam, deviation = normalised(xp, a)
    states, _ = forward(xp, diagonal(xp, xp.sqrt(lam)), W[:, None])
    return {
        isometry: xp.exp(-gap_of_spectrum(xp, lam, deviation)),
        isometry_next: xp.exp(-isometry_gap(xp, states[-1])),
        square: xp.sum(deviation**2, axis=1),
    }


def evaluate_unnormalised(xp, a, W):
    return {**evaluate(xp, a, W), square: xp.sum((a - 1) ** 2, axis=1)}


def after_factor(share):
    return isometry / (1 - share)


claim = Claim(
    source=METEREZ_2024.item("Theorem 3, eq. (8)"),
    provenance="text",
    inputs={"a": spectrum("d")},
    randomness={"W": haar("d", "d")},
    sizes={"d": (1, 5)},
    statement=Ge(Mean(isometry_next), after_factor(square / (2 * d**2 * (d + 2)))),
    evaluate=evaluate,
    oracle=batchnorm_isometry.one_layer,
    oracle_differs="one determinant and squared row norms, not singular values; closed form or two integrals for the mean",
    expectation=batchnorm_isometry.thm3_mean,
    bounded={isometry_next: (0, 1)},
    definitions={
        isometry: "isometry of X",
        isometry_next: "isometry of BN(WX), random",
        square: "sum (lambda_k - 1)^2",
    },
    notation={
        isometry: r"\mathcal I(X)",
        isometry_next: r"\mathcal I(\mathrm{BN}(WX))",
        square: r"\textstyle\sum_k(\lambda_k-1)^2",
    },
    tight="equality for orthogonal X only",
    mutants=[
        Mutant(
            "factor 1 - 2S/(d(d+2))",
            statement=Ge(Mean(isometry_next), after_factor(2 * square / (d * (d + 2)))),
            sizes={"d": (2, 3)},
            because="at d = 2, delta = 0.6: (2/pi) K = 1.11456 < 1.21951",
        ),
        Mutant(
            "rows not normalized",
            evaluate=evaluate_unnormalised,
            oracle=batchnorm_isometry.one_layer_unnormalised,
            expectation=batchnorm_isometry.thm3_mean_unnormalised,
            statement=Ge(Mean(isometry_next), after_factor(square / (2 * d**2 * (d + 2)))),
            sizes={"d": (2, 4)},
            because="X = 2I: 1 on the left, more than 1 on the right",
        ),
        Mutant(
            "for every rotation",
            inputs={"a": spectrum("d"), "W": orthogonal("d", "d")},
            randomness={},
            expectation=None,
            statement=Ge(isometry_next, after_factor(square / (2 * d**2 * (d + 2)))),
            because="a rotation that makes all rows equal in norm leaves the isometry as it is",
        ),
    ],
)
