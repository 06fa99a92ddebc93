r"""Every layer of a random linear network lowers the mean log-isometry by at least a fixed amount.

Let $G^0=X X^\top\succ0$ be the Gram matrix of $n$ samples in $\mathbb R^d$, $2\le n\le d$, and $G^{\ell+1}=X^{(\ell)}W^\top
WX^{(\ell)\top}$ with $W\in\mathbb R^{d\times d}$ of independent entries $N(0,\frac1d)$.  With the isometry
$\mathcal I(M)=\det(M)^{1/n}/(\frac1n\mathrm{tr}M)$,
$$\mathbb E\big[\log\mathcal I(G^{\ell+1})\mid G^\ell\big]\le\log\mathcal I(G^\ell)-\delta(n,d),\qquad
  \delta(n,d)=\frac1n\sum_{i=0}^{n-1}\big[\psi(\tfrac d2)-\psi(\tfrac{d-i}2)\big]>0,$$
so that plain linear networks lose isometry at a linear rate in depth: $\delta(2,2)=\log2$, $\delta(2,3)=1-\log2$.

Derived here: with $p_i=\lambda_i/\mathrm{tr}\,G$ and independent $u_i\sim\chi^2_d/d$,
$\mathrm{tr}\,G'/\mathrm{tr}\,G=\sum p_iu_i$ and $\log\sum p_iu_i\ge\sum p_i\log u_i$ (concavity); subtract the mean
log-determinant.  Both sides depend on $G$ through its eigenvalues alone, the inputs $a_i$.  Asymptotically tight: equality in
the limit of rank one.
"""

from sympy import And, Gt, Integer, Le, Lt

from claims.sources import REFUTE_DERIVED
from oracles import linear_determinants
from refute import Claim, Mean, Mutant, quantities
from strategies.finite_width import layer_volumes
from strategies.laws import gaussian
from strategies.spectra import spectrum

log_isometry, log_isometry_next, drift, drift_logarithm = quantities("log_isometry log_isometry_next drift drift_logarithm")


def evaluate(xp, a, d, W):
    n = a.shape[1]
    X = xp.concat([xp.sqrt(a)[:, :, None] * xp.eye(n, dtype=a.dtype, device=a.device), xp.zeros_like(W[:, n:, :n])], axis=1)
    states, volumes = layer_volumes(xp, X, (W,))
    logs = [volumes[:, k] / n - xp.log(xp.sum(state**2, axis=(1, 2)) / n) for k, state in enumerate(states)]
    one = xp.ones_like(logs[0])
    below = sum(xp.special.digamma(one * (d - i) / 2) for i in range(n)) / n
    return {
        log_isometry: logs[0],
        log_isometry_next: logs[1],
        drift: xp.special.digamma(one * d / 2) - below,
        drift_logarithm: xp.log(one * d / 2) - below,
    }


def drop(amount):
    """The mean log-isometry falls by at least this amount."""
    return Le(Mean(log_isometry_next), log_isometry - amount)


claim = Claim(
    source=REFUTE_DERIVED.item("Drift of isometry in linear networks"),
    provenance="derived",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("d", "d")},
    sizes={"n": (2, 4), "d": ("n", 6)},
    statement=And(drop(drift), Gt(drift, 0)),
    scale=Integer(1),
    evaluate=evaluate,
    oracle=linear_determinants.isometry_draw,
    oracle_differs="a determinant and a trace in rationals, not Gram-Schmidt; means by harmonic sums and an integral over [0, 1]",
    expectation=linear_determinants.isometry_drift,
    definitions={
        log_isometry: "log-isometry of the Gram matrix with eigenvalues a_i",
        log_isometry_next: "log-isometry of the Gram matrix of the next layer, random",
        drift: "delta(n, d), the mean of psi(d/2) - psi((d - i)/2) over i < n",
        drift_logarithm: "the mean of log(d/2) - psi((d - i)/2) over i < n",
    },
    notation={
        log_isometry: r"\log\mathcal I(G)", log_isometry_next: r"\log\mathcal I(G')", drift: r"\delta(n,d)",
        drift_logarithm: r"\delta_{\log}(n,d)",
    },
    tight="equality in the limit of rank one, for every n and d",
    not_covered=["almost surely -(1/L) log I(G^L) -> delta(n, d): a limit; the mean over L steps follows by adding the steps"],
    mutants=[
        Mutant(
            "delta doubled",
            statement=drop(2 * drift),
            because="nearly rank one the mean falls by delta alone",
        ),
        Mutant(
            "log(d/2) for psi(d/2)",
            statement=drop(drift_logarithm),
            because="psi(d/2) < log(d/2), and nearly rank one the mean falls by delta alone",
        ),
        Mutant(
            "strict for one sample",
            sizes={"n": (1, 4), "d": ("n", 6)},
            statement=Lt(Mean(log_isometry_next), log_isometry - drift),
            because="for n = 1 the isometry is 1 and delta is 0",
        ),
    ],
)  # fmt: skip
