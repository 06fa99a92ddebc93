r"""As printed: layer normalisation plays no role in the collapse of self-attention.  False for token-wise normalisation.

Printed: in $LN(SA(X))$ the normalisation can be absorbed into the weights, $\tilde W=WD_{LN}^{-1}$, a multiplication from the
right, so the analysis without it stands.  Read as: if every layer is followed by layer normalisation, $X_l=LN(SA^l(X_{l-1}))$,
then, for one head and $\|W^l_{QK}\|_1\|W^l_V\|_{1,\infty}\le\beta$ with $4\beta<\sqrt{d_{qk}}$,
$$\|\mathrm{res}(X_l)\|_{1,\infty}\le\Big(\frac{4\beta}{\sqrt{d_{qk}}}\Big)^{\frac{3^l-1}2}
\|\mathrm{res}(X_0)\|_{1,\infty}^{3^l}$$
with $\|A\|_{1,\infty}=\sqrt{\|A\|_1\|A\|_\infty}$ and $\mathrm{res}(X)=X-\mathbf1x^\top$ for the best $x$.
Section 3.3 of Dong, Cordonnier and Loukas (2021), arXiv 2103.03404, from reading notes.

Layer normalisation divides every row, that is every token, by its own deviation: a multiplication from the left.  For
$v=(1,1,-1,-1)$, $X_0=(v;-v)$, $W_{QK}=wI$, $W_V=I$ one has $SA(X)=\tanh(\cdot)X$ and $LN(SA(X))=X$: the residual stays constant
at every depth, however small $w$, where without the normalisation it vanishes doubly exponentially.  What holds instead is
`isometry/attn_ln_role`.  Wu, Ajorlou, Wang, Jegelka and Jadbabaie (2024), arXiv 2405.18781, also contradict the statement.
"""

from fractions import Fraction

from sympy import Gt, Le, Lt, Rational, log, sqrt

from claims.sources import DONG_2021
from oracles import layer_norm
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.normalised_pairs import normalised_pair

residual, strength, deviation, log_residual, log_residual_after, log_strength = quantities(
    "residual strength deviation log_residual log_residual_after log_strength"
)
l, k = sizes("l k")


def evaluate(xp, pair, k):
    states, deviations = pair.states(k)
    residuals = [pair.residual(X) for X in states]
    return {
        residual: residuals[0],
        strength: pair.strength,
        deviation: xp.min(xp.stack(deviations, axis=1), axis=1),
        log_residual: xp.log(residuals[0]),
        log_residual_after: xp.log(xp.stack(residuals[1:], axis=1)),
        log_strength: xp.log(pair.strength),
    }


def bound(power=1):
    base = log(4) + log_strength - log(k) / 2
    return Le(log_residual_after[l], power * ((3**l - 1) / 2 * base + 3**l * log_residual))


claim = Claim(
    source=DONG_2021.item("section 3.3"),
    provenance="second-hand",
    reading="the residual bound holds with layer normalisation, without gain, bias and epsilon, after every layer; two tokens",
    expect="refuted",
    corrected_by="isometry/attn_ln_role",
    inputs={"pair": normalised_pair("L", "d")},
    sizes={"L": (1, 4), "d": (3, 5), "k": (1, 4)},
    axes={l: (1, "L")},
    hypotheses=[Gt(residual, 0), Gt(strength, 0), Gt(deviation, 0), Lt(4 * strength, sqrt(k))],
    statement=bound(),
    evaluate=evaluate,
    oracle=layer_norm.pair_with_norm,
    oracle_differs="in balls, from the definitions of softmax, normalisation and composite norm, row by row",
    definitions={
        residual: "composite norm of the residual of the tokens",
        strength: "beta, the largest |W_QK|_1 |W_V|_{1,inf}",
        deviation: "the smallest deviation that a normalisation divides by",
        log_residual: "log of the residual of the tokens",
        log_residual_after: "log of the residual after l layers",
        log_strength: "log beta",
    },
    notation={
        residual: r"\|\mathrm{res}(X_0)\|_{1,\infty}",
        strength: r"\beta",
        deviation: r"\min\sigma",
        log_residual: r"\log\|\mathrm{res}(X_0)\|_{1,\infty}",
        log_residual_after: r"\log\|\mathrm{res}(X_{l})\|_{1,\infty}",
        log_strength: r"\log\beta",
        k: r"d_{qk}",
    },
    # v = (1, 1, -1, -1), w = 1/64
    replay=[
        Instance(
            sizes={"L": 2, "d": 4, "k": 1},
            raw={
                "pair.tokens": exact([[1, 1, -1, -1], [-1, -1, 1, 1]]),
                "pair.key": exact([[[Fraction(int(i == j), 64) for j in range(4)] for i in range(4)]] * 2),
                "pair.value": exact([[[int(i == j) for j in range(4)] for i in range(4)]] * 2),
            },
        )
    ],
    mutants=[
        Mutant(
            "with weights a thousand times smaller",
            hypotheses=[Gt(residual, 0), Gt(strength, 0), Gt(deviation, 0), Lt(4000 * strength, sqrt(k))],
            because="normalisation undoes any scaling of a token",
        ),
        Mutant("root of the bound", statement=bound(Rational(1, 2)), because="that vanishes with the weights, too"),
    ],
)
