r"""The isometry of a positive semidefinite matrix lies between 0 and 1, and is 1 for the multiples of the identity alone.

For a symmetric positive semidefinite $M\in\mathbb R^{n\times n}$, $M\ne0$, let
$$\mathcal I(M)=\frac{\det(M)^{1/n}}{\frac1n\mathrm{tr}\,M} .$$
Then $0\le\mathcal I(M)\le1$; $\mathcal I(M)=1$ if and only if $M=cI_n$ with $c>0$; $\mathcal I(M)=0$ if and only if $M$ is
singular.  At $M=0$ the ratio is $0/0$, so the printed range needs $M\ne0$.

Definition 1 of Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, and the properties after it, recalled.  Proof: the
arithmetic mean of the eigenvalues is at least their geometric mean.  By the inequality of Cauchy and Schwarz $M=cI$ is the
same as $n\,\mathrm{tr}\,M^2=(\mathrm{tr}\,M)^2$, which rationals decide, as they decide the $n$-th powers compared here;
singular means a rank below $n$, found by elimination on the factor of $M$.

Tight at $M=cI$: near it the isometry gap is $\frac1{2n}\sum_i(\lambda_i/\bar\lambda-1)^2$ to second order.
"""

from sympy import And, Eq, Equivalent, Ge, Gt, Integer, Le, Max

from claims.sources import JOUDAKI_2023
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.matrices import log_volume, samples
from strategies.matrices import rank as rank_of

power, trace, square_norm, rank = quantities("power trace square_norm rank")
power_other, trace_other, power_sum = quantities("power_other trace_other power_sum")
n = sizes("n")


def power_of(xp, X):
    """``I(X^T X)^n``, ``(batch,)``."""
    size = X.shape[2]
    return xp.exp(2 * log_volume(xp, X)) / (xp.sum(X * X, axis=(1, 2)) / size) ** size


def evaluate(xp, X):
    gram = xp.matrix_transpose(X) @ X
    return {
        power: power_of(xp, X),
        trace: xp.sum(X * X, axis=(1, 2)),
        square_norm: xp.sum(gram * gram, axis=(1, 2)),
        rank: lambda: rank_of(xp, X),
    }


def evaluate_sum(xp, X, Y):
    added = {power_other: power_of(xp, Y), trace_other: xp.sum(Y * Y, axis=(1, 2))}
    return {**evaluate(xp, X), **added, power_sum: power_of(xp, xp.concat([X, Y], axis=1))}


def two(name, statement, because):
    """A mutant about a second matrix ``N = Y^T Y``."""
    return Mutant(
        name,
        inputs={"X": samples("d", "n"), "Y": samples("d", "n")},
        hypotheses=[Gt(trace, 0), Gt(trace_other, 0)],
        statement=statement,
        evaluate=evaluate_sum,
        oracle=isometry.powers_of_sum,
        because=because,
    )


multiple_of_identity = Eq(n * square_norm, trace**2)
singular = Le(rank + 1, n)
claim = Claim(
    source=JOUDAKI_2023.item("Definition 1 and the properties after it"),
    provenance="recalled",
    reading="a matrix other than 0",
    inputs={"X": samples("d", "n")},
    sizes={"n": (1, 6), "d": (1, 8)},
    hypotheses=[Gt(trace, 0)],
    statement=And(Ge(power, 0), Le(power, 1), Equivalent(Eq(power, 1), multiple_of_identity), Equivalent(Eq(power, 0), singular)),
    scale=Integer(1),
    evaluate=evaluate,
    oracle=isometry.powers,
    oracle_differs="one determinant of the rational Gram matrix, not Gram-Schmidt on its factor",
    definitions={
        power: "I(M)^n for M = X^T X",
        trace: "tr M",
        square_norm: "tr(M^2)",
        rank: "rank of M",
        power_other: "I(N)^n for N = Y^T Y",
        trace_other: "tr N",
        power_sum: "I(M + N)^n",
    },
    notation={
        power: r"\mathcal I(M)^n",
        trace: r"(\mathrm{tr}\,M)",
        square_norm: r"\mathrm{tr}(M^2)",
        rank: r"\mathrm{rank}\,M",
        power_other: r"\mathcal I(N)^n",
        trace_other: r"(\mathrm{tr}\,N)",
        power_sum: r"\mathcal I(M+N)^n",
    },
    tight="equality exactly for the multiples of the identity",
    not_covered=["M = 0, where the ratio has no value"],
    mutants=[
        Mutant(
            "1 for the identity alone",
            statement=Equivalent(Eq(power, 1), And(multiple_of_identity, Eq(trace, n))),
            because="I(2 I) = 1",
        ),
        Mutant(
            "trace in place of the mean eigenvalue",
            statement=Equivalent(Eq(power / n**n, 1), multiple_of_identity),
            because="det(I)^(1/n) / tr I = 1/n for n >= 2",
        ),
        Mutant(
            "0 for matrices of rank at most n - 2 alone",
            statement=Equivalent(Eq(power, 0), Le(rank + 2, n)),
            because="one dependent column makes the determinant 0",
        ),
        two(
            "monotone in the Loewner order",
            Le(power, power_sum),
            "I is smaller than diag(1, 4), of isometry 2/2.5, but has isometry 1",
        ),
        two(
            "quasi-convex",
            Le(power_sum, Max(power, power_other)),
            "diag(1, 0) and diag(0, 1) have isometry 0, their sum 1",
        ),
    ],
)
