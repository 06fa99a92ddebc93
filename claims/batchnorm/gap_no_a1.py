r"""Without any assumption on the singular values, the gap is small or the matrix degenerate on average over depth.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with i.i.d. Gaussian weights, $H_0\ne0$, and $\widehat
V(H)=\frac1n-\sigma_n(H)^2$. Then for all $n,d,\ell\ge1$
$$\mathbb E\Big[\frac1\ell\sum_{k=1}^\ell\widehat V(H_k)\Big(\frac1n-\widehat V(H_k)\Big)\Big]\le
  \frac{3\,\mathbb E\widehat V(H_1)}{2\ell}+\frac3{2\sqrt d} .$$
Appendix B.1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired: the print has $\widehat V(H_0)$ for $\widehat
V(H_1)$, which is false for an input that is not normalised (`batchnorm/gap_no_a1_printed`).  It is the telescoped sum of the
one-step contraction (`batchnorm/gap_one_step`) over the layers $1,\dots,\ell$.

Each term is at most $\frac1{4n^2}$, which is below $\frac3{2\sqrt d}$ unless $d>36n^4$, that is 577 or more for $n\ge2$.  The
networks drawn here are narrower, so that the statement holds for each of them whatever the mean is; its content is searched for
two samples and widths up to 8192 in `batchnorm/gap_no_a1_two_samples`, and layer by layer in `batchnorm/gap_one_step`.  The mean
is enclosed: above by $\frac1{4n^2}$, for two samples also by a potential argument for $\mathbb E|\zeta|^2$; below, for two
samples, by moments of the wrapped Cauchy walk (`batchnorm/n2_wrapped_cauchy_moments`), else by 0.  The proof's recursion does not
enter.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import average_product
from strategies.laws import gaussian
from strategies.spectra import spectrum
from strategies.wide_layers import average_walk

average, first = quantities("average first")
d, L = sizes("d L")


def evaluate(xp, a, W):
    mean, gap = average_product(xp, a, W)
    return {average: mean, first: gap}


def evaluate_walk(xp, a, W, d):
    return dict(zip((average, first), average_walk(xp, a, W, d), strict=True))


wide = {"evaluate": evaluate_walk, "oracle": batchnorm_depth.average_walk, "randomness": {"W": gaussian("L", "n")}}

claim = Claim(
    source=DANESHMAND_2021.item("Appendix B.1"),
    provenance="text",
    reading="repaired: the gap of H_1 in place of that of H_0",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("L", "d", "n")},
    sizes={"n": (1, 3), "L": (1, 6), "d": (1, 64)},
    statement=Le(Mean(average), 3 * Mean(first) / (2 * L) + Rational(3, 2) / sqrt(d)),
    evaluate=evaluate,
    oracle=batchnorm_depth.average_product,
    oracle_differs="eigenvalues of each layer enclosed; the means by moments and by the range of a term, not by the network",
    expectation=batchnorm_depth.average_product_expectation,
    not_covered=["three or more samples in widths where the right side is below 1/(4n^2), from d = 2917 on"],
    bounded={average: (0, Rational(1, 4)), first: (0, 1)},
    definitions={
        average: "average over the layers 1 to L of gap times squared smallest singular value",
        first: "the gap of the first layer, random",
    },
    notation={
        average: r"\textstyle\frac1L\sum_{k=1}^L\widehat V(H_k)(\frac1n-\widehat V(H_k))",
        first: r"\widehat V(H_1)",
    },
    mutants=[
        Mutant(
            "noise 3/(2d)",
            statement=Le(Mean(average), 3 * Mean(first) / (2 * L) + Rational(3, 2) / d),
            sizes={"n": (2, 2), "L": (1, 40), "d": (65, 8192)},
            **wide,
            because="for two samples the left side settles near 0.256/sqrt(d): false from d = 55 on at great depth",
        ),
        Mutant(
            "without the gap of the first layer",
            statement=Le(Mean(average), Rational(3, 2) / sqrt(d)),
            sizes={"n": (2, 2), "L": (1, 6), "d": (65, 8192)},
            **wide,
            because="after one layer the term of two samples can be 1/16, its maximum, which exceeds 3/(2 sqrt d) from d = 577 on",
        ),
    ],
)
