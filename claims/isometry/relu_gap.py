r"""One ReLU layer lowers 1 - rho by the power 3/2 of it, between two constants.

Let $\theta=\arccos\rho$, $\kappa_1(\rho)=\frac1\pi(\sin\theta+(\pi-\theta)\cos\theta)$ (the kernel map of
$\sqrt2\,\mathrm{ReLU}$) and $\kappa_0(\rho)=1-\frac\theta\pi$ (that of its derivative).  For all $x\in[0,2]$
$$\frac{2\sqrt2}{3\pi}\,x^{3/2}\le\kappa_1(1-x)-(1-x)\le\frac1{2\sqrt2}\,x^{3/2},\qquad
  \frac{\sqrt{2x}}\pi\le1-\kappa_0(1-x)\le\sqrt{\frac x2} .$$
Derived here.  The middle of the first is $\frac1\pi(\sin\theta-\theta\cos\theta)$ at $x=1-\cos\theta$, and
$(\sin\theta-\theta\cos\theta)/(1-\cos\theta)^{3/2}$ does not decrease on $(0,\pi]$: its logarithmic derivative has the sign of
$\theta(2+\cos\theta)-3\sin\theta\ge0$ (Cusa and Huygens).  The second is $u\le\arcsin u\le\frac\pi2u$ at $u=\sqrt{x/2}$.

Tight: the left ends as $x\to0$, the right ends at $x=2$.
"""

from sympy import And, Le, Rational, pi, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import ntk
from refute import Claim, Mutant, quantities
from strategies.angles import deviation, relu_step

POWER = Rational(3, 2)

x, drop, loss = quantities("x drop loss")


def evaluate(xp, x):
    lowered, lost = relu_step(xp, x)
    return {"x": x, drop: lowered, loss: lost}


def between(lowest, highest, power=POWER):
    """The bounds of the drop."""
    return And(Le(lowest * x**power, drop), Le(drop, highest * x**power))


lowest, highest = 2 * sqrt(2) / (3 * pi), 1 / (2 * sqrt(2))
slope = And(Le(sqrt(2) * sqrt(x) / pi, loss), Le(loss, sqrt(x) / sqrt(2)))
claim = Claim(
    source=REFUTE_DERIVED.item("Gap of the ReLU kernel near correlation 1"),
    provenance="derived",
    inputs={"x": deviation()},
    sizes={},
    statement=And(between(lowest, highest), slope),
    evaluate=evaluate,
    oracle=ntk.relu_gap,
    oracle_differs="the printed kernels at 1 - x and a subtraction, not a series in the angle",
    definitions={x: "1 - rho, from 0 to 2", drop: "kappa_1(1 - x) - (1 - x)", loss: "1 - kappa_0(1 - x)"},
    notation={drop: r"\left(\kappa_1(1-x)-(1-x)\right)", loss: r"\left(1-\kappa_0(1-x)\right)"},
    tight="the left bounds as x tends to 0, the right bounds at x = 2",
    mutants=[
        Mutant(
            "lower constant 0.301",
            statement=between(Rational(301, 1000), highest),
            because="the constant is 0.300105: false for x below 0.06 only",
        ),
        Mutant(
            "power 1",
            statement=between(lowest, highest, 1),
            because="the drop is of order x^(3/2), less than any multiple of x for small x",
        ),
        Mutant(
            "upper constant 0.35",
            statement=between(lowest, Rational(7, 20)),
            because="the constant is 0.353553: false near x = 2 only",
        ),
        Mutant(
            "constant 0.46 for the derivative",
            statement=Le(loss, Rational(46, 100) * sqrt(x)),
            because="near x = 0 the loss is 0.45016 sqrt(x), but at x = 2 it is 1 > 0.46 sqrt(2) = 0.65",
        ),
    ],
)
