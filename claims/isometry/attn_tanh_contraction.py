r"""One head of self-attention contracts the diameter of its tokens like a hyperbolic tangent.

Let $X\in\mathbb R^{N\times d}$ have the tokens $x_i$ as rows, $\mathrm{diam}(X)=\max_{i,i'}\|x_i-x_{i'}\|_2$,
$W_{QK},W_V\in\mathbb R^{d\times d}$, and $P=\mathrm{softmax}_{\rm rows}(XW_{QK}X^\top/\sqrt{d_{qk}})$.  Then
$$\mathrm{diam}(PXW_V)\le\|W_V\|_2\,\tanh\Big(\frac{\|W_{QK}\|_2\,\mathrm{diam}(X)^2}{4\sqrt{d_{qk}}}\Big)\,\mathrm{diam}(X)$$
for every $N$, $d$ and $X$: there is no smallness condition.

Derived here.  Two rows of logits differ by a vector of oscillation at most $\|W_{QK}\|_2\,\mathrm{diam}(X)^2/\sqrt{d_{qk}}$, so
two rows of $P$ by $\tanh(\cdot/4)$ in total variation (`isometry/attn_tanh_contraction_softmax`), and two averages of the
tokens by that share of the diameter.
Tight: $N=2$, tokens $\pm v$, $W_{QK}=wI$ with $w\ge0$, $W_V=I$: equality for all $w$ and $v$.
"""

from sympy import Le

from claims.sources import REFUTE_DERIVED
from oracles import self_attention
from refute import Claim, Mutant, quantities
from strategies.self_attention import attention_stack
from strategies.self_attention import diameter as diameter_of

diameter, diameter_after, value_norm, contraction, contraction_5, contraction_8, contraction_unrooted = quantities(
    "diameter diameter_after value_norm contraction contraction_5 contraction_8 contraction_unrooted"
)


def evaluate(xp, stack, k):
    before = diameter_of(xp, stack.tokens)
    logit = stack.key_norm[:, 0, 0] * before**2
    return {
        diameter: before,
        diameter_after: diameter_of(xp, stack.after(k)),
        value_norm: stack.value_norm[:, 0, 0],
        contraction: xp.tanh(logit / (4 * k**0.5)),
        contraction_5: lambda: xp.tanh(logit / (5 * k**0.5)),
        contraction_8: lambda: xp.tanh(logit / (8 * k**0.5)),
        contraction_unrooted: lambda: xp.tanh(logit / (4 * k)),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Softmax contracts like tanh (ii)"),
    provenance="derived",
    inputs={"stack": attention_stack(1, 1, "N", "d")},
    sizes={"N": (2, 6), "d": (1, 4), "k": (1, 8)},
    statement=Le(diameter_after, value_norm * contraction * diameter),
    evaluate=evaluate,
    oracle=self_attention.one_layer,
    oracle_differs="exact logits and balls from the definition, token by token, not batched floats",
    definitions={
        diameter: "largest distance of two tokens",
        diameter_after: "largest distance of two tokens of P X W_V",
        value_norm: "spectral norm of W_V",
        contraction: "tanh of |W_QK| diam(X)^2 / (4 sqrt(d_qk))",
        contraction_5: "the same with 5 in place of 4",
        contraction_8: "the same with 8 in place of 4",
        contraction_unrooted: "the same with d_qk in place of its root",
    },
    notation={
        diameter: r"\mathrm{diam}(X)",
        diameter_after: r"\mathrm{diam}(PXW_V)",
        value_norm: r"\|W_V\|_2",
        contraction: r"\tanh\left(\tfrac{\|W_{QK}\|_2\mathrm{diam}(X)^2}{4\sqrt{d_{qk}}}\right)",
        contraction_5: r"\tanh\left(\tfrac{\|W_{QK}\|_2\mathrm{diam}(X)^2}{5\sqrt{d_{qk}}}\right)",
        contraction_8: r"\tanh\left(\tfrac{\|W_{QK}\|_2\mathrm{diam}(X)^2}{8\sqrt{d_{qk}}}\right)",
        contraction_unrooted: r"\tanh\left(\tfrac{\|W_{QK}\|_2\mathrm{diam}(X)^2}{4d_{qk}}\right)",
    },
    tight="two tokens v and -v, W_QK = w I, W_V = I, for every w >= 0 and v",
    mutants=[
        Mutant(
            "tanh with 5 in place of 4",
            statement=Le(diameter_after, value_norm * contraction_5 * diameter),
            because="two opposite tokens attain the 4",
        ),
        Mutant(
            "tanh with 8 in place of 4",
            statement=Le(diameter_after, value_norm * contraction_8 * diameter),
            because="two opposite tokens attain the 4",
        ),
        Mutant(
            "without the norm of W_V",
            statement=Le(diameter_after, contraction * diameter),
            because="the equality case with W_V = 2 I",
        ),
        Mutant(
            "d_qk in place of its root",
            statement=Le(diameter_after, value_norm * contraction_unrooted * diameter),
            because="the equality case with d_qk >= 2",
        ),
    ],
)
