r"""The moments of a deep linear network grow by exact factors at every width.

Let $z^{(\ell)}=W^{(\ell)}z^{(\ell-1)}$, $z^{(0)}=x\in\mathbb R^{n_0}$, with independent $W^{(\ell)}_{ij}\sim
N(0,C_W/n_{\ell-1})$ and no biases, and $G_2^{(0)}=\frac1{n_0}\|x\|^2$.  At every width, for every order $m$,
$$\mathbb E\big[(z^{(\ell)}_i)^{2m}\big]=(2m-1)!!\,G_{2m}^{(\ell)},\qquad
  G_{2m}^{(1)}=\big(C_WG_2^{(0)}\big)^m,\qquad
  G_{2m}^{(\ell+1)}=C_W^m\prod_{j=0}^{m-1}\Big(1+\frac{2j}{n_\ell}\Big)\,G_{2m}^{(\ell)},$$
so that the input width never enters the factors.  Moreover $\mathbb E z_i^{(\ell)}=0$, $\mathbb E
z^{(\ell)}_{i;x}z^{(\ell)}_{j;y}=\delta_{ij}C_W^\ell\frac1{n_0}\langle x,y\rangle$ for two inputs, and $\mathbb
E(z_iz_j)^2=G_4^{(\ell)}$ for $i\ne j$, a third of the fourth moment: neurons of one layer are uncorrelated, not independent.

Equations (3.6) to (3.30) of Roberts, Yaida and Hanin (2022), arXiv 2106.10165, for the orders two to six, from a
formalisation that quotes them; the general order because $\|z^{(\ell)}\|^2/\|z^{(\ell-1)}\|^2$ are independent
$C_W\chi^2_{n_\ell}/n_{\ell-1}$.  An identity: nothing is lost.  At width 1 the fourth moment triples in every layer.
"""

from sympy import And, Eq

from claims.sources import ROBERTS_2022
from oracles import finite_width
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.finite_width import linear_layers, positive_scale, scale_of
from strategies.laws import gaussian
from strategies.matrices import samples

first, moment, moment_next, growth, pairings, energy, overlap, variance = quantities(
    "first moment moment_next growth pairings energy overlap variance"
)
covariance, crossed, centre, joint, square, fourth = quantities("covariance crossed centre joint square fourth")
width, width_before, width_after = quantities("width width_before width_after")
ell, m = sizes("l m")


def evaluate(xp, X, C, m, n0, n1, n2, n3, W1, W2, W3, W4):
    z = linear_layers(xp, X, (W1, W2, W3, W4), scale_of(C))[1:]
    one = xp.ones_like(C)
    rows = {"width": (n1, n2, n3), "before": (n0, n1, n2), "after": (n2, n3, 2)}
    widths = {name: one[:, None] * xp.asarray(row, dtype=C.dtype, device=C.device) for name, row in rows.items()}
    factor, odd = xp.ones_like(widths["width"]), 1
    for j in range(m):
        factor, odd = factor * (1 + 2 * j / widths["width"]), odd * (2 * j + 1)
    moments = xp.stack([layer[:, 0, 0] ** (2 * m) for layer in z], axis=1)
    last = z[3]
    return {
        first: moments[:, 0], moment: moments[:, :3], moment_next: moments[:, 1:], growth: factor, pairings: odd * one,
        energy: xp.mean(X[:, :, 0] ** 2, axis=1), overlap: xp.mean(X[:, :, 0] * X[:, :, 1], axis=1), variance: C,
        covariance: xp.stack([layer[:, 0, 0] * layer[:, 0, 1] for layer in z[:3]], axis=1),
        crossed: last[:, 0, 0] * last[:, 1, 1], centre: last[:, 0, 0], joint: (last[:, 0, 0] * last[:, 1, 0]) ** 2,
        square: last[:, 0, 0] ** 2, fourth: last[:, 0, 0] ** 4,
        width: widths["width"], width_before: widths["before"], width_after: widths["after"],
    }  # fmt: skip


def step(factor, order=m):
    """The moment of the next layer is that of the present one times ``C_W^m`` and a factor."""
    return Eq(Mean(moment_next[ell]), variance**order * factor * Mean(moment[ell]))


