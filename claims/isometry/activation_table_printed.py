r"""As printed: ReLU has the slope 0.95 at 1, SELU 1.06, and the exponential converges with the constant 0.74.  False.

For the kernel map $\kappa(\rho)=\mathbb E\,\phi(X)\phi(Y)$ of an activation normalised to $\mathbb E\phi^2=1$, the slope
$\kappa'(1)=\mathbb E\phi'^2$ decides how correlations converge, and at $\kappa'(1)=1$ they do so polynomially with the constant
$\alpha=1-\kappa(0)-\kappa'(0)$.  Printed: $\kappa'(1)=0.95$ for ReLU, $\kappa'(1)=1.06$ for SELU, $\alpha=0.74$ for $e^x$.

Table of activations of Joudaki and Hofmann (2025), arXiv 2410.20107.  True are $\kappa'(1)=1$ for ReLU (by homogeneity, as for
$|x|$ and every leaky ReLU, so its convergence is polynomial, not exponential), $\kappa'(1)=1.0716$ for SELU, and
$\alpha=1-\frac2e=0.2642$ for $e^x$.  Cause of the first two: Hermite sums $\sum_kkc_k^2$ cut off at degree 20 to 40, where the
tail is $O(K^{-1/2})$.
"""

from sympy import And, Le

from claims.sources import JOUDAKI_2025
from oracles import activation_table as oracle
from refute import Claim, Mutant, quantities
from strategies import activation_table
from strategies.activation_inputs import row

value, printed, unit = quantities("value printed unit")


def evaluate(xp, row):
    found = [activation_table.named(entry.activation, float(entry.parameter)).values for entry in oracle.MISPRINTS]
    slopes = [
        v[7] if entry.constant == r"\kappa'(1)" else 1 - v[5] - v[6] for entry, v in zip(oracle.MISPRINTS, found, strict=True)
    ]
    decimals = [len(entry.printed.partition(".")[2]) for entry in oracle.MISPRINTS]
    return {
        value: activation_table.gather(xp, row, slopes),
        printed: activation_table.gather(xp, row, [float(entry.printed) for entry in oracle.MISPRINTS]),
        unit: activation_table.gather(xp, row, [0.5 * 0.1**places for places in decimals]),
    }


claim = Claim(
    source=JOUDAKI_2025.item("table of activations"),
    provenance="text",
    expect="refuted",
    corrected_by="isometry/beta0_table",
    inputs={"row": row(len(oracle.MISPRINTS))},
    sizes={},
    statement=And(Le(value, printed + unit), Le(printed - unit, value)),
    evaluate=evaluate,
    oracle=oracle.misprint,
    oracle_differs="closed forms of the duals, not nodes for the functions",
    definitions={
        value: "kappa'(1) of ReLU (row 0) and SELU (row 1), 1 - kappa(0) - kappa'(0) of exp (row 2)",
        printed: "the printed value",
        unit: "half a unit of its last digit",
    },
    notation={value: r"\mathrm{constant}", printed: r"\mathrm{printed}", unit: r"\mathrm{unit}"},
    mutants=[
        Mutant("ReLU alone", inputs={"row": row(1)}, because="its slope is exactly 1, printed is 0.95"),
        Mutant("SELU alone", inputs={"row": row(1, first=1)}, because="its slope is 1.0716, printed is 1.06"),
        Mutant("exp alone", inputs={"row": row(1, first=2)}, because="1 - 2/e = 0.2642, printed is 0.74"),
    ],
)
