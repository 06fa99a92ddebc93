r"""Layer normalisation projects off the constant vector and scales to the norm $\sqrt d$.

For $x\in\mathbb R^d$ that is not constant, with mean $\bar x$ and (biased) variance $\sigma^2=\frac1d\|x-\bar x\mathbf1\|^2$, let
$LN_\epsilon(x)=(x-\bar x\mathbf1)/\sqrt{\sigma^2+\epsilon}$ and $LN=LN_0$.  Then
$$\langle LN(x),\mathbf1\rangle=0,\qquad\|LN(x)\|=\sqrt d,\qquad LN(ax+b\mathbf1)=\mathrm{sign}(a)\,LN(x)\ (a\ne0),\qquad
  LN(LN(x))=LN(x),$$
$$\|LN_\epsilon(x)\|^2=\frac{d\,\sigma^2}{\sigma^2+\epsilon}<d\quad(\epsilon>0).$$
In particular the query $q=c\mathbf1$ gives the score 0 to all keys $LN(x)$.

Brody, Alon and Yahav (2023), arXiv 2305.02582, abstract (projection and scaling); the identities are derived.  $d=1$ and
constant $x$ are $0/0$; for $d=2$ the only outputs are $\pm(1,-1)$.  In floats the variance of $10^8\mathbf1+\text{small}$ loses
its digits.
"""

from sympy import And, Eq, Gt, Lt

from claims.sources import BRODY_2023
from oracles import layer_norm
from refute import Claim, Mutant, quantities, sizes
from strategies.layer_norm import features, normalised

total, square, affine, again, smoothed_square, variance, epsilon = quantities(
    "sum square affine again smoothed_square variance epsilon"
)
unbiased_square, even, smoothed_again = quantities("unbiased_square even smoothed_again")
d = sizes("d")


def evaluate(xp, vector):
    x, a, b, smoothing = (vector[name] for name in ("x", "scale", "shift", "epsilon"))
    a, b, smoothing = a[:, None], b[:, None], smoothing[:, None]
    y, smoothed = normalised(xp, x), normalised(xp, x, smoothing)

    def length(rows):
        return xp.linalg.vector_norm(rows, axis=1)

    return {
        total: xp.sum(y, axis=1),
        square: xp.sum(y * y, axis=1),
        affine: length(normalised(xp, a * x + b) - xp.sign(a) * y),
        again: length(normalised(xp, y) - y),
        smoothed_square: xp.sum(smoothed * smoothed, axis=1),
        variance: xp.var(x, axis=1),
        epsilon: vector["epsilon"],
        unbiased_square: lambda: xp.sum(normalised(xp, x, correction=1) ** 2, axis=1),
        even: lambda: length(normalised(xp, -x) - y),
        smoothed_again: lambda: length(normalised(xp, smoothed, smoothing) - smoothed),
    }


identities = And(
    Eq(total, 0),
    Eq(square, d),
    Eq(affine, 0),
    Eq(again, 0),
    Eq(smoothed_square * (variance + epsilon), d * variance),
    Lt(smoothed_square, d),
)
claim = Claim(
    source=BRODY_2023.item("abstract"),
    provenance="derived",
    reading="the biased variance; epsilon = 0 but in LN_epsilon; no gain and bias",
    inputs={"vector": features("d", affine=True)},
    sizes={"d": (2, 8)},
    scale=d,
    hypotheses=[Gt(variance, 0)],
    statement=identities,
    evaluate=evaluate,
    oracle=layer_norm.geometry,
    oracle_differs="lengths and inner products of the centred vectors in rationals, whose roots cancel, not the normalised entries",
    definitions={
        total: "sum of the entries of LN(x)",
        square: "squared norm of LN(x)",
        affine: "|LN(a x + b 1) - sign(a) LN(x)|",
        again: "|LN(LN(x)) - LN(x)|",
        smoothed_square: "squared norm of LN_epsilon(x)",
        variance: "sigma^2, the biased variance of the entries of x",
        epsilon: "the smoothing constant",
        unbiased_square: "squared norm with the unbiased variance",
        even: "|LN(-x) - LN(x)|",
        smoothed_again: "|LN_epsilon(LN_epsilon(x)) - LN_epsilon(x)|",
    },
    notation={
        total: r"\langle LN(x),\mathbf1\rangle",
        square: r"\|LN(x)\|^2",
        affine: r"\|LN(ax+b\mathbf1)-\mathrm{sign}(a)LN(x)\|",
        again: r"\|LN(LN(x))-LN(x)\|",
        smoothed_square: r"\|LN_\epsilon(x)\|^2",
        variance: r"\sigma^2",
        epsilon: r"\epsilon",
        unbiased_square: r"\|LN_{d-1}(x)\|^2",
        even: r"\|LN(-x)-LN(x)\|",
        smoothed_again: r"\|LN_\epsilon(LN_\epsilon(x))-LN_\epsilon(x)\|",
    },
    tight="identities",
    mutants=[
        Mutant(
            "norm sqrt(d) with epsilon > 0",
            statement=Eq(smoothed_square, d),
            because="the square is d sigma^2/(sigma^2 + epsilon)",
        ),
        Mutant("norm sqrt(d) with the unbiased variance", statement=Eq(unbiased_square, d), because="the square is d - 1"),
        Mutant("an even function", statement=Eq(even, 0), because="LN(-x) = -LN(x), at the distance 2 sqrt(d)"),
        Mutant(
            "idempotent with epsilon > 0",
            statement=Eq(smoothed_again, 0),
            because="the norm changes again unless sigma^2 + epsilon = 1",
        ),
    ],
)
