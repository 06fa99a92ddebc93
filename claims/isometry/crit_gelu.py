r"""GELU is critical at one variance only: the positive root of $K^2-3K-2$.

For $\sigma(x)=x\Phi(x)$, $z\sim\mathcal N(0,1)$ and $K>0$ let $g(K)=\mathbb E\,\sigma(\sqrt Kz)^2$.  A network with the
variances $C_W,C_b$ of weights and biases is critical at $K$ if $K=C_b+C_Wg(K)$, $C_Wg'(K)=1$ and
$C_W\,\mathbb E\,\sigma'(\sqrt Kz)^2=1$.  Exactly,
$$g'(K)-\mathbb E\,\sigma'(\sqrt Kz)^2=-\frac{K(K^2-3K-2)}{2\pi(1+K)^2(1+2K)^{3/2}},$$
so the only critical variance is $K^*=\frac{3+\sqrt{17}}2=3.5615528\dots$, with $C_W=1.98305825743754\dots$ and
$C_b=0.17292239075606\dots$.

The half-stable universality class of Roberts, Yaida and Hanin (2022), §5.3, where the numbers are given; the identity is derived
here from $g(K)=\frac K4+\frac K{2\pi}\arcsin\frac K{1+K}+\frac{K^2}{\pi(1+K)\sqrt{1+2K}}$, of which
`isometry/dual_variances` is the form for two variances.  The digits are in `isometry/crit_points`; SiLU, whose critical variance
has no closed form, is in `isometry/crit_silu`.
"""

import math

from sympy import Eq, Rational, pi

from claims.sources import ROBERTS_2022
from oracles import criticality as oracle
from refute import Claim, Mutant, quantities
from strategies.activation_functions import tanh_gelu, tanh_gelu_slope
from strategies.activation_inputs import variance
from strategies.gaussian import line_mean

growth, susceptibility, K = quantities("growth susceptibility K")


def evaluate(xp, K):
    root, arc = xp.sqrt(1 + 2 * K), xp.asin(K / (1 + K)) / (2 * math.pi)
    edge = K * K / (math.pi * (1 + K) * root)
    return {
        "growth": 0.25 + arc + K / (2 * math.pi * (1 + K) * root) + edge * (2 / K - 1 / (1 + K) - 1 / (1 + 2 * K)),
        "susceptibility": 0.25 + arc + K * (3 + 5 * K) / (2 * math.pi * (1 + K) * root**3),
        "K": K,
    }


def evaluate_tanh(xp, K):
    scale = xp.sqrt(K)[:, None]
    return {
        growth: line_mean(xp, lambda z: z / scale * tanh_gelu(xp, scale * z) * tanh_gelu_slope(xp, scale * z), K),
        susceptibility: line_mean(xp, lambda z: tanh_gelu_slope(xp, scale * z) ** 2, K),
        "K": K,
    }


def identity(polynomial):
    return Eq(growth - susceptibility, -K * polynomial / (2 * pi * (1 + K) ** 2 * (1 + 2 * K) ** Rational(3, 2)))


claim = Claim(
    source=ROBERTS_2022.item("§5.3, half-stable class"),
    provenance="derived",
    inputs={"K": variance(high=4096.0)},
    sizes={},
    statement=identity(K**2 - 3 * K - 2),
    evaluate=evaluate,
    oracle=oracle.gelu,
    oracle_differs="rigorous integrals of the definitions, g' as E z s(rz) s'(rz)/r with r^2 = K, not closed forms",
    definitions={
        growth: "the derivative of the second moment of GELU in the variance K",
        susceptibility: "E s'(sqrt(K) z)^2 for GELU",
        K: "the variance",
    },
    notation={growth: "g'(K)", susceptibility: r"\mathbb{E}\,\sigma'(\sqrt Kz)^2"},
    not_covered=[
        "the digits of C_W and C_b: isometry/crit_points",
        "variances above 4096 or below 2^-20",
    ],
    mutants=[
        Mutant(
            "critical at half that variance",
            statement=identity(4 * K**2 - 6 * K - 2),
            because="(3 + sqrt 17)/4 is the root of 4 K^2 - 6 K - 2",
        ),
        Mutant(
            "the opposite sign",
            statement=identity(-(K**2) + 3 * K + 2),
            because="below the critical variance the second moment grows faster: at K = 1 the difference is positive",
        ),
        Mutant(
            "GELU by its tanh approximation",
            inputs={"K": variance(high=4.0)},
            evaluate=evaluate_tanh,
            oracle=oracle.tanh_gelu_moments,
            because="at K = 1 its difference is 0.03073, that of GELU and of the right side 0.03063",
        ),
    ],
)
