r"""The derivative of a Gaussian dual is the dual of the derivative.

Let $\sigma:\mathbb R\to\mathbb R$ be absolutely continuous with $\sigma,\sigma'\in L^2(\mathcal N(0,1))$ and
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$ for standard Gaussians of correlation $\rho$.  Then
$$\hat\sigma'(\rho)=\mathbb E\,\sigma'(X)\sigma'(Y)=\sum_{k\ge1}kc_k^2\rho^{k-1},\qquad\rho\in[-1,1];$$
in particular the slope of the normalised kernel map at 1 is $\kappa'(1)=\mathbb E\sigma'^2/\mathbb E\sigma^2$.  The series is
checked through its partial sums: since the terms beyond degree $N$ have the mass $\hat\sigma'(1)-\sum_{k\le N}kc_k^2$ at 1,
$$\Big|\hat\sigma'(\rho)-\sum_{1\le k\le N}kc_k^2\rho^{k-1}\Big|\le|\rho|^N\Big(\hat\sigma'(1)-\sum_{1\le k\le N}kc_k^2\Big).$$

Price's theorem (1958), restated for duals by Daniely, Frostig and Singer (2016), arXiv 1602.05897; re-derived from
$\mathbb E\,\sigma'\mathrm{he}_{k-1}=\sqrt k\,c_k$.  Without absolute continuity it fails: the derivative of a step is 0 almost
everywhere, but its dual has the slope $\frac1{2\pi\sqrt{1-\rho^2}}$.
"""

from sympy import And, Eq, Le

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import SMOOTH_ENOUGH, activation
from strategies.gaussian import angle_of, line_mean, plane_mean
from strategies.hermite_coefficients import shares
from strategies.kernels import correlation

slope, mean, dual, second = quantities("slope mean dual second")
partial, rest, size = quantities("partial rest size")
N = sizes("N")


def evaluate(xp, sigma, rho, N):
    second_moment, value = line_mean(xp, lambda x: sigma.slope(x) ** 2, sigma.parameter), rho.value[:, None]
    degrees = xp.arange(N + 1, device=value.device)[1:]
    masses = degrees * shares(xp, sigma.kernel, N + 1)[:, 1:] * sigma.kernel.variance[:, None]
    return {
        slope: sigma.dual_slope(rho),
        mean: plane_mean(xp, sigma.slope, angle_of(xp, rho)),
        dual: lambda: sigma.dual(rho),
        second: second_moment,
        partial: xp.sum(masses * value ** (degrees - 1), axis=1),
        rest: second_moment - xp.sum(masses, axis=1),
        size: rho.magnitude,
    }


def within(degrees=N):
    """The slope is as near to a partial sum of its series as the mass beyond allows."""
    tail = size**degrees * rest
    return And(Le(slope, partial + tail), Le(partial - tail, slope))


claim = Claim(
    source=DANIELY_2016.item("dual activation of a derivative (Price)"),
    provenance="recalled",
    inputs={"sigma": activation(*SMOOTH_ENOUGH), "rho": correlation(closed=True)},
    sizes={"N": (0, 9)},
    statement=And(Eq(slope - mean, 0), within()),
    scale=second,
    evaluate=evaluate,
    oracle=gaussian_duals.price,
    oracle_differs=(
        "the derivatives of the printed duals, against an integral over X of the mean over Y given X; "
        "the evaluator differentiates the parts of either parity and integrates over sectors in polar coordinates"
    ),
    definitions={
        slope: "the derivative of the closed form of the dual at rho",
        mean: "E sigma'(X) sigma'(Y) with the derivative almost everywhere, by quadrature",
        dual: "the dual itself at rho",
        second: "E sigma'^2, the scale of the gap",
        partial: "the sum of k c_k^2 rho^(k-1) up to degree N",
        rest: "the mass E sigma'^2 - sum of k c_k^2 beyond degree N",
        size: "|rho|",
    },
    surrogate="every partial sum of the series is within the mass of the degrees beyond it",
    not_covered=[
        "rho = -1, where both sides are continuous",
        "rates of exp, sin, cos and erf outside [2^-8, 1], and slopes of leaky ReLU outside [-1, 1 - 2^-7]",
        "tanh, sigmoid, SiLU, softplus and softsign, whose means over one of the two Gaussians have no closed form",
    ],
    notation={
        slope: r"\hat\sigma'(\rho)",
        mean: r"\mathbb{E}\,\sigma'(X)\sigma'(Y)",
        dual: r"\hat\sigma(\rho)",
        partial: r"S_N",
        rest: r"\big(\mathbb{E}\sigma'^2-\textstyle\sum_{k\le N}kc_k^2\big)",
        size: r"|\rho|",
    },
    mutants=[
        Mutant(
            "the sign, with its derivative almost everywhere",
            inputs={"sigma": activation("sign"), "rho": correlation()},
            because="0 on the right, 2/(pi sqrt(1 - rho^2)) on the left: the sign is not absolutely continuous",
        ),
        Mutant(
            "the dual of the function itself",
            statement=Eq(slope - dual, 0),
            because="it holds for exp(x) alone: for ReLU the slope at 0 is 1/4 and the dual 1/(2 pi)",
        ),
        Mutant(
            "a tail one degree shorter",
            statement=within(N + 1),
            because="the degree N + 1 alone leaves |rho|^N: for sin and N = 0 the slope at 0 is c_1^2 > 0",
        ),
    ],
)
