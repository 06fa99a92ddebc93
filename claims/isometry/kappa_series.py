r"""The kernel map of an activation is the power series of its squared Hermite coefficients.

Let $\phi\in L^2(\mathcal N(0,1))$ with $\mathbb E\phi^2=1$, orthonormal Hermite coefficients $c_k$, and
$\kappa(\rho)=\mathbb E\,\phi(X)\phi(Y)$ for standard Gaussians of correlation $\rho$.  Then
$$\kappa(\rho)=\sum_{k\ge0}c_k^2\,\rho^k\qquad\text{on }[-1,1].$$

Corollary of Mehler's lemma in Joudaki and Hofmann (2025), arXiv 2410.20107.  Checked through the partial sums: since the
terms beyond degree $N$ have the mass $1-\sum_{k\le N}c_k^2$,
$$\Big|\kappa(\rho)-\sum_{k\le N}c_k^2\rho^k\Big|\le|\rho|^{N+1}\Big(1-\sum_{k\le N}c_k^2\Big),$$
which tends to 0 with $N$, also at $|\rho|=1$ by $\sum c_k^2=1$.  Equality for a single degree beyond $N$, and at $\rho=1$.
"""

from sympy import And, Le

from claims.sources import JOUDAKI_2025
from oracles import hermite_coefficients as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.hermite_coefficients import shares
from strategies.kernels import correlation, kernel

kappa, partial, monic, doubled, rest, size = quantities("kappa partial monic doubled rest size")
N = sizes("N")


def evaluate(xp, kernel, rho, N):
    mass, value = shares(xp, kernel, N + 1), rho.value[:, None]
    degrees = xp.arange(N + 1, device=value.device)
    one = rho.magnitude + rho.complement  # for small rho nothing but its rounding tells how far `rest` cancels
    factorials = xp.exp(xp.special.lgamma(degrees + 1.0))
    return {
        kappa: kernel(rho).value,
        partial: xp.sum(mass * value**degrees, axis=1),
        monic: lambda: xp.sum(mass * value**degrees * factorials, axis=1),
        doubled: lambda: xp.sum(mass * value ** (2 * degrees), axis=1),
        rest: one - xp.sum(mass, axis=1),
        size: rho.magnitude,
    }


def within(total, degrees=N + 1):
    """The kernel map is as near to a partial sum as the mass beyond allows."""
    tail = size**degrees * rest
    return And(Le(kappa, total + tail), Le(total - tail, kappa))


claim = Claim(
    source=JOUDAKI_2025.item("Corollary of Mehler's lemma"),
    provenance="text",
    inputs={"kernel": kernel("K", centred=False), "rho": correlation(closed=True)},
    sizes={"K": (1, 6), "N": (0, 9)},
    statement=within(partial),
    evaluate=evaluate,
    oracle=oracle.series,
    oracle_differs="the printed closed form, or a longer series with a proved tail, and exact coefficients; not the parts of either "
    "parity, the gamma function and tables",
    surrogate="every partial sum is within the mass of the degrees beyond it",
    definitions={
        kappa: "kappa(rho), from the dual",
        partial: "the sum of c_k^2 rho^k up to degree N",
        monic: "the same with a factor k!",
        doubled: "the same with rho^(2k)",
        rest: "the mass 1 - sum of c_k^2 beyond degree N",
        size: "|rho|",
    },
    notation={
        kappa: r"\kappa(\rho)",
        partial: r"S_N",
        monic: r"\sum_{k\le N}k!\,c_k^2\rho^k",
        doubled: r"\sum_{k\le N}c_k^2\rho^{2k}",
        rest: r"(1-\sum_{k\le N}c_k^2)",
        size: r"|\rho|",
    },
    tight="a single degree beyond N; rho = 1",
    not_covered=["rho = -1, of which correlations are drawn as near as 2^-50"],
    mutants=[
        Mutant(
            "monic polynomials",
            statement=within(monic),
            because="their squares carry a factor k!: rho^2 becomes 2 rho^2",
        ),
        Mutant(
            "powers of both degrees",
            statement=within(doubled),
            because="E he_k(X) he_k(Y) = rho^k, not rho^(2k)",
        ),
        Mutant(
            "a tail one degree shorter",
            statement=within(partial, degrees=N + 2),
            because="a single degree N + 1 reaches |rho|^(N+1)",
        ),
    ],
)
