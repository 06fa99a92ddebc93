r"""With Gaussian weights the first layer applies the kernel map in expectation, at every width and for every input.

Let $\phi$ be normalised, $\mathbb E\,\phi(X)^2=1$, with the kernel map $\kappa(\rho)=\sum_kc_k^2\rho^k$, and $w\in\mathbb R^d$
standard Gaussian.  For $x,y$ with $\|x\|^2=\|y\|^2=d$
$$\mathbb E\,\phi\big(\tfrac{\langle w,x\rangle}{\sqrt d}\big)\,\phi\big(\tfrac{\langle w,y\rangle}{\sqrt d}\big)=
  \kappa\big(\tfrac1d\langle x,y\rangle\big).$$
Proposition 1 of Joudaki and Hofmann (2025), arXiv 2410.20107, with the hypothesis that it needs at the first layer: as
printed, for any i.i.d. weights of mean 0 and variance 1, it is refuted in `isometry/kappa_first_layer_printed`.

Activations are polynomials $\sum_kb_k\mathrm{He}_k/\sqrt V$ with rational $b_k$ and the inputs are rational points of the
sphere: both sides are rational numbers.
"""

from sympy import Eq

from claims.sources import JOUDAKI_2025
from oracles import neurons
from refute import Claim, Mean, Mutant, quantities
from strategies.laws import gaussian, rademacher, uniform
from strategies.networks import unit_rows
from strategies.neurons import first_layer, neuron

product, kappa = quantities("product kappa")

claim = Claim(
    source=JOUDAKI_2025.item("Proposition 1, for Gaussian weights"),
    provenance="derived",
    inputs={"neuron": neuron("K"), "X": unit_rows("2", "d")},
    randomness={"W": gaussian(1, "d")},
    sizes={"K": (1, 3), "d": (2, 5)},
    statement=Eq(Mean(product), kappa),
    evaluate=first_layer,
    oracle=neurons.first_layer,
    oracle_differs="monomials in place of the recursion; the mean from joint moments of the weights, coordinate by coordinate",
    expectation=neurons.first_layer_moments(neurons.gaussian),
    definitions={product: "phi(<w, x>/sqrt(d)) phi(<w, y>/sqrt(d)), random", kappa: "kappa(<x, y>/d), by its Hermite series"},
    notation={
        product: r"\phi\big(\tfrac{\langle w,x\rangle}{\sqrt d}\big)\phi\big(\tfrac{\langle w,y\rangle}{\sqrt d}\big)",
        kappa: r"\kappa\big(\tfrac1d\langle x,y\rangle\big)",
    },
    tight="an identity at every width",
    not_covered=[
        "that the similarity of one wide layer is near its mean, the law of large numbers",
        "activations that are not polynomials of degree at most 3",
    ],
    mutants=[
        Mutant(
            "sign weights",
            randomness={"W": rademacher(1, "d")},
            expectation=None,
            because="for x = y = e_1 the pre-activation is a sign, and He_2 vanishes on signs",
        ),
        Mutant(
            "weights uniform on [-1, 1]",
            randomness={"W": uniform(1, "d")},
            expectation=neurons.first_layer_moments(neurons.uniform),
            because="their variance is 1/3",
        ),
    ],
)
