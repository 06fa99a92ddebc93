r"""With skip connections there are weights for which self-attention does not collapse, at any depth.

Let $X_l=X_{l-1}+SA^l(X_{l-1})$ with $SA(X)=\sum_{h\le H}P_hXW_h$ for tokens $X_0\in\mathbb R^{N\times d}$.  For every $X_0$ and
$L$ there are weights with $\|\mathrm{res}(X_L)\|\ge\|\mathrm{res}(X_0)\|$, in any norm: the witness $W_h=0$, with any $W_{QK,h}$,
gives $X_L=X_0$, so in particular
$$\mathrm{diam}(X_L)\ge\mathrm{diam}(X_0),\qquad\mathrm{diam}(X)=\max_{i,i'}\|x_i-x_{i'}\|_2 .$$
Claim 3.1 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, from reading notes.  It is an existence statement and, as such,
trivial; it is false for all weights.
"""

from sympy import Ge

from claims.sources import DONG_2021
from oracles import self_attention
from refute import Claim, Mutant, quantities
from strategies.self_attention import attention_stack
from strategies.self_attention import diameter as diameter_of

diameter, diameter_skip = quantities("diameter diameter_skip")


def evaluate_with(skip):
    """The evaluator with skip connections or without."""

    def evaluate(xp, stack, k):
        return {diameter: diameter_of(xp, stack.tokens), diameter_skip: diameter_of(xp, stack.after(k, skip))}

    return evaluate


claim = Claim(
    source=DONG_2021.item("Claim 3.1"),
    provenance="second-hand",
    reading="the weights whose existence is claimed are the witness W_h = 0; the residual is measured by the diameter",
    inputs={"stack": attention_stack("L", "H", "N", "d", silent=True)},
    sizes={"L": (1, 3), "N": (2, 4), "d": (1, 3), "H": (1, 2), "k": (1, 4)},
    statement=Ge(diameter_skip, diameter),
    evaluate=evaluate_with(skip=True),
    oracle=self_attention.depth(skip=True),
    oracle_differs="in exact matrices; a head whose value weights are 0 is left out",
    definitions={
        diameter: "largest distance of two tokens of X_0",
        diameter_skip: "largest distance of two tokens after L layers with skip connections",
    },
    notation={diameter: r"\mathrm{diam}(X_0)", diameter_skip: r"\mathrm{diam}(X_L)"},
    tight="equality for the witness",
    mutants=[
        Mutant(
            "for all weights",
            inputs={"stack": attention_stack("L", "H", "N", "d")},
            because="two tokens v and -v with W_QK = w I and W = -I come closer: v - tanh(w |v|^2) v",
        ),
        Mutant(
            "without the skip connections",
            evaluate=evaluate_with(skip=False),
            oracle=self_attention.depth(skip=False),
            because="W = 0 then sends all tokens to 0",
        ),
    ],
)
