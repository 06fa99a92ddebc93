r"""Two samples in layers with batch normalization and Gaussian weights, exactly: a walk of wrapped Cauchy steps.

The Gram matrix of a layer of Frobenius norm 1 is ``I/2 + ((Re zeta, Im zeta), (Im zeta, -Re zeta)) / 2``; a layer makes ``zeta' =
(1/d) sum z_k`` with ``E z_k^m = beta^m``, ``beta = rho zeta / |zeta|``, ``rho = (sigma_1 - sigma_2) / (sigma_1 + sigma_2)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles import batchnorm_trapezoid

# n2_wrapped_cauchy, n2_wrapped_cauchy_moments --------------------------------------------------------------------------


def turn(mp: Any, t: Any) -> tuple[Any, Any]:
    """Cosine and sine of twice the angle whose half has the tangent ``t``: the square of the unit number of parameter t."""
    norm = 1 + t * t
    c, s = (1 - t * t) / norm, 2 * t / norm
    return c * c - s * s, 2 * c * s


def multiply(x: tuple[Any, Any], y: tuple[Any, Any]) -> tuple[Any, Any]:
    """The product of two complex numbers given as pairs."""
    return x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]


def power(mp: Any, x: tuple[Any, Any], m: int) -> tuple[Any, Any]:
    result: tuple[Any, Any] = (mp.mpf(1), mp.mpf(0))
    for _ in range(m):
        result = multiply(result, x)
    return result


def step(y: tuple[Any, Any]) -> tuple[Any, Any]:
    """``(y_1 + i y_2)^2 / |y|^2``."""
    norm = y[0] * y[0] + y[1] * y[1]
    square = multiply(y, y)
    return square[0] / norm, square[1] / norm


def moebius_layer(mp: Any, sigma: list[Any], t: Any, W: Any) -> dict[str, Any]:
    r"""A layer for the weights ``W``: ``zeta'`` from the Gram matrix of the normalised rows, and as a mean of Moebius images.

    ``H`` has the singular values ``sigma`` (up to a factor) and right singular vectors turned by the angle of parameter ``t``.
    """
    norm = 1 + t * t
    c, s = (1 - t * t) / norm, 2 * t / norm
    d = W.rows
    first, second, cross = mp.mpf(0), mp.mpf(0), mp.mpf(0)
    images = [mp.mpf(0), mp.mpf(0)]
    rho = (sigma[0] - sigma[1]) / (sigma[0] + sigma[1])
    beta = multiply((rho, mp.mpf(0)), turn(mp, t))
    for k in range(d):
        w = (W[k, 0], W[k, 1])
        y = (sigma[0] * w[0], sigma[1] * w[1])
        row = (c * y[0] - s * y[1], s * y[0] + c * y[1])
        square = row[0] ** 2 + row[1] ** 2
        first, second = first + row[0] ** 2 / square, second + row[1] ** 2 / square
        cross = cross + row[0] * row[1] / square
        u = multiply(step(w), turn(mp, t))
        top = (u[0] + beta[0], u[1] + beta[1])
        bottom = multiply((beta[0], -beta[1]), u)
        below = (1 + bottom[0], -bottom[1])
        scale = below[0] ** 2 + below[1] ** 2
        image = multiply(top, below)
        images = [images[0] + image[0] / scale, images[1] + image[1] / scale]
    gram = [[first / d, cross / d], [cross / d, second / d]]
    square_gap = (gram[0][0] ** 2 + gram[1][1] ** 2 + 2 * gram[0][1] ** 2) - mp.mpf(Fraction(1, 2))
    return {
        "real": gram[0][0] - gram[1][1],
        "imaginary": 2 * gram[0][1],
        "real_image": images[0] / d,
        "imaginary_image": images[1] / d,
        "square_gap": square_gap,
        "determinant": gram[0][0] * gram[1][1] - gram[0][1] ** 2,
        "real_wrong": lambda: _wrong_image(mp, sigma, t, W),
    }


def _wrong_image(mp: Any, sigma: list[Any], t: Any, W: Any) -> Any:
    """The real part of the mean of Moebius images with ``sigma_1^2 - sigma_2^2`` over the sum of squares for ``rho``."""
    squares = [value * value for value in sigma]
    r = (squares[0] - squares[1]) / (squares[0] + squares[1])
    total = mp.mpf(0)
    for k in range(W.rows):
        u = step((W[k, 0], W[k, 1]))
        below = (1 + r * u[0], -r * u[1])
        image = multiply((u[0] + r, u[1]), below)
        image = multiply(image, turn(mp, t))
        total = total + image[0] / (below[0] ** 2 + below[1] ** 2)
    return total / W.rows


def circular_moments(mp: Any, sigma: list[Any], t: Any, W: Any, M: int) -> dict[str, Any]:
    """One draw: powers of the first step, and ``|zeta'|^2`` of all of them."""
    steps = [multiply(step((sigma[0] * W[k, 0], sigma[1] * W[k, 1])), turn(mp, t)) for k in range(W.rows)]
    mean = [mp.fsum(z[part] for z in steps) / W.rows for part in (0, 1)]
    powers = [power(mp, steps[0], m) for m in range(1, M + 1)]
    return {
        **_beta_powers(mp, sigma, t, M),
        "real": [z[0] for z in powers],
        "imaginary": [z[1] for z in powers],
        "square": mean[0] ** 2 + mean[1] ** 2,
    }


