r"""The Gaussian duals of the usual activations are elementary functions of the correlation.

For standard Gaussians $X,Y$ of correlation $\rho\in[-1,1]$, $\theta=\arccos\rho$, let
$\hat\sigma(\rho)=\mathbb E\,\sigma(X)\sigma(Y)$.  Then, for a rate $a>0$ and a slope $s$,
$$\begin{aligned}
e^{ax}&:\ e^{a^2(1+\rho)}, & \sin ax&:\ e^{-a^2}\sinh a^2\rho, & \cos ax&:\ e^{-a^2}\cosh a^2\rho,\\
\mathrm{erf}\,ax&:\ \tfrac2\pi\arcsin\tfrac{2a^2\rho}{1+2a^2}, & \mathrm{sign}\,x&:\ \tfrac2\pi\arcsin\rho, &
x_+^2&:\ \tfrac1{2\pi}\big(3\sin\theta\cos\theta+(\pi-\theta)(1+2\cos^2\theta)\big),
\end{aligned}$$
$$\Phi(x):\ \tfrac14+\tfrac1{2\pi}\arcsin\tfrac\rho2,\qquad
\text{leaky ReLU (slope }s\text{ on the left)}:\ \tfrac{(1-s)^2}{2\pi}\big(\sin\theta+(\pi-\theta)\cos\theta\big)+s\rho,\qquad
x\Phi(x)\text{ (GELU)}:\ \tfrac\rho4+\tfrac\rho{2\pi}\arcsin\tfrac\rho2+\tfrac1{2\pi\sqrt{4-\rho^2}} .$$

Daniely, Frostig and Singer (2016), arXiv 1602.05897, list most of them; GELU is derived here, as are those of ELU and SELU,
which are closed up to two integrals of entire functions (the probabilities of two quadrants).  $|x|$ is the slope $s=-1$, a
step is half of $1+\mathrm{sign}$.  Near $\rho=-1$ the textbook formulas cancel: $J_1(\theta)\sim\frac13(\pi-\theta)^3$.
"""

from sympy import Eq, pi, sqrt

from claims.sources import DANIELY_2016
from oracles import gaussian_duals
from refute import Claim, Mutant, quantities
from strategies.activation_functions import tanh_gelu
from strategies.activation_inputs import CLOSED, activation
from strategies.gaussian import angle_of, plane_mean
from strategies.kernels import correlation

dual, mean, second, value, arcsine, arcsine_half = quantities("dual mean second value arcsine arcsine_half")


def evaluate(xp, sigma, rho):
    angle, width = angle_of(xp, rho), 1 + 8 * sigma.parameter**2
    return {
        dual: sigma.dual(rho),
        mean: plane_mean(xp, sigma.value, angle),
        second: sigma.kernel.variance + 0 * rho.value,
        value: rho.value,
        arcsine: lambda: xp.asin(rho.value),
        arcsine_half: lambda: xp.asin((1 - 1 / width) * rho.value / 2),
    }


def evaluate_tanh(xp, sigma, rho):
    return {**evaluate(xp, sigma, rho), mean: plane_mean(xp, lambda x: tanh_gelu(xp, x), angle_of(xp, rho))}


def only(name):
    """The inputs with one activation."""
    return {"sigma": activation(name), "rho": correlation(closed=True)}


claim = Claim(
    source=DANIELY_2016.item("table of dual activations"),
    provenance="recalled",
    inputs={"sigma": activation(*CLOSED, "elu", "selu"), "rho": correlation(closed=True)},
    sizes={},
    statement=Eq(dual - mean, 0),
    scale=second,
    evaluate=evaluate,
    oracle=gaussian_duals.closed_form,
    oracle_differs=(
        "the formulas as printed, against an integral over X of the mean over Y given X; "
        "the evaluator splits the dual by parity and integrates over sectors in polar coordinates"
    ),
    definitions={
        dual: "the closed form at rho",
        mean: "E sigma(X) sigma(Y), by quadrature",
        second: "E sigma^2, the scale of the gap",
        value: "the correlation rho",
        arcsine: "arcsin rho",
        arcsine_half: "arcsin of half of 2 a^2 rho / (1 + 2 a^2), for erf(a x)",
    },
    notation={
        dual: r"\hat\sigma(\rho)",
        mean: r"\mathbb{E}\,\sigma(X)\sigma(Y)",
        value: r"\rho",
        arcsine: r"\arcsin\rho",
        arcsine_half: r"\arcsin\frac{a^2\rho}{1+2a^2}",
    },
    not_covered=[
        "rho = -1, where both sides are continuous",
        "unequal variances: isometry/dual_variances",
        "rates outside [2^-8, 1], and slopes s outside [-1, 1 - 2^-7]",
    ],
    mutants=[
        Mutant(
            "GELU by its tanh approximation",
            inputs=only("gelu"),
            evaluate=evaluate_tanh,
            oracle=gaussian_duals.tanh_gelu_dual,
            because="the second moments differ by 2.8e-5",
        ),
        Mutant(
            "arcsin(rho) for GELU",
            inputs=only("gelu"),
            statement=Eq(mean, value / 4 + (value * arcsine + 1 / sqrt(4 - value**2)) / (2 * pi)),
            because="it has arcsin(rho/2): at rho = 1 the mean is 1/3 + 1/(2 pi sqrt 3)",
        ),
        Mutant(
            "arcsin of half the argument for erf",
            inputs=only("erf"),
            statement=Eq(mean, 2 * arcsine_half / pi),
            because="for a = 1 it is arcsin(2 rho/3), not arcsin(rho/3)",
        ),
        Mutant(
            "arcsin(rho) for erf",
            inputs=only("erf"),
            statement=Eq(mean, 2 * arcsine / pi),
            because="that is the sign, the limit of a large rate",
        ),
    ],
)
