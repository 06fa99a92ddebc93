r"""After a batch normalization the eigenvalues of $XX^\top$ are non-negative and sum to the width.

Let $X\in\mathbb R^{d\times d}$ have unit rows.  The eigenvalues $\lambda_1\ge\dots\ge\lambda_d$ of $XX^\top$ satisfy
$$\lambda_d\ge0,\qquad\sum_k\lambda_k=d,\qquad\text{hence}\qquad\lambda_d\le1\le\lambda_1\le d,$$
with $\lambda_1=1$ only for orthogonal $X$.  It repairs the remark after Theorem 3 of Meterez et al. (2024), arXiv 2310.02012,
which puts all of them into $(0,1]$ (`batchnorm/iso_thm3_remark_printed`).  Tight: $\lambda_1=d$ at rank one.
"""

from sympy import And, Eq, Ge, Le, Rational, sympify

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import extreme_eigenvalues
from strategies.networks import unit_rows

largest, smallest, total = quantities("largest smallest total")
d = sizes("d")
one = sympify(1)

claim = Claim(
    source=METEREZ_2024.item("the remark after Theorem 3"),
    provenance="derived",
    reading="repaired: (0, 1] is replaced by [0, d] and the sum d",
    inputs={"X": unit_rows("d", "d")},
    sizes={"d": (1, 4)},
    statement=And(Eq(total, d), Ge(smallest, 0), Le(smallest, one), Ge(largest, one), Le(largest, total)),
    scale=total,
    evaluate=extreme_eigenvalues,
    oracle=batchnorm_isometry.eigenvalues,
    oracle_differs="roots of a rational characteristic polynomial and a rational trace, not singular values",
    definitions={
        largest: "the largest eigenvalue of X X^T",
        smallest: "the smallest eigenvalue of X X^T",
        total: "the sum of the eigenvalues",
    },
    notation={largest: r"\lambda_1", smallest: r"\lambda_d", total: r"\textstyle\sum_k\lambda_k"},
    tight="lambda_1 = 1 for orthogonal X, lambda_1 = d at rank one",
    mutants=[
        Mutant("in (0, 1]", statement=Le(largest, one), because="the rows (1, 0), (3/5, 4/5) have the eigenvalue 8/5"),
        Mutant(
            "largest at most d - 1/100",
            statement=Le(largest, d - Rational(1, 100)),
            because="rows that are nearly equal come as close to d as one likes",
        ),
        Mutant("sum 1", statement=Eq(total, one), because="tr(X X^T) is the number of unit rows"),
    ],
)
