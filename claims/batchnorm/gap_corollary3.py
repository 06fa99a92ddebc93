r"""Two samples in wide networks: preactivations tend to an isotropic Gaussian law, up to a squared distance of order $d^{-1/2}$.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with $H_k\in\mathbb R^{d\times n}$, i.i.d. Gaussian weights, $H_0\ne0$, and $G$ a
matrix with i.i.d. $\mathcal N(0,\frac1d)$ entries.  Given $H$ of Frobenius norm 1 the law of $WH$ has the squared distance
$\mathcal D(H)=\sum_i(\sigma_i-n^{-1/2})^2$ from that of $G/\sqrt n$ (`batchnorm/gap_wasserstein`).  For every
$\alpha\in(0,\frac1n]$, with $\mathcal E_\ell=\{\sigma_n(H_k)^2\ge\alpha,\ k=1,\dots,\ell-1\}$, and every $\ell\ge1$, $n\ge2$
$$\mathbb E\big[\mathcal D(H_\ell)\,\mathbf 1_{\mathcal E_\ell}\big]\le4n\Big(1-\tfrac23\alpha\Big)^\ell+
  \frac{6n^2}{\alpha\sqrt d},$$
and since $\mathcal D\le2$, $\mathcal W_2(\mathrm{law}(W_\ell H_\ell),\mathrm{law}(G/\sqrt n))^2$ is at most that plus
$2\Pr[\mathcal E_\ell\text{ fails}]$. Corollary 3 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired: the print
bounds $\sigma_n(H_k)$ itself, which is false (`batchnorm/gap_corollary3_printed`), and lets the hypothesis hold almost surely,
which it never does (`batchnorm/gap_a1_probability`). Theorem 1 and Lemma 2 give the exponent $\ell-1$; with $\mathcal D\le\sqrt
n\,V$ in place of $2nV$ the printed one follows for $n\ge2$.

At $n=2$, in widths where the right side may be below $2-\sqrt2$, the largest value of $\mathcal D$: from $d=6715$ on.  There
$\mathcal D=2-\sqrt{2+2\sqrt{1-x}}$, $x=|\zeta|^2$, is convex in $x$ and lies between $\frac x4$ and $(2-\sqrt2)x$; the mean of
$x$ is enclosed by moments of the wrapped Cauchy walk, as in `batchnorm/gap_main_two_samples`.  Layers of this width are not
drawn: the evaluator takes the sum of $d$ steps for Gaussian, and only ranks what the enclosure decides.  Far from tight: the mean
settles near $\frac1{3d}$.
"""

from fractions import Fraction

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.laws import gaussian
from strategies.spectra import level, spectrum
from strategies.wide_layers import distance_walk

distance, alpha = quantities("distance alpha")
d, n, L = sizes("d n L")


def evaluate(xp, a, t, W, d):
    return dict(zip((distance, alpha), distance_walk(xp, a, t, W, d), strict=True))


decayed = 4 * n * (1 - Rational(2, 3) * alpha) ** (L + 1)
noise = 6 * n**2 / (alpha * sqrt(d))

claim = Claim(
    source=DANESHMAND_2021.item("Corollary 3"),
    provenance="text",
    reading="repaired: alpha bounds the squared smallest singular value, and the mean is restricted to the event that it does",
    inputs={"a": spectrum("n"), "t": level(Fraction(1, 1 << 10), 1)},
    randomness={"W": gaussian("L+1", "n")},
    sizes={"n": (2, 2), "L": (0, 60), "d": (6715, 1 << 20)},
    statement=Le(Mean(distance), decayed + noise),
    evaluate=evaluate,
    oracle=batchnorm_depth.distance_walk,
    oracle_differs="draws: the same Gaussian stand-in in balls; the mean by moments of wrapped Cauchy steps, not by draws",
    expectation=batchnorm_depth.restricted_distance_expectation,
    definitions={
        distance: "the squared distance D of layer L + 1, or 0 if sigma_2^2 of one of the layers 1 to L is below alpha",
        alpha: "the lower bound t/2 of the squared smaller singular values",
    },
    notation={distance: r"\mathcal D(H_{L+1})\,\mathbf 1_{\mathcal E_{L+1}}", alpha: r"\alpha"},
    not_covered=["three or more samples", "a single sample, for which D = 0"],
    mutants=[
        Mutant(
            "a hundredth of the decaying term",
            statement=Le(Mean(distance), decayed / 100 + noise),
            because="the first layer of a nearly collinear batch is at a squared distance near 0.586, and the right side is at most "
            "2/25 + 48/sqrt(d) at alpha = 1/2: less than 0.58 from d = 9217 on",
        ),
        Mutant(
            "noise n/(8d)",
            statement=Le(Mean(distance), decayed + n / (8 * d)),
            because="D >= |zeta|^2/4, whose mean settles near 1/(3d) with the depth, and n/(8d) is 1/(4d)",
        ),
    ],
)
