r"""Two samples in wide networks: without any assumption, the gap is small or the matrix degenerate on average over depth.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with $H_k\in\mathbb R^{d\times2}$, i.i.d. Gaussian weights, $H_0\ne0$, and
$\widehat V(H)=\frac12-\sigma_2(H)^2$.  Then
$$\mathbb E\Big[\frac1\ell\sum_{k=1}^\ell\widehat V(H_k)\Big(\frac12-\widehat V(H_k)\Big)\Big]\le
  \frac{3\,\mathbb E\widehat V(H_1)}{2\ell}+\frac3{2\sqrt d} .$$
Appendix B.1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired as in `batchnorm/gap_no_a1`, at $n=2$ in widths
where $\frac3{2\sqrt d}$ is below $\frac1{16}$, the largest value of a term: from $d=577$ on.

With $x_k=|\zeta_k|^2=4\widehat V(H_k)^2$ a term is $\frac14|\zeta_k|(1-|\zeta_k|)$.  The mean is enclosed by another route than
that of the proof: $\mathbb Ex_{k+1}=\frac1d+(1-\frac1d)\,\mathbb E\frac{1-s_k}{1+s_k}$, $s_k=\sqrt{1-x_k}$
(`batchnorm/n2_wrapped_cauchy_moments`), and $(|\zeta|(1-|\zeta|))^2\le\frac43\big(x-\frac{1-s}{1+s}\big)$ bound the left side by
$\big(\frac{\mathbb Ex_1+(\ell-1)/d}{12\,\ell}\big)^{1/2}$, which serves for $\ell\le6$; below by Hölder from fourth moments.
Layers of this width are not drawn: the evaluator takes the sum of $d$ steps for Gaussian.  That stand-in ranks what the enclosure
decides, and fresh draws are draws of it, not of a network.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.laws import gaussian
from strategies.spectra import spectrum
from strategies.wide_layers import average_walk

average, first = quantities("average first")
d, L = sizes("d L")


def evaluate(xp, a, W, d):
    return dict(zip((average, first), average_walk(xp, a, W, d), strict=True))


claim = Claim(
    source=DANESHMAND_2021.item("Appendix B.1"),
    provenance="text",
    reading="repaired: the gap of H_1 in place of that of H_0",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("L", "n")},
    sizes={"n": (2, 2), "L": (1, 6), "d": (577, 8192)},
    statement=Le(Mean(average), 3 * Mean(first) / (2 * L) + Rational(3, 2) / sqrt(d)),
    evaluate=evaluate,
    oracle=batchnorm_depth.average_walk,
    oracle_differs="draws: the same Gaussian stand-in in balls; the means by moments of wrapped Cauchy steps, not by draws",
    expectation=batchnorm_depth.average_product_expectation,
    definitions={
        average: "average over the layers 1 to L of gap times squared smaller singular value",
        first: "the gap of the first layer, random",
    },
    notation={
        average: r"\textstyle\frac1L\sum_{k=1}^L\widehat V(H_k)(\frac12-\widehat V(H_k))",
        first: r"\widehat V(H_1)",
    },
    not_covered=["more than six layers, where the enclosure of the mean is too wide to decide"],
    mutants=[
        Mutant(
            "a tenth of the gap of the first layer",
            statement=Le(Mean(average), 3 * Mean(first) / (20 * L) + Rational(3, 2) / sqrt(d)),
            because="at L = 1 and a gap of 1/4 the left side is 1/16, the right side 3/80 + 3/(2 sqrt d), less from d = 3601 on",
        ),
        Mutant(
            "a thirtieth of the noise",
            statement=Le(Mean(average), 3 * Mean(first) / (2 * L) + Rational(1, 20) / sqrt(d)),
            sizes={"n": (2, 2), "L": (1, 40), "d": (577, 8192)},
            because="the left side settles near 0.256/sqrt(d), and what the first layer adds to the right side falls like 1/L",
        ),
    ],
)
