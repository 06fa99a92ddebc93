r"""As printed: the stronger the residual branch, the slower the convergence.  False layer by layer, for negative starts.

With a residual branch of strength $r\in(0,1)$ the kernel map $\kappa$ of a layer becomes $(1-r^2)\kappa(\rho)+r^2\rho$
(`isometry/kappa_residual`), with the same attractor $\rho_\star$.  Printed: stronger residuals give slower convergence.  Read
for the correlations themselves, with $0\le r_1<r_2<1$ and the same $\rho_0\in(-1,1)$,
$$|\rho_\ell^{(r_2)}-\rho_\star|\ge|\rho_\ell^{(r_1)}-\rho_\star|\quad\text{for all }\ell .$$
Proposition on residual connections, part 3, of Joudaki and Hofmann (2025), arXiv 2410.20107.

It is true of the rate constants, since $\kappa_{\mathrm{res}}'(\rho_\star)=\kappa'(\rho_\star)+r^2(1-\kappa'(\rho_\star))$, and
false of the distances: $\kappa=\rho^2$ from $\rho_0=-\frac9{10}$ with $r_2^2=\frac12$ gives $|\rho_1|=0.045$ against $0.81$
without residual, and $0.0026$ against $0.034$ after five layers.  For $\rho_0\ge0$ it is true:
`isometry/kappa_residual_monotone`.
"""

from fractions import Fraction

from sympy import Ge

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.attractors import INSIDE, attracted
from strategies.iterations import residual_pair
from strategies.kernels import correlation, residual_shares

weaker, stronger = quantities("weaker stronger")
l = sizes("l")

claim = Claim(
    source=JOUDAKI_2025.item("Proposition on residual connections, part 3"),
    provenance="text",
    reading="slower means a distance from the attractor that is no smaller, in every layer from the same start",
    expect="refuted",
    corrected_by="isometry/kappa_residual_monotone",
    inputs={"kernel": attracted("K"), "start": correlation(), "shares": residual_shares()},
    sizes={"K": (2, 8), "L": (1, 8)},
    axes={l: (1, "L")},
    statement=Ge(stronger[l], weaker[l]),
    evaluate=residual_pair,
    oracle=kernels.residual_pair,
    oracle_differs="the mixed map as printed and a subtraction of the attractor, not divided differences of a mixed series",
    definitions={
        weaker: "|rho_l - rho*| with the weaker residual branch",
        stronger: "|rho_l - rho*| with the stronger residual branch",
    },
    notation={weaker: r"|\rho_l^{(r_1)}-\rho_\star|", stronger: r"|\rho_l^{(r_2)}-\rho_\star|"},
    # kappa = rho^2 from -9/10, without residual and with r^2 = 1/2
    replay=[
        Instance(
            sizes={"K": 2, "L": 5},
            choices={"kernel.attractor": INSIDE},
            raw={
                "kernel.weights": exact([0, 1]),
                "kernel.fixed": exact(Fraction(0)),
                "start": exact(Fraction(-1, 10)),
                "shares": exact([0, Fraction(1, 2)]),
            },
        )
    ],
    mutants=[
        Mutant(
            "the stronger, the faster",
            statement=Ge(weaker[l], stronger[l]),
            because="rho^2 from 1/2: 3/8 with r^2 = 1/2 against 1/4 without",
        ),
        Mutant(
            "negative starts alone",
            inputs={"kernel": attracted("K"), "start": correlation(signs=(-1,)), "shares": residual_shares()},
            because="rho^2 from -9/10 jumps over its attractor 0 to 0.81; with r^2 = 1/2 it stops at -0.045",
        ),
    ],
)
