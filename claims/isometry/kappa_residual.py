r"""A residual branch mixes the kernel map with the identity, and keeps its fixed points.

Let a neuron of the layer have independent standard Gaussian weights $w,p\in\mathbb R^d$ and the output
$$h(x)=\sqrt{1-r^2}\,\phi\big(\tfrac{\langle w,x\rangle}{\sqrt d}\big)+r\,\tfrac{\langle p,x\rangle}{\sqrt d},\qquad r\in(0,1),$$
with a normalised activation, $\mathbb E\,\phi(X)^2=1$, and let $\|x\|^2=\|y\|^2=d$, $\rho=\frac1d\langle x,y\rangle$.  Then
$$\mathbb E\,h(x)h(y)=\kappa_{\mathrm{res}}(\rho)=(1-r^2)\,\kappa(\rho)+r^2\rho,$$
at every width $d$.  Since $\kappa_{\mathrm{res}}(\rho)-\rho=(1-r^2)(\kappa(\rho)-\rho)$, the fixed points are those of
$\kappa$, with the same attractor.

Proposition on residual connections, parts 1 and 2, of Joudaki and Hofmann (2025), arXiv 2410.20107.  In its proof the term
$r^2\rho$ is missing once, $\kappa_{\mathrm{res}}(0)$ is printed as $r^2\kappa(0)$ and, where $\kappa(0)>0$, as 0; the remark on
a residual differential equation exchanges $r^2$ and $1-r^2$.  Part 3 is false as printed (`isometry/kappa_residual_printed`).

Activations are polynomials $\sum_kb_k\mathrm{He}_k/\sqrt V$ with rational $b_k$, and $r$ and $\sqrt{1-r^2}$ are rational: both
sides are rational numbers.
"""

from sympy import Eq

from claims.sources import JOUDAKI_2025
from oracles import neurons
from refute import Claim, Mean, Mutant, quantities
from strategies.laws import gaussian
from strategies.networks import unit_rows
from strategies.neurons import activations_of, neuron, overlap, strength

product, kappa, rho, r = quantities("product kappa rho r")


def evaluate(xp, neuron, X, strength, W, P):
    share, rest = strength
    branch = xp.sum(P * X, axis=2)
    at_x, at_y = activations_of(xp, neuron, X, W)
    root = rest * at_x + share * branch[:, 0], rest * at_y + share * branch[:, 1]
    return {product: root[0] * root[1], kappa: neuron.kernel(overlap(xp, X)), rho: overlap(xp, X), r: share}


def evaluate_shared(xp, neuron, X, strength, W):
    return evaluate(xp, neuron, X, strength, W, W)


claim = Claim(
    source=JOUDAKI_2025.item("Proposition on residual connections, parts 1 and 2"),
    provenance="text",
    inputs={"neuron": neuron("K"), "X": unit_rows("2", "d"), "strength": strength()},
    randomness={"W": gaussian(1, "d"), "P": gaussian(1, "d")},
    sizes={"K": (1, 3), "d": (2, 4)},
    statement=Eq(Mean(product), (1 - r**2) * kappa + r**2 * rho),
    evaluate=evaluate,
    oracle=neurons.residual,
    oracle_differs="monomials in place of the recursion; the mean from joint moments of the weights, coordinate by coordinate",
    expectation=neurons.residual_mean,
    definitions={
        product: "h(x) h(y), random",
        kappa: "kappa(rho), by its Hermite series",
        rho: "the correlation of the two inputs",
        r: "the strength of the residual branch",
    },
    notation={product: "h(x)h(y)", kappa: r"\kappa(\rho)", rho: r"\rho", r: "r"},
    tight="an identity at every width",
    not_covered=[
        "activations that are not polynomials of degree at most 3",
        "the attractor, which follows: a mean of kappa and the identity moves every correlation the same way",
    ],
    mutants=[
        Mutant(
            "(1 - r) kappa + r rho",
            statement=Eq(Mean(product), (1 - r) * kappa + r * rho),
            because="the two branches have the variances 1 - r^2 and r^2",
        ),
        Mutant(
            "one weight matrix for both branches",
            randomness={"W": gaussian(1, "d")},
            evaluate=evaluate_shared,
            oracle=neurons.residual_shared,
            expectation=neurons.residual_mean_shared,
            because="the branches correlate: 2 r sqrt(1 - r^2) c_1 rho is added",
        ),
        Mutant(
            "without r^2 rho, as the proof prints",
            statement=Eq(Mean(product), (1 - r**2) * kappa),
            because="the residual branch carries the correlation of the inputs",
        ),
        Mutant(
            "r^2 kappa(0) at rho = 0, as the proof prints",
            hypotheses=[Eq(rho, 0)],
            statement=Eq(Mean(product), r**2 * kappa),
            because="the activation has the share 1 - r^2: at r = 4/5 it is 9/25, not 16/25 of kappa(0)",
        ),
        Mutant(
            "0 at rho = 0, as the proof prints for its case 2",
            hypotheses=[Eq(rho, 0)],
            statement=Eq(Mean(product) + 1, 1),
            because="with kappa(0) > 0 the residual branch leaves (1 - r^2) kappa(0)",
        ),
        Mutant(
            "r^2 and 1 - r^2 exchanged, as the remark prints",
            statement=Eq(Mean(product), r**2 * kappa + (1 - r**2) * rho),
            because="a strong residual branch keeps the correlation rather than applies kappa",
        ),
    ],
)
