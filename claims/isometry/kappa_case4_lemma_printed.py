r"""As printed: the one-step lemma above the fixed point, from the proof of case 4.  False: its constant is too small.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be the kernel map of an activation with $\kappa(1)=1$, $\kappa(0)>0$, $\kappa'(1)>1$, and
$\rho_\star\in(0,1)$ its fixed point with $\kappa'(\rho_\star)<1$.  Printed for $\rho\ge\rho_\star$:
$$\frac{\kappa(\rho)-\rho_\star}{1-\kappa(\rho)}\le\frac{1-\rho_\star}{2-\kappa'(\rho_\star)}\cdot
  \frac{\rho-\rho_\star}{1-\rho} .$$
Appendix of Joudaki and Hofmann (2025), arXiv 2410.20107, proof of Theorem 1, case 4, bullet $\rho\ge\rho_\star$; announced
there with the constant $\kappa'(\rho_\star)$, and printed once more with $\frac{1-\rho_\star}{1-\kappa'(\rho_\star)}$.

All three are false.  For $\kappa=\frac13+\frac23\rho^2$ ($\rho_\star=\frac12$) and $\rho=\frac34$ the left side is $\frac57$ of
$\frac{\rho-\rho_\star}{1-\rho}$, against $\frac38$ printed and $\frac23$ announced.  Cause:
$\sum_{k\ge1}\hat a_k(1-\rho_\star)^{k-1}=\frac{\kappa(1)-\rho_\star}{1-\rho_\star}=1$ is replaced by $1-\rho_\star$.  With
$\frac1{2-\kappa'(\rho_\star)}$ the lemma is true, and so is its extension to $(-1,1)$: `isometry/kappa_unified_potential`.
"""

from fractions import Fraction

from sympy import Ge, Le

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.attractors import kernel_with_fixed_point
from strategies.iterations import potential_step
from strategies.kernels import correlation

ratio, ratio_next, slope, fixed, rho = quantities("ratio ratio_next slope fixed rho")

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 4, lemma in the proof"),
    provenance="text",
    expect="refuted",
    corrected_by="isometry/kappa_unified_potential",
    inputs={"kernel": kernel_with_fixed_point("K"), "start": correlation(signs=(1,))},
    sizes={"K": (2, 12)},
    hypotheses=[Ge(rho, fixed)],
    statement=Le(ratio_next, ratio * (1 - fixed) / (2 - slope)),
    evaluate=potential_step,
    oracle=kernels.potential_step,
    oracle_differs="the plain power series and a subtraction of the exact fixed point, not divided differences",
    definitions={
        ratio: "(rho - rho*) / (1 - rho)",
        ratio_next: "the same at kappa(rho)",
        slope: "kappa'(rho*)",
        fixed: "the fixed point rho*",
        rho: "the correlation",
    },
    notation={
        ratio: r"\frac{\rho-\rho_\star}{1-\rho}",
        ratio_next: r"\frac{\kappa(\rho)-\rho_\star}{1-\kappa(\rho)}",
        slope: r"\kappa'(\rho_\star)",
        fixed: r"\rho_\star",
        rho: r"\rho",
    },
    # kappa = 1/3 + 2/3 rho^2, rho = 3/4
    replay=[
        Instance(
            sizes={"K": 2},
            raw={"kernel.weights": exact([0, 1]), "kernel.fixed": exact(Fraction(1, 2)), "start": exact(Fraction(1, 4))},
        )
    ],
    mutants=[
        Mutant(
            "factor kappa'(rho*), as announced",
            statement=Le(ratio_next, ratio * slope),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 2/3",
        ),
        Mutant(
            "factor (1 - rho*)/(1 - kappa'(rho*)), the third version",
            statement=Le(ratio_next, ratio * (1 - fixed) / (1 - slope)),
            because="next to 1 the factor is 1/kappa'(1): 0.885 + 0.115 rho^30 has 0.29 > 0.13",
        ),
        Mutant(
            "the corrected factor squared",
            statement=Le(ratio_next, ratio / (2 - slope) ** 2),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 9/16",
        ),
    ],
)
