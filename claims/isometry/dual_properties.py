r"""Gaussian duals are bounded by their value at 1, and non-decreasing and convex on $[0,1]$.

For $\sigma\in L^2(\mathcal N(0,1))$ and standard Gaussians $X,Y$ of correlation $\rho$ let
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$.  Then
(a) $|\hat\sigma(\rho)|\le\hat\sigma(|\rho|)\le\hat\sigma(1)=\mathbb E\sigma^2$ on $[-1,1]$;
(b) $\hat\sigma$ is non-decreasing on $[0,1]$;  (c) $\hat\sigma$ is convex on $[0,1]$.

Lemma on dual activations of Daniely, Frostig and Singer (2016), arXiv 1602.05897; re-derived: every part follows from
$c_k^2\ge0$.  On $[-1,1]$ both (b) and (c) are false: the dual of $|x|$ falls on $[-1,0]$, and the duals of odd functions are
concave there.  ReLU, squared ReLU and GELU are no counterexamples to convexity.

Equality in (a) for odd and for even $\sigma$; in (b) for constants; in (c) for affine duals, as of $\sigma(x)=x$.
"""

from sympy import Abs, And, Eq, Le

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import CLOSED
from strategies.activations import SERIES, ordered
from strategies.kernels import correlation, kernel

at_rho, at_size, at_one, at_low, at_high, at_middle = quantities("at_rho at_size at_one at_low at_high at_middle")
of_sum = quantities("of_sum")


def evaluate(xp, kernel, rho, x, y):
    low, high = ordered(xp, x, y)
    value = kernel(rho).value
    return {
        at_rho: value,
        at_size: kernel(rho.positive(xp)).value,
        at_one: xp.ones_like(value),
        at_low: kernel(low).value,
        at_high: kernel(high).value,
        at_middle: kernel(low.midpoint(xp, high)).value,
        of_sum: lambda: 2 * (value - kernel(rho.opposite).value),
    }


def inputs(signs=(1,)):
    """Two correlations of the given signs to compare, and a negative one."""
    return {
        "kernel": kernel("K", centred=False, activations=(SERIES, *CLOSED, "elu", "selu")),
        "rho": correlation(signs=(-1,)),
        "x": correlation(signs=signs, closed=True),
        "y": correlation(signs=signs, closed=True),
    }


bounded = And(Le(Abs(at_rho), at_size), Le(at_size, at_one))
monotone, convex = Le(at_low, at_high), Le(2 * at_middle, at_low + at_high)

claim = Claim(
    source=DANIELY_2016.item("lemma on dual activations"),
    provenance="recalled",
    inputs=inputs(),
    sizes={"K": (1, 6)},
    statement=And(bounded, monotone, convex),
    evaluate=evaluate,
    oracle=gaussian_duals.properties,
    oracle_differs="the printed closed forms, not the parts of either parity",
    definitions={
        at_rho: "the dual, divided by its value at 1, at a negative correlation rho",
        at_size: "the same at |rho|",
        at_one: "the same at 1",
        at_low: "the same at the smaller of two correlations x, y in [0, 1]",
        at_high: "the same at the larger of them",
        at_middle: "the same at their midpoint",
        of_sum: "the same for the sum of sigma(x) and -sigma(-x)",
    },
    notation={
        at_rho: r"\hat\sigma(\rho)",
        at_size: r"\hat\sigma(|\rho|)",
        at_one: r"\hat\sigma(1)",
        at_low: r"\hat\sigma(x)",
        at_high: r"\hat\sigma(y)",
        at_middle: r"\hat\sigma(\tfrac{x+y}2)",
        of_sum: r"\widehat{\sigma+\tau}(\rho)",
    },
    tight="odd and even functions in (a), affine duals in (c)",
    not_covered=[
        "continuity and analyticity, which follow from isometry/kappa_series; homogeneity and parity: isometry/dual_parity",
        "that all derivatives are non-negative on [0, 1): isometry/dual_derivatives",
        "positive semidefiniteness: isometry/dual_positive",
    ],
    mutants=[
        Mutant(
            "convex on [-1, 1]",
            inputs=inputs(signs=(1, -1)),
            statement=convex,
            because="the dual of an odd function is odd, so concave on [-1, 0]: sign, erf, sin",
        ),
        Mutant(
            "non-decreasing on [-1, 1]",
            inputs=inputs(signs=(1, -1)),
            statement=monotone,
            because="the dual of |x| falls from 1 at -1 to 2/pi at 0",
        ),
        Mutant(
            "non-negative",
            statement=Le(Abs(at_rho), at_rho),
            because="GELU has the value -0.0748 at -1, and every odd function is negative there",
        ),
        Mutant(
            "additive",
            statement=Eq(of_sum, 2 * at_rho),
            because="ReLU(x) and -ReLU(-x) have the same dual and the sum x, whose dual is rho",
        ),
    ],
)
