r"""A kernel map of slope 1 at 1 sends every correlation to 1 polynomially, at least like one over the depth.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be the kernel map of an activation with $\kappa(1)=1$, $\kappa(0)>0$ and $\kappa'(1)=1$.
For every $\rho_0\in(-1,1)$ the sequence $\rho_{\ell+1}=\kappa(\rho_\ell)$ satisfies, for all $\ell\ge0$,
$$1-\rho_\ell\le\frac{1-\rho_0}{1+\ell\,\alpha\,(1-\rho_0)},\qquad\alpha=1-\kappa(0)-\kappa'(0).$$
Theorem 1, case 3, of Joudaki and Hofmann (2025), arXiv 2410.20107.

With $x=1-\rho$ one step is $1-\kappa(\rho)\le x(1-\alpha x)$, and $\frac1{x(1-\alpha x)}\ge\frac1x+\alpha$ telescopes.  For
$\rho_0<0$, where $x>1$, this needs $\alpha\le\frac12$, which the printed induction does not mention; it holds because
$c_0^2=\sum_{k\ge2}(k-1)c_k^2\ge\alpha$, which is checked as well.  Tight to second order in $1-\rho_0$ for
$\kappa=a_0+a_1\rho+a_2\rho^2$.

The activation is a structure choice: Hermite series with rational coefficients, $\kappa=e^{\rho-1}$, and every leaky ReLU,
ReLU and the absolute value included.
"""

from sympy import And, Le, Rational, pi, sqrt

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import attracted_to_one
from strategies.iterations import approach_to_one
from strategies.kernels import correlation, kernel

distance, distance_0, bias, slope = quantities("distance distance_0 bias slope")
l = sizes("l")


def after(layers, alpha):
    return Le(distance[l], distance_0 / (1 + layers * alpha * distance_0))


claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 3"),
    provenance="text",
    inputs={"kernel": attracted_to_one("K", critical=True), "start": correlation()},
    sizes={"K": (2, 8), "L": (1, 12)},
    axes={l: (1, "L")},
    statement=And(after(l, 1 - bias - slope), Le(1 - bias - slope, bias)),
    evaluate=approach_to_one,
    oracle=kernels.approach_to_one,
    oracle_differs="the plain series or the textbook dual, and 1 - rho by subtraction, not sums of deficits",
    definitions={
        distance: "1 - rho_l after l layers",
        distance_0: "1 - rho_0",
        bias: "kappa(0)",
        slope: "kappa'(0)",
    },
    notation={distance: r"(1-\rho_l)", distance_0: r"(1-\rho_0)", bias: r"\kappa(0)", slope: r"\kappa'(0)"},
    tight="kappa = a_0 + a_1 rho + a_2 rho^2, to second order as rho_0 tends to 1",
    not_covered=["layer 0, where both sides are the same number"],
    mutants=[
        Mutant(
            "alpha = 1 - kappa(0)",
            statement=after(l, 1 - bias),
            because="kappa = (1 + 2 rho + rho^2)/4: one layer fails from every rho_0",
        ),
        Mutant(
            "one layer more",
            statement=after(l + 1, 1 - bias - slope),
            because="kappa = (1 + 2 rho + rho^2)/4 gains alpha (1 - rho_0) only once in the first layer",
        ),
        Mutant(
            "rate 1/l^2, as for ReLU",
            statement=Le(distance[l], distance_0 / (1 + sqrt(2 * distance_0) / (3 * pi) * l) ** 2),
            because="exp converges like 2/l; next to 1 a smooth map is slower than ReLU in the first layer",
        ),
        Mutant(
            "exp with the printed alpha 0.74",
            inputs={"kernel": attracted_to_one(2, critical=True, activations=("exponential",)), "start": correlation()},
            sizes={"L": (1, 12)},
            statement=after(l, Rational(37, 50)),
            because="alpha = 1 - 2/e = 0.264; next to 1 one layer of e^(rho - 1) has the second-order term 1/2 < 0.74",
        ),
        Mutant(
            "any slope at 1",
            inputs={"kernel": kernel("K", centred=False), "start": correlation()},
            because="with kappa'(1) > 1 the correlations leave 1",
        ),
    ],
)
