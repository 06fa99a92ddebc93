r"""Isometry changes neither under scaling nor under an orthogonal change of basis.

For a symmetric positive definite $M\in\mathbb R^{n\times n}$, $c>0$, an orthogonal $Q\in\mathbb R^{n\times n}$ and
$\mathcal I(M)=\det(M)^{1/n}/(\frac1n\mathrm{tr}\,M)$,
$$\mathcal I(cM)=\mathcal I(M)=\mathcal I(Q^\top MQ) .$$
Scale invariance is stated after Definition 1 of Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, recalled; the
orthogonal invariance is immediate, since determinant and trace are those of the eigenvalues.

Compared are the rationals $\mathcal I|\mathcal I|^{n-1}$, from which $\mathcal I$ follows with its sign; $M=X^\top X$ with
$X\in\mathbb R^{d\times n}$; $Q$ is a product of $m\le n$ reflections $I-2vv^\top/v^\top v$ with rational $v$, as every orthogonal
matrix is with real ones.  An ill-conditioned $M$ makes float64 report a difference that is not there.
"""

from sympy import And, Eq, Gt

from claims.sources import JOUDAKI_2023
from oracles import isometry
from refute import Claim, Mutant, quantities
from strategies.matrices import factor, log_volume, samples
from strategies.networks import dense, reflections

power, power_scaled, power_rotated, determinant, volume = quantities("power power_scaled power_rotated determinant volume")


def signed_power(xp, log_determinant, trace, sign, n):
    """``I |I|^{n-1}`` from log |det M|, tr M and the sign of det M."""
    size = xp.exp(log_determinant) / xp.abs(trace / n) ** n
    return size * sign * xp.where(trace < 0, -xp.ones_like(trace), xp.ones_like(trace))


def evaluate(xp, X, c, Q, n):
    one, trace = xp.ones_like(c), xp.sum(X * X, axis=(1, 2))
    log_determinant = 2 * log_volume(xp, X)
    scaled, rotated = X * xp.sqrt(xp.abs(c))[:, None, None], X @ Q
    turned = xp.where(c < 0, -one, one)
    scaled_trace = turned * xp.sum(scaled * scaled, axis=(1, 2))
    return {
        power: signed_power(xp, log_determinant, trace, one, n),
        power_scaled: signed_power(xp, 2 * log_volume(xp, scaled), scaled_trace, turned**n, n),
        power_rotated: signed_power(xp, 2 * log_volume(xp, rotated), xp.sum(rotated * rotated, axis=(1, 2)), one, n),
        determinant: xp.exp(log_determinant),
        volume: lambda: xp.exp(log_volume(xp, Q)),
    }


scaling, rotation = Eq(power_scaled, power), Eq(power_rotated, power)
claim = Claim(
    source=JOUDAKI_2023.item("the properties after Definition 1"),
    provenance="recalled",
    inputs={"X": samples("d", "n"), "c": factor(), "Q": reflections("m", "n")},
    sizes={"n": (1, 6), "d": ("n", 8), "m": (1, "n")},
    hypotheses=[Gt(determinant, 0)],
    statement=And(scaling, rotation),
    scale=power,
    evaluate=evaluate,
    oracle=isometry.transformed,
    oracle_differs="determinants of the transformed rational matrices, not Gram-Schmidt on X and X Q",
    definitions={
        power: "I(M) |I(M)|^(n-1) for M = X^T X, which is I(M)^n",
        power_scaled: "I |I|^(n-1) of c M",
        power_rotated: "I |I|^(n-1) of Q^T M Q",
        determinant: "det M",
        volume: "|det Q|",
    },
    notation={
        power: r"\mathcal I(M)^n",
        power_scaled: r"\mathcal I(cM)\,|\mathcal I(cM)|^{n-1}",
        power_rotated: r"\mathcal I(Q^\top MQ)^n",
        determinant: r"\det M",
        volume: r"|\det Q|",
    },
    tight="an identity",
    mutants=[
        Mutant(
            "every invertible congruence",
            inputs={"X": samples("d", "n"), "c": factor(), "Q": dense("n", "n")},
            hypotheses=[Gt(determinant, 0), Gt(volume, 0)],
            because="diag(2, 1/2) takes I, of isometry 1, to diag(4, 1/4), of isometry 1/2.125",
        ),
        Mutant(
            "negative factors",
            inputs={"X": samples("d", "n"), "c": factor(signed=True), "Q": reflections("m", "n")},
            because="for even n the determinant of c M stays positive and its trace becomes negative",
        ),
    ],
)
