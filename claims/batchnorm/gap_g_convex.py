r"""The share of the smallest singular value of a flat spectrum is an integral of convex functions of the gap.

For $n\ge2$ samples, $\theta\ge0$ and $\delta\in[0,\frac1n]$ let
$$g_\theta(\delta)=\Big(1+2\theta\big(\tfrac1n-\delta\big)\Big)^{-3/2}
  \Big(1+2\theta\big(\tfrac1n+\tfrac\delta{n-1}\big)\Big)^{-(n-1)/2} .$$
Then $g_\theta''\ge0$, $\int_0^\infty g_\theta(0)\,d\theta=1$, $\int_0^\infty g_\theta'(0)\,d\theta=\frac{2n}{n+2}$, and hence
$$\frac{p_n}{\sigma_n^2}=\int_0^\infty g_\theta(\delta)\,d\theta\ \ge\ 1+\frac{2n}{n+2}\,\delta ,$$
the inequality behind the contraction of the mean gap (`batchnorm/gap_contraction`).  Lemma 10 and eq. (16) of Daneshmand, Joudaki
and Bach (2021), arXiv 2106.03970.  The second derivative is, with $A$, $B$ the two factors,
$h_2=2+\frac{4\theta}n+\theta\delta\frac{2n+4}{n-1}$ and $h_3=A^{-7/2}B^{-(n+3)/2}$,
$$g_\theta''=\theta h_3\Big[\theta\Big(5\big(1+\tfrac{2\theta}n+\tfrac{2\theta\delta}{n-1}\big)
   -\tfrac{n+1}{n-1}\big(1+\tfrac{2\theta}n-2\theta\delta\big)\Big)h_2+AB\,h_2'\Big];$$
the print has $n-3$ for $n+1$, which gives another number (12 for 4 in the bracket at $n=2$, $\theta=1$, $\delta=0$).

Checked is $g_\theta''/g_\theta$, which is rational in $\theta$ and $\delta$; it is positive for every $\theta>0$, since
$g''/g=(\log g)''+((\log g)')^2$ and $\log g$ is a sum of convex functions.
"""

from fractions import Fraction

from sympy import And, Eq, Ge, Le

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_flat
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import flat_curvature, mean_shares
from strategies.gaussian import arrays, legendre
from strategies.spectra import level

curvature, product_form, printed_form, delta = quantities("curvature product_form printed_form delta")
mass, slope, share, smallest = quantities("mass slope share smallest")
n = sizes("n")


def evaluate(xp, theta, x, n):
    flat = xp.stack([1 - x, *[1 + x / (n - 1)] * (n - 1)], axis=1)
    v, weights = arrays(xp, x, *legendre(16))  # 1 + 2 theta / n = v^{-2}
    return {
        **flat_curvature(xp, theta, x, n),
        "mass": n * xp.sum(weights * v ** (n - 1)) + 0 * x,
        "slope": n * n * xp.sum(weights * (v ** (n - 1) - v ** (n + 1))) + 0 * x,
        "share": mean_shares(xp, xp.sqrt(flat))[:, 0],
        "smallest": (1 - x) / n,
    }


claim = Claim(
    source=DANESHMAND_2021.item("Lemma 10 and eq. (16)"),
    provenance="text",
    reading="with the factor (n+1)/(n-1) for the printed (n-3)/(n-1) in the derivative of h_1",
    inputs={"theta": level(0, 1 << 20), "x": level(0, 1 - Fraction(1, 1 << 30))},
    sizes={"n": (2, 12)},
    statement=And(
        Ge(curvature, 0),
        Eq(curvature, product_form),
        Eq(mass, 1),
        Eq(slope, 2 * n / (n + 2)),
        Ge(share, smallest * (1 + 2 * n / (n + 2) * delta)),
    ),
    scale=delta,
    evaluate=evaluate,
    oracle=batchnorm_flat.convexity,
    oracle_differs="rational: the curvature by two binomial series, not by logarithmic derivatives; integrals by antiderivatives",
    definitions={
        curvature: "g''/g at theta and delta = x/n, for the function g of the theorem below",
        product_form: "the formula for g'' that the theorem below displays, with n + 1, over g",
        printed_form: "the same with n - 3, as printed",
        delta: "the gap 1/n - sigma_n^2 of the flat spectrum",
        mass: "the integral of g(0) over theta",
        slope: "the integral of g'(0) over theta",
        share: "p_n, the least eigenvalue of the mean Gram matrix of the next layer",
        smallest: "sigma_n^2 of the flat spectrum, 1/n - delta",
    },
    notation={
        curvature: r"\tfrac{g_\theta''}{g_\theta}",
        product_form: r"\tfrac{\theta h_3}{g_\theta}[\theta(\cdots\tfrac{n+1}{n-1}\cdots)h_2+ABh_2']",
        printed_form: r"\tfrac{\theta h_3}{g_\theta}[\theta(\cdots\tfrac{n-3}{n-1}\cdots)h_2+ABh_2']",
        delta: r"\delta",
        mass: r"\textstyle\int g_\theta(0)\,d\theta",
        slope: r"\textstyle\int g_\theta'(0)\,d\theta",
        share: "p_n",
        smallest: r"\sigma_n^2",
    },
    tight="convexity at theta = 0, where g is constant; the last inequality to first order at delta = 0",
    mutants=[
        Mutant(
            "the printed derivative, with n - 3",
            statement=Eq(curvature, printed_form),
            because="at n = 2, theta = 1, delta = 0 the bracket is 12 and not 4",
        ),
        Mutant(
            "g is concave",
            statement=Le(curvature, 0),
            because="g'' > 0 for every theta > 0",
        ),
        Mutant(
            "slope 2n/(n+1)",
            statement=Eq(slope, 2 * n / (n + 1)),
            because="the integral is n^2 (1/n - 1/(n+2))",
        ),
        Mutant(
            "share at least 1 + 2n/(n+1) delta",
            statement=Ge(share, smallest * (1 + 2 * n / (n + 1) * delta)),
            because="2n/(n+2) is the derivative at delta = 0",
        ),
    ],
)
