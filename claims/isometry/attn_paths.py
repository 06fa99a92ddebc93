r"""The output of a self-attention network is a sum over paths, one head per layer.

For tokens $X\in\mathbb R^{N\times d}$ let $SA^l(X)=\sum_{h\le H}P^l_hXW^l_h+\mathbf1(b^l)^\top$ with row-stochastic $P^l_h$ that
depend on the input of the layer, and $SAN$ the composition of $L$ layers.  Then
$$SAN(X)=\sum_{(h_1,\dots,h_L)\in[H]^L}P^L_{h_L}\cdots P^1_{h_1}\,X\,W^1_{h_1}\cdots W^L_{h_L}+\mathbf1b^\top,\qquad
  b^\top=\sum_{l\le L}(b^l)^\top\prod_{k>l}\sum_{h\le H}W^k_h ,$$
and every product $P^L_{h_L}\cdots P^1_{h_1}$ is row-stochastic.  With skip connections add the index 0 with
$P^l_0=I$ and $W^l_0=I$: there are $\binom LlH^l$ paths through $l$ heads.  The attention matrices are those of the full forward
pass: a path does not compute its own.

Theorem 2.1 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, from reading notes.  An identity that uses no property of
softmax but $P\mathbf1=\mathbf1$ and $P\ge0$; with rows in proportion to $1+\text{logit}^2$ it is decided in rationals.
"""

from math import comb

from sympy import And, Eq, Ge

from claims.sources import DONG_2021
from oracles import attention_paths
from refute import Claim, Mutant, quantities, sizes
from strategies.attention_paths import biased_attention

output, paths, constant, lowest, smallest_sum, largest_sum, magnitude, through, counted = quantities(
    "output paths constant lowest smallest_sum largest_sum magnitude through counted"
)
i, c, l, H, L = sizes("i c l H L")


def evaluate_with(path_sum):
    """The evaluator for one way to sum: ``path_sum(network, attentions)`` gives ``(batch, N, d)``."""

    def evaluate(xp, network, L, H):
        after, attentions = network.forward()
        lefts = network.left_products(attentions)
        row_sums = xp.sum(lefts, axis=3)
        printed = [comb(L, k) * H**k if network.skip else H**L * (k == L) for k in range(L + 1)]
        one = xp.ones_like(row_sums[:, :1, 0])
        return {
            output: after,
            paths: path_sum(network, attentions),
            constant: network.constant(),
            lowest: xp.min(lefts, axis=(1, 2, 3)),
            smallest_sum: xp.min(row_sums, axis=(1, 2)),
            largest_sum: xp.max(row_sums, axis=(1, 2)),
            magnitude: network.magnitude(attentions),
            through: one * xp.asarray(network.path_counts(), dtype=one.dtype, device=one.device),
            counted: one * xp.asarray(printed, dtype=one.dtype, device=one.device),
        }

    return evaluate


stochastic = And(Ge(lowest, 0), Eq(smallest_sum, 1), Eq(largest_sum, 1))
decomposition = Eq(output[i, c] - paths[i, c] - constant[c], 0)
claim = Claim(
    source=DONG_2021.item("Theorem 2.1"),
    provenance="second-hand",
    reading="the factor 1/sqrt(d_qk) is part of W_QK",
    inputs={"network": biased_attention("L", "H", "N", "d")},
    sizes={"L": (1, 3), "H": (1, 2), "N": (1, 3), "d": (1, 2)},
    axes={i: (0, "N-1"), c: (0, "d-1"), l: (0, "L")},
    scale=magnitude,
    statement=And(decomposition, stochastic, Eq(through[l], counted[l])),
    evaluate=evaluate_with(lambda network, attentions: network.distributed(attentions)),
    oracle=attention_paths.path_sum(),
    oracle_differs="path by path, with the products of both sides, where the evaluator uses the distributive law",
    definitions={
        output: "entry of SAN(X)",
        paths: "entry of the sum over paths",
        constant: "entry of b",
        lowest: "smallest entry of a left product of a path",
        smallest_sum: "smallest sum of a row of a left product",
        largest_sum: "largest sum of a row of a left product",
        through: "number of paths through l heads",
        counted: "the printed number C(L, l) H^l with skip connections; without, H^L for l = L and 0 else",
        magnitude: "1 + largest entry of the path sum of absolute values: the scale of rounding",
    },
    notation={
        output: r"SAN(X)_{i,c}",
        paths: r"\left(\textstyle\sum_hP^L_{h_L}\cdots P^1_{h_1}XW^1_{h_1}\cdots W^L_{h_L}\right)_{i,c}",
        constant: "b_{c}",
        lowest: r"\min_{ij}\left(P^L_{h_L}\cdots P^1_{h_1}\right)_{ij}",
        through: r"\#\{\text{paths through }l\text{ heads}\}",
        counted: "n_{l}",
        smallest_sum: r"\min_i\left(P^L_{h_L}\cdots P^1_{h_1}\mathbf1\right)_i",
        largest_sum: r"\max_i\left(P^L_{h_L}\cdots P^1_{h_1}\mathbf1\right)_i",
    },
    tight="an identity",
    mutants=[
        Mutant(
            "the same number of paths through every number of heads",
            statement=Eq(through[l], H**L),
            because="with a skip connection and one head in two layers: 1, 2 and 1 paths; without, all go through L heads",
        ),
        Mutant(
            "every path computes its own attention",
            evaluate=evaluate_with(lambda network, attentions: network.separate_paths()),
            oracle=attention_paths.path_sum("separate"),
            because="from the second layer on the logits come from the sum over all heads and the biases",
        ),
        Mutant(
            "value weights in reverse order",
            evaluate=evaluate_with(lambda network, attentions: network.reversed_paths(attentions)),
            oracle=attention_paths.path_sum("reversed"),
            because="weights of two layers do not commute, for d >= 2",
        ),
    ],
)
