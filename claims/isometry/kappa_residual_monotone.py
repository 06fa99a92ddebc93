r"""From a non-negative correlation, the stronger the residual branch, the slower every layer approaches the attractor.

Let $\kappa$ be the kernel map of an activation, $\kappa(1)=1$, with the attractor $\rho_\star\in[0,1]$, and
$\kappa_r(\rho)=(1-r^2)\kappa(\rho)+r^2\rho$ its map with a residual branch of strength $r$.  For $0\le r_1<r_2<1$,
$\rho_0\in[0,1)$, $\rho_{\ell+1}^{(r)}=\kappa_r(\rho_\ell^{(r)})$ and all $\ell\ge0$
$$|\rho_\ell^{(r_2)}-\rho_\star|\ge|\rho_\ell^{(r_1)}-\rho_\star|,\qquad\kappa_{r_2}'(\rho_\star)\ge\kappa_{r_1}'(\rho_\star).$$
The correction, derived here, of the proposition on residual connections, part 3, of Joudaki and Hofmann (2025), arXiv
2410.20107 (`isometry/kappa_residual_printed`).

Proof: on $[0,1]$ the maps $\kappa_r$ are increasing, $\kappa_r(\rho)$ lies between $\rho$ and $\rho_\star$, and moves towards
$\rho$ as $r$ grows; induct over the layers.  Equality for linear activations, and from $\rho_0=\rho_\star$.
"""

from sympy import And, Ge, Le

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import attracted
from strategies.iterations import residual_pair
from strategies.kernels import correlation, residual_shares

weaker, stronger, rate_weaker, rate_stronger, rho_0 = quantities("weaker stronger rate_weaker rate_stronger rho_0")
l = sizes("l")

not_negative = Ge(rho_0, 0)
rates = Ge(rate_stronger, rate_weaker)

claim = Claim(
    source=JOUDAKI_2025.item("Proposition on residual connections, part 3, corrected"),
    provenance="derived",
    inputs={"kernel": attracted("K"), "start": correlation(signs=(1,)), "shares": residual_shares()},
    sizes={"K": (2, 8), "L": (1, 8)},
    axes={l: (1, "L")},
    hypotheses=[not_negative],
    statement=And(Ge(stronger[l], weaker[l]), rates),
    scale=rate_stronger,
    evaluate=residual_pair,
    oracle=kernels.residual_pair,
    oracle_differs="the mixed map as printed and a subtraction of the attractor, not divided differences of a mixed series",
    definitions={
        weaker: "|rho_l - rho*| with the weaker residual branch",
        stronger: "|rho_l - rho*| with the stronger residual branch",
        rate_weaker: "kappa'(rho*) with the weaker residual branch",
        rate_stronger: "kappa'(rho*) with the stronger residual branch",
        rho_0: "the first correlation",
    },
    notation={
        weaker: r"|\rho_l^{(r_1)}-\rho_\star|",
        stronger: r"|\rho_l^{(r_2)}-\rho_\star|",
        rate_weaker: r"\kappa_{r_1}'(\rho_\star)",
        rate_stronger: r"\kappa_{r_2}'(\rho_\star)",
        rho_0: r"\rho_0",
    },
    tight="equality from rho_0 = rho*, and as the two strengths approach each other",
    without={not_negative: {"start": correlation()}},
    mutants=[
        Mutant(
            "from every start",
            inputs={"kernel": attracted("K"), "start": correlation(), "shares": residual_shares()},
            hypotheses=[],
            because="rho^2 from -9/10: 0.045 with r^2 = 1/2 against 0.81 without",
        ),
        Mutant(
            "the stronger, the faster",
            statement=And(Le(stronger[l], weaker[l]), rates),
            because="rho^2 from 1/2: 3/8 with r^2 = 1/2 against 1/4 without",
        ),
        Mutant(
            "rates fall with the strength",
            statement=And(Ge(stronger[l], weaker[l]), Le(rate_stronger, rate_weaker)),
            because="kappa_r'(rho*) = kappa'(rho*) + r^2 (1 - kappa'(rho*)) grows unless kappa'(rho*) = 1",
        ),
    ],
)
