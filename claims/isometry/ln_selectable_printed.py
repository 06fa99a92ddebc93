r"""As printed: a key of large norm makes its neighbouring keys un-selectable.  False.

Printed on the authors' page: without normalisation, when one key has a sufficiently large norm, its neighbouring keys become
effectively un-selectable, no query can give them the dominant weight.  Read for two keys in $\mathbb R^d$: if $k_1$ is a thousand
times longer than $k_2$, at a cosine of at least $0.9$, then for every query $q$
$$\langle q,k_2\rangle\le\langle q,k_1\rangle .$$
From the page on Brody, Alon and Yahav (2023), arXiv 2305.02582.  Two distinct keys are always both selectable: the query
$q=k_2-k_1$ prefers $k_2$ by $\|k_2-k_1\|^2$, as for $k_1=(1001,0)$, $k_2=(1,\frac1{1000})$, and no ratio of norms changes
that.  A key is un-selectable exactly if it lies in the convex hull of the others (`isometry/ln_selectable_hull`), as the middle
one of three keys on a line.  What is true of normalised keys is `isometry/ln_selectable`.
"""

from fractions import Fraction

from sympy import Ge, Gt, Le, sqrt

from claims.sources import BRODY_2023
from oracles import layer_norm
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.layer_norm import large_and_small_key

score_small, score_large, square_small, square_large, inner = quantities(
    "score_small score_large square_small square_large inner"
)


def evaluate(xp, keys):
    small, large, query = keys["small"], keys["large"], keys["query"]
    return {
        score_small: xp.sum(query * small, axis=1),
        score_large: xp.sum(query * large, axis=1),
        square_small: xp.sum(small**2, axis=1),
        square_large: xp.sum(large**2, axis=1),
        inner: xp.sum(small * large, axis=1),
    }


def neighbours(ratio, percent):
    """A ratio of norms of at least this, and a cosine of at least so many hundredths."""
    return [
        Gt(square_small, 0),
        Ge(square_large, ratio**2 * square_small),
        Ge(100 * inner, percent * sqrt(square_small) * sqrt(square_large)),
    ]


claim = Claim(
    source=BRODY_2023.item("the authors' page on the paper, un-selectable keys"),
    provenance="text",
    reading="sufficiently large: a thousand times; neighbouring: a cosine of at least 0.9; no query: for every query",
    expect="refuted",
    corrected_by="isometry/ln_selectable_hull",
    inputs={"keys": large_and_small_key("d")},
    sizes={"d": (1, 4)},
    hypotheses=neighbours(1000, 90),
    statement=Le(score_small, score_large),
    evaluate=evaluate,
    oracle=layer_norm.two_keys,
    oracle_differs="in rationals",
    definitions={
        score_small: "score of the short key",
        score_large: "score of the long key",
        square_small: "squared norm of the short key",
        square_large: "squared norm of the long key",
        inner: "inner product of the keys",
    },
    notation={
        score_small: r"\langle q,k_2\rangle",
        score_large: r"\langle q,k_1\rangle",
        square_small: r"\|k_2\|^2",
        square_large: r"\|k_1\|^2",
        inner: r"\langle k_1,k_2\rangle",
    },
    # k_2 = (1, 1/1000), k_1 = (1001, 0), q = k_2 - k_1
    replay=[
        Instance(
            sizes={"d": 2},
            raw={
                "keys.small": exact([1, Fraction(1, 1000)]),
                "keys.tilt": exact([0, Fraction(-1, 1000)]),
                "keys.query": exact([-1000, Fraction(1, 1000)]),
                "keys.ratio": exact(1001),
            },
        )
    ],
    mutants=[
        Mutant(
            "a million times longer", hypotheses=neighbours(10**6, 90), because="the query k_2 - k_1 does not ask for the ratio"
        ),
        Mutant("nearly parallel keys", hypotheses=neighbours(1000, 99), because="nor for the angle"),
    ],
)
