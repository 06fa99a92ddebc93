r"""In width two the mean log-derivative of the angle between the rows is the fall of the isometry gap less the depth.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$ with two rows in the plane at the angle $\Delta_\ell$, $\Delta_0\ne0,\pi$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_\ell$ are independent and uniform on $O(2)$.  With the isometry gap
$\varphi_\ell=-\log|\sin\Delta_\ell|$
$$\mathbb E\log\Big|\frac{\partial\Delta_\ell}{\partial\Delta_0}\Big|=2\varphi_0-2\,\mathbb E\varphi_\ell-\ell\log2
  \le2\varphi_0 .$$
It is bounded by the input's gap and tends to $-\infty$: no explosion at a non-degenerate input.  Derived here
from the model of Meterez et al. (2024), arXiv 2310.02012.  The mean on the left is computed by another route for $\ell\le2$:
one layer gives $\log2-2\log(1+\sin\Delta)$ (Jensen's formula), and a second one is averaged over the first rotation.  At every
depth the identity on paths is `batchnorm/grad_d2_exact`.
"""

from sympy import And, Eq, Gt, Le, log

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_plane
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import angle_derivatives, forward, sine_square
from strategies.laws import haar
from strategies.networks import unit_rows

start, phi, phi_last, log_derivative = quantities("sine_square phi phi_last log_derivative")
L = sizes("L")


def evaluate(xp, X, W):
    states, _ = forward(xp, X, W)
    square = sine_square(xp, X)
    return {
        start: square,
        phi: -xp.log(square) / 2,
        phi_last: -xp.log(sine_square(xp, states[-1])) / 2,
        log_derivative: xp.log(angle_derivatives(xp, states, W)[:, -1]),
    }


bounded = Le(Mean(log_derivative), 2 * phi)

claim = Claim(
    source=REFUTE_DERIVED.item("Mean derivatives at d = 2 in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"X": unit_rows("d", "d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 2)},
    hypotheses=[Gt(start, 0)],
    statement=And(Eq(Mean(log_derivative), 2 * phi - 2 * Mean(phi_last) - L * log(2)), bounded),
    evaluate=evaluate,
    oracle=batchnorm_plane.plane_log_derivative,
    oracle_differs="tangents of the rows; for the means Jensen's formula and a quadrature against a contour integral or a series",
    expectation=batchnorm_plane.plane_log_derivative_mean,
    definitions={
        start: "sin^2 of the angle between the rows of X_0",
        phi: "isometry gap of X_0",
        phi_last: "isometry gap of X_L, random",
        log_derivative: "log |d Delta_L / d Delta_0|, random",
    },
    notation={
        start: r"\sin^2\Delta_0",
        phi: r"\varphi_0",
        phi_last: r"\varphi_L",
        log_derivative: r"\log\left|\partial\Delta_L/\partial\Delta_0\right|",
    },
    not_covered=["means at depths above 2, where no second route is at hand"],
    mutants=[
        Mutant(
            "sign of the depth",
            statement=Eq(Mean(log_derivative), 2 * phi - 2 * Mean(phi_last) + L * log(2)),
            because="that sign belongs to degenerate inputs; the cosines are below 1",
        ),
        Mutant(
            "the gap once",
            statement=Eq(Mean(log_derivative), phi - Mean(phi_last) - L * log(2)),
            because="phi is the logarithm of the sine, and its square enters",
        ),
        Mutant(
            "explosion at every input",
            statement=Le(L * log(2), Mean(log_derivative)),
            because="for orthogonal rows the mean is -L log 2",
        ),
    ],
)
