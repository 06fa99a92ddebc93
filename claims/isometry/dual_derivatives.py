r"""All derivatives of a Gaussian dual are non-negative on $[0,1)$.

For $\sigma\in L^2(\mathcal N(0,1))$ and standard Gaussians $X,Y$ of correlation $\rho$ let
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$.  Then
$$\hat\sigma^{(n)}(\rho)\ge0\qquad(0\le\rho<1,\ n\ge0).$$
Checked through forward differences, to which this is equivalent by a theorem of Bernstein: for $x\ge0$, $h\ge0$, $x+5h\le1$ and
$v_j=\hat\sigma(x+jh)$
$$\Delta^nv=\sum_{j=0}^n(-1)^{n-j}\tbinom njv_j\ge0\qquad(n\le5).$$

Lemma on dual activations of Daniely, Frostig and Singer (2016), arXiv 1602.05897; re-derived from $c_k^2\ge0$.  On $[-1,0)$ all
of it is false, as `isometry/dual_properties` says for $n=1,2$.  Equality for polynomials $\sigma$ of a degree below $n$, and for
$h=0$.
"""

from math import comb

from sympy import And, Le, Lt

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import CLOSED
from strategies.activations import SERIES
from strategies.kernels import kernel
from strategies.progressions import progression

HIGHEST = 5
PLACES = ("x", "x + h", *(f"x + {j} h" for j in range(2, HIGHEST + 1)))

values = quantities("at_0 at_1 at_2 at_3 at_4 at_5")
one = quantities("one")


def evaluate(xp, kernel, points):
    found = {value: kernel(point).value for value, point in zip(values, points, strict=True)}
    return {**found, one: xp.ones_like(found[values[0]])}


def difference(n, start=0):
    """The forward difference of the order ``n`` at the first point, or a later one."""
    return sum((-1) ** (n - j) * comb(n, j) * values[start + j] for j in range(n + 1))


def inputs(whole=False):
    """A kernel map, and equidistant correlations in [0, 1], or in [-1, 1]."""
    activations = (SERIES, *CLOSED, "elu", "selu")
    return {"kernel": kernel("K", centred=False, activations=activations), "points": progression(HIGHEST + 1, whole)}


claim = Claim(
    source=DANIELY_2016.item("lemma on dual activations, derivatives"),
    provenance="recalled",
    inputs=inputs(),
    sizes={"K": (1, 6)},
    statement=And(*(Le(0, difference(n)) for n in range(HIGHEST + 1))),
    scale=one,
    surrogate="forward differences, which have the sign of a derivative in between",
    evaluate=evaluate,
    oracle=gaussian_duals.equidistant,
    oracle_differs="the printed closed forms, not the parts of either parity",
    definitions={
        **{value: f"the dual at {at}, divided by its value at 1" for value, at in zip(values, PLACES, strict=True)},
        one: "its value at 1, the scale of the gap",
    },
    notation={**{value: f"v_{j}" for j, value in enumerate(values)}, one: "1"},
    tight="polynomials of low degree, and points that lie close together",
    not_covered=["derivatives of an order above 5", "tanh, sigmoid, SiLU, softplus and softsign"],
    mutants=[
        Mutant(
            "on [-1, 1]",
            inputs=inputs(whole=True),
            statement=Le(0, difference(3)),
            because="even functions have an odd third derivative: for cos the dual is cosh, up to a factor",
        ),
        Mutant(
            "strictly positive",
            statement=Lt(0, difference(HIGHEST)),
            because="the dual of a polynomial of degree 4 has the fifth derivative 0",
        ),
        Mutant(
            "differences that do not grow",
            statement=Le(values[1] - values[0], values[5] - values[4]) & Le(difference(2, 3), difference(2)),
            because="they do not fall: the third derivative is non-negative",
        ),
        Mutant(
            "logarithmically convex",
            statement=Le(values[1] ** 2, values[0] * values[2]),
            because="rho itself has v_1^2 = h^2 > 0 from x = 0",
        ),
        Mutant(
            "completely monotone",
            statement=Le(difference(3), 0),
            because="the signs of the derivatives do not alternate: rho^3 has the third derivative 6",
        ),
    ],
)
