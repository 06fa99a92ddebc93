r"""The kernel map of a centred activation contracts correlations at the rate of its non-linearity, in every layer.

Let $\phi\in L^2(\mathcal N(0,1))$ have the Hermite coefficients $c_k=\mathbb E\,\phi(X)\mathrm{he}_k(X)$ (orthonormal
$\mathrm{he}_k$) and the kernel map $\kappa(\rho)=\mathbb E\,\phi(X)\phi(Y)=\sum_kc_k^2\rho^k$ for standard Gaussians of
correlation $\rho$.  If $\kappa(1)=1$ and $\kappa(0)=0$ (a centred, normalised activation), then for every
$\rho_0\in(-1,1)$ the sequence $\rho_{\ell+1}=\kappa(\rho_\ell)$ satisfies, for all $\ell\ge0$ and
$\Phi(\rho)=|\rho|/(1-|\rho|)$,
$$\Phi(\rho_\ell)\le\Phi(\rho_0)\,\alpha^\ell,\qquad\alpha=\frac1{2-\kappa'(0)} .$$
For a nonlinear $\phi$, $\kappa'(0)<1$ and $\alpha<1$; $2-\kappa'(0)$ is the non-linearity strength $\beta_0$.

Theorem 1, case 1, of Joudaki and Hofmann (2025), arXiv 2410.20107, there aligned with Theorem A2 of arXiv 2305.18399.
One step is $|\kappa(\rho)|\le|\rho|(\kappa'(0)+(1-\kappa'(0))|\rho|)$.  Tight: $\kappa=a\rho+(1-a)\rho^2$ as $\rho\to1$,
and equality for $\phi(x)=x$.

The activation is a structure choice, centred and normalised: finite Hermite series with rational coefficients; leaky ReLU,
exponential, sine, cosine, erf, normal distribution function, sign, GELU and squared ReLU in closed form; tanh, sigmoid, SiLU,
softplus, softsign, ELU, SELU.
"""

from sympy import Le, Max

from claims.sources import JOUDAKI_2025
from oracles import isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.kernels import correlation, kernel

potential, potential_0, rho, rho_0, slope = quantities("potential potential_0 rho rho_0 slope")
l = sizes("l")


def evaluate(xp, kernel, start, L):
    states = [start]
    for _ in range(L):
        states.append(kernel(states[-1]))
    return {
        potential: xp.stack([state.potential for state in states[1:]], axis=1),
        rho: xp.stack([state.magnitude for state in states[1:]], axis=1),
        potential_0: start.potential,
        rho_0: start.magnitude,
        slope: kernel.slope_at_zero,
    }


claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, case 1"),
    provenance="text",
    inputs={"kernel": kernel("K"), "start": correlation()},
    sizes={"K": (2, 8), "L": (1, 12)},
    axes={l: (1, "L")},
    statement=Le(potential[l], potential_0 / (2 - slope) ** l),
    evaluate=evaluate,
    oracle=isometry.centred_iteration,
    oracle_differs="the plain series, the textbook dual, or a Hermite series with a proved tail, less the square of c_0, and "
    "1 - |rho| by subtraction; not even and odd parts with their deficits",
    definitions={
        potential: "|rho_l| / (1 - |rho_l|)",
        potential_0: "|rho_0| / (1 - |rho_0|)",
        rho: "|rho_l|, the correlation after l layers",
        rho_0: "|rho_0|",
        slope: "kappa'(0)",
    },
    notation={
        potential: r"\Phi(\rho_l)",
        potential_0: r"\Phi(\rho_0)",
        rho: r"|\rho_l|",
        rho_0: r"|\rho_0|",
        slope: r"\kappa'(0)",
    },
    tight="kappa = a rho + (1 - a) rho^2 as rho tends to 1; equality for the identity",
    not_covered=["layer 0, where both sides are the same number", "kappa'(0) < 1 for nonlinear activations"],
    mutants=[
        Mutant(
            "rate kappa'(0)",
            statement=Le(potential[l], potential_0 * slope**l),
            because="kappa = (rho + rho^2)/2 at rho = 0.9 contracts by 0.655 > 1/2 only",
        ),
        Mutant(
            "potential |rho|",
            statement=Le(rho[l], rho_0 / (2 - slope) ** l),
            because="|kappa(rho)|/|rho| tends to 1 as rho tends to 1",
        ),
        Mutant(
            "rate of odd kernels",
            statement=Le(potential[l], potential_0 * Max(slope, 1 / (3 - 2 * slope)) ** l),
            because="kappa = rho^2 at rho = 0.9 contracts by 0.474 > 1/3 only; the rate holds for odd kernels",
        ),
        Mutant(
            "activation not centred",
            inputs={"kernel": kernel("K", centred=False), "start": correlation()},
            because="with kappa(0) > 0 the correlation 0 moves, where the right side is 0",
        ),
    ],
)
