r"""GELU and SiLU are critical at the tabulated variances of pre-activations, weights and biases, to every digit.

For an activation $\sigma$ and $z\sim\mathcal N(0,1)$ let $g(K)=\mathbb E\,\sigma(\sqrt Kz)^2$ and
$\chi(K)=\mathbb E\,\sigma'(\sqrt Kz)^2$.  A network is critical at the variance $K^*$ if $K^*=C_b+C_Wg(K^*)$,
$C_Wg'(K^*)=1$ and $C_W\chi(K^*)=1$, that is
$$g'(K^*)=\chi(K^*),\qquad C_W=\frac1{\chi(K^*)},\qquad C_b=K^*-C_Wg(K^*).$$

| | $K^*$ | $C_W$ | $C_b$ |
|---|---|---|---|
| GELU, $x\Phi(x)$ | $\frac{3+\sqrt{17}}2$ | 1.98305825743754713 | 0.17292239075606735 |
| SiLU, $x/(1+e^{-x})$ | 14.3201736180258 | 1.98800467826949 | 0.55514317072153 |

The half-stable universality class of Roberts, Yaida and Hanin (2022), §5.3.  Claimed: every decimal is the rounded true one, and
the closed form is exact.  That there is no other critical variance: `isometry/crit_gelu`, `isometry/crit_silu`.
"""

from sympy import And, Le

from claims.sources import ROBERTS_2022
from oracles import criticality as oracle
from oracles.activation_table import printed_floats
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import row
from strategies.activation_table import gather
from strategies.criticality import critical_point

value, printed, unit, halved, swapped = quantities("value printed unit halved swapped")
j = sizes("j")


def evaluate(xp, row):
    values, units = printed_floats([point.printed for point in oracle.POINTS])
    found = [critical_point(point.activation, float(point.low), float(point.high)) for point in oracle.POINTS]
    return {
        value: gather(xp, row, found),
        printed: gather(xp, row, values),
        unit: gather(xp, row, units),
        halved: gather(xp, row, [[K / 2, weight, bias] for K, weight, bias in values]),
        swapped: gather(xp, row, [[K, bias, weight] for K, weight, bias in values]),
    }


def agree(target=printed):
    """The true constants round to those given."""
    return And(Le(value[j], target[j] + unit[j]), Le(target[j] - unit[j], value[j]))


claim = Claim(
    source=ROBERTS_2022.item("§5.3, half-stable class"),
    provenance="recalled",
    inputs={"row": row(len(oracle.POINTS))},
    sizes={"J": (3, 3)},
    axes={j: (1, "J")},
    statement=agree(),
    evaluate=evaluate,
    oracle=oracle.points,
    oracle_differs="a certified change of sign and rigorous integrals, not secants with fixed nodes",
    definitions={
        value: "K*, C_W and C_b of GELU (row 0) or SiLU (row 1)",
        printed: "their values in the table",
        unit: "half a unit of the last digit given; 0 for the closed form",
        halved: "the values in the table with half of K*",
        swapped: "the values in the table with C_W and C_b exchanged",
    },
    notation={
        value: r"\mathrm{constant}_j",
        printed: r"\mathrm{printed}_j",
        unit: r"\mathrm{unit}_j",
        halved: r"\mathrm{halved}_j",
        swapped: r"\mathrm{swapped}_j",
    },
    mutants=[
        Mutant("half the variance", statement=agree(halved), because="K* of GELU is (3 + sqrt 17)/2, not (3 + sqrt 17)/4"),
        Mutant("weights and biases exchanged", statement=agree(swapped), because="C_W is 1.98 for GELU, and C_b is 0.17"),
    ],
)
