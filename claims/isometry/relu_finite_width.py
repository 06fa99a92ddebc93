r"""The squared norm of a piecewise linear network keeps its mean, and its square grows by an exact factor at every width.

Let $\sigma(x)=a_+x$ for $x>0$ and $a_-x$ for $x<0$, $A_2=\frac12(a_+^2+a_-^2)$, $A_4=\frac12(a_+^4+a_-^4)$, and
$h^{(\ell)}=\sigma(W^{(\ell)}h^{(\ell-1)})$ with independent $W^{(\ell)}_{ij}\sim N(0,C_W/n_{\ell-1})$, $C_W=\frac1{A_2}$, one
input.  With $\|h\|^2$ averaged over the width, at every width and depth
$$\mathbb E\|h^{(\ell)}\|^2=\mathbb E\|h^{(\ell-1)}\|^2,\qquad
  \mathbb E\|h^{(\ell)}\|^4=\Big(1+\frac1{n_\ell}\Big(\frac{3A_4}{A_2^2}-1\Big)\Big)\,\mathbb E\|h^{(\ell-1)}\|^4:$$
a factor $1+\frac5n$ for ReLU and $1+\frac2n$ for a linear network.  For two orthogonal inputs
$\mathbb E\|h^{(1)}_x\|^2\|h^{(1)}_y\|^2=\|x\|^2\|y\|^2$: their fields are independent.

Derived here, by homogeneity.  An identity: nothing is lost.
"""

from sympy import And, Eq

from claims.sources import REFUTE_DERIVED
from oracles import finite_width
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.finite_width import orthogonal_pair, relu_slopes, slopes
from strategies.laws import gaussian

square, square_before, fourth, fourth_before, width = quantities("square square_before fourth fourth_before width")
mixed, start, start_other, A2, A4 = quantities("mixed start start_other A2 A4")
ell, n1 = sizes("l n1")


def evaluate(xp, h, slopes, n1, n2, n3, W1, W2, W3):
    up, down = slopes[:, 0, None, None], slopes[:, 1, None, None]
    second = (slopes[:, 0] ** 2 + slopes[:, 1] ** 2) / 2
    layers = [h]
    for weight in (W1, W2, W3):
        z = (weight @ layers[-1]) / (second[:, None, None] * weight.shape[2]) ** 0.5
        layers.append(xp.where(z > 0, up * z, down * z))
    norms = xp.stack([xp.mean(layer**2, axis=1) for layer in layers], axis=1)
    first = norms[:, :, 0]
    return {
        square: first[:, 1:],
        square_before: first[:, :-1],
        fourth: first[:, 1:] ** 2,
        fourth_before: first[:, :-1] ** 2,
        width: xp.ones_like(first[:, 1:]) * xp.asarray((n1, n2, n3), dtype=h.dtype, device=h.device),
        mixed: norms[:, 1, 0] * norms[:, 1, 1],
        start: first[:, 0],
        start_other: norms[:, 0, 1],
        A2: second,
        A4: (slopes[:, 0] ** 4 + slopes[:, 1] ** 4) / 2,
    }


excess = 3 * A4 / A2**2 - 1
inputs = {"h": orthogonal_pair("n0"), "slopes": slopes()}

claim = Claim(
    source=REFUTE_DERIVED.item("Fourth moment of a finite ReLU layer"),
    provenance="derived",
    inputs=inputs,
    randomness={"W1": gaussian("n1", "n0"), "W2": gaussian("n2", "n1"), "W3": gaussian("n3", "n2")},
    sizes={"n0": (2, 4), "n1": (1, 8), "n2": (1, 8), "n3": (1, 8)},
    axes={ell: (1, 3)},
    statement=And(
        Eq(Mean(square[ell]), Mean(square_before[ell])),
        Eq(Mean(fourth[ell]), (1 + excess / width[ell]) * Mean(fourth_before[ell])),
        Eq(Mean(mixed), start * start_other),
    ),
    evaluate=evaluate,
    oracle=finite_width.piecewise_draw,
    oracle_differs="binomial number of active neurons, then two chi-square laws, in place of moments of one neuron",
    expectation=finite_width.piecewise_moments,
    definitions={
        square: "mean square of layer l",
        square_before: "mean square of layer l - 1",
        fourth: "its square",
        fourth_before: "the square of the mean square of layer l - 1",
        width: "n_l",
        mixed: "mean square of layer 1 at x times that at y, orthogonal to x",
        start: "mean square of x",
        start_other: "mean square of y",
        A2: "(a_+^2 + a_-^2) / 2",
        A4: "(a_+^4 + a_-^4) / 2",
    },
    notation={
        ell: r"\ell", square: r"\|h^{(\ell)}\|^2", square_before: r"\|h^{(\ell-1)}\|^2", fourth: r"\|h^{(\ell)}\|^4",
        fourth_before: r"\|h^{(\ell-1)}\|^4", width: r"n_\ell", mixed: r"\|h^{(1)}_x\|^2\|h^{(1)}_y\|^2",
        start: r"\|x\|^2", start_other: r"\|y\|^2", A2: "A_2", A4: "A_4",
    },
    tight="an identity",
    not_covered=["more than three layers, where every further step is the same"],
    mutants=[
        Mutant(
            "1 + 3/n for ReLU",
            inputs={**inputs, "slopes": relu_slopes()},
            statement=Eq(Mean(fourth[ell]), (1 + 3 / width[ell]) * Mean(fourth_before[ell])),
            because="one ReLU neuron of mean square 1 has the fourth moment 6, not 4",
        ),
        Mutant(
            "the same factor for two orthogonal inputs",
            statement=Eq(Mean(mixed), (1 + excess / n1) * start * start_other),
            because="the fields of orthogonal inputs are independent: the factor is 1",
        ),
    ],
)  # fmt: skip
