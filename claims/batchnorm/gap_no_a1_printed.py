r"""As printed: averaged stability without assumptions, in terms of the gap of the input.  False for an input of any scale.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with i.i.d. Gaussian weights and $\widehat V(H)=\frac1n-\sigma_n(H)^2$.  Printed:
$$\mathbb E\Big[\frac1\ell\sum_{k=1}^\ell\widehat V(H_k)\Big(\frac1n-\widehat V(H_k)\Big)\Big]\le
  \frac{3\,\mathbb E\widehat V(H_0)}{2\ell}+\frac3{2\sqrt d} .$$
Appendix B.1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  Nothing normalises $H_0$, so $\widehat V(H_0)$ may be as
negative as one likes, and the left side is never negative: for $H_0=10\,I_2$, $d=2$, $\ell=1$ the right side is
$\frac32(\frac12-100)+\frac3{2\sqrt2}<0$.  With $\widehat V(H_1)$ the statement is true: `batchnorm/gap_no_a1`.

Inputs are the squared singular values $\sigma_i^2=a_i$ of $H_0$.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Instance, Mean, Mutant, exact, quantities, sizes
from strategies.batch_layers import average_product
from strategies.laws import gaussian
from strategies.spectra import spectrum

average, before = quantities("average before")
d, L = sizes("d L")


def evaluate(xp, a, W):
    return {average: average_product(xp, a, W)[0], before: 1 / a.shape[1] - xp.min(a, axis=1)}


claim = Claim(
    source=DANESHMAND_2021.item("Appendix B.1"),
    provenance="text",
    reading="for every input H_0, as printed",
    expect="refuted",
    corrected_by="batchnorm/gap_no_a1",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("L", "d", "n")},
    sizes={"n": (1, 3), "L": (1, 6), "d": (1, 64)},
    statement=Le(Mean(average), 3 * before / (2 * L) + Rational(3, 2) / sqrt(d)),
    evaluate=evaluate,
    oracle=batchnorm_depth.average_product,
    oracle_differs="eigenvalues of each layer enclosed; the means by moments and by the range of a term, not by the network",
    expectation=batchnorm_depth.average_product_expectation,
    bounded={average: (0, Rational(1, 4))},
    definitions={
        average: "average over the layers 1 to L of gap times squared smallest singular value",
        before: "the gap of the input, which is negative where its singular values are large",
    },
    notation={
        average: r"\textstyle\frac1L\sum_{k=1}^L\widehat V(H_k)(\frac1n-\widehat V(H_k))",
        before: r"\widehat V(H_0)",
    },
    replay=[Instance(sizes={"n": 2, "L": 1, "d": 2}, raw={"a": exact([100, 100])})],
    mutants=[
        Mutant(
            "without noise",
            statement=Le(Mean(average), 3 * before / (2 * L)),
            because="a smaller right side than the printed one, which already fails",
        ),
    ],
)
