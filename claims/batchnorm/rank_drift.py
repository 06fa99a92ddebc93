r"""A weak residual layer with batch normalization moves $\|M\|_F^2$ of the Gram matrix by $\gamma^2\delta_F(M)$ in the mean.

Let $H\in\mathbb R^{d\times N}$ have unit rows, $M=HH^\top$, and $H'=\mathrm{BN}(H+\gamma WH)$, where $\mathrm{BN}$ scales every
row to unit norm and the $d^2$ entries of $W$ are independent with a law that is symmetric about 0 and of unit variance.  With
$M'=H'H'^\top$
$$\mathbb E\|M'\|_F^2=\|M\|_F^2+\gamma^2\,\delta_F(M)+O(\gamma^4),\qquad
  \delta_F(M)=2d^2-2\|M\|_F^2-8\,\mathrm{Tr}(M^3)+8\sum_i\big((M^2)_{ii}\big)^2 .$$
At $d=2$, $\delta_F=4(1-m^2)(1-4m^2)$ with $m=M_{12}$.  From the appendix of Daneshmand, Kohler, Bach, Hofmann and Lucchi (2020),
arXiv 2003.01652, recalled and derived anew.

Checked is the coefficient of $\gamma^2$, which depends on the variance of $W$ alone, by two routes: the evaluator expands the
layer as a power series for every matrix of signs and averages; the oracle puts one tiny $\gamma$, as small as the precision, into
real layers, averages over all signs, divides by $\gamma^2$, and encloses what the higher orders add by Cauchy's estimate.
"""

from sympy import Eq, Le

from claims.sources import DANESHMAND_2020
from oracles import batchnorm_rank
from refute import Claim, Mutant, quantities
from strategies.networks import unit_rows
from strategies.residual import expanded, gram_quantities

curvature, quartic, drift, drift_half, frobenius = quantities("curvature quartic drift drift_half frobenius")


def evaluate(xp, H):
    series = expanded(xp, H @ xp.matrix_transpose(H))
    known = gram_quantities(xp, H)
    return {
        curvature: series[:, 2],
        drift: known["drift"],
        drift_half: known["drift_half"],
        frobenius: known["frobenius"],
    }


def evaluate_quartic(xp, H):
    return {**evaluate(xp, H), quartic: expanded(xp, H @ xp.matrix_transpose(H))[:, 4]}


claim = Claim(
    source=DANESHMAND_2020.item("Appendix (drift of the Frobenius norm)"),
    provenance="recalled",
    reading="the coefficient of gamma^2 in the mean is the drift",
    inputs={"H": unit_rows("d", "N")},
    sizes={"d": (2, 4), "N": (2, 4)},
    statement=Eq(curvature, drift),
    evaluate=evaluate,
    oracle=batchnorm_rank.second_order,
    oracle_differs="real layers with a tiny residual strength and Cauchy's estimate of the rest, no power series",
    surrogate="the second coefficient of the mean in gamma, of which the limit is a consequence",
    definitions={
        curvature: "coefficient of gamma^2 in E |M'|_F^2",
        quartic: "coefficient of gamma^4 in E |M'|_F^2 for signs",
        drift: "delta_F(M)",
        drift_half: "delta_F(M) with 4 tr(M^3) in place of 8 tr(M^3)",
        frobenius: "|M|_F^2",
    },
    notation={
        curvature: r"[\gamma^2]\,\mathbb E\|M'\|_F^2",
        quartic: r"[\gamma^4]\,\mathbb E\|M'\|_F^2",
        drift: r"\delta_F(M)",
        drift_half: r"(\delta_F(M)+4\mathrm{Tr}M^3)",
        frobenius: r"\|M\|_F^2",
    },
    not_covered=["that odd orders vanish, which is the symmetry of the law"],
    mutants=[
        Mutant(
            "4 tr(M^3)",
            statement=Eq(curvature, drift_half),
            because="the trace of M^3 is at least d",
        ),
        Mutant(
            "the norm decreases in the mean",
            statement=Le(curvature + frobenius, frobenius),
            because="at M = I the drift is 2d(d - 1) > 0; it is negative only above the fixed point",
        ),
        Mutant(
            "remainder of fifth order",
            statement=Eq(curvature + quartic, drift),
            sizes={"d": (2, 3), "N": (2, 3)},
            evaluate=evaluate_quartic,
            oracle=batchnorm_rank.fourth_order,
            because="the coefficient of gamma^4 is about 2 at d = 2, m = 0.6",
        ),
    ],
)
