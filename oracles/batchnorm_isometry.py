r"""Isometry gaps of linear networks with batch normalization and orthogonal weights, exactly: one layer, any width.

$e^{-d\varphi(X)}=\det(X)^2/(\frac1d\|X\|_F^2)^d$ is rational, and a layer changes it by its row norms alone.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from oracles.batchnorm import _breaks, _factors, _root_of_product, mean_log_form, mean_one
from oracles.batchnorm_trapezoid import mean_log, mean_log_chi_square, mean_log_of_form

# iso_basic, iso_basic_printed ---------------------------------------------------------------------------------------------


def basic(mp: Any, X: Any, t: Any, U: Any, Q: Any) -> dict[str, Any]:
    """P2 eq. (5) without its logarithm: ``det(X^T X)`` against ``(tr(X^T X)/d)^d``, for X, t X and U X Q."""
    scaled = mp.matrix([[t * X[i, j] for j in range(X.cols)] for i in range(X.rows)])
    turned = U * X * Q
    outer = X * X.T
    return {
        "volume": mp.det(X.T * X),
        "power": mean_square(mp, X) ** X.rows,
        "volume_scaled": mp.det(scaled.T * scaled),
        "power_scaled": mean_square(mp, scaled) ** X.rows,
        "volume_turned": mp.det(turned.T * turned),
        "power_turned": mean_square(mp, turned) ** X.rows,
        "trace_square": mp.trace(outer) ** 2,
        "square_trace": X.rows * mp.trace(outer * outer),
        "distance": lambda: distance_to_identity(mp, X),
        "root_volume": lambda: mp.sqrt(mp.det(X.T * X)),
    }


def mean_square(mp: Any, X: Any) -> Any:
    """``|X|_F^2 / d`` for a matrix with ``d`` rows."""
    return mp.fsum(X[i, j] * X[i, j] for i in range(X.rows) for j in range(X.cols)) / X.rows


def distance_to_identity(mp: Any, X: Any) -> Any:
    """``|X^T X - I|_F^2``."""
    defect = X.T * X - mp.eye(X.cols)
    return mp.fsum(defect[i, j] * defect[i, j] for i in range(X.cols) for j in range(X.cols))


# iso_bn_gain, iso_perfect_rotation ----------------------------------------------------------------------------------------


def gain(mp: Any, X: Any, W: Any) -> dict[str, Any]:
    """P2 Lemma 2: everything from one rational determinant and the squared row norms of ``W X``."""
    d = X.rows
    image = W * X
    volume = mp.det(X) ** 2 / mean_square(mp, X) ** d
    squares = row_squares(mp, image)
    volume_next = mp.det(image) ** 2 / mp.fprod(squares)
    return {
        "volume": volume,
        "volume_next": volume_next,
        "spread": (mp.fsum(squares) / d) ** d / mp.fprod(squares),
        "isometry": mp.root(volume, d),
        "isometry_next": mp.root(volume_next, d),
        **_moments(mp, [mp.sqrt(square) for square in squares], "mean", "variance"),
        **{
            name: lambda name=name: _moments(
                mp, [mp.sqrt(s) for s in row_squares(mp, image.T)], "mean_column", "variance_column"
            )[name]
            for name in ("mean_column", "variance_column")
        },
    }


def gain_of_rows(mp: Any, r: list[Any]) -> dict[str, Any]:
    """The same for ``X = diag(r)`` and ``W = I``."""
    d = len(r)
    return {
        "isometry": mp.root(mp.fprod(r), d) ** 2 * d / mp.fsum(x * x for x in r),
        "isometry_next": mp.mpf(1),
        **_moments(mp, r, "mean", "variance"),
    }


def row_squares(mp: Any, X: Any) -> list[Any]:
    """The squared norms of the rows."""
    return [mp.fsum(X[i, j] * X[i, j] for j in range(X.cols)) for i in range(X.rows)]


def _moments(mp: Any, values: list[Any], mean: str, variance: str) -> dict[str, Any]:
    average = mp.fsum(values) / len(values)
    return {mean: average, variance: mp.fsum((value - average) ** 2 for value in values) / len(values)}


def perfect_rotation(mp: Any, U: Any, s: list[Any], Q: Any) -> dict[str, Any]:
    """``e^{-d phi(BN(U^T X))}`` for ``X = U diag(s) Q^T``: one rational determinant, the product taken out in full."""
    return {"volume_next": _volume_after(mp, U.T, U * mp.diag(s) * Q.T)}


def any_rotation(mp: Any, U: Any, s: list[Any], Q: Any, W: Any) -> dict[str, Any]:
    """The same for an arbitrary rotation ``W``."""
    return {"volume_next": _volume_after(mp, W, U * mp.diag(s) * Q.T)}


def equal_rows(mp: Any, U: Any, s: list[Any], Q: Any) -> dict[str, Any]:
    """The same for ``W = F U^T`` with the Fourier-like matrix ``F`` of equal moduli at d = 2, which equalises row norms."""
    flat = mp.matrix([[1, 1], [1, -1]])
    return {"volume_next": _volume_after(mp, flat * U.T, U * mp.diag(s) * Q.T)}


def _volume_after(mp: Any, W: Any, X: Any) -> Any:
    image = W * X
    return mp.det(image) ** 2 / mp.fprod(row_squares(mp, image))


# means over Haar weights --------------------------------------------------------------------------------------------------


def one_layer(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """One draw of a layer on ``X = diag(sqrt(lam))``, unordered: the gap falls by the mean log of the squared row norms."""
    d = len(a)
    total = mp.fsum(a)
    lam = [d * value / total for value in a]
    squares = [mp.fsum(W[j, k] * W[j, k] * lam[k] for k in range(d)) for j in range(d)]
    phi_next = mp.fsum(mp.log(square) for square in squares) / d - mp.log(mp.fprod(lam)) / d
    return {
        **spectral(mp, a),
        "phi_next": phi_next,
        "isometry_next": lambda: mp.exp(-phi_next),
        "form": squares[0],
        "form_deviation": (squares[0] - 1) ** 2,
    }


def spectral(mp: Any, a: list[Any]) -> dict[str, Any]:
    """What depends on the eigenvalues ``lam = d a / sum(a)`` of ``X X^T`` alone."""
    d = len(a)
    lam = mean_one(mp, a)
    volume = mp.fprod(lam)
    return {
        "phi": -mp.log(volume) / d,
        "isometry": lambda: mp.root(volume, d),
        "square": mp.fsum((value - 1) ** 2 for value in lam),
        "log_form": lambda: mean_log_form(mp, lam),
        "drop": lambda: largest_drop(mp, d),
        "drop_less_log": lambda: largest_drop(mp, d) - mp.log(d),
        "rate": lambda: smallest_rate(mp, d),
    }


def one_layer_mean(mp: Any, a: list[Any]) -> dict[str, Any]:
    """Means over Haar weights by another integral than O4, and moments by those of a Gaussian vector (Wick).

    By the angles of a row for d = 3, else from the logarithm of a Gaussian vector's form, less that of its squared norm.
    """
    d = len(a)
    lam = mean_one(mp, a)
    known = {**spectral(mp, a), "log_form": mean_log_by_products(mp, lam)}
    total, squares = mp.fsum(lam), mp.fsum(value * value for value in lam)
    second = (total * total + 2 * squares) / (d * (d + 2))  # E (g^T lam g)^2 = E |g|^4 E q^2
    return {
        **known,
        "phi_next": known["phi"] + (mean_log_by_angles(mp, lam) if d == 3 else mean_log_of_rows(mp, lam)),
        "form": total / d,
        "form_deviation": second - 2 * total / d + 1,
    }


def mean_log_of_rows(mp: Any, lam: list[Any]) -> Any:
    """``E log(w^T diag(lam) w)``: that of a Gaussian ``g`` for ``w``, less ``E log |g|^2``."""
    d = len(lam)
    if d == 1:
        return mp.log(lam[0])
    return mean_log(mp, lam) - mean_log_chi_square(mp, d)


def mean_log_by_products(mp: Any, lam: list[Any]) -> Any:
    """The same as the statement has it (O4), in closed form at d = 2, else by the trapezoid rule for the difference of products."""
    if len(lam) <= 2 or lam[0] == lam[-1]:
        return mean_log_form(mp, lam)
    return mean_log_of_form(mp, lam)


def mean_log_by_angles(mp: Any, lam: list[Any]) -> Any:
    r"""``E log(w^T diag(lam) w)`` at d = 3, the angle integrated out: on a circle it is ``2 log((sqrt(A) + sqrt(B))/2)``.

    The coordinate z of a uniform point is uniform on [-1, 1], and the rest is a circle of radius sqrt(1 - z^2).
    """

    def integrand(z: Any) -> Any:
        first, second = (lam[k] + (lam[2] - lam[k]) * (z * z) for k in (0, 1))
        return 2 * mp.log((mp.sqrt(first) + mp.sqrt(second)) / 2)

    return mp.quad(integrand, _breaks(mp, [lam[0] / lam[2]]))


def thm3_mean(mp: Any, a: list[Any]) -> dict[str, Any]:
    r"""``E I(BN(WX))``: ``(2/pi) K`` at d = 2; elsewhere Jensen below, and above by Hoelder ``E prod r_j^{-2/d} <= E q^{-1}``."""
    d = len(a)
    lam = mean_one(mp, a)
    known = spectral(mp, a)
    if lam[0] == lam[-1]:
        return {**known, "isometry_next": mp.mpf(1)}
    if d == 2:
        ratio = 2 * mp.ellipk(((lam[1] - lam[0]) / 2) ** 2) / mp.pi
    else:
        ratio = mp.between(mp.exp(-mean_log_by_products(mp, lam)), mean_inverse_form(mp, lam))
    return {**known, "isometry_next": known["isometry"]() * ratio}


def thm3_mean_unnormalised(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The same with the eigenvalues ``a`` themselves in the factor, whose mean is not 1."""
    return {**thm3_mean(mp, a), "square": mp.fsum((value - 1) ** 2 for value in a)}


