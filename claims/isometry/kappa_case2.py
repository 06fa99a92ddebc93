r"""A kernel map of slope below 1 at 1 sends every correlation to 1, exponentially, at the rate of that slope.

Let $\phi\in L^2(\mathcal N(0,1))$ have the kernel map $\kappa(\rho)=\mathbb E\,\phi(X)\phi(Y)=\sum_kc_k^2\rho^k$ for standard
Gaussians of correlation $\rho$, with $\kappa(1)=1$.  If $\kappa(0)>0$ and $\kappa'(1)<1$, then for every $\rho_0\in(-1,1)$
the sequence $\rho_{\ell+1}=\kappa(\rho_\ell)$ satisfies, for all $\ell\ge0$,
$$1-\rho_\ell\le(1-\rho_0)\,\kappa'(1)^\ell .$$
Theorem 1, case 2, of Joudaki and Hofmann (2025), arXiv 2410.20107.

One step is $\frac{1-\kappa(\rho)}{1-\rho}=\sum_{k\ge1}c_k^2\sum_{i<k}\rho^i\le\sum_kkc_k^2=\kappa'(1)$.  Tight: both sides
agree to first order as $\rho_0\to1$, and for affine $\kappa$ they are equal.  The table of the paper lists ReLU here, with
$\kappa'(1)=0.95$; its slope is 1 exactly (`isometry/kappa_case2_printed`).

The activation is a structure choice: Hermite series with rational coefficients and prescribed $\kappa'(1)$, and the
exponential and the cosine of $sx$, $s<1$, in closed form.
"""

from sympy import Gt, Le, Lt, Rational

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import attracted_to_one, relu
from strategies.iterations import approach_to_one
from strategies.kernels import correlation

distance, distance_0, bias, slope, slope_one = quantities("distance distance_0 bias slope slope_one")
l = sizes("l")

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 2"),
    provenance="text",
    inputs={"kernel": attracted_to_one("K", critical=False), "start": correlation()},
    sizes={"K": (2, 8), "L": (1, 12)},
    axes={l: (1, "L")},
    hypotheses=[Gt(bias, 0), Lt(slope_one, 1)],
    statement=Le(distance[l], distance_0 * slope_one**l),
    evaluate=approach_to_one,
    oracle=kernels.approach_to_one,
    oracle_differs="the plain series or the textbook dual, and 1 - rho by subtraction, not sums of deficits",
    definitions={
        distance: "1 - rho_l after l layers",
        distance_0: "1 - rho_0",
        bias: "kappa(0)",
        slope: "kappa'(0)",
        slope_one: "kappa'(1)",
    },
    notation={
        distance: r"(1-\rho_l)",
        distance_0: r"(1-\rho_0)",
        bias: r"\kappa(0)",
        slope: r"\kappa'(0)",
        slope_one: r"\kappa'(1)",
    },
    tight="equality for affine kappa; to first order for every kappa as rho_0 tends to 1",
    not_covered=["layer 0, where both sides are the same number"],
    mutants=[
        Mutant(
            "rate kappa'(0)",
            statement=Le(distance[l], distance_0 * slope**l),
            because="kappa = (2 + rho + rho^2)/4 has kappa'(0) = 1/4, and contracts by 3/4 next to 1",
        ),
        Mutant(
            "one layer sooner",
            statement=Le(distance[l], distance_0 * slope_one ** (l + 1)),
            because="affine maps contract by kappa'(1) in every layer and no faster",
        ),
        Mutant(
            "1 + rho_0 in place of 1 - rho_0",
            statement=Le(distance[l], (2 - distance_0) * slope_one**l),
            because="for rho_0 < 0 the affine map keeps 1 - rho_l = (1 - rho_0) kappa'(1)^l",
        ),
        Mutant(
            "ReLU at the rate 0.95",
            inputs={"kernel": relu(), "start": correlation()},
            sizes={"L": (1, 12)},
            hypotheses=[Gt(bias, 0)],
            statement=Le(distance[l], distance_0 * Rational(19, 20) ** l),
            because="kappa'(1) = 1: from rho_0 = 0.999 one layer leaves 9.9051e-4 > 9.5e-4",
        ),
    ],
)
