r"""In width two the degeneracy of the rows halves in the mean and quarters in the typical layer, at every depth.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$ with $X_0\in\mathbb R^{2\times2}$ invertible and not orthogonal, $\mathrm{BN}$ that
scales every row to unit norm, and independent $W_\ell$, uniform on $O(2)$.  With the isometry gap $\varphi$ and
$u_\ell=e^{2\varphi(X_\ell)}-1$,
$$\mathbb E\,u_\ell=2^{-\ell}\,u_0,\qquad\mathbb E\log u_\ell=\log u_0-2\ell\log2 .$$
Derived here: $u_\ell=u_0\prod_{k<\ell}\sin^2(2\theta_k)$ with independent uniform $\theta_k$
(`batchnorm/iso_d2_chain`), $\mathbb E\sin^2=\frac12$ and $\mathbb E\log\sin^2=-2\log2$.  The mean is carried by rare paths: it
must not be estimated by sampling at large depth.
"""

from sympy import And, Eq, Gt, Rational, log

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_chain
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, normalised
from strategies.laws import haar
from strategies.spectra import spectrum

u, u_last, log_u, log_u_last = quantities("u u_last log_u log_u_last")
L = sizes("L")


def evaluate(xp, a, W):
    lam, _ = normalised(xp, a)
    start = (a[:, 0] - a[:, 1]) ** 2 / (4 * a[:, 0] * a[:, 1])
    states, _ = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    first, second = states[-1][:, 0], states[-1][:, 1]
    inner, area = xp.sum(first * second, axis=1), first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    last = (inner / area) ** 2
    return {u: start, u_last: last, log_u: xp.log(start), log_u_last: 2 * (xp.log(xp.abs(inner)) - xp.log(xp.abs(area)))}


in_mean = Eq(Mean(u_last), u * Rational(1, 2) ** L)

claim = Claim(
    source=REFUTE_DERIVED.item("Means of the chain at d = 2 in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"a": spectrum("d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 20)},
    hypotheses=[Gt(u, 0)],
    statement=And(in_mean, Eq(Mean(log_u_last), log_u - 2 * L * log(2))),
    evaluate=evaluate,
    oracle=batchnorm_chain.plane_draw,
    oracle_differs="a product of rational numbers, not the states; the mean over four angles, and digamma functions",
    expectation=batchnorm_chain.plane_means,
    bounded={u_last: (0, None)},
    definitions={
        u: "exp(2 phi) - 1 at the input",
        u_last: "exp(2 phi) - 1 after L layers, random",
        log_u: "log u_0",
        log_u_last: "log u_L, random",
    },
    notation={u: "u_0", u_last: "u_L", log_u: r"\log u_0", log_u_last: r"\log u_L"},
    mutants=[
        Mutant(
            "a quarter in the mean",
            statement=Eq(Mean(u_last), u * Rational(1, 4) ** L),
            because="that is the typical value, exp(E log); the mean of sin^2 is 1/2",
        ),
        Mutant(
            "a half in the typical layer",
            statement=Eq(Mean(log_u_last), log_u - L * log(2)),
            because="E log sin^2 = -2 log 2, while log E sin^2 = -log 2",
        ),
    ],
)
