r"""On correlations in [0, 1] the tangent kernel of a deep ReLU network is non-decreasing and convex, up to the number of layers.

For unit inputs of correlation $\rho$, $L$ hidden layers, $\sigma=\sqrt2\,\mathrm{ReLU}$ and no biases:
$\Sigma^{(0)}=\Theta^{(0)}=\rho$,
$$\Sigma^{(h)}=\kappa_1(\Sigma^{(h-1)}),\qquad\dot\Sigma^{(h)}=\kappa_0(\Sigma^{(h-1)}),\qquad
  \Theta^{(h)}=\Theta^{(h-1)}\dot\Sigma^{(h)}+\Sigma^{(h)},$$
with $\kappa_0(\cos\theta)=\frac1\pi(\pi-\theta)$, $\kappa_1(\cos\theta)=\frac1\pi(\sin\theta+(\pi-\theta)\cos\theta)$; in
closed form $\Theta^{(L)}=\sum_{h=0}^L\Sigma^{(h)}\prod_{h'=h+1}^L\dot\Sigma^{(h')}$.  Then for every $L\ge1$
$$\Theta^{(L)}\text{ is non-decreasing and convex on }[0,1],\qquad
  0\le L+1-\Theta^{(L)}(1-x)\le(L+1)\Big(x+\frac L2\sqrt{\frac x2}\Big)\quad(0\le x\le1),$$
in particular $\Theta^{(L)}(1)=L+1$.
Recursion of Jacot, Gabriel and Hongler (2018), arXiv 1806.07572, recalled in the closed form of ReLU.  Sums, products and
compositions of power series with coefficients of at least 0 have such coefficients, and $\Theta^{(L)}$ is one.  The
second is derived here: in the recursion of $h+1-\Theta^{(h)}$, $1-\kappa_0\le\sqrt{x/2}$ by `isometry/relu_gap`.
Its limit is `isometry/ntk_relu_limit`; on the sphere, `isometry/ntk_relu_sphere`.

On $[-1,0]$ it is neither positive nor monotone: $\Theta^{(1)}(-0.795)=-0.1368$ lies below $\Theta^{(1)}(-1)=0$.
"""

from sympy import And, Ge, Integer, Le, sqrt

from claims.sources import JACOT_2018
from oracles import ntk
from refute import Claim, Mutant, quantities, sizes
from strategies.angles import secant, tangent_kernels

low, middle, high, deficit, x = quantities("low middle high deficit x")
l = sizes("l")


def evaluate(xp, rho, L):
    found = tangent_kernels(xp, rho, L)
    kernel = found.kernel[:, 1:]
    ends = {low: kernel[:, :, 0], middle: kernel[:, :, 1], high: kernel[:, :, 2]}
    return {**ends, deficit: found.deficit[:, 1:, 2], x: rho[:, 2]}


def near_one(highest):
    """How far the kernel is from its largest value."""
    return And(Ge(deficit[l], 0), Le(deficit[l], highest))


monotone, convex = Le(low[l], high[l]), Le(2 * middle[l], low[l] + high[l])
claim = Claim(
    source=JACOT_2018.item("the recursion of the limit kernel, in the closed form of ReLU"),
    provenance="recalled",
    reading="no biases, unit inputs, sqrt(2) ReLU",
    inputs={"rho": secant()},
    sizes={"L": (1, 16)},
    axes={l: (1, "L")},
    scale=Integer(1),
    statement=And(monotone, convex, near_one((l + 1) * (x + l * sqrt(x) / (2 * sqrt(2))))),
    evaluate=evaluate,
    oracle=ntk.secants,
    oracle_differs="the closed sum of products from the printed kernels, not the recursion in 1 - rho",
    definitions={
        low: "Theta with l hidden layers at the lowest of three equidistant correlations",
        middle: "Theta at the middle one",
        high: "Theta at the highest one",
        deficit: "l + 1 - Theta at the highest correlation",
        x: "1 minus the highest correlation",
    },
    notation={
        low: r"\Theta^{(l)}(\rho-\delta)",
        middle: r"\Theta^{(l)}(\rho)",
        high: r"\Theta^{(l)}(\rho+\delta)",
        deficit: r"\left(l+1-\Theta^{(l)}(1-x)\right)",
    },
    tight="equality at the correlation 1",
    mutants=[
        Mutant(
            "non-negative on [-1, 1]",
            inputs={"rho": secant(whole=True)},
            statement=Ge(low[l], 0),
            because="one hidden layer, rho = -0.795: -0.1368",
        ),
        Mutant(
            "non-decreasing on [-1, 1]",
            inputs={"rho": secant(whole=True)},
            statement=monotone,
            because="for 1 to 10 hidden layers the minimum lies between -0.795 and -0.975",
        ),
        Mutant(
            "at least a quarter of its largest value",
            statement=Ge(low[l], (l + 1) / Integer(4)),
            because="one hidden layer, rho = 0: 1/pi = 0.318 < 1/2; the quarter is the limit only",
        ),
        Mutant(
            "at most the number of hidden layers",
            statement=Le(high[l], l),
            because="it reaches l + 1 at the correlation 1",
        ),
        Mutant(
            "differentiable at 1",
            statement=near_one((l + 1) * (l + 2) * x / 2),
            because="the kernel of the derivative leaves 1 like sqrt(x): one layer at x = 1/8: 0.3774 > 3/8",
        ),
        Mutant(
            "concave",
            statement=Le(low[l] + high[l], 2 * middle[l]),
            because="it is strictly convex on [0, 1]",
        ),
    ],
)
