r"""The activations themselves and their derivatives, as functions whose Gaussian expectations can be integrated.

Each function comes with $\mathbb E\,\sigma(\mu+sZ)$ in closed form where there is one, from $\mathbb E\,e^{aY}$,
$\mathbb E\,\Phi(aY)$ and Stein's identity.  A derivative is the one almost everywhere.  The parameter ``v`` of a family
is that of `oracles.activations`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from oracles.gaussian import Function, density, distribution, even, odd, whole

Builder = Callable[[Any, Any], Function]


def ramp(mp: Any, mu: Any, s: Any) -> Any:
    r"""$\mathbb E\max(\mu+sZ,0)$."""
    return mu * distribution(mp, mu / s) + s * density(mp, mu / s)


def leaky_relu(mp: Any, v: Any) -> Function:
    slope = 1 - 2 * v
    return Function(lambda x: x, lambda x: -slope * x, lambda mu, s: slope * mu + (1 - slope) * ramp(mp, mu, s))


def leaky_step(mp: Any, v: Any) -> Function:
    slope = 1 - 2 * v

    def mean(mu: Any, s: Any) -> Any:
        return slope + (1 - slope) * distribution(mp, mu / s)

    return Function(lambda x: 0 * x + 1, lambda x: 0 * x + slope, mean)


def exponential(mp: Any, v: Any) -> Function:
    return whole(lambda x: mp.exp(2 * v * x), lambda mu, s: mp.exp(2 * v * mu + 2 * v * v * s * s), rate=2)


def exponential_slope(mp: Any, v: Any) -> Function:
    return scaled(exponential(mp, v), 2 * v)


def sine(mp: Any, v: Any) -> Function:
    return odd(lambda x: mp.sin(2 * v * x), lambda mu, s: mp.exp(-2 * v * v * s * s) * mp.sin(2 * v * mu))


def cosine(mp: Any, v: Any) -> Function:
    return even(lambda x: mp.cos(2 * v * x), lambda mu, s: mp.exp(-2 * v * v * s * s) * mp.cos(2 * v * mu))


def erf(mp: Any, v: Any) -> Function:
    return odd(lambda x: mp.erf(2 * v * x), lambda mu, s: mp.erf(2 * v * mu / mp.sqrt(1 + 8 * v * v * s * s)))


def erf_slope(mp: Any, v: Any) -> Function:
    height, square = 4 * v / mp.sqrt(mp.pi), 4 * v * v

    def mean(mu: Any, s: Any) -> Any:
        width = 1 + 2 * square * s * s
        return height * mp.exp(-square * mu * mu / width) / mp.sqrt(width)

    return even(lambda x: height * mp.exp(-square * x * x), mean, scale=3)


def distribution_function(mp: Any, v: Any) -> Function:
    return whole(lambda x: distribution(mp, x), lambda mu, s: distribution(mp, mu / mp.sqrt(1 + s * s)))


def distribution_slope(mp: Any, v: Any) -> Function:
    def mean(mu: Any, s: Any) -> Any:
        root = mp.sqrt(1 + s * s)
        return density(mp, mu / root) / root

    return even(lambda x: density(mp, x), mean)


def sign(mp: Any, v: Any) -> Function:
    return odd(lambda x: 0 * x + 1, lambda mu, s: mp.erf(mu / (s * mp.sqrt(mp.mpf(2)))))


def zero(mp: Any, v: Any) -> Function:
    """The derivative of the sign almost everywhere."""
    return even(lambda x: 0 * x, lambda mu, s: 0 * mu)


def gelu(mp: Any, v: Any) -> Function:
    def mean(mu: Any, s: Any) -> Any:
        root = mp.sqrt(1 + s * s)
        return mu * distribution(mp, mu / root) + s * s / root * density(mp, mu / root)

    return whole(lambda x: x * distribution(mp, x), mean)


def gelu_slope(mp: Any, v: Any) -> Function:
    def mean(mu: Any, s: Any) -> Any:
        root = mp.sqrt(1 + s * s)
        return distribution(mp, mu / root) + mu / root**3 * density(mp, mu / root)

    return whole(lambda x: distribution(mp, x) + x * density(mp, x), mean, scale=2)


def squared_relu(mp: Any, v: Any) -> Function:
    def mean(mu: Any, s: Any) -> Any:
        return (mu * mu + s * s) * distribution(mp, mu / s) + mu * s * density(mp, mu / s)

    return Function(lambda x: x * x, lambda x: 0 * x, mean, scale=2)


def squared_relu_slope(mp: Any, v: Any) -> Function:
    return scaled(leaky_relu(mp, mp.mpf(Fraction(1, 2))), 2)


def tanh_gelu(mp: Any, v: Any) -> Function:
    """The approximation of GELU by a hyperbolic tangent that libraries offer."""
    root, cubic = mp.sqrt(2 / mp.pi), mp.mpf(Fraction(44715, 1000000))
    return whole(lambda x: x * (1 + mp.tanh(root * (x + cubic * x * x * x))) / 2)


def tanh_gelu_slope(mp: Any, v: Any) -> Function:
    root, cubic = mp.sqrt(2 / mp.pi), mp.mpf(Fraction(44715, 1000000))

    def slope(x: Any) -> Any:
        bend = mp.tanh(root * (x + cubic * x * x * x))
        return (1 + bend + x * (1 - bend * bend) * root * (1 + 3 * cubic * x * x)) / 2

    return whole(slope, scale=2)


def tanh(mp: Any, v: Any) -> Function:
    return odd(mp.tanh)


def tanh_slope(mp: Any, v: Any) -> Function:
    return even(lambda x: 1 - mp.tanh(x) * mp.tanh(x))


def logistic(mp: Any, x: Any) -> Any:
    """``1 / (1 + e^{-x})``."""
    return (1 + mp.tanh(x / 2)) / 2


def sigmoid(mp: Any, v: Any) -> Function:
    return whole(lambda x: logistic(mp, x))


def sigmoid_slope(mp: Any, v: Any) -> Function:
    return even(lambda x: logistic(mp, x) * logistic(mp, -x))


def silu(mp: Any, v: Any) -> Function:
    return whole(lambda x: x * logistic(mp, x))


def silu_slope(mp: Any, v: Any) -> Function:
    return whole(lambda x: logistic(mp, x) * (1 + x * logistic(mp, -x)), scale=2)


def softplus(mp: Any, v: Any) -> Function:
    """``log(1 + e^x)``, on the right as ``x + log(1 + e^{-x})``."""

    def left(x: Any) -> Any:
        return mp.log(1 + mp.exp(-x))

    return Function(lambda x: x + left(x), left)


def exponential_on_left(mp: Any, mu: Any, s: Any) -> Any:
    r"""$\mathbb E\,e^Y\mathbf 1_{Y<0}$ for $Y=\mu+sZ$."""
    return mp.exp(mu + s * s / 2) * distribution(mp, -mu / s - s)


def bent(mp: Any, scale: Any, weight: Any) -> Function:
    """``scale x`` on the right, ``scale weight (e^x - 1)`` on the left."""

    def mean(mu: Any, s: Any) -> Any:
        return scale * (ramp(mp, mu, s) + weight * (exponential_on_left(mp, mu, s) - distribution(mp, -mu / s)))

    return Function(lambda x: scale * x, lambda x: scale * weight * (mp.exp(-x) - 1), mean, scale=2)


def bent_slope(mp: Any, scale: Any, weight: Any) -> Function:
    def mean(mu: Any, s: Any) -> Any:
        return scale * (distribution(mp, mu / s) + weight * exponential_on_left(mp, mu, s))

    return Function(lambda x: 0 * x + scale, lambda x: scale * weight * mp.exp(-x), mean, scale=2)


def elu(mp: Any, v: Any) -> Function:
    return bent(mp, mp.mpf(1), mp.mpf(1))


def elu_slope(mp: Any, v: Any) -> Function:
    return bent_slope(mp, mp.mpf(1), mp.mpf(1))


def selu_constants(mp: Any) -> tuple[Any, Any]:
    r"""The scale $\lambda$ and the weight $\alpha$ of the negative side that give mean 0 and second moment 1.

    $\alpha=\frac1{\sqrt{2\pi}}\big/\big(\frac12-\sqrt e\,\Phi(-1)\big)$ and
    $\lambda^{-2}=\frac12+\alpha^2\big(e^2\Phi(-2)-2\sqrt e\,\Phi(-1)+\frac12\big)$.
    """
    half, one, two = mp.mpf(Fraction(1, 2)), mp.mpf(1), mp.mpf(2)
    first = mp.exp(half) * distribution(mp, -one)
    weight = 1 / mp.sqrt(2 * mp.pi) / (half - first)
    square = half + weight**2 * (mp.exp(two) * distribution(mp, -two) - 2 * first + half)
    return 1 / mp.sqrt(square), weight


def selu(mp: Any, v: Any) -> Function:
    return bent(mp, *selu_constants(mp))


def selu_slope(mp: Any, v: Any) -> Function:
    return bent_slope(mp, *selu_constants(mp))


def softsign(mp: Any, v: Any) -> Function:
    return odd(lambda x: x / (1 + x))


def softsign_slope(mp: Any, v: Any) -> Function:
    return even(lambda x: 1 / ((1 + x) * (1 + x)))


def tanh_bend(mp: Any, v: Any) -> Function:
    return odd(lambda x: 2 * mp.tanh(x) * (mp.tanh(x) * mp.tanh(x) - 1))


def sigmoid_bend(mp: Any, v: Any) -> Function:
    return odd(lambda x: logistic(mp, x) * logistic(mp, -x) * (logistic(mp, -x) - logistic(mp, x)))


def silu_bend(mp: Any, v: Any) -> Function:
    """``(x s(x))'' = 2 s' + x s''`` for the logistic function ``s``."""

    def bend(x: Any) -> Any:
        rising, falling = logistic(mp, x), logistic(mp, -x)
        return rising * falling * (2 + x * (falling - rising))

    return even(bend)


