r"""As printed: a derivative in the proof that the share of the smallest singular value is convex.  False: a factor is misprinted.

For $n\ge2$ samples, $\theta\ge0$ and $\delta\in[0,\frac1n]$ let $A=1+2\theta(\frac1n-\delta)$,
$B=1+2\theta(\frac1n+\frac\delta{n-1})$ and $g_\theta(\delta)=A^{-3/2}B^{-(n-1)/2}$.  Printed, up to the order of factors:
$$g_\theta''=\theta h_3\Big[\theta\Big(5\big(1+\tfrac{2\theta}n+\tfrac{2\theta\delta}{n-1}\big)
   -\tfrac{n-3}{n-1}\big(1+\tfrac{2\theta}n-2\theta\delta\big)\Big)h_2+AB\,h_2'\Big],$$
with $h_2=2+\frac{4\theta}n+\theta\delta\frac{2n+4}{n-1}$ and $h_3=A^{-7/2}B^{-(n+3)/2}$.  Lemma 10 of Daneshmand, Joudaki and
Bach (2021), arXiv 2106.03970: its proof differentiates $h_1=A^{-5/2}B^{-(n+1)/2}$ with the factor $-\frac{n-3}2$, where
$-\frac{n+1}2$ is right.  At $n=2$, $\theta=1$, $\delta=0$ the inner bracket is 12 and should be 4.  The lemma survives:
`batchnorm/gap_g_convex`, with $n+1$.
"""

from fractions import Fraction

from sympy import Eq, Ge

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_flat
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.batch_layers import flat_curvature
from strategies.spectra import level

curvature, printed_form = quantities("curvature printed_form")

claim = Claim(
    source=DANESHMAND_2021.item("Lemma 10, the derivative in its proof"),
    provenance="text",
    reading="the second derivative as the printed derivative of h_1 gives it",
    expect="refuted",
    corrected_by="batchnorm/gap_g_convex",
    inputs={"theta": level(0, 1 << 20), "x": level(0, 1 - Fraction(1, 1 << 30))},
    sizes={"n": (2, 12)},
    statement=Eq(curvature, printed_form),
    evaluate=flat_curvature,
    oracle=batchnorm_flat.convexity,
    oracle_differs="rational: the curvature by two binomial series, not by logarithmic derivatives",
    definitions={
        curvature: "g''/g at theta and delta = x/n, for the function g below",
        printed_form: "the formula displayed below, with n - 3, over g",
    },
    notation={
        curvature: r"\tfrac{g_\theta''}{g_\theta}",
        printed_form: r"\tfrac{\theta h_3}{g_\theta}[\theta(\cdots\tfrac{n-3}{n-1}\cdots)h_2+ABh_2']",
    },
    replay=[Instance(sizes={"n": 2}, raw={"theta": exact(1), "x": exact(0)})],
    mutants=[
        Mutant(
            "at most the second derivative",
            statement=Ge(curvature, printed_form),
            because="n - 3 for n + 1 makes the bracket larger wherever delta is small",
        ),
    ],
)
