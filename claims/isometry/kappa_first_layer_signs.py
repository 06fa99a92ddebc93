r"""With sign weights a quadratic activation misses its kernel map by exactly the overlap of the squared inputs.

Let $\phi$ be a normalised polynomial of degree 2, $\mathbb E\,\phi(X)^2=1$, with the kernel map
$\kappa(\rho)=c_0^2+c_1^2\rho+c_2^2\rho^2$, and $w$ uniform in $\{-1,1\}^n$.  For unit vectors $x,y\in\mathbb R^n$
$$\mathbb E\,\phi(\langle w,x\rangle)\,\phi(\langle w,y\rangle)=\kappa(\langle x,y\rangle)-c_2^2\sum_ix_i^2y_i^2\ \ge\
  \kappa(\langle x,y\rangle)-c_2^2\max_ix_i^2 .$$
Derived here, to say what Proposition 1 of Joudaki and Hofmann (2025), arXiv 2410.20107, lacks
(`isometry/kappa_first_layer_printed`): delocalised inputs, $\max_i|x_i|/\|x\|\to0$.  For weights of the fourth moment $m_4$
and $m_3=0$ the deviation is $c_2^2\frac{m_4-3}2\sum_ix_i^2y_i^2$.

Proof: $\mathbb E\,u^2v^2=1+2\rho^2-2\sum_ix_i^2y_i^2$ for signs, odd moments vanish, and $\mathrm{he}_2=(u^2-1)/\sqrt2$.
"""

from sympy import And, Eq, Ge

from claims.sources import JOUDAKI_2025
from oracles import neurons
from refute import Claim, Mean, Mutant, quantities
from strategies.laws import rademacher
from strategies.networks import unit_rows
from strategies.neurons import first_layer, neuron

product, kappa, localised, largest = quantities("product kappa localised largest")


def evaluate(xp, neuron, X, W):
    x, y = X[:, 0], X[:, 1]
    return first_layer(xp, neuron, X, W) | {
        "localised": neuron.share(2) * xp.sum(x * x * y * y, axis=1),
        "largest": neuron.share(2) * xp.max(x * x, axis=1),
    }


claim = Claim(
    source=JOUDAKI_2025.item("Proposition 1, for sign weights"),
    provenance="derived",
    inputs={"neuron": neuron(2), "X": unit_rows("2", "n")},
    randomness={"W": rademacher(1, "n")},
    sizes={"n": (2, 6)},
    statement=And(Eq(Mean(product), kappa - localised), Ge(Mean(product), kappa - largest)),
    evaluate=evaluate,
    oracle=neurons.first_layer_deviation,
    oracle_differs="monomials in place of the recursion; the mean over all 2^n sign vectors",
    definitions={
        product: "phi(<w, x>) phi(<w, y>), random",
        kappa: "kappa(<x, y>), by its Hermite series",
        localised: "c_2^2 times the sum of x_i^2 y_i^2",
        largest: "c_2^2 times the largest x_i^2",
    },
    notation={
        product: r"\phi(\langle w,x\rangle)\phi(\langle w,y\rangle)",
        kappa: r"\kappa(\langle x,y\rangle)",
        localised: r"c_2^2\textstyle\sum_ix_i^2y_i^2",
        largest: r"c_2^2\max_ix_i^2",
    },
    tight="the inequality for x = y = e_1",
    mutants=[
        Mutant(
            "half the deviation",
            statement=Eq(Mean(product), kappa - localised / 2),
            because="for x = y = e_1 and He_2 the left side is 0, kappa is 1 and c_2^2 is 1",
        ),
        Mutant(
            "cubic activations",
            inputs={"neuron": neuron(3), "X": unit_rows("2", "n")},
            because="he_3 at x = y = e_1 is -2 w_1/sqrt(6), of mean square 2/3, where the formula has 1",
        ),
        Mutant(
            "half the largest coordinate",
            statement=Ge(Mean(product), kappa - largest / 2),
            because="for x = y = e_1 the deviation is c_2^2",
        ),
    ],
)
