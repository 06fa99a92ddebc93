r"""A nonlinear activation has one attractor; its other fixed points can only be 1 and -1, and they repel.

Let $\kappa(\rho)=\sum_kc_k^2\rho^k$ be the kernel map of a *nonlinear* activation, $\sum_{k\ge2}c_k^2>0$, with $\kappa(1)=1$, and
$\rho_\star\in[0,1]$ the attractor of Theorem 1.  For $\rho\in(-1,1)$
$$\kappa(\rho)>\rho\ \text{ if }\rho<\rho_\star,\qquad\kappa(\rho)<\rho\ \text{ if }\rho>\rho_\star,$$
so no other fixed point lies inside; $\kappa'(\rho_\star)\le1$, with equality only for $\rho_\star=1$, so that $\rho_\star$
attracts; $\kappa'(1)>1$ if $\rho_\star<1$; and $\kappa(-1)>-1$ or $\kappa'(-1)>1$, where $\kappa(-1)=-1$ exactly for odd
activations.

Last sentence of Theorem 1 of Joudaki and Hofmann (2025), arXiv 2410.20107.  The theorem does not repeat *nonlinear*, which
the preliminaries assume throughout.  It is needed: $\phi(x)=x$ has $\kappa(\rho)=\rho$, every $\rho$ is fixed, and
$\rho_0=-\frac12$ never moves.  A sentence of the proof of case 4, that the size of the correlations does not grow, is false.

Proof: $\kappa$ is convex on $[0,1]$, strictly unless affine, so $\kappa(\rho)=\rho$ has at most two roots there, and for
$\rho<0$, $\kappa(\rho)-\rho\ge c_0^2(1+|\rho|)+\sum_{k\ge2}c_k^2(|\rho|-|\rho|^k)>0$.
"""

from sympy import Abs, And, Gt, Implies, Le, Lt, Or

from claims.sources import JOUDAKI_2025
from oracles import kernels
from refute import Claim, Mutant, quantities
from strategies.activations import Correlation
from strategies.attractors import attracted
from strategies.iterations import slope_at_one
from strategies.kernels import correlation

rho, rho_next, fixed, slope_fixed, slope_one = quantities("rho rho_next fixed slope_fixed slope_one")
value_minus, slope_minus, curvature, even_mass = quantities("value_minus slope_minus curvature even_mass")


def evaluate(xp, kernel, start):
    one = xp.ones_like(kernel.fixed)
    minus_one = Correlation(-one, one, 0 * one)
    return {
        rho: start.value,
        rho_next: kernel(start).value,
        fixed: kernel.fixed,
        slope_fixed: kernel.slope_at_fixed,
        curvature: xp.sum(xp.abs(kernel.parameter[:, 2:]), axis=1),
        even_mass: xp.sum(kernel.parameter[:, ::2], axis=1),
        slope_one: slope_at_one(xp, kernel),
        value_minus: kernel(minus_one).value,
        slope_minus: kernel.slope(minus_one),
    }


nonlinear = Gt(curvature, 0)
rises, falls = Implies(Lt(rho, fixed), Gt(rho_next, rho)), Implies(Gt(rho, fixed), Lt(rho_next, rho))
attracts = And(Le(slope_fixed, 1), Implies(Lt(fixed, 1), Lt(slope_fixed, 1)))
repels_at_one, repels_at_minus_one = Implies(Lt(fixed, 1), Gt(slope_one, 1)), Or(Gt(value_minus, -1), Gt(slope_minus, 1))
only_odd = And(Implies(Gt(even_mass, 0), Gt(value_minus, -1)), Implies(Le(even_mass, 0), Le(value_minus, -1)))

claim = Claim(
    source=JOUDAKI_2025.item("Theorem 1, last sentence"),
    provenance="text",
    reading="for a nonlinear activation, as the preliminaries of the paper assume",
    inputs={"kernel": attracted("K"), "start": correlation()},
    sizes={"K": (2, 12)},
    hypotheses=[nonlinear],
    statement=And(rises, falls, attracts, repels_at_one, repels_at_minus_one, only_odd),
    scale=slope_one,
    evaluate=evaluate,
    oracle=kernels.fixed_points,
    oracle_differs="the plain power series in rationals, not its even and odd parts",
    definitions={
        rho: "the correlation",
        rho_next: "kappa(rho)",
        fixed: "the attractor rho*",
        slope_fixed: "kappa'(rho*)",
        curvature: "the sum of c_k^2 over k >= 2",
        even_mass: "the sum of c_k^2 over even k",
        slope_one: "kappa'(1)",
        value_minus: "kappa(-1)",
        slope_minus: "kappa'(-1)",
    },
    notation={
        rho: r"\rho",
        rho_next: r"\kappa(\rho)",
        fixed: r"\rho_\star",
        slope_fixed: r"\kappa'(\rho_\star)",
        curvature: r"\textstyle\sum_{k\ge2}c_k^2",
        even_mass: r"\textstyle\sum_kc_{2k}^2",
        slope_one: r"\kappa'(1)",
        value_minus: r"\kappa(-1)",
        slope_minus: r"\kappa'(-1)",
    },
    tight="strict inequalities, which approach equality at the fixed points and for nearly linear activations",
    without={nonlinear: {"kernel": attracted("K", linear=True)}},
    mutants=[
        Mutant(
            "nonlinear not assumed",
            inputs={"kernel": attracted("K", linear=True), "start": correlation()},
            hypotheses=[],
            because="phi(x) = x fixes every correlation",
        ),
        Mutant(
            "at most one fixed point in [0, 1]",
            inputs={"kernel": attracted("K"), "start": correlation(closed=True)},
            statement=And(rises, falls),
            because="1 is always fixed, besides an attractor below it",
        ),
        Mutant(
            "no fixed point at -1",
            statement=And(rises, falls, repels_at_one, Gt(value_minus, -1)),
            because="an odd activation has kappa(-1) = -1",
        ),
        Mutant(
            "1 always repels",
            statement=And(rises, falls, Gt(slope_one, 1), repels_at_minus_one),
            because="in cases 2 and 3 it attracts: kappa'(1) <= 1",
        ),
        Mutant(
            "the size of the correlations does not grow",
            statement=Le(Abs(rho_next), Abs(rho)),
            because="a sentence of the proof of case 4: from 0 the correlation moves to kappa(0) > 0",
        ),
        Mutant(
            "coefficients of both signs",
            inputs={"kernel": attracted("K", signed=True), "start": correlation()},
            statement=And(rises, falls),
            because="-1 + 4 rho - 2 rho^2 lies below the diagonal at 0, left of its fixed point 1/2",
        ),
    ],
)
