r"""With random rotations and batch normalization the mean log-norm of a gradient is bounded for every depth.

Let $X_{k+1}=\mathrm{BN}(W_kX_k)$, $k=0,\dots,L-1$, $X_0\in\mathbb R^{d\times d}$ invertible with $\varphi_0=\varphi(X_0)$, where
$\mathrm{BN}$ scales every row to unit norm and the $W_k$ are independent and uniform on the orthogonal group, $d\ge2$.  For a
loss $\mathcal L(X_L)$ whose gradient has a Frobenius norm of at most $M$, for every $L$ and every layer $0\le\ell<L$,
$$\mathbb E\log\|\nabla_{W_\ell}\mathcal L\|_F\le\log M+\tfrac12\min\big(\log d,\sqrt{2d\varphi_0}\big)
  +\tfrac12\Big[d\varphi_0(K+1)+\sqrt{2d\varphi_0}\,(2K+1)\Big],\qquad K=C_0d^2(1+d\varphi_0),\quad C_0=1.63 .$$
Theorem 5, eq. (10), of Meterez et al. (2024), arXiv 2310.02012, states $Cd^5(\varphi_0^3+1)$ with an unspecified constant; the
explicit bound is derived here, and is of lower degree: the pathwise bound (`batchnorm/grad_pathwise`), the Jacobian
(`batchnorm/grad_jacobian`) and the decay of the gap (`batchnorm/iso_decay`); $\log\|X_\ell\|_{op}$ is at most $\frac12\log d$,
and at most $\frac12\sqrt{2d\varphi(X_\ell)}$, because $e^y-1-y\ge\frac12y^2$.  At $\varphi_0=0$ it says $\mathbb
E\log\|\nabla\|\le\log M$.

The proof bounds a non-negative sum, so more is true and is checked: the mean of the *positive part* of $\log\|\nabla\|_F-\log M$
is at most the rest.  The loss is linear, $M=\|G\|_F$.  Both sides depend on $X_0$ through $\lambda_k=d\,a_k/\sum_ja_j$.  Means
are enclosed above by the sum of the pathwise bound, in which the mean gaps do not come from the decay that the proof uses, but by
Jensen from exact means of $u_k$ at $d=2$ and of the trace of the inverse at every $d$ (`batchnorm/iso_inverse_trace`): bounding
every gap by $\varphi_0$ would not do, as $L-\ell$ may exceed $2K+1\ge30.3$ at $d=3$.  One layer is enclosed from below as well.
Depths up to 100 are run pathwise in `batchnorm/grad_gaps` and in the mean in the tests.  Far from tight.

With Gaussian weights it is false from the first layer on in width 9; there and for rank-deficient inputs the mean log-norm grows
with the depth beyond $\log M+\frac12\log d$ too, as tests of this project show by betting.
"""

from sympy import Le, Min, Rational, log, sqrt

from claims.sources import METEREZ_2024
from oracles import batchnorm_gradient_means, batchnorm_gradients
from refute import Claim, Mean, Mutant, quantities, sizes
from strategies.batchnorm import diagonal, forward, gap_of_spectrum, gradients, log_norm, normalised
from strategies.laws import gaussian, haar
from strategies.matrices import factor
from strategies.networks import direction
from strategies.spectra import spectrum

phi, excess, excess_free, excess_entry = quantities("phi excess excess_free excess_entry")
log_gradient, log_loss = quantities("log_gradient log_loss")
d = sizes("d")


def evaluate(xp, a, W, G, l):
    lam, deviation = normalised(xp, a)
    states, norms = forward(xp, diagonal(xp, xp.sqrt(lam)), W)
    size, loss = log_norm(xp, gradients(xp, states[l:], norms[l:], W[:, l:], G)[0]), log_norm(xp, G)
    return {
        phi: lambda: gap_of_spectrum(xp, lam, deviation),
        log_gradient: size,
        log_loss: loss,
        excess: xp.clip(size - loss, min=0.0),
        excess_free: xp.clip(size, min=0.0),
        excess_entry: xp.clip(size - xp.log(xp.max(xp.abs(G), axis=(1, 2))), min=0.0),
    }


def evaluate_scaled(xp, a, W, G, t, l):
    return evaluate(xp, a, t[:, None, None, None] * W, G, l)


def evaluate_gaussian(xp, a, W, G, l):
    return evaluate(xp, a, W / a.shape[1] ** 0.5, G, l)


decay, root = Rational(163, 100) * d**2 * (1 + d * phi), sqrt(2 * d * phi)
bound = Min(log(d), root) / 2 + (d * phi * (decay + 1) + root * (2 * decay + 1)) / 2

claim = Claim(
    source=METEREZ_2024.item("Theorem 5, eq. (10)"),
    provenance="derived",
    reading="explicit constants; the argument of the loss is X_L (X_l in the print); the positive part of the log-norm",
    inputs={"a": spectrum("d"), "G": direction("d", "d")},
    randomness={"W": haar("L", "d", "d")},
    sizes={"d": (2, 4), "L": (1, 40), "l": (0, "L-1")},
    statement=Le(Mean(excess), bound),
    evaluate=evaluate,
    oracle=batchnorm_gradients.layer_gradient,
    oracle_differs="forward derivatives in every direction of the weight, not reverse accumulation; enclosures of the mean",
    expectation=batchnorm_gradient_means.layer_gradient_mean,
    definitions={
        phi: "isometry gap of X_0",
        log_gradient: "log |gradient|, random",
        log_loss: "log M",
        excess: "positive part of log |gradient| - log M, random",
        excess_free: "positive part of log |gradient|, random",
        excess_entry: "positive part of log |gradient| - log max|G_ij|, random",
    },
    notation={
        phi: r"\varphi_0",
        log_gradient: r"\log\|\nabla_{W_l}\mathcal L\|_F",
        log_loss: r"\log M",
        excess: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F-\log M\right)^+",
        excess_free: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F\right)^+",
        excess_entry: r"\left(\log\|\nabla_{W_l}\mathcal L\|_F-\log\max|G_{ij}|\right)^+",
    },
    tight="at isotropy, where both sides are 0",
    not_covered=[
        "losses that are not linear: only their gradient at X_L enters",
        "nothing is claimed about the mean of the norm",
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
            expectation=batchnorm_gradient_means.scaled_gradient_mean,
            sizes={"d": (2, 4), "L": (1, 1), "l": (0, 0)},
            because="the gradient for t W is that for W divided by t",
        ),
        Mutant(
            "Gaussian weights",
            statement=Le(Mean(log_gradient), log_loss + bound),
            randomness={"W": gaussian("L", "d", "d")},
            evaluate=evaluate_gaussian,
            oracle=batchnorm_gradients.gaussian_gradient,
            expectation=batchnorm_gradient_means.gaussian_gradient_mean,
            sizes={"d": (9, 16), "L": (1, 1), "l": (0, 0)},
            because="weights N(0, 1/d) shrink some rows: at isotropy and equal rows of G, E log|grad|/M is about 1/(2d) after one layer",
        ),
        Mutant(
            "the gap of the input does not matter",
            inputs={"a": spectrum("d", singular=True), "G": direction("d", "d")},
            statement=Le(Mean(log_gradient), log_loss),
            expectation=batchnorm_gradient_means.degenerate_gradient_mean,
            sizes={"d": (5, 8), "L": (1, 1), "l": (0, 0)},
            because="an input of rank 3 at d = 6, the infinite gap dropped: (psi(1) + psi(3) - 2 psi(3/2))/2 = 0.136 after one layer",
        ),
    ],
)
