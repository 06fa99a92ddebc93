r"""Identities between the Gaussian constants of tanh, the logistic function, softplus and all $x\,u(x)$ with $u(x)+u(-x)=1$.

For $X\sim\mathcal N(0,1)$, a rate $a>0$, the logistic function $s(x)=1/(1+e^{-x})$ and the distribution function $\Phi$,
$$\begin{aligned}
\mathbb E\,X\tanh aX&=a\,(1-\mathbb E\tanh^2aX), &
\mathbb E\,X s(aX)&=a\,\mathbb E\,s'(aX)=a\big(\tfrac12-\mathbb E\,s(aX)^2\big),\\
\mathbb E\,X\log(1+e^{aX})&=\tfrac a2, & \mathbb E\,X^2s(aX)&=\mathbb E\,X^2\Phi(aX)=\tfrac12 .
\end{aligned}$$
At $a=1$: $c_1=1-m_2$ for tanh, $m_2=\frac12-c_1$ for the logistic function, whose $c_1$ is the $c_0$ of SiLU; and $c_1=\frac12$
for softplus, SiLU and GELU (and ReLU, $a\to\infty$), in the table of `isometry/beta0_table`.

Derived by Stein's identity $\mathbb E\,Xf(X)=\mathbb E\,f'(X)$, $\tanh'=1-\tanh^2$, $s'=s-s^2$, and because $u-\frac12$ is odd.
"""

from sympy import And, Eq, Rational

from claims.sources import REFUTE_DERIVED
from oracles.activation_table import identities
from refute import Claim, Mutant, quantities
from strategies.activation_functions import distribution, logistic, softplus
from strategies.activation_inputs import variance
from strategies.gaussian import line_mean

tanh_first, tanh_square, logistic_first, logistic_square = quantities("tanh_first tanh_square logistic_first logistic_square")
logistic_slope, softplus_first, silu_first, gelu_first, a = quantities("logistic_slope softplus_first silu_first gelu_first a")


def evaluate(xp, a):
    rate = a[:, None]

    def mean(f):
        return line_mean(xp, f, a)

    return {
        tanh_first: mean(lambda x: x * xp.tanh(rate * x)),
        tanh_square: mean(lambda x: xp.tanh(rate * x) ** 2),
        logistic_first: mean(lambda x: x * logistic(xp, rate * x)),
        logistic_square: mean(lambda x: logistic(xp, rate * x) ** 2),
        logistic_slope: mean(lambda x: logistic(xp, rate * x) * logistic(xp, -rate * x)),
        softplus_first: mean(lambda x: x * softplus(xp, rate * x)),
        silu_first: mean(lambda x: x * x * logistic(xp, rate * x)),
        gelu_first: mean(lambda x: x * x * distribution(xp, rate * x)),
        "a": a,
    }


HALF = Rational(1, 2)
of_tanh = Eq(tanh_first, a * (1 - tanh_square))
of_logistic = And(Eq(logistic_first, a * (HALF - logistic_square)), Eq(logistic_first, a * logistic_slope))
of_products = And(Eq(silu_first, HALF), Eq(gelu_first, HALF))

claim = Claim(
    source=REFUTE_DERIVED.item("Identities between the constants of activations"),
    provenance="derived",
    inputs={"a": variance(high=4.0, low=0.125)},
    sizes={},
    statement=And(of_tanh, of_logistic, Eq(softplus_first, a / 2), of_products),
    evaluate=evaluate,
    oracle=identities,
    oracle_differs="rigorous integrals with proved tails, not fixed nodes",
    definitions={
        tanh_first: "E X tanh(a X)",
        tanh_square: "E tanh(a X)^2",
        logistic_first: "E X s(a X) for the logistic function s",
        logistic_square: "E s(a X)^2",
        logistic_slope: "E s'(a X)",
        softplus_first: "E X log(1 + e^(a X))",
        silu_first: "E X^2 s(a X)",
        gelu_first: "E X^2 Phi(a X)",
        a: "the rate",
    },
    notation={
        tanh_first: r"\mathbb{E}\,X\tanh aX",
        tanh_square: r"\mathbb{E}\tanh^2aX",
        logistic_first: r"\mathbb{E}\,Xs(aX)",
        logistic_square: r"\mathbb{E}\,s(aX)^2",
        logistic_slope: r"\mathbb{E}\,s'(aX)",
        softplus_first: r"\mathbb{E}\,X\log(1+e^{aX})",
        silu_first: r"\mathbb{E}\,X^2s(aX)",
        gelu_first: r"\mathbb{E}\,X^2\Phi(aX)",
        a: "a",
    },
    not_covered=["rates above 4 or below 1/8"],
    mutants=[
        Mutant(
            "tanh without the rate",
            statement=Eq(tanh_first, 1 - tanh_square),
            because="it holds for a = 1 alone: the derivative of tanh(a x) carries a factor a",
        ),
        Mutant(
            "the logistic function with 1 for 1/2",
            statement=Eq(logistic_first, a * (1 - logistic_square)),
            because="the mean of s is 1/2",
        ),
        Mutant(
            "softplus with 1/2 at every rate",
            statement=Eq(softplus_first, HALF),
            because="its derivative is a s(a x), of mean a/2",
        ),
        Mutant(
            "SiLU with the first coefficient of the logistic function",
            statement=Eq(silu_first, logistic_first),
            because="that is its mean; its first coefficient is 1/2 at every rate",
        ),
    ],
)
