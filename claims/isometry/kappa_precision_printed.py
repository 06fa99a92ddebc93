r"""As printed: after ln(1/epsilon)/ln(1/kappa'(1)) layers representations are numerically indistinguishable.  Overstated.

Let $\kappa$ be the kernel map of an activation with $\kappa(1)=1$ and $\kappa'(1)<1$.  Printed: with the precision $\epsilon$
and $L=\frac{\ln(1/\epsilon)}{\ln(1/\kappa'(1))}$ layers, the representations of any two inputs are numerically
indistinguishable.  Read as a relative distance of at most $\epsilon$, with $\epsilon=\kappa'(1)^\ell$ so that the depth is
the integer $\ell$,
$$\frac1{\sqrt d}\|h_\ell(x)-h_\ell(y)\|=\sqrt{2(1-\rho_\ell)}\le\epsilon=\kappa'(1)^\ell .$$
Corollary on convergence precision of Joudaki and Hofmann (2025), arXiv 2410.20107.

It is the *square* of the distance that reaches $\epsilon$.  For $\kappa=\frac12+\frac12\rho$ from $\rho_0=0$,
$1-\rho_{24}=2^{-24}$, and the representations differ by $3.45\cdot10^{-4}$, which float32 shows clearly.  With $4\epsilon$ for
the squared distance the corollary is true (`isometry/kappa_precision`): the depth must be doubled.  The accompanying
$\ln(1/2^{-128})\approx88$ takes the underflow exponent of float32 for its precision, $2^{-24}$.
"""

from fractions import Fraction

from sympy import Le, Lt

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.attractors import attracted_to_one
from strategies.iterations import REPRESENTATIONS, representations
from strategies.kernels import correlation

square, distance, slope_one = quantities("square distance slope_one")
l = sizes("l")

claim = Claim(
    source=JOUDAKI_2025.item("Corollary on convergence precision"),
    provenance="text",
    reading="numerically indistinguishable at the precision epsilon means a relative distance of at most epsilon",
    expect="refuted",
    corrected_by="isometry/kappa_precision",
    inputs={"kernel": attracted_to_one("K", critical=False), "start": correlation()},
    sizes={"K": (2, 8), "L": (1, 24)},
    axes={l: (1, "L")},
    hypotheses=[Lt(slope_one, 1)],
    statement=Le(distance[l], slope_one**l),
    evaluate=representations,
    oracle=kernels.representations,
    oracle_differs="the polarisation identity with the plain series or the textbook dual, not sums of deficits",
    definitions=REPRESENTATIONS.definitions,
    notation=REPRESENTATIONS.notation,
    # 1/2 + rho/2 from 0, 24 layers
    replay=[
        Instance(
            sizes={"K": 2, "L": 24},
            choices={"kernel.activation": "hermite series"},
            raw={"kernel.weights": exact([1, 0]), "kernel.steepness": exact(Fraction(1, 2)), "start": exact(1)},
        )
    ],
    mutants=[
        Mutant(
            "distance 1000 epsilon",
            statement=Le(distance[l], 1000 * slope_one**l),
            because="the distance falls like sqrt(epsilon): 1/2 + rho/2 from 0 leaves 1000 epsilon behind after 20 layers",
        ),
        Mutant(
            "squared distance epsilon",
            statement=Le(square[l], slope_one**l),
            because="1/2 + rho/2 from 0: one layer leaves 1 > 1/2",
        ),
    ],
)
