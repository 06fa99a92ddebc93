r"""The isometry gap is the entropy that a Gaussian layer lacks, and it bounds the transport distance to the isotropic law.

Let $H\in\mathbb R^{d\times n}$ be fixed, of rank $n$ and with $\|H\|_F=1$, let $W\in\mathbb R^{d\times d}$ and
$G\in\mathbb R^{d\times n}$ have i.i.d. $\mathcal N(0,\frac1d)$ entries, and let $\varphi_n(H)=-\frac1n\log\det(n\,H^\top H)$.
The differential entropy of $WH$ is $\frac{dn}2\log\frac{2\pi e}{dn}-\frac{dn}2\varphi_n(H)$, largest for $H^\top H=\frac1nI$, so
$$\mathrm{KL}\big(\mathrm{law}(WH)\,\big\|\,\mathrm{law}(G/\sqrt n)\big)=\frac{dn}2\,\varphi_n(H),\qquad
  \mathcal W_2^2\big(\mathrm{law}(WH),\mathrm{law}(G/\sqrt n)\big)=2-\frac2{\sqrt n}\|H\|_*\le\varphi_n(H) .$$
Derived here, in the spirit of Joudaki, Daneshmand and Bach (2022), arXiv 2205.13076, whose theorem was not
available.  The rows of $WH$ are i.i.d. Gaussian with the covariance $H^\top H/d$.  Everything depends on the squared singular
values $\sigma_i^2=a_i/\sum_ja_j$ alone.  Near isotropy $\mathcal W_2^2/\varphi_n\to\frac12$.
"""

from sympy import And, Eq, Le, Rational

from claims.sources import JOUDAKI_2022
from oracles import batchnorm_rank
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import gap_of_spectrum, normalised
from strategies.spectra import spectrum

phi, divergence, distance, phi_outer = quantities("phi divergence distance phi_outer")
d, n = sizes("d n")


def evaluate(xp, a, d):
    count = a.shape[1]
    lam, deviation = normalised(xp, a)
    gap = gap_of_spectrum(xp, lam, deviation)
    # the Gaussian formula per row, (tr(S^-1 C) - n - log det(S^-1 C))/2 with S^-1 C = n H^T H; roots of lam cancel nothing
    trace_excess = xp.sum(deviation, axis=1)
    return {
        phi: gap,
        divergence: d * (trace_excess + count * gap) / 2,
        distance: xp.mean((deviation / (xp.sqrt(lam) + 1)) ** 2, axis=1),
        phi_outer: gap if count >= d else xp.full_like(gap, float("inf")),
    }


claim = Claim(
    source=JOUDAKI_2022.item("abstract (entropy of representations), as exact identities"),
    provenance="derived",
    reading="entropy, divergence and distance by their formulas for Gaussian laws, which are not checked",
    inputs={"a": spectrum("n")},
    sizes={"n": (1, 6), "d": ("n", 8)},
    statement=And(Eq(divergence, d * n / 2 * phi), Le(distance, phi)),
    evaluate=evaluate,
    oracle=batchnorm_rank.entropy,
    oracle_differs="a difference of two entropies, not the Gaussian divergence; the nuclear norm, not a sum of squares",
    definitions={
        phi: "phi_n(H) = -(1/n) log det(n H^T H)",
        divergence: "KL(law(WH) || law(G/sqrt n))",
        distance: "squared Wasserstein distance of the two laws",
        phi_outer: "the same with det(H H^T), which is 0 for n < d",
    },
    notation={
        phi: r"\varphi_n(H)",
        divergence: r"\mathrm{KL}",
        distance: r"\mathcal W_2^2",
        phi_outer: r"\varphi(HH^\top)",
    },
    tight="both sides 0 at isotropy; the ratio of distance and gap tends to 1/2 there",
    mutants=[
        Mutant(
            "half of the gap",
            statement=Le(distance, phi * Rational(1, 2)),
            because="equality to second order at isotropy, decided by skewness: (0.4, 0.3, 0.3): 0.00479219 > 0.00473325",
        ),
        Mutant(
            "a quarter of the gap",
            statement=Le(distance, phi * Rational(1, 4)),
            because="false near isotropy, where the ratio tends to 1/2",
        ),
        Mutant(
            "determinant of the outer product",
            statement=Eq(divergence, d * n / 2 * phi_outer),
            because="H H^T is singular for n < d",
        ),
    ],
)
