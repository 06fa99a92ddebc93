r"""In the hyperbolic gauge a kernel map contracts towards its fixed point by $(1+\kappa'(\rho_\star))/2$ in every layer.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be the kernel map of a nonlinear activation, $\kappa(1)=1$, with the fixed point
$\rho_\star\in[0,1)$, $q=\kappa'(\rho_\star)$, $\Phi(x)=\frac x{1-x}$, and
$\varphi(\rho)=\frac{\rho-\rho_\star}{1-\rho_\star\rho}$, which moves $\rho_\star$ to 0.  For every $\rho_0\in(-1,1)$,
$\rho_{\ell+1}=\kappa(\rho_\ell)$ and all $\ell\ge0$
$$\Phi(|\varphi(\rho_\ell)|)\le\Big(\frac{1+q}2\Big)^\ell\,\Phi(|\varphi(\rho_0)|).$$
Item C4 of the post *Complex-Analytic Proofs of Global Attraction for Neural Kernel Map* by Joudaki, on the kernel maps of
Joudaki and Hofmann (2025), arXiv 2410.20107: $\varphi\circ\kappa\circ\varphi^{-1}$ is a holomorphic self-map of the disk that
fixes 0 with the slope $q$, so that `isometry/kappa_hyperbolic` applies.  It repairs case 4 of Theorem 1 in another gauge than
`isometry/kappa_case4_corrected`.  For kernel maps the smaller factor $\frac1{2-q}$ holds in this gauge, too:
`isometry/kappa_hyperbolic_sharper`.
"""

from sympy import Le

from claims.sources import JOUDAKI_2025_POST
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import kernel_with_fixed_point
from strategies.iterations import HYPERBOLIC, hyperbolic_orbit
from strategies.kernels import correlation

gauge, gauge_0, slope = quantities("gauge gauge_0 slope")
l = sizes("l")


claim = Claim(
    source=JOUDAKI_2025_POST.item("item C4"),
    provenance="text",
    inputs={"kernel": kernel_with_fixed_point("K", zero=True), "start": correlation()},
    sizes={"K": (2, 12), "L": (1, 12)},
    axes={l: (1, "L")},
    statement=Le(gauge[l], ((1 + slope) / 2) ** l * gauge_0),
    evaluate=hyperbolic_orbit,
    oracle=kernels.hyperbolic_iteration,
    oracle_differs="the plain power series and the Moebius map as printed, not divided differences and factored gauges",
    definitions=HYPERBOLIC.definitions,
    notation=HYPERBOLIC.notation,
    tight="not for kernel maps: `isometry/kappa_hyperbolic_sharper`",
    not_covered=["layer 0, where both sides are the same number", "complex arguments"],
    mutants=[
        Mutant(
            "factor q",
            statement=Le(gauge[l], slope**l * gauge_0),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 2/3",
        ),
        Mutant(
            "coefficients of both signs",
            inputs={"kernel": kernel_with_fixed_point("K", zero=True, signed=True), "start": correlation()},
            because="4 rho^3 - 3 rho is no self-map of the disk, and expands next to its fixed point 0",
        ),
    ],
)
