r"""Deep linear networks with batch normalization and Haar weights, exactly: d = 2 at every depth.

At d = 2 the gap is $\varphi_\ell=\frac12\log(1+u_\ell)$, $u_\ell=u_0\prod_{k<\ell}\sin^2(2\theta_k)$ with uniform $\theta_k$,
and $\mathbb E\sin^{2t}(2\theta)=B(t)=\Gamma(t+\frac12)/(\sqrt\pi\,\Gamma(t+1))$.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import flint

from oracles.batchnorm import _normalised_rows, mean_one
from oracles.batchnorm_isometry import largest_drop, mean_log_by_products, row_squares, solved_moments
from oracles.batchnorm_trapezoid import precision
from refute.arithmetic import Certifying
from refute.arithmetic.numbers import ComplexBall

STRIP = Fraction(9, 20)
TERMS = 512


def tangent_square(mp: Any, a: list[Any]) -> Any:
    r"""``u_0 = e^{2 phi_0} - 1`` for the eigenvalues ``2 a / sum(a)``: ``(a_1 - a_2)^2 / (4 a_1 a_2)``."""
    return (a[0] - a[1]) ** 2 / (4 * a[0] * a[1])


def moment(mp: Any, m: Any, depth: int) -> Any:
    r"""``B(m)^depth`` for a rational ``m``."""
    return (mp.gamma(m + Fraction(1, 2)) / (mp.sqrt(mp.pi) * mp.gamma(m + 1))) ** depth


def mean_gap_after(mp: Any, u: Any, depth: int) -> Any:
    r"""``E phi_l`` at d = 2 for ``u_0 = u`` and ``l = depth``.

    The Taylor polynomials of ``log(1 + x)`` enclose it for every ``x >= 0``, so consecutive partial sums of
    ``(1/2) sum_m (-1)^{m+1} B(m)^l u^m / m`` enclose the mean; where they do not come close enough, what is left after the
    N best terms, or after `TERMS`, is the contour integral over ``Re t = N + 1/2``.
    """
    if u == 0:
        return mp.mpf(0)
    if depth == 0:
        return mp.log(1 + u) / 2
    if depth == 1 and _log2(mp, u) > -2:
        return mp.log(1 + u) / 2 + mp.log((1 + 1 / mp.sqrt(1 + u)) / 2)
    bits = precision(mp)
    total, power, share = mp.mpf(0), mp.mpf(1), mp.mpf(1)
    first = size = math.inf
    m = 0
    while True:
        m += 1
        power, share = power * u, share * Fraction(2 * m - 1, 2 * m)
        term = share**depth * power / m
        estimate = _log2(mp, term)
        if m == 1:
            first = estimate
        if estimate < first - bits:
            return mp.between(total, total + (-1) ** (m + 1) * term) / 2
        if estimate >= min(size, _log2(mp, u) / 2 if m == 1 else size) or m == TERMS:
            return total / 2 + contour(mp, u, depth, m - 1, bits)
        size, total = estimate, total + (-1) ** (m + 1) * term


def contour(mp: Any, u: Any, depth: int, skipped: int, bits: int) -> Any:
    r"""$\frac1{4\pi i}\int_{c-i\infty}^{c+i\infty}G(t)\,dt$, $G=\frac{\pi u^t}{t\sin\pi t}B(t)^\ell$, $c$ = ``skipped + 1/2``.

    By the trapezoid rule with step h: the poles of the strip ``|Re t - c| < 1/2`` are at its ends, so the error is at most
    ``(M_- + M_+) / (e^{2 pi a / h} - 1)`` for ``a < 1/2`` with ``M = u^s B(s)^l pi / (s |sin pi s|)`` at ``s = c -+ a``, because
    ``|t| >= s`` and ``|sin pi t| >= |sin pi s| cosh pi y``; what is cut off falls like ``e^{-pi y}``.
    """
    c = skipped + Fraction(1, 2)
    step = mp.mpf(Fraction(1, max(8, bits // 4)))
    count = max(8, bits // 4) * (bits // 5 + 4)
    log_u, root_pi = mp.log(u), mp.sqrt(mp.pi)

    def value(k: int) -> Any:
        t = complex_number(mp, c, k * step)
        ratio = mp.gamma(t + Fraction(1, 2)) / (mp.gamma(t + 1) * root_pi)
        return mp.exp(t * log_u) * ratio**depth * mp.pi / (t * mp.sin(t * mp.pi))

    total = real_part(mp, value(0)) + 2 * mp.fsum(real_part(mp, value(k)) for k in range(1, count + 1))
    decay = mp.exp(-mp.pi * step)
    beyond = 4 * decay ** (count + 1) / (1 - decay) * mp.exp(c * log_u) * moment(mp, mp.mpf(c), depth) * mp.pi / c
    sides = mp.fsum(
        mp.exp(s * log_u) * moment(mp, mp.mpf(s), depth) * mp.pi / (s * abs(mp.sin(mp.pi * s))) for s in (c - STRIP, c + STRIP)
    )
    error = (step * beyond + sides / mp.expm1(2 * mp.pi * STRIP / step)) / (4 * mp.pi)
    value_found = step * total / (4 * mp.pi)
    return mp.between(value_found - error, value_found + error)


def complex_number(mp: Any, real: Any, imaginary: Any) -> Any:
    """A complex number of the arithmetic."""
    if isinstance(mp, Certifying):
        return ComplexBall(flint.acb(mp.convert(real).ball(), mp.convert(imaginary).ball()), True, mp)
    return mp.mpc(mp.convert(real), mp.convert(imaginary))


def real_part(mp: Any, z: Any) -> Any:
    return mp.wrap(z.value.real) if isinstance(z, ComplexBall) else z.real


def _log2(mp: Any, x: Any) -> float:
    """Roughly, to choose a method."""
    return float(mp.to_float(mp.log(x))) / math.log(2)


# iso_decay, iso_lower -----------------------------------------------------------------------------------------------------


def chain(mp: Any, a: list[Any], W: list[Any]) -> dict[str, Any]:
    """One draw of a deep chain on ``X_0 = diag(sqrt(lam))``: the gap after all layers by row norms and one determinant."""
    d = len(a)
    lam = mean_one(mp, a)
    total = mp.fsum(a)
    state = mp.diag([mp.sqrt(d * value / total) for value in a])
    logs = [mp.log(mp.fprod(lam))]
    for weight in W:
        norms, state = _normalised_rows(mp, weight * state)
        logs += [-2 * mp.log(norm) for norm in norms]
    return {**start(mp, a), "phi_last": -mp.fsum(logs) / d}


def start(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The gap of the input and the largest drop in a layer."""
    d = len(a)
    return {"phi": -mp.log(mp.fprod(mean_one(mp, a))) / d, "drop": lambda: largest_drop(mp, d)}


