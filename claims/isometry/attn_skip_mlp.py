r"""Token-wise Lipschitz maps between attention layers slow the collapse by their Lipschitz constant, and no more.

Let every layer $SA^l(X)=\sum_{h\le H}P_hXW_h$ of `isometry/attn_collapse_repaired` be followed by a token-wise map
$f_l$ (an MLP) that is $\lambda$-Lipschitz in the 2-norm.  With $\|W^l_{QK,h}\|_2\|W^l_h\|_2\le\beta_2$ for all $l$ and $h$,
$$\mathrm{diam}(X_L)\le\Big(\frac{H\beta_2\lambda}{4\sqrt{d_{qk}}}\Big)^{\frac{3^L-1}2}\mathrm{diam}(X)^{3^L},\qquad
  X_l=f_l(SA^l(X_{l-1})).$$
Derived here, to replace Corollary 3.2 of Dong, Cordonnier and Loukas (2021) (`isometry/attn_skip_mlp_printed`): one layer obeys
$\mathrm{diam}(f(SA(X)))\le\lambda\frac{H\beta_2}{4\sqrt{d_{qk}}}\mathrm{diam}(X)^3$.  The maps here are
$f(y)=c\,\varphi(Uy+b)$ with orthogonal $U$, $|c|\le\lambda$ and $\varphi$ the identity, ReLU or the absolute value.

Tight: two tokens $\pm v$, all heads $wI$ and $I$, $f(y)=\lambda y$, as $w\to0$.  With skip connections there is no such bound:
`isometry/attn_skip_mlp_skip`.
"""

from sympy import Gt, Le, log

from claims.sources import REFUTE_DERIVED
from oracles import self_attention
from refute import Claim, Mutant, quantities, sizes
from strategies.self_attention import attention_stack
from strategies.self_attention import diameter as diameter_of
from strategies.token_maps import lipschitz_maps

diameter, strength, lipschitz = quantities("diameter strength lipschitz")
log_diameter, log_diameter_after, log_strength, log_lipschitz = quantities(
    "log_diameter log_diameter_after log_strength log_lipschitz"
)
L, H, k = sizes("L H k")


def evaluate(xp, stack, maps, k):
    before = diameter_of(xp, stack.tokens)
    return {
        diameter: before,
        strength: stack.strength,
        lipschitz: maps.lipschitz,
        log_diameter: xp.log(before),
        log_diameter_after: xp.log(diameter_of(xp, stack.collapsed(k, maps))),
        log_strength: xp.log(stack.strength),
        log_lipschitz: xp.log(maps.lipschitz),
    }


def bound(power=1, heads=H):
    base = log(heads) + log_strength + power * log_lipschitz - log(4) - log(k) / 2
    return Le(log_diameter_after, (3**L - 1) / 2 * base + 3**L * log_diameter)


claim = Claim(
    source=REFUTE_DERIVED.item("Skip connections and token-wise maps"),
    provenance="derived",
    inputs={"stack": attention_stack("L", "H", "N", "d"), "maps": lipschitz_maps("L", "d")},
    sizes={"L": (1, 3), "N": (2, 4), "d": (1, 3), "H": (1, 2), "k": (1, 4)},
    hypotheses=[Gt(diameter, 0), Gt(strength, 0), Gt(lipschitz, 0)],
    statement=bound(),
    evaluate=evaluate,
    oracle=self_attention.collapse,
    oracle_differs="the full forward pass in balls and a subtraction of tokens, not a recursion of their differences by expm1",
    definitions={
        diameter: "largest distance of two tokens",
        strength: "beta_2, the largest |W_QK| |W_V| of a head",
        lipschitz: "lambda, the largest Lipschitz constant of a map",
        log_diameter: "log diam(X)",
        log_diameter_after: "log diam(X_L)",
        log_strength: "log beta_2",
        log_lipschitz: "log lambda",
    },
    notation={
        diameter: r"\mathrm{diam}(X)",
        strength: r"\beta_2",
        lipschitz: r"\lambda",
        log_diameter: r"\log\mathrm{diam}(X)",
        log_diameter_after: r"\log\mathrm{diam}(X_L)",
        log_strength: r"\log\beta_2",
        log_lipschitz: r"\log\lambda",
        k: r"d_{qk}",
    },
    tight="two tokens v and -v, all heads w I and I, f(y) = lambda y, as w tends to 0",
    not_covered=[
        "other Lipschitz maps, such as MLPs with hidden layers",
        "diam(X) = 0, beta_2 = 0 or lambda = 0, where both sides are 0",
    ],
    mutants=[
        Mutant("without the Lipschitz constant", statement=bound(power=0), because="f(y) = 2 y at the equality case"),
        Mutant(
            "squared Lipschitz constant",
            statement=bound(power=2),
            because="f(y) = y / 2 at the equality case",
        ),
        Mutant("without the number of heads", statement=bound(heads=1), because="two equal heads and small w"),
    ],
)
