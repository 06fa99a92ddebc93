r"""Some rotation before batch normalization makes every invertible representation orthogonal at once.

For every invertible $X\in\mathbb R^{d\times d}$ there is an orthogonal $W$ with $\mathcal I(\mathrm{BN}(WX))=1$, where
$\mathrm{BN}$ scales every row to unit norm and $\mathcal I=e^{-\varphi}$ is the isometry.

Page 5 of Meterez et al. (2024), arXiv 2310.02012 (it refers to a corollary that could not be read).  The rotation is
$W=U^\top$ for a singular value decomposition $X=USQ^\top$: the rows of $WX=SQ^\top$ are orthogonal.  Checked as
$e^{-d\varphi(\mathrm{BN}(WX))}=\det(WX)^2/\prod_j\|(WX)_{j\cdot}\|^2=1$, an equality in Hadamard's inequality, for $X$ built
from a rational decomposition.  The evaluator computes the decomposition anew in floats: tiny singular values make its
small left vectors inaccurate, and the isometry falls short of 1 there.
"""

from sympy import Eq, sympify

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mutant, quantities
from strategies.lengths import lengths
from strategies.matrices import log_volume
from strategies.networks import orthogonal

volume_next = quantities("volume_next")


def volume_after(xp, W, X):
    image = W @ X
    return {volume_next: xp.exp(2 * log_volume(xp, image / xp.linalg.vector_norm(image, axis=2, keepdims=True)))}


def product(xp, U, s, Q):
    return U @ (s[:, :, None] * xp.matrix_transpose(Q))


def evaluate(xp, U, s, Q):
    X = product(xp, U, s, Q)
    left, _, _ = xp.linalg.svd(X)
    return volume_after(xp, xp.matrix_transpose(left), X)


def evaluate_any(xp, U, s, Q, W):
    return volume_after(xp, W, product(xp, U, s, Q))


def evaluate_equal(xp, U, s, Q):
    X = product(xp, U, s, Q)
    first, second = xp.unstack(xp.matrix_transpose(U), axis=1)
    return volume_after(xp, xp.stack([first + second, first - second], axis=1), X)


claim = Claim(
    source=METEREZ_2024.item("Section 3, page 5"),
    provenance="text",
    inputs={"U": orthogonal("d", "d"), "s": lengths("d"), "Q": orthogonal("d", "d")},
    sizes={"d": (1, 5)},
    statement=Eq(volume_next, sympify(1)),
    evaluate=evaluate,
    oracle=batchnorm_isometry.perfect_rotation,
    oracle_differs="the rational decomposition that built X, not one computed from X",
    definitions={volume_next: "the d-th power of the isometry of BN(WX), for X = U diag(s) Q^T and W = U^T"},
    notation={volume_next: r"e^{-d\varphi(\mathrm{BN}(WX))}"},
    mutants=[
        Mutant(
            "every rotation",
            inputs={"U": orthogonal("d", "d"), "s": lengths("d"), "Q": orthogonal("d", "d"), "W": orthogonal("d", "d")},
            evaluate=evaluate_any,
            oracle=batchnorm_isometry.any_rotation,
            because="a rotation that leaves rows of WX unorthogonal leaves the isometry below 1",
        ),
        Mutant(
            "a rotation that equalises the row norms",
            sizes={"d": (2, 2)},
            evaluate=evaluate_equal,
            oracle=batchnorm_isometry.equal_rows,
            because="then BN only rescales, so the isometry does not change at all",
        ),
    ],
)
