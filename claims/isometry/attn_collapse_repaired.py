r"""Without skip connections, self-attention contracts the diameter of its tokens doubly exponentially in depth.

A layer of $H$ heads is $SA(X)=\sum_{h\le H}P_hXW_h$ with $P_h=\mathrm{softmax}_{\rm rows}(XW_{QK,h}X^\top/\sqrt{d_{qk}})$ for
tokens $X\in\mathbb R^{N\times d}$, and $SAN$ the composition of $L$ layers with weights of their own.  With
$\mathrm{diam}(X)=\max_{i,i'}\|x_i-x_{i'}\|_2$ and $\|W^l_{QK,h}\|_2\|W^l_h\|_2\le\beta_2$ for all $l$ and $h$,
$$\mathrm{diam}(SAN(X))\le\Big(\frac{H\beta_2}{4\sqrt{d_{qk}}}\Big)^{\frac{3^L-1}2}\mathrm{diam}(X)^{3^L}$$
for every $N$, $d$, $L$, $H$, without a condition of smallness.

Derived here, to replace Theorems 2.2 and 2.3 of Dong, Cordonnier and Loukas (2021), whose composite norm is no norm
(`isometry/attn_dong_single_printed`, `isometry/attn_dong_multi_printed`): one layer obeys
$\mathrm{diam}(SA(X))\le\frac{H\beta_2}{4\sqrt{d_{qk}}}\mathrm{diam}(X)^3$ by `isometry/attn_tanh_contraction` and
$\tanh t\le t$, and $x\mapsto cx^3$ composed $L$ times is the bound.
Tight: two tokens $\pm v$, all heads $wI$ and $I$, as $w\to0$.
"""

from sympy import Gt, Le, log

from claims.sources import REFUTE_DERIVED
from oracles import self_attention
from refute import Claim, Mutant, quantities, sizes
from strategies.self_attention import attention_stack
from strategies.self_attention import diameter as diameter_of

diameter, strength, log_diameter, log_diameter_after, log_strength = quantities(
    "diameter strength log_diameter log_diameter_after log_strength"
)
L, H, k = sizes("L H k")


def evaluate(xp, stack, k):
    before = diameter_of(xp, stack.tokens)
    return {
        diameter: before,
        strength: stack.strength,
        log_diameter: xp.log(before),
        log_diameter_after: xp.log(diameter_of(xp, stack.collapsed(k))),
        log_strength: xp.log(stack.strength),
    }


def bound(heads=H, constant=4, exponent=(3**L - 1) / 2):
    base = log(heads) + log_strength - log(constant) - log(k) / 2
    return Le(log_diameter_after, exponent * base + 3**L * log_diameter)


claim = Claim(
    source=REFUTE_DERIVED.item("Collapse of self-attention, repaired"),
    provenance="derived",
    inputs={"stack": attention_stack("L", "H", "N", "d")},
    sizes={"L": (1, 3), "N": (2, 5), "d": (1, 3), "H": (1, 3), "k": (1, 6)},
    hypotheses=[Gt(diameter, 0), Gt(strength, 0)],
    statement=bound(),
    evaluate=evaluate,
    oracle=self_attention.collapse,
    oracle_differs="the full forward pass in balls and a subtraction of tokens, not a recursion of their differences by expm1",
    definitions={
        diameter: "largest distance of two tokens",
        strength: "beta_2, the largest |W_QK| |W_V| of a head",
        log_diameter: "log diam(X)",
        log_diameter_after: "log diam(SAN(X))",
        log_strength: "log beta_2",
    },
    notation={
        diameter: r"\mathrm{diam}(X)",
        strength: r"\beta_2",
        log_diameter: r"\log\mathrm{diam}(X)",
        log_diameter_after: r"\log\mathrm{diam}(SAN(X))",
        log_strength: r"\log\beta_2",
        k: r"d_{qk}",
    },
    tight="two tokens v and -v, all heads w I and I, as w tends to 0",
    not_covered=["diam(X) = 0 or beta_2 = 0, where both sides are 0"],
    mutants=[
        Mutant(
            "exponent 3^L - 1 instead of its half",
            statement=bound(exponent=3**L - 1),
            because="two opposite tokens and small w, where the base is below 1",
        ),
        Mutant("without the number of heads", statement=bound(heads=1), because="two equal heads and small w"),
        Mutant("constant 5 instead of 4", statement=bound(constant=5), because="two opposite tokens and small w attain the 4"),
    ],
)
