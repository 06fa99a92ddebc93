r"""With random rotations and batch normalization the mean log-norm of a gradient is bounded for every depth.

Let $X_{k+1}=\mathrm{BN}(W_kX_k)$, $k=0,\dots,L-1$, $X_0\in\mathbb R^{d\times d}$ invertible with $\varphi_0=\varphi(X_0)$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_k$ are independent and uniform on the orthogonal group, $d\ge2$.  For a
loss $\mathcal L(X_L)$ whose gradient has a Frobenius norm of at most $M$, for every $L$ and every layer $0\le\ell<L$,
$$\mathbb E\log\|\nabla_{W_\ell}\mathcal L\|_F\le\log M+\tfrac12\log d
  +\tfrac12\Big[d\varphi_0(K+1)+\sqrt{2d\varphi_0}\,(2K+1)\Big],\qquad K=C_0d^2(1+d\varphi_0),\quad C_0=1.63 .$$
Theorem 5, eq. (10), of Meterez et al. (2024), arXiv 2310.02012, states $Cd^5(\varphi_0^3+1)$ with an unspecified constant; the
explicit bound is derived here, and is of lower degree: the pathwise bound (`batchnorm/grad_pathwise`), the
Jacobian (`batchnorm/grad_jacobian`) and the decay of the gap (`batchnorm/iso_decay`).

The proof bounds a non-negative sum, so more is true and is checked: the mean of the *positive part* of $\log\|\nabla\|_F-\log
M-\frac12\log d$ is at most the bracket.  The loss is linear, $M=\|G\|_F$.  Both sides depend on $X_0$ through
$\lambda_k=d\,a_k/\sum_ja_j$.  Means are enclosed above by the sum of the pathwise bound: by Jensen for $u_k$ at $d=2$; elsewhere every
gap by that of the input, $\frac{L-\ell}2(d\varphi_0+\sqrt{2d\varphi_0})$, which is below the bound for every $\varphi_0$ as long as
$L-\ell\le14<K+1$: at $d>2$ the verdict rests on the pathwise bound.  Depths up to 100 are run pathwise in `batchnorm/grad_gaps` and
in the mean in the tests.  Far from tight: the bound exceeds observed values by orders of magnitude.  With Gaussian weights it is
false: in width 8 the mean log-norm grows linearly in the depth, as a test of this project shows by betting.
"""

from sympy import Gt, Le, Rational, sqrt

from claims.sources import METEREZ_2024
from oracles import batchnorm_gradients
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, gradients, log_norm, normalised
from strategies.haar import haar
from strategies.matrices import factor
from strategies.networks import direction
from strategies.spectra import spectrum

phi, excess, excess_free, excess_entry = quantities("phi excess excess_free excess_entry")
d = sizes("d")


def evaluate(xp, a, W, G, l):
    width = a.shape[1]
    lam, deviation = normalised(xp, a)
    states, norms = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    log_gradient = log_norm(xp, gradients(xp, states[l:], norms[l:], W[:, l:], G)[0]) - xp.log(0 * a[:, 0] + width) / 2
    return {
        phi: gap_of_spectrum(xp, lam, deviation),
        excess: xp.clip(log_gradient - log_norm(xp, G), min=0.0),
        excess_free: xp.clip(log_gradient, min=0.0),
        excess_entry: xp.clip(log_gradient - xp.log(xp.max(xp.abs(G), axis=(1, 2))), min=0.0),
    }


def evaluate_scaled(xp, a, W, G, t, l):
    return evaluate(xp, a, t[:, None, None, None] * W, G, l)


decay = Rational(163, 100) * d**2 * (1 + d * phi)
bound = (d * phi * (decay + 1) + sqrt(2 * d * phi) * (2 * decay + 1)) / 2

claim = Claim(
    source=METEREZ_2024.item("Theorem 5, eq. (10)"),
    provenance="derived",
    reading="explicit constants; the argument of the loss is X_L (X_l in the print); the positive part of the log-norm",
    inputs={"a": spectrum("d"), "G": direction("d", "d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 4), "L": (1, 14), "l": (0, "L-1")},
    hypotheses=[Gt(phi, 0)],
    statement=Le(Mean(excess), bound),
    evaluate=evaluate,
    oracle=batchnorm_gradients.layer_gradient,
    oracle_differs="forward derivatives in every direction of the weight, not reverse accumulation; enclosures of the mean",
    expectation=batchnorm_gradients.layer_gradient_mean,
    definitions={
        phi: "isometry gap of X_0",
        excess: "positive part of log |gradient| - log M - (1/2) log d, random",
        excess_free: "positive part of log |gradient| - (1/2) log d, random",
        excess_entry: "positive part of log |gradient| - log max|G_ij| - (1/2) log d, random",
    },
    notation={
        phi: r"\varphi_0",
        excess: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F-\log M-\tfrac12\log d\right)^+",
        excess_free: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F-\tfrac12\log d\right)^+",
        excess_entry: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F-\log\max|G_{ij}|-\tfrac12\log d\right)^+",
    },
    not_covered=[
        "losses that are not linear: only their gradient at X_L enters",
        "nothing is claimed about the mean of the norm",
        "the decay of the gap at d > 2: at the depths searched the pathwise bound alone decides",
    ],
    mutants=[
        Mutant(
            "M left out",
            statement=Le(Mean(excess_free), bound),
            sizes={"d": (2, 4), "L": (1, 1), "l": (0, 0)},
            because="for a loss of 10^6 X_11 near isotropy at d = 2: 6 log 10 - log 2 against log sqrt 2",
        ),
        Mutant(
            "largest entry for the norm of the loss gradient",
            statement=Le(Mean(excess_entry), bound),
            sizes={"d": (2, 6), "L": (1, 1), "l": (0, 0)},
            because="a gradient of equal entries has the norm d times its largest entry",
        ),
        Mutant(
            "weights of any size",
            inputs={"a": spectrum("d"), "G": direction("d", "d"), "t": factor(signed=True)},
            evaluate=evaluate_scaled,
            oracle=batchnorm_gradients.scaled_gradient,
            expectation=batchnorm_gradients.scaled_gradient_mean,
            sizes={"d": (2, 4), "L": (1, 1), "l": (0, 0)},
            because="the gradient for t W is that for W divided by t",
        ),
    ],
)