def circular_moments_expectation(mp: Any, sigma: list[Any], t: Any, d: int, M: int) -> dict[str, Any]:
    r"""Their means by integrals: ``z = (1 + i x) / (1 - i x)``, up to the turn, with a Cauchy variable of scale ``sigma_2 / sigma_1``.

    ``E Im z^m = 0`` by the symmetry of ``x``.  ``E |zeta'|^2`` by pairs of rows.
    """
    circle = batchnorm_trapezoid.circular_means(mp, sigma[1] / sigma[0], M)
    means = [multiply((mean, mp.mpf(0)), power(mp, turn(mp, t), m)) for m, mean in enumerate(circle, start=1)]
    return {
        **_beta_powers(mp, sigma, t, M),
        "real": [z[0] for z in means],
        "imaginary": [z[1] for z in means],
        "square": (d + d * (d - 1) * (means[0][0] ** 2 + means[0][1] ** 2)) / d**2,
    }


def _beta_powers(mp: Any, sigma: list[Any], t: Any, M: int) -> dict[str, Any]:
    rho = (sigma[0] - sigma[1]) / (sigma[0] + sigma[1])
    beta = multiply((rho, mp.mpf(0)), turn(mp, t))
    powers = [power(mp, beta, m) for m in range(1, M + 1)]
    squares = [value * value for value in sigma]
    other = (squares[0] - squares[1]) / (squares[0] + squares[1])
    return {
        "real_power": [z[0] for z in powers],
        "imaginary_power": [z[1] for z in powers],
        "rho": rho,
        "other_rho": other,
        "real_normal": [abs(rho) ** (m * m - m) * z[0] for m, z in enumerate(powers, start=1)],
    }


# n2_closed_form --------------------------------------------------------------------------------------------------------


def two_by_two(mp: Any, sigma: list[Any], W: Any) -> dict[str, Any]:
    """One draw at ``n = d = 2``: ``|zeta'|`` and ``log(1 - |zeta'|^2)`` through the determinant of the normalised rows."""
    rows = [(sigma[0] * W[k, 0], sigma[1] * W[k, 1]) for k in range(2)]
    norms = [x * x + y * y for x, y in rows]
    cross = (rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]) ** 2 / (norms[0] * norms[1])
    along = (rows[0][0] * rows[1][0] + rows[0][1] * rows[1][1]) ** 2 / (norms[0] * norms[1])
    return {**_before(mp, sigma), "radius": mp.sqrt_of_squares(along), "square": along, "log_rest": mp.log(cross)}


def two_by_two_expectation(mp: Any, sigma: list[Any]) -> dict[str, Any]:
    r"""Means over the angle ``Theta`` between the steps, wrapped Cauchy of parameter ``q = rho^2``: ``|zeta'| = |cos(Theta/2)|``.

    As integrals: ``tan(Theta/2)`` is Cauchy of scale ``(1 - q)/(1 + q)``.
    """
    q = ((sigma[0] - sigma[1]) / (sigma[0] + sigma[1])) ** 2
    means = batchnorm_trapezoid.half_angle_means(mp, (1 - q) / (1 + q))
    return {**_before(mp, sigma), **dict(zip(("radius", "square", "log_rest"), means, strict=True))}


def _before(mp: Any, sigma: list[Any]) -> dict[str, Any]:
    total = sigma[0] ** 2 + sigma[1] ** 2
    r, s = abs(sigma[0] ** 2 - sigma[1] ** 2) / total, 2 * sigma[0] * sigma[1] / total
    return {
        "before": r,
        "root": s,
        "arc": mp.mpf(1) if r == 0 else mp.asin(r) / r,
        "log_before": 2 * mp.log(s),
        "log_factor": -2 * mp.log(1 + s),
    }


# gap_a1_probability ----------------------------------------------------------------------------------------------------


def least_below(mp: Any, sigma: list[Any], t: Any, W: Any) -> dict[str, Any]:
    """One draw: ``sigma_2(H_1)^2 < alpha^2`` if the larger root of ``x^2 - x + det`` is above ``1 - alpha^2``."""
    rows = [(sigma[0] * W[k, 0], sigma[1] * W[k, 1]) for k in range(2)]
    norms = [x * x + y * y for x, y in rows]
    determinant = (rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]) ** 2 / (4 * norms[0] * norms[1])
    under = determinant < t * t * (1 - t * t)
    return {"below": mp.mpf(int(under)), **_chances(mp, sigma, t)}


def least_below_expectation(mp: Any, sigma: list[Any], t: Any) -> dict[str, Any]:
    """Its probability: ``tan(Theta/2)`` is Cauchy of scale ``(1 - q)/(1 + q)``."""
    tau = sigma[0] / sigma[1]
    slope = 2 * t * mp.sqrt(1 - t * t) / (1 - 2 * t * t)
    return {"below": 1 - 2 * mp.atan(2 / ((tau + 1 / tau) * slope)) / mp.pi, **_chances(mp, sigma, t)}


def _chances(mp: Any, sigma: list[Any], t: Any) -> dict[str, Any]:
    q = ((sigma[0] - sigma[1]) / (sigma[0] + sigma[1])) ** 2
    cosine = 1 - 8 * t * t * (1 - t * t)
    argument = ((1 + q * q) * cosine - 2 * q) / (1 + q * q - 2 * q * cosine)
    return {"chance": mp.acos(argument) / mp.pi, "isotropic": 4 * mp.asin(t) / mp.pi, "alpha": t}
