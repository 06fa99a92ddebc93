r"""Through the layers of a centred activation the pivots of the Gram matrix tend to 1 at the rate of the non-linearity.

Let $G^0\succ0$ be an $n\times n$ matrix with unit diagonal and the pivots $d_j(G)=\det G_{[1..j]}/\det G_{[1..j-1]}$,
$\kappa(\rho)=\sum_{k\ge1}a_k\rho^k$ with $a_k\ge0$, $\sum_ka_k=1$, $G^{\ell+1}=\kappa[G^\ell]$ (entrywise) and
$\beta_0=2-a_1$.  Then for all $j$ and $\ell\ge0$
$$\frac1{d_j(G^\ell)}-1\le\beta_0^{-\ell}\Big(\frac1{d_j(G^0)}-1\Big),$$
$$-\log\mathcal I(G^\ell)\le\frac{\beta_0^{-\ell}}n\sum_j\Big(\frac1{d_j(G^0)}-1\Big)
  \le\frac{\beta_0^{-\ell}}n\Big(\frac1{\det G^0}-1\Big)=\frac{\beta_0^{-\ell}}n\big(\mathcal I(G^0)^{-n}-1\big) .$$
Derived here: `isometry/schur_step` and `isometry/kappa_case1` at $\rho=1-d_j$, where $\Phi(1-d)=\frac1d-1$; then
$-\log d\le\frac1d-1$ and $\prod_j(1+x_j)\ge1+\sum_jx_j$.  It implies the printed bound `isometry/depth_bound`.

Tight: the first as $d_j\to0$ for $\kappa=a\rho+(1-a)\rho^2$; the second for $\ell=0$ near $G^0=I$.
"""

from sympy import And, Gt, Le

from claims.sources import REFUTE_DERIVED
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.duals import CLOSED_FORMS
from strategies.kernels import kernel
from strategies.matrices import unit_gram
from strategies.pivots import isometry_gap, layers

excess, excess_0, total, inverse = quantities("excess excess_0 total inverse")
gap, gap_0, determinant, slope = quantities("gap gap_0 determinant slope")
j, l, n = sizes("j l n")


def evaluate(xp, G, kernel, n, L):
    pivots = layers(xp, G, kernel, n, L)
    excesses, gaps = pivots.potential, isometry_gap(xp, pivots)
    return {
        excess: excesses[:, 1:],
        excess_0: excesses[:, 0],
        total: xp.sum(excesses[:, 0], axis=1),
        inverse: xp.expm1(n * gaps[:, 0]),
        gap: gaps[:, 1:],
        gap_0: gaps[:, 0],
        determinant: xp.prod(pivots.complement[:, 0], axis=1),
        slope: kernel.slope_at_zero,
    }


rate = (2 - slope) ** l
pivots = Le(excess[l, j], excess_0[j] / rate)
claim = Claim(
    source=REFUTE_DERIVED.item("Pivots of a kernel matrix (iii) and (iv)"),
    provenance="derived",
    inputs={"G": unit_gram("n"), "kernel": kernel("K", activations=CLOSED_FORMS)},
    sizes={"n": (2, 5), "K": (1, 6), "L": (1, 6)},
    axes={l: (1, "L"), j: (2, "n")},
    hypotheses=[Gt(determinant, 0)],
    statement=And(pivots, Le(gap[l], total / (n * rate)), Le(gap_0, total / n), Le(total, inverse)),
    evaluate=evaluate,
    oracle=isometry.schur_depth,
    oracle_differs="pivots as quotients of minors and textbook closed forms, not elimination and kernels split by parity",
    definitions={
        excess: "1/d_j - 1 after l layers",
        excess_0: "1/d_j - 1 of the first matrix",
        total: "sum over j of 1/d_j - 1 of the first matrix",
        inverse: "1/det G^0 - 1",
        gap: "isometry gap -log I after l layers",
        gap_0: "isometry gap of the first matrix",
        determinant: "det G^0",
        slope: "a_1 = kappa'(0) = 2 - beta_0",
    },
    notation={
        excess: r"\left(\frac1{d_j(G^l)}-1\right)",
        excess_0: r"\left(\frac1{d_j(G^0)}-1\right)",
        total: r"\sum_i\left(\frac1{d_i(G^0)}-1\right)",
        inverse: r"\left(\frac1{\det G^0}-1\right)",
        gap: r"-\log\mathcal I(G^l)",
        gap_0: r"-\log\mathcal I(G^0)",
        determinant: r"\det G^0",
        slope: r"\kappa'(0)",
    },
    tight="the first bound as d_j tends to 0 with only a_1 and a_2; the others at l = 0 near the identity",
    not_covered=["layer 0 of the first bound, where both sides are the same number"],
    mutants=[
        Mutant(
            "1/(2n) in place of 1/n",
            statement=And(Le(gap[l], inverse / (2 * n * rate)), Le(gap_0, inverse / (2 * n))),
            because="n = 2, rho = 1/10, l = 0: 0.005025 > 0.002525",
        ),
        Mutant(
            "the square of the rate",
            statement=Le(excess[l, j], excess_0[j] / rate**2),
            because="kappa = rho^2, n = 2, d = 0.01 gives d' = 0.0199: 49.25 > 99/4",
        ),
        Mutant(
            "activation not centred",
            inputs={"G": unit_gram("n"), "kernel": kernel("K", centred=False, activations=CLOSED_FORMS)},
            statement=pivots,
            because="G^0 = I and kappa = 1/2 + rho^2/2: d_2 becomes 3/4, and 1/3 > 0",
        ),
    ],
)
