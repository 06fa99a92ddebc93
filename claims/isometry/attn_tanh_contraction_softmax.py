r"""Adding a vector of oscillation $\delta$ to the logits moves a softmax by at most $\tanh(\delta/4)$ in total variation.

For $a,e\in\mathbb R^n$ and $\mathrm{osc}(e)=\max_je_j-\min_je_j$,
$$\mathrm{TV}\big(\mathrm{softmax}(a),\mathrm{softmax}(a+e)\big)\le\tanh\Big(\frac{\mathrm{osc}(e)}4\Big),\qquad
  \mathrm{TV}(p,q)=\tfrac12\sum_j|p_j-q_j| .$$
Derived here.  The likelihood ratio of the two rows varies by a factor of at most $e^{\mathrm{osc}(e)}$, so a test between them
is one between two Bernoulli laws of that odds ratio, whose means differ most when they are mirror images.  It is the step
that makes `isometry/attn_tanh_contraction` a contraction of the diameter.

Tight: two atoms, $e=(\delta,0)$ and $p_1=1/(1+e^{\delta/2})$, for every $\delta$.
"""

from sympy import Le

from claims.sources import REFUTE_DERIVED
from oracles import self_attention
from refute import Claim, Mutant, quantities
from strategies.softmax_rows import shifted_logits

distance, contraction, contraction_5, contraction_8 = quantities("distance contraction contraction_5 contraction_8")


def evaluate(xp, row):
    return {
        distance: row.distance,
        contraction: xp.tanh(row.oscillation / 4),
        contraction_5: lambda: xp.tanh(row.oscillation / 5),
        contraction_8: lambda: xp.tanh(row.oscillation / 8),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Softmax contracts like tanh (i)"),
    provenance="derived",
    inputs={"row": shifted_logits("n")},
    sizes={"n": (1, 8)},
    statement=Le(distance, contraction),
    evaluate=evaluate,
    oracle=self_attention.tilted_row,
    oracle_differs="half the 1-norm of the difference of two softmax rows, not masses times the excess of their ratio",
    definitions={
        distance: "total variation distance of the two rows",
        contraction: "tanh(osc(e) / 4)",
        contraction_5: "tanh(osc(e) / 5)",
        contraction_8: "tanh(osc(e) / 8)",
    },
    notation={
        distance: r"\mathrm{TV}",
        contraction: r"\tanh\frac{\mathrm{osc}(e)}4",
        contraction_5: r"\tanh\frac{\mathrm{osc}(e)}5",
        contraction_8: r"\tanh\frac{\mathrm{osc}(e)}8",
    },
    tight="two atoms with mirrored masses, for every oscillation",
    mutants=[
        Mutant("tanh(osc/5)", statement=Le(distance, contraction_5), because="two mirrored atoms attain tanh(osc/4)"),
        Mutant("tanh(osc/8)", statement=Le(distance, contraction_8), because="two mirrored atoms attain tanh(osc/4)"),
        Mutant(
            "1-norm without the factor 2",
            statement=Le(2 * distance, contraction),
            because="the 1-norm of the difference is twice the total variation",
        ),
    ],
)
