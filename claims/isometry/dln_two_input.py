r"""Second moments of the Gram matrix of a deep linear network obey an exact recursion on three numbers.

A linear network has independent weights of variance $1/n_{\ell-1}$ ($C_W=1$), and $G^{(\ell)}_{ab}=\frac1{n_\ell}\sum_i
z^{(\ell)}_{i;a}z^{(\ell)}_{i;b}$ for its inputs $a,b,\dots$  At every width $n_\ell$ of the new layer,
$$\mathbb E\big[G^{(\ell)}_{ab}G^{(\ell)}_{cd}\mid G\big]=G_{ab}G_{cd}+\tfrac1{n_\ell}\big(G_{ac}G_{bd}+G_{ad}G_{bc}\big),
  \qquad G=G^{(\ell-1)}.$$
So the three numbers $\mathbb E G_{ab}G_{cd}$, $\mathbb E G_{ac}G_{bd}$, $\mathbb E G_{ad}G_{bc}$ are multiplied by a symmetric
matrix with 1 on the diagonal and $\frac1{n_\ell}$ off it, whose eigenvalues are $1+\frac2{n_\ell}$ (once) and
$1-\frac1{n_\ell}$ (twice).  In particular the mean determinant $\mathbb E(G_{aa}G_{bb}-G_{ab}^2)$ of two inputs contracts by
$1-\frac1{n_\ell}$, and $\mathbb E G_{ab}^2$ grows from orthogonal inputs.

Derived here, from the fourth moments of Gaussians (Wishart).  An identity: nothing is lost.
"""

from sympy import And, Eq

from claims.sources import REFUTE_DERIVED
from oracles import finite_width
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.finite_width import linear_layers
from strategies.laws import gaussian
from strategies.matrices import samples

first, second, third, lengths, inner, width, width_before = quantities("first second third lengths inner width width_before")
first_before, second_before, third_before = quantities("first_before second_before third_before")
lengths_before, inner_before = quantities("lengths_before inner_before")
ell = sizes("l")


def evaluate(xp, X, n0, n1, n2, n3, W1, W2, W3):
    grams = [xp.matrix_transpose(z) @ z / z.shape[1] for z in linear_layers(xp, X, (W1, W2, W3))]
    products = {
        "first": [G[:, 0, 1] * G[:, 2, 3] for G in grams],
        "second": [G[:, 0, 2] * G[:, 1, 3] for G in grams],
        "third": [G[:, 0, 3] * G[:, 1, 2] for G in grams],
        "lengths": [G[:, 0, 0] * G[:, 1, 1] for G in grams],
        "inner": [G[:, 0, 1] ** 2 for G in grams],
    }
    found = {name: xp.stack(rows[1:], axis=1) for name, rows in products.items()}
    found |= {f"{name}_before": xp.stack(rows[:-1], axis=1) for name, rows in products.items()}
    for name, row in (("width", (n1, n2, n3)), ("width_before", (n0, n1, n2))):
        found[name] = xp.ones_like(found["first"]) * xp.asarray(row, dtype=X.dtype, device=X.device)
    return found


def recursion(after, before, others):
    """One of the three numbers after a layer, from the three before it."""
    return Eq(Mean(after[ell]), Mean(before[ell]) + (Mean(others[0][ell]) + Mean(others[1][ell])) / width[ell])


def determinant(factor):
    """The mean determinant of the first two points after a layer is a factor times the one before it."""
    before = Mean(lengths_before[ell]) - Mean(inner_before[ell])
    return Eq(Mean(lengths[ell]) - Mean(inner[ell]), factor * before)


claim = Claim(
    source=REFUTE_DERIVED.item("Two inputs of a deep linear network"),
    provenance="derived",
    inputs={"X": samples("n0", 4)},
    randomness={"W1": gaussian("n1", "n0"), "W2": gaussian("n2", "n1"), "W3": gaussian("n3", "n2")},
    sizes={"n0": (1, 5), "n1": (1, 6), "n2": (1, 6), "n3": (1, 6)},
    axes={ell: (1, 3)},
    statement=And(
        recursion(first, first_before, (second_before, third_before)),
        recursion(second, second_before, (first_before, third_before)),
        recursion(third, third_before, (first_before, second_before)),
        determinant(1 - 1 / width[ell]),
    ),
    evaluate=evaluate,
    oracle=finite_width.gram_draw,
    oracle_differs="chi-square moments of single inputs, polarised, and Bartlett's mean of the 2 x 2 minors; no recursion on products",
    expectation=finite_width.gram_moments,
    definitions={
        first: "G_ab G_cd at layer l",
        second: "G_ac G_bd at layer l",
        third: "G_ad G_bc at layer l",
        lengths: "G_aa G_bb at layer l",
        inner: "G_ab^2 at layer l",
        first_before: "G_ab G_cd at layer l - 1",
        second_before: "G_ac G_bd at layer l - 1",
        third_before: "G_ad G_bc at layer l - 1",
        lengths_before: "G_aa G_bb at layer l - 1",
        inner_before: "G_ab^2 at layer l - 1",
        width: "n_l",
        width_before: "n_{l-1}",
    },
    notation={
        ell: r"\ell",
        width: r"n_\ell",
        width_before: r"n_{\ell-1}",
        first: r"G^{(\ell)}_{ab}G^{(\ell)}_{cd}",
        first_before: r"G^{(\ell-1)}_{ab}G^{(\ell-1)}_{cd}",
        second: r"G^{(\ell)}_{ac}G^{(\ell)}_{bd}",
        second_before: r"G^{(\ell-1)}_{ac}G^{(\ell-1)}_{bd}",
        third: r"G^{(\ell)}_{ad}G^{(\ell)}_{bc}",
        third_before: r"G^{(\ell-1)}_{ad}G^{(\ell-1)}_{bc}",
        lengths: r"G^{(\ell)}_{aa}G^{(\ell)}_{bb}",
        lengths_before: r"G^{(\ell-1)}_{aa}G^{(\ell-1)}_{bb}",
        inner: r"(G^{(\ell)}_{ab})^2",
        inner_before: r"(G^{(\ell-1)}_{ab})^2",
    },
    tight="an identity",
    not_covered=["more than three layers, where every further step is the same"],
    mutants=[
        Mutant(
            "eigenvalue 1 - 2/n",
            statement=determinant(1 - 2 / width[ell]),
            because="two orthonormal inputs and width 2: the mean determinant is half of the one before, not 0",
        ),
        Mutant(
            "one pairing forgotten",
            statement=Eq(Mean(first[ell]), Mean(first_before[ell]) + Mean(second_before[ell]) / width[ell]),
            because="a = b = c = d of mean square 1 at width 1: 3, not 2",
        ),
        Mutant(
            "the width before the layer",
            statement=Eq(
                Mean(first[ell]),
                Mean(first_before[ell]) + (Mean(second_before[ell]) + Mean(third_before[ell])) / width_before[ell],
            ),
            because="a = b = c = d of mean square 1 with n_0 = 1 and n_1 = 2: 2, not 3",
        ),
    ],
)
