r"""On negative correlations a kernel map rises by its bias, and contracts towards its attractor by one minus its bias.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be a kernel map with $\kappa(1)=1$ and the attractor $\rho_\star\in[0,1]$.  For $0\le r<1$
$$-r+c_0^2\,(1+r)\le\kappa(-r)\le\kappa(r),\qquad
  |\kappa(-r)-\rho_\star|\le(1-\kappa(0))\,|-r-\rho_\star| .$$
From the proof of Theorem 1, case 4, of Joudaki and Hofmann (2025), arXiv 2410.20107, bullet $\rho\le0$; there the second is
stated for $\rho_\star\in(0,1)$, and it holds for every attractor.

Key: $\kappa(\rho)-1=(\rho-1)\sum_kb_k\rho^k$ with the decreasing tails $b_k=\sum_{j>k}c_j^2$ and $b_0=1-c_0^2$, an alternating
sum for $\rho<0$.  Equality for affine $\kappa$ in the first; odd powers of high degree approach it as $r\to1$.
"""

from sympy import And, Le

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities
from strategies.activations import Correlation
from strategies.attractors import attracted
from strategies.kernels import correlation

r, value, mirrored, bias, fixed, distance, distance_next = quantities(
    "minus_rho value mirrored bias fixed distance distance_next"
)


def evaluate(xp, kernel, start):
    (deviation, _), (moved, state) = kernel.orbit(start, 1)
    return {
        r: -start.value,
        value: state.value,
        mirrored: kernel(Correlation(-start.sign, start.magnitude, start.complement)).value,
        bias: kernel.bias,
        fixed: kernel.fixed,
        distance: xp.abs(deviation),
        distance_next: xp.abs(moved),
    }


below, above = Le(bias * (1 + r) - r, value), Le(value, mirrored)
contracts = Le(distance_next, (1 - bias) * distance)

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 4, proof for negative correlations"),
    provenance="text",
    inputs={"kernel": attracted("K"), "start": correlation(signs=(-1,))},
    sizes={"K": (2, 12)},
    statement=And(below, above, contracts),
    evaluate=evaluate,
    oracle=kernels.negative_side,
    oracle_differs="the plain power series at rho and -rho, not its even and odd parts",
    definitions={
        r: "r = -rho",
        value: "kappa(-r)",
        mirrored: "kappa(r)",
        bias: "kappa(0) = c_0^2",
        fixed: "the attractor rho*",
        distance: "|rho - rho*|",
        distance_next: "|kappa(rho) - rho*|",
    },
    notation={
        r: "r",
        value: r"\kappa(-r)",
        mirrored: r"\kappa(r)",
        bias: r"\kappa(0)",
        fixed: r"\rho_\star",
        distance: r"|\rho-\rho_\star|",
        distance_next: r"|\kappa(\rho)-\rho_\star|",
    },
    tight="the first inequality for affine maps, and for odd powers of high degree as r tends to 1",
    mutants=[
        Mutant(
            "kappa(-r) >= kappa(0)",
            statement=And(Le(bias, value), above, contracts),
            because="odd powers lower it: 1/2 + rho/2 at -1/2 is 1/4",
        ),
        Mutant(
            "factor 1 - rho*",
            statement=And(below, above, Le(distance_next, (1 - fixed) * distance)),
            because="0.01 + 0.99(0.9 rho + 0.1 rho^3) has rho* = 0.0925, and at -0.999 the factor 0.981 > 0.908",
        ),
        Mutant(
            "coefficients of both signs",
            inputs={"kernel": attracted("K", signed=True), "start": correlation(signs=(-1,))},
            because="2 rho^2 - rho at -1/2 is 1 > 0, its value at 1/2",
        ),
        Mutant(
            "on positive correlations too",
            inputs={"kernel": attracted("K"), "start": correlation()},
            statement=contracts,
            because="1/3 + 2/3 rho^2 takes 0.9, at the distance 0.4 from 1/2, to the distance 0.373: a factor 0.93 > 2/3",
        ),
    ],
)
