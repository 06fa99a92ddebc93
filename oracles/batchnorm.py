r"""Batch normalization in random linear networks: spectra and mean maps, exactly.

With ``lam`` a spectrum of mean 1 and ``1 + 2 t = v^{-2}``, the integrals over Gaussian or Haar weights become integrals of
analytic functions over [0, 1], so no tail is cut off.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

PEARSON_CUT = 64


def mean_one(mp: Any, a: list[Any]) -> list[Any]:
    """The spectrum ``n a_i / sum(a)``, ascending."""
    total = mp.fsum(a)
    return sorted(len(a) * value / total for value in a)


def _breaks(mp: Any, lam: list[Any]) -> list[Any]:
    """Points of [0, 1], spaced by a factor 16 down to the complex singularities at ``|v| ~ sqrt(min lam)``."""
    point, points = mp.mpf(1), [mp.mpf(1)]
    while point * point > lam[0]:
        point = point / 16
        points.append(point)
    return [mp.mpf(0), *reversed(points)]


def _factors(v: Any, lam: list[Any]) -> list[Any]:
    return [value + (1 - value) * (v * v) for value in lam]


def _root_of_product(mp: Any, factors: list[Any]) -> Any:
    root = mp.sqrt(factors[0])
    for factor in factors[1:]:
        root = root * mp.sqrt(factor)
    return root


def mean_gap(mp: Any, a: list[Any]) -> Any:
    r"""``1/n - p_n``: the gap of the mean Gram matrix after a Gaussian layer (P1, eqs. 13 and 15)."""
    n = len(a)
    lam = mean_one(mp, a)
    if lam[0] == lam[-1]:
        return mp.mpf(0)
    if n == 2:
        s = [value / 2 for value in lam]
        return (mp.mpf(Fraction(1, 2)) - s[0]) / (1 + 2 * mp.sqrt(s[0] * s[1]))
    if n == 3:
        return mp.mpf(Fraction(1, 3)) - carlson(mp, lam)
    smallest = lam[0]

    def integrand(v: Any) -> Any:
        factors = _factors(v, lam)
        weight = (lam[-1] - smallest) / factors[-1]
        for value, factor in zip(lam[1:-1], factors[1:-1], strict=True):
            weight = weight + (value - smallest) / factor
        return weight * v ** (n + 1) / (factors[0] * _root_of_product(mp, factors))

    return mp.quad(integrand, _breaks(mp, lam)) / n


def carlson(mp: Any, lam: list[Any]) -> Any:
    r"""``p_3 = R_D(s_1^{-1}, s_2^{-1}, s_3^{-1}) / (3 sqrt(s_1 s_2 s_3))``, ``s`` the squared singular values, ``s_3`` least."""
    s = [value / 3 for value in lam]
    return mp.elliprd(1 / s[1], 1 / s[2], 1 / s[0]) / (3 * mp.sqrt(s[0] * s[1] * s[2]))


# gap_contraction -------------------------------------------------------------------------------------------------------


def contraction(mp: Any, a: list[Any]) -> dict[str, Any]:
    """P1 Lemma 8 for the squared singular values ``a_i / sum(a)``."""
    return {"mean_gap": mean_gap(mp, a), **_gap_of(mp, a)}


def contraction_unnormalised(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The same for the squared singular values ``a_i``, whose sum is not 1."""
    return {"mean_gap": mean_gap(mp, a), **_unnormalised_gap_of(mp, a)}


# gap_one_step ----------------------------------------------------------------------------------------------------------


