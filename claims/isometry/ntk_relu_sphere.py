r"""The tangent kernel of a deep ReLU network is positive definite wherever its inputs are independent.

For unit inputs with the Gram matrix $G\succ0$, $n\ge2$, let $\Theta^{(\ell)}$ be the tangent kernel of `isometry/ntk_relu` with
$\ell$ hidden layers, applied entrywise, and $d_j(M)=\det M_{[1..j]}/\det M_{[1..j-1]}$ the pivots of a matrix.  Then for
$\ell\ge1$
$$1-d_j\Big(\frac{\Theta^{(\ell)}[G]}{\ell+1}\Big)\le\frac{\Theta^{(\ell)}(1-d_j(G))}{\ell+1}<1,\qquad
  |\Theta^{(\ell)}(G_{ij})|\le\ell+1 ;$$
in particular $\Theta^{(\ell)}[G]$ is positive definite.

The recursion of Jacot, Gabriel and Hongler (2018), arXiv 1806.07572, recalled, as is their theorem that it is
positive definite on the sphere, for networks with biases and any Lipschitz activation that is no polynomial.
$\Theta^{(\ell)}/(\ell+1)$ is a power series with coefficients of at least 0 and the value 1 at 1, so this is
`isometry/schur_step` for it.

Tight: both sides of the first tend to 1 for nearly parallel inputs.
"""

from sympy import And, Ge, Gt, Le, Lt

from claims.sources import JACOT_2018
from oracles import ntk
from refute import Claim, Mutant, quantities, sizes
from strategies.activations import Correlation
from strategies.angles import tangent_kernels
from strategies.matrices import unit_gram
from strategies.pivots import multiple_correlations

deficit, bound, least, greatest, determinant = quantities("deficit bound least greatest determinant")
l, j = sizes("l j")


def evaluate(xp, G, n, L):
    pivots = multiple_correlations(xp, G, n)
    on_pairs = tangent_kernels(xp, xp.where(G.sign > 0, G.complement, 1 + G.magnitude), L)
    on_pivots = tangent_kernels(xp, pivots.complement, L)
    moved = []
    for layer in range(1, L + 1):
        value, complement = on_pairs.kernel[:, layer] / (layer + 1), on_pairs.deficit[:, layer] / (layer + 1)
        sign = xp.where(value < 0, -xp.ones_like(value), xp.ones_like(value))
        size = Correlation(sign, xp.abs(value), xp.where(value < 0, 1 + value, complement))
        moved.append(multiple_correlations(xp, size, n).magnitude)
    count = xp.asarray([float(layer + 1) for layer in range(1, L + 1)], dtype=G.value.dtype, device=G.value.device)
    return {
        deficit: xp.stack(moved, axis=1),
        bound: on_pivots.kernel[:, 1:] / count[:, None],
        least: xp.min(on_pairs.kernel[:, 1:], axis=2),
        greatest: xp.max(on_pairs.kernel[:, 1:], axis=2),
        determinant: xp.prod(pivots.complement, axis=1),
    }


positive = And(Le(deficit[l, j], bound[l, j]), Lt(bound[l, j], 1))
claim = Claim(
    source=JACOT_2018.item("the recursion of the limit kernel, in the closed form of ReLU"),
    provenance="recalled",
    reading="no biases, unit inputs, sqrt(2) ReLU",
    inputs={"G": unit_gram("n")},
    sizes={"n": (2, 4), "L": (1, 5)},
    axes={l: (1, "L"), j: (2, "n")},
    hypotheses=[Gt(determinant, 0)],
    statement=And(positive, Ge(least[l], -l - 1), Le(greatest[l], l + 1)),
    evaluate=evaluate,
    oracle=ntk.on_sphere,
    oracle_differs="the closed sum of products from the printed kernels, pivots as quotients of minors",
    definitions={
        deficit: "1 - d_j of Theta[G] / (l + 1)",
        bound: "Theta(1 - d_j(G)) / (l + 1)",
        least: "the least entry of Theta[G] off the diagonal",
        greatest: "the greatest entry of Theta[G] off the diagonal",
        determinant: "det G",
    },
    notation={
        deficit: r"\Big(1-d_j\Big(\frac{\Theta^{(l)}[G]}{l+1}\Big)\Big)",
        bound: r"\frac{\Theta^{(l)}(1-d_j(G))}{l+1}",
        least: r"\min_{i\ne k}\Theta^{(l)}(G_{ik})",
        greatest: r"\max_{i\ne k}\Theta^{(l)}(G_{ik})",
        determinant: r"\det G",
    },
    tight="nearly parallel inputs",
    not_covered=["dependent inputs, among them more inputs than dimensions"],
    mutants=[
        Mutant(
            "four fifths of the bound",
            statement=And(Le(deficit[l, j], 4 * bound[l, j] / 5), Lt(bound[l, j], 1)),
            because="for nearly parallel inputs both sides tend to 1",
        ),
        Mutant(
            "at most the number of hidden layers",
            statement=Le(greatest[l], l),
            because="nearly parallel inputs come as near l + 1 as one likes",
        ),
        Mutant(
            "non-negative entries",
            statement=Ge(least[l] + l + 1, l + 1),
            because="one hidden layer at the correlation -0.795: -0.1368",
        ),
    ],
)
