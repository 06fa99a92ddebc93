r"""As printed: the rate at which correlations approach the fixed point of a kernel map of slope above 1.  False.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be the kernel map of an activation with $\kappa(1)=1$, $\kappa(0)>0$ and
$\kappa'(1)>1$, and $\rho_\star\in(0,1)$ its fixed point with $\kappa'(\rho_\star)<1$.  Printed: for every
$\rho_0\in(-1,1)$ the sequence $\rho_{\ell+1}=\kappa(\rho_\ell)$ satisfies
$$|\rho_\ell-\rho_\star|\le\frac{|\rho_0-\rho_\star|}{1-|\rho_0|}\,\alpha^\ell,\qquad
  \alpha=\max\Big\{1-\kappa(0),\ \kappa'(\rho_\star),\ \frac{1-\rho_\star}{2-\kappa'(\rho_\star)}\Big\}.$$
Theorem 1, case 4, of Joudaki and Hofmann (2025), arXiv 2410.20107.  It fails for $\kappa=\frac13+\frac23\rho^2$
($\rho_\star=\frac12$, $\alpha=\frac23$) from $\rho_0=\frac{99}{100}$: $|\rho_{14}-\frac12|=0.20515>49(\frac23)^{14}=0.16785$.

Cause: in the proof $\sum_{k\ge1}\hat a_k(1-\rho_\star)^{k-1}=\frac{\kappa(1)-\rho_\star}{1-\rho_\star}=1$ is replaced by
$\kappa(1)-\rho_\star=1-\rho_\star$.  Near $\rho=1$ the potential shrinks by $1/\kappa'(1)$ only, so a violation exists
whenever $\alpha\,\kappa'(1)<1$.  With $\alpha=\frac1{2-\kappa'(\rho_\star)}$ alone the statement is true:
`isometry/kappa_case4_corrected`.
"""

from fractions import Fraction

from sympy import Le, Max

from claims.sources import JOUDAKI_2025
from oracles import isometry
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.attractors import kernel_with_fixed_point
from strategies.iterations import TO_THE_FIXED_POINT, approach_to_fixed_point
from strategies.kernels import correlation

distance, distance_0, complement_0, bias, slope, fixed = quantities("distance distance_0 complement_0 bias slope fixed")
l = sizes("l")

printed = Max(1 - bias, slope, (1 - fixed) / (2 - slope))

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 4"),
    provenance="text",
    expect="refuted",
    corrected_by="isometry/kappa_case4_corrected",
    inputs={"kernel": kernel_with_fixed_point("K"), "start": correlation()},
    sizes={"K": (2, 12), "L": (1, 24)},
    axes={l: (1, "L")},
    statement=Le(distance[l], distance_0 / complement_0 * printed**l),
    evaluate=approach_to_fixed_point,
    oracle=isometry.fixed_point_iteration,
    oracle_differs="the plain power series and a subtraction of the exact fixed point, not divided differences",
    definitions=TO_THE_FIXED_POINT.definitions,
    notation=TO_THE_FIXED_POINT.notation,
    # kappa = 1/3 + 2/3 rho^2, rho_0 = 99/100
    replay=[
        Instance(
            sizes={"K": 2, "L": 14},
            raw={"kernel.weights": exact([0, 1]), "kernel.fixed": exact(Fraction(1, 2)), "start": exact(Fraction(1, 100))},
        )
    ],
    mutants=[
        Mutant(
            "rate kappa'(rho*) alone",
            statement=Le(distance[l], distance_0 / complement_0 * slope**l),
            because="announced in the appendix for rho >= rho*; never above the printed rate, a maximum of it and others",
        ),
        Mutant(
            "rate (1 - rho*)/(2 - kappa'(rho*)) alone",
            statement=Le(distance[l], distance_0 / complement_0 * ((1 - fixed) / (2 - slope)) ** l),
            because="a smaller rate than the printed one, which already fails",
        ),
    ],
)
