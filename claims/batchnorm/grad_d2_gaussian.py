r"""With Gaussian instead of orthogonal weights, a layer in width two takes exactly log 2 off the mean log-derivative.

Let $X'=\mathrm{BN}(WX)$ with two rows of $X$ in the plane at the angle $\Delta\in(0,\pi)$, $\mathrm{BN}$ that scales every row to
unit norm, and $W\in\mathbb R^{2\times2}$ with i.i.d. centred Gaussian entries.  Then
$$\mathbb E\log\Big|\frac{\partial\Delta'}{\partial\Delta}\Big|=-2\log(1+\sin\Delta)<0 ,$$
$\log2$ less than for a uniform rotation, where it is $\log2-2\log(1+\sin\Delta)$ (`batchnorm/grad_d2_exact_mean`).  At a
degenerate input it tends to 0: in width two Gaussian weights do not let derivatives explode, in contrast to larger widths.

Derived for this project, next to Meterez et al. (2024), arXiv 2310.02012: with $t_j=W_{j1}/W_{j2}$, a Cauchy variable, the row
$j$ turns by $\mathrm{Re}\frac1{1+t_je^{-i\Delta}}=\frac12+\frac{\cos\eta_j}{2\sin\Delta}$, where $\eta_j$ is wrapped Cauchy of
parameter $i\rho$, $\rho=\frac{|\cos\Delta|}{1+\sin\Delta}$, and $\mathbb E\log|\cos\eta_2-\cos\eta_1|=\log(1+\rho^2)+
\log(1-\rho^2)-\log2$ because $\log|1-z|$ is harmonic in the disc.  The mean on the left does not use that: it is two integrals over
$\eta_1\pm\eta_2$, wrapped Cauchy of the parameters $\mp\rho^2$.
"""

from sympy import Eq, Gt, Le, log

from claims.sources import REFUTE_DERIVED
from oracles import batchnorm_plane
from refute import Claim, Mean, Mutant, quantities
from strategies.batchnorm import angle_derivatives, sine_square
from strategies.laws import gaussian
from strategies.networks import unit_rows

square, sine, log_derivative = quantities("sine_square sine log_derivative")


def evaluate(xp, X, W):
    sines = sine_square(xp, X)
    return {
        square: sines,
        sine: xp.sqrt(sines),
        log_derivative: xp.log(angle_derivatives(xp, [X], W[:, None])[:, 0]),
    }


claim = Claim(
    source=REFUTE_DERIVED.item("Derivatives at d = 2 with Gaussian weights, next to arXiv 2310.02012"),
    provenance="derived",
    inputs={"X": unit_rows("d", "d")},
    randomness={"W": gaussian("d", "d")},
    sizes={"d": (2, 2)},
    hypotheses=[Gt(square, 0)],
    statement=Eq(Mean(log_derivative), -2 * log(1 + sine)),
    evaluate=evaluate,
    oracle=batchnorm_plane.gaussian_derivative,
    oracle_differs="quotients of weights, not the Jacobian of the angles; the mean by two integrals in balls",
    expectation=batchnorm_plane.gaussian_derivative_mean,
    definitions={
        square: "sin^2 of the angle between the rows of X",
        sine: "sine of the angle between the rows of X",
        log_derivative: "log |d Delta' / d Delta|, random",
    },
    notation={
        square: r"\sin^2\Delta",
        sine: r"\sin\Delta",
        log_derivative: r"\log\left|\partial\Delta'/\partial\Delta\right|",
    },
    mutants=[
        Mutant(
            "as with rotations",
            statement=Eq(Mean(log_derivative), log(2) - 2 * log(1 + sine)),
            because="for orthogonal rows a rotation gives -log 2, a Gaussian matrix -2 log 2",
        ),
        Mutant(
            "expanding near degeneracy",
            statement=Le(log(2) - 2 * log(1 + sine), Mean(log_derivative)),
            because="at sin(Delta) near 0 the mean is near 0, not log 2",
        ),
        Mutant(
            "once",
            statement=Eq(Mean(log_derivative), -log(1 + sine)),
            because="for orthogonal rows it is -2 log 2",
        ),
    ],
)
