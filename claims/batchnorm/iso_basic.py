r"""The isometry gap of a square matrix is non-negative, ignores scale and rotations, and vanishes for multiples of rotations.

For an invertible $X\in\mathbb R^{d\times d}$ let
$$\varphi(X)=-\log\frac{\det(X^\top X)^{1/d}}{\frac1d\mathrm{Tr}(X^\top X)} .$$
Then $\varphi(X)\ge0$; $\varphi(tX)=\varphi(X)$ for $t\ne0$; $\varphi(UXQ)=\varphi(X)$ for orthogonal $U,Q$; and $\varphi(X)=0$
if and only if $XX^\top=cI$.

Eq. (5) of Meterez et al. (2024), arXiv 2310.02012, with $n=d$: the print declares $\varphi$ on $\mathbb R^{d\times n}$, where
the first two are false (`batchnorm/iso_basic_printed`).  Checked without the logarithm, where everything is rational:
$e^{-d\varphi(X)}=\det(X^\top X)/(\frac1d\mathrm{Tr}X^\top X)^d$, the inequality of the arithmetic and the geometric mean of the
eigenvalues; $XX^\top=cI$ is equality in $(\mathrm{Tr}XX^\top)^2\le d\,\mathrm{Tr}((XX^\top)^2)$.  Tight at $cI$.
"""

from sympy import And, Eq, Equivalent, Gt, Le

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Mutant, quantities
from strategies.batchnorm import gram_volumes
from strategies.matrices import factor
from strategies.networks import dense, orthogonal

volume, power, volume_scaled, power_scaled, volume_turned, power_turned = quantities(
    "volume power volume_scaled power_scaled volume_turned power_turned"
)
trace_square, square_trace, distance, root_volume = quantities("trace_square square_trace distance root_volume")

non_negative = Le(volume, power)
free_of_scale = Eq(volume_scaled * power, volume * power_scaled)
free_of_rotation = And(Eq(volume_turned, volume), Eq(power_turned, power))
vanishing = Equivalent(Eq(volume, power), Eq(trace_square, square_trace))

claim = Claim(
    source=METEREZ_2024.item("eq. (5)"),
    provenance="text",
    reading="square matrices, n = d, as the paper fixes a few lines before",
    inputs={"X": dense("d", "d"), "t": factor(signed=True), "U": orthogonal("d", "d"), "Q": orthogonal("d", "d")},
    sizes={"d": (1, 5)},
    hypotheses=[Gt(volume, 0)],
    statement=And(non_negative, free_of_scale, free_of_rotation, vanishing),
    evaluate=gram_volumes,
    oracle=batchnorm_isometry.basic,
    oracle_differs="rational determinants of Gram matrices, not Gram-Schmidt",
    definitions={
        volume: "det(X^T X)",
        power: "(tr(X^T X)/d)^d",
        volume_scaled: "det of the Gram matrix of t X",
        power_scaled: "(tr/d)^d of the Gram matrix of t X",
        volume_turned: "det of the Gram matrix of U X Q",
        power_turned: "(tr/d)^d of the Gram matrix of U X Q",
        trace_square: "(tr X X^T)^2",
        square_trace: "d tr((X X^T)^2), equal to the former exactly if X X^T = c I",
        distance: "|X^T X - I|_F^2",
        root_volume: "|det X|, the product of the singular values",
    },
    notation={
        volume: r"\det(X^\top X)",
        power: r"\left(\tfrac1d\mathrm{Tr}X^\top X\right)^d",
        volume_scaled: r"\det(t^2X^\top X)",
        power_scaled: r"\left(\tfrac{t^2}d\mathrm{Tr}X^\top X\right)^d",
        volume_turned: r"\det((UXQ)^\top UXQ)",
        power_turned: r"\left(\tfrac1d\mathrm{Tr}(UXQ)^\top UXQ\right)^d",
        trace_square: r"(\mathrm{Tr}XX^\top)^2",
        square_trace: r"d\,\mathrm{Tr}((XX^\top)^2)",
        distance: r"\|X^\top X-I\|_F^2",
        root_volume: r"|\det X|",
    },
    tight="equality at X = c U with U orthogonal",
    mutants=[
        Mutant(
            "n different from d",
            inputs={"X": dense("d", "n"), "t": factor(signed=True), "U": orthogonal("d", "d"), "Q": orthogonal("n", "n")},
            sizes={"d": (1, 4), "n": (1, 4)},
            because="d = 2, n = 1, X = (1, 0): det(X^T X) = 1 > (1/2)^2, so phi = -log 2",
        ),
        Mutant(
            "zero exactly if X^T X = I",
            statement=Equivalent(Eq(volume, power), Eq(distance + power, power)),
            because="X = 2I has phi = 0 and X^T X = 4I",
        ),
        Mutant(
            "singular values without their squares",
            statement=Le(root_volume, power),
            because="X = I/2: |det X| = 2^-d against 4^-d",
        ),
    ],
)
