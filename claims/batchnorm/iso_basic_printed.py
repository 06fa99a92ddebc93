r"""As printed: the isometry gap of a rectangular matrix is non-negative and ignores scale.  False unless the matrix is square.

Printed: for $X\in\mathbb R^{d\times n}$ the isometry gap
$$\varphi(X)=-\log\frac{\det(X^\top X)^{1/d}}{\frac1d\mathrm{Tr}(X^\top X)}$$
is non-negative, and it does not change with the scale of $X$.  Eq. (5) of Meterez et al. (2024), arXiv 2310.02012, a slip in
the domain only: the paper has fixed $n=d$ a few lines before, so none of its theorems is touched.  For $d=2$, $n=1$ and
$X=(1,0)^\top$: $\det(X^\top X)=1$ and $\frac12\mathrm{Tr}(X^\top X)=\frac12$, so $\varphi=-\log2$; and $\varphi(tX)$ changes
with $t$ because $\det(t^2X^\top X)=t^{2n}\det(X^\top X)$ while the other factor gains $t^{2d}$.  For $n=d$ all of it is true:
`batchnorm/iso_basic`.
"""

from sympy import And, Eq, Gt, Le

from claims.sources import METEREZ_2024
from oracles import batchnorm_isometry
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.batchnorm import gram_volumes
from strategies.matrices import factor, samples
from strategies.networks import orthogonal

volume, power, volume_scaled, power_scaled = quantities("volume power volume_scaled power_scaled")

claim = Claim(
    source=METEREZ_2024.item("eq. (5)"),
    provenance="text",
    reading="on all of R^{d x n}, as declared; checked without the logarithm, det(X^T X) <= (tr(X^T X)/d)^d",
    expect="refuted",
    corrected_by="batchnorm/iso_basic",
    inputs={"X": samples("d", "n"), "t": factor(signed=True), "U": orthogonal("d", "d"), "Q": orthogonal("n", "n")},
    sizes={"d": (1, 4), "n": (1, 4)},
    hypotheses=[Gt(volume, 0)],
    statement=And(Le(volume, power), Eq(volume_scaled * power, volume * power_scaled)),
    evaluate=gram_volumes,
    oracle=batchnorm_isometry.basic,
    oracle_differs="rational determinants of Gram matrices, not Gram-Schmidt",
    definitions={
        volume: "det(X^T X)",
        power: "(tr(X^T X)/d)^d",
        volume_scaled: "det of the Gram matrix of t X",
        power_scaled: "(tr/d)^d of the Gram matrix of t X",
    },
    notation={
        volume: r"\det(X^\top X)",
        power: r"\left(\tfrac1d\mathrm{Tr}X^\top X\right)^d",
        volume_scaled: r"\det(t^2X^\top X)",
        power_scaled: r"\left(\tfrac{t^2}d\mathrm{Tr}X^\top X\right)^d",
    },
    replay=[
        Instance(
            sizes={"d": 2, "n": 1},
            raw={"X": exact([[1], [0]]), "t": exact(1), "U": exact([[0, 0], [0, 0]]), "Q": exact([[0]])},
        )
    ],
    mutants=[
        Mutant(
            "non-negative for a single sample",
            statement=Le(volume, power),
            sizes={"d": (2, 4), "n": (1, 1)},
            because="|x|^2 <= (|x|^2/d)^d is false for short x",
        ),
        Mutant(
            "free of scale for a single sample",
            statement=Eq(volume_scaled * power, volume * power_scaled),
            sizes={"d": (2, 4), "n": (1, 1)},
            because="the left side gains t^2, the right side t^{2d}",
        ),
    ],
)
