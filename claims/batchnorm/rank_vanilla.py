r"""Without normalization, linear networks collapse to rank one at an exact rate, at every depth.

Let $H_{\ell+1}=W_\ell H_\ell$, $H_0\in\mathbb R^{d\times n}$ of rank $n\le d$, $d\ge2$, with independent $W_\ell$ whose entries
are i.i.d. $\mathcal N(0,\frac1d)$.  For the angle $\angle_\ell$ between two samples (columns) and every $\ell\ge0$
$$\mathbb E\log\sin^2\angle_\ell=\log\sin^2\angle_0+\ell\Big(\psi(\tfrac{d-1}2)-\psi(\tfrac d2)\Big),$$
$$\mathbb E\log\det(H_\ell^\top H_\ell)=\log\det(H_0^\top H_0)+\ell\sum_{j=0}^{n-1}\Big(\psi(\tfrac{d-j}2)+\log\tfrac2d\Big).$$
At $d=2$ the slope of the first is $-2\log2$, for large $d$ about $-\frac1d$.  Derived here; it quantifies the
collapse of vanilla networks in Daneshmand, Kohler, Bach, Hofmann and Lucchi (2020), arXiv 2003.01652, where no constant is
given.  Each layer multiplies the determinant by independent $\chi^2_{d-j}/d$ variables; their mean logarithms are computed from
those of $\chi^2_1$ and $\chi^2_2$ by a recurrence.
"""

import itertools

from sympy import And, Eq, Gt, Le

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_rank
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.laws import gaussian
from strategies.matrices import log_volume
from strategies.networks import dense

volume, log_volume_0, log_volume_last, slope = quantities("volume log_volume log_volume_last slope")
log_sine, log_sine_last, sine_slope, half_slope = quantities("log_sine log_sine_last sine_slope half_slope")
d, L = sizes("d L")


def evaluate(xp, X, W):
    width, count = X.shape[1:]
    state, triangles = xp.linalg.qr(X)
    pivot, zero = second_pivot(xp, X), xp.zeros_like(X[:, 0, 0])
    signed = xp.where(triangles[:, 1, 1] < 0, -pivot, pivot)
    corner = xp.stack([triangles[:, 0, :2], xp.stack([zero, signed], axis=1)], axis=1)
    stretched, lengths = [0 * X[:, 0, :]], [zero]
    for k in range(W.shape[1]):
        state, triangles = xp.linalg.qr(W[:, k] @ state / width**0.5)
        corner, size = scaled(xp, triangles[:, :2, :2] @ corner)
        stretched.append(pivots(xp, triangles))
        lengths.append(size)
    logs = sum(stretched)
    second = xp.log(xp.linalg.vector_norm(corner[:, :, 1], axis=1)) + sum(lengths)
    halves = xp.asarray([width / 2 - j / 2 for j in range(count)], dtype=X.dtype, device=X.device)
    psi = xp.special.digamma(halves)
    ones = xp.ones_like(X[:, 0, 0])
    return {
        volume: xp.exp(2 * log_volume(xp, X)),
        log_volume_0: 2 * log_volume(xp, X),
        log_volume_last: 2 * (volume_by_minors(xp, X) + xp.sum(logs, axis=1)),
        log_sine: log_sine_of(xp, X),
        log_sine_last: 2 * (xp.log(pivot) + logs[:, 1] - second),
        slope: ones * xp.sum(psi - xp.log(0 * halves + width / 2)),
        sine_slope: ones * (psi[1] - psi[0]),
        half_slope: -ones * psi[0],
    }


def second_pivot(xp, X):
    """The distance of the second column from the line of the first, by 2x2 minors: accurate however unlike the rows are in size."""
    wedge = X[:, :, None, 0] * X[:, None, :, 1]
    area = xp.sqrt(xp.sum((wedge - xp.matrix_transpose(wedge)) ** 2, axis=(1, 2)) / 2)
    return area / xp.linalg.vector_norm(X[:, :, 0], axis=1)


