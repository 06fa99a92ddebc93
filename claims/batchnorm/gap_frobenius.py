r"""Batch normalization makes every representation a matrix of Frobenius norm one.

Let $H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)$ with $H_\ell\in\mathbb R^{d\times n}$ (columns are samples) and
$\mathrm{BN}(M)=\mathrm{diag}(MM^\top)^{-1/2}M$: every row is scaled to unit norm, no mean is removed.  If no row of
$W_\ell H_\ell$ is zero (with Gaussian weights: almost surely, if $H_\ell\ne0$), then
$$\mathrm{Tr}(H_{\ell+1}H_{\ell+1}^\top)=1,\qquad\|(H_{\ell+1})_{j\cdot}\|^2=\tfrac1d\quad(j=1,\dots,d).$$
Eq. (10) and appendix A.2 of Daneshmand, Joudaki and Bach (2021), arXiv 2106.03970.  Hence for all $\ell\ge1$
$$\sigma_n(H_\ell)^2\le\tfrac1n,\qquad V(H_\ell)^2=\|H_\ell^\top H_\ell-\tfrac1nI\|_F^2=1-\tfrac1n-2\sum_{k<m}\sum_{i<j}
  \det\big((H_\ell)_{\{k,m\},\{i,j\}}\big)^2\le1-\tfrac1n ,$$
with equality exactly at rank one (all $2\times2$ minors vanish; Cauchy and Binet).

Nothing of this holds for the input: $H_0=2I$.  All quantities are rational in the entries of $H_\ell$ and $W_\ell$.
"""

from sympy import And, Eq, Gt, Le

from claims.sources import DANESHMAND_2021
from oracles import batchnorm_gap
from refute import Claim, Mutant, quantities, sizes
from strategies.batch_layers import off_isotropy, square
from strategies.networks import dense

names = "row frobenius column frobenius_before shortest smallest square_gap minors"
row, frobenius, column, frobenius_before, shortest, smallest, square_gap, minors = quantities(names)
d, n, j, i = sizes("d n j i")


def evaluate(xp, H, W):
    M = W @ H
    width, count = M.shape[1], M.shape[2]
    largest = xp.max(xp.abs(M), axis=2, keepdims=True)
    scaled = M / xp.where(largest > 0, largest, xp.ones_like(largest))
    norm = xp.sqrt(xp.sum(scaled * scaled, axis=2, keepdims=True))
    layer = scaled / xp.where(norm > 0, norm, xp.ones_like(norm)) / width**0.5
    C = xp.matrix_transpose(layer) @ layer
    pairs = layer[:, :, None, :, None] * layer[:, None, :, None, :]
    return {
        row: xp.sum(layer * layer, axis=2),
        frobenius: square(xp, layer),
        column: xp.sum(layer * layer, axis=1),
        frobenius_before: square(xp, H),
        shortest: xp.min(norm[:, :, 0] * largest[:, :, 0], axis=1) ** 2,
        smallest: 0 * C[:, 0, 0] if width < count else xp.linalg.eigvalsh(C)[:, 0],
        square_gap: square(xp, off_isotropy(xp, C)),
        minors: square(xp, pairs - xp.matrix_transpose(pairs)) / 4,
    }


claim = Claim(
    source=DANESHMAND_2021.item("Eq. (10) and appendix A.2"),
    provenance="text",
    inputs={"H": dense("d", "n"), "W": dense("d", "d")},
    sizes={"d": (1, 6), "n": (1, 5)},
    axes={j: (0, "d-1"), i: (0, "n-1")},
    hypotheses=[Gt(shortest, 0)],
    statement=And(
        Eq(frobenius, 1),
        Eq(row[j], 1 / d),
        Le(smallest, 1 / n),
        Eq(square_gap + 2 * minors, 1 - 1 / n),
        Le(square_gap, 1 - 1 / n),
    ),
    scale=frobenius,
    evaluate=evaluate,
    oracle=batchnorm_gap.normalised_layer,
    oracle_differs="rational: squares of entries over squared norms of the rows of WH; no root is taken",
    definitions={
        row: "squared norm of a row of the next layer",
        frobenius: "squared Frobenius norm of the next layer",
        column: "squared norm of a column of the next layer",
        frobenius_before: "squared Frobenius norm of the layer itself",
        shortest: "smallest squared norm of a row of WH",
        smallest: "smallest eigenvalue of the Gram matrix of the next layer, sigma_n^2",
        square_gap: "V^2 of the next layer, the squared distance of its Gram matrix from I/n",
        minors: "sum of the squared 2x2 minors of the next layer",
    },
    notation={
        row: r"\|(H_{\ell+1})_{\cdot}\|^2",
        frobenius: r"\|H_{\ell+1}\|_F^2",
        column: r"\|(H_{\ell+1}^\top)_{\cdot}\|^2",
        frobenius_before: r"\|H_\ell\|_F^2",
        shortest: r"\min_j\|(W_\ell H_\ell)_{j}\|^2",
        smallest: r"\sigma_n^2",
        square_gap: r"V(H_{\ell+1})^2",
        minors: r"\textstyle\sum\det^2",
    },
    tight="the bound on V^2 exactly at rank one, the bound on the smallest eigenvalue exactly at isotropy",
    mutants=[
        Mutant(
            "columns in place of rows",
            statement=Eq(column[i], 1 / n),
            because="two rows that agree, (1, 0), give column norms 1 and 0",
        ),
        Mutant(
            "the input has norm one",
            statement=Eq(frobenius_before, 1),
            because="nothing normalises the input: H_0 = 2I",
        ),
        Mutant(
            "minors counted once",
            statement=Eq(square_gap + minors, 1 - 1 / n),
            because="1 - tr C^2 is twice the second elementary symmetric function of the eigenvalues",
        ),
        Mutant(
            "isotropy is never reached",
            statement=Le(smallest, 1 / n - 1 / (d * d * n)),
            sizes={"d": (2, 6), "n": (2, 5)},
            because="at H = W = I, d = n, the next layer is I/sqrt(n): sigma_n^2 = 1/n exactly",
        ),
    ],
)
