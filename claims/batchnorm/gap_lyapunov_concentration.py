r"""The smallest eigenvalue of the Gram matrix concentrates around that of the mean.

Let $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with i.i.d. Gaussian weights, $H_\ell\ne0$ with singular values
$\sigma$, $\widehat V(H)=\frac1n-\sigma_n(H)^2$ ($\sigma_n=0$ if $d<n$), and $p_n$ the smallest eigenvalue of $\mathbb
E[H_{\ell+1}^\top H_{\ell+1}\mid H_\ell]$.  Then
$$\mathbb E\Big[\big(\widehat V(H_{\ell+1})-(\tfrac1n-p_n)\big)^2\Big]\le
   \Big(1-\frac1n\Big)\frac{1-\sum_ip_i^2}d\le\frac1d .$$
The bound $\frac1d$ is Lemma 7 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970; $\|H_\ell\|_F=1$ is not needed, since $p$
is invariant under scaling.  The first bound is sharper, derived here: eigenvalues move by at most the largest one of $C-\mathbb
EC$ (Weyl), whose trace is 0, so that it is at most $\sqrt{1-\frac1n}\,\|C-\mathbb EC\|_F$.  It is an equality at $n=2$ and
isotropy, where the mean is $\frac1{4d}$ for every $d$.

Checked are the bounds $\frac1d$ and $\frac1d(1-\sum_ip_i^2)$; exact means: $n=1$ (0), $d<n$ ($p_n^2$), $n=2$ at isotropy, and
$n=d=2$, where it is $\frac14\big(\frac12+\frac32\rho^2-\frac4\pi(1+\rho^2)\arctan\rho\big)$,
$\rho=\frac{\sigma_1-\sigma_2}{\sigma_1+\sigma_2}$; elsewhere the mean is enclosed between 0 and the first bound, which for two
samples also follows from $\mathbb E|\zeta|\ge\rho$ and $\mathbb E|\zeta|^2=\frac1d+(1-\frac1d)\rho^2$
(`batchnorm/n2_wrapped_cauchy_moments`).  For three samples and $d\ge3$ the upper end of the enclosure is the argument above:
there the verdict rests on it.  At isotropy the lower end is that of a polynomial in $\mathrm{tr}B^2$ and $\mathrm{tr}B^3$,
$B=\frac13I-C$, which is nowhere above the square of the largest eigenvalue of $B$ and has an exact mean: it grows from
$\frac{0.25}d$ at $d=9$ to $\frac{0.28}d$, where the true mean tends to $\frac{0.322}d$.
"""

from functools import partial

from sympy import And, Le

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_means
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batch_layers import gap_after, mean_shares, square
from strategies.batchnorm import once_per_input
from strategies.laws import gaussian
from strategies.networks import dense
from strategies.spectra import spectrum

square_distance, purity = quantities("square_distance purity")
d, n = sizes("d n")


def evaluate(xp, sigma, W):
    squares = sigma * sigma
    expected = once_per_input(xp, partial(mean_shares, xp), sigma)
    apart = gap_after(xp, squares, W) - (1 / sigma.shape[1] - xp.min(expected, axis=1))
    return {square_distance: apart * apart, purity: square(xp, expected)}


claim = Claim(
    source=DANESHMAND_2021.item("Lemma 7"),
    provenance="text",
    inputs={"sigma": spectrum("n")},
    randomness={"W": gaussian("d", "n")},
    sizes={"n": (1, 3), "d": (1, 16)},
    statement=And(Le(Mean(square_distance), 1 / d), Le(Mean(square_distance), (1 - purity) / d)),
    evaluate=evaluate,
    oracle=batchnorm_means.lyapunov_concentration,
    oracle_differs="eigenvalues of the rational Gram matrix; shares in closed form; the mean in closed form or enclosed",
    expectation=batchnorm_means.lyapunov_concentration_expectation,
    bounded={square_distance: (0, 1 / n**2)},
    definitions={
        square_distance: "squared distance of the gap of the next layer from 1/n - p_n, p_n the least eigenvalue of the mean Gram matrix",
        purity: "sum of the squared eigenvalues p_i of the mean Gram matrix",
    },
    not_covered=[
        "the factor 1 - 1/n of the sharper bound",
        "three samples and d >= 3 by another route: the upper end of the enclosure is the proof's own there",
    ],
    notation={
        square_distance: r"\left(\widehat V(H_{\ell+1})-(\tfrac1n-p_n)\right)^2",
        purity: r"\textstyle\sum_ip_i^2",
    },
    mutants=[
        Mutant(
            "1/(8d)",
            statement=Le(Mean(square_distance), 1 / (8 * d)),
            because="at n = 2 and isotropy the mean is 1/(4d)",
        ),
        Mutant(
            "1/(4d)",
            statement=Le(Mean(square_distance), 1 / (4 * d)),
            sizes={"n": (1, 3), "d": (1, 32)},
            because="true for two samples, an equality at isotropy; for three isotropic ones the mean tends to 0.322/d from below",
        ),
        Mutant(
            "half the sharper bound",
            statement=Le(2 * Mean(square_distance), (1 - 1 / n) * (1 - purity) / d),
            because="the sharper bound is attained at n = 2 and isotropy",
        ),
        Mutant(
            "on every path",
            inputs={"sigma": spectrum("n"), "W": dense("d", "n")},
            randomness={},
            expectation=None,
            statement=Le(square_distance, 1 / d),
            because="if all rows of W are equal the next layer has rank one, and the distance is p_n^2: 1/4 at isotropy, n = 2",
        ),
    ],
)
