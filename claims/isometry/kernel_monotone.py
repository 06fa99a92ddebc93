r"""The kernel map of a centred activation never decreases the isometry of a Gram matrix.

Let $G\succeq0$ be an $n\times n$ matrix with unit diagonal, $\kappa(\rho)=\sum_{k\ge1}a_k\rho^k$ with $a_k\ge0$ and
$\sum_ka_k=1$ (the kernel map of a centred, normalised activation), $\kappa[G]$ its entrywise image and
$\mathcal I(M)=\det(M)^{1/n}/(\frac1n\mathrm{tr}\,M)$.  Then
$$\det\kappa[G]\ge\det G,\qquad\text{that is}\qquad-\log\mathcal I(\kappa[G])\le-\log\mathcal I(G) .$$
Derived here: the statement behind *activations increase isometry* in Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399.
Oppenheim's inequality $\det(A\circ B)\ge\det A\prod_iB_{ii}$ gives $\det G^{\circ k}\ge\det G$; $\det^{1/n}$ is homogeneous
and, by Minkowski, superadditive on positive semidefinite matrices, so $\det(\kappa[G])^{1/n}\ge\sum_ka_k\det(G^{\circ k})^{1/n}$.
Both diagonals are 1, so the traces agree.  `isometry/schur_step` is sharper.

Tight: equality for the identity map, for $G=I$, and for the singular matrices whose images stay singular.
"""

from sympy import Le, Lt

from claims.sources import REFUTE_DERIVED
from oracles import isometry
from refute import Claim, Mutant, quantities
from strategies.activations import SERIES
from strategies.entrywise import apply_series, scaled_gram, signed_series
from strategies.kernels import kernel
from strategies.matrices import gram_matrix, pivot_deficits, unit_gram
from strategies.pivots import isometry_gap, layers

gap_before, gap_after = quantities("gap_before gap_after")


def evaluate(xp, G, kernel, n):
    gaps = isometry_gap(xp, layers(xp, G, kernel, n, 1))
    return {gap_before: gaps[:, 0], gap_after: gaps[:, 1]}


def evaluate_scaled(xp, G, kernel, n):
    """The same for vectors of any length: the gap of the unit vectors and that of the diagonal."""
    lengths = G.lengths
    matrix = gram_matrix(xp, G.correlations.value, n) * lengths[:, :, None] * lengths[:, None, :]
    found = []
    for entries in (matrix, apply_series(kernel, matrix)):
        squares = xp.linalg.diagonal(entries)
        unit = entries / xp.sqrt(squares[:, :, None] * squares[:, None, :])
        logs = xp.log1p(-pivot_deficits(xp, unit)) + xp.log(squares)
        found.append(xp.log(xp.mean(squares, axis=1)) - xp.mean(logs, axis=1))
    return {gap_before: found[0], gap_after: found[1]}


claim = Claim(
    source=REFUTE_DERIVED.item("Kernel maps increase isometry"),
    provenance="derived",
    inputs={"G": unit_gram("n"), "kernel": kernel("K")},
    sizes={"n": (2, 6), "K": (1, 6)},
    statement=Le(gap_after, gap_before),
    evaluate=evaluate,
    oracle=isometry.kernel_step,
    oracle_differs="exact determinants and textbook duals or series with proved tails, not elimination by deficits and kernels split "
    "by parity",
    definitions={
        gap_before: "isometry gap -log I(G), infinite for a singular G",
        gap_after: "isometry gap of kappa[G]",
    },
    notation={gap_before: r"-\log\mathcal I(G)", gap_after: r"-\log\mathcal I(\kappa[G])"},
    tight="equality for the identity map and for G = I",
    mutants=[
        Mutant(
            "activation not centred",
            inputs={"G": unit_gram("n"), "kernel": kernel("K", centred=False)},
            because="kappa = 1/2 + rho/2 takes I, of isometry 1, to a matrix of isometry sqrt(3)/2 at n = 2",
        ),
        Mutant(
            "vectors of any length",
            inputs={"G": scaled_gram("n"), "kernel": kernel("K", activations=(SERIES,))},
            evaluate=evaluate_scaled,
            because="rho^2 takes diag(1, 2) to diag(1, 4): the isometry falls from 0.943 to 0.8",
        ),
        Mutant(
            "a negative coefficient",
            inputs={"G": unit_gram("n"), "kernel": signed_series("K")},
            because="2 rho - rho^3 takes the correlation 1/2 to 7/8 at n = 2",
        ),
        Mutant(
            "strictly",
            statement=Lt(gap_after, gap_before),
            because="G = I stays I",
        ),
    ],
)
