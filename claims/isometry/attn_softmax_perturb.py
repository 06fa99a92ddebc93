r"""Logits perturbed by an oscillation $D\le1.256$ change every entry of a softmax by a factor between $1-D$ and $1+2D$.

Let $P=\mathrm{softmax}(A)$ and $\tilde P=\mathrm{softmax}(A-E)$ be the attention matrices of logits $A\in\mathbb R^{N\times n}$
and of perturbed ones, row by row, and $D_{ii}=\max_{j,j'}|E_{ij}-E_{ij'}|$ the oscillation of row $i$ of $E$.  If
$D_{ii}\le1.256$ for all $i$, then entrywise
$$(I-D)\,\tilde P\le P\le(I+2D)\,\tilde P .$$
The rows do not interact, so one row of $n$ tokens is the whole statement; all $\tilde P_{ij}>0$, so it is
$1-D\le P_j/\tilde P_j\le1+2D$ with $e^{-D}\le P_j/\tilde P_j\le e^D$.

A lemma of the appendix of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, recalled; the proof is redone.  The lower
bound needs no hypothesis.  The upper one holds up to the positive root $1.25643120862617\ldots$ of $e^\delta=1+2\delta$, which
two tokens attain as $\tilde P_j\to0$, $E=(\delta,0)$.  The main theorem of the paper omits the hypothesis.
Tight: equality for constant rows of $E$.
"""

from sympy import And, Le, Rational

from claims.sources import DONG_2021
from oracles import self_attention
from refute import Claim, Mutant, quantities, sizes
from strategies.softmax_rows import shifted_logits

ratio, oscillation, magnitude = quantities("ratio oscillation magnitude")
j = sizes("j")


def evaluate(xp, row):
    return {ratio: row.ratio, oscillation: row.oscillation, magnitude: row.magnitude}


def small(threshold, spread=oscillation):
    return [Le(spread, Rational(threshold, 1000))]


def band(upper=2, lower=1, spread=oscillation):
    return And(Le(1 - lower * spread, ratio[j]), Le(ratio[j], 1 + upper * spread))


claim = Claim(
    source=DONG_2021.item("the softmax-perturbation lemma of the appendix"),
    provenance="recalled",
    inputs={"row": shifted_logits("n")},
    sizes={"n": (1, 8)},
    axes={j: (0, "n-1")},
    hypotheses=small(1256),
    without={small(1256)[0]: {}},
    statement=band(),
    evaluate=evaluate,
    oracle=self_attention.tilted_row,
    oracle_differs="quotients of two softmax rows from plain exponentials, not exp(E_j) over its mean under the perturbed row",
    definitions={
        ratio: "P_j / P~_j, the entry of softmax(A) over that of softmax(A - E)",
        oscillation: "D, largest minus smallest entry of the row of E",
        magnitude: "the largest absolute value of an entry of E",
    },
    notation={ratio: r"\tfrac{P_{j}}{\tilde P_{j}}", oscillation: "D", magnitude: r"\max_j|E_{ij}|"},
    tight="constant rows of E; the threshold at two tokens with a vanishing mass on the raised one",
    mutants=[
        Mutant(
            "threshold 1.257",
            hypotheses=small(1257),
            because="e^1.257 = 3.51486 > 3.514; visible only where the raised token has a mass below about 1e-4",
        ),
        Mutant("threshold 1.3", hypotheses=small(1300), because="e^1.3 = 3.669 > 3.6"),
        Mutant("factor 1.9", statement=band(upper=Rational(19, 10)), because="e^1.25 = 3.490 > 1 + 1.9 * 1.25 = 3.375"),
        Mutant("lower factor 0.9", statement=band(lower=Rational(9, 10)), because="e^-D = 1 - D + O(D^2) as D tends to 0"),
        Mutant(
            "largest entry instead of the oscillation",
            hypotheses=small(1256, magnitude),
            statement=band(spread=magnitude),
            because="E = (m, -m) changes a rare token by e^(2m) > 1 + 2m",
        ),
    ],
)
