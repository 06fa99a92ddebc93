r"""Two samples in width two: a Gaussian layer with batch normalization lowers the mean log-determinant, in closed form.

Let $n=d=2$ and $\zeta_\ell$ as in `batchnorm/n2_wrapped_cauchy`, so that $\sigma_{1,2}^2=\frac{1\pm|\zeta_\ell|}2$; put
$r=|\zeta_\ell|$, $s=\sqrt{1-r^2}$.  Then
$$\mathbb E|\zeta_{\ell+1}|=\frac2\pi\,\frac{\arcsin r}r,\qquad\mathbb E|\zeta_{\ell+1}|^2=\frac1{1+s},\qquad
  \mathbb E\log(1-|\zeta_{\ell+1}|^2)=\log(1-r^2)-2\log(1+s)$$
($\frac2\pi$ at $r=0$).  So $\mathbb E\widehat V(H_{\ell+1})=\frac{\arcsin(2v)}{2\pi v}$ with $v=\widehat V(H_\ell)=\frac r2$, and
$$\mathbb E\log\det C_{\ell+1}<\log\det C_\ell,\qquad\det C=\tfrac14(1-|\zeta|^2):$$
with Gaussian weights and $n=d=2$ batch normalization makes the batch more degenerate in every layer, in this mean.  Derived here:
$|\zeta_{\ell+1}|=|\cos\frac\Theta2|$ with $\Theta$ wrapped Cauchy of parameter $\rho^2=\frac{1-s}{1+s}$; the means on the left
are integrals over $\Theta$, by the trapezoid rule with a proved error. It does not contradict Theorem 1 of Daneshmand, Joudaki
and Bach (2021), arXiv 2106.03970, which is empty at this size.
"""

from sympy import And, Eq, Le, Lt, log, pi

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_two_samples
from refute import Claim, Mean, Mutant, quantities
from strategies.batch_layers import unit_rows
from strategies.laws import gaussian
from strategies.spectra import spectrum

radius, square, log_rest = quantities("radius square log_rest")
before, root, arc, log_before, log_factor = quantities("before root arc log_before log_factor")


def evaluate(xp, sigma, W):
    rows = unit_rows(xp, sigma * sigma, W)
    cosine = xp.abs(xp.sum(rows[:, 0, :] * rows[:, 1, :], axis=1))
    sine = xp.abs(rows[:, 0, 0] * rows[:, 1, 1] - rows[:, 0, 1] * rows[:, 1, 0])
    total = xp.sum(sigma * sigma, axis=1)
    r = xp.abs(sigma[:, 0] - sigma[:, 1]) * xp.sum(sigma, axis=1) / total
    s = 2 * sigma[:, 0] * sigma[:, 1] / total
    return {
        radius: cosine,
        square: cosine * cosine,
        log_rest: 2 * xp.log(sine),
        before: r,
        root: s,
        arc: xp.where(r > 0, xp.atan2(r, s) / xp.where(r > 0, r, xp.ones_like(r)), xp.ones_like(r)),
        log_before: 2 * xp.log(s),
        log_factor: -2 * xp.log1p(s),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Two samples in width two, in closed form"),
    provenance="derived",
    inputs={"sigma": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (2, 2), "d": (2, 2)},
    statement=And(
        Eq(pi * Mean(radius), 2 * arc),
        Eq(Mean(square) * (1 + root), 1),
        Eq(Mean(log_rest), log_before + log_factor),
        Lt(Mean(log_rest), log_before),
    ),
    evaluate=evaluate,
    oracle=batchnorm_two_samples.two_by_two,
    oracle_differs="rational up to the last root or logarithm; means as integrals over the angle between the steps, in balls",
    expectation=batchnorm_two_samples.two_by_two_expectation,
    bounded={radius: (0, 1), square: (0, 1)},
    definitions={
        radius: "|zeta| of the next layer, twice its gap",
        square: "its square",
        log_rest: "log(1 - |zeta|^2) of the next layer, log(4 det C)",
        before: "r = |zeta| of the layer, twice its gap",
        root: "s = sqrt(1 - r^2)",
        arc: "arcsin(r)/r",
        log_before: "log(1 - r^2)",
        log_factor: "-2 log(1 + s)",
    },
    notation={
        radius: r"|\zeta_{\ell+1}|",
        square: r"|\zeta_{\ell+1}|^2",
        log_rest: r"\log(1-|\zeta_{\ell+1}|^2)",
        before: "r",
        root: "s",
        arc: r"\tfrac{\arcsin r}r",
        log_before: r"\log(1-r^2)",
        log_factor: r"\left(-2\log(1+s)\right)",
    },
    tight="the decrease of the mean logarithm vanishes at collapse, r -> 1",
    mutants=[
        Mutant(
            "the mean gap does not increase",
            statement=Le(Mean(radius), before),
            because="false exactly for r < 1/sqrt(2); at isotropy 2/pi > 0",
        ),
        Mutant(
            "1 - s for 1 + s",
            statement=Eq(Mean(square) * (1 - root), 1),
            because="at isotropy the mean square is 1/2",
        ),
        Mutant(
            "the value for orthogonal weights",
            statement=Eq(Mean(log_rest), log_before + log_factor + 2 * log(2)),
            because="Gaussian rows are not orthogonal: the log-determinant of the weights costs 2 log 2",
        ),
    ],
)
