r"""One potential contracts in every layer on both sides of the attractor of a kernel map: cases 1 and 4 in one step.

Let $\kappa(\rho)=\sum_ka_k\rho^k$ with $a_k\ge0$ and $\kappa(1)=1$ be the kernel map of a nonlinear activation,
$\rho_\star\in[0,1)$ a fixed point, and $t=\kappa'(\rho_\star)<1$.  With the potential
$$\Psi(\rho)=\frac{\rho_\star-\rho}{1-|\rho|}\ (-1<\rho\le0),\qquad\rho_\star-\rho\ (0\le\rho\le\rho_\star),\qquad
  \frac{\rho-\rho_\star}{1-\rho}\ (\rho_\star\le\rho<1),$$
which is continuous and zero only at $\rho_\star$,
$$\Psi(\kappa(\rho))\le\frac1{2-t}\,\Psi(\rho)\qquad\text{for all }\rho\in(-1,1).$$
Derived here.  It repairs the lemma in the proof of Theorem 1, case 4, of Joudaki and Hofmann (2025), arXiv 2410.20107
(`isometry/kappa_case4_lemma_printed`), and gives case 1 ($\rho_\star=0$) and `isometry/kappa_case4_corrected` at once,
since $|\rho-\rho_\star|\le\Psi(\rho)\le\frac{|\rho-\rho_\star|}{1-|\rho|}$.

Proof for $\rho\ge\rho_\star$: expand at $\rho_\star$ with coefficients $\hat a_k\ge0$, and let
$N=\sum_{k\ge1}\hat a_k(\rho-\rho_\star)^{k-1}\le\sum_{k\ge1}\hat a_k(1-\rho_\star)^{k-1}=1$; the factor is at most
$\frac N{N+1-t}\le\frac1{2-t}$.  On $[0,\rho_\star]$ it is at most $t$ by convexity; for $\rho<0$ compare with $|\rho|$.
Tight: quadratic $\kappa$ as $\rho\to1$; nearly affine $\kappa$ as $\rho\to0^-$.
"""

from sympy import Gt, Le, Rational

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities
from strategies.attractors import kernel_with_fixed_point
from strategies.iterations import potential_step
from strategies.kernels import correlation

potential, potential_next, slope, fixed, complement_next = quantities("potential potential_next slope fixed complement_next")

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, cases 1 and 4, in one step"),
    provenance="derived",
    inputs={"kernel": kernel_with_fixed_point("K", zero=True), "start": correlation()},
    sizes={"K": (2, 16)},
    statement=Le(potential_next, potential / (2 - slope)),
    evaluate=potential_step,
    oracle=kernels.potential_step,
    oracle_differs="the plain power series and three cases by exact comparison, not divided differences",
    definitions={
        potential: "Psi(rho)",
        potential_next: "Psi(kappa(rho))",
        slope: "t = kappa'(rho*)",
        fixed: "the fixed point rho*",
        complement_next: "1 - |kappa(rho)|",
    },
    notation={
        potential: r"\Psi(\rho)",
        potential_next: r"\Psi(\kappa(\rho))",
        slope: r"\kappa'(\rho_\star)",
        fixed: r"\rho_\star",
        complement_next: r"(1-|\kappa(\rho)|)",
    },
    tight="a quadratic map as rho tends to 1; nearly affine maps as rho tends to 0 from below",
    mutants=[
        Mutant(
            "factor kappa'(rho*)",
            statement=Le(potential_next, potential * slope),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 2/3",
        ),
        Mutant(
            "factor (1 - rho*)/(2 - kappa'(rho*))",
            statement=Le(potential_next, potential * (1 - fixed) / (2 - slope)),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 3/8",
        ),
        Mutant(
            "factor 1/(3 - 2 kappa'(rho*))",
            statement=Le(potential_next, potential / (3 - 2 * slope)),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 3/5",
        ),
        Mutant(
            "factor 0.999/(2 - kappa'(rho*))",
            statement=Le(potential_next, potential * Rational(999, 1000) / (2 - slope)),
            because="quadratic maps reach 1/(2 - kappa'(rho*)) as rho tends to 1",
        ),
        Mutant(
            "coefficients of both signs",
            inputs={"kernel": kernel_with_fixed_point("K", zero=True, signed=True), "start": correlation()},
            hypotheses=[Gt(complement_next, 0)],
            because="the Chebyshev polynomial 4 rho^3 - 3 rho expands next to its fixed point 0",
        ),
    ],
)
