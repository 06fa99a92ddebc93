r"""A Gaussian dual maps Gram matrices of unit vectors to positive semidefinite matrices, entry by entry.

For $\sigma\in L^2(\mathcal N(0,1))$, $\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)$ for standard Gaussians of correlation
$\rho$, and unit vectors $x_1,\dots,x_n$,
$$\big[\hat\sigma(\langle x_i,x_j\rangle)\big]_{i,j}\succeq0 .$$

Lemma on dual activations of Daniely, Frostig and Singer (2016), arXiv 1602.05897: the matrix is that of the second moments of
$\sigma(\langle w,x_i\rangle)$ for a Gaussian $w$.  Checked through the determinant, at every size and on every principal
block, which is an instance of its own.  Strict definiteness fails for distinct points: antipodal ones under an odd or an
even $\sigma$.
"""

from sympy import Le, Lt

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import CLOSED
from strategies.activations import SERIES
from strategies.kernels import kernel
from strategies.matrices import gram_matrix, pivot_deficits, unit_gram

determinant, before, largest, one = quantities("determinant before largest one")


def evaluate(xp, G, kernel, n):
    def volume(pairs):
        return xp.prod(1 - pivot_deficits(xp, gram_matrix(xp, pairs.value, n)), axis=1)

    return {
        determinant: volume(kernel(G)),
        before: lambda: volume(G),
        largest: xp.max(G.value, axis=1),
        one: xp.ones_like(G.value[:, 0]),
    }


claim = Claim(
    source=DANIELY_2016.item("lemma on dual activations, positive semidefiniteness"),
    provenance="recalled",
    inputs={"G": unit_gram("n"), "kernel": kernel("K", centred=False, activations=(SERIES, *CLOSED, "elu", "selu"))},
    sizes={"n": (2, 4), "K": (1, 4)},
    statement=Le(0, determinant),
    scale=one,
    evaluate=evaluate,
    oracle=gaussian_duals.positive,
    oracle_differs="determinants of the printed closed forms, not elimination on split kernels",
    definitions={
        determinant: "the determinant of the image of the Gram matrix, with unit diagonal",
        before: "the determinant of the Gram matrix",
        largest: "the largest off-diagonal entry of the Gram matrix",
        one: "the product of the diagonal, 1",
    },
    notation={
        determinant: r"\det\big[\tfrac{\hat\sigma(\langle x_i,x_j\rangle)}{\hat\sigma(1)}\big]",
        before: r"\det G",
        largest: r"\max_{i\neq j}\langle x_i,x_j\rangle",
        one: "1",
    },
    tight="repeated points, and antipodal ones under an odd or an even function",
    mutants=[
        Mutant(
            "positive definite for distinct points",
            hypotheses=[Lt(largest, 1)],
            statement=Lt(0, determinant),
            because="antipodal points under an odd function: the rows of the image are opposite",
        ),
        Mutant(
            "a determinant that does not fall",
            statement=Le(before, determinant),
            because="true for centred functions only: kappa = (1 + rho)/2 maps the 2 x 2 identity to determinant 3/4",
        ),
    ],
)