claim = Claim(
    source=ROBERTS_2022.item("Section 3.2 to 3.4, equations (3.6) to (3.30)"),
    provenance="second-hand",
    inputs={"X": samples("n0", 2), "C": positive_scale()},
    randomness={"W1": gaussian("n1", "n0"), "W2": gaussian("n2", "n1"), "W3": gaussian("n3", "n2"), "W4": gaussian(2, "n3")},
    sizes={"m": (1, 6), "n0": (1, 4), "n1": (1, 5), "n2": (1, 5), "n3": (1, 5)},
    axes={ell: (1, 3)},
    scale=energy,
    statement=And(
        Eq(Mean(first), pairings * (variance * energy) ** m),
        step(growth[ell]),
        Eq(Mean(covariance[ell]), variance**ell * overlap),
        Eq(3 * Mean(joint), Mean(fourth)),
        Eq(Mean(crossed), 0),
        Eq(Mean(centre), 0),
    ),
    evaluate=evaluate,
    oracle=finite_width.linear_draw,
    oracle_differs="moments by summing over all ways to share 2m factors among the neurons of every layer, not by chi-square laws",
    expectation=finite_width.linear_moments,
    definitions={
        first: "(z_1^(1))^(2m)",
        moment: "(z_1^(l))^(2m) at the layers 1, 2, 3",
        moment_next: "(z_1^(l+1))^(2m)",
        growth: "the product of 1 + 2j/n_l over j < m",
        pairings: "(2m - 1)!!, the number of pairings of 2m factors",
        energy: "G_2^(0) = |x|^2 / n_0",
        overlap: "<x, y> / n_0",
        variance: "C_W",
        covariance: "z_1^(l) at x times z_1^(l) at y",
        crossed: "z_1^(4) at x times z_2^(4) at y",
        centre: "z_1^(4)",
        joint: "(z_1^(4) z_2^(4))^2",
        square: "(z_1^(4))^2",
        fourth: "(z_1^(4))^4",
        width: "n_l",
        width_before: "n_{l-1}",
        width_after: "n_{l+1}",
    },
    notation={
        first: r"(z^{(1)}_1)^{2m}",
        moment: r"(z^{(\ell)}_1)^{2m}",
        moment_next: r"(z^{(\ell+1)}_1)^{2m}",
        ell: r"\ell",
        growth: r"\textstyle\prod_{j<m}(1+\frac{2j}{n_\ell})",
        pairings: r"(2m-1)!!",
        energy: r"G_2^{(0)}",
        overlap: r"G^{(0)}_{xy}",
        variance: "C_W",
        covariance: r"z^{(\ell)}_{1;x}z^{(\ell)}_{1;y}",
        crossed: r"z^{(4)}_{1;x}z^{(4)}_{2;y}",
        centre: r"z^{(4)}_1",
        joint: r"(z^{(4)}_1z^{(4)}_2)^2",
        square: r"(z^{(4)}_1)^2",
        fourth: r"(z^{(4)}_1)^4",
        width: r"n_\ell",
        width_before: r"n_{\ell-1}",
        width_after: r"n_{\ell+1}",
    },
    tight="an identity",
    not_covered=[
        "patterns of four neurons beyond (i, i, i, i) and (i, i, j, j): the others vanish by the signs of the rows",
        "more than four layers, where every further step is the same",
        "variances C_W above 4: every side is homogeneous in C_W",
    ],
    mutants=[
        Mutant(
            "the width before the layer in the product",
            statement=step(1 + 2 / width_before[ell], 2),
            sizes={"m": (2, 2), "n0": (1, 4), "n1": (1, 5), "n2": (1, 5), "n3": (1, 5)},
            because="n_0 never enters: for n_0 = 1, n_1 = 2 the fourth moment doubles, it does not triple",
        ),
        Mutant(
            "the width after the layer in the product",
            statement=step(1 + 2 / width_after[ell], 2),
            sizes={"m": (2, 2), "n0": (1, 4), "n1": (1, 5), "n2": (1, 5), "n3": (1, 5)},
            because="the neurons of the last layer are conditionally independent: its width does not matter",
        ),
        Mutant(
            "factor 1 + 1/n",
            statement=step(1 + 1 / width[ell], 2),
            sizes={"m": (2, 2), "n0": (1, 4), "n1": (1, 5), "n2": (1, 5), "n3": (1, 5)},
            because="at width 1 the fourth moment triples",
        ),
        Mutant(
            "six points with (1 + 2/n)(1 + 3/n)",
            statement=step((1 + 2 / width[ell]) * (1 + 3 / width[ell]), 3),
            sizes={"m": (3, 3), "n0": (1, 4), "n1": (1, 5), "n2": (1, 5), "n3": (1, 5)},
            because="at width 1 the sixth moment grows by 15, not by 12",
        ),
        Mutant(
            "independent neurons",
            statement=Eq(Mean(joint), Mean(square) ** 2),
            because="both neurons see the same random norm of the layer below: (1 + 2/n_1)(1 + 2/n_2)(1 + 2/n_3) instead of 1",
        ),
    ],
)
