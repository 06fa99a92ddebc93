r"""Two samples in wide networks: the mean gap falls geometrically to a floor of order $d^{-1/2}$.

Let $H_{k+1}=\frac1{\sqrt d}\mathrm{BN}(W_kH_k)$ with $H_k\in\mathbb R^{d\times2}$, i.i.d. Gaussian weights, $H_0\ne0$, and
$V(H)=\big\|\frac{H^\top H}{\|H\|_F^2}-\frac12I\big\|_F$.  For every $\alpha\in(0,\frac12]$, with $\mathcal
E_\ell=\{\sigma_2(H_k)^2\ge\alpha,\ k=1,\dots,\ell\}$,
$$\mathbb E\big[V(H_{\ell+1})\,\mathbf 1_{\mathcal E_\ell}\big]\le2\Big(1-\tfrac23\alpha\Big)^\ell+\frac6{\alpha\sqrt d} .$$
Theorem 1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired as in `batchnorm/gap_main`, at $n=2$ in widths where
the right side may be below $\frac1{\sqrt2}$, the largest value of $V$: from $d=289$ on.

The mean is enclosed by moments of the wrapped Cauchy walk (`batchnorm/n2_wrapped_cauchy_moments`), a route that shares nothing
with the proof: $\mathbb E|\zeta_{k+1}|^2=\frac1d+(1-\frac1d)\mathbb E\rho_k^2$ with $\rho_k=|\zeta_k|/(1+\sqrt{1-|\zeta_k|^2})$
between $\frac12|\zeta_k|$ and its value at the largest $|\zeta_k|$ that $\mathcal E_\ell$ allows; above $V=|\zeta|/\sqrt2$ by
Cauchy and Schwarz, below by Hölder from fourth moments.  Layers of this width are not drawn: the evaluator takes the sum of $d$
steps for Gaussian.  That stand-in ranks what the enclosure decides, and fresh draws are draws of it, not of a network.
"""

from fractions import Fraction

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.laws import gaussian
from strategies.spectra import level, spectrum
from strategies.wide_layers import restricted_walk

restricted, alpha = quantities("restricted alpha")
d, n, L = sizes("d n L")


def evaluate(xp, a, t, W, d):
    return dict(zip((restricted, alpha), restricted_walk(xp, a, t, W, d), strict=True))


decayed = 2 * (1 - Rational(2, 3) * alpha) ** L

claim = Claim(
    source=DANESHMAND_2021.item("Theorem 1"),
    provenance="text",
    reading="repaired: alpha bounds the squared smallest singular value, and the mean is restricted to the event that it does",
    inputs={"a": spectrum("n"), "t": level(Fraction(1, 1 << 10), 1)},
    randomness={"W": gaussian("L+1", "n")},
    sizes={"n": (2, 2), "L": (0, 60), "d": (289, 8192)},
    statement=Le(Mean(restricted), decayed + 3 * n / (alpha * sqrt(d))),
    evaluate=evaluate,
    oracle=batchnorm_depth.restricted_walk,
    oracle_differs="draws: the same Gaussian stand-in in balls; the mean by moments of wrapped Cauchy steps, not by draws",
    expectation=batchnorm_depth.restricted_gap_expectation,
    definitions={
        restricted: "V of layer L + 1, the Frobenius distance of its Gram matrix from I/n; "
        "0 if sigma_2^2 of one of the layers 1 to L is below alpha",
        alpha: "the lower bound t/2 of the squared smaller singular values",
    },
    notation={restricted: r"V(H_{L+1})\,\mathbf 1_{\mathcal E_L}", alpha: r"\alpha"},
    mutants=[
        Mutant(
            "a quarter of the decaying term",
            statement=Le(Mean(restricted), decayed / 4 + 3 * n / (alpha * sqrt(d))),
            because="the first layer of a nearly collinear batch has a gap near 0.7071, more than 1/2 + 12/sqrt(d) from d = 3358 on",
        ),
        Mutant(
            "a fiftieth of the noise",
            statement=Le(Mean(restricted), decayed + 3 * n / (50 * alpha * sqrt(d))),
            because="for two samples the mean settles above 0.57/sqrt(d), and the right side at 0.48/sqrt(d) for alpha = 1/4",
        ),
    ],
)
