r"""The variance of a critical tanh network falls like $\frac1{2\ell}$: two-sided bounds of one layer, and of all.

For $z\sim\mathcal N(0,1)$ and $K>0$,
$$\frac K{1+2K}\le\mathbb E\tanh^2(\sqrt Kz)\le\min\Big\{K,\ K-2K^2+\tfrac{17}3K^3\Big\} .$$
So the variances $K_{\ell+1}=\mathbb E\tanh^2(\sqrt{K_\ell}z)$ of a network with $C_W=1$, $C_b=0$ satisfy
$$K_\ell\ge\frac1{1/K_0+2\ell},\qquad\ell K_\ell\to\tfrac12 .$$
The limit is checked through the growth of $1/K$ in one layer, which implies it since $K_\ell\to0$:
$$2-\tfrac53K_{\ell-1}\le\frac1{K_\ell}-\frac1{K_{\ell-1}}\le2\qquad(\ell\ge1).$$

Derived here; the $K^*=0$ universality class of Roberts, Yaida and Hanin (2022).  Proof: the Taylor sums of $\tanh^2$
envelop it, which is the upper bound, and both bounds of the growth for small $K$; all sides of these increase in $K$, so that
finitely many values settle the rest, as the end of the page says.  Tight as $K\to0$, where
$\frac1{K_1}-\frac1{K_0}=2-\frac53K_0+6K_0^2+O(K_0^3)$.
"""

from sympy import And, Ge, Le, Rational

from claims.sources import ROBERTS_2022
from oracles import criticality as oracle
from oracles import tanh_step
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import variance
from strategies.gaussian import line_mean
from strategies.softening import squared_loss

later, before, growth, first, K = quantities("later before growth first K")
l = sizes("l")


def evaluate(xp, K, L):
    states, growths = [K], []
    for _ in range(L):
        scale = xp.sqrt(states[-1])[:, None]
        states.append(line_mean(xp, lambda z, scale=scale: xp.tanh(scale * z) ** 2, K))
        lost = line_mean(xp, lambda z, scale=scale: squared_loss(xp, scale * z), K)
        growths.append(lost / (states[-1] * states[-2]))
    stacked = xp.stack(states, axis=1)
    return {later: stacked[:, 1:], before: stacked[:, :-1], growth: xp.stack(growths, axis=1), first: states[1], "K": K}


CUBIC, BEND = Rational(17, 3), Rational(5, 3)


def bounds(slope=2, cubic=CUBIC):
    return And(Le(1 / (1 / K + slope * l), later[l]), Le(first, K), Le(first, K - 2 * K**2 + cubic * K**3))


def grows(lowest=2, bend=BEND, highest=2):
    return And(Ge(growth[l], lowest - bend * before[l]), Le(growth[l], highest))


claim = Claim(
    source=ROBERTS_2022.item("§5.3, tanh"),
    provenance="derived",
    inputs={"K": variance()},
    sizes={"L": (1, 3)},
    axes={l: (1, "L")},
    statement=And(bounds(), grows()),
    surrogate="1/K grows by 2 - (5/3) K at least and by 2 at most in one layer, so by 2 in the limit",
    evaluate=evaluate,
    oracle=oracle.tanh_recursion,
    oracle_differs="rigorous quadrature between the poles, and subtracted reciprocals; not fixed nodes for the loss K - E tanh^2",
    appendix=tanh_step.markdown,
    definitions={
        later: "the variance K_l after l layers",
        before: "the variance K_(l-1) one layer before",
        growth: "1/K_l - 1/K_(l-1)",
        first: "the variance K_1 after one layer",
        K: "the variance K_0",
    },
    notation={
        later: "K_l",
        before: "K_{l-1}",
        growth: r"\Big(\frac1{K_l}-\frac1{K_{l-1}}\Big)",
        first: r"\mathbb{E}\tanh^2(\sqrt{K_0}z)",
        K: "K_0",
    },
    tight="K to 0",
    not_covered=["first variances above 16 or below 2^-20, by search; the proof of one layer covers them"],
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
            because="the Taylor sums alternate around the mean: at K = 1/10 it is 0.0842 > 0.08",
        ),
        Mutant(
            "growth of at least 2 - 1.6 K",
            statement=grows(bend=Rational(8, 5)),
            because="false for small K only, where it is 2 - (5/3) K + O(K^2)",
        ),
        Mutant(
            "limit 1/3",
            statement=grows(lowest=3),
            because="the growth would have to tend to 3, and it is at most 2",
        ),
        Mutant(
            "limit 1",
            statement=grows(highest=1),
            because="the growth tends to 2",
        ),
    ],
)
