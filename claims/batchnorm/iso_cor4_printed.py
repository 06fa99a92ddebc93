r"""As printed: a random rotation alone decreases the mean isometry gap.  False: it leaves the gap unchanged.

For $X\in\mathbb R^{d\times d}$ with unit rows let $\lambda_k$ be the eigenvalues of $XX^\top$ and
$$\varphi(X)=-\log\frac{\det(X^\top X)^{1/d}}{\frac1d\mathrm{Tr}(X^\top X)}$$
its isometry gap.  Printed: for $W$ uniformly distributed on the orthogonal group and $X'=WX$,
$$\mathbb E_W\big[\varphi(X')\big]\le\varphi(X)+\log\Big(1-\frac{\sum_k(\lambda_k-1)^2}{2d^2(d+2)}\Big).$$
Corollary 4, eq. (9), of Meterez et al. (2024), arXiv 2310.02012.  Since $\varphi(WX)=\varphi(X)$ for every orthogonal $W$,
the mean is its integrand at any $W$, and the print says $0\le\log(1-\dots)<0$ unless $X$ is orthogonal.  The rows
$(1,0),(\frac35,\frac45)$ give $\log\frac54=0.22314$ against $0.20039$.  With $\mathrm{BN}(WX)$ for $WX$ the statement is
true: `batchnorm/iso_cor4`.
"""

from sympy import Gt, Le

from claims.sources import METEREZ_2024
from oracles import batchnorm
from refute import Claim, Instance, Mutant, exact, quantities
from strategies.batchnorm import isometry_gap
from strategies.networks import orthogonal, unit_rows

phi, phi_next, log_factor, log_factor_d, determinant = quantities("phi phi_next log_factor log_factor_d determinant")


def evaluate(xp, X, W):
    d = X.shape[1]
    gram = X @ xp.matrix_transpose(X)
    defect = gram - xp.eye(d, dtype=X.dtype, device=X.device)
    square = xp.sum(defect * defect, axis=(1, 2))
    return {
        phi: isometry_gap(xp, X),
        phi_next: isometry_gap(xp, W @ X),
        determinant: xp.linalg.det(X) ** 2,
        log_factor: xp.log1p(-square / (2 * d * d * (d + 2))),
        log_factor_d: lambda: xp.log1p(-square / (d * (d + 2))),
    }


claim = Claim(
    source=METEREZ_2024.item("Corollary 4, eq. (9)"),
    provenance="text",
    reading="X' = WX exactly as printed; the mean over W is the integrand at any orthogonal W, because it does not depend on W",
    expect="refuted",
    corrected_by="batchnorm/iso_cor4",
    inputs={"X": unit_rows("d", "d"), "W": orthogonal("d", "d")},
    sizes={"d": (2, 5)},
    hypotheses=[Gt(determinant, 0)],
    statement=Le(phi_next, phi + log_factor),
    evaluate=evaluate,
    oracle=batchnorm.rotated_step,
    oracle_differs="one rational determinant, not singular values",
    definitions={
        phi: "isometry gap of X",
        phi_next: "isometry gap of WX, the same for every orthogonal W",
        log_factor: "log(1 - sum (lambda_k - 1)^2 / (2 d^2 (d + 2)))",
        log_factor_d: "log(1 - sum (lambda_k - 1)^2 / (d (d + 2)))",
        determinant: "det(X)^2, positive for an invertible X",
    },
    notation={
        phi: r"\varphi(X)",
        phi_next: r"\varphi(WX)",
        log_factor: r"\log\left(1-\tfrac{\sum_k(\lambda_k-1)^2}{2d^2(d+2)}\right)",
        log_factor_d: r"\log\left(1-\tfrac{\sum_k(\lambda_k-1)^2}{d(d+2)}\right)",
        determinant: r"\det(X)^2",
    },
    # stereographic parameters of the rows (1, 0) and (3/5, 4/5), and W = I
    replay=[Instance(sizes={"d": 2}, raw={"X": exact([[1], [3]]), "W": exact([[0, 0], [0, 0]])})],
    mutants=[
        Mutant(
            "factor 1 - S/(d(d+2))",
            statement=Le(phi_next, phi + log_factor_d),
            because="a smaller factor than the printed one, which already fails",
        ),
    ],
)
