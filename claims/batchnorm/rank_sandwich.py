r"""The stable rank of a Gram matrix with unit diagonal is at least 1 and at most the rank; traces bound the drift of its norm.

Let $M\succeq0$ be $d\times d$ with unit diagonal.  Then
$$1\le\frac{d^2}{\|M\|_F^2}\le\mathrm{rank}\,M,\qquad\mathrm{Tr}(M^3)\ge\frac{\|M\|_F^4}d,\qquad
  \sum_i\big((M^2)_{ii}\big)^2\le\mathrm{Tr}(M^3),$$
and hence $\delta_F(M)=2d^2-2\|M\|_F^2-8\,\mathrm{Tr}(M^3)+8\sum_i((M^2)_{ii})^2\le2(d^2-\|M\|_F^2)$.

Derived here, around Daneshmand, Kohler, Bach, Hofmann and Lucchi (2020), arXiv 2003.01652.  Cauchy-Schwarz for
the spectrum, and Jensen for the diagonal: $((M^2)_{ii})^2\le(M^3)_{ii}M_{ii}$.  Tight: all at
rank one, and all but $1\le d^2/\|M\|_F^2$ at $M=I$.  $M=HH^\top$ for unit rows of $H\in\mathbb R^{d\times N}$.
"""

from sympy import And, Ge, Le, Rational, sqrt, sympify

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_rank
from refute import Claim, Mutant, quantities, sizes
from strategies.networks import dense, unit_rows
from strategies.residual import gram_quantities

rank, frobenius, cube, diagonal, drift = quantities("rank frobenius cube diagonal drift")
d = sizes("d")

stable_rank = And(Le(sympify(1), d**2 / frobenius), Le(d**2 / frobenius, rank))
diagonal_of_square = Le(diagonal, cube)

claim = Claim(
    source=REFUTE_DERIVED.item("Bounds of the stable rank and of its drift, next to arXiv 2003.01652"),
    provenance="derived",
    inputs={"H": unit_rows("d", "N")},
    sizes={"d": (1, 5), "N": (2, 5)},
    statement=And(stable_rank, Ge(cube, frobenius**2 / d), diagonal_of_square, Le(drift, 2 * (d**2 - frobenius))),
    evaluate=gram_quantities,
    oracle=batchnorm_rank.gram,
    oracle_differs="rational traces and the rank of a rational matrix",
    definitions={
        rank: "rank of M",
        frobenius: "|M|_F^2",
        cube: "tr(M^3)",
        diagonal: "sum of the squares of the diagonal of M^2",
        drift: "delta_F(M)",
    },
    notation={
        rank: r"\mathrm{rank}\,M",
        frobenius: r"\|M\|_F^2",
        cube: r"\mathrm{Tr}(M^3)",
        diagonal: r"\textstyle\sum_i((M^2)_{ii})^2",
        drift: r"\delta_F(M)",
    },
    tight="equality everywhere at rank one, and at M = I but for 1 <= d^2/|M|_F^2",
    mutants=[
        Mutant(
            "half of the cube",
            statement=Le(diagonal, cube * Rational(1, 2)),
            because="at M = I both are d",
        ),
        Mutant(
            "root of d",
            statement=Ge(cube, frobenius**2 / sqrt(d)),
            because="at M = I: d against d^2/sqrt(d)",
        ),
        Mutant(
            "diagonal not 1",
            inputs={"H": dense("d", "N")},
            statement=diagonal_of_square,
            because="M = diag(2, 1): 17 <= 9 is false",
        ),
        Mutant(
            "rank minus 1/1000",
            statement=Le(d**2 / frobenius, rank - Rational(1, 1000)),
            because="equality for orthonormal rows",
        ),
    ],
)
