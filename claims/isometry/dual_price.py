r"""The derivative of a Gaussian dual is the dual of the derivative.

Let $\sigma:\mathbb R\to\mathbb R$ be absolutely continuous with $\sigma,\sigma'\in L^2(\mathcal N(0,1))$ and
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)=\sum_kc_k^2\rho^k$ for standard Gaussians of correlation $\rho$.  Then
$$\hat\sigma'(\rho)=\mathbb E\,\sigma'(X)\sigma'(Y)=\sum_{k\ge1}kc_k^2\rho^{k-1},\qquad\rho\in[-1,1];$$
in particular the slope of the normalised kernel map at 1 is $\kappa'(1)=\mathbb E\sigma'^2/\mathbb E\sigma^2$.

Price's theorem (1958), restated for duals by Daniely, Frostig and Singer (2016), arXiv 1602.05897; re-derived from
$\mathbb E\,\sigma'\mathrm{he}_{k-1}=\sqrt k\,c_k$.  Without absolute continuity it fails: the derivative of a step is 0 almost
everywhere, but its dual has the slope $\frac1{2\pi\sqrt{1-\rho^2}}$.
"""

from sympy import Eq

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import SMOOTH_ENOUGH, activation
from strategies.gaussian import angle_of, line_mean, plane_mean
from strategies.kernels import correlation

slope, mean, dual, second = quantities("slope mean dual second")


def evaluate(xp, sigma, rho):
    return {
        slope: sigma.dual_slope(rho),
        mean: plane_mean(xp, sigma.slope, angle_of(xp, rho)),
        dual: lambda: sigma.dual(rho),
        second: line_mean(xp, lambda x: sigma.slope(x) ** 2, sigma.parameter),
    }


claim = Claim(
    source=DANIELY_2016.item("dual activation of a derivative (Price)"),
    provenance="recalled",
    inputs={"sigma": activation(*SMOOTH_ENOUGH), "rho": correlation(closed=True)},
    sizes={},
    statement=Eq(slope - mean, 0),
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
    },
    not_covered=["rates of exp, sin, cos and erf outside [2^-8, 1], and slopes of leaky ReLU outside [-1, 1 - 2^-7]"],
    notation={slope: r"\hat\sigma'(\rho)", mean: r"\mathbb{E}\,\sigma'(X)\sigma'(Y)", dual: r"\hat\sigma(\rho)"},
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
    ],
)
