r"""In the hyperbolic gauge a kernel map contracts towards its fixed point by $1/(2-\kappa'(\rho_\star))$ in every layer.

Let $\kappa(\rho)=\sum_ka_k\rho^k$ with $a_k\ge0$, $\kappa(1)=1$, be the kernel map of a nonlinear activation with the fixed
point $\rho_\star\in[0,1)$, $q=\kappa'(\rho_\star)$, $\Phi(x)=\frac x{1-x}$, and
$\varphi(\rho)=\frac{\rho-\rho_\star}{1-\rho_\star\rho}$.  For every $\rho_0\in(-1,1)$, $\rho_{\ell+1}=\kappa(\rho_\ell)$ and
all $\ell\ge0$
$$\Phi(|\varphi(\rho_\ell)|)\le\frac{\Phi(|\varphi(\rho_0)|)}{(2-q)^\ell} .$$
Derived here: it sharpens item C4 of the blog post *Complex-Analytic Proofs of Global Attraction for Neural Kernel Map* by
Joudaki (`isometry/kappa_hyperbolic_fixed_point`, factor $\frac{1+q}2\ge\frac1{2-q}$), which holds for all holomorphic
self-maps, by the non-negative coefficients; for $\rho_\star=0$ it is case 1.

Proof: $\Phi(|\varphi(\rho)|)$ is $\frac{\rho-\rho_\star}{(1-\rho)(1+\rho_\star)}$ above $\rho_\star$ and
$\frac{\rho_\star-\rho}{(1+\rho)(1-\rho_\star)}$ below.  Above, it is $\frac{\Psi}{1+\rho_\star}$ with the potential of
`isometry/kappa_unified_potential`, and $\kappa$ stays above.  On $[0,\rho_\star]$, $\rho_\star-\kappa(\rho)\le
q(\rho_\star-\rho)$ and $\kappa(\rho)\ge\rho$.  For $\rho=-r$: if $\kappa(-r)>\rho_\star$, then $r>\rho_\star$; compare with
the image of $r$.  If $0\le\kappa(-r)\le\rho_\star$ and $r>\rho_\star$, the image has at most
$\frac{\rho_\star}{1-\rho_\star}$, and $\rho$ at least twice that.  If $r\le\rho_\star$, $\rho_\star-\kappa(-r)\le
q(\rho_\star+r)$ and $\kappa(-r)\ge-r$.  If $\kappa(-r)<0$ and $r>\rho_\star$, it is
$\frac1{1+\kappa(-r)}\le\frac{1/(2-q)}{1-r}+\frac{1-1/(2-q)}{1+\rho_\star}$, the last step of the proof for $\Psi$.
Tight: quadratic $\kappa$ as $\rho\to1$.
"""

from sympy import Le, Rational

from claims.sources import JOUDAKI_2025_POST
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import kernel_with_fixed_point
from strategies.iterations import HYPERBOLIC, hyperbolic_orbit
from strategies.kernels import correlation

gauge, gauge_0, slope = quantities("gauge gauge_0 slope")
l = sizes("l")


claim = Claim(
    source=JOUDAKI_2025_POST.item("item C4, sharpened for kernel maps"),
    provenance="derived",
    inputs={"kernel": kernel_with_fixed_point("K", zero=True), "start": correlation()},
    sizes={"K": (2, 12), "L": (1, 12)},
    axes={l: (1, "L")},
    statement=Le(gauge[l], gauge_0 / (2 - slope) ** l),
    evaluate=hyperbolic_orbit,
    oracle=kernels.hyperbolic_iteration,
    oracle_differs="the plain power series and the Moebius map as printed, not divided differences and factored gauges",
    definitions=HYPERBOLIC.definitions,
    notation=HYPERBOLIC.notation,
    tight="a quadratic map as rho tends to 1",
    not_covered=["layer 0, where both sides are the same number", "complex arguments"],
    mutants=[
        Mutant(
            "factor 1/(3 - 2 q)",
            statement=Le(gauge[l], gauge_0 / (3 - 2 * slope) ** l),
            because="1/3 + 2/3 rho^2 at rho = 3/4 has the factor 5/7 > 3/5",
        ),
        Mutant(
            "factor 0.999/(2 - q)",
            statement=Le(gauge[l], gauge_0 * (Rational(999, 1000) / (2 - slope)) ** l),
            because="quadratic maps reach 1/(2 - q) as rho tends to 1",
        ),
    ],
)
