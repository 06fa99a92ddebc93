r"""Normalising samples multiplies the isometry of their Gram matrix by at least one plus the relative variance of the norms.

Let $x_1,\dots,x_n\in\mathbb R^d$ be the columns of $X$, $a_i=\|x_i\|_2>0$, $\bar a=\frac1n\sum_ia_i$,
$\mathrm{Var}(a)=\frac1n\sum_i(a_i-\bar a)^2$ (the biased variance), $\tilde x_i=x_i/a_i$, and $G$, $\widetilde G$ the Gram
matrices of the $x_i$ and of the $\tilde x_i$.  For a positive semidefinite $M\ne0$ the isometry is
$\mathcal I(M)=\det(M)^{1/n}/(\frac1n\mathrm{tr}M)\in[0,1]$.  Then
$$\mathcal I(\widetilde G)=\mathcal I(G)\,\frac{\frac1n\sum_ia_i^2}{(\prod_ia_i^2)^{1/n}}
  \qquad\text{and hence}\qquad
  \mathcal I(\widetilde G)\ge\mathcal I(G)\Big(1+\frac{\mathrm{Var}(a)}{\bar a^2}\Big).$$
This is layer normalisation without centring (RMS normalisation, any common radius); with centring it is false.

Theorem 1 of Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, recalled; the proof is redone: $\det\widetilde
G=\det G/\prod a_i^2$, $\mathrm{tr}\,\widetilde G=n$, $\frac1n\sum a_i^2=\bar a^2+\mathrm{Var}(a)$ and $(\prod
a_i)^{1/n}\le\bar a$, with equality for equal norms alone.  Corollary 2, $\mathcal I(\widetilde G)\ge\mathcal I(G)$, follows.
The identity is `isometry/normalization_identity`.  For $d<n$ both sides are 0.
Tight: equality for equal norms; to first order the factor is $1+2v$ against $1+v$, $v=\mathrm{Var}(a)/\bar a^2$.
"""

from sympy import And, Gt, Implies, Le, Lt

from claims.sources import JOUDAKI_2023
from oracles import isometry as oracle
from refute import Claim, Mutant, quantities
from strategies.matrices import log_volume, samples

isometry, isometry_normalised, mean, variance, shortest, mean_square, variance_square = quantities(
    "isometry isometry_normalised mean variance shortest mean_square variance_square"
)


def isometry_of(xp, X):
    """``det(X^T X)^{1/n} / (tr(X^T X) / n)``, ``(batch,)``."""
    n = X.shape[2]
    return xp.exp(2 * log_volume(xp, X) / n) / (xp.sum(X * X, axis=(1, 2)) / n)


def evaluate_with(normalise):
    """The evaluator for one way to normalise: ``normalise(xp, X)`` gives the new samples and the lengths it divides by."""

    def evaluate(xp, X):
        norms = xp.linalg.vector_norm(X, axis=1)
        after, divisors = normalise(xp, X)
        return {
            isometry: isometry_of(xp, X),
            isometry_normalised: isometry_of(xp, after),
            mean: xp.mean(norms, axis=1),
            variance: xp.var(norms, axis=1),
            shortest: xp.min(divisors, axis=1),
            mean_square: xp.mean(norms**2, axis=1),
            variance_square: xp.var(norms**2, axis=1),
        }

    return evaluate


def by_length(xp, X):
    norms = xp.linalg.vector_norm(X, axis=1)
    return X / norms[:, None, :], norms


def by_centred_length(xp, X):
    return by_length(xp, X - xp.mean(X, axis=1, keepdims=True))


def by_feature(xp, X):
    norms = xp.linalg.vector_norm(X, axis=2)
    return X / norms[:, :, None], norms


lower = isometry * (1 + variance / mean**2)
claim = Claim(
    source=JOUDAKI_2023.item("Theorem 1"),
    provenance="recalled",
    reading="the biased variance; normalisation without centring",
    inputs={"X": samples("d", "n")},
    sizes={"n": (2, 8), "d": ("n", 12)},
    hypotheses=[Gt(shortest, 0)],
    statement=And(
        Le(lower, isometry_normalised),
        Implies(And(Gt(isometry, 0), Gt(variance, 0)), Lt(lower, isometry_normalised)),
    ),
    scale=mean**2,
    evaluate=evaluate_with(by_length),
    oracle=oracle.normalised(oracle.by_length),
    oracle_differs="determinants of G and of the rational D^-2 G, similar to the new Gram matrix, not Gram-Schmidt on both sets",
    definitions={
        isometry: "isometry of the Gram matrix G of the samples",
        isometry_normalised: "isometry of the Gram matrix of the normalised samples",
        mean: "mean of the norms a_i",
        variance: "biased variance of the norms a_i",
        shortest: "the smallest length by which the normalisation divides",
        mean_square: "mean of the squared norms",
        variance_square: "biased variance of the squared norms",
    },
    notation={
        isometry: r"\mathcal I(G)",
        isometry_normalised: r"\mathcal I(\widetilde G)",
        mean: r"\bar a",
        variance: r"\mathrm{Var}(a)",
        shortest: r"\min_ia_i",
        mean_square: r"\overline{a^2}",
        variance_square: r"\mathrm{Var}(a^2)",
    },
    tight="equality for equal norms, of second order in the deviation of the norms",
    not_covered=[
        "the exact identity, which is isometry/normalization_identity",
        "d < n, where both sides are 0, and n = 1, where both are 1",
    ],
    mutants=[
        Mutant("strict for all norms", statement=Lt(lower, isometry_normalised), because="orthonormal samples stay as they are"),
        Mutant(
            "squared norms",
            statement=Le(isometry * (1 + variance_square / mean_square**2), isometry_normalised),
            because="n = 2, a^2 = (1, 3): the factor is 2/sqrt(3) = 1.1547 < 1.25",
        ),
        Mutant(
            "factor squared",
            statement=Le(isometry * (1 + variance / mean**2) ** 2, isometry_normalised),
            because="a = (1, 1, 2): 2^(1/3) = 1.2599 < (9/8)^2 = 1.2656; no violation exists at n = 2",
        ),
        Mutant(
            "layer normalisation with centring",
            evaluate=evaluate_with(by_centred_length),
            statement=Le(lower, isometry_normalised),
            oracle=oracle.normalised(oracle.by_centred_length),
            because="(1, 0) and (0, 1) have isometry 1; centred they are opposite, with isometry 0",
        ),
        Mutant(
            "features normalised instead of samples",
            evaluate=evaluate_with(by_feature),
            statement=Le(lower, isometry_normalised),
            oracle=oracle.normalised(oracle.by_feature),
            because="(1, 0, 0) and (0, 1, 1)/sqrt(2) have isometry 1; with unit features 2 sqrt(2)/3",
        ),
    ],
)
