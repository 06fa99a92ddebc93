r"""The Hermite coefficients of a monomial are quotients of factorials and powers of 2.

For a Gaussian $X$, monic Hermite polynomials $\mathrm{He}_k$, a scale $\lambda$ and $n,k\ge0$,
$$\mathbb E\,(\lambda X)^n\mathrm{He}_k(X)=\frac{\lambda^nn!}{2^{(n-k)/2}\big(\frac{n-k}2\big)!}$$
if $n-k$ is even and $\ge0$, and 0 otherwise; so $x^n$ has the orthonormal coefficients
$c_k=\frac{n!}{\sqrt{k!}\,2^{(n-k)/2}((n-k)/2)!}$.

Classical; derived by integration by parts, $\mathbb E f\,\mathrm{He}_k=\mathbb E f^{(k)}$.  Decided in rationals.
"""

import math

from sympy import Eq

from claims.sources import REFUTE_DERIVED
from oracles import hermite_coefficients as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.gaussian import line_mean, orthonormal_hermite
from strategies.kernels import correlation

mixed, formula, scale, norm = quantities("mixed formula scale norm")
n, k = sizes("n k")


def evaluate(xp, scale, n, k):
    x = scale.value
    monic = math.sqrt(math.factorial(k))
    j, is_odd = divmod(n - k, 2)
    value = 0 if is_odd or j < 0 else math.factorial(n) / (2**j * math.factorial(j))
    return {
        mixed: line_mean(xp, lambda z: (x[:, None] * z) ** n * orthonormal_hermite(k, z), x) * monic,
        formula: value + 0 * x,
        "scale": x,
        norm: monic * math.sqrt(math.prod(range(1, 2 * n, 2))) * xp.abs(x) ** n,
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Hermite coefficients of activations for monomials"),
    provenance="derived",
    inputs={"scale": correlation()},
    sizes={"n": (0, 8), "k": (0, 8)},
    statement=Eq(mixed - formula * scale**n, 0),
    scale=norm,
    evaluate=evaluate,
    oracle=oracle.monomial,
    oracle_differs="moments and the coefficients of He_k in rationals, not nodes and the three-term recurrence",
    definitions={
        mixed: "E (lambda X)^n He_k(X)",
        formula: "n! / (2^j j!) for j = (n - k)/2, or 0",
        scale: "the scale lambda, in (-1, 1)",
        norm: "the product of the norms of (lambda X)^n and He_k(X), the scale of the gap",
    },
    notation={mixed: r"\mathbb{E}\,(\lambda X)^n\mathrm{He}_k", formula: r"\frac{n!}{2^jj!}", scale: r"\lambda"},
    not_covered=["degrees above 8"],
    mutants=[
        Mutant(
            "without the powers of 2",
            sizes={"n": (2, 8), "k": (0, "n-2")},
            statement=Eq(mixed - formula * 2 ** ((n - k) / 2) * scale**n, 0),
            because="E X^2 = 1, not 2",
        ),
        Mutant(
            "a factor k too much",
            sizes={"n": (2, 8), "k": (2, "n")},
            statement=Eq(mixed - formula * k * scale**n, 0),
            because="E X^2 He_2 = 2, not 4",
        ),
    ],
)