def volume_by_minors(xp, X):
    """Half of ``log det(X^T X)`` by Cauchy and Binet, the rows of each minor normalised: accurate in the same sense."""
    lengths = xp.linalg.vector_norm(X, axis=2)
    unit, total = X / lengths[:, :, None], xp.zeros_like(lengths[:, 0])
    for rows in itertools.combinations(range(X.shape[1]), X.shape[2]):
        kept = xp.asarray(rows, device=X.device)
        total = total + (xp.prod(lengths[:, kept], axis=1) * xp.linalg.det(unit[:, kept])) ** 2
    return xp.log(total) / 2


def pivots(xp, R):
    """Logarithms of the diagonal of triangular factors: what a layer multiplies the volumes of the first columns by."""
    return xp.log(xp.abs(xp.linalg.diagonal(R)))


def scaled(xp, R):
    """A matrix divided by its largest entry, and the logarithm of that entry."""
    size = xp.max(xp.max(xp.abs(R), axis=2), axis=1)
    return R / xp.where(size > 0, size, xp.ones_like(size))[:, None, None], xp.log(size)


def log_sine_of(xp, X):
    """``log sin^2`` of the angle between the first two columns."""
    return 2 * (log_volume(xp, X[:, :, :2]) - xp.sum(xp.log(xp.linalg.vector_norm(X[:, :, :2], axis=1)), axis=1))


claim = Claim(
    source=REFUTE_DERIVED.item("The rate of collapse without normalization, next to Lemma 1 of arXiv 2003.01652"),
    provenance="derived",
    inputs={"X": dense("d", "n")},
    randomness={"W": gaussian("L", "d", "d")},
    sizes={"d": (2, 6), "n": (2, "d"), "L": (1, 6)},
    hypotheses=[Gt(volume, 0)],
    statement=And(Eq(Mean(log_sine_last), log_sine + L * sine_slope), Eq(Mean(log_volume_last), log_volume_0 + L * slope)),
    evaluate=evaluate,
    oracle=batchnorm_rank.plain_chain,
    oracle_differs="rational Gram determinants; mean logarithms of chi-square variables by a recurrence, not digamma",
    expectation=batchnorm_rank.plain_means,
    definitions={
        volume: "det(H_0^T H_0)",
        log_volume_0: "log det(H_0^T H_0)",
        log_volume_last: "log det(H_L^T H_L), random",
        slope: "sum over j < n of psi((d-j)/2) + log(2/d)",
        log_sine: "log sin^2 of the angle between the first two samples",
        log_sine_last: "the same after L layers, random",
        sine_slope: "psi((d-1)/2) - psi(d/2)",
        half_slope: "-psi(d/2)",
    },
    notation={
        volume: r"\det(H_0^\top H_0)",
        log_volume_0: r"\log\det(H_0^\top H_0)",
        log_volume_last: r"\log\det(H_L^\top H_L)",
        slope: r"\textstyle\sum_{j<n}\left(\psi(\tfrac{d-j}2)+\log\tfrac2d\right)",
        log_sine: r"\log\sin^2\angle_0",
        log_sine_last: r"\log\sin^2\angle_L",
        sine_slope: r"\left(\psi(\tfrac{d-1}2)-\psi(\tfrac d2)\right)",
        half_slope: r"\left(-\psi(\tfrac d2)\right)",
    },
    mutants=[
        Mutant(
            "psi(d/2) alone",
            statement=Eq(Mean(log_sine_last), log_sine + L * half_slope),
            because="the second sample also loses psi((d-1)/2); at d = 2 the slope is -2 log 2, not gamma",
        ),
        Mutant(
            "slope -1/d",
            statement=Eq(Mean(log_sine_last), log_sine - L / d),
            because="that is its limit for large d: at d = 3 the slope is -0.6137, not -0.3333",
        ),
        Mutant(
            "the angle shrinks on every path",
            inputs={"X": dense("d", "n"), "W": gaussian("L", "d", "d")},
            randomness={},
            expectation=None,
            statement=Le(log_sine_last, log_sine),
            because="a weight matrix may spread two samples that were nearly parallel",
        ),
    ],
)
