r"""The isometry gap of the Gram matrix decays with depth at the rate of the non-linearity strength of the activation.

An activation $\phi\in L^2(\mathcal N(0,1))$ with Hermite coefficients $c_k$, followed by centring and normalisation, has the
kernel map $\kappa(\rho)=\sum_{k\ge1}c_k^2\rho^k/\sum_{k\ge1}c_k^2$ and the non-linearity strength
$\beta_0=2-c_1^2/\sum_{k\ge1}c_k^2\in[1,2]$.  In the mean field the Gram matrices of $n$ inputs satisfy
$G^{\ell+1}=\kappa[G^\ell]$ (entrywise).  If $G^0\succ0$ has unit diagonal, then for all $\ell\ge0$
$$-\log\mathcal I(G^\ell)\le\exp\big(-\ell\log\beta_0-n\log\mathcal I(G^0)+\log(4n)\big) .$$
Theorem 3 of Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, recalled; proof derived: the right side is
$4n\beta_0^{-\ell}/\det G^0$, and `isometry/schur_depth` gives $\frac1n$ in place of $4n$.

Loose by the factor $4n^2$ at least: the largest ratio of the two sides is 0.0372, approached at $n=2$, $\rho_0\to1$ and
$\kappa=a\rho+(1-a)\rho^2$ with $a\to1$.  The authors' README prints $c_1^2/\sum_{k\ge1}c_k^2$ for $\beta_0$, their code the
number here; with the README's the bound would grow with depth.
"""

from sympy import Gt, Le, exp

from claims.sources import JOUDAKI_2023
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.duals import CLOSED_FORMS
from strategies.kernels import kernel
from strategies.matrices import unit_gram
from strategies.pivots import isometry_gap, layers

gap, gap_0, determinant, slope = quantities("gap gap_0 determinant slope")
l, n = sizes("l n")


def evaluate(xp, G, kernel, n, L):
    pivots = layers(xp, G, kernel, n, L)
    gaps = isometry_gap(xp, pivots)
    return {
        gap: gaps,
        gap_0: gaps[:, 0],
        determinant: xp.prod(pivots.complement[:, 0], axis=1),
        slope: kernel.slope_at_zero,
    }


rate = (2 - slope) ** l
claim = Claim(
    source=JOUDAKI_2023.item("Theorem 3"),
    provenance="recalled",
    reading="the non-linearity strength of the authors' code, 2 - kappa'(0), not that of their README",
    inputs={"G": unit_gram("n"), "kernel": kernel("K", activations=CLOSED_FORMS)},
    sizes={"n": (2, 4), "K": (1, 5), "L": (1, 18)},
    axes={l: (0, "L")},
    hypotheses=[Gt(determinant, 0)],
    statement=Le(gap[l], 4 * n * exp(n * gap_0) / rate),
    evaluate=evaluate,
    oracle=isometry.gap_iteration,
    oracle_differs="exact determinants and textbook closed forms, not elimination by deficits and kernels split by parity",
    definitions={
        gap: "isometry gap -log I after l layers",
        gap_0: "isometry gap of the first matrix",
        determinant: "det G^0",
        slope: "kappa'(0) = 2 - beta_0",
    },
    notation={
        gap: r"-\log\mathcal I(G^l)",
        gap_0: r"\left(-\log\mathcal I(G^0)\right)",
        determinant: r"\det G^0",
        slope: r"\kappa'(0)",
    },
    tight="not tight: the left side is at most 0.0372 of the right one",
    not_covered=["the passage from networks of finite width to the mean field"],
    mutants=[
        Mutant(
            "without the factor n in front of the initial gap",
            statement=Le(gap[l], 4 * n * exp(gap_0) / rate),
            because="n = 2, 1 - rho = 10^-4, kappa = rho^2, l = 12: the left side is 2.1 times the right one",
        ),
        Mutant(
            "the square of the rate",
            statement=Le(gap[l], 4 * n * exp(n * gap_0) / rate**2),
            because="n = 2, 1 - rho = 10^-2, kappa = rho^2, l = 6: 1.65 times the right side",
        ),
        Mutant(
            "the local rate kappa'(0), by the README's strength",
            statement=Le(gap[l], 4 * n * exp(n * gap_0) * slope**l),
            because="kappa = (rho + rho^2)/2, n = 2, 1 - rho = 10^-3, l = 17: 3.3 times the right side",
        ),
        Mutant(
            "activation not centred",
            inputs={"G": unit_gram("n"), "kernel": kernel("K", centred=False, activations=CLOSED_FORMS)},
            because="G^0 = I and kappa = 1/2 + rho^2/2: 0.459 > 0.25 after 5 layers",
        ),
    ],
)
