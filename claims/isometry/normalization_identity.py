r"""Normalising samples multiplies the isometry of their Gram matrix by the arithmetic over the geometric mean of squared norms.

Let $x_1,\dots,x_n\in\mathbb R^d$ be the columns of $X$, $a_i=\|x_i\|_2>0$, $\tilde x_i=x_i/a_i$, and $G$, $\widetilde G$ the Gram
matrices of the $x_i$ and of the $\tilde x_i$; $\mathcal I(M)=\det(M)^{1/n}/(\frac1n\mathrm{tr}M)$.  Then
$$\mathcal I(\widetilde G)=\mathcal I(G)\,\frac{\frac1n\sum_ia_i^2}{(\prod_ia_i^2)^{1/n}} ,$$
so that $\mathcal I(\widetilde G)\ge\mathcal I(G)$, with equality, for $\det G>0$, exactly if all norms are equal.

The exact form of Theorem 1 and of Corollary 2 of Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, recalled; the proof is
redone: $\det\widetilde G=\det G/\prod a_i^2$ and $\mathrm{tr}\,\widetilde G=n$, then the inequality of the two means.  The
printed lower bound is `isometry/normalization`.  Compared are the $n$-th powers, which are rational, so the identity is
decided.
"""

from sympy import And, Eq, Equivalent, Ge, Gt, Implies, Integer

from claims.sources import JOUDAKI_2023
from oracles import isometry as oracle
from refute import Claim, Mutant, quantities
from strategies.matrices import log_volume, samples

power, power_normalised, geometric, arithmetic, arithmetic_norm, spread, shortest = quantities(
    "power power_normalised geometric arithmetic arithmetic_norm spread shortest"
)


def power_of(xp, X):
    """``I(X^T X)^n``, ``(batch,)``."""
    n = X.shape[2]
    return xp.exp(2 * log_volume(xp, X)) / (xp.sum(X * X, axis=(1, 2)) / n) ** n


def evaluate_with(offset):
    """The evaluator for samples less ``offset(xp, X)`` before they are divided by their lengths."""

    def evaluate(xp, X, n):
        norms, moved = xp.linalg.vector_norm(X, axis=1), X - offset(xp, X)
        lengths = xp.linalg.vector_norm(moved, axis=1)
        return {
            power: power_of(xp, X),
            power_normalised: power_of(xp, moved / lengths[:, None, :]),
            geometric: xp.prod(norms, axis=1) ** 2,
            arithmetic: xp.mean(norms**2, axis=1) ** n,
            arithmetic_norm: lambda: xp.mean(norms, axis=1) ** (2 * n),
            spread: xp.var(norms**2, axis=1) / xp.mean(norms**2, axis=1) ** 2,
            shortest: xp.min(lengths, axis=1),
        }

    return evaluate


def identity(numerator=arithmetic, denominator=geometric):
    """The n-th power of the identity, multiplied by its denominator."""
    return Eq(power_normalised * denominator, power * numerator)


claim = Claim(
    source=JOUDAKI_2023.item("Theorem 1 and Corollary 2"),
    provenance="recalled",
    reading="normalisation without centring",
    inputs={"X": samples("d", "n")},
    sizes={"n": (1, 8), "d": ("n", 12)},
    hypotheses=[Gt(shortest, 0)],
    statement=And(
        identity(), Ge(power_normalised, power), Implies(Gt(power, 0), Equivalent(Eq(power_normalised, power), Eq(spread, 0)))
    ),
    scale=Integer(1),
    evaluate=evaluate_with(lambda xp, X: xp.zeros_like(X)),
    oracle=oracle.normalised(oracle.by_length),
    oracle_differs="determinants of G and of the rational D^-2 G, similar to the new Gram matrix, not Gram-Schmidt on both sets",
    definitions={
        power: "I(G)^n",
        power_normalised: "I of the Gram matrix of the normalised samples, to the power n",
        geometric: "product of the squared norms a_i^2",
        arithmetic: "mean of the squared norms, to the power n",
        arithmetic_norm: "squared mean of the norms, to the power n",
        spread: "biased variance of the squared norms over their squared mean",
        shortest: "the smallest length by which the normalisation divides",
    },
    notation={
        power: r"\mathcal I(G)^n",
        power_normalised: r"\mathcal I(\widetilde G)^n",
        geometric: r"\textstyle\prod_ia_i^2",
        arithmetic: r"\Big(\tfrac1n\textstyle\sum_ia_i^2\Big)^n",
        arithmetic_norm: r"\bar a^{2n}",
        spread: r"\tfrac{\mathrm{Var}(a^2)}{\overline{a^2}^2}",
        shortest: r"\min_ia_i",
    },
    tight="an identity",
    not_covered=["d < n, where both isometries are 0"],
    mutants=[
        Mutant(
            "squared mean of the norms",
            statement=identity(numerator=arithmetic_norm),
            because="it is smaller than the mean of the squares unless all norms are equal",
        ),
        Mutant(
            "the means exchanged",
            statement=identity(geometric, arithmetic),
            because="that would lower the isometry: orthogonal samples of the norms 1 and 2",
        ),
        Mutant(
            "isometry unchanged",
            statement=Implies(Gt(power, 0), Eq(power_normalised, power)),
            because="orthogonal samples of the norms 1 and 2 have the isometry 4/5, normalised ones 1",
        ),
        Mutant(
            "layer normalisation with centring",
            evaluate=evaluate_with(lambda xp, X: xp.mean(X, axis=1, keepdims=True)),
            oracle=oracle.normalised(oracle.by_centred_length),
            because="(1, 0) and (0, 1) have isometry 1; centred they are opposite, with isometry 0",
        ),
    ],
)
