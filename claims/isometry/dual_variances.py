r"""The Gaussian duals of the usual activations at two variances: the two variances and the covariance replace 1, 1 and $\rho$.

Let $U,V$ be centred Gaussians with the variances $K_{11},K_{22}>0$ and the covariance $K_{12}$,
$\theta=\arccos\frac{K_{12}}{\sqrt{K_{11}K_{22}}}$.  For a rate $a>0$ and a slope $s$, $\mathbb E\,\sigma(U)\sigma(V)$ is
$$\begin{aligned}
e^{ax}&:\ e^{a^2(K_{11}+2K_{12}+K_{22})/2}, & \sin ax&:\ e^{-a^2(K_{11}+K_{22})/2}\sinh a^2K_{12}, &
\cos ax&:\ e^{-a^2(K_{11}+K_{22})/2}\cosh a^2K_{12},
\end{aligned}$$
$$\begin{aligned}
\mathrm{erf}\,ax&:\ \tfrac2\pi\arcsin\tfrac{2a^2K_{12}}{\sqrt{(1+2a^2K_{11})(1+2a^2K_{22})}}, &
\Phi(x)&:\ \tfrac14+\tfrac1{2\pi}\arcsin\tfrac{K_{12}}{\sqrt{(1+K_{11})(1+K_{22})}},\\
\mathrm{sign}\,x&:\ \tfrac2\pi\arcsin\tfrac{K_{12}}{\sqrt{K_{11}K_{22}}}, &
x_+^2&:\ \tfrac{K_{11}K_{22}}{2\pi}\big(3\sin\theta\cos\theta+(\pi-\theta)(1+2\cos^2\theta)\big),
\end{aligned}$$
$$\text{leaky ReLU (slope }s\text{ on the left)}:\ \tfrac{(1-s)^2}{2\pi}
\sqrt{K_{11}K_{22}}\big(\sin\theta+(\pi-\theta)\cos\theta\big)
+sK_{12},$$
$$x\Phi(x):\ \tfrac{K_{12}}4+\tfrac{K_{12}}{2\pi}\arcsin\tfrac{K_{12}}{\sqrt{(1+K_{11})(1+K_{22})}}
+\frac{K_{11}K_{22}+\frac{K_{12}^2(1-K_{11}K_{22})}{(1+K_{11})(1+K_{22})}}{2\pi\sqrt{(1+K_{11})(1+K_{22})-K_{12}^2}} .$$

Williams (1997) for erf; GELU is derived here by Stein's identity, and for $K_{11}=K_{22}=K_{12}=K$ is
$\frac K4+\frac K{2\pi}\arcsin\frac K{1+K}+\frac{K^2}{\pi(1+K)\sqrt{1+2K}}$.  At unit variances: `isometry/dual_closed_forms`.
"""

from sympy import Eq

from claims.sources import DANIELY_2016
from oracles.covariances import covariance_form
from refute import Claim, Mutant, quantities
from strategies.activation_inputs import CLOSED, activation, standard_deviations
from strategies.activations import spread
from strategies.covariances import Covariance, covariance
from strategies.covariances import dual as dual_at
from strategies.gaussian import angle_of, plane_mean
from strategies.kernels import correlation

dual, mean, second, by_correlation, by_one_variance = quantities("dual mean second by_correlation by_one_variance")


def evaluate(xp, sigma, rho, deviations):
    s, t = deviations[:, 0], deviations[:, 1]
    K, one = covariance(s, t, rho), covariance(xp.sqrt(s * t), xp.sqrt(s * t), rho)
    wrong = Covariance(K.first, K.second, rho.value, K.first * K.second - rho.value**2)

    def form(K):
        return dual_at(xp, sigma.name, sigma.parameter, K)

    def stretched(scale):
        return lambda x: sigma.value(spread(scale, x) * x)

    return {
        dual: form(K),
        mean: plane_mean(xp, stretched(s), angle_of(xp, rho), other=stretched(t)),
        second: xp.sqrt(form(Covariance(s * s, s * s, s * s, 0 * s)) * form(Covariance(t * t, t * t, t * t, 0 * t))),
        by_correlation: lambda: form(wrong),
        by_one_variance: lambda: form(one),
    }


def inputs(*names):
    """An activation, a correlation and two standard deviations."""
    return {"sigma": activation(*names), "rho": correlation(closed=True), "deviations": standard_deviations()}


claim = Claim(
    source=DANIELY_2016.item("dual activations at two variances"),
    provenance="recalled",
    inputs=inputs(*CLOSED),
    sizes={},
    statement=Eq(dual - mean, 0),
    scale=second,
    evaluate=evaluate,
    oracle=covariance_form,
    oracle_differs=(
        "the formulas as printed, against an integral over U of the mean over V given U; the evaluator takes its arcs "
        "from the sides of triangles and integrates over sectors in polar coordinates"
    ),
    definitions={
        dual: "the closed form at the two variances and the covariance",
        mean: "E sigma(U) sigma(V), by quadrature",
        second: "the root of E sigma(U)^2 E sigma(V)^2, the scale of the gap",
        by_correlation: "the closed form with the correlation in place of the covariance",
        by_one_variance: "the closed form with the root of K_11 K_22 for both variances",
    },
    notation={
        dual: r"\hat\sigma(K)",
        mean: r"\mathbb{E}\,\sigma(U)\sigma(V)",
        by_correlation: r"\hat\sigma(K_{11},K_{22},\rho)",
        by_one_variance: r"\hat\sigma(\sqrt{K_{11}K_{22}},\sqrt{K_{11}K_{22}},K_{12})",
    },
    not_covered=[
        "standard deviations outside [1/8, 3/2]",
        "rates outside [2^-8, 1], and slopes s outside [-1, 1 - 2^-7]",
        "ELU and SELU",
    ],
    mutants=[
        Mutant(
            "the correlation in place of the covariance",
            inputs=inputs("gelu", "distribution function"),
            statement=Eq(by_correlation - mean, 0),
            because="they differ by the factor s t of the two standard deviations",
        ),
        Mutant(
            "one variance for both",
            inputs=inputs("erf", "gelu", "distribution function", "sine", "cosine", "exponential"),
            statement=Eq(by_one_variance - mean, 0),
            because="(1 + K_11)(1 + K_22) is not (1 + root)^2; only homogeneous functions see the product alone",
        ),
    ],
)
