r"""As printed: the residual of a multi-head self-attention network vanishes doubly exponentially in the composite norm.  False.

Let $\|A\|_{1,\infty}=\sqrt{\|A\|_1\|A\|_\infty}$ with the largest column sum $\|A\|_1$ and row sum $\|A\|_\infty$, and
$\mathrm{res}(X)=X-\mathbf1x^\top$ with the $x$ that minimises $\|X-\mathbf1x^\top\|_{1,\infty}$.  Printed: if
$\|W^l_{QK,h}\|_1\|W^l_h\|_{1,\infty}\le\beta$ for every head $h\le H$ and every layer $l\le L$, then
$$\|\mathrm{res}(SAN(X))\|_{1,\infty}\le\Big(\frac{4\beta H}{\sqrt{d_{qk}}}\Big)^{\frac{3^L-1}2}
\|\mathrm{res}(X)\|_{1,\infty}^{3^L}.$$
Theorem 2.3 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, first version, from reading notes (the second version has
$4\gamma\beta H$).  It fails for one layer, two heads and two tokens $\pm e_1$: $W_{QK}=w\,e_1e_1^\top$,
$W_1=e_1e_2^\top$, $W_2=m^{-1/2}e_1\sum_{j\le m}f_j^\top$ have $\beta=w$, and the ratio of the sides is
$\frac{\tanh u}u\cdot\frac{\sqrt{1+\sqrt m}}{16}$, $u=w/\sqrt{d_{qk}}$: above 1 for $m>255^2$ and small $u$, and unbounded in $m$
while the attention matrices stay the same, so that no factor $\gamma$ of their entries repairs it.

Cause: $\|\cdot\|_{1,\infty}$ is no norm.  $\|\sum_hA_h\|_{1,\infty}\le\sum_h\|A_h\|_{1,\infty}$ fails for a column and a row.  In
the 2-norm, with diameters, it is true: `isometry/attn_collapse_repaired`; for two tokens it is in this norm, too, if its two
factors are bounded apart: `isometry/attn_dong_multi_two_tokens`.
"""

from sympy import Le, sqrt

from claims.sources import DONG_2021
from oracles import composite_norm
from refute import Claim, Instance, Mutant, quantities, sizes
from strategies.composite_heads import column_beside_row, grouped_heads

residual, residual_after, strength, composite_of_sum, sum_of_composites = quantities(
    "residual residual_after strength composite_of_sum sum_of_composites"
)
H, k = sizes("H k")


def evaluate(xp, heads, k):
    return {
        residual: heads.residual,
        residual_after: heads.residual_after(k),
        strength: heads.strength,
        composite_of_sum: lambda: heads.composite_of_sum,
        sum_of_composites: lambda: xp.sum(heads.composite, axis=1),
    }


claim = Claim(
    source=DONG_2021.item("Theorem 2.3"),
    provenance="second-hand",
    reading="one layer and two tokens, a special case; p groups of equal input coordinates and g of output ones stand for wide layers",
    expect="refuted",
    corrected_by="isometry/attn_collapse_repaired",
    inputs={"heads": grouped_heads("H", "p", "g")},
    sizes={"H": (2, 3), "p": (1, 3), "g": (1, 3), "k": ("p", 4)},
    statement=Le(residual_after, 4 * strength * H / sqrt(k) * residual**3),
    evaluate=evaluate,
    oracle=composite_norm.grouped_heads,
    oracle_differs="both softmax rows and the composite norm of two rows less their midpoint, not a difference of tanh",
    definitions={
        residual: "composite norm of the residual of the two tokens",
        residual_after: "composite norm of the residual after one layer",
        strength: "beta, the largest |W_QK|_1 |W|_{1,inf} of a head",
        composite_of_sum: "composite norm of the sum of the value weights",
        sum_of_composites: "sum of the composite norms of the value weights",
    },
    notation={
        residual: r"\|\mathrm{res}(X)\|_{1,\infty}",
        residual_after: r"\|\mathrm{res}(SAN(X))\|_{1,\infty}",
        strength: r"\beta",
        composite_of_sum: r"\left\|\textstyle\sum_hW_h\right\|_{1,\infty}",
        sum_of_composites: r"\textstyle\sum_h\|W_h\|_{1,\infty}",
        k: r"d_{qk}",
    },
    # the instance above with m = 2^18
    replay=[Instance({"H": 2, "p": 1, "g": 2, "k": 1}, raw=column_beside_row("heads", columns=2**18))],
    mutants=[
        Mutant(
            "without the number of heads",
            statement=Le(residual_after, 4 * strength / sqrt(k) * residual**3),
            because="a smaller bound than the printed one, which already fails",
        ),
        Mutant(
            "the composite norm is a norm",
            statement=Le(composite_of_sum, sum_of_composites),
            because="a column and a row of four ones: sqrt(25) = 5 > 2 + 2",
        ),
    ],
)
