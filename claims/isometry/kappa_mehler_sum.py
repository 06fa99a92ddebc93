r"""Mehler's formula: the sum of products of Hermite polynomials is the density of a Gaussian pair over that of two.

For the orthonormal Hermite polynomials $\mathrm{he}_k=\mathrm{He}_k/\sqrt{k!}$, $x,y\in\mathbb R$ and $|\rho|<1$
$$\sum_{k\ge0}\mathrm{he}_k(x)\,\mathrm{he}_k(y)\,\rho^k=M(x,y;\rho)=
  \frac1{\sqrt{1-\rho^2}}\exp\frac{2\rho xy-\rho^2(x^2+y^2)}{2(1-\rho^2)} .$$
Mehler (1866); behind "Mehler's lemma" of Joudaki and Hofmann (2025), arXiv 2410.20107 (`isometry/kappa_mehler`), which is the
formula integrated against two polynomials.  Checked through the partial sums: by Cramér's bound
$|\mathrm{he}_k(x)|\le1.0865\,e^{x^2/4}$
$$\Big|M(x,y;\rho)-\sum_{k\le N}\mathrm{he}_k(x)\,\mathrm{he}_k(y)\,\rho^k\Big|\le
  1.181\,e^{(x^2+y^2)/4}\frac{|\rho|^{N+1}}{1-|\rho|},$$
which tends to 0 with $N$.
"""

from sympy import And, Le, Rational

from claims.sources import JOUDAKI_2025
from oracles import hermite_coefficients as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.hermite_coefficients import hermite_products
from strategies.kernels import correlation

closed, partial, monic, rootless, doubled, linear = quantities("closed partial monic rootless doubled linear")
envelope, size = quantities("envelope size")
N = sizes("N")
REACH = 4


def evaluate(xp, x, y, rho, N):
    x, y, r = REACH * x.value, REACH * y.value, rho.value
    products, rest = hermite_products(xp, x, y, N), rho.complement * (1 + rho.magnitude)
    degrees = xp.arange(N + 1, device=r.device)
    terms = products * r[:, None] ** degrees
    # the exponent, split where its two parts do not cancel next to rho = 1
    exponent = r * x * y / (1 + r) - (r * (x - y)) ** 2 / (2 * rest)
    return {
        closed: xp.exp(exponent) / xp.sqrt(rest),
        partial: xp.sum(terms, axis=1),
        monic: lambda: xp.sum(terms * xp.exp(xp.special.lgamma(degrees + 1.0)), axis=1),
        rootless: lambda: xp.exp(exponent),
        doubled: lambda: xp.exp(2 * exponent) / xp.sqrt(rest),
        linear: lambda: xp.exp(-r * (x - y) ** 2 / (2 * rest)) / xp.sqrt(rest),
        envelope: xp.exp((x * x + y * y) / 4),
        size: rho.magnitude,
    }


def within(value=closed, total=partial, degrees=N + 1):
    """The closed form is as near to a partial sum as Cramér's bound allows."""
    tail = Rational(1181, 1000) * envelope * size**degrees / (1 - size)
    return And(Le(value, total + tail), Le(total - tail, value))


claim = Claim(
    source=JOUDAKI_2025.item("Mehler's lemma, its kernel"),
    provenance="recalled",
    inputs={"x": correlation(), "y": correlation(), "rho": correlation(apart=1 / 16)},
    reading="x and y are four times the numbers in (-1, 1) that are drawn for them",
    sizes={"N": (0, 24)},
    statement=within(),
    surrogate="every partial sum is within Cramér's bound of the terms beyond it",
    evaluate=evaluate,
    oracle=oracle.mehler_sum,
    oracle_differs="explicit polynomials in rationals and a quotient of densities, not a recurrence and a split exponent",
    definitions={
        closed: "M(x, y; rho), the closed form",
        partial: "the sum of he_k(x) he_k(y) rho^k up to degree N",
        monic: "the same for the monic He_k",
        rootless: "the closed form without the root",
        doubled: "the closed form with twice the exponent, as for the physicists' polynomials",
        linear: "the closed form with rho (x^2 + y^2) in place of rho^2 (x^2 + y^2)",
        envelope: "e^((x^2 + y^2)/4)",
        size: "|rho|",
    },
    notation={
        closed: r"M(x,y;\rho)",
        partial: r"\sum_{k\le N}\mathrm{he}_k(x)\mathrm{he}_k(y)\rho^k",
        monic: r"\sum_{k\le N}\mathrm{He}_k(x)\mathrm{He}_k(y)\rho^k",
        rootless: r"\sqrt{1-\rho^2}\,M(x,y;\rho)",
        doubled: r"\sqrt{1-\rho^2}\,M(x,y;\rho)^2",
        linear: r"M^{\mathrm{linear}}(x,y;\rho)",
        envelope: r"e^{(x^2+y^2)/4}",
        size: r"|\rho|",
    },
    not_covered=["|x| or |y| of 4 and more, |rho| above 15/16"],
    mutants=[
        Mutant("monic polynomials", statement=within(total=monic), because="their squares carry a factor k!"),
        Mutant("without the root", statement=within(rootless), because="at x = y = 0 and rho = 1/2 the sum is 1.1547, not 1"),
        Mutant(
            "the exponent of the physicists' polynomials",
            statement=within(doubled),
            because="they are orthogonal for e^(-x^2): the term of degree 1 is x y rho, not 2 x y rho",
        ),
        Mutant(
            "rho in place of its square",
            statement=within(linear),
            because="at x = y = 1 the term of degree 1 is rho, not 0",
        ),
        Mutant(
            "a tail one degree shorter",
            statement=within(degrees=N + 2),
            because="for small rho what is left is the term of degree N + 1 alone",
        ),
    ],
)
