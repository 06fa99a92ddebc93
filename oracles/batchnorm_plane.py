r"""Derivatives of networks with batch normalization in width two, exactly.

Only the angle $\Delta$ between the two rows matters; $\alpha_1,\alpha_2$ are the angles of the rows themselves.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.batchnorm import _normalised_rows, _tangent
from oracles.batchnorm_chain import mean_gap_after
from oracles.batchnorm_isometry import row_squares
from oracles.batchnorm_trapezoid import half_angle_means

# grad_d2_exact, grad_d2_exact_mean, grad_d2_degenerate, grad_d2_gaussian --------------------------------------------------


def plane_derivative(mp: Any, X: Any, W: list[Any]) -> dict[str, Any]:
    """``d Delta_l / d Delta_0`` by moving the second row alone, and the sines of the angles from the states."""
    state = X
    moved = mp.matrix([[mp.mpf(0), mp.mpf(0)], [X[1, 1], -X[1, 0]]])  # the second row turned backwards
    sines, derivatives, cosine, cosines = [], [], mp.mpf(1), []
    for weight in W:
        image, change = weight * state, weight * moved
        squares = row_squares(mp, image)
        turns = [(image[j, 0] * change[j, 1] - image[j, 1] * change[j, 0]) / squares[j] for j in (0, 1)]
        derivatives.append(abs(turns[0] - turns[1]))
        sines.append(_sine_square(mp, image))
        norms, state = _normalised_rows(mp, image)
        moved = _tangent(mp, change, state, norms)
        cosine = cosine * abs(weight[0, 0] ** 2 - weight[0, 1] ** 2)
        cosines.append(cosine)
    return {
        "area": abs(X[0, 0] * X[1, 1] - X[0, 1] * X[1, 0]),
        "sine_square": _sine_square(mp, X),
        "sine_square_last": sines,
        "derivative": derivatives,
        "cosines": cosines,
        "cosine_squares": lambda: [value * value for value in cosines],
        "sine_last": lambda: [mp.sqrt(value) for value in sines],
        "sine": lambda: mp.sqrt(_sine_square(mp, X)),
    }


def _sine_square(mp: Any, X: Any) -> Any:
    area = X[0, 0] * X[1, 1] - X[0, 1] * X[1, 0]
    return area * area / mp.fprod(row_squares(mp, X))


def plane_log_derivative(mp: Any, X: Any, W: list[Any]) -> dict[str, Any]:
    """One draw of the logarithm of the derivative and of the gap after all layers."""
    path = plane_derivative(mp, X, W)
    return {
        **_plane_start(mp, X),
        "log_derivative": mp.log(path["derivative"][-1]),
        "phi_last": -mp.log(path["sine_square_last"][-1]) / 2,
    }


def _plane_start(mp: Any, X: Any) -> dict[str, Any]:
    square = _sine_square(mp, X)
    return {"sine_square": square, "phi": lambda: -mp.log(square) / 2}


def plane_log_derivative_mean(mp: Any, X: Any, L: int) -> dict[str, Any]:
    r"""Means over Haar weights for L <= 2: Jensen's formula for one layer, averaged over the angle of the first for two.

    One layer: ``log 2 - 2 log(1 + sin Delta)``; with ``u = cot^2 Delta`` the next layer has ``u cos^2(2 theta)``.
    """
    known = _plane_start(mp, X)
    if known["sine_square"] == 0:
        return {**known, "log_derivative": L * mp.log(2), "phi_last": mp.inf}
    u = 1 / known["sine_square"] - 1
    total = mp.log(2) - 2 * mp.log(1 + 1 / mp.sqrt(1 + u))
    if L == 2:
        total = total + mp.log(2) - 2 * _mean_log_one_plus_sine(mp, u)
    return {**known, "log_derivative": total, "phi_last": mean_gap_after(mp, u, L)}


def _mean_log_one_plus_sine(mp: Any, u: Any) -> Any:
    r"""``E log(1 + (1 + u sin^2 psi)^{-1/2})`` for a uniform angle."""

    def integrand(share: Any) -> Any:
        sine = mp.sin(share * mp.pi / 2)
        return mp.log(1 + 1 / mp.sqrt(1 + u * (sine * sine)))

    points, point = [mp.mpf(1)], mp.mpf(1)
    while point * point * u > 1:
        point = point / 16
        points.append(point)
    return mp.quad(integrand, [mp.mpf(0), *reversed(points)])


def degenerate_derivative(mp: Any, W: list[Any]) -> dict[str, Any]:
    """One draw for two equal rows: the derivative by the cosines of the rotations alone."""
    cosines = mp.fprod(abs(weight[0, 0] ** 2 - weight[0, 1] ** 2) for weight in W)
    return {"log_derivative": -mp.log(cosines), "derivative": 1 / cosines}


def degenerate_derivative_mean(mp: Any, L: int) -> dict[str, Any]:
    """``cos^2`` of a uniform angle is a beta variable, whose mean logarithm is ``psi(1/2) - psi(1)``; ``E 1/|cos|`` is infinite."""
    logarithm = mp.digamma(mp.mpf(Fraction(1, 2))) - mp.digamma(mp.mpf(1))
    return {"log_derivative": -L * logarithm / 2, "derivative": mp.inf}


def gaussian_derivative(mp: Any, X: Any, W: Any) -> dict[str, Any]:
    """One draw of a Gaussian layer at d = 2: ``d alpha_j / d Delta = Re 1/(1 + t_j e^{-i Delta})``, t_j a quotient of weights."""
    square = _sine_square(mp, X)
    inner = (X[0, 0] * X[1, 0] + X[0, 1] * X[1, 1]) / mp.sqrt(mp.fprod(row_squares(mp, X)))
    turns = []
    for j in (0, 1):
        t = W[j, 0] / W[j, 1]
        turns.append((1 + t * inner) / (1 + 2 * t * inner + t * t))
    return {
        "sine": mp.sqrt(square),
        "log_derivative": mp.log(abs(turns[1] - turns[0])),
        "sine_square": square,
    }


def gaussian_derivative_mean(mp: Any, X: Any) -> dict[str, Any]:
    r"""Each turn is ``1/2 + cos(eta) / (2 sin Delta)`` with a wrapped Cauchy ``eta`` of parameter ``i rho``.

    ``|cos eta_2 - cos eta_1| = 2 |sin(s/2) sin(t/2)|`` for the sum s and the difference t, wrapped Cauchy of the parameters ``-rho^2`` and
    ``rho^2``; the means of the two logarithms are integrals over the tangents of the half-angles, Cauchy variables.
    """
    square = _sine_square(mp, X)
    sine = mp.sqrt(square)
    if square == 0:
        return {"sine": sine, "sine_square": square, "log_derivative": mp.mpf(0)}
    q = (1 - sine) / (1 + sine)  # rho^2
    scale = (1 - q) / (1 + q)
    logs = [half_angle_means(mp, tau)[-1] for tau in (scale, 1 / scale)]
    return {"sine": sine, "sine_square": square, "log_derivative": mp.fsum(logs) / 2 - mp.log(sine)}