def chain_mean(mp: Any, a: list[Any], L: int) -> dict[str, Any]:
    r"""The mean gap after ``L`` layers: 0 for an orthogonal input, exact at d = 2 for every depth and at any d after one layer.

    Elsewhere enclosed: no layer takes more than ``K_d`` off the mean; it falls on every path, and is at most ``log(1 +
    excess/d)`` of the mean of `inverse_excess` (`iso_inverse_trace`).
    """
    d, known = len(a), start(mp, a)
    lam = mean_one(mp, a)
    if lam[0] == lam[-1]:
        return {**known, "phi_last": mp.mpf(0)}
    if d == 2:
        return {**known, "phi_last": mean_gap_after(mp, tangent_square(mp, a), L)}
    after_one = known["phi"] + mean_log_by_products(mp, lam)
    if L == 1:
        return {**known, "phi_last": after_one}
    low = mp.maximum(mp.mpf(0), after_one - (L - 1) * largest_drop(mp, d))
    return {**known, "phi_last": mp.between(low, mp.minimum(after_one, mean_gap_above(mp, a, L)))}


def plane_mean(mp: Any, a: list[Any], L: int) -> dict[str, Any]:
    """Input gap and mean gap after ``L`` layers at d = 2."""
    u = tangent_square(mp, a)
    return {"phi": mp.log(1 + u) / 2, "phi_last": mean_gap_after(mp, u, L)}


# iso_inverse_trace --------------------------------------------------------------------------------------------------------


def inverse_excess(mp: Any, a: list[Any]) -> Any:
    r"""``tr((X X^T)^{-1}) - d`` for the eigenvalues ``d a / sum(a)`` of ``X X^T``."""
    total = mp.fsum(a)
    return mp.fsum(total / value for value in a) / len(a) - len(a)


