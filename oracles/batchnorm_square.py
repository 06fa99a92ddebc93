"""Square batches, as many samples as features, in a layer with Gaussian weights and batch normalization, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.batchnorm import mean_log_form, mean_one
from oracles.batchnorm_isometry import mean_log_by_angles, mean_log_by_products, mean_log_of_rows
from oracles.batchnorm_trapezoid import mean_log_chi_square


def square_layer(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """One draw of the isometry gap of the normalised rows of ``W diag(sqrt(a))``: one determinant, one product of norms."""
    n = len(a)
    norms = mp.fprod(mp.fsum(a[i] * W[k, i] ** 2 for i in range(n)) for k in range(n))
    return {**_before(mp, a), "phi_next": (mp.log(norms) - mp.log(mp.fprod(a) * mp.det(W) ** 2)) / n}


def square_layer_expectation(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The mean: ``E log det W^2`` by logarithms of chi-square variables, as integrals.

    The direction of a row by its angles for n = 3, else by `mean_log_of_rows`.  The statement's ``E log q`` is a closed form for
    n = 2, else the integral over the difference of two products.
    """
    n, lam = len(a), mean_one(mp, a)
    before = {**_before(mp, a), "log_form": mean_log_by_products(mp, lam)}
    direction = mean_log_by_angles(mp, lam) if n == 3 else mean_log_of_rows(mp, lam)
    row = direction + mean_log_chi_square(mp, n)
    weights = mp.fsum(mean_log_chi_square(mp, j) for j in range(1, n + 1))
    return {**before, "phi_next": row - weights / n - mp.log(mp.fprod(lam)) / n}


def _before(mp: Any, a: list[Any]) -> dict[str, Any]:
    n, lam = len(a), mean_one(mp, a)
    rational, halves = Fraction(0), 0
    for j in range(1, n + 1):
        value, logs = _digamma_half(j)
        rational, halves = rational - value / n, halves - logs
    value, logs = _digamma_half(n)
    logarithms = Fraction(halves, n) + logs
    doubled = mp.fsum(mp.digamma(mp.mpf(j)) for j in range(1, n + 1))
    return {
        "phi": -mp.log(mp.fprod(lam)) / n,
        "log_form": lambda: mean_log_form(mp, lam),
        "constant": mp.mpf(rational + value) + mp.mpf(logarithms) * mp.log(mp.mpf(2)),
        "other_constant": mp.digamma(mp.mpf(n)) - doubled / n,
    }


def _digamma_half(j: int) -> tuple[Fraction, int]:
    """``psi(j/2) + gamma`` as a rational and a multiple of ``log 2``."""
    if j % 2 == 0:
        return sum((Fraction(1, k) for k in range(1, j // 2)), Fraction(0)), 0
    return sum((Fraction(2, k) for k in range(1, j, 2)), Fraction(0)), -2
