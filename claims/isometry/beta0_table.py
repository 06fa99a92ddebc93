r"""The non-linearity strength of twenty activations, and the constants that it is made of.

For an activation $\sigma$ and $X\sim\mathcal N(0,1)$ let $c_0=\mathbb E\sigma$, $c_1=\mathbb E X\sigma$, $m_2=\mathbb E\sigma^2$,
$$\alpha=\frac{c_1^2}{m_2-c_0^2}=\frac{c_1^2}{\sum_{k\ge1}c_k^2},\qquad\beta_0=2-\alpha\in[1,2],$$
and $\kappa(0)=\frac{c_0^2}{m_2}$, $\kappa'(0)=\frac{c_1^2}{m_2}$, $\kappa'(1)=\frac{\mathbb E\sigma'^2}{m_2}$ for the kernel map
of $\sigma/\sqrt{m_2}$, not centred.  Claimed: every decimal of this project's table, which closes the page, is the rounded true
one, and every closed form in it is exact.

The rate of isometry per layer is $\beta_0$ (Joudaki, Daneshmand and Bach 2023, arXiv 2305.18399).  The authors' code defines
it as above; their README prints $\beta_0=c_1^2/\sum_{k\ge1}c_k^2$, which is $2-\beta_0$.  Their notebook divides Hermite
coefficients by $k!$ instead of $\sqrt{k!}$, and calls its routine on `np.max(x, 0)`, which is the identity, not ReLU.
SELU has its exact constants ($c_0=0$, $m_2=1$); GELU is $x\Phi(x)$; CELU and ELU agree at $\alpha=1$.
"""

from sympy import And, Le

from claims.sources import JOUDAKI_2023
from oracles import activation_table as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies import activation_table
from strategies.activation_inputs import row

value, printed, unit = quantities("value printed unit")
strength, strength_unit, kept, inverted, share, monic = quantities("strength strength_unit kept inverted share monic")
j = sizes("j")


def constants(entry):
    if isinstance(entry.parameter, tuple):
        return activation_table.monic_hermite(len(entry.parameter) - 1)
    return activation_table.named(entry.activation, float(entry.parameter))


def evaluate(xp, row):
    table = [constants(entry) for entry in oracle.TABLE]
    printed_rows = oracle.printed_floats([entry.printed for entry in oracle.TABLE])
    values, units = (activation_table.gather(xp, row, part) for part in printed_rows)
    found = activation_table.gather(xp, row, [entry.values for entry in table])
    return {
        value: found,
        printed: values,
        unit: units,
        strength: values[:, oracle.STRENGTH],
        strength_unit: units[:, oracle.STRENGTH],
        kept: 2 - found[:, 6],
        inverted: found[:, 3],
        share: found[:, 6],
        monic: activation_table.gather(xp, row, [entry.monic for entry in table]),
    }


def agree(number, target=strength, half_unit=strength_unit):
    """A number rounds to a printed one."""
    return And(Le(number, target + half_unit), Le(target - half_unit, number))


claim = Claim(
    source=JOUDAKI_2023.item("the definition of the non-linearity strength (the table is this project's)"),
    provenance="derived",
    reading="beta_0 as in the authors' code, not as in their README",
    inputs={"row": row(len(oracle.TABLE))},
    sizes={"J": (len(oracle.COLUMNS), len(oracle.COLUMNS))},
    axes={j: (1, "J")},
    statement=agree(value[j], printed[j], unit[j]),
    evaluate=evaluate,
    oracle=oracle.strengths,
    oracle_differs="closed forms, recurrences and rigorous integrals of the duals, not nodes for the functions",
    appendix=oracle.markdown,
    definitions={
        value: "the eight constants c_0, c_1, m_2, alpha, beta_0, kappa(0), kappa'(0), kappa'(1) of an activation",
        printed: "their values in the table",
        unit: "half a unit of the last digit given; 0 for a closed form",
        strength: "the beta_0 of the table",
        strength_unit: "half a unit of its last digit",
        kept: "2 - c_1^2/m_2, with the mean kept",
        inverted: "c_1^2/sum of c_k^2 for k >= 1, as the README has it",
        share: "c_1^2/m_2, the mean kept",
        monic: "2 - c_1^2/sum with the coefficients E sigma He_k / k!",
    },
    notation={
        value: r"\mathrm{constant}_j",
        printed: r"\mathrm{printed}_j",
        unit: r"\mathrm{unit}_j",
        strength: r"\beta_0^{\mathrm{printed}}",
        strength_unit: r"\mathrm{unit}_{\beta_0}",
        kept: r"\big(2-\tfrac{c_1^2}{m_2}\big)",
        inverted: r"\tfrac{c_1^2}{\sum_{k\ge1}c_k^2}",
        share: r"\tfrac{c_1^2}{m_2}",
        monic: r"\big(2-\tfrac{c_1^2}{\sum_{k\ge1}c_k^2/k!}\big)",
    },
    mutants=[
        Mutant(
            "the mean is kept",
            statement=agree(kept),
            because="2 - c_1^2/m_2 is 1.5 for ReLU, not 1.2665",
        ),
        Mutant(
            "as the README prints it",
            statement=agree(inverted),
            because="c_1^2/sum of c_k^2 is 0.7335 for ReLU, and 0 for the absolute value",
        ),
        Mutant(
            "inverted, and the mean kept",
            statement=agree(share),
            because="c_1^2/m_2 is 1/2 for ReLU, not 1.2665",
        ),
        Mutant(
            "coefficients divided by k!",
            statement=agree(monic),
            because="their squares do not sum to the variance: 1.138 for ReLU",
        ),
    ],
)
