r"""The heavy-ball method with Polyak's parameters converges on quadratics, at the rate \(k\sqrt\beta^{\,k}\).

\(f=\frac12x^\top Qx\) on \(\mathbb R^d\) with \(\mu I\preceq Q\preceq LI\), \(\mu<L\), \(x_{-1}=x_0\),
\(x_{k+1}=x_k-\alpha Qx_k+\beta(x_k-x_{k-1})\), \(\alpha=4/(\sqrt L+\sqrt\mu)^2\),
\(\sqrt\beta=(\sqrt L-\sqrt\mu)/(\sqrt L+\sqrt\mu)\). For every \(k\ge0\)
\[
  \|x_k\| \le \bigl(1+(1+\sqrt\beta)\,k\bigr)\sqrt\beta^{\,k}\,\|x_0\| .
\]
On an eigenvalue \(\lambda\), \(x_k=\sqrt\beta^{\,k}\bigl(U_k(c)-\sqrt\beta\,U_{k-1}(c)\bigr)x_0\) with Chebyshev polynomials of
the second kind at \(2\sqrt\beta\,c=1+\beta-\alpha\lambda\), \(c\in[-1,1]\), and \(|U_k|\le k+1\).
Normalised to \(\mu=1\), \(\sqrt L=r\).

Source: Polyak (1964) for the rate; the constant is derived here. It corrects `optimization/hb_global`.
Tight for every \(k\): \(\lambda=L\), where \(c=-1\).
"""

from sympy import Le

from claims.sources import POLYAK_1964
from oracles import optimization
from refute import Claim, Mutant, quantities, sizes
from strategies.functions import quadratic

distance_squared, rate, R_squared = quantities("distance_squared rate R_squared")
k = sizes("k")


def evaluate(xp, f, N):
    rate_value = (f["root"] - 1) / (f["root"] + 1)
    step, momentum = (4 / (1 + f["root"]) ** 2)[:, None], (rate_value**2)[:, None]
    previous, current, distances = f["previous"], f["current"], []
    for _ in range(N + 1):
        distances.append(xp.sum(current * current, axis=1))
        gradient = xp.sum(f["hessian"] * current[:, None, :], axis=2)
        previous, current = current, current - step * gradient + momentum * (current - previous)
    return {distance_squared: xp.stack(distances, axis=1), rate: rate_value, R_squared: distances[0]}


claim = Claim(
    source=POLYAK_1964.item("the heavy-ball method on quadratics"),
    provenance="derived",
    inputs={"f": quadratic("d")},
    sizes={"d": (1, 4), "N": (0, 12)},
    axes={k: (0, "N")},
    definitions={
        distance_squared: "squared Euclidean distance of x_k to the minimiser",
        rate: "square root of beta",
        R_squared: "squared Euclidean distance of x_0 to the minimiser",
    },
    notation={distance_squared: r"\|x_\cdot\|^2", rate: r"\sqrt\beta", R_squared: r"\|x_0\|^2"},
    statement=Le(distance_squared[k], (1 + (1 + rate) * k) ** 2 * rate ** (2 * k) * R_squared),
    evaluate=evaluate,
    oracle=optimization.heavy_ball_quadratic,
    oracle_differs="closed form in Chebyshev polynomials per eigenvalue, in the eigenbasis",
    tight="start in the eigenspace of L: equality for every k",
    mutants=[
        Mutant(
            "rate without the factor k",
            statement=Le(distance_squared[k], rate ** (2 * k) * R_squared),
            because="at both ends of the spectrum the iteration matrix has a Jordan block",
        ),
        Mutant(
            "the factor of the smallest eigenvalue",
            statement=Le(distance_squared[k], (1 + (1 - rate) * k) ** 2 * rate ** (2 * k) * R_squared),
            because="the largest eigenvalue needs 1 + (1 + sqrt beta) k",
        ),
        Mutant(
            "any first step",
            inputs={"f": quadratic("d", moving=True)},
            because="started at the minimiser with a velocity, the right-hand side is 0",
        ),
    ],
)
