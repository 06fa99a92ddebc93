r"""The fourth moments of a uniform rotation are rational in the width, and fix the mean spread of the row norms after it.

Let $W$ be uniform on the orthogonal group $O(d)$, $d\ge2$, $i\ne k$, $j\ne l$.  Then
$$\mathbb EW_{ij}^2=\tfrac1d,\quad\mathbb EW_{ij}^4=\tfrac3{d(d+2)},\quad\mathbb EW_{ij}^2W_{il}^2=\tfrac1{d(d+2)},\quad
  \mathbb EW_{ij}^2W_{kl}^2=\tfrac{d+1}{d(d-1)(d+2)},\quad
  \mathbb EW_{ij}W_{il}W_{kj}W_{kl}=-\tfrac1{d(d-1)(d+2)} .$$
Hence for $\lambda_k>0$ with $\sum_k\lambda_k=d$ and the rows $X'_j$ of $W\mathrm{diag}(\sqrt\lambda)$
$$\mathbb E\,\tfrac1d\sum_j(\|X'_j\|^2-1)^2=\frac{2\sum_k(\lambda_k-1)^2}{d(d+2)} .$$
Standard (Weingarten); the facts behind the proofs of Meterez et al. (2024), arXiv 2310.02012.  The exact means are the solution
of five linear equations: unit and orthogonal rows, and invariance under one eighth of a turn.  $\lambda_k=d\,a_k/\sum_ja_j$.
"""

from sympy import And, Eq, sympify

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import normalised
from strategies.laws import haar
from strategies.spectra import spectrum

square_mean, fourth, same_row, mixed, cycle, row_spread, square = quantities(
    "square_mean fourth same_row mixed cycle row_spread square"
)
d = sizes("d")
ONE = sympify(1)


def evaluate(xp, a, W):
    _, deviation = normalised(xp, a)
    first = W[:, 0, 0] ** 2
    return {
        square_mean: first,
        fourth: first * first,
        same_row: first * W[:, 0, 1] ** 2,
        mixed: first * W[:, 1, 1] ** 2,
        cycle: W[:, 0, 0] * W[:, 0, 1] * W[:, 1, 0] * W[:, 1, 1],
        row_spread: xp.mean(xp.sum(W**2 * deviation[:, None, :], axis=2) ** 2, axis=1),
        square: xp.sum(deviation**2, axis=1),
    }


entries = (
    Eq(Mean(square_mean), 1 / d),
    Eq(Mean(fourth), 3 / (d * (d + 2))),
    Eq(Mean(same_row), 1 / (d * (d + 2))),
    Eq(Mean(mixed), (d + 1) / (d * (d - 1) * (d + 2))),
    Eq(Mean(cycle), -1 / (d * (d - 1) * (d + 2))),
)

claim = Claim(
    source=METEREZ_2024.item("Section 3 (moments of Haar weights)"),
    provenance="recalled",
    inputs={"a": spectrum("d")},
    randomness={"W": haar("d", "d")},
    sizes={"d": (2, 6)},
    statement=And(*entries, Eq(Mean(row_spread), 2 * square / (d * (d + 2)))),
    evaluate=evaluate,
    oracle=batchnorm_isometry.haar_draw,
    oracle_differs="the means solve linear equations, no formula of the statement enters",
    expectation=batchnorm_isometry.haar_means,
    bounded={
        square_mean: (0, 1),
        fourth: (0, 1),
        same_row: (0, ONE / 4),
        mixed: (0, 1),
        cycle: (-ONE / 4, ONE / 4),
        row_spread: (0, (d - 1) ** 2),
    },
    definitions={
        square_mean: "W_11^2",
        fourth: "W_11^4",
        same_row: "W_11^2 W_12^2",
        mixed: "W_11^2 W_22^2",
        cycle: "W_11 W_12 W_21 W_22",
        row_spread: "mean over the rows of (|X'_j|^2 - 1)^2",
        square: "sum (lambda_k - 1)^2",
    },
    notation={
        square_mean: "W_{11}^2",
        fourth: "W_{11}^4",
        same_row: "W_{11}^2W_{12}^2",
        mixed: "W_{11}^2W_{22}^2",
        cycle: "W_{11}W_{12}W_{21}W_{22}",
        row_spread: r"\tfrac1d\sum_j(\|X'_j\|^2-1)^2",
        square: r"\textstyle\sum_k(\lambda_k-1)^2",
    },
    not_covered=["other index patterns, which are these up to permutations of rows and columns"],
    mutants=[
        Mutant(
            "mixed moments of Gaussian weights",
            statement=Eq(Mean(mixed), ONE / d**2),
            because="at d = 2 it is 3/8, not 1/4: a large entry makes the diagonal one large as well",
        ),
        Mutant(
            "independent entries in a row",
            statement=Eq(Mean(same_row), ONE / d**2),
            because="the entries of a unit row compete: 1/8 at d = 2",
        ),
        Mutant(
            "the unitary group",
            statement=Eq(Mean(same_row), ONE / (d * (d + 1))),
            because="E |U_ij|^2 |U_il|^2 = 1/(d(d+1)) for complex rotations; here d + 2",
        ),
        Mutant(
            "entries of different rows and columns uncorrelated",
            statement=Eq(Mean(cycle) + Mean(mixed), Mean(mixed)),
            because="orthogonality of the rows forces -1/(d(d-1)(d+2))",
        ),
    ],
)
