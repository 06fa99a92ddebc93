r"""Hermite polynomials of a Gaussian pair are orthogonal across degrees: Mehler's lemma.

For standard Gaussians $X,Y$ of correlation $\rho\in[-1,1]$ and the orthonormal Hermite polynomials
$\mathrm{he}_k=\mathrm{He}_k/\sqrt{k!}$, $\mathrm{He}_k(x)=(-1)^ke^{x^2/2}\frac{d^k}{dx^k}e^{-x^2/2}$,
$$\mathbb E\,\mathrm{he}_m(X)\,\mathrm{he}_n(Y)=\rho^n\,\delta_{mn},\qquad m,n\ge0 .$$

"Mehler's lemma" of Joudaki and Hofmann (2025), arXiv 2410.20107; Lemma A8 of arXiv 2305.18399.  Both sides are polynomials
in $\rho$ with rational coefficients, so they are compared exactly.  An early version of the paper prints the definition of
$\mathrm{he}_k$ with $e^{-x^2/2}$ in front in place of $e^{x^2/2}$, a misprint that would give $\mathrm{he}_0=e^{-x^2}$.
The sum of all $\mathrm{he}_k(x)\mathrm{he}_k(y)\rho^k$ is in `isometry/kappa_mehler_sum`.
"""

import math

from sympy import Eq

from claims.sources import JOUDAKI_2025
from oracles import hermite_coefficients as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.gaussian import hermite_nodes, orthonormal_hermite
from strategies.kernels import correlation

mixed, monic, physicists, misprinted = quantities("mixed monic physicists misprinted")
matched, value, norm = quantities("matched value norm")
m, n = sizes("m n")


def evaluate(xp, rho, m, n):
    r = rho.value
    nodes, weights = hermite_nodes(xp, r)
    x = nodes[:, None]
    y = r[:, None, None] * x + xp.sqrt(rho.complement * (1 + rho.magnitude))[:, None, None] * nodes[None, :]

    def mean(f, g):
        return xp.sum(xp.sum(f(x) * g(y) * weights, axis=2) * weights, axis=1)

    mixed_mean = mean(lambda z: orthonormal_hermite(m, z), lambda z: orthonormal_hermite(n, z))
    return {
        mixed: mixed_mean,
        monic: lambda: mixed_mean * math.sqrt(math.factorial(m) * math.factorial(n)),
        physicists: lambda: mean(
            lambda z: orthonormal_hermite(m, math.sqrt(2) * z), lambda z: orthonormal_hermite(n, math.sqrt(2) * z)
        ),
        misprinted: lambda: mean(
            lambda z: orthonormal_hermite(m, z) * xp.exp(-z * z), lambda z: orthonormal_hermite(n, z) * xp.exp(-z * z)
        ),
        matched: float(m == n) + 0 * r,
        value: r,
        norm: 1 + 0 * r,
    }


claim = Claim(
    source=JOUDAKI_2025.item("Mehler's lemma"),
    provenance="text",
    inputs={"rho": correlation(closed=True)},
    sizes={"m": (0, 6), "n": (0, 6)},
    statement=Eq(mixed - matched * value**n, 0),
    scale=norm,
    evaluate=evaluate,
    oracle=oracle.mehler,
    oracle_differs="Isserlis' sums over pairings in rationals, not a Gauss-Hermite rule",
    definitions={
        mixed: "E he_m(X) he_n(Y) for the orthonormal polynomials",
        monic: "the same for the monic He_m, He_n",
        physicists: "the same for the physicists' H_m, H_n divided by the roots of 2^m m! and 2^n n!",
        misprinted: "the same for the polynomials times e^(-x^2)",
        matched: "1 if m = n, else 0",
        value: "the correlation rho",
        norm: "1, the product of the norms of he_m and he_n, the scale of the gap",
    },
    notation={
        mixed: r"\mathbb{E}\,\mathrm{he}_m(X)\mathrm{he}_n(Y)",
        monic: r"\mathbb{E}\,\mathrm{He}_m(X)\mathrm{He}_n(Y)",
        physicists: r"\mathbb{E}\,\frac{H_m(X)H_n(Y)}{\sqrt{2^{m+n}m!\,n!}}",
        misprinted: r"\mathbb{E}\,e^{-X^2-Y^2}\mathrm{he}_m(X)\mathrm{he}_n(Y)",
        matched: r"\delta_{mn}",
        value: r"\rho",
    },
    mutants=[
        Mutant(
            "monic polynomials",
            sizes={"m": (2, 6), "n": (2, 6)},
            statement=Eq(monic - matched * value**n, 0),
            because="they carry a factor n!: E He_2(X) He_2(Y) = 2 rho^2",
        ),
        Mutant(
            "the physicists' polynomials",
            statement=Eq(physicists - matched * value**n, 0),
            because="they are orthogonal for e^(-x^2): E H_2(X) = E (4 X^2 - 2) = 2",
        ),
        Mutant(
            "the power of both degrees",
            statement=Eq(mixed - matched * value ** (m + n), 0),
            because="E X Y = rho, not rho^2",
        ),
        Mutant(
            "the misprinted definition",
            statement=Eq(misprinted - matched * value**n, 0),
            because="he_0 = e^(-x^2) has the second moment 1/sqrt(5), not 1",
        ),
    ],
)
