r"""A kernel map moves every pivot of a Gram matrix at least as far towards 1 as it moves one correlation towards 0.

Let $G\succ0$ be an $n\times n$ matrix with unit diagonal and $d_j(G)=\det G_{[1..j]}/\det G_{[1..j-1]}\in(0,1]$ its pivots:
$1-d_j$ is the squared multiple correlation of point $j$ on the points before it, $\det G=\prod_jd_j$.  Let
$\kappa(\rho)=\sum_{k\ge0}a_k\rho^k$ with $a_k\ge0$, $\sum_ka_k=1$, applied entrywise.  Then for every $j$
$$1-d_j(\kappa[G])\le\kappa(1-d_j(G)),\qquad\text{hence}\qquad
  -\log\mathcal I(\kappa[G])\le-\frac1n\sum_{j\ge2}\log\big(1-\kappa(1-d_j(G))\big) .$$
Derived here; it sharpens `isometry/kernel_monotone`, and `isometry/schur_depth` follows from it.  With $d=d_j(G)$ and the
leading block $G$ of size $j$, $A=G-d\,e_je_j^\top\succeq0$ by Schur complements; $\kappa[G]$ and $\kappa[A]$ differ in the
entry $(j,j)$ alone, so $\kappa[G]=\kappa[A]+(1-\kappa(1-d))e_je_j^\top$, where $\kappa[A]\succeq0$ by Schur's product theorem.

Tight: equality for $n=2$ and $\kappa(\rho)=\rho^k$.
"""

from sympy import And, Gt, Le

from claims.sources import REFUTE_DERIVED
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.duals import CLOSED_FORMS
from strategies.entrywise import signed_series
from strategies.kernels import kernel
from strategies.matrices import unit_gram
from strategies.pivots import isometry_gap, layers

deficit, bound, gap, gap_bound, determinant = quantities("deficit bound gap gap_bound determinant")
j = sizes("j")


def evaluate(xp, G, kernel, n):
    pivots = layers(xp, G, kernel, n, 1)
    bounds = kernel(pivots)
    return {
        deficit: pivots.magnitude[:, 1],
        bound: bounds.magnitude[:, 0],
        gap: isometry_gap(xp, pivots)[:, 1],
        gap_bound: isometry_gap(xp, bounds)[:, 0],
        determinant: xp.prod(pivots.complement[:, 0], axis=1),
    }


pivot, product = Le(deficit[j], bound[j]), Le(gap, gap_bound)
claim = Claim(
    source=REFUTE_DERIVED.item("Pivots of a kernel matrix (i) and (ii)"),
    provenance="derived",
    inputs={"G": unit_gram("n"), "kernel": kernel("K", centred=False, activations=CLOSED_FORMS)},
    sizes={"n": (2, 6), "K": (1, 6)},
    axes={j: (2, "n")},
    hypotheses=[Gt(determinant, 0)],
    statement=And(pivot, product),
    evaluate=evaluate,
    oracle=isometry.schur_step,
    oracle_differs="pivots as quotients of exact minors and textbook closed forms, not elimination and kernels split by parity",
    definitions={
        deficit: "1 - d_j(kappa[G])",
        bound: "kappa(1 - d_j(G))",
        gap: "isometry gap -log I(kappa[G])",
        gap_bound: "-(1/n) sum of log(1 - kappa(1 - d_i(G))) over i >= 2",
        determinant: "det G",
    },
    notation={
        deficit: r"\left(1-d_j(\kappa[G])\right)",
        bound: r"\kappa(1-d_j(G))",
        gap: r"-\log\mathcal I(\kappa[G])",
        gap_bound: r"-\frac1n\sum_{i\ge2}\log\left(1-\kappa(1-d_i(G))\right)",
        determinant: r"\det G",
    },
    tight="equality for n = 2 and kappa = rho^k",
    not_covered=["the first pivot, which is 1", "singular G, whose pivots after the first 0 have no value"],
    mutants=[
        Mutant(
            "the square of kappa(1 - d)",
            statement=And(Le(deficit[j], bound[j] ** 2), product),
            because="kappa = rho^2 and rho^2 = 1/2 at n = 2: 1/4 > 1/16",
        ),
        Mutant(
            "half the product's bound",
            statement=And(pivot, Le(gap, gap_bound / 2)),
            because="the bound is an equality for n = 2 and kappa = rho^2",
        ),
        Mutant(
            "a negative coefficient",
            inputs={"G": unit_gram("n"), "kernel": signed_series("K")},
            because="Schur's product theorem needs positive coefficients: rho - rho^2 + rho^3 at rho = -1/2, n = 2",
        ),
    ],
)
