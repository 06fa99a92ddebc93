r"""At a degenerate input in width two, the derivative with respect to the input explodes at an exact rate.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$ with two equal rows $X_0=(r,r)$ in the plane, $\mathrm{BN}$ that scales every row to
unit norm, and independent $W_\ell$, uniform on $O(2)$.  For the angle $\Delta_\ell$ between the rows
$$\Big|\frac{\partial\Delta_\ell}{\partial\Delta_0}\Big|=\prod_{k<\ell}\frac1{|\cos2\theta_k|},\qquad
  \mathbb E\log\Big|\frac{\partial\Delta_\ell}{\partial\Delta_0}\Big|=\ell\log2,\qquad
  \mathbb E\Big|\frac{\partial\Delta_\ell}{\partial\Delta_0}\Big|=\infty\ (\ell\ge1).$$
Derived here: the explosion that Meterez et al. (2024), arXiv 2310.02012, observe at rank-deficient inputs,
proved and quantified in width two for the derivative with respect to the input.  (The gradient for the weights is 0 there, as
the rows stay on one line; in larger width it explodes as well.)  At a non-degenerate input it is bounded
(`batchnorm/grad_d2_exact_mean`).
"""

from sympy import Eq, Rational, log

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_plane
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import angle_derivatives, forward
from strategies.laws import haar
from strategies.networks import direction

log_derivative, derivative = quantities("log_derivative derivative")
L = sizes("L")


def evaluate(xp, r, W):
    unit = r / xp.linalg.vector_norm(r, axis=2, keepdims=True)
    states, _ = forward(xp, xp.concat([unit, unit], axis=1), W)
    last = angle_derivatives(xp, states, W)[:, -1]
    return {log_derivative: xp.log(last), derivative: last}


claim = Claim(
    source=REFUTE_DERIVED.item("Derivatives at a degenerate input at d = 2, next to Figure 2 of arXiv 2310.02012"),
    provenance="derived",
    inputs={"r": direction(1, "d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 20)},
    statement=Eq(Mean(log_derivative), L * log(2)),
    evaluate=evaluate,
    oracle=batchnorm_plane.degenerate_derivative,
    oracle_differs="cosines of the rotations alone, no states; the mean by digamma functions",
    expectation=batchnorm_plane.degenerate_derivative_mean,
    definitions={
        log_derivative: "log |d Delta_L / d Delta_0|, random",
        derivative: "|d Delta_L / d Delta_0|, random",
    },
    notation={
        log_derivative: r"\log\left|\partial\Delta_L/\partial\Delta_0\right|",
        derivative: r"\left|\partial\Delta_L/\partial\Delta_0\right|",
    },
    mutants=[
        Mutant(
            "sign",
            statement=Eq(Mean(log_derivative), -L * log(2)),
            because="that is the mean at orthogonal rows; at equal rows the cosines stand in the denominator",
        ),
        Mutant(
            "logarithm of the mean",
            statement=Eq(Mean(derivative), Rational(2) ** L),
            because="the mean of 1/|cos| is infinite",
        ),
        Mutant(
            "half the rate",
            statement=Eq(Mean(log_derivative), L * log(2) / 2),
            because="E log|cos| = -log 2, without a square",
        ),
    ],
)
