r"""The Jacobian of batch normalization is as large as the inverse of its shortest row, which the isometry gap bounds.

Let $Y\in\mathbb R^{d\times n}$, $n\ge2$, have no zero row, and let $J_{\mathrm{BN}}(Y)$ be the Jacobian on $\mathbb R^{dn}$ of
$\mathrm{BN}$, which scales every row to unit norm.  Then
$$\|J_{\mathrm{BN}}(Y)\|_{op}=\frac1{\min_j\|Y_{j\cdot}\|} .$$
If $Y=WX$ with $W$ orthogonal, $n=d$, $X$ invertible and $\frac1d\|X\|_F^2=1$, then with $s=d\,\varphi(X)$
$$\log\|J_{\mathrm{BN}}(Y)\|_{op}\le-\tfrac12\log\lambda_{\min}(XX^\top)\le\tfrac12\big(s+\sqrt{2s}\big).$$
Derived here; Meterez et al. (2024), arXiv 2310.02012, say in words that the isometry gap bounds the log-norm of
this Jacobian.  The block of row j is $(I-\hat y\hat y^\top)/\|y\|$, and with $h(\lambda)=\lambda-1-\log\lambda$,
$h(\lambda_{\min})\le s$ and $h(\lambda)\ge\frac12(1-\lambda)^2$ on $(0,1]$.  Checked free of scale: all lengths are divided by
$(\frac1d\|X\|_F^2)^{1/2}$.  Tight, the last bound: to leading order at $s\to\infty$, and near isotropy with one
eigenvalue below 1 as $d\to\infty$.
"""

from sympy import And, Eq, Gt, Le, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_gradients
from refute import Claim, Mutant, quantities, sizes
from strategies.batchnorm import isometry_gap
from strategies.networks import dense, orthogonal

log_jacobian, log_shortest, log_smallest, excess, root, log_mean, volume = quantities(
    "log_jacobian log_shortest log_smallest excess root log_mean volume"
)
d = sizes("d")


def evaluate(xp, X, W):
    size = X.shape[1]
    scale = xp.sqrt(xp.sum(X * X, axis=(1, 2), keepdims=True) / size)
    X = X / scale
    image = W @ X
    norms = xp.linalg.vector_norm(image, axis=2)
    unit = image / norms[:, :, None]
    identity = xp.eye(size, dtype=X.dtype, device=X.device)
    blocks = (identity - unit[:, :, :, None] * unit[:, :, None, :]) / norms[:, :, None, None]
    lengths, determinant, inverse = scaled_inverse(xp, X, identity)
    gap = isometry_gap(xp, X)
    large = -2 * (xp.sum(xp.log(lengths), axis=1) + xp.log(xp.abs(determinant))) / size
    gap = size * xp.where(gap > 1, large, gap)  # a difference of logarithms, but of none that small singular values spoil
    return {
        log_jacobian: xp.log(xp.max(xp.linalg.svdvals(blocks)[:, :, 0], axis=1)),
        log_shortest: xp.log(xp.min(norms, axis=1)),
        log_smallest: -2 * xp.log(xp.linalg.svdvals(inverse)[:, 0]),
        excess: gap,
        root: xp.sqrt(xp.clip(2 * gap, min=0.0)),
        log_mean: xp.log(xp.mean(norms, axis=1)),
        volume: (xp.linalg.det(X) * scale[:, 0, 0] ** size) ** 2,
    }


def scaled_inverse(xp, X, identity):
    """Row norms, determinant of the normalised rows, and the inverse, accurate however unlike the row norms; rows may be dependent."""
    lengths = xp.linalg.vector_norm(X, axis=2)
    unit = X / lengths[:, :, None]
    determinant = xp.linalg.det(unit)
    regular = xp.where(determinant[:, None, None] == 0, identity, unit)
    return lengths, determinant, xp.linalg.inv(regular) / lengths[:, None, :]


claim = Claim(
    source=REFUTE_DERIVED.item("The Jacobian of batch normalization, next to Section 3 of arXiv 2310.02012"),
    provenance="derived",
    inputs={"X": dense("d", "d"), "W": orthogonal("d", "d")},
    sizes={"d": (2, 4)},
    hypotheses=[Gt(volume, 0)],
    statement=And(
        Eq(log_jacobian, -log_shortest),
        Le(log_jacobian, -log_smallest / 2),
        Le(-log_smallest / 2, (excess + root) / 2),
    ),
    evaluate=evaluate,
    oracle=batchnorm_gradients.jacobian,
    oracle_differs="spectra of rational blocks, one rational determinant, not singular values of X",
    definitions={
        log_jacobian: "log of the operator norm of the Jacobian",
        log_shortest: "log of the shortest row norm of WX",
        log_smallest: "log of the smallest eigenvalue of X X^T",
        excess: "s = d phi(X)",
        root: "sqrt(2 s)",
        log_mean: "log of the mean row norm of WX",
        volume: "det(X)^2",
    },
    notation={
        log_jacobian: r"\log\|J_{\mathrm{BN}}(WX)\|_{op}",
        log_shortest: r"\log\min_j\|(WX)_{j\cdot}\|",
        log_smallest: r"\log\lambda_{\min}(XX^\top)",
        excess: "s",
        root: r"\sqrt{2s}",
        log_mean: r"\log\mathrm{mean}_j\|(WX)_{j\cdot}\|",
        volume: r"\det(X)^2",
    },
    tight="W = U^T (X = USQ^T) for the first bound; for the second s large, or one eigenvalue below 1 near isotropy and d large",
    not_covered=["n different from d in the identity, which is grad_jacobian_rows"],
    mutants=[
        Mutant(
            "without the root",
            statement=Le(-log_smallest / 2, excess / 2),
            because="lambda = (1.2, 0.8): 0.1116 > 0.0204, since s is of second order at isotropy",
        ),
        Mutant(
            "the root alone",
            statement=Le(-log_smallest / 2, root / 2),
            because="for ill-conditioned X the left side grows like s/2",
        ),
        Mutant(
            "the factor d lost",
            statement=Le(-log_smallest / 2, (excess / d + root / sqrt(d)) / 2),
            because="one small eigenvalue among d makes -log lambda_min of the size d phi, not phi",
        ),
        Mutant(
            "mean row norm",
            statement=Eq(log_jacobian, -log_mean),
            because="the shortest row has the largest block; rows of different norms differ",
        ),
    ],
)
