r"""A key is un-selectable exactly if it lies in the convex hull of the others.

Let $k_1,\dots,k_m\in\mathbb R^d$, $m\ge2$, be any keys.  A query $q$ selects the key $k_i$ if
$\langle q,k_i\rangle>\langle q,k_j\rangle$ for all $j\ne i$.  The largest margin of a query of norm 1 is
the distance to the hull of the rivals,
$$\max_{\|q\|\le1}\,\min_{j\ne i}\,\langle q,k_i-k_j\rangle=\mathrm{dist}\big(k_i,\mathrm{conv}\{k_j:j\ne i\}\big),$$
so that some query selects $k_i$ if and only if $k_i\notin\mathrm{conv}\{k_j:j\ne i\}$ (a key that occurs twice is in that hull,
as is one that is no exposed point).  In particular of two distinct keys both are selectable, the query $k_2-k_1$ preferring
$k_2$ by $\|k_2-k_1\|^2$, however different their norms.

Derived here, to make precise which keys are un-selectable in Brody, Alon and Yahav (2023), arXiv 2305.02582, and in place of
the false statement of `isometry/ln_selectable_printed`.  A query that selects $k_i$ exceeds every convex combination of the
others; and the difference to the nearest point of the hull is such a query.  Either side is certified: a margin by a query with
rational entries, a point of the hull by its weights.  Normalised distinct keys are never in the hull of others:
`isometry/ln_selectable`.
"""

from sympy import And, Eq, Equivalent, Gt

from claims.sources import REFUTE_DERIVED
from oracles import hulls
from refute import Claim, Mutant, quantities, sizes
from strategies.keys import Rivals
from strategies.keys import keys as any_keys

margin, hull, segment, nearest, closest, spread = quantities("margin hull segment nearest closest spread")
i = sizes("i")


def evaluate(xp, keys):
    rivals = Rivals(xp, keys)
    lengths = xp.sum(rivals.apart**2, axis=3)
    return {
        margin: rivals.margin,
        hull: rivals.hull,
        segment: lambda: rivals.segment,
        nearest: xp.min(lengths, axis=2),
        closest: xp.min(lengths, axis=(1, 2)),
        spread: xp.max(lengths, axis=(1, 2)),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Un-selectable keys"),
    provenance="derived",
    inputs={"keys": any_keys("m", "d")},
    sizes={"m": (2, 6), "d": (1, 4)},
    axes={i: (0, "m-1")},
    scale=spread,
    statement=And(Eq(margin[i] - hull[i], 0), Equivalent(Gt(margin[i], 0), Gt(hull[i], 0))),
    evaluate=evaluate,
    oracle=hulls.selection,
    oracle_differs="in rationals: the shortest query by its active set, the hull by Wolfe's method; not both by one enumeration "
    "of multipliers",
    definitions={
        margin: "the square of the largest margin of key i under all queries of norm 1, 0 if no query selects it",
        hull: "the squared distance of key i to the hull of the others",
        segment: "the squared distance of key i to the nearest segment between two others",
        nearest: "the squared distance of key i to the nearest other",
        closest: "the smallest squared distance of two keys",
        spread: "the largest squared distance of two keys",
    },
    notation={
        margin: r"\Big(\max_{\|q\|\le1}\min_{j\ne i}\langle q,k_{i}-k_j\rangle\Big)^2",
        hull: r"\mathrm{dist}\big(k_{i},\mathrm{conv}\{k_j\}_{j\ne i}\big)^2",
        segment: r"\min_{j,l\ne i}\mathrm{dist}\big(k_{i},[k_j,k_l]\big)^2",
        nearest: r"\min_{j\ne i}\|k_{i}-k_j\|^2",
        closest: r"\min_{i\ne j}\|k_i-k_j\|^2",
        spread: r"\max_{i,j}\|k_i-k_j\|^2",
    },
    tight="an identity",
    not_covered=["more than six keys; a point in the hull of any number of rivals in four dimensions is in that of five of them"],
    mutants=[
        Mutant(
            "distinct keys are all selectable",
            hypotheses=[Gt(closest, 0)],
            statement=Gt(margin[i], 0),
            because="the middle one of three keys on a line is not",
        ),
        Mutant(
            "un-selectable only between two others",
            statement=Equivalent(Gt(margin[i], 0), Gt(segment[i], 0)),
            because="the centre of a triangle of keys is in their hull, but in no segment",
        ),
        Mutant(
            "the margin is the distance to the nearest key",
            statement=Eq(margin[i] - nearest[i], 0),
            because="a key opposite the middle of two others is nearer to that middle",
        ),
    ],
)
