r"""Weak residual layers with batch normalization leave two rows at a uniform angle: the stationary law in width two.

Let $H_{\ell+1}=\mathrm{BN}(H_\ell+\gamma W_\ell H_\ell)$ with two unit rows of inner product $m_\ell$, where $W_\ell$ has
independent entries with a law that is symmetric about 0 and of unit variance.  As $\gamma\to0$ in the time $\gamma^2\ell$,
$y=\mathrm{artanh}\,m$ solves $dy=-\tanh y\,dt+\sqrt2\,dB$, whose stationary density is $\frac1\pi\frac1{\cosh y}$: the angle
between the rows is uniform.  Under this law
$$\mathbb E\|M\|_F^2=3,\qquad\mathbb E\frac{d^2}{\|M\|_F^2}=\sqrt2=\sqrt d\qquad(d=2),$$
and the mean drift of every polynomial $f(m)=\sum_kc_km^{2k}$ is 0.

Derived here; it makes the $\Omega(\sqrt d)$ of Daneshmand, Kohler, Bach, Hofmann and Lucchi (2020), arXiv
2003.01652, an equality at $d=2$ (for larger $d$ the mean stable rank was seen at about $0.92\sqrt d$).  The evaluator expands
the layer in $\gamma$ and averages over signs and over the angle; the oracle applies the generator
$(1-m^2)^2f''-3m(1-m^2)f'$ to the moments of the arcsine law.
"""

import math

import numpy as np
from sympy import And, Eq, Rational, sqrt, sympify

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_rank
from refute import Claim, Mutant, quantities
from strategies.networks import direction
from strategies.residual import mean_drifts

mean_drift, size, mean_square, mean_stable = quantities("mean_drift size mean_square mean_stable")

NODES = 40


def evaluate_with(nodes, weights):
    """The evaluator for one law of m, given by a quadrature rule that is exact for polynomials of degree ``2 NODES - 1``."""

    def evaluate(xp, c):
        m, w = (xp.asarray(part, dtype=c.dtype, device=c.device) for part in (nodes, weights))
        powers = c.shape[2]
        drifts = xp.sum(w[:, None] * mean_drifts(xp, m, powers), axis=0)
        k = xp.arange(1, powers + 1, dtype=c.dtype, device=c.device)
        ones = xp.ones_like(c[:, 0, 0])
        return {
            mean_drift: c[:, 0] @ drifts,
            size: xp.sum(xp.abs(c[:, 0]) * k**2, axis=1),
            mean_square: ones * xp.sum(w * (2 + 2 * m**2)),
            mean_stable: ones * xp.sum(w * 2 / (1 + m**2)),
        }

    return evaluate


chebyshev = np.cos((2 * np.arange(NODES) + 1) * math.pi / (2 * NODES)), np.full(NODES, 1 / NODES)
legendre = np.polynomial.legendre.leggauss(NODES)

claim = Claim(
    source=REFUTE_DERIVED.item("The limit of weak residual layers at d = 2, next to arXiv 2003.01652"),
    provenance="derived",
    inputs={"c": direction(1, "K")},
    sizes={"K": (1, 6)},
    scale=size,
    statement=And(Eq(mean_drift, 0), Eq(mean_square, sympify(3)), Eq(mean_stable, sqrt(2))),
    evaluate=evaluate_with(*chebyshev),
    oracle=batchnorm_rank.stationary,
    oracle_differs="the generator of the limit on exact moments, not the expanded layer at quadrature nodes",
    surrogate="the law is stationary to second order in gamma: the mean drift of every polynomial in m^2 is 0",
    definitions={
        mean_drift: "mean of the coefficient of gamma^2 in E f(m') under the stationary law",
        size: "sum of |c_k| k^2, a scale",
        mean_square: "mean of |M|_F^2",
        mean_stable: "mean of d^2 / |M|_F^2",
    },
    notation={
        mean_drift: r"\mathbb E\,[\gamma^2]f(m')",
        size: r"\textstyle\sum_kk^2|c_k|",
        mean_square: r"\mathbb E\|M\|_F^2",
        mean_stable: r"\mathbb E\frac{d^2}{\|M\|_F^2}",
    },
    not_covered=["convergence of the chain to the diffusion, and that its stationary law is unique"],
    mutants=[
        Mutant(
            "a uniform correlation",
            statement=Eq(mean_drift, 0),
            evaluate=evaluate_with(legendre[0], legendre[1] / 2),
            oracle=batchnorm_rank.uniform_correlation,
            because="m uniform on [-1, 1] has the mean drift 4(1 - 5/3 + 4/5) = 8/15 of 2m^2",
        ),
        Mutant(
            "stable rank of the mean",
            statement=Eq(mean_stable, Rational(4, 3)),
            because="the mean of the inverse exceeds the inverse of the mean",
        ),
        Mutant(
            "orthogonal rows",
            statement=Eq(mean_square, sympify(2)),
            because="2 is the value for m = 0; a uniform angle has E m^2 = 1/2",
        ),
    ],
)
