r"""SiLU is critical at one variance only, $K^*=14.32017\dots$: below it the variance grows faster than a difference of inputs.

For $\sigma(x)=x/(1+e^{-x})$ (SiLU, or SWISH), $z\sim\mathcal N(0,1)$ and $K>0$ let $g(K)=\mathbb E\,\sigma(\sqrt Kz)^2$ and
$\chi(K)=\mathbb E\,\sigma'(\sqrt Kz)^2$.  A network with the variances $C_W,C_b$ of weights and biases is critical at $K$ if
$K=C_b+C_Wg(K)$ and $C_Wg'(K)=C_W\chi(K)=1$.  With $K^*=14.3201736180258$ to the last digit given,
$$g'(K)>\chi(K)\ \text{ for }K<K^*,\qquad g'(K)<\chi(K)\ \text{ for }K>K^* ,$$
so that $K^*$ is the only critical variance.

The half-stable universality class of Roberts, Yaida and Hanin (2022), §5.3; GELU is in `isometry/crit_gelu`, with a closed form.
The variances $C_W$ and $C_b$ at $K^*$ are in `isometry/crit_points`.
"""

from sympy import And, Gt, Implies, Lt, Rational

from claims.sources import ROBERTS_2022
from oracles import criticality as oracle
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import variance
from strategies.criticality import growth_and_susceptibility

growth, susceptibility, K, star, unit = quantities("growth susceptibility K star unit")


def evaluate(xp, K):
    g, chi = growth_and_susceptibility(xp, "silu", K)
    return {growth: g, susceptibility: chi, "K": K, star: 14.3201736180258 + 0 * K, unit: 5e-14 + 0 * K}


def critical_at(value, margin=0):
    """The growth is above the susceptibility below ``value``, and below it beyond."""
    before = Implies(Lt(K, value - margin), Gt(growth, susceptibility))
    return And(before, Implies(Gt(K, value + margin), Lt(growth, susceptibility)))


claim = Claim(
    source=ROBERTS_2022.item("§5.3, half-stable class, SiLU"),
    provenance="recalled",
    inputs={"K": variance(high=64.0)},
    sizes={},
    statement=critical_at(star, unit),
    evaluate=evaluate,
    oracle=oracle.silu,
    oracle_differs="rigorous integrals with proved tails, not fixed nodes",
    definitions={
        growth: "the derivative of the second moment of SiLU in the variance K",
        susceptibility: "E s'(sqrt(K) z)^2 for SiLU",
        K: "the variance",
        star: "K* as printed, 14.3201736180258",
        unit: "half a unit of its last digit, 5e-14",
    },
    notation={growth: "g'(K)", susceptibility: r"\chi(K)", star: "K^*", unit: "u"},
    tight="K near K*, where both sides agree",
    not_covered=["variances above 64 or below 2^-20"],
    mutants=[
        Mutant(
            "where GELU is critical",
            statement=critical_at(Rational("3.5615528")),
            because="at K = 4 the growth of SiLU is still above its susceptibility, by 0.0237",
        ),
        Mutant(
            "K* = 14",
            statement=critical_at(Rational(14)),
            because="between 14 and 14.3202 the growth is still above the susceptibility",
        ),
        Mutant(
            "K* = 14.5",
            statement=critical_at(Rational(29, 2)),
            because="between 14.3202 and 14.5 the growth is already below the susceptibility",
        ),
        Mutant(
            "critical nowhere",
            statement=Gt(growth, susceptibility),
            because="at K = 15 the growth is below the susceptibility, by 0.00056",
        ),
    ],
)
