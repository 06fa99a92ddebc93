r"""In width two the mean isometry gap decays with the sharp constant, from every input and at every depth.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$, $X_0\in\mathbb R^{2\times2}$ invertible with the isometry gap $\varphi_0$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_\ell$ are independent and uniform on the orthogonal group $O(2)$.  Then
$$\mathbb E\,\varphi(X_\ell)\le\varphi_0\,e^{-\ell/k},\qquad k=4C(1+2\varphi_0),\quad C=\frac1{4\log2}=0.360674,$$
that is $\mathbb E\varphi(X_\ell)\le\varphi_0\,2^{-\ell/(1+2\varphi_0)}$: Theorem 1, eq. (6), of Meterez et al. (2024), arXiv
2310.02012, at $d=2$ with the best possible constant (and $\ell$ in the exponent instead of $\ell-1$).

Derived here: $u_\ell=e^{2\varphi_\ell}-1=u_0\prod_{k<\ell}\sin^2(2\theta_k)$ with uniform angles, so that
$$\mathbb E\varphi_\ell=\frac1{4\pi i}\int_{c-i\infty}^{c+i\infty}\frac{\pi\,u_0^t}{t\sin\pi t}
  \Big[\frac{\Gamma(t+\frac12)}{\sqrt\pi\,\Gamma(t+1)}\Big]^\ell dt,\qquad0<c<1 .$$
One layer implies all, because $\varphi$ decreases on every path.  Inputs are $a_1,a_2>0$ with $u_0=(a_1-a_2)^2/(4a_1a_2)$.
Tight: near isotropy $\mathbb E\varphi_\ell\approx2^{-\ell}\varphi_0$.
"""

from sympy import Le, Rational, exp, log

from claims.sources import METEREZ_2024
from oracles import batchnorm_chain
from refute import Claim, Mutant, quantities, sizes
from strategies.haar_chain import plane_decay
from strategies.spectra import spectrum

phi, phi_last = quantities("phi phi_last")
L = sizes("L")


def decayed(steps, constant):
    return phi * exp(-steps / (4 * constant * (1 + 2 * phi)))


claim = Claim(
    source=METEREZ_2024.item("Theorem 1, eq. (6)"),
    provenance="derived",
    reading="at d = 2, with the best constant in place of an unspecified one",
    inputs={"a": spectrum("d")},
    sizes={"d": (2, 2), "L": (1, 64)},
    statement=Le(phi_last, decayed(L, 1 / (4 * log(2)))),
    evaluate=plane_decay,
    oracle=batchnorm_chain.plane_mean,
    oracle_differs="consecutive partial sums of the series, a closed form at L = 1, else balls for the contour integral",
    definitions={phi: "isometry gap of X_0", phi_last: "mean of the isometry gap of X_L"},
    notation={phi: r"\varphi_0", phi_last: r"\mathbb E\varphi(X_L)"},
    tight="in the limit of isotropy, at every depth",
    mutants=[
        Mutant(
            "C = 0.3 and the exponent l - 1",
            statement=Le(phi_last, decayed(L - 1, Rational(3, 10))),
            sizes={"d": (2, 2), "L": (1, 12)},
            because="near isotropy e^{-(L-1)/1.2} < 2^{-L} from L = 6 on; not seen at L <= 5",
        ),
        Mutant(
            "C = 0.35 and the exponent l - 1",
            statement=Le(phi_last, decayed(L - 1, Rational(7, 20))),
            because="near isotropy e^{-(L-1)/1.4} < 2^{-L} from L = 34 on",
        ),
        Mutant(
            "C = 0.36 and the exponent l - 1",
            statement=Le(phi_last, decayed(L - 1, Rational(9, 25))),
            sizes={"d": (2, 2), "L": (1, 640)},
            because="near isotropy e^{-(L-1)/1.44} < 2^{-L} from L = 536 on, and not before",
        ),
        Mutant(
            "C = 0.36",
            statement=Le(phi_last, decayed(L, Rational(9, 25))),
            sizes={"d": (2, 2), "L": (1, 1)},
            because="below the sharp constant: near isotropy e^{-1/1.44} = 0.4994 < 1/2",
        ),
        Mutant(
            "twice the input gap forgotten",
            statement=Le(phi_last, phi * exp(-L * log(2))),
            because="one layer takes at most log 2 off phi, which is less than half of a large gap",
        ),
    ],
)
