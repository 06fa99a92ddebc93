r"""The trace of the inverse Gram matrix decays at an exact rate in the mean, in every width and at every depth.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$, $X_0\in\mathbb R^{d\times d}$ invertible with $\|X_0\|_F^2=d\ge2$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_\ell$ are independent and uniform on the orthogonal group.  Then for every
$\ell\ge0$
$$\mathbb E\,\mathrm{tr}\big((X_\ell X_\ell^\top)^{-1}\big)-d=
  \Big(\frac d{d+2}\Big)^\ell\Big(\mathrm{tr}\big((X_0X_0^\top)^{-1}\big)-d\Big) .$$
With the isometry gap $\varphi(X)\le\log\big(\frac1d\mathrm{tr}((XX^\top)^{-1})\big)$ at $\|X\|_F^2=d$ and Jensen's inequality,
$$\mathbb E\,\varphi(X_\ell)\le\log\Big(1+\Big(\frac d{d+2}\Big)^\ell\,\frac{\mathrm{tr}((X_0X_0^\top)^{-1})-d}d\Big)$$
from every invertible input, at the true rate $\frac d{d+2}$ near isotropy, where Theorem 1 of Meterez et al. (2024), arXiv
2310.02012, has $e^{-1/(Cd^2)}$.  At $d=2$ it is $\mathbb Eu_\ell=2^{-\ell}u_0$ (`batchnorm/iso_d2_mean`).

Derived here: with $A=X_\ell X_\ell^\top$ and the rows $w_j$ of $W_\ell$, $X_{\ell+1}^{-1}=X_\ell^{-1}W_\ell^\top D$ for the row
norms $D$, so that $\mathrm{tr}((X_{\ell+1}X_{\ell+1}^\top)^{-1})=\sum_jw_j^\top Aw_j\;w_j^\top A^{-1}w_j$, and $\mathbb E\,w^\top
Aw\;w^\top A^{-1}w=\frac{\mathrm{tr}A\,\mathrm{tr}A^{-1}+2d}{d(d+2)}$ with $\mathrm{tr}A=d$.  Decided in rationals. Inputs are
$a_k>0$, $\lambda_k=d\,a_k/\sum_ja_j$.  The mean is carried by rare paths at great depth.
"""

from sympy import And, Eq, Le, Rational, log

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_chain
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, normalised
from strategies.laws import haar
from strategies.networks import orthogonal
from strategies.spectra import spectrum

phi, excess, excess_last = quantities("phi excess excess_last")
d, L = sizes("d L")


def evaluate(xp, a, W):
    lam, deviation = normalised(xp, a)
    states, _ = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    return {
        phi: gap_of_spectrum(xp, lam, deviation),
        excess: xp.sum(deviation * deviation / lam, axis=1),  # sum (1/lam - 1), as sum (lam - 1) = 0
        excess_last: excess_of_unit_rows(xp, states[-1]),
    }


def excess_of_unit_rows(xp, X):
    """``tr((X X^T)^{-1}) - d``: by singular values, near isotropy as ``tr(E (I + E)^{-1} E)`` for the inner products E of the rows."""
    values = xp.linalg.svdvals(X)
    identity = xp.eye(X.shape[1], dtype=X.dtype, device=X.device)
    inner = (X @ xp.matrix_transpose(X)) * (1 - identity)
    near = xp.max(xp.max(xp.abs(inner), axis=2), axis=1) < 0.25 / X.shape[1]
    small = xp.where(near[:, None, None], inner, xp.zeros_like(inner))
    product = xp.sum(small * xp.linalg.solve(identity + small, small), axis=(1, 2))
    return xp.where(near, product, xp.sum(((values - 1) * (values + 1) / values) ** 2, axis=1))


exact = Eq(Mean(excess_last), excess * (d / (d + 2)) ** L)

claim = Claim(
    source=REFUTE_DERIVED.item("The trace of the inverse in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"a": spectrum("d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 5), "L": (1, 6)},
    statement=And(exact, Le(phi, log(1 + excess / d))),
    evaluate=evaluate,
    oracle=batchnorm_chain.inverse_chain,
    oracle_differs="an inverse, not singular values; the mean layer by layer from moments that solve linear equations",
    expectation=batchnorm_chain.inverse_means,
    definitions={
        phi: "isometry gap of X_0",
        excess: "tr((X_0 X_0^T)^-1) - d",
        excess_last: "tr((X_L X_L^T)^-1) - d, random",
    },
    notation={
        phi: r"\varphi(X_0)",
        excess: r"\left(\mathrm{tr}((X_0X_0^\top)^{-1})-d\right)",
        excess_last: r"\left(\mathrm{tr}((X_LX_L^\top)^{-1})-d\right)",
    },
    tight="the identity always; the bound of the gap at isotropy",
    mutants=[
        Mutant(
            "rate d/(d+1)",
            statement=Eq(Mean(excess_last), excess * (d / (d + 1)) ** L),
            because="that is the rate for the unitary group; at d = 2 and L = 1 the mean of sin^2 is 1/2",
        ),
        Mutant(
            "a half in every width",
            statement=Eq(Mean(excess_last), excess * Rational(1, 2) ** L),
            because="d/(d+2) is 1/2 at d = 2 only",
        ),
        Mutant(
            "half of the logarithm",
            statement=Le(phi, log(1 + excess / d) / 2),
            because="an equality at d = 2; at d = 3 and lambda = (3 - 2x, x, x), x near 0, two thirds of it are needed",
        ),
        Mutant(
            "on every path",
            inputs={"a": spectrum("d"), "W": orthogonal("L", "d", "d")},
            randomness={},
            expectation=None,
            statement=Le(excess_last, excess * (d / (d + 2)) ** L),
            because="a rotation that equalises the row norms changes nothing",
        ),
    ],
)
