r"""The orthogonality gap in Frobenius norm and the one through the smallest singular value bound each other.

For $H\in\mathbb R^{d\times n}$ with $\|H\|_F=1$ and singular values $\sigma_1\ge\dots\ge\sigma_n\ge0$ ($\sigma_n=0$ if $d<n$) let
$$V(H)=\big\|H^\top H-\tfrac1nI_n\big\|_F,\qquad\widehat V(H)=\tfrac1n-\sigma_n(H)^2 .$$
Then
$$V(H)\le2n\,\widehat V(H),\qquad
  \sqrt{\tfrac n{n-1}}\;\widehat V(H)\le V(H)\le\sqrt{n(n-1)}\;\widehat V(H)\quad(n\ge2).$$
The first is Lemma 4 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, stated for all representations, which is
right from layer 1 on; an input needs the hypothesis $\|H\|_F=1$.  The others are its sharp form: the upper one is an
equality at the spike $\sigma^2=(1-(n-1)x,x,\dots,x)$, the lower one where $\sigma_1=\dots=\sigma_{n-1}$; at $n=2$ both are.

Both gaps depend on $H$ through $\sigma_i^2=a_i/\sum_ja_j$, and the squares of all sides are rational in $a$.
"""

from sympy import And, Le, Rational

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_gap
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import deviations, gap_of, square
from strategies.spectra import spectrum

square_gap, gap = quantities("square_gap gap")
n = sizes("n")


def evaluate(xp, a):
    return {square_gap: square(xp, deviations(xp, a)), gap: gap_of(xp, a)}


def evaluate_unnormalised(xp, a):
    return {square_gap: square(xp, deviations(xp, a)), gap: 1 / a.shape[1] - xp.min(a, axis=1)}


printed = Le(square_gap, 4 * n**2 * gap**2)
upper = Le(square_gap, n * (n - 1) * gap**2)
lower = Le(n * gap**2, (n - 1) * square_gap)

claim = Claim(
    source=DANESHMAND_2021.item("Lemma 4"),
    provenance="text",
    reading="with the hypothesis |H|_F = 1, which holds for all representations but not for the input; all sides squared",
    inputs={"a": spectrum("n", singular=True)},
    sizes={"n": (1, 12)},
    statement=And(printed, upper, lower),
    evaluate=evaluate,
    oracle=batchnorm_gap.two_gaps,
    oracle_differs="rational; V^2 as sum of squares less 1/n, where the evaluator sums squared differences",
    definitions={
        square_gap: "V(H)^2, the squared Frobenius distance of H^T H from I/n",
        gap: "the gap 1/n - sigma_n^2 through the smallest singular value",
    },
    notation={square_gap: r"V(H)^2", gap: r"\widehat V(H)"},
    tight="upper: all singular values but the largest equal; lower: all but the smallest equal; everywhere at n = 2",
    mutants=[
        Mutant(
            "factor n - 1",
            statement=Le(square_gap, (n - 1) ** 2 * gap**2),
            because="at (1/2, 1/4, 1/4) the ratio of the gaps is sqrt(6) > 2",
        ),
        Mutant(
            "upper constant 0.1 % smaller",
            statement=Le(square_gap, Rational(999, 1000) ** 2 * n * (n - 1) * gap**2),
            sizes={"n": (3, 12)},
            because="the constant is attained, but only near spikes: all singular values but the largest nearly equal",
        ),
        Mutant(
            "lower constant n/(n-1) without its root",
            statement=Le(n**2 * gap**2, (n - 1) ** 2 * square_gap),
            sizes={"n": (2, 12)},
            because="at sigma_1 = ... = sigma_{n-1} the ratio is sqrt(n/(n-1)), which is less",
        ),
        Mutant(
            "the Frobenius norm is not 1",
            evaluate=evaluate_unnormalised,
            oracle=batchnorm_gap.two_gaps_unnormalised,
            because="at sigma^2 = (1/2 + x, 1/2) the gap through the smallest singular value is 0 and V is not",
        ),
    ],
)
