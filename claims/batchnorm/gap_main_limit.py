r"""Depth makes representations orthogonal, in the limit of infinite width: the deterministic form of the repaired theorem.

Let $p$ be the mean map of a normalised Gaussian layer (`batchnorm/gap_mean_map`), $C_{k+1}=p(C_k)$ the Gram matrices of the
layers in the limit $d\to\infty$ at fixed $n$ and depth, and $V(C)=\|C-\frac1nI\|_F$.  If
$\lambda_{\min}(C_k)=\sigma_n(H_k)^2\ge\alpha$ for $k=1,\dots,\ell$, then
$$V(C_{\ell+1})\le2\Big(1-\tfrac23\alpha\Big)^\ell .$$
Theorem 1 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970, repaired (the print bounds $\sigma_n(H_k)$ and is false,
`batchnorm/gap_main_printed`), whose second term vanishes in the limit.  It follows from $\widehat V(C_{k+1})\le(1-\frac23\alpha)
\widehat V(C_k)$ and $V\le2n\widehat V$; the finite form is `batchnorm/gap_main`.

Inputs have two levels of $\sigma^2$ in the ratio $r$, the high one $n_+$ and the low one $n_-$ times, $n=n_++n_-$.
Not tight: near isotropy $V(C_\ell)$ decays like $(\frac n{n+2})^\ell$, the bound like $(1-\frac2{3n})^\ell$.
"""

from sympy import Le, Rational, sqrt

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_depth
from refute import Claim, Mutant, quantities, sizes
from strategies.spectra import level
from strategies.wide_layers import two_level_limit

gap, square = quantities("gap square")
l, high, low = sizes("l high low")


def evaluate(xp, r, high, low, L):
    gaps, least = two_level_limit(xp, r, high, low, L)
    return {gap: gaps, square: least}


claim = Claim(
    source=DANESHMAND_2021.item("Theorem 1"),
    provenance="text",
    reading="repaired: alpha bounds the squared smallest singular value; in the limit of infinite width",
    inputs={"r": level(1, 8)},
    sizes={"high": (1, 48), "low": (1, 48), "L": (1, 120)},
    axes={l: (1, "L")},
    statement=Le(gap[l], 2 * (1 - Rational(2, 3) * square[l]) ** l),
    surrogate="the limit of infinite width at fixed n and l, for spectra of two levels",
    evaluate=evaluate,
    oracle=batchnorm_depth.two_levels,
    oracle_differs="a power series in 1 - s_low/s_high with a rigorous rest, not quadrature",
    definitions={
        gap: "V of layer l + 1 in the limit of infinite width, the Frobenius distance of its Gram matrix from I/n",
        square: "the least of the smallest squared singular values of the layers 1 to l",
    },
    notation={gap: r"V(C_{\cdot+1})", square: r"\alpha_{\cdot}", high: "n_+", low: "n_-"},
    mutants=[
        Mutant(
            "singular value for its square, as printed",
            statement=Le(gap[l], 2 * (1 - Rational(2, 3) * sqrt(square[l])) ** l),
            because="16 values 1/32 and 48 values 1/96 give 1.4564e-3 > 6.415e-4 at l = 113",
        ),
        Mutant(
            "rate 1/(n + 2) at isotropy",
            statement=Le(gap[l], 2 * (1 - (high + low + 1) / (high + low + 2) * (high + low) * square[l]) ** l),
            because="the map contracts at the rate n/(n + 2) there",
        ),
        Mutant(
            "n layers' worth of contraction in one",
            statement=Le(gap[l], 2 * (1 - Rational(2, 3) * square[l]) ** ((high + low) * l)),
            because="near isotropy that is about exp(-2/3) a layer, less than n/(n + 2) for n >= 3",
        ),
    ],
)