def one_layer_unnormalised(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """One draw of the same."""
    return {**one_layer(mp, a, W), "square": mp.fsum((value - 1) ** 2 for value in a)}


def mean_inverse_form(mp: Any, lam: list[Any]) -> Any:
    r"""``E 1/q = E |g|^2 / (g^T lam g)``: with ``1 + 2t = v^{-2}`` the integral of ``v^{d-1} sum_k 1/f_k / sqrt(prod f)``."""
    d = len(lam)

    def integrand(v: Any) -> Any:
        factors = _factors(v, lam)
        inverses = 1 / factors[0]
        for factor in factors[1:]:
            inverses = inverses + 1 / factor
        return v ** (d - 1) * inverses / _root_of_product(mp, factors)

    return mp.quad(integrand, _breaks(mp, lam))


def largest_drop(mp: Any, d: int) -> Any:
    r"""$K_d=\psi(\frac d2)-\psi(\frac12)-\log d$."""
    return mp.digamma(mp.mpf(Fraction(d, 2))) - mp.digamma(mp.mpf(Fraction(1, 2))) - mp.log(d)


def smallest_rate(mp: Any, d: int) -> Any:
    r"""$\kappa_d=\frac{2(d-1-\log d)}{(d-1)^2d(d+2)}$ for ``d >= 2``."""
    return 2 * (d - 1 - mp.log(d)) / ((d - 1) ** 2 * d * (d + 2))


# iso_thm3_remark ----------------------------------------------------------------------------------------------------------


def eigenvalues(mp: Any, X: Any) -> dict[str, Any]:
    """The extreme eigenvalues of ``X X^T`` and its trace."""
    outer = X * X.T
    values = mp.eigsy(outer)
    return {"largest": values[-1], "smallest": values[0], "total": mp.trace(outer)}


# haar_moments -------------------------------------------------------------------------------------------------------------


def haar_draw(mp: Any, a: list[Any], W: Any) -> dict[str, Any]:
    """Products of entries of one draw, and the spread of the row norms of ``W diag(sqrt(lam))``."""
    d = len(a)
    total = mp.fsum(a)
    squares = [mp.fsum(W[j, k] * W[j, k] * d * a[k] / total for k in range(d)) for j in range(d)]
    first = W[0, 0] * W[0, 0]
    return {
        "square_mean": first,
        "fourth": first * first,
        "same_row": first * W[0, 1] * W[0, 1],
        "mixed": first * W[1, 1] * W[1, 1],
        "cycle": W[0, 0] * W[0, 1] * W[1, 0] * W[1, 1],
        "row_spread": mp.fsum((value - 1) ** 2 for value in squares) / d,
        "square": mp.fsum((value - 1) ** 2 for value in mean_one(mp, a)),
    }


def haar_means(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The moments of `solved_moments`, and what they say of the row norms of ``W diag(sqrt(lam))``."""
    fourth, same_row, mixed, cycle, square_mean = solved_moments(mp, len(a))
    lam = mean_one(mp, a)
    pairs = mp.fsum(lam[i] * lam[j] for i, j in itertools.permutations(range(len(a)), 2))
    squares = mp.fsum(value * value for value in lam)
    return {
        "square_mean": square_mean,
        "fourth": fourth,
        "same_row": same_row,
        "mixed": mixed,
        "cycle": cycle,
        "row_spread": fourth * squares + same_row * pairs - 2 * square_mean * mp.fsum(lam) + 1,
        "square": mp.fsum((value - 1) ** 2 for value in lam),
    }


def solved_moments(mp: Any, d: int) -> list[Any]:
    """Moments of Haar entries by five linear equations: unit rows, orthogonal rows, invariance under an eighth turn.

    In the order E W_11^4, E W_11^2 W_12^2, E W_11^2 W_22^2, E W_11 W_12 W_21 W_22, E W_11^2.
    """
    system = mp.matrix(
        [
            [d, d * (d - 1), 0, 0, 0],  # E |row|^4 = 1
            [1, -3, 0, 0, 0],  # E ((W_11 + W_12)/sqrt 2)^4 = E W_11^4
            [0, 1, d - 1, 0, -1],  # E W_11^2 |row 2|^2 = E W_11^2, by rows and columns alike
            [0, 1, 0, d - 1, 0],  # E W_11 W_21 <row 1, row 2> = 0
            [0, 0, 0, 0, d],  # E |row|^2 = 1
        ]
    )
    return list(mp.lu_solve(system, mp.matrix([[1], [0], [0], [0], [1]])))
