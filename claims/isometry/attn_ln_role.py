r"""Layer normalisation undoes the collapse of two opposite tokens: they stay where they are at every depth.

Let $v\in\mathbb R^d$ be centred ($\langle v,\mathbf1\rangle=0$), $v\ne0$, and $X_0=(v;-v)$.  Let $X_l=LN(SA^l(X_{l-1}))$ with one
head per layer, $W_{QK}=w_lI+S_l$ with $w_l>0$ and any skew-symmetric $S_l$, $W_V=c_lI$ with $c_l>0$, and $LN$ the layer
normalisation of every token, without gain and bias, $\epsilon=0$.  Then
$$X_l=\big(LN(v);\,-LN(v)\big)\qquad\text{for all }l\ge1 ,$$
however small the weights, where without normalisation the tokens collapse doubly exponentially
(`isometry/attn_collapse_repaired`).  Derived here, to replace the statement of `isometry/attn_ln_role_printed` that layer
normalisation plays no role: $SA(X)=c\tanh(w\|v\|^2/\sqrt{d_{qk}})\,X$ is a positive multiple of $X$ for opposite tokens, and
normalisation takes such a factor away.  Row scaling keeps the rank of $X$, but not its distance from rank one.
"""

from fractions import Fraction

from sympy import And, Eq, Gt

from claims.sources import REFUTE_DERIVED
from oracles import layer_norm
from refute import Claim, Mutant, quantities, sizes
from strategies.layer_norm import normalised
from strategies.normalised_pairs import opposite_pair

first, second, normal, variance = quantities("first second normal variance")
l, c, d = sizes("l c d")


def evaluate_with(value="straight", epsilon=0.0):
    """The evaluator for one kind of value weights and a smoothing constant."""

    def evaluate(xp, pair, k):
        X, states = pair["tokens"], []
        for layer in range(pair["key"].shape[1]):
            logits = X @ pair["key"][:, layer] @ xp.matrix_transpose(X) / k**0.5
            X = normalised(xp, xp.special.softmax(logits, axis=-1) @ X @ pair[value][:, layer], epsilon)
            states.append(X)
        after = xp.stack(states, axis=1)
        return {
            first: after[:, :, 0],
            second: after[:, :, 1],
            normal: normalised(xp, pair["direction"]),
            variance: xp.var(pair["direction"], axis=1),
        }

    return evaluate


claim = Claim(
    source=REFUTE_DERIVED.item("LayerNorm fixes opposite tokens"),
    provenance="derived",
    inputs={"pair": opposite_pair("L", "d")},
    sizes={"L": (1, 3), "d": (2, 4), "k": (1, 4)},
    axes={l: (1, "L"), c: (0, "d-1")},
    scale=d,
    hypotheses=[Gt(variance, 0)],
    statement=And(Eq(first[l, c] - normal[c], 0), Eq(second[l, c] + normal[c], 0)),
    evaluate=evaluate_with(),
    oracle=layer_norm.opposite_pair(),
    oracle_differs="in balls, token by token from the definitions, with key weights by their parts; not batched floats",
    definitions={
        first: "entry of the first token after l layers",
        second: "entry of the second token after l layers",
        normal: "entry of LN(v)",
        variance: "variance of the entries of v",
    },
    notation={first: "X_{l,1,c}", second: "X_{l,2,c}", normal: "LN(v)_{c}", variance: r"\sigma^2"},
    tight="an identity",
    mutants=[
        Mutant(
            "key weights of either sign",
            inputs={"pair": opposite_pair("L", "d", signed=True)},
            because="tanh(w |v|^2) is negative for w < 0, and the tokens change places",
        ),
        Mutant(
            "epsilon = 1/1024 in the normalisation",
            evaluate=evaluate_with(epsilon=2.0**-10),
            oracle=layer_norm.opposite_pair(epsilon=Fraction(1, 1024)),
            because="small weights then leave tokens of a norm below sqrt(d)",
        ),
        Mutant(
            "value weights any diagonal matrix",
            evaluate=evaluate_with(value="bent"),
            oracle=layer_norm.opposite_pair(straight=False),
            because="unequal entries turn v",
        ),
    ],
)
