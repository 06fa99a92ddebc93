r"""Depth makes representations orthogonal: the mean gap falls geometrically to a floor of order $d^{-1/2}$.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with $H_k\in\mathbb R^{d\times n}$, i.i.d. Gaussian weights, $H_0\ne0$, and
$V(H)=\big\|\frac{H^\top H}{\|H\|_F^2}-\frac1nI\big\|_F$.  For every $\alpha\in(0,\frac1n]$, with
$\mathcal E_\ell=\{\sigma_n(H_k)^2\ge\alpha,\ k=1,\dots,\ell\}$,
$$\mathbb E\big[V(H_{\ell+1})\,\mathbf 1_{\mathcal E_\ell}\big]\le2\Big(1-\tfrac23\alpha\Big)^\ell+\frac{3n}{\alpha\sqrt d}\qquad
  (n,d\ge1,\ \ell\ge0).$$
Theorem 1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired: the print bounds $\sigma_n(H_k)$ itself, which is
false (`batchnorm/gap_main_printed`), and lets the hypothesis hold almost surely, which it never does
(`batchnorm/gap_a1_probability`).  The proof: $a_k=\mathbb E[\widehat V(H_{k+1})\mathbf 1_{\mathcal E_k}]$ satisfies
$a_k\le(1-\frac23\alpha)a_{k-1}+d^{-1/2}$ (`batchnorm/gap_one_step`), $a_0\le\frac1n$, and $V\le2n\widehat V$.

The right side is below $\sqrt{1-1/n}$, the largest value of $V$, only for $d>9n^5/(n-1)$, which is 288 or more.  The networks
drawn here are narrower, so that the statement holds for each of them because $V\le\sqrt{1-1/n}$, whatever the mean is.  Its
content is searched elsewhere: for two samples and widths up to 8192 in `batchnorm/gap_main_two_samples`, in the limit of infinite
width in `batchnorm/gap_main_limit`, layer by layer in `batchnorm/gap_one_step` and `batchnorm/gap_contraction`.  The mean is
enclosed: above by $\sqrt{1-1/n}$, for two samples also by second moments of the wrapped Cauchy walk
(`batchnorm/n2_wrapped_cauchy_moments`); below by Jensen for $\ell=0$, by Hölder for two samples, else by 0.  The proof's
recursion does not enter.
"""

from fractions import Fraction

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import deviations, spectra, square
from strategies.laws import gaussian
from strategies.spectra import level, spectrum
from strategies.wide_layers import restricted_walk

restricted, alpha = quantities("restricted alpha")
d, n, L = sizes("d n L")


def evaluate(xp, a, t, W):
    kept, bound = t > 0, t / a.shape[1]
    layers = list(spectra(xp, a, W))
    for layer in layers[:-1]:
        kept = kept & (xp.min(layer, axis=1) >= bound)
    last = xp.sqrt(square(xp, deviations(xp, layers[-1])))
    return {restricted: xp.where(kept, last, xp.zeros_like(last)), alpha: bound}


def evaluate_walk(xp, a, t, W, d):
    return dict(zip((restricted, alpha), restricted_walk(xp, a, t, W, d), strict=True))


wide = {"evaluate": evaluate_walk, "oracle": batchnorm_depth.restricted_walk, "randomness": {"W": gaussian("L+1", "n")}}
decayed = 2 * (1 - Rational(2, 3) * alpha) ** L

claim = Claim(
    source=DANESHMAND_2021.item("Theorem 1"),
    provenance="text",
    reading="repaired: alpha bounds the squared smallest singular value, and the mean is restricted to the event that it does",
    inputs={"a": spectrum("n"), "t": level(Fraction(1, 1 << 10), 1)},
    randomness={"W": gaussian("L+1", "d", "n")},
    sizes={"n": (1, 3), "L": (0, 6), "d": (1, 64)},
    statement=Le(Mean(restricted), decayed + 3 * n / (alpha * sqrt(d))),
    evaluate=evaluate,
    oracle=batchnorm_depth.restricted_gap,
    oracle_differs="eigenvalues of each layer enclosed; the mean by moments and by the range of V, not by the network",
    expectation=batchnorm_depth.restricted_gap_expectation,
    bounded={restricted: (0, 1)},
    definitions={
        restricted: "V of layer L + 1, the Frobenius distance of its Gram matrix from I/n; "
        "0 if sigma_n^2 of one of the layers 1 to L is below alpha",
        alpha: "the lower bound t/n of the squared smallest singular values",
    },
    not_covered=["three or more samples in widths where the right side is below the largest value of V, from d = 1094 on"],
    notation={restricted: r"V(H_{L+1})\,\mathbf 1_{\mathcal E_L}", alpha: r"\alpha"},
    mutants=[
        Mutant(
            "noise 3n/(alpha d)",
            statement=Le(Mean(restricted), decayed + 3 * n / (alpha * d)),
            sizes={"n": (2, 2), "L": (0, 60), "d": (65, 8192)},
            **wide,
            because="for two samples and alpha = 1/4 the mean settles near 0.72/sqrt(d), which exceeds 24/d from about d = 1100 on",
        ),
        Mutant(
            "without the decaying term",
            statement=Le(Mean(restricted), 3 * n / (alpha * sqrt(d))),
            sizes={"n": (2, 2), "L": (0, 6), "d": (65, 8192)},
            **wide,
            because="the first layer of a nearly collinear batch has a gap near 0.7, and 12/sqrt(d) < 0.7 from d = 294 on",
        ),
    ],
)
