r"""No layer takes more than a constant off the mean isometry gap, so ill-conditioned inputs need many layers.

Let $X_{\ell+1}=\mathrm{BN}(W_\ell X_\ell)$, $X_0\in\mathbb R^{d\times d}$ invertible, $d\ge2$, where $\mathrm{BN}$ scales every
row to unit norm and the $W_\ell$ are independent and uniform on the orthogonal group.  For every $\ell\ge0$ the isometry gap
satisfies
$$\mathbb E\,\varphi(X_\ell)\ge\varphi(X_0)-\ell\,K_d,\qquad K_d=\psi(\tfrac d2)-\psi(\tfrac12)-\log d<1.2704,$$
so that an input with the gap $\varphi_0$ needs at least $\varphi_0/K_d$ layers.

Derived here: the one-layer bound of `batchnorm/iso_one_step_bounds`, which holds for every $d$, applied
layer by layer.  Here at $d=2$, where $K_2=\log2$ and the mean is known at every depth, for the whole chain.  Tight as
$\varphi_0\to\infty$: at $e^{2\varphi_0}-1=10^{12}$, $13.12236438$ against $13.12236338$ ($\ell=1$), $10.35053568$ against
$10.34977466$ ($\ell=5$).
"""

from sympy import Ge, Rational

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_chain
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, isometry_gap, largest_drop, normalised
from strategies.laws import haar
from strategies.networks import orthogonal
from strategies.spectra import spectrum

phi, phi_last, drop = quantities("phi phi_last drop")
L = sizes("L")


def evaluate(xp, a, W):
    lam, deviation = normalised(xp, a)
    states, _ = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    return {
        phi: gap_of_spectrum(xp, lam, deviation),
        phi_last: isometry_gap(xp, states[-1]),
        drop: largest_drop(a.shape[1]) * xp.ones_like(a[:, 0]),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Lower bound of the mean gap in the model of arXiv 2310.02012"),
    provenance="derived",
    inputs={"a": spectrum("d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 2), "L": (1, 12)},
    statement=Ge(Mean(phi_last), phi - L * drop),
    evaluate=evaluate,
    oracle=batchnorm_chain.chain,
    oracle_differs="row norms and one determinant, not singular values of X_L; a contour integral or a series for the mean",
    expectation=batchnorm_chain.chain_mean,
    definitions={phi: "isometry gap of X_0", phi_last: "isometry gap of X_L, random", drop: "K_d, log 2 at d = 2"},
    notation={phi: r"\varphi(X_0)", phi_last: r"\varphi(X_L)", drop: "K_d"},
    tight="as phi_0 tends to infinity",
    not_covered=["d > 2 for more than one layer; one layer at every d is iso_one_step_bounds, and implies the rest"],
    mutants=[
        Mutant(
            "K_d one per mille smaller",
            statement=Ge(Mean(phi_last), phi - L * Rational(999, 1000) * drop),
            because="false for one layer only at u_0 > 2.1e6, an ill-conditioned input",
        ),
        Mutant(
            "one layer less",
            statement=Ge(Mean(phi_last), phi - (L - 1) * drop),
            because="at L = 1 it says that the mean gap never falls",
        ),
        Mutant(
            "on every path",
            inputs={"a": spectrum("d"), "W": orthogonal("L", "d", "d")},
            randomness={},
            expectation=None,
            statement=Ge(phi_last, phi - L * drop),
            because="a rotation into the eigenbasis leaves no gap at all",
        ),
    ],
)
