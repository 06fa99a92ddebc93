r"""As printed: the eigenvalues of $XX^\top$ lie in $(0,1]$ after a batch normalization.  False: they sum to the width.

Printed in a remark after Theorem 3: for $X=\mathrm{BN}(\cdot)\in\mathbb R^{d\times d}$, that is for unit rows, the eigenvalues
$\lambda_k$ of $XX^\top$ lie in $(0,1]$.  Meterez et al. (2024), arXiv 2310.02012.  Since $\sum_k\lambda_k=\mathrm{Tr}XX^\top=d$,
one of them exceeds 1 unless $X$ is orthogonal: the rows $(1,0),(\frac35,\frac45)$ have the eigenvalues $\frac85,\frac25$.  The
theorem does not use the remark.  Repaired: `batchnorm/iso_thm3_remark`.
"""

from sympy import Gt, Le, Rational, sympify

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.batchnorm import extreme_eigenvalues
from strategies.networks import unit_rows

largest, smallest = quantities("largest smallest")

claim = Claim(
    source=METEREZ_2024.item("the remark after Theorem 3"),
    provenance="text",
    reading="invertible X, so that all eigenvalues are positive and only the upper end is in question",
    expect="refuted",
    corrected_by="batchnorm/iso_thm3_remark",
    inputs={"X": unit_rows("d", "d")},
    sizes={"d": (2, 4)},
    hypotheses=[Gt(smallest, 0)],
    statement=Le(largest, sympify(1)),
    evaluate=extreme_eigenvalues,
    oracle=batchnorm_isometry.eigenvalues,
    oracle_differs="roots of a rational characteristic polynomial, not singular values",
    definitions={largest: "the largest eigenvalue of X X^T", smallest: "the smallest eigenvalue of X X^T"},
    notation={largest: r"\lambda_1", smallest: r"\lambda_d"},
    replay=[Instance(sizes={"d": 2}, raw={"X": exact([[1], [3]])})],
    mutants=[
        Mutant(
            "in (0, 4/5]",
            statement=Le(largest, Rational(4, 5)),
            because="a smaller interval than the printed one, whose end is passed already",
        ),
    ],
)
