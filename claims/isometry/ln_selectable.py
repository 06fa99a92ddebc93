r"""Distinct keys of one norm, such as layer normalisation makes, can all be selected by some query.

Let $u_1,\dots,u_m\in\mathbb R^d$ be pairwise distinct with $\|u_1\|=\dots=\|u_m\|$ (after layer normalisation $\sqrt d$), and
$k_i=\gamma\odot u_i+b$ with all $\gamma_c\ne0$.  The query $q_i=\gamma^{-1}\odot u_i$ selects the key $k_i$: for all $j\ne i$
$$\langle q_i,k_i\rangle-\langle q_i,k_j\rangle=\tfrac12\|u_i-u_j\|^2>0 .$$
So some query gives any one key the highest attention, and a multiple of it any share below 1.

The claim is that of Brody, Alon and Yahav (2023), arXiv 2305.02582, abstract (scaling lets each key receive the highest
attention); the proof is derived: $\langle u_i,u_i-u_j\rangle=\frac12\|u_i-u_j\|^2$ for equal norms.  In general a key is
un-selectable exactly if it lies in the convex hull of the others, `isometry/ln_selectable_hull`; the authors' page says
otherwise, see `isometry/ln_selectable_printed`.
"""

from sympy import And, Eq, Gt

from claims.sources import BRODY_2023
from oracles import layer_norm
from refute import Claim, Mutant, quantities, sizes
from strategies.layer_norm import largest_margins, normalised_keys

margin, half_distance, closest, best = quantities("margin half_distance closest best")
i, j = sizes("i j")


def evaluate(xp, keys):
    u, gain = keys["directions"], keys["gain"]
    m = u.shape[1]
    others = [[other for other in range(m) if other != one] for one in range(m)]
    y = gain[:, None] * u + keys["bias"][:, None]
    query = u / xp.where(gain == 0, xp.full_like(gain, xp.inf), gain)[:, None]
    apart, moved = u[:, :, None] - u[:, others], y[:, :, None] - y[:, others]
    half = xp.sum(apart**2, axis=3) / 2
    return {
        margin: xp.sum(query[:, :, None] * moved, axis=3),
        half_distance: half,
        closest: xp.min(half, axis=(1, 2)),
        best: lambda: largest_margins(xp, moved),
    }


claim = Claim(
    source=BRODY_2023.item("abstract"),
    provenance="text",
    reading="epsilon = 0; any common norm, without the orthogonality to 1, which the proof does not need",
    inputs={"keys": normalised_keys("m", "d")},
    sizes={"m": (2, 5), "d": (2, 4)},
    axes={i: (0, "m-1"), j: (0, "m-2")},
    scale=closest,
    hypotheses=[Gt(closest, 0)],
    statement=And(Eq(margin[i, j], half_distance[i, j]), Gt(margin[i, j], 0)),
    evaluate=evaluate,
    oracle=layer_norm.selectable,
    oracle_differs="in rationals; the best margin by the nearest point of a hull (Wolfe), not by enumeration of active sets",
    definitions={
        margin: "score of key i less that of its j-th rival, under the query of key i",
        half_distance: "half the squared distance of u_i and its j-th rival",
        closest: "the smallest of these",
        best: "the square of the largest margin of key i under all queries of norm 1, 0 if it is not positive",
    },
    notation={
        margin: r"\langle q_{i},k_{i}-k_{j}\rangle",
        half_distance: r"\tfrac12\|u_{i}-u_{j}\|^2",
        closest: r"\min_{i\ne j}\tfrac12\|u_i-u_j\|^2",
        best: r"\Big(\max_{\|q\|\le1}\min_{j\ne i}\langle q,k_{i}-k_j\rangle\Big)^2",
    },
    tight="the margin is an identity",
    mutants=[
        Mutant("keys need not be distinct", hypotheses=[], because="two equal keys have equal scores under every query"),
        Mutant(
            "epsilon > 0, so that norms differ",
            inputs={"keys": normalised_keys("m", "d", unequal=True)},
            statement=Gt(best[i], 0),
            because="of three keys on a line the middle one is in the hull of the others: every norm below sqrt(d) occurs",
        ),
        Mutant(
            "some gain is 0",
            inputs={"keys": normalised_keys("m", "d", dead=True)},
            statement=Gt(best[i], 0),
            because="keys that differ in that coordinate alone become equal, or move into the hull of others",
        ),
    ],
)