def softsign_bend(mp: Any, v: Any) -> Function:
    return odd(lambda x: -2 / (1 + x) ** 3, scale=2)


def scaled(f: Function, factor: Any) -> Function:
    """``factor f`` for a factor of absolute value at most 2."""
    mean = f.mean

    def moved(mu: Any, s: Any) -> Any:
        return factor * mean(mu, s) if mean is not None else None

    return Function(
        lambda x: factor * f.right(x),
        lambda x: factor * f.left(x),
        moved if mean is not None else None,
        scale=2 * f.scale,
        rate=f.rate,
    )


# the function and its derivative, by the name of the activation
FUNCTIONS: dict[str, tuple[Builder, Builder]] = {
    "leaky relu": (leaky_relu, leaky_step),
    "exponential": (exponential, exponential_slope),
    "sine": (sine, lambda mp, v: scaled(cosine(mp, v), 2 * v)),
    "cosine": (cosine, lambda mp, v: scaled(sine(mp, v), -2 * v)),
    "erf": (erf, erf_slope),
    "distribution function": (distribution_function, distribution_slope),
    "sign": (sign, zero),
    "gelu": (gelu, gelu_slope),
    "squared relu": (squared_relu, squared_relu_slope),
    "tanh": (tanh, tanh_slope),
    "sigmoid": (sigmoid, sigmoid_slope),
    "silu": (silu, silu_slope),
    "softplus": (softplus, sigmoid),
    "elu": (elu, elu_slope),
    "selu": (selu, selu_slope),
    "softsign": (softsign, softsign_slope),
}

# the second derivative of those without a closed dual
BENDS: dict[str, Builder] = {
    "tanh": tanh_bend,
    "sigmoid": sigmoid_bend,
    "silu": silu_bend,
    "softplus": sigmoid_slope,
    "softsign": softsign_bend,
}
