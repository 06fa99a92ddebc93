r"""As drawn: the constant 0.015 of the theory curve in Figure 1 bounds the decay of the isometry gap.  False in small widths.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$, $X_0\in\mathbb R^{d\times d}$ invertible, where $\mathrm{BN}$ scales every row to
unit norm and the $W_\ell$ are independent and uniform on the orthogonal group.  Theorem 1, eq. (6), of Meterez et al. (2024),
arXiv 2310.02012, says that
$$\mathbb E\,\varphi(X_{\ell+1})\le\varphi(X_0)\,e^{-\ell/k},\qquad k=C\,d^2\,(1+d\,\varphi(X_0)),$$
with an unspecified absolute constant $C$, and the authors' code for the theory curves of Figure 1 takes $C=0.015$.  That is not
such a constant: near isotropy $\mathbb E\varphi(X_\ell)\approx(\frac d{d+2})^\ell\varphi(X_0)$ (`batchnorm/iso_inverse_trace`),
so it fails for every $d\le34$ at large depth, and at $d=2$ from $\ell=1$ on: $e^{-1/0.06}<\frac14$.  The figure itself shows
$d=50$ and $d=100$, where near isotropy the curve is a bound.  True in every width with $C=1.63$: `batchnorm/iso_decay`.

Checked at $d=2$, where the mean is exact at every depth; $L=\ell+1$ layers, inputs $a_1,a_2>0$ with $\lambda_k=2a_k/(a_1+a_2)$.
"""

from sympy import Le, Rational, exp

from claims.sources import METEREZ_2024
from oracles import batchnorm_chain
from refute import Claim, Instance, Mutant, exact, quantities, sizes
from strategies.haar_chain import plane_decay
from strategies.spectra import spectrum

phi, phi_last = quantities("phi phi_last")
L = sizes("L")


def decayed(constant):
    return phi * exp(-(L - 1) / (4 * constant * (1 + 2 * phi)))


claim = Claim(
    source=METEREZ_2024.item("Figure 1, with Theorem 1, eq. (6)"),
    provenance="second-hand",
    reading="the constant in the code that draws the curve (at d = 50 and 100, where it is not refuted) for the theorem's own, at d = 2",
    expect="refuted",
    corrected_by="batchnorm/iso_decay",
    inputs={"a": spectrum("d")},
    sizes={"d": (2, 2), "L": (1, 64)},
    statement=Le(phi_last, decayed(Rational(3, 200))),
    evaluate=plane_decay,
    oracle=batchnorm_chain.plane_mean,
    oracle_differs="consecutive partial sums of the series, a closed form at L = 1, else balls for the contour integral",
    definitions={phi: "isometry gap of X_0", phi_last: "mean of the isometry gap of X_L"},
    notation={phi: r"\varphi(X_0)", phi_last: r"\mathbb E\varphi(X_L)"},
    replay=[Instance(sizes={"d": 2, "L": 2}, raw={"a": exact([2, 1])})],
    mutants=[
        Mutant(
            "C = 0.01",
            statement=Le(phi_last, decayed(Rational(1, 100))),
            because="a smaller right side than the drawn one, which already fails",
        ),
    ],
)
