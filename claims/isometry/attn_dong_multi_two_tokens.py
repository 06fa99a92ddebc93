r"""For two tokens the residual of one multi-head self-attention layer is cubic in that of its input, with the constant 1/2.

Let $SA(X)=\sum_{h\le H}P_hXW_h$, $P_h=\mathrm{softmax}_{\rm rows}(XW_{QK,h}X^\top/\sqrt{d_{qk}})$, for two tokens
$X\in\mathbb R^{2\times d}$, $\|A\|_{1,\infty}=\sqrt{\|A\|_1\|A\|_\infty}$ with the largest column sum $\|A\|_1$ and row sum
$\|A\|_\infty$, and $\mathrm{res}(X)=X-\mathbf1x^\top$ with the $x$ that minimises $\|X-\mathbf1x^\top\|_{1,\infty}$.  With the
norms taken apart,
$$\beta'=\max_h\|W_{QK,h}\|_1\,\sqrt{\max_h\|W_h\|_1\,\max_h\|W_h\|_\infty}\,,\qquad
  \|\mathrm{res}(SA(X))\|_{1,\infty}\le\frac{\beta'H}{2\sqrt{d_{qk}}}\,\|\mathrm{res}(X)\|_{1,\infty}^3 .$$
Derived here, to repair the hypothesis of Theorem 2.3 of Dong, Cordonnier and Loukas (2021), which fails for two tokens already
(`isometry/attn_dong_multi_printed`): the composite norms of the heads do not bound that of their sum, but both of its factors
are norms.  With $\delta$ the difference of the tokens, $\|\mathrm{res}(X)\|^2=\frac12\|\delta\|_\infty\|\delta\|_1$; the two rows
of $P_h$ differ by at most
$\frac14|\delta^\top W_{QK,h}\delta|/\sqrt{d_{qk}}\le\frac1{2\sqrt{d_{qk}}}\|W_{QK,h}\|_1\|\mathrm{res}(X)\|^2$.  The repair is
one for two tokens: with one head $\beta'=\beta$, and for many tokens `isometry/attn_dong_single_printed` is false.

Tight: tokens $\pm v$ with entries of one size, all heads $wI$ and $I$, as $w\to0$.
"""

from sympy import Le, Rational, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import composite_norm
from refute import Claim, Mutant, quantities, sizes
from strategies.composite_heads import grouped_heads

residual, residual_after, separate_strength, strength = quantities("residual residual_after separate_strength strength")
H, k = sizes("H k")
HALF = Rational(1, 2)


def evaluate(xp, heads, k):
    return {
        residual: heads.residual,
        residual_after: heads.residual_after(k),
        separate_strength: heads.separate_strength,
        strength: lambda: heads.strength,
    }


def bound(beta=separate_strength, constant=HALF, heads=H, power=3):
    return Le(residual_after, constant * beta * heads / sqrt(k) * residual**power)


claim = Claim(
    source=REFUTE_DERIVED.item("Two tokens in the composite norm"),
    provenance="derived",
    reading="p groups of equal input coordinates and g of output ones stand for wide layers",
    inputs={"heads": grouped_heads("H", "p", "g")},
    sizes={"H": (1, 3), "p": (1, 3), "g": (1, 3), "k": ("p", 4)},
    statement=bound(),
    evaluate=evaluate,
    oracle=composite_norm.grouped_heads,
    oracle_differs="both softmax rows and the composite norm of two rows less their midpoint, not a difference of tanh",
    definitions={
        residual: "composite norm of the residual of the two tokens",
        residual_after: "composite norm of the residual after one layer",
        separate_strength: "beta', the largest |W_QK|_1 times the root of the largest |W|_1 times the largest |W|_inf of a head",
        strength: "beta, the largest |W_QK|_1 |W|_{1,inf} of a head",
    },
    notation={
        residual: r"\|\mathrm{res}(X)\|_{1,\infty}",
        residual_after: r"\|\mathrm{res}(SA(X))\|_{1,\infty}",
        separate_strength: r"\beta'",
        strength: r"\beta",
        k: r"d_{qk}",
    },
    tight="tokens v and -v with entries of one size, all heads w I and I, as w tends to 0",
    not_covered=["more than one layer, where the bound is applied layer by layer"],
    mutants=[
        Mutant(
            "constant 2/5 instead of 1/2",
            statement=bound(constant=Rational(2, 5)),
            because="two opposite tokens on a line and small w attain the 1/2",
        ),
        Mutant("without the number of heads", statement=bound(heads=1), because="two equal heads and small w"),
        Mutant(
            "the printed strength",
            statement=bound(beta=strength),
            because="a head that writes a column beside one that writes a row: the ratio of the sides grows with the row's width",
        ),
        Mutant("fourth power of the residual", statement=bound(power=4), because="tokens close to each other"),
    ],
)
