r"""As printed: with token-wise Lipschitz maps after the layers the residual still vanishes doubly exponentially.  False.

Let the layers of a self-attention network be followed by token-wise maps $f_l$ with $f_l(\mathbf1y^\top)$ of rank one and
Lipschitz constant at most $\lambda$ in the composite norm $\|A\|_{1,\infty}=\sqrt{\|A\|_1\|A\|_\infty}$, and
$\|W^l_{QK,h}\|_1\|W^l_h\|_{1,\infty}\le\beta$ for every head and layer.  Printed:
$$\|\mathrm{res}(X_L)\|_{1,\infty}\le\Big(\frac{4\beta H\lambda}{\sqrt{d_{qk}}}\Big)^{\frac{3^L-1}2}
\|\mathrm{res}(X)\|_{1,\infty}^{3^L}.$$
Corollary 3.2 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, from reading notes (there with a further factor $\gamma$
that depends on the attention entries).  With the identity or a multiple $f(y)=\lambda y$ of it, one layer is the statement of
`isometry/attn_dong_multi_printed`, and it fails for the same two tokens and two heads.

With diameters in the 2-norm it is true: `isometry/attn_skip_mlp`.
"""

from sympy import Le, sqrt

from claims.sources import DONG_2021
from oracles import composite_norm
from refute import Claim, Instance, Mutant, quantities, sizes
from strategies.composite_heads import column_beside_row, grouped_heads

residual, residual_mapped, residual_after, strength, slope = quantities("residual residual_mapped residual_after strength slope")
H, k = sizes("H k")


def evaluate(xp, heads, k):
    after = heads.residual_after(k)
    return {
        residual: heads.residual,
        residual_after: after,
        residual_mapped: heads.slope * after,
        strength: heads.strength,
        slope: heads.slope,
    }


base = 4 * strength * H / sqrt(k)
claim = Claim(
    source=DONG_2021.item("Corollary 3.2"),
    provenance="second-hand",
    reading="one layer, two tokens and f(y) = lambda y, a special case; p groups of equal input coordinates and g of output ones "
    "stand for wide layers",
    expect="refuted",
    corrected_by="isometry/attn_skip_mlp",
    inputs={"heads": grouped_heads("H", "p", "g", mapped=True)},
    sizes={"H": (2, 3), "p": (1, 3), "g": (1, 3), "k": ("p", 4)},
    statement=Le(residual_mapped, base * slope * residual**3),
    evaluate=evaluate,
    oracle=composite_norm.grouped_heads,
    oracle_differs="both softmax rows and the composite norm of two rows less their midpoint, not a difference of tanh",
    definitions={
        residual: "composite norm of the residual of the two tokens",
        residual_after: "composite norm of the residual after the attention layer",
        residual_mapped: "composite norm of the residual after the layer and the map",
        strength: "beta, the largest |W_QK|_1 |W|_{1,inf} of a head",
        slope: "lambda, the Lipschitz constant of the map",
    },
    notation={
        residual: r"\|\mathrm{res}(X)\|_{1,\infty}",
        residual_after: r"\|\mathrm{res}(SA(X))\|_{1,\infty}",
        residual_mapped: r"\|\mathrm{res}(f(SA(X)))\|_{1,\infty}",
        strength: r"\beta",
        slope: r"\lambda",
        k: r"d_{qk}",
    },
    # the instance of `isometry/attn_dong_multi_printed`, with 2^18 columns and the identity
    replay=[Instance({"H": 2, "p": 1, "g": 2, "k": 1}, raw=column_beside_row("heads", columns=2**18, slope=1))],
    not_covered=["more than one layer, and other maps"],
    mutants=[
        Mutant(
            "without the Lipschitz constant",
            statement=Le(residual_mapped, base * residual**3),
            because="f(y) = lambda y with a large lambda",
        ),
        Mutant(
            "squared Lipschitz constant",
            statement=Le(residual_mapped, base * slope**2 * residual**3),
            because="f(y) = lambda y with a small lambda",
        ),
    ],
)