def one_step(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """One draw of P1 Theorem 5: the normalised rows of ``W diag(sigma)`` and their smallest singular value."""
    return {**_gap_of(mp, a), "gap_next": _gap_next(mp, a, W)}


def one_step_unnormalised(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """The same draw with the squared singular values ``a_i``, whose sum is not 1."""
    return {**_unnormalised_gap_of(mp, a), "gap_next": _gap_next(mp, a, W)}


def one_step_expectation(mp: Any, a: list[Any], d: int) -> dict[str, Any]:
    """P1 Theorem 5 with the mean over Gaussian weights, exact where a closed form is known, else enclosed."""
    return {**_gap_of(mp, a), "gap_next": mean_gap_next(mp, a, d)}


def one_step_expectation_unnormalised(mp: Any, a: list[Any], d: int) -> dict[str, Any]:
    """The same with the squared singular values ``a_i``, whose sum is not 1."""
    return {**_unnormalised_gap_of(mp, a), "gap_next": mean_gap_next(mp, a, d)}


def _gap_of(mp: Any, a: list[Any]) -> dict[str, Any]:
    smallest = mean_one(mp, a)[0] / len(a)
    return {"smallest": smallest, "gap": mp.mpf(Fraction(1, len(a))) - smallest}


def _unnormalised_gap_of(mp: Any, a: list[Any]) -> dict[str, Any]:
    smallest = mp.minimum(a)
    return {"smallest": smallest, "gap": mp.mpf(Fraction(1, len(a))) - smallest}


def _gap_next(mp: Any, a: list[Any], W: Any) -> Any:
    n, d = len(a), W.rows
    if d < n:
        return mp.mpf(Fraction(1, n))
    sigma = [mp.sqrt(value) for value in a]
    lines = []
    for k in range(d):
        norm = mp.sqrt(d * mp.fsum(a[i] * W[k, i] * W[k, i] for i in range(n)))
        lines.append([sigma[i] * W[k, i] / norm for i in range(n)])
    return mp.mpf(Fraction(1, n)) - mp.svd_r(mp.matrix(lines), compute_uv=False)[n - 1] ** 2


def mean_gap_next(mp: Any, a: list[Any], d: int) -> Any:
    r"""``E[1/n - sigma_n(H')^2]`` over ``d`` Gaussian rows; a number that encloses it where no closed form is known.

    The smallest eigenvalue is concave, so Jensen gives the lower bound ``1/n - p_n``; the upper one adds ``(1 - 1/n) / sqrt(d)``:
    the Gram matrix less its mean has trace 0 and a mean square of at most ``(1 - 1/n) / d`` (P1 Lemma 6), and the largest
    eigenvalue of such a matrix is at most ``sqrt(1 - 1/n)`` times its norm.  For two samples the mean is half of ``E |zeta|``, at
    most the root of ``E |zeta|^2`` and at least ``(E |zeta|^2)^{3/2} / (E |zeta|^4)^{1/2}`` (Hoelder).
    """
    n = len(a)
    if n == 1:
        return mp.mpf(0)
    if d < n:
        return mp.mpf(Fraction(1, n))
    lam = mean_one(mp, a)
    if n == 2 and d == 2:
        gap = mp.mpf(Fraction(1, 2)) - lam[0] / 2
        return 1 / mp.pi if gap == 0 else mp.asin(2 * gap) / (2 * mp.pi * gap)
    if n == 2 and d <= 8 and lam[0] == lam[1]:
        return pearson_walk(mp, d) / (2 * d)
    low = mean_gap(mp, a)
    high = low + mp.mpf(Fraction(n - 1, n)) / mp.sqrt(mp.mpf(d))
    if n == 2:
        rho = 2 * low
        second, fourth = second_moment(mp, rho**2, d), fourth_moment(mp, rho**2, rho**4, d)
        low = mp.maximum(low, second * mp.sqrt(second / fourth) / 2)
        high = mp.minimum(high, mp.sqrt(second) / 2)
    return mp.between(low, high)


def second_moment(mp: Any, rho2: Any, d: int) -> Any:
    """``E |zeta'|^2 = 1/d + (1 - 1/d) rho^2`` for two samples (`batchnorm_two_samples`)."""
    return mp.mpf(Fraction(1, d)) + mp.mpf(Fraction(d - 1, d)) * rho2


def fourth_moment(mp: Any, rho2: Any, rho4: Any, d: int) -> Any:
    """``E |zeta'|^4`` by the coincidences of four indices, linear in ``rho^2`` and ``rho^4``."""
    two, three, four = d * (d - 1), d * (d - 1) * (d - 2), d * (d - 1) * (d - 2) * (d - 3)
    total = (four + 2 * three + two) * rho4 + 4 * (three + two) * rho2 + 2 * two + d
    return total / d**4


def pearson_walk(mp: Any, d: int) -> Any:
    r"""Mean distance after ``d >= 3`` unit steps in the plane, ``\int (1 - J_0(t)^d) t^{-2} dt`` over the half line.

    By parts, with ``2 J_1(t) / t = J_0 + J_2``: ``(d/2) \int_0^T J_0^{d-1} (J_0 + J_2) dt + J_0(T)^d / T`` and a rest that
    ``J_0(t)^2 <= 2 / (pi t)`` (Watson, 13.74) bounds by ``(2/pi)^{d/2} T^{-d/2-1} / (d/2 + 1)``.
    """

    def integrand(t: Any) -> Any:
        first = mp.besselj(0, t)
        return first ** (d - 1) * (first + mp.besselj(2, t))

    cut = mp.mpf(PEARSON_CUT)
    points = [mp.mpf(4 * i) for i in range(PEARSON_CUT // 4 + 1)]
    value = d * mp.quad(integrand, points) / 2 + mp.besselj(0, cut) ** d / cut
    rest = 2 * mp.sqrt(2 / (mp.pi * cut)) ** d / ((d + 2) * cut)
    return mp.between(value - rest, value + rest)


# iso_cor4 --------------------------------------------------------------------------------------------------------------


def mean_log_form(mp: Any, lam: list[Any]) -> Any:
    r"""``E log(w^T diag(lam) w)`` for ``w`` uniform on the sphere and ``lam`` ascending with mean 1 (O4).

    With ``x = 1 - v^2`` and ``P(x) = prod(1 + (lam_k - 1) x)``, it is the integral over [0, 1] of
    ``2 v^{d-1} (1 - P^{-1/2}) / x``, where ``(P - 1)/x`` is a polynomial without constant term: ``sum(lam_k - 1) = 0``.
    """
    d = len(lam)
    if lam[0] == lam[-1]:
        return mp.mpf(0)
    if d == 2:
        return mp.log((1 + mp.sqrt(lam[0] * lam[1])) / 2)
    symmetric = [mp.mpf(1)] + [mp.mpf(0)] * d
    for value in lam:
        for m in range(d, 0, -1):
            symmetric[m] = symmetric[m] + symmetric[m - 1] * (value - 1)

    def integrand(v: Any) -> Any:
        x = 1 - v * v
        polynomial = symmetric[d] * x
        for m in range(d - 1, 1, -1):
            polynomial = (polynomial + symmetric[m]) * x
        root = _root_of_product(mp, _factors(v, lam))
        return 2 * v ** (d - 1) * polynomial / (root * (root + 1))

    return mp.quad(integrand, _breaks(mp, lam))


def isometry_step(mp: Any, a: list[Any]) -> dict[str, Any]:
    """P2 Corollary 4, repaired, for the eigenvalues ``d a_k / sum(a)`` of ``X X^T``."""
    d = len(a)
    lam = mean_one(mp, a)
    square = mp.fsum((value - 1) ** 2 for value in lam)
    phi = -mp.log(mp.fprod(lam)) / d
    return {
        "phi": phi,
        "phi_next": phi + mean_log_form(mp, lam),
        "log_factor": mp.log(1 - square / (2 * d * d * (d + 2))),
        "log_factor_d": lambda: _log_factor(mp, 1 - square / (d * (d + 2))),
        "log_factor_2d": lambda: _log_factor(mp, 1 - 2 * square / (d * (d + 2))),
    }


def _log_factor(mp: Any, factor: Any) -> Any:
    """The logarithm of a factor that a mutant may make negative; minus infinity there, a bound that nothing meets."""
    return mp.log(factor) if factor > 0 else mp.ninf


def isometry_gap(mp: Any, X: Any) -> Any:
    r"""``phi(X) = -log(det(X^T X)^{1/d} / (tr(X^T X) / d))`` by one rational determinant; infinite for a singular ``X``."""
    d = X.rows
    mean_square = mp.fsum(X[i, j] * X[i, j] for i in range(d) for j in range(d)) / d
    determinant = mp.det(X)
    return mp.log(mean_square) - mp.log(determinant * determinant) / d


def rotated_step(mp: Any, X: Any, W: Any) -> dict[str, Any]:
    """P2 Corollary 4 exactly as printed: ``X' = W X``; ``sum(lam_k - 1)^2`` is ``tr((X X^T - I)^2)``."""
    d = X.rows
    defect = X * X.T - mp.eye(d)
    square = mp.fsum(defect[i, j] * defect[i, j] for i in range(d) for j in range(d))
    return {
        "phi": isometry_gap(mp, X),
        "phi_next": isometry_gap(mp, W * X),
        "determinant": mp.det(X) ** 2,
        "log_factor": mp.log(1 - square / (2 * d * d * (d + 2))),
        "log_factor_d": lambda: _log_factor(mp, 1 - square / (d * (d + 2))),
    }


# layers ----------------------------------------------------------------------------------------------------------------


def _normalised_rows(mp: Any, Y: Any) -> tuple[list[Any], Any]:
    norms = [mp.sqrt(mp.fsum(Y[i, c] * Y[i, c] for c in range(Y.cols))) for i in range(Y.rows)]
    return norms, mp.matrix([[Y[i, c] / norms[i] for c in range(Y.cols)] for i in range(Y.rows)])


def _tangent(mp: Any, moved: Any, units: Any, norms: list[Any]) -> Any:
    """The derivative of row normalisation in the direction ``moved``."""
    lines = []
    for i in range(moved.rows):
        along = mp.fsum(moved[i, c] * units[i, c] for c in range(moved.cols))
        lines.append([(moved[i, c] - along * units[i, c]) / norms[i] for c in range(moved.cols)])
    return mp.matrix(lines)
