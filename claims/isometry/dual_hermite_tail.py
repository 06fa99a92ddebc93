r"""The Hermite coefficients of ReLU fall slowly: up to degree $K$ the sum for its slope at 1 misses a multiple of $K^{-1/2}$.

Let $\sigma(x)=x$ for $x>0$ and $\sigma(x)=sx$ below, $s=1-2v\ne1$ (ReLU for $v=\frac12$), and
$c_k=\mathbb E\,\sigma(X)\mathrm{he}_k(X)$ with the orthonormal Hermite polynomials.  For even $k\ge2$
$$\frac{4v^2}{2\pi}\sqrt{\frac2\pi}\,\frac1{k^2\sqrt k}\le c_k^2\le
\frac{4v^2}{2\pi}\sqrt{\frac2\pi}\,\frac1{k(k-1)\sqrt{k-3/2}},$$
and for $M\ge1$ what the sum over $k\le2M$ leaves of the slope of the dual at 1 is
$$\frac{2v^2}{\pi\sqrt{\pi M}}\le\mathbb E\,\sigma'(X)^2-\sum_{k\le2M}kc_k^2\le\frac{2v^2}{\pi\sqrt{\pi(M-1/8)}} .$$
So for the normalised ReLU the sum up to degree 20 is 0.943 and up to degree 40 is 0.960 in place of $\kappa'(1)=1$: the 0.95 that
is printed in the activation table of arXiv 2410.20107 (`isometry/activation_table_printed`, `isometry/kappa_case2_printed`).

Derived here.  With $b_j=\binom{2j}j4^{-j}$, $2mc_{2m}^2=\frac{4v^2}{2\pi}\frac{b_{m-1}}{2m-1}$, so that the rest is
$\frac{2v^2}\pi\sum_{j\ge M}\frac{b_j}{2j+1}$.  From $\big(j+\frac14+\frac1{32j}\big)^{-1}\le\pi b_j^2\le\big(j+\frac14\big)^{-1}$
every term lies between differences of the bounds, which telescope.  Tight as $k,M\to\infty$.
"""

from sympy import And, Le, Rational, pi, sqrt

from claims.sources import REFUTE_DERIVED
from oracles.hermite_coefficients import slope_tail
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import activation
from strategies.hermite_coefficients import central_binomials

square, rest, v, slope = quantities("square rest v slope")
m, M = sizes("m M")


def evaluate(xp, sigma, M):
    v = sigma.parameter
    degrees = xp.asarray([2.0 * k for k in range(1, M + 1)], dtype=v.dtype, device=v.device)
    b = xp.asarray(central_binomials(M), dtype=v.dtype, device=v.device)
    squares = 4 * v[:, None] ** 2 * b / (2 * degrees * (degrees - 1)) / xp.pi
    second = 1 - 2 * v + 2 * v * v
    return {square: squares, rest: v * v - xp.sum(degrees * squares, axis=1), "v": v, slope: second}


k = 2 * m
LEADING = 4 * v**2 * sqrt(2 / pi) / (2 * pi)
HIGHEST = LEADING / (k * (k - 1) * sqrt(k - Rational(3, 2)))
EIGHTH = Rational(1, 8)


def coefficients(lowest=1, highest=HIGHEST):
    return And(Le(lowest * LEADING / (k**2 * sqrt(k)), square[m]), Le(square[m], highest))


def left(lowest=1, shift=EIGHTH):
    share = 2 * v**2 / pi
    return And(Le(lowest * share / sqrt(pi * M), rest), Le(rest, share / sqrt(pi * (M - shift))))


claim = Claim(
    source=REFUTE_DERIVED.item("Tails of the Hermite series of ReLU"),
    provenance="derived",
    inputs={"sigma": activation("leaky relu")},
    sizes={"M": (1, 64)},
    axes={m: (1, "M")},
    statement=And(coefficients(), left()),
    evaluate=evaluate,
    oracle=slope_tail,
    oracle_differs="double factorials, and the integral of the squared derivative, not central binomials",
    definitions={
        square: "c_k^2 for k = 2 m",
        rest: "E sigma'^2 less the sum of k c_k^2 up to degree 2 M",
        v: "the parameter v, half of 1 minus the slope on the left",
        slope: "E sigma'^2",
    },
    notation={
        square: r"c_{2m}^2",
        rest: r"\Big(\mathbb{E}\sigma'^2-\textstyle\sum_{k\le2M}kc_k^2\Big)",
        v: "v",
        slope: r"\mathbb{E}\sigma'^2",
    },
    tight="large m and M",
    not_covered=["slopes s outside [-1, 1 - 2^-7], degrees above 128"],
    mutants=[
        Mutant(
            "a tail of order 1/M",
            statement=Le(rest, v**2 / M),
            because="it falls like 1/sqrt(M): for M = 64 it is 0.0449 v^2, above v^2/64 = 0.0156 v^2",
        ),
        Mutant(
            "the upper bound without 1/8",
            statement=left(shift=0),
            because="for M = 1 the rest is 2 v^2/pi (pi/2 - 1) = 0.571 (2 v^2/pi), above 0.564 (2 v^2/pi)",
        ),
        Mutant(
            "the lower bound 1.001 times larger",
            statement=left(lowest=Rational(1001, 1000)),
            because="both bounds tend to each other as M grows",
        ),
        Mutant(
            "coefficients like k^(-5/2) from above",
            statement=coefficients(highest=LEADING / (k**2 * sqrt(k))),
            because="they come down to it from above: c_2^2 of ReLU is 0.0796 > 0.0224",
        ),
        Mutant(
            "cut off at degree 128, the slope is right to two percent",
            sizes={"M": (64, 64)},
            statement=Le(rest, slope / 50),
            because="for ReLU it still misses 2.2 percent",
        ),
    ],
)
