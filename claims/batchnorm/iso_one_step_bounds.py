r"""A layer with a random rotation lowers the mean isometry gap by at least $\kappa_dS$ and at most $K_d$, in every width.

For $\lambda_1,\dots,\lambda_d>0$ with $\sum_k\lambda_k=d$, $d\ge2$, $w$ uniform on the sphere,
$q=\sum_k\lambda_kw_k^2$ and $S=\sum_k(\lambda_k-1)^2$,
$$-K_d\le\mathbb E\log q\le-\kappa_dS,\qquad
  \kappa_d=\frac{2(d-1-\log d)}{(d-1)^2d(d+2)},\qquad K_d=\psi(\tfrac d2)-\psi(\tfrac12)-\log d .$$
($K_2=\log2$, $K_3=0.90139$, $K_{10}=1.16704$, with the limit $\gamma+\log2=1.27036$.)  The middle is the mean change
$\mathbb E\varphi(\mathrm{BN}(WX))-\varphi(X)$ of the isometry gap in a layer with a uniform rotation $W$
(`batchnorm/iso_one_step_exact`).

Derived here.  Above: $\frac{q-1-\log q}{(q-1)^2}$ decreases in $q\in(0,d]$, and
$\mathbb E(q-1)^2=\frac{2S}{d(d+2)}$.  Below: the middle is concave in $\lambda$, so it is least at a vertex of the simplex.
Tight: the lower bound in the limit of rank one; the upper one is $0\le0$ at isotropy.
"""

from sympy import And, Le, Rational

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_isometry
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import largest_drop, mean_log_form, normalised
from strategies.spectra import spectrum

log_form, square, drop, drop_less_log, rate = quantities("log_form square drop drop_less_log rate")
d = sizes("d")


def evaluate(xp, a):
    size = a.shape[1]
    lam, deviation = normalised(xp, a)
    ones = xp.ones_like(a[:, 0])
    log_size = xp.log(size * ones)
    return {
        log_form: mean_log_form(xp, lam, deviation),
        square: xp.sum(deviation**2, axis=1),
        drop: largest_drop(size) * ones,
        drop_less_log: lambda: largest_drop(size) - log_size,
        rate: 2 * (size - 1 - log_size) / ((size - 1) ** 2 * size * (size + 2)),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Bounds of the mean change behind Theorem 3 of arXiv 2310.02012"),
    provenance="derived",
    inputs={"a": spectrum("d")},
    sizes={"d": (2, 7)},
    statement=And(Le(-drop, log_form), Le(log_form, -rate * square)),
    evaluate=evaluate,
    oracle=batchnorm_isometry.spectral,
    oracle_differs="a ball integral of an analytic function over [0, 1], not the trapezoid rule; digamma, not finite sums",
    definitions={
        log_form: "E log q, the mean change of the isometry gap; q = sum lambda_k w_k^2",
        square: "sum (lambda_k - 1)^2",
        drop: "K_d = psi(d/2) - psi(1/2) - log d",
        drop_less_log: "K_d - log d",
        rate: "kappa_d = 2 (d - 1 - log d) / ((d - 1)^2 d (d + 2))",
    },
    notation={
        log_form: r"\mathbb E\log q",
        square: "S",
        drop: "K_d",
        drop_less_log: r"(K_d-\log d)",
        rate: r"\kappa_d",
    },
    tight="below in the limit of rank one; above only at isotropy, where S = 0",
    mutants=[
        Mutant(
            "half of the variance",
            statement=Le(log_form, -square / (d * (d + 2))),
            because="true at d = 2; at d = 3, lambda = (1.2, 0.9, 0.9): -0.0038791 > -0.004",
        ),
        Mutant(
            "log d taken off twice",
            statement=Le(-drop_less_log, log_form),
            because="K_2 - log 2 = 0, and the mean change is negative",
        ),
        Mutant(
            "lower bound nine tenths, two dimensions",
            statement=Le(-drop * Rational(9, 10), log_form),
            sizes={"d": (2, 2)},
            because="2 log((sqrt(lambda_1) + sqrt(lambda_2))/2) tends to -log 2 at rank one",
        ),
    ],
)
