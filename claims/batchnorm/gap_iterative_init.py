r"""The initialisation by the singular value decomposition decreases the orthogonality gap.

Let $H_\ell\in\mathbb R^{d\times n}$ have the singular values $\sigma_1,\dots,\sigma_n>0$ with $\sum_i\sigma_i^2=1$.  The weights
of eq. (6) of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, give $W_\ell H_\ell$ the squared singular values
$\sigma_i/\sum_j\sigma_j$.  With $V(H)=\|H^\top H/\|H\|_F^2-\frac1nI\|_F$,
$$V(H_\ell)^2=\sum_i\sigma_i^4-\tfrac1n,\qquad V(W_\ell H_\ell)^2=\Big(\sum_i\sigma_i\Big)^{-2}-\tfrac1n,\qquad
  V(W_\ell H_\ell)<V(H_\ell)\ \text{ unless }\ V(H_\ell)=0 .$$
Appendix E, eq. (17).  By Hölder it is $\big(\sum_i\sigma_i\big)^2\sum_i\sigma_i^4\ge\big(\sum_i\sigma_i^2\big)^3=1$, with
equality iff all $\sigma_i$ agree.  The proof in print ends with another inequality, which is false
(`batchnorm/gap_iterative_init_printed`); (18) and the line after it omit a square root.

Everything is rational in raw parameters $b_i$ with $\sigma_i=b_i/(\sum_jb_j^2)^{1/2}$.  Near isotropy
$V(W_\ell H_\ell)/V(H_\ell)\to\frac12$; for strongly unequal values the ratio tends to 1.
"""

from sympy import And, Eq, Ge, Le, Lt, Or

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_gap
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import deviations, square
from strategies.spectra import spectrum

first, fourth, square_gap, square_gap_after = quantities("first fourth square_gap square_gap_after")
n = sizes("n")


def evaluate(xp, sigma):
    squares = sigma * sigma
    norm = xp.sum(squares, axis=1)
    return {
        first: xp.sum(sigma, axis=1) ** 2 / norm,
        fourth: square(xp, squares) / norm**2,
        square_gap: square(xp, deviations(xp, squares)),
        square_gap_after: square(xp, deviations(xp, sigma)),
    }


isotropic = Eq(n * fourth, 1)

claim = Claim(
    source=DANESHMAND_2021.item("Appendix E, eq. (17), and the initialisation (6)"),
    provenance="text",
    inputs={"sigma": spectrum("n")},
    sizes={"n": (1, 10)},
    statement=And(Or(isotropic, Lt(square_gap_after, square_gap)), Ge(first * fourth, 1)),
    evaluate=evaluate,
    oracle=batchnorm_gap.iterative_init,
    oracle_differs="rational, as 1/(sum sigma)^2 - 1/n, where the evaluator sums squared differences",
    definitions={
        first: "(sum of the singular values)^2, of singular values with sum of squares 1",
        fourth: "sum of the fourth powers of the singular values",
        square_gap: "V(H)^2 before the initialised layer",
        square_gap_after: "V(WH)^2 after it",
    },
    notation={
        first: r"\textstyle(\sum_i\sigma_i)^2",
        fourth: r"\big(\textstyle\sum_i\sigma_i^4\big)",
        square_gap: r"V(H_\ell)^2",
        square_gap_after: r"V(W_\ell H_\ell)^2",
    },
    tight="at isotropy, where both gaps vanish",
    mutants=[
        Mutant(
            "the last line of the printed proof",
            statement=Ge(first * fourth**2, 1),
            because="at n = 4 and sigma_i = 1/2 it says 1 <= 4 * 1/16",
        ),
        Mutant(
            "the gap is halved",
            statement=Le(4 * square_gap_after, square_gap),
            because="1/2 is the limit at isotropy only: at sigma = (3/5, 4/5) the gaps are 0.19799 and 0.10102",
        ),
        Mutant(
            "singular values may vanish",
            inputs={"sigma": spectrum("n", singular=True)},
            because="at (1, 1, 0)/sqrt(2) the gap is positive and stays as it is",
        ),
    ],
)
