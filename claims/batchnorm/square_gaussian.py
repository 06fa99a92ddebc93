r"""With Gaussian weights and as many samples as features, a layer changes the mean isometry gap by an exact amount.

Let $n=d\ge2$, $H\in\mathbb R^{n\times n}$ invertible with $\lambda_1,\dots,\lambda_n$ the eigenvalues of $HH^\top$ scaled to mean
1,
$$\varphi(X)=-\log\frac{\det(X^\top X)^{1/n}}{\frac1n\mathrm{Tr}(X^\top X)}$$
the isometry gap, $W$ with i.i.d. centred Gaussian entries of any common variance, and $\mathrm{BN}$ the scaling of rows to unit
norm. Then
$$\mathbb E\,\varphi(\mathrm{BN}(WH))=\varphi(H)+\mathbb E\log(w^\top\Lambda w)+K_n,\qquad
  K_n=\psi\big(\tfrac n2\big)-\frac1n\sum_{j=1}^n\psi\big(\tfrac j2\big)>0 ,$$
with $w$ uniform on the sphere: exactly $K_n$ more than with orthogonal weights (`batchnorm/iso_one_step_exact`); $K_2=\log2$,
$K_3=0.87124$, $K_4=0.94315$.  Derived here from $\mathbb E\log\det(WW^\top)=\sum_j\psi(\frac j2)+n\log2$ and $\mathbb
E\log|g|^2=\psi(\frac n2)+\log2$.

The mean on the left takes $\mathbb E\log(g^\top\Lambda g)=-\gamma-\mathbb E\log T$ for $T=e/g^\top\Lambda g$ with an exponential
variable $e$, whose distribution function is a product (at $n=3$ an integral over a point of the sphere); $\mathbb
E\log(w^\top\Lambda w)$ on the right is a closed form at $n=2$, else the integral of `batchnorm/iso_one_step_exact`.

At $n=2$ the mean gap increases for every $H$, and at isotropy for every $n$; at the rank-one limit the change tends to
$\psi(\frac12)-\psi(\frac n2)+\log n+K_n$, which is 0 at $n=2$ and $-0.030$ at $n=3$.
"""

from sympy import Eq, Le

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_square
from refute import Claim, Mean, Mutant, quantities
from strategies.batchnorm import gap_of_spectrum, mean_log_form, normalised, once_per_input
from strategies.laws import gaussian
from strategies.spectra import spectrum

phi, phi_next, log_form, constant, other_constant = quantities("phi phi_next log_form constant other_constant")


def last_above_mean(xp, psi):
    """``psi_n`` less the mean of ``psi_1, ..., psi_n``."""
    return psi[-1] - xp.mean(psi)


def evaluate(xp, a, W):
    n, (lam, deviation) = a.shape[1], normalised(xp, a)
    gap = gap_of_spectrum(xp, lam, deviation)
    norms = xp.sum(W * W * lam[:, None, :], axis=2)
    j = xp.arange(1, n + 1, dtype=a.dtype, device=a.device)
    return {
        phi: gap,
        phi_next: gap + xp.mean(xp.log(norms), axis=1) - 2 * xp.linalg.slogdet(W)[1] / n,
        log_form: once_per_input(xp, lambda inputs: mean_log_form(xp, *normalised(xp, inputs)), a),
        constant: 0 * gap + last_above_mean(xp, xp.special.digamma(j / 2)),
        other_constant: 0 * gap + last_above_mean(xp, xp.special.digamma(j)),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("One layer with Gaussian weights at n = d"),
    provenance="derived",
    inputs={"a": spectrum("n")},
    randomness={"W": gaussian("n", "n")},
    sizes={"n": (2, 6)},
    statement=Eq(Mean(phi_next), phi + log_form + constant),
    evaluate=evaluate,
    oracle=batchnorm_square.square_layer,
    oracle_differs="one determinant and one product of norms; for the mean other integrals in balls, no sums for K_n",
    expectation=batchnorm_square.square_layer_expectation,
    bounded={phi_next: (0, None)},
    definitions={
        phi: "isometry gap of H",
        phi_next: "isometry gap of BN(WH), random",
        log_form: "E log(w^T diag(lambda) w), w uniform on the sphere",
        constant: "K_n",
        other_constant: "psi(n) - mean of psi(j), j = 1..n",
    },
    notation={
        phi: r"\varphi(H)",
        phi_next: r"\varphi(\mathrm{BN}(WH))",
        log_form: r"\mathbb E\log(w^\top\Lambda w)",
        constant: "K_n",
        other_constant: "K_n'",
    },
    mutants=[
        Mutant(
            "the mean gap does not increase",
            statement=Le(Mean(phi_next), phi),
            because="true for orthogonal weights; at isotropy the left side is K_n > 0",
        ),
        Mutant(
            "psi(j) for psi(j/2)",
            statement=Eq(Mean(phi_next), phi + log_form + other_constant),
            because="at n = 2 it would be 1/2 and not log 2",
        ),
        Mutant(
            "the value for orthogonal weights",
            statement=Eq(Mean(phi_next), phi + log_form),
            because="Gaussian weights are not orthogonal, which costs K_n",
        ),
    ],
)
