r"""The tangent kernel of a deep ReLU network tends to a quarter of its largest value at every correlation below 1.

Unit inputs of correlation $\rho=1-x_0<1$, $\sigma=\sqrt2\,\mathrm{ReLU}$, no biases: $\Sigma^{(0)}=\Theta^{(0)}=\rho$,
$\Sigma^{(h)}=\kappa_1(\Sigma^{(h-1)})$, $\Theta^{(h)}=\Theta^{(h-1)}\kappa_0(\Sigma^{(h-1)})+\Sigma^{(h)}$ as in
`isometry/ntk_relu`.  Then $\Theta^{(L)}(\rho)/(L+1)\to\frac14$.

Checked is a finite statement, derived here: with $c=\frac{\sqrt2}{3\pi}$, $y_\ell=(1-\Sigma^{(\ell)})^{-1/2}$ and all $\ell\ge1$
$$\frac1{4c}\Big(y_\ell-\frac{y_0^4}{y_\ell^3}\Big)-\frac{181}{100}\le\Theta^{(\ell)}(\rho)\le
  \frac1{4c}\Big(y_\ell-\frac{y_0^4}{y_\ell^3}\Big)+1 .$$
It implies the limit, since $y_\ell/\ell\to c$ by `isometry/relu_collapse_rate`, with an error of order $\frac{\log\ell}\ell$.

Proof.  Write $x=1-\Sigma^{(\ell)}$, $y=x^{-1/2}$, $x',y'$ for the next layer, $F$ for the bracket over $4c$ and $r=(y/y')^3$, so
that $F'=rF+\frac{y'^4-y^4}{4cy'^3}$.  Above: $\kappa_0\le r$ (it says $\int_0^xg\ge x\,g(x)^{2/3}$ for $g(x)=\kappa_0(1-x)$, by
differentiation and $\tan u\ge u$) and $\frac{y'^4-y^4}{4cy'^3}\ge r\frac{y'-y}c\ge r$ give
$\Theta'-F'\le\kappa_0(\Theta-F)+1-\kappa_0$.  Below: $0\le F\le\frac y{4c}$, so that
$\Theta'-F'\ge-C$ follows from $\Theta-F\ge-C$ if
$\frac y{4c}(r-\kappa_0)-\big(1-x'-\frac{y'^4-y^4}{4cy'^3}\big)\le C(1-\kappa_0)$, an inequality in $x\in(0,2]$ alone.  For
$C=\frac{181}{100}$ it is proved on the whole range by interval subdivision, at the end of the page.

Tight: the upper bound as $x_0\to0$; below, the best constant is between 1.528 ($\rho=-0.917$, three layers) and 1.81.
"""

from sympy import And, Ge, Le, Rational, pi, sqrt

from claims.sources import JACOT_2018
from oracles import ntk, ntk_step
from refute import Claim, Mutant, quantities, sizes
from strategies.angles import deviation, relu_step, tangent_kernels

QUARTER = Rational(1, 4)
LOSS = ntk_step.HIGHEST  # 1.81, what the proof at the end of the page gives

theta, reach = quantities("theta reach")
l = sizes("l")


def evaluate_with(damped):
    """The evaluator of the recursion, with or without the factor of the derivative's kernel."""

    def evaluate(xp, x, L):
        found = tangent_kernels(xp, x, L, damped)
        before, after = found.x[:, :-1], found.x[:, 1:]
        drop, _ = relu_step(xp, before)
        grown = xp.cumulative_sum(drop / ((xp.sqrt(before) + xp.sqrt(after)) * xp.sqrt(before * after)), axis=1)
        first, last = 1 / xp.sqrt(x)[:, None], 1 / xp.sqrt(after)
        return {theta: found.kernel[:, 1:], reach: grown * (first + last) * (first**2 + last**2) / last**3}

    return evaluate


def between(lowest, highest, share=QUARTER):
    """The bounds around ``share`` times the reach over c."""
    expected = share * reach[l] / (sqrt(2) / (3 * pi))
    return And(Ge(theta[l], expected + lowest), Le(theta[l], expected + highest))


claim = Claim(
    source=JACOT_2018.item("the recursion of the limit kernel, in the closed form of ReLU"),
    provenance="recalled",
    reading="no biases, unit inputs, sqrt(2) ReLU",
    inputs={"x": deviation(distinct=True)},
    sizes={"L": (1, 32)},
    axes={l: (1, "L")},
    statement=between(-LOSS, 1),
    surrogate="the kernel is within 1.81 of a multiple of y_l - y_0^4/y_l^3, which is l/4 to first order",
    evaluate=evaluate_with(True),
    oracle=ntk.growth(),
    oracle_differs="the closed sum of products from the printed kernels, not the recursion in 1 - rho",
    appendix=ntk_step.markdown,
    definitions={
        theta: "Theta with l hidden layers at rho = 1 - x",
        reach: "y_l - y_0^4 / y_l^3 for y = (1 - Sigma)^(-1/2)",
    },
    notation={theta: r"\Theta^{(l)}(\rho)", reach: r"\Big(y_l-\frac{y_0^4}{y_l^3}\Big)"},
    tight="the upper bound as rho tends to 1",
    mutants=[
        Mutant(
            "limit 1/3",
            statement=between(-LOSS, 1, Rational(1, 3)),
            because="the limit is a quarter; two layers from rho = -1: 0.318 < 0.568",
        ),
        Mutant(
            "limit 1/2",
            statement=between(-LOSS, 1, Rational(1, 2)),
            because="the limit is a quarter; one layer from rho = 0: 0.318 < 0.350",
        ),
        Mutant(
            "limit 1/5",
            statement=between(-LOSS, 1, Rational(1, 5)),
            because="the limit is a quarter; one layer from 1 - rho = 1/64: 1.914 > 1.801",
        ),
        Mutant(
            "lower constant 3/2",
            statement=between(Rational(-3, 2), 1),
            because="three layers from rho = -0.917 are 1.528 below",
        ),
        Mutant(
            "upper constant 0.99",
            statement=between(-LOSS, Rational(99, 100)),
            because="it tends to 1 as rho tends to 1",
        ),
        Mutant(
            "without the kernel of the derivative",
            evaluate=evaluate_with(False),
            oracle=ntk.growth(damped=False),
            because="the sum of the l + 1 kernels, each of which tends to 1, grows like l",
        ),
    ],
)
