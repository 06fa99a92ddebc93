r"""The Jacobian of row normalization has the inverse of the shortest row for its norm, for any number of samples but one.

Let $Y\in\mathbb R^{d\times n}$ have no zero row, and let $J_{\mathrm{BN}}(Y)$ be the Jacobian on $\mathbb R^{dn}$ of
$\mathrm{BN}$, which scales every row to unit norm.  Then
$$\|J_{\mathrm{BN}}(Y)\|_{op}=\frac1{\min_j\|Y_{j\cdot}\|}\quad(n\ge2),\qquad J_{\mathrm{BN}}(Y)=0\quad(n=1) .$$
Derived here, next to Meterez et al. (2024), arXiv 2310.02012: the block of row j is $(I-\hat y\hat y^\top)/\|y\|$, $\hat
y=y/\|y\|$, a projection of rank $n-1$ over the norm.  Checked with squares, which are rational: the product of the two is
$\min(n-1,1)$.  What the isometry gap says of the shortest row of $WX$ at $n=d$ is `batchnorm/grad_jacobian`.
"""

from sympy import Eq, Gt, Min, sympify

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_gradients
from refute import Claim, Mutant, quantities, sizes
from strategies.networks import dense

jacobian, shortest, longest, frobenius = quantities("jacobian shortest longest frobenius")
n = sizes("n")


def evaluate(xp, Y):
    d, count = Y.shape[1:]
    norms = xp.linalg.vector_norm(Y, axis=2)
    unit = Y / norms[:, :, None]
    identity = xp.eye(count, dtype=Y.dtype, device=Y.device)
    blocks = (identity - unit[:, :, :, None] * unit[:, :, None, :]) / norms[:, :, None, None]
    rows = xp.eye(d, dtype=Y.dtype, device=Y.device)
    full = xp.reshape(rows[None, :, None, :, None] * blocks[:, :, :, None, :], (Y.shape[0], d * count, d * count))
    return {
        jacobian: xp.linalg.svdvals(full)[:, 0] ** 2,
        shortest: xp.min(norms, axis=1) ** 2,
        longest: xp.max(norms, axis=1) ** 2,
        frobenius: xp.sum(full * full, axis=(1, 2)),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("The Jacobian of batch normalization, next to Section 3 of arXiv 2310.02012"),
    provenance="derived",
    inputs={"Y": dense("d", "n")},
    sizes={"d": (1, 4), "n": (1, 5)},
    hypotheses=[Gt(shortest, 0)],
    statement=Eq(jacobian * shortest, Min(n - 1, 1)),
    evaluate=evaluate,
    oracle=batchnorm_gradients.row_jacobian,
    oracle_differs="spectra of the rational blocks of its rows one by one, not singular values of the whole Jacobian",
    definitions={
        jacobian: "squared operator norm of the Jacobian",
        shortest: "squared norm of the shortest row of Y",
        longest: "squared norm of the longest row of Y",
        frobenius: "squared Frobenius norm of the Jacobian",
    },
    notation={
        jacobian: r"\|J_{\mathrm{BN}}(Y)\|_{op}^2",
        shortest: r"\min_j\|Y_{j\cdot}\|^2",
        longest: r"\max_j\|Y_{j\cdot}\|^2",
        frobenius: r"\|J_{\mathrm{BN}}(Y)\|_F^2",
    },
    tight="always",
    mutants=[
        Mutant(
            "a single sample too",
            statement=Eq(jacobian * shortest, sympify(1)),
            because="the normalized row of a single sample is its sign, whose derivative is 0",
        ),
        Mutant("longest row", statement=Eq(jacobian * longest, Min(n - 1, 1)), because="rows of different norms differ"),
        Mutant(
            "Frobenius norm",
            statement=Eq(frobenius * shortest, n - 1),
            because="true for a single row, but all rows add (n - 1)/|y|^2",
        ),
    ],
)
