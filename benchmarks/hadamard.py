r"""Hadamard's inequality: a determinant is at most the product of the lengths of the columns.

For $X\in\mathbb R^{n\times n}$ with columns $x_j$, $|\det X|\le\prod_j\|x_j\|$; equality for orthogonal columns.  The claim
that the throughput benchmark measures, one 8 x 8 determinant per instance: on Gaussian matrices alone, which is what a
loop by hand draws, and on all the families that the catalogue draws matrices from.
"""

import dataclasses

from sympy import Abs, Le, Rational

from refute import Claim, Mutant, Paper, quantities
from strategies.matrices import Samples, samples

determinant, volume = quantities("determinant volume")

HADAMARD_1893 = Paper(authors="Hadamard", year=1893, title="Résolution d'une question relative aux déterminants")


def evaluate(xp, X):
    return {determinant: xp.linalg.det(X), volume: xp.prod(xp.linalg.vector_norm(X, axis=1), axis=1)}


def oracle(mp, X):
    lengths = [mp.norm([X[i, j] for i in range(X.rows)]) for j in range(X.cols)]
    return {"determinant": mp.det(X), "volume": mp.fprod(lengths)}


class Gaussian(Samples):
    """Gaussian matrices alone, what a loop written by hand would draw."""

    families = ("gaussian",)


every_family = Claim(
    source=HADAMARD_1893.item("the main theorem"),
    provenance="recalled",
    inputs={"X": samples("n", "n")},
    sizes={"n": (8, 8)},
    definitions={determinant: "det X", volume: "product of the lengths of the columns"},
    statement=Le(Abs(determinant), volume),
    evaluate=evaluate,
    oracle=oracle,
    mutants=[
        Mutant(
            "constant 0.99",
            statement=Le(Abs(determinant), Rational(99, 100) * volume),
            because="orthogonal columns",
        )
    ],
)
gaussian = dataclasses.replace(every_family, inputs={"X": Gaussian("n", "n")})
claims = [gaussian, every_family]
