r"""The isometry gap of a Gram matrix lies between two bounds of its largest off-diagonal entry.

Let $G\succeq0$ be an $n\times n$ matrix with unit diagonal, $n\ge2$, $r=\max_{i\ne j}|G_{ij}|$ and
$\mathcal I(G)=\det(G)^{1/n}$ its isometry.  Then
$$\mathcal I(G)^n=\det G\le1-r^2,\qquad\text{that is}\qquad-\tfrac1n\log(1-r^2)\le-\log\mathcal I(G),$$
$$-\log\mathcal I(G)\le\frac{(n-1)r^2}{2(1-(n-1)r)}\qquad\text{if }(n-1)r<1 .$$
In particular the bound $2n\gamma(G)$, $\gamma(G)=\frac r{1-r}$, of `isometry/gap_2n_gamma` holds where it was not refuted:
$$-\log\mathcal I(G)\le\frac{2nr}{1-r}\qquad\text{if }n=2,\ r<1,\text{ or }(n-1)r\le\tfrac12 .$$
Derived here, to repair that bound.  The first is Fischer's inequality; the second
is Gershgorin's theorem with $-\log(1-u)\le u+\frac{u^2}{2(1-c)}$ for $|u|\le c=(n-1)r$, $\sum_iu_i=0$ and
$\sum_iu_i^2=\|G-I\|_F^2\le n(n-1)r^2$ for the eigenvalues $1-u_i$.

Tight: the first is an equality for $n=2$; both are attained to second order as $r\to0$ at $n=2$.
"""

from sympy import And, Implies, Le, Lt, Or, Rational

from claims.sources import REFUTE_DERIVED
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.matrices import gram_matrix, pivot_deficits, unit_gram

gap, determinant, largest, fischer = quantities("gap determinant largest fischer")
n = sizes("n")


def evaluate(xp, G, n):
    deficits = pivot_deficits(xp, gram_matrix(xp, G.value, n))
    return {
        gap: -xp.mean(xp.log1p(-deficits), axis=1),
        determinant: xp.prod(1 - deficits, axis=1),
        largest: xp.max(G.magnitude, axis=1),
        fischer: xp.min(G.complement * (1 + G.magnitude), axis=1),
    }


spread = (n - 1) * largest
gershgorin = spread * largest / (2 * (1 - spread))
above = Le(determinant, fischer)
below = Implies(Lt(spread, 1), Le(gap, gershgorin))
plotted = Le(gap, 2 * n * largest / (1 - largest))
repaired = Implies(And(Lt(largest, 1), Or(Le(n, 2), Le(spread, Rational(1, 2)))), plotted)

claim = Claim(
    source=REFUTE_DERIVED.item("Isometry gap between bounds of the largest correlation"),
    provenance="derived",
    inputs={"G": unit_gram("n")},
    sizes={"n": (2, 6)},
    statement=And(above, below, repaired),
    evaluate=evaluate,
    oracle=isometry.off_diagonal,
    oracle_differs="one exact determinant and its logarithm, not elimination by deficits",
    definitions={
        gap: "isometry gap -log I(G), infinite for a singular G",
        determinant: "det G, which is I(G)^n",
        largest: "r, the largest absolute value off the diagonal",
        fischer: "1 - r^2",
    },
    notation={
        gap: r"-\log\mathcal I(G)",
        determinant: r"\mathcal I(G)^n",
        largest: "r",
        fischer: r"\left(1-r^2\right)",
    },
    tight="the first bound for n = 2; the second at n = 2 as r tends to 0",
    mutants=[
        Mutant(
            "denominator 4(1 - (n - 1) r)",
            statement=And(above, Implies(Lt(spread, 1), Le(gap, gershgorin / 2))),
            because="n = 2 and small r: the gap is r^2/2 to second order, the bound r^2/4",
        ),
        Mutant(
            "without (n - 1) r < 1",
            statement=And(above, Le(gap, gershgorin)),
            because="beyond (n - 1) r = 1 the right side is negative",
        ),
        Mutant(
            "2n gamma for every n",
            statement=Implies(Lt(largest, 1), plotted),
            because="three unit vectors that nearly sum to zero: gamma is close to 1, the determinant to 0",
        ),
        Mutant(
            "Fischer's bound squared",
            statement=And(Le(determinant, fischer**2), below),
            because="at n = 2 the determinant is 1 - r^2",
        ),
    ],
)
