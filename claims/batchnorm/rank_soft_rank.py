r"""Few large eigenvalues force a large Frobenius norm: a lower bound of the soft rank.

Let $M\in\mathbb R^{d\times d}$ be positive semidefinite with $\mathrm{Tr}M=d$ (a Gram matrix $M=\frac1NHH^\top$ of rows of norm
$\sqrt N$, as batch normalization makes them) and eigenvalues $\lambda_1,\dots,\lambda_d$.  For $\tau\in[0,1]$
$$\#\{i:\lambda_i\ge\tau\}\ge(1-\tau)^2\,\frac{d^2}{\|M\|_F^2} .$$
A lemma in the appendix of Daneshmand, Kohler, Bach, Hofmann and Lucchi (2020), arXiv 2003.01652, recalled; the left side is
their soft rank.  Proof: the eigenvalues below $\tau$ sum to at most $\tau d$, so the $k$ others sum to at least $(1-\tau)d$, and
by Cauchy-Schwarz to at most $\sqrt k\,\|M\|_F$.  Tight: $\tau=0$, $M=I$.  Inputs are $a_i>0$ with $\lambda_i=d\,a_i/\sum_ja_j$.
"""

from sympy import Ge

from claims.sources import DANESHMAND_2020
from oracles import batchnorm_rank
from refute import Claim, Mutant, quantities
from strategies.lengths import between
from strategies.spectra import spectrum

count, stable, kept, kept_root = quantities("count stable kept kept_root")


def evaluate(xp, a, tau):
    total = xp.sum(a, axis=1)
    return {
        count: xp.sum(xp.astype(a.shape[1] * a >= (tau * total)[:, None], a.dtype), axis=1),
        stable: total**2 / xp.sum(a * a, axis=1),
        kept: (1 - tau) ** 2,
        kept_root: 1 - tau,
    }


def evaluate_unnormalised(xp, a, tau):
    return {
        **evaluate(xp, a, tau),
        count: xp.sum(xp.astype(a >= tau[:, None], a.dtype), axis=1),
        stable: a.shape[1] ** 2 / xp.sum(a * a, axis=1),
    }


claim = Claim(
    source=DANESHMAND_2020.item("Appendix (lemma on the soft rank)"),
    provenance="recalled",
    inputs={"a": spectrum("d"), "tau": between(0, 1)},
    sizes={"d": (1, 8)},
    statement=Ge(count, kept * stable),
    evaluate=evaluate,
    oracle=batchnorm_rank.soft_rank,
    oracle_differs="exact comparisons of rationals, ties included",
    definitions={
        count: "the number of eigenvalues of at least tau",
        stable: "d^2 / |M|_F^2",
        kept: "(1 - tau)^2",
        kept_root: "1 - tau",
    },
    notation={
        count: r"\#\{i:\lambda_i\ge\tau\}",
        stable: r"\frac{d^2}{\|M\|_F^2}",
        kept: r"(1-\tau)^2",
        kept_root: r"(1-\tau)",
    },
    tight="tau = 0 and M = I",
    mutants=[
        Mutant(
            "factor 1 - tau",
            statement=Ge(count, kept_root * stable),
            because="d = 4, M = (I + 11^T)/2, tau = 0.51: one eigenvalue against 0.49 * 16/7 = 1.12",
        ),
        Mutant("no factor", statement=Ge(count, stable), because="lambda = (1.9, 0.1), tau = 1/2: 1 < 1.105"),
        Mutant(
            "thresholds above 1",
            inputs={"a": spectrum("d"), "tau": between(0, 4)},
            because="tau = 3 and M = I: no eigenvalue, against 4 d",
        ),
        Mutant(
            "trace not d",
            evaluate=evaluate_unnormalised,
            oracle=batchnorm_rank.soft_rank_unnormalised,
            because="M = I/2, tau = 0.6: no eigenvalue is as large",
        ),
    ],
)
