r"""A kernel map whose lowest degree is $m$ sends correlations to 0 doubly exponentially: $|\rho_\ell|\le|\rho_0|^{m^\ell}$.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be a kernel map with $\kappa(1)=1$ and $c_k=0$ for $k<m$, $m\ge1$.  Then for
$\rho_0\in(-1,1)$ and $\rho_{\ell+1}=\kappa(\rho_\ell)$
$$|\rho_\ell|\le|\rho_0|^{m^\ell},\qquad\text{that is}\qquad\log|\rho_\ell|\le m^\ell\log|\rho_0| .$$
Corollary (double exponential convergence) of Joudaki and Hofmann (2025), arXiv 2410.20107.  One step is
$|\kappa(\rho)|\le|\rho|^m\sum_{k\ge m}c_k^2|\rho|^{k-m}\le|\rho|^m$.  Equality for the Hermite polynomial $\phi=\mathrm{he}_m$.

Compared in logarithms: the correlations themselves underflow within a few layers.
"""

from sympy import Le

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities, sizes
from strategies.kernels import correlation, weights

log_rho, log_rho_0, terms = quantities("log_rho log_rho_0 terms")
l, m = sizes("l m")


def evaluate(xp, weights, start, m, L):
    shares = weights / xp.sum(weights, axis=1, keepdims=True)
    sign, logs = start.sign, [xp.log(start.magnitude)]
    for _ in range(L):
        rest, rho = 0 * sign, sign * xp.exp(logs[-1])
        for j in range(shares.shape[1] - 1, -1, -1):
            rest = rest * rho + shares[:, j]
        sign = sign**m * xp.where(rest < 0, -xp.ones_like(rest), xp.ones_like(rest))
        logs.append(m * logs[-1] + xp.log(xp.abs(rest)))
    return {
        log_rho: xp.stack(logs[1:], axis=1),
        log_rho_0: logs[0],
        terms: xp.sum(xp.where(weights > 0, xp.ones_like(weights), 0 * weights), axis=1),
    }


claim = Claim(
    source=JOUDAKI_2025.item("Corollary, double exponential convergence"),
    provenance="text",
    inputs={
        "weights": weights("K"),
        "start": correlation(),
    },
    sizes={"m": (1, 5), "K": (1, 6), "L": (1, 6)},
    axes={l: (1, "L")},
    statement=Le(log_rho[l], m**l * log_rho_0),
    evaluate=evaluate,
    oracle=kernels.lowest_order,
    oracle_differs="the plain power series and one logarithm per layer, not a recursion for the logarithm",
    definitions={
        log_rho: "log |rho_l|, minus infinity at 0",
        log_rho_0: "log |rho_0|",
        terms: "the number of degrees k >= m with c_k not 0",
    },
    notation={log_rho: r"\log|\rho_l|", log_rho_0: r"\log|\rho_0|", terms: "N"},
    tight="equality for a single Hermite polynomial of degree m",
    mutants=[
        Mutant(
            "exponent m^(l + 1)",
            statement=Le(log_rho[l], m ** (l + 1) * log_rho_0),
            because="he_m has rho_l = rho_0^(m^l) exactly, and m > 1 allows more",
        ),
        Mutant(
            "exponent m l at m = 1",
            sizes={"m": (1, 1), "K": (1, 6), "L": (1, 6)},
            statement=Le(log_rho[l], l * log_rho_0),
            because="phi(x) = x keeps every correlation, and l > 1 asks for its l-th power",
        ),
        Mutant(
            "the number of terms in place of the lowest degree",
            statement=Le(log_rho[l], terms**l * log_rho_0),
            because="(rho + rho^2)/2 has two terms, and at rho = 1/2 it is 3/8 > 1/4",
        ),
        Mutant(
            "exponent (m + 1)^l",
            statement=Le(log_rho[l], (m + 1) ** l * log_rho_0),
            because="he_m has rho_1 = rho_0^m exactly",
        ),
    ],
)
