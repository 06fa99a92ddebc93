r"""The law of a layer's preactivations is as close to that of an isotropic Gaussian matrix as the orthogonality gap says.

Let $H\in\mathbb R^{d\times n}$ with $\|H\|_F=1$ and singular values $\sigma_1,\dots,\sigma_n$ (zeros counted), $W$ and $G$ with
i.i.d. $\mathcal N(0,\frac1d)$ entries ($d\times d$ and $d\times n$), and $\mathcal W_2$ the Wasserstein distance with Frobenius
cost.  Then
$$\mathcal W_2\big(\mathrm{law}(WH),\mathrm{law}(G/\sqrt n)\big)^2=\sum_{i=1}^n\Big(\sigma_i-\tfrac1{\sqrt n}\Big)^2
   =2-\tfrac2{\sqrt n}\sum_i\sigma_i ,$$
$$\mathcal W_2^2\le2n\,V(H),\qquad\mathcal W_2^2\le n\,V(H)^2,\qquad\mathcal W_2^2\le\sqrt n\,V(H),\qquad
  V(H)=\big\|H^\top H-\tfrac1nI\big\|_F .$$
The first bound is Lemma 2 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970; the exact value and the two bounds
after it are sharper (neither implies the other: $nV^2>\sqrt n\,V$ once $V>n^{-1/2}$).  Rows of both matrices are i.i.d. centred
Gaussian vectors with the commuting covariances $H^\top H/d$ and $I/(nd)$, so the distance is that of Bures:
$\mathrm{tr}A+\mathrm{tr}B-2\,\mathrm{tr}(A^{1/2}BA^{1/2})^{1/2}$, summed over the $d$ rows.  For $d\ge n$ it is attained by
coupling $WH$ with $WUQ^\top/\sqrt n$, where $H=U\mathrm{diag}(\sigma)Q^\top$.

Everything depends on $\sigma_i^2=a_i/\sum_ja_j$.  Equality everywhere at isotropy.
"""

from sympy import And, Eq, Le, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_gap
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import deviations, square
from strategies.spectra import spectrum

distance, nuclear, gap = quantities("distance nuclear gap")
n = sizes("n")


def transport(xp, a, sigma, apart):
    """Bures' distance from ``1/n``: ``sigma - n^{-1/2}`` is the difference ``apart`` of the squares over the sum."""
    root = xp.sqrt(square(xp, deviations(xp, a)))
    return {distance: square(xp, apart / (sigma + a.shape[1] ** -0.5)), nuclear: xp.sum(sigma, axis=1), gap: root}


def evaluate(xp, a):
    return transport(xp, a, xp.sqrt(a / xp.sum(a, axis=1, keepdims=True)), deviations(xp, a))


def evaluate_unnormalised(xp, a):
    return transport(xp, a, xp.sqrt(a), a - 1 / a.shape[1])


claim = Claim(
    source=DANESHMAND_2021.item("Lemma 2"),
    provenance="text",
    reading="the distance by Bures' formula for commuting covariances, which is not checked: it is what the distance is computed by",
    inputs={"a": spectrum("n", singular=True)},
    sizes={"n": (1, 12)},
    statement=And(
        Eq(distance + 2 * nuclear / sqrt(n), 2), Le(distance, 2 * n * gap), Le(distance, n * gap**2), Le(distance, sqrt(n) * gap)
    ),
    evaluate=evaluate,
    oracle=batchnorm_gap.wasserstein,
    oracle_differs="the cost of the coupling, (sigma_i - 1/sqrt n)^2 summed, in balls; V^2 is rational",
    definitions={
        distance: "squared Wasserstein distance of the laws of WH and G/sqrt(n)",
        nuclear: "nuclear norm of H, the sum of its singular values",
        gap: "V(H), the Frobenius distance of H^T H from I/n",
    },
    notation={distance: r"\mathcal W_2^2", nuclear: r"\|H\|_*", gap: r"V(H)"},
    tight="at isotropy, where all sides vanish",
    not_covered=["Corollary 3, which is 2n times Theorem 1 (`batchnorm/gap_main`) and inherits its errors"],
    mutants=[
        Mutant(
            "at most V",
            statement=Le(distance, gap),
            because="true for two samples; at n = 3 and rank one 0.8453 > 0.8165",
        ),
        Mutant(
            "at most 2V",
            statement=Le(distance, 2 * gap),
            because="first seen false at n = 12 and four equal singular values, the rest 0: 0.8453 > 0.8165",
        ),
        Mutant(
            "half the constant of the quadratic bound",
            statement=Le(distance, n * gap**2 / 2),
            because="at n = 3 and two equal singular values, one 0, the ratio is 0.734",
        ),
        Mutant(
            "the Frobenius norm is not 1",
            statement=Le(distance, 2 * n * gap),
            evaluate=evaluate_unnormalised,
            oracle=batchnorm_gap.wasserstein_unnormalised,
            because="V is invariant under scaling, the distance is not: H = 10 I",
        ),
    ],
)
