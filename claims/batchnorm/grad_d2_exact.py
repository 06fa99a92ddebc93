r"""In width two the derivative of the angle between the rows is a product of cosines and a quotient of sines, on every path.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$ with two rows in the plane at the angle $\Delta_\ell$, $\Delta_0\ne0,\pi$, where
$\mathrm{BN}$ scales every row to unit norm, $W_\ell$ is orthogonal, $|W_{11}|=|\cos\theta_\ell|$ and
$|W_{12}|=|\sin\theta_\ell|$.  Then
$$\Big|\frac{\partial\Delta_\ell}{\partial\Delta_0}\Big|=\frac{\sin^2\Delta_\ell}{\sin^2\Delta_0}\prod_{k<\ell}|\cos2\theta_k|
  \le\frac1{\sin^2\Delta_0}=e^{2\varphi(X_0)} .$$
So the derivative with respect to a non-degenerate input is bounded at every depth.  Derived here from the model
of Meterez et al. (2024), arXiv 2310.02012; at a degenerate input it explodes (`batchnorm/grad_d2_degenerate`).  For one layer
everything is rational; deeper, the identity is checked to many digits.
"""

from sympy import And, Eq, Gt, Le

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_plane
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import angle_derivatives, forward, sine_square
from strategies.networks import orthogonal, unit_rows

area, start, last, derivative, cosines, cosine_squares, sine, sine_last = quantities(
    "area sine_square sine_square_last derivative cosines cosine_squares sine sine_last"
)
l = sizes("l")


def evaluate(xp, X, W):
    states, _ = forward(xp, X, W)
    product = xp.abs(xp.cumulative_prod(W[:, :, 0, 0] ** 2 - W[:, :, 0, 1] ** 2, axis=1))
    squares = xp.stack([sine_square(xp, state) for state in states[1:]], axis=1)
    return {
        area: xp.abs(xp.linalg.det(X)),
        start: sine_square(xp, X),
        last: squares,
        derivative: angle_derivatives(xp, states, W),
        cosines: product,
        cosine_squares: lambda: product**2,
        sine: lambda: xp.sqrt(sine_square(xp, X)),
        sine_last: lambda: xp.sqrt(squares),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Derivatives at d = 2 in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"X": unit_rows("d", "d"), "W": orthogonal("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 6)},
    axes={l: (1, "L")},
    hypotheses=[Gt(area, 0)],
    statement=And(Eq(derivative[l] * start, last[l] * cosines[l]), Le(derivative[l] * start, 1)),
    evaluate=evaluate,
    oracle=batchnorm_plane.plane_derivative,
    oracle_differs="tangents of the rows, the second one moved, not products of Jacobians of the angles",
    definitions={
        area: "|det X_0|",
        start: "sin^2 of the angle between the rows of X_0",
        last: "sin^2 of the angle between the rows of X_l",
        derivative: "|d Delta_l / d Delta_0|",
        cosines: "the product of |cos(2 theta_k)| over k < l",
        cosine_squares: "the product of cos^2(2 theta_k) over k < l",
        sine: "sine of the angle between the rows of X_0",
        sine_last: "sine of the angle between the rows of X_l",
    },
    notation={
        area: r"|\det X_0|",
        start: r"\sin^2\Delta_0",
        last: r"\sin^2\Delta",
        derivative: r"\left|\partial\Delta/\partial\Delta_0\right|",
        cosines: r"\textstyle\prod_{k<l}|\cos2\theta_k|",
        cosine_squares: r"\textstyle\prod_{k<l}\cos^22\theta_k",
        sine: r"\sin\Delta_0",
        sine_last: r"\sin\Delta",
    },
    mutants=[
        Mutant(
            "cosines squared",
            statement=Eq(derivative[l] * start, last[l] * cosine_squares[l]),
            because="the cotangent, not its square, is multiplied by cos(2 theta)",
        ),
        Mutant(
            "sines not squared",
            statement=Eq(derivative[l] * sine, sine_last[l] * cosines[l]),
            because="the derivative of the cotangent is -1/sin^2",
        ),
        Mutant(
            "not expanding",
            statement=Le(derivative[l], 1),
            because="nearly parallel rows are spread, and their small angle with them",
        ),
    ],
)
