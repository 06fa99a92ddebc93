r"""As printed: the residual of a single-head self-attention network vanishes doubly exponentially in the composite norm.  False.

Let $\|A\|_{1,\infty}=\sqrt{\|A\|_1\|A\|_\infty}$ with the largest column sum $\|A\|_1$ and row sum $\|A\|_\infty$, and
$\mathrm{res}(X)=X-\mathbf1x^\top$ with the $x$ that minimises $\|X-\mathbf1x^\top\|_{1,\infty}$.  Printed: if
$\|W^l_{QK}\|_1\|W^l_V\|_{1,\infty}\le\beta$ for every layer, then
$$\|\mathrm{res}(SAN(X))\|_{1,\infty}\le\Big(\frac{4\beta}{\sqrt{d_{qk}}}\Big)^{\frac{3^L-1}2}
\|\mathrm{res}(X)\|_{1,\infty}^{3^L}.$$
Theorem 2.2 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, first version, from reading notes.  (The second version has a
further factor $\gamma$, whose definition was not available.)

It fails for one layer and $32\,001$ *planted* tokens, which no array could hold: a marked token $\kappa e_x+Me_c$,
$n=8000$ tokens $\kappa e_x+Me_i$, $m=24\,000$ tokens $\kappa e_x$, $W_{QK}=w(\sum_ie_ie_i^\top+e_xe_c^\top)$, $W_V=e_ce_1^\top$,
so $\beta=w$ and $\|\mathrm{res}(X)\|=M$.  With the logits $t=wM^2/\sqrt{d_{qk}}=16$ of a diagonal token to itself and
$s=w\kappa M/\sqrt{d_{qk}}$ of all tokens to the marked one, the output has $n$ entries $aM$ and $m+1$ entries $bM$,
$a=\frac{e^s}{e^s+n-1+m+e^t}$, $b=\frac{e^s}{e^s+n+m}$, so $\|\mathrm{res}\|=\sqrt n(b-a)M=79.3M>64M=4tM$ for $e^s=60n$.  (In
general $\min(n,m+1,\frac{n+m+1}4)$ stands under the root.)  The ratio grows like $\sqrt n/\log n$; with $n=14\,658$ and $m=4888$
even $19\,547$ tokens suffice.  Cause: the largest column sum of an attention matrix is not bounded by 1.

For few tokens it is true with slack: the largest ratio known there is $\frac1{4\sqrt2}$, in the limit of the mutant with the
constant 0.6.  With diameters in the 2-norm it is true for any number: `isometry/attn_collapse_repaired`.
"""

from fractions import Fraction

from sympy import Gt, Le, Rational

from claims.sources import DONG_2021
from oracles import composite_norm
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.single_head import drawn_head, planted_head

residual, residual_after, strength = quantities("residual residual_after strength")


def evaluate(xp, head):
    return {residual: head.residual, residual_after: head.residual_after, strength: head.strength}


def bound(constant=4, exponent=3):
    return Le(residual_after, constant * strength * residual**exponent)


def drawn(name, because, sizes, **bounds):
    """A mutant that few tokens refute."""
    inputs, oracle = {"head": drawn_head("N", "d")}, composite_norm.drawn_head
    return Mutant(name, because=because, statement=bound(**bounds), inputs=inputs, sizes=sizes, oracle=oracle)


def planted(diagonal, idle, **numbers):
    """The instance with so many tokens of both kinds and the given logits and size."""
    return Instance(
        sizes={}, raw={f"head.{name}": exact(x) for name, x in {"diagonal": diagonal, "idle": idle, **numbers}.items()}
    )


FEW = {"N": (2, 5), "d": (1, 4)}

claim = Claim(
    source=DONG_2021.item("Theorem 2.2"),
    provenance="second-hand",
    reading="first version, one layer; only W_QK / sqrt(d_qk) enters; tokens and weights are those of the planted family above",
    expect="refuted",
    corrected_by="isometry/attn_collapse_repaired",
    inputs={"head": planted_head()},
    sizes={},
    hypotheses=[Gt(residual, 0), Gt(strength, 0)],
    statement=bound(),
    evaluate=evaluate,
    oracle=composite_norm.planted_head,
    oracle_differs="softmax rows with counted weights and the best of all shifts, not the closed form of b - a",
    definitions={
        residual: "composite norm of the residual of the tokens",
        residual_after: "composite norm of the residual after one layer",
        strength: "beta / sqrt(d_qk), with |W_QK|_1 |W_V|_{1,inf} = beta",
    },
    notation={
        residual: r"\|\mathrm{res}(X)\|_{1,\infty}",
        residual_after: r"\|\mathrm{res}(SAN(X))\|_{1,\infty}",
        strength: r"\tfrac{\beta}{\sqrt{d_{qk}}}",
    },
    replay=[
        planted(8000, 24000, seen=Fraction(837, 64), own=16, size=16),  # e^s = 478 363, nearly 60 n
        planted(14658, 4888, seen=Fraction(12611, 1000), own=Fraction(15337, 1000), size=1),
    ],
    not_covered=["more than one layer, of which one is a special case", "equal tokens or beta = 0, where both sides are 0"],
    mutants=[
        drawn(
            "constant 0.6 instead of 4",
            "four tokens with a large common component approach 1/sqrt(2) in the limit of small logits, three sqrt(3/8)",
            FEW,
            constant=Rational(3, 5),
        ),
        drawn("constant 1/4 instead of 4", "two tokens on a line approach 1/2 for small logits", FEW, constant=Rational(1, 4)),
        drawn("exponent 3^L + 1", "tokens close to each other: beta r^3 / 2 > 4 beta r^4 for r < 1/8", FEW, exponent=4),
    ],
)
