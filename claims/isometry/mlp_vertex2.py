r"""The connected four-point function of the second layer is exactly a variance over the first layer, divided by its width.

A network with any measurable activation and Gaussian biases: $z^{(1)}_{k;a}=b^{(1)}_k+\sum_jW^{(1)}_{kj}x_{j;a}$ and
$z^{(2)}_{i;a}=b^{(2)}_i+\sum_{k\le n_1}W^{(2)}_{ik}\sigma(z^{(1)}_{k;a})$, with variances $C_b^{(\ell)}$ of the biases and
$C_W^{(\ell)}/n_{\ell-1}$ of the weights; $\langle\cdot\rangle$ is the mean over one neuron of the first layer, Gaussian of
covariance $G^{(1)}_{ab}=C_b^{(1)}+\frac{C_W^{(1)}}{n_0}\langle x_a,x_b\rangle$, with $\langle\sigma^4\rangle<\infty$.  At every
$n_1\ge1$,
$$\mathbb E\,z_{i_1;1}z_{i_2;2}z_{i_3;3}z_{i_4;4}\big|_{\rm connected}=\tfrac1{n_1}\big[\delta_{i_1i_2}\delta_{i_3i_4}V_{(12)(34)}
  +\delta_{i_1i_3}\delta_{i_2i_4}V_{(13)(24)}+\delta_{i_1i_4}\delta_{i_2i_3}V_{(14)(23)}\big],$$
$$V_{(12)(34)}=(C_W^{(2)})^2\big[\langle\sigma_1\sigma_2\sigma_3\sigma_4\rangle
  -\langle\sigma_1\sigma_2\rangle\langle\sigma_3\sigma_4\rangle\big],
  \qquad\mathbb E\,z^{(2)}_{i;a}z^{(2)}_{j;b}=\delta_{ij}\big(C_b^{(2)}+C_W^{(2)}\langle\sigma_a\sigma_b\rangle\big),$$
where connected means: less the sum over the three pairings of products of two-point functions.  A variance $V_{(ab)(ab)}$, of
the points $a,a,b,b$, is never negative, but $V_{(aa)(bb)}$ may be.

Equation (4.43) of Roberts, Yaida and Hanin (2022), arXiv 2106.10165, from a formalisation that quotes it.  An identity at the
second layer; from the third on the mean kernel itself has corrections.  For one input with $G^{(1)}=C_W^{(2)}=1$, ReLU has
$V=\frac54$, the identity 2, the sign 0.
"""

from itertools import combinations

from sympy import And, Eq, Implies, Le

from claims.sources import ROBERTS_2022
from oracles import second_layer
from refute import Claim, Mean, Mutant, quantities
from strategies.finite_width import activate, activated_points, bias_scale, positive_scale, scale_of
from strategies.laws import gaussian

alike, split, p12, p13, p14, p23, p24, p34 = quantities("alike split p12 p13 p14 p23 p24 p34")
s12, s13, s14, s23, s24, s34, s1234 = quantities("s12 s13 s14 s23 s24 s34 s1234")
crossed, variance, bias, inputs, hidden, apart = quantities("crossed variance bias inputs hidden apart")
PAIRS = tuple(combinations(range(4), 2))


def evaluate(xp, x, C1, B1, C2, B2, n0, n1, W1, W2, b1, b2):
    first = (scale_of(C1) / n0) ** 0.5 * (W1 @ x.X) + scale_of(B1) ** 0.5 * b1
    sigma = activate(xp, x, first)
    z = (scale_of(C2) / n1) ** 0.5 * (W2 @ sigma) + scale_of(B2) ** 0.5 * b2
    u, v, neuron = z[:, 0, :], z[:, 1, :], sigma[:, 0, :]
    found = {f"p{a + 1}{b + 1}": u[:, a] * u[:, b] for a, b in PAIRS}
    found |= {f"s{a + 1}{b + 1}": neuron[:, a] * neuron[:, b] for a, b in PAIRS}
    one = xp.ones_like(C2)
    return found | {
        alike: u[:, 0] * u[:, 1] * u[:, 2] * u[:, 3],
        split: u[:, 0] * u[:, 1] * v[:, 2] * v[:, 3],
        s1234: neuron[:, 0] * neuron[:, 1] * neuron[:, 2] * neuron[:, 3],
        crossed: u[:, 0] * v[:, 1],
        variance: C2,
        bias: B2,
        apart: xp.sum((x.X[:, :, 0] - x.X[:, :, 1]) ** 2 + (x.X[:, :, 2] - x.X[:, :, 3]) ** 2, axis=1),
        inputs: n0 * one,
        hidden: n1 * one,
    }


