r"""The Hermite coefficients of the usual activations have closed forms.

For orthonormal Hermite polynomials $\mathrm{he}_k=\mathrm{He}_k/\sqrt{k!}$ and $c_k=\mathbb E\,\sigma(X)\mathrm{he}_k(X)$, with
$(-1)!!=1$, and with $m\ge1$ in $c_{2m}$ where $c_0$ is given, $m\ge0$ in all others:
$$\begin{aligned}
\text{ReLU}:&\ c_0=\tfrac1{\sqrt{2\pi}},\ c_1=\tfrac12,\ c_{2m}=\tfrac{(-1)^{m-1}(2m-3)!!}{\sqrt{2\pi(2m)!}}; &
x_+^2:&\ c_0=\tfrac12,\ c_k=\tfrac2{\sqrt k}c_{k-1}^{\mathrm{ReLU}};\\
\mathrm{sign}:&\ c_{2m+1}=\tfrac{2(-1)^m(2m-1)!!}{\sqrt{2\pi(2m+1)!}}; &
e^{ax}:&\ c_k=\tfrac{a^ke^{a^2/2}}{\sqrt{k!}};\\
\sin ax:&\ c_{2m+1}=\tfrac{(-1)^ma^{2m+1}e^{-a^2/2}}{\sqrt{(2m+1)!}}; &
\cos ax:&\ c_{2m}=\tfrac{(-1)^ma^{2m}e^{-a^2/2}}{\sqrt{(2m)!}};
\end{aligned}$$
$$\mathrm{erf}\,ax:\ c_{2m+1}=\tfrac{2a}{\sqrt\pi\sqrt{1+2a^2}}\Big(\tfrac{-2a^2}{1+2a^2}\Big)^m\tfrac{(2m-1)!!}{\sqrt{(2m+1)!}};
\qquad\Phi(x):\ c_0=\tfrac12,\ c_{2m+1}=\tfrac{(-\frac12)^m(2m-1)!!}{2\sqrt{\pi(2m+1)!}};$$
$$x\Phi(x):\ c_0=\tfrac1{2\sqrt\pi},\ c_1=\tfrac12,\ c_{2m}=\tfrac{(-\frac12)^{m-1}(2m-3)!!(2m+1)}{2\sqrt{4\pi(2m)!}} ;$$
all others are 0.  Leaky ReLU with the slope $s=1-2v$ has $2v$ times the even and $2-2v$ times the odd coefficients of ReLU
($|x|$ is $v=1$), a step is half of $1+\mathrm{sign}$.  Derived by integration by parts.
"""

import math

from sympy import Eq

from claims.sources import REFUTE_DERIVED
from oracles import hermite_coefficients as oracle
from refute import Claim, Mutant, quantities, sizes
from strategies.activation_inputs import activation
from strategies.gaussian import line_mean, orthonormal_hermite
from strategies.hermite_coefficients import factors

integral, sign, double, factor, root, norm = quantities("integral sign double factor root norm")
k = sizes("k")


def evaluate(xp, sigma, K, lowest=0):
    one, degrees = xp.ones_like(sigma.parameter), range(lowest, K + 1)
    formulas = [factors(xp, sigma.name, sigma.parameter, degree) for degree in degrees]
    integrals = [line_mean(xp, lambda x, d=d: sigma.value(x) * orthonormal_hermite(d, x), one) for d in degrees]
    return {
        integral: xp.stack(integrals, axis=1),
        sign: xp.stack([formula.sign * one for formula in formulas], axis=1),
        double: xp.stack([formula.double * one for formula in formulas], axis=1),
        factor: xp.stack([formula.factor + 0 * one for formula in formulas], axis=1),
        root: xp.stack([math.exp(math.lgamma(degree + 1) / 2) * one for degree in degrees], axis=1),
        norm: xp.sqrt(sigma.kernel.variance) * one,
    }


def evaluate_higher(xp, sigma, K):
    return evaluate(xp, sigma, K, lowest=2)


def formula(product):
    """The coefficient is a product of factors divided by the root of k!."""
    return Eq(integral[k] - product / root[k], 0)


claim = Claim(
    source=REFUTE_DERIVED.item("Hermite coefficients of activations"),
    provenance="derived",
    inputs={"sigma": activation()},
    sizes={"K": (4, 8)},
    axes={k: (0, "K")},
    statement=formula(sign[k] * double[k] * factor[k]),
    scale=norm,
    evaluate=evaluate,
    oracle=oracle.coefficients,
    oracle_differs="a rigorous integral over both half-lines and exact integers, not nodes and the gamma function",
    definitions={
        integral: "E sigma(X) he_k(X), by quadrature",
        sign: "the alternating sign of the formula",
        double: "the double factorial of the formula",
        factor: "the remaining factor of the formula; 0 where the coefficient is",
        root: "the root of k!",
        norm: "the root of E sigma^2, the scale of the gap",
    },
    notation={
        integral: r"\mathbb{E}\,\sigma\,\mathrm{he}_k",
        sign: "s_k",
        double: "d_k!!",
        factor: "f_k",
        root: r"\sqrt{k!}",
    },
    not_covered=["degrees above 8", "rates outside [2^-8, 1], and slopes s outside [-1, 1 - 2^-7]"],
    mutants=[
        Mutant(
            "no alternating sign",
            statement=formula(double[k] * factor[k]),
            because="c_4 of ReLU, c_2 of cos and c_3 of sin are negative",
        ),
        Mutant(
            "the opposite sign beyond degree 1",
            axes={k: (2, "K")},
            evaluate=evaluate_higher,
            oracle=oracle.higher_coefficients,
            statement=formula(-sign[k] * double[k] * factor[k]),
            because="(-1)^m for (-1)^(m-1): c_2 of ReLU is positive",
        ),
        Mutant(
            "k! in place of its root",
            statement=formula(sign[k] * double[k] * factor[k] / root[k]),
            because="c_2 of ReLU is 1/sqrt(4 pi), not 1/sqrt(8 pi)",
        ),
        Mutant(
            "the next double factorial",
            axes={k: (2, "K")},
            evaluate=evaluate_higher,
            oracle=oracle.higher_coefficients,
            statement=formula(sign[k] * double[k] * (k - 1) * factor[k]),
            because="(2m-1)!! for (2m-3)!!: three times too large for c_4 of ReLU",
        ),
    ],
)
