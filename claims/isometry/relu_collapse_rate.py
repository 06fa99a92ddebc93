r"""ReLU layers bring two inputs together polynomially: 1 - rho decays like the inverse square of the depth.

Let $\rho_{\ell+1}=\kappa_1(\rho_\ell)$ with $\kappa_1(\cos\theta)=\frac1\pi(\sin\theta+(\pi-\theta)\cos\theta)$ (the mean field
of ReLU layers with He initialisation), $x_\ell=1-\rho_\ell$, $x_0\in(0,2]$.  Then for all $\ell\ge0$
$$\Big[x_0^{-1/2}+\big(1-\tfrac1{\sqrt2}\big)\ell\Big]^{-2}\le x_\ell\le\Big[x_0^{-1/2}+\tfrac{\sqrt2}{3\pi}\ell\Big]^{-2},$$
and for $y_\ell=x_\ell^{-1/2}$ the increments do not increase and stay above their limit,
$$\tfrac{\sqrt2}{3\pi}\le y_{\ell+1}-y_\ell\le y_\ell-y_{\ell-1}\qquad(\ell\ge1).$$
Limit: $\ell^2x_\ell\to\frac{9\pi^2}2=44.413$; so the ReLU Gram matrix loses rank polynomially, not exponentially.

Derived here from `isometry/relu_gap`: with $s=\sqrt x$ and $c(x)=(\kappa_1(1-x)-(1-x))/x^{3/2}$, which does not decrease,
$y_{\ell+1}-y_\ell=\frac{(1-c\,s)^{-1/2}-1}s$ increases in $s$ and in $c$, from $\frac{c(0)}2=\frac{\sqrt2}{3\pi}$ at 0 to
$1-\frac1{\sqrt2}$ at $x=2$, while $x_\ell$ decreases to 0.

Tight: the lower bound at $\rho_0=-1$, $\ell=1$; the upper one for $x_0\to0$ or $\ell\to\infty$.
"""

from sympy import And, Le, Rational, pi, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import ntk
from refute import Claim, Mutant, quantities, sizes
from strategies.angles import deviation, relu_step

x, x_0, increment, next_increment = quantities("x x_0 increment next_increment")
l = sizes("l")


def evaluate(xp, x, L):
    states, increments = [x], []
    for _ in range(L + 1):
        before, (drop, _) = states[-1], relu_step(xp, states[-1])
        after = before - drop
        increments.append(drop / ((xp.sqrt(before) + xp.sqrt(after)) * xp.sqrt(before * after)))
        states.append(after)
    return {
        x_0: x,
        "x": xp.stack(states[1:-1], axis=1),
        increment: xp.stack(increments[:-1], axis=1),
        next_increment: xp.stack(increments[1:], axis=1),
    }


slowest, fastest = sqrt(2) / (3 * pi), 1 - 1 / sqrt(2)
upper = Le(x[l], 1 / (1 / sqrt(x_0) + slowest * l) ** 2)
lower = Le(1 / (1 / sqrt(x_0) + fastest * l) ** 2, x[l])
claim = Claim(
    source=REFUTE_DERIVED.item("Rate of collapse of ReLU kernels"),
    provenance="derived",
    inputs={"x": deviation(distinct=True)},
    sizes={"L": (1, 64)},
    axes={l: (1, "L")},
    statement=And(lower, upper, Le(slowest, next_increment[l]), Le(next_increment[l], increment[l])),
    surrogate="the increments of y decrease to sqrt(2)/(3 pi), which implies the limit",
    evaluate=evaluate,
    oracle=ntk.collapse,
    oracle_differs="the printed kernel on correlations and subtractions, not the drop of 1 - rho by a series in the angle",
    definitions={
        x: "1 - rho after l layers",
        x_0: "1 - rho at first",
        increment: "y_l - y_(l-1)",
        next_increment: "y_(l+1) - y_l",
    },
    notation={x: "x_l", increment: "(y_l-y_{l-1})", next_increment: "(y_{l+1}-y_l)"},
    tight="the lower bound at rho = -1 for one layer; the upper one as x_0 tends to 0 or l to infinity",
    not_covered=["layer 0, where all sides are the same number"],
    mutants=[
        Mutant(
            "exponentially, at the rate 0.95",
            statement=Le(x[l], x_0 * Rational(19, 20) ** l),
            because="one layer takes a small x to x (1 - 0.3 sqrt(x)), and from rho = 0 it fails at 115 layers",
        ),
        Mutant(
            "upper constant 0.16",
            statement=Le(x[l], 1 / (1 / sqrt(x_0) + Rational(4, 25) * l) ** 2),
            because="the constant is 0.15005: from rho = 0.999 false after one layer, from rho = 0 after 63",
        ),
        Mutant(
            "lower constant 0.29",
            statement=Le(1 / (1 / sqrt(x_0) + Rational(29, 100) * l) ** 2, x[l]),
            because="the constant is 0.29289, needed at rho = -1 for one layer",
        ),
        Mutant(
            "increments above 0.1505",
            statement=Le(Rational(301, 2000), next_increment[l]),
            because="they tend to 0.15005",
        ),
    ],
)