def vertex(first, second):
    """The variance V over one hidden neuron, for one pairing of the points."""
    return variance**2 * (Mean(s1234) - Mean(first) * Mean(second))


def four_points(divisor):
    """Both patterns of neurons, with the connected part divided by a width."""
    pairings = ((p12, p34, s12, s34), (p13, p24, s13, s24), (p14, p23, s14, s23))
    gaussian_part = sum(Mean(first) * Mean(second) for first, second, _, _ in pairings)
    connected = sum(vertex(first, second) for _, _, first, second in pairings)
    return (
        Eq(Mean(alike), gaussian_part + connected / divisor),
        Eq(Mean(split), Mean(p12) * Mean(p34) + vertex(s12, s34) / divisor),
    )


claim = Claim(
    source=ROBERTS_2022.item("Equation (4.43)"),
    provenance="second-hand",
    reading="four inputs, the neurons (i, i, i, i) and (i, i, j, j); the other patterns are permutations of these, or vanish",
    inputs={
        "x": activated_points("n0"), "C1": positive_scale(), "B1": bias_scale(), "C2": positive_scale(), "B2": bias_scale(),
    },
    randomness={"W1": gaussian("n1", "n0"), "W2": gaussian(2, "n1"), "b1": gaussian("n1", 1), "b2": gaussian(2, 1)},
    sizes={"n0": (1, 3), "n1": (1, 4)},
    scale=variance,
    statement=And(
        *four_points(hidden),
        Eq(Mean(p12), bias + variance * Mean(s12)),
        Eq(Mean(crossed), 0),
        Implies(Le(apart, 0), Le(Mean(s13) * Mean(s24), Mean(s1234))),
    ),
    evaluate=evaluate,
    oracle=second_layer.vertex_draw,
    oracle_differs="four-point functions by summing over all assignments of hidden neurons and biases to the four factors",
    expectation=second_layer.vertex_moments,
    definitions={
        alike: "product of one output neuron at the points 1, 2, 3, 4",
        split: "product of one output neuron at the points 1, 2 and another at 3, 4",
        **{quantity: f"one output neuron at the points {str(quantity)[1]} and {str(quantity)[2]}, multiplied"
           for quantity in (p12, p13, p14, p23, p24, p34)},
        **{quantity: f"activations of one hidden neuron at the points {str(quantity)[1]} and {str(quantity)[2]}, multiplied"
           for quantity in (s12, s13, s14, s23, s24, s34)},
        s1234: "activations of one hidden neuron at all four points, multiplied",
        crossed: "one output neuron at point 1 times another at point 2",
        variance: "C_W of the second layer",
        bias: "C_b of the second layer",
        apart: "squared distance of the points 1 and 2, plus that of 3 and 4",
        inputs: "n_0",
        hidden: "n_1",
    },
    notation={
        alike: "z_{i;1}z_{i;2}z_{i;3}z_{i;4}", split: "z_{i;1}z_{i;2}z_{j;3}z_{j;4}", crossed: "z_{i;1}z_{j;2}",
        **{quantity: f"z_{{i;{str(quantity)[1]}}}z_{{i;{str(quantity)[2]}}}" for quantity in (p12, p13, p14, p23, p24, p34)},
        **{quantity: rf"\sigma_{str(quantity)[1]}\sigma_{str(quantity)[2]}" for quantity in (s12, s13, s14, s23, s24, s34)},
        s1234: r"\sigma_1\sigma_2\sigma_3\sigma_4", variance: "C_W^{(2)}", bias: "C_b^{(2)}",
        apart: r"\left(\|x_1-x_2\|^2+\|x_3-x_4\|^2\right)", inputs: "n_0", hidden: "n_1",
    },
    tight="an identity",
    not_covered=[
        "patterns such as (i, i, i, j), which vanish by the signs of the rows of the second layer",
        "activations other than quadratic polynomials, exp, sin, ReLU, step and sign; the last three see two inputs, each twice",
        "variances above 4",
    ],
    mutants=[
        Mutant(
            "prefactor 1/n_0",
            statement=And(*four_points(inputs)),
            because="ReLU, one input with G = 1: the connected part is 15/(4 n_1)",
        ),
        Mutant(
            "V is never negative",
            statement=Le(Mean(s12) * Mean(s34), Mean(s1234)),
            because="the step at opposite points: the product of all four is 0, that of the two means 1/4",
        ),
    ],
)  # fmt: skip
