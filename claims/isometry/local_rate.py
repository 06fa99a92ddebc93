r"""Near the identity one layer shrinks the isometry gap by the square of the linear coefficient of the kernel map.

Let $\kappa(\rho)=\sum_{k\ge1}a_k\rho^k$ with $a_k\ge0$, $\sum_ka_k=1$, $\alpha=a_1=\kappa'(0)$, $\Phi(\rho)=|\rho|/(1-|\rho|)$,
$G$ a positive semidefinite $n\times n$ matrix with unit diagonal, and $r=\max_{i\ne j}|G_{ij}|<1$.  Then
$$\max_{i\ne j}\Phi(\kappa(G_{ij}))\le\Phi(r)\,\frac{\alpha+(1-\alpha)r}{1+(1-\alpha)r}\le\frac{\Phi(r)}{2-\alpha},$$
and if $c=(n-1)r<1$, with $q=\alpha+(1-\alpha)r$ and $p=\max\{\alpha-(1-\alpha)r,0\}$,
$$p^2\,\frac{1-c}{1+cq}\;\bigl(-\log\mathcal I(G)\bigr)\le-\log\mathcal I(\kappa[G])\le
  q^2\,\frac{1+c}{1-cq}\;\bigl(-\log\mathcal I(G)\bigr) .$$
Limit, for $G^{\ell+1}=\kappa[G^\ell]$: if $G^0\succ0$, $\alpha<1$ and no $G^\ell$ is $I$, then
$\frac{-\log\mathcal I(G^{\ell+1})}{-\log\mathcal I(G^\ell)}\to\alpha^2$, since $r_\ell\to0$ by the first line; always
$\alpha^2\le\alpha\le1/(2-\alpha)=1/\beta_0$, the global rate.  That $G^0\ne I$ does not
suffice: $\kappa=\frac14\rho+\frac34\rho^2$ takes the correlation $-\frac13$ to 0.

Derived here.  $|\rho|(\alpha-(1-\alpha)|\rho|)\le|\kappa(\rho)|\le|\rho|(\alpha+(1-\alpha)|\rho|)$; and for the eigenvalues
$1-u_i$ of $G$, $|u_i|\le c$ and $\sum_iu_i=0$, so
$\frac{\|G-I\|_F^2}{2n(1+c)}\le-\log\mathcal I(G)\le\frac{\|G-I\|_F^2}{2n(1-c)}$.

Tight: the first line for $\kappa=\alpha\rho+(1-\alpha)\rho^2$; the second as $r\to0$.
"""

from sympy import And, Ge, Implies, Le, Lt, Max, Rational

from claims.sources import REFUTE_DERIVED
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.duals import CLOSED_FORMS
from strategies.kernels import kernel
from strategies.matrices import unit_gram
from strategies.pivots import isometry_gap, layers

gap_before, gap_after, largest, potential, potential_after, slope = quantities(
    "gap_before gap_after largest potential potential_after slope"
)
n = sizes("n")


def evaluate(xp, G, kernel, n):
    gaps = isometry_gap(xp, layers(xp, G, kernel, n, 1))
    return {
        gap_before: gaps[:, 0],
        gap_after: gaps[:, 1],
        largest: xp.max(G.magnitude, axis=1),
        potential: xp.max(G.potential, axis=1),
        potential_after: xp.max(kernel(G).potential, axis=1),
        slope: kernel.slope_at_zero,
    }


bent = (1 - slope) * largest
spread, upper, lower = (n - 1) * largest, slope + bent, Max(slope - bent, 0)
one_step = And(
    Le(potential_after, potential * upper / (1 + bent)),
    Le(potential * upper / (1 + bent), potential / (2 - slope)),
)


def limit(above, below):
    """The two bounds of the gap where ``(n - 1) r < 1``."""
    return Implies(
        Lt(spread, 1),
        And(
            Le(gap_after * (1 - spread * upper), above * (1 + spread) * gap_before),
            Ge(gap_after * (1 + spread * upper), below * (1 - spread) * gap_before),
        ),
    )


claim = Claim(
    source=REFUTE_DERIVED.item("Local rate of the isometry gap"),
    provenance="derived",
    inputs={"G": unit_gram("n"), "kernel": kernel("K", activations=CLOSED_FORMS)},
    sizes={"n": (2, 6), "K": (1, 6)},
    hypotheses=[Lt(largest, 1)],
    statement=And(one_step, limit(upper**2, lower**2)),
    surrogate="two explicit bounds of the ratio of successive gaps, both of which tend to alpha^2 as r tends to 0",
    evaluate=evaluate,
    oracle=isometry.local_rate,
    oracle_differs="exact determinants and textbook closed forms, not elimination by deficits and kernels split by parity",
    definitions={
        gap_before: "isometry gap -log I(G)",
        gap_after: "isometry gap of kappa[G]",
        largest: "r, the largest |G_ij| off the diagonal",
        potential: "r / (1 - r)",
        potential_after: "the largest |kappa(G_ij)| / (1 - |kappa(G_ij)|)",
        slope: "alpha = kappa'(0)",
    },
    notation={
        gap_before: r"\left(-\log\mathcal I(G)\right)",
        gap_after: r"\left(-\log\mathcal I(\kappa[G])\right)",
        largest: "r",
        potential: r"\Phi(r)",
        potential_after: r"\max_{i\ne j}\Phi(\kappa(G_{ij}))",
        slope: r"\alpha",
    },
    tight="the first line for kappa = alpha rho + (1 - alpha) rho^2; the second as r tends to 0",
    not_covered=["doubly exponential decay for alpha = 0"],
    mutants=[
        Mutant(
            "global factor alpha",
            statement=Le(potential_after, slope * potential),
            because="kappa = (rho + rho^2)/2 at rho = 0.9 contracts by 0.6552 > 1/2 only",
        ),
        Mutant(
            "global factor 1/(2 - alpha) - 1/1000",
            statement=Le(potential_after, potential * (1 / (2 - slope) - Rational(1, 1000))),
            because="1/(2 - alpha) is reached as rho tends to 1 if only a_1 and a_2 are not 0",
        ),
        Mutant(
            "factor of odd kernels",
            statement=Le(potential_after, potential * Max(slope, 1 / (3 - 2 * slope))),
            because="kappa = rho^2 at rho = 0.9 contracts by 0.474 > 1/3 only; the factor holds for odd kernels",
        ),
        Mutant(
            "local rate alpha",
            statement=limit(upper, lower),
            because="the gap is quadratic in the correlations, so its ratio tends to alpha^2",
        ),
        Mutant(
            "local rate alpha^3",
            statement=limit(upper**3, lower**3),
            because="the gap is quadratic in the correlations, so its ratio tends to alpha^2",
        ),
    ],
)
