r"""As printed: for any i.i.d. weights the first layer applies the kernel map as the width grows.  False for sparse inputs.

Let $\phi$ be normalised, $\mathbb E\,\phi(X)^2=1$, with the kernel map $\kappa$, and let the weights of the first layer be
i.i.d. with mean 0 and variance 1.  Printed: for inputs $x,y$ with $\|x\|^2=\|y\|^2=d$ and $\rho_0=\frac1d\langle x,y\rangle$,
as $d\to\infty$ the similarity of the outputs of the first layer tends to $\kappa(\rho_0)$.  By the law of large numbers that
similarity tends to $\mathbb E\,\phi(\frac{\langle w,x\rangle}{\sqrt d})\phi(\frac{\langle w,y\rangle}{\sqrt d})$, and for unit
vectors $\hat x,\hat y\in\mathbb R^n$, padded with zeros and scaled by $\sqrt d$, this is the same number at every $d$.  So
the print says
$$\mathbb E\,\phi(\langle w,\hat x\rangle)\,\phi(\langle w,\hat y\rangle)=\kappa(\langle\hat x,\hat y\rangle),\qquad
  w\in\{-1,1\}^n\text{ uniform}.$$
Proposition 1 of Joudaki and Hofmann (2025), arXiv 2410.20107, for Rademacher weights.  False: $\hat x=e_1$, $\hat y=e_2$ and
$\phi=\sqrt2\,\mathrm{ReLU}$ have only the pre-activations $\pm1$, hence $\frac12$, whereas $\kappa(0)=\frac1\pi=0.3183$; and
$\frac1d\|h\|^2\to1$ there, so that the norms hide it.

Also in print: that Uniform$[-1,1]$ weights satisfy the conditions, whose variance is $\frac13$.  True for Gaussian weights
(`isometry/kappa_first_layer`), or if $\max_i|x_i|/\|x\|\to0$ (`isometry/kappa_first_layer_signs`).
"""

from sympy import Eq

from claims.sources import JOUDAKI_2025
from oracles import neurons
from refute import Claim, Instance, Mean, Mutant, exact, quantities
from strategies.laws import rademacher
from strategies.networks import unit_rows
from strategies.neurons import RELU, first_layer, neuron

product, kappa = quantities("product kappa")

claim = Claim(
    source=JOUDAKI_2025.item("Proposition 1"),
    provenance="text",
    reading="the printed hypotheses alone: i.i.d. weights of mean 0 and variance 1, here signs, and any inputs of norm sqrt(d)",
    surrogate="inputs padded with zeros, for which the limit is this expectation at every width",
    expect="refuted",
    corrected_by="isometry/kappa_first_layer",
    inputs={"neuron": neuron("K", relu=True), "X": unit_rows("2", "n")},
    randomness={"W": rademacher(1, "n")},
    sizes={"K": (1, 3), "n": (2, 6)},
    statement=Eq(Mean(product), kappa),
    evaluate=first_layer,
    oracle=neurons.first_layer,
    oracle_differs="monomials in place of the recursion; the mean over all 2^n sign vectors",
    definitions={product: "phi(<w, x>) phi(<w, y>), random", kappa: "kappa(<x, y>), by its Hermite series or closed form"},
    notation={
        product: r"\phi(\langle w,\hat x\rangle)\phi(\langle w,\hat y\rangle)",
        kappa: r"\kappa(\langle\hat x,\hat y\rangle)",
    },
    # x = e_1, y = e_2, ReLU
    replay=[
        Instance(
            sizes={"K": 1, "n": 3},
            choices={"neuron.activation": RELU},
            raw={"neuron": exact([0, 1]), "X": exact([[1, 0], [0, 1]])},
        )
    ],
    mutants=[
        Mutant(
            "polynomial activations alone",
            inputs={"neuron": neuron("K"), "X": unit_rows("2", "n")},
            because="He_2(w_1) = 0 for signs, whose second moment the kernel map puts at 1",
        ),
        Mutant(
            "four coordinates or more",
            sizes={"K": (1, 3), "n": (4, 6)},
            because="a fixed number of coordinates is sparse at large width, however they share the norm",
        ),
    ],
)
