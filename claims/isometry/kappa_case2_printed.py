r"""As printed: the correlations of a ReLU network converge to 1 exponentially, at the rate 0.95.  False: polynomially.

For the normalised ReLU, $\phi(x)=\sqrt2\max(x,0)$, the kernel map is
$$\kappa(\rho)=\tfrac1\pi\big(\sqrt{1-\rho^2}+(\pi-\arccos\rho)\rho\big).$$
The table of activations of Joudaki and Hofmann (2025), arXiv 2410.20107, lists it under case 2 of Theorem 1, with
$\kappa'(1)=0.95$ and *exponential* convergence, that is $1-\rho_\ell\le(1-\rho_0)\,0.95^\ell$ for $\rho_{\ell+1}=
\kappa(\rho_\ell)$, and the remark after its corollary on convergence precision says that only the exponential activation
converges polynomially.

In fact $\kappa'(1)=2\,\mathbb E\,\mathbf 1\{X>0\}=1$ exactly: case 3, `isometry/kappa_case3`, as for $|x|$ and every leaky
ReLU ($\mathbb E\phi'^2=\mathbb E\phi^2$ by homogeneity).  From $\rho_0=0.999$ one layer leaves $9.9051\cdot10^{-4}>
9.5\cdot10^{-4}$; from $\rho_0=0$ the first failure is at layer 115, $0.0027699>0.0027429$.  The printed number is the
Hermite sum $\sum_kkc_k^2$ cut off at a degree between 20 (0.943) and 40 (0.960).
"""

from fractions import Fraction

from sympy import Le, Rational

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.attractors import attracted_to_one, relu
from strategies.iterations import approach_to_one
from strategies.kernels import correlation

distance, distance_0 = quantities("distance distance_0")
l = sizes("l")

claim = Claim(
    source=JOUDAKI_2025.item("table of activations, ReLU"),
    provenance="text",
    reading="the bound of Theorem 1, case 2, with the slope that the table prints",
    expect="refuted",
    corrected_by="isometry/kappa_case3",
    inputs={"kernel": relu(), "start": correlation()},
    sizes={"L": (1, 128)},
    axes={l: (1, "L")},
    statement=Le(distance[l], distance_0 * Rational(19, 20) ** l),
    evaluate=approach_to_one,
    oracle=kernels.approach_to_one,
    oracle_differs="the arc-cosine kernel as Cho and Saul print it, and 1 - rho by subtraction",
    definitions={distance: "1 - rho_l after l layers", distance_0: "1 - rho_0"},
    notation={distance: r"(1-\rho_l)", distance_0: r"(1-\rho_0)"},
    # one layer from 0.999, and 115 layers from 0
    replay=[
        Instance(
            sizes={"L": layers},
            choices={"kernel.activation": "leaky relu"},
            raw={"kernel.weights": exact([1, 1]), "kernel.steepness": exact(Fraction(1, 2)), "start": exact(apart)},
        )
        for layers, apart in ((1, Fraction(1, 1000)), (115, Fraction(1)))
    ],
    mutants=[
        Mutant(
            "from |rho_0| <= 1/2",
            inputs={"kernel": relu(), "start": correlation(apart=0.5)},
            because="no single layer fails there, but 115 layers from rho_0 = 0 do, and fewer from 1/2",
        ),
        Mutant(
            "rate 0.97 from |rho_0| <= 1/2",
            inputs={"kernel": relu(), "start": correlation(apart=0.5)},
            sizes={"L": (256, 256)},
            statement=Le(distance[l], distance_0 * Rational(97, 100) ** l),
            because="a larger slope from a later truncation fails later: from rho_0 = 0 at layer 239",
        ),
        Mutant(
            "rate 0.999",
            statement=Le(distance[l], distance_0 * Rational(999, 1000) ** l),
            because="next to 1 the first layer contracts by 1 - O(sqrt(1 - rho_0))",
        ),
        Mutant(
            "every leaky ReLU",
            inputs={"kernel": attracted_to_one(2, critical=True, activations=("leaky relu",)), "start": correlation()},
            because="homogeneous activations have kappa'(1) = 1",
        ),
    ],
)