def mean_gap_above(mp: Any, a: list[Any], depth: int) -> Any:
    r"""``log(1 + excess/d)`` of the mean excess after ``depth`` layers: what Jensen says of the mean gap."""
    d = len(a)
    return mp.log(1 + inverse_excess(mp, a) * mp.mpf(Fraction(d, d + 2)) ** depth / d)


def inverse_chain(mp: Any, a: list[Any], W: list[Any]) -> dict[str, Any]:
    """One draw of a chain from ``diag(sqrt(lam))``: the squared Frobenius norm of the inverse of the last state, less d."""
    d, total = len(a), mp.fsum(a)
    state = mp.diag([mp.sqrt(d * value / total) for value in a])
    for weight in W:
        _, state = _normalised_rows(mp, weight * state)
    inverse = mp.inverse(state)
    last = mp.fsum(inverse[i, j] ** 2 for i in range(d) for j in range(d)) - d
    return {**start(mp, a), "excess": inverse_excess(mp, a), "excess_last": last}


def inverse_means(mp: Any, a: list[Any], L: int) -> dict[str, Any]:
    r"""The mean of the same, layer by layer: ``tr((X'X'^T)^{-1})`` is the sum over the rows w of ``w^T A w w^T A^{-1} w``.

    Its mean takes fourth moments of Haar entries alone, here the solution of linear equations, and ``tr A = d`` in every layer.
    """
    d = len(a)
    fourth, same_row, *_ = solved_moments(mp, d)
    trace = inverse_excess(mp, a) + d
    for _ in range(L):
        trace = d * (fourth * d + same_row * (d * trace - d))
    return {**start(mp, a), "excess": inverse_excess(mp, a), "excess_last": trace - d}


# iso_d2_chain, iso_d2_mean ------------------------------------------------------------------------------------------------


def plane_path(mp: Any, X: Any, W: list[Any]) -> dict[str, Any]:
    """``cot^2`` of the angle between the rows of every state, from the states themselves, and the cosines of the rotations."""
    state = X
    squares = [_cotangent_square(mp, state)]
    for weight in W:
        image = weight * state
        squares.append(_cotangent_square(mp, image))
        _, state = _normalised_rows(mp, image)
    doubled = [weight[0, 0] ** 2 - weight[0, 1] ** 2 for weight in W]
    sines = [2 * weight[0, 0] * weight[0, 1] for weight in W]
    return {
        "area": abs(X[0, 0] * X[1, 1] - X[0, 1] * X[1, 0]),
        "cotangent_square": squares[0],
        "cotangent_square_last": squares[1:],
        "cosines": [mp.fprod(doubled[:k]) ** 2 for k in range(1, len(W) + 1)],
        "unsquared": lambda: [abs(mp.fprod(doubled[:k])) for k in range(1, len(W) + 1)],
        "sines": lambda: [mp.fprod(sines[:k]) ** 2 for k in range(1, len(W) + 1)],
    }


def _cotangent_square(mp: Any, X: Any) -> Any:
    """From the Gram matrix of the two rows, whatever their norms."""
    inner = X[0, 0] * X[1, 0] + X[0, 1] * X[1, 1]
    first, second = row_squares(mp, X)
    return inner * inner / (first * second - inner * inner)


def plane_draw(mp: Any, a: list[Any], W: list[Any]) -> dict[str, Any]:
    """One draw of a chain from ``diag(sqrt(lam))`` as a product of rational numbers.

    The rows of the input are its eigenbasis, so the first rotation counts with its sine; later states have unit rows.
    """
    u = last = tangent_square(mp, a)
    for k, weight in enumerate(W):
        c, s = weight[0, 0], weight[0, 1]
        last = last * (2 * c * s if k == 0 else c * c - s * s) ** 2
    return {"u": u, "log_u": mp.log(u), "u_last": last, "log_u_last": mp.log(last)}


def plane_means(mp: Any, a: list[Any], L: int) -> dict[str, Any]:
    """``E sin^2`` as the mean over four equispaced angles (exact for its degree), ``E log sin^2`` as that of a beta variable."""
    u = tangent_square(mp, a)
    half = mp.mpf(Fraction(1, 2))
    square = mp.fsum(mp.mpf(value) for value in (0, 1, 0, 1)) / 4
    logarithm = mp.digamma(half) - mp.digamma(2 * half)
    return {"u": u, "log_u": mp.log(u), "u_last": u * square**L, "log_u_last": mp.log(u) + L * logarithm}
