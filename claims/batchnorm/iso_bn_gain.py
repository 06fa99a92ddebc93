r"""Batch normalization increases the isometry on every path, by the spread of the row norms.

Let $X\in\mathbb R^{d\times d}$ be invertible, $W$ orthogonal, $X'=WX$ and $r_j=\|X'_{j\cdot}\|$, with the mean and the
population variance (divided by $d$) over $j$.  With $\mathcal I=e^{-\varphi}$, $\mathcal I(X)=\det(X^\top
X)^{1/d}/(\frac1d\mathrm{Tr}X^\top X)$,
$$\mathcal I(\mathrm{BN}(X'))\ge\Big(1+\frac{\mathrm{var}(r)}{\mathrm{mean}(r)^2}\Big)\,\mathcal I(X),\qquad
  \frac{\mathcal I(\mathrm{BN}(X'))}{\mathcal I(X)}=\frac{\frac1d\sum_jr_j^2}{(\prod_jr_j^2)^{1/d}},$$
where $\mathrm{BN}$ scales every row to unit norm; hence $\varphi(\mathrm{BN}(WX))\le\varphi(X)$ for **every** orthogonal $W$.

Lemma 2, eq. (7), of Meterez et al. (2024), arXiv 2310.02012, and the display before it.  The identity is checked as
$e^{-d\varphi(\mathrm{BN}(X'))}=e^{-d\varphi(X)}\,(\frac1d\sum r_j^2)^d/\prod r_j^2$, in rationals.  The constant 1 in front of
$\mathrm{var}/\mathrm{mean}^2$ is the best for all $d$ at once: one long row among many equal ones.  At fixed $d$ it is 2
($d=2$), 1.9735 ($d=3$), 1.760 ($d=10$), 1.330 ($d=100$), 1.117 ($d=1000$).
"""

from sympy import And, Eq, Gt, Le, Rational

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mutant, quantities
from strategies.lengths import lengths
from strategies.matrices import log_volume
from strategies.networks import dense, orthogonal

isometry, isometry_next, mean, variance = quantities("isometry isometry_next mean variance")
volume, volume_next, spread = quantities("volume volume_next spread")
mean_column, variance_column = quantities("mean_column variance_column")


def evaluate(xp, X, W):
    d = X.shape[1]
    image = W @ X
    norms = xp.linalg.vector_norm(image, axis=2)
    logs = {
        "": 2 * log_volume(xp, X) - d * xp.log(xp.sum(X * X, axis=(1, 2)) / d),
        "_next": 2 * log_volume(xp, image / norms[:, :, None]),
    }
    columns = xp.linalg.vector_norm(image, axis=1)
    return {
        volume: xp.exp(logs[""]),
        volume_next: xp.exp(logs["_next"]),
        spread: xp.exp(d * xp.log(xp.mean(norms * norms, axis=1)) - 2 * xp.sum(xp.log(norms), axis=1)),
        isometry: xp.exp(logs[""] / d),
        isometry_next: xp.exp(logs["_next"] / d),
        mean: xp.mean(norms, axis=1),
        variance: xp.var(norms, axis=1),
        mean_column: lambda: xp.mean(columns, axis=1),
        variance_column: lambda: xp.var(columns, axis=1),
    }


def evaluate_rows(xp, r):
    """``X = diag(r)`` and ``W = I``: the isometry after normalization is 1."""
    return {
        isometry: xp.exp(2 * xp.mean(xp.log(r), axis=1)) / xp.mean(r * r, axis=1),
        isometry_next: xp.ones_like(r[:, 0]),
        mean: xp.mean(r, axis=1),
        variance: xp.var(r, axis=1),
    }


def with_coefficient(c):
    return Le(isometry * (1 + c * variance / mean**2), isometry_next)


rows_alone = {
    "inputs": {"r": lengths("d")},
    "hypotheses": [],
    "evaluate": evaluate_rows,
    "oracle": batchnorm_isometry.gain_of_rows,
}

claim = Claim(
    source=METEREZ_2024.item("Lemma 2, eq. (7)"),
    provenance="text",
    inputs={"X": dense("d", "d"), "W": orthogonal("d", "d")},
    sizes={"d": (1, 6)},
    hypotheses=[Gt(volume, 0)],
    statement=And(with_coefficient(1), Eq(volume_next, volume * spread), Le(volume, volume_next)),
    evaluate=evaluate,
    oracle=batchnorm_isometry.gain,
    oracle_differs="rational determinants and squared row norms, not Gram-Schmidt on the normalized matrix",
    definitions={
        isometry: "isometry exp(-phi) of X",
        isometry_next: "isometry of BN(WX)",
        mean: "mean of the row norms of WX",
        variance: "population variance of the row norms of WX",
        volume: "exp(-d phi(X))",
        volume_next: "exp(-d phi(BN(WX)))",
        spread: "(mean of r_j^2)^d / prod r_j^2",
        mean_column: "mean of the column norms of WX",
        variance_column: "population variance of the column norms of WX",
    },
    notation={
        isometry: r"\mathcal I(X)",
        isometry_next: r"\mathcal I(\mathrm{BN}(WX))",
        mean: r"\mathrm{mean}(r)",
        variance: r"\mathrm{var}(r)",
        volume: r"e^{-d\varphi(X)}",
        volume_next: r"e^{-d\varphi(\mathrm{BN}(WX))}",
        spread: r"\frac{(\frac1d\sum_jr_j^2)^d}{\prod_jr_j^2}",
        mean_column: r"\mathrm{mean}(c)",
        variance_column: r"\mathrm{var}(c)",
    },
    tight="equality for equal row norms; the constant 1 is the limit of the best one as d grows",
    mutants=[
        Mutant(
            "coefficient 2",
            statement=with_coefficient(2),
            sizes={"d": (1, 8)},
            **rows_alone,
            because="true at d = 2; at d = 3, r = (1.3, 1, 1): 1.0326256 < 1.0330579",
        ),
        Mutant(
            "coefficient 1.35",
            statement=with_coefficient(Rational(27, 20)),
            sizes={"d": (1, 128)},
            **rows_alone,
            because="at d = 100 and r = (8.46, 1, ..., 1) the best coefficient is 1.330",
        ),
        Mutant(
            "coefficient 1.2",
            statement=with_coefficient(Rational(6, 5)),
            sizes={"d": (1, 512)},
            **rows_alone,
            because="at d = 400 and r = (18, 1, ..., 1) the best coefficient is about 1.18; at d = 300 it is still 1.2036",
        ),
        Mutant(
            "column norms",
            statement=Le(isometry * (1 + variance_column / mean_column**2), isometry_next),
            because="WX with equal rows' norms and unequal columns' norms gains nothing",
        ),
        Mutant(
            "weights not orthogonal",
            inputs={"X": dense("d", "d"), "W": dense("d", "d")},
            statement=with_coefficient(1),
            because="X = I, W = ((1, 1), (0, 1)): 2^(-1/2) on the left, more than 1 on the right",
        ),
    ],
)
