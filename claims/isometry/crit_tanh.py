r"""The variance of a critical tanh network falls like $\frac1{2\ell}$: two-sided bounds of one layer, and of all.

For $z\sim\mathcal N(0,1)$ and $K>0$,
$$\frac K{1+2K}\le\mathbb E\tanh^2(\sqrt Kz)\le\min\Big\{K,\ K-2K^2+\tfrac{17}3K^3\Big\} .$$
So the variances $K_{\ell+1}=\mathbb E\tanh^2(\sqrt{K_\ell}z)$ of a network with $C_W=1$, $C_b=0$ satisfy
$$K_\ell\ge\frac1{1/K_0+2\ell},\qquad\ell K_\ell\to\tfrac12 .$$

Derived here; the $K^*=0$ universality class of Roberts, Yaida and Hanin (2022).  Proof: the Taylor sums of $\tanh^2$
envelop it, which is the upper bound and the lower one for small $K$; both sides of the lower bound increase in $K$, and a
grid settles it on the rest.  Tight as $K\to0$, where both bounds agree with $K-2K^2$.
"""

from sympy import And, Le, Rational

from claims.sources import ROBERTS_2022
from oracles import criticality as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import variance
from strategies.gaussian import line_mean

later, first, K = quantities("later first K")
l = sizes("l")


def evaluate(xp, K, L):
    states = [K]
    for _ in range(L):
        scale = xp.sqrt(states[-1])[:, None]
        states.append(line_mean(xp, lambda z, scale=scale: xp.tanh(scale * z) ** 2, K))
    return {later: xp.stack(states[1:], axis=1), first: states[1], "K": K}


CUBIC = Rational(17, 3)


def bounds(slope=2, cubic=CUBIC):
    return And(Le(1 / (1 / K + slope * l), later[l]), Le(first, K), Le(first, K - 2 * K**2 + cubic * K**3))


claim = Claim(
    source=ROBERTS_2022.item("§5.3, tanh"),
    provenance="derived",
    inputs={"K": variance()},
    sizes={"L": (1, 3)},
    axes={l: (1, "L")},
    statement=bounds(),
    evaluate=evaluate,
    oracle=oracle.tanh_recursion,
    oracle_differs="rigorous quadrature between the poles, not fixed nodes",
    definitions={later: "the variance K_l after l layers", first: "the variance K_1 after one layer", K: "the variance K_0"},
    notation={later: "K", first: r"\mathbb{E}\tanh^2(\sqrt{K_0}z)", K: "K_0"},
    tight="K to 0",
    not_covered=["the limit l K_l -> 1/2", "first variances above 16 or below 2^-20"],
    mutants=[
        Mutant(
            "lower bound K/(1 + K)",
            statement=bounds(slope=1),
            because="at K = 1 the mean is 0.394 < 1/2",
        ),
        Mutant(
            "lower bound K/(1 + 1.9 K)",
            statement=bounds(slope=Rational(19, 10)),
            because="false for small K only, where the mean is K - 2 K^2 + O(K^3)",
        ),
        Mutant(
            "upper bound without the cubic term",
            statement=bounds(cubic=0),
            because="the Taylor sums alternate around the mean: at K = 1/10 it is 0.0846 > 0.08",
        ),
    ],
)
