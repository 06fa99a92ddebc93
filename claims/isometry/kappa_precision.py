r"""After the depth that makes kappa'(1)^L = epsilon, normalised representations are within 2 sqrt(epsilon) of each other.

Let $\kappa$ be the kernel map of an activation with $\kappa(1)=1$, $\kappa(0)>0$ and $\kappa'(1)<1$, and let the representations
of two inputs be normalised, $\frac1d\|h_\ell(x)\|^2=\frac1d\|h_\ell(y)\|^2=1$, with correlation $\rho_\ell$,
$\rho_{\ell+1}=\kappa(\rho_\ell)$.  With $\epsilon=\kappa'(1)^\ell$, for every $\ell\ge0$,
$$\frac1d\|h_\ell(x)-h_\ell(y)\|^2=2(1-\rho_\ell)\le4\,\epsilon .$$
The correction, derived here from case 2 (`isometry/kappa_case2`), of the corollary on convergence precision of Joudaki and
Hofmann (2025), arXiv 2410.20107, refuted as printed in `isometry/kappa_precision_printed`: the relative distance is
$2\sqrt\epsilon$; twice the depth makes it $2\epsilon$.  Tight: affine $\kappa$ as $\rho_0\to-1$.
"""

from sympy import Le, Lt, Rational

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.attractors import attracted_to_one
from strategies.iterations import REPRESENTATIONS, representations
from strategies.kernels import correlation

square, distance, slope_one = quantities("square distance slope_one")
l = sizes("l")

claim = Claim(
    source=JOUDAKI_2025.item("Corollary on convergence precision, corrected"),
    provenance="derived",
    inputs={"kernel": attracted_to_one("K", critical=False), "start": correlation()},
    sizes={"K": (2, 8), "L": (1, 12)},
    axes={l: (1, "L")},
    hypotheses=[Lt(slope_one, 1)],
    statement=Le(square[l], 4 * slope_one**l),
    evaluate=representations,
    oracle=kernels.representations,
    oracle_differs="the polarisation identity with the plain series or the textbook dual, not sums of deficits",
    definitions=REPRESENTATIONS.definitions,
    notation=REPRESENTATIONS.notation,
    tight="affine kappa as rho_0 tends to -1",
    not_covered=["layer 0, where it says rho_0 >= -1"],
    mutants=[
        Mutant(
            "distance epsilon, as printed",
            statement=Le(distance[l], slope_one**l),
            because="1/2 + rho/2 from 0: after 24 layers 3.45e-4 > 2^-24",
        ),
        Mutant(
            "constant 2",
            statement=Le(square[l], 2 * slope_one**l),
            because="1/2 + rho/2 from -1/2: one layer leaves 3/2 > 1",
        ),
        Mutant(
            "constant 3.99",
            statement=Le(square[l], Rational(399, 100) * slope_one**l),
            because="affine maps from rho_0 near -1 reach 2(1 - rho_0) kappa'(1)^l",
        ),
        Mutant(
            "half the depth",
            statement=Le(square[l], 4 * slope_one ** (2 * l)),
            because="affine maps contract by kappa'(1) in every layer, not by its square",
        ),
    ],
)
