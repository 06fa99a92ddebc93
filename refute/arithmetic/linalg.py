"""Rigorous linear algebra that python-flint lacks: LDL^T, Cholesky, QR, symmetric eigenvalues, singular values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flint

from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, Number

if TYPE_CHECKING:
    from refute.arithmetic.certifying import Certifying


def ldl(mp: Certifying, a: Matrix) -> tuple[Matrix, list[Number]]:
    """``a = L diag(D) L^T`` without pivoting, from the lower triangle of a symmetric matrix."""
    n = a.rows
    lower = [[mp.convert(int(i == j)) for j in range(n)] for i in range(n)]
    pivots: list[Number] = []
    for j in range(n):
        pivot = a[j, j] - mp.fsum(lower[j][k] * lower[j][k] * pivots[k] for k in range(j))
        pivots.append(pivot)
        for i in range(j + 1, n):
            rest = a[i, j] - mp.fsum(lower[i][k] * lower[j][k] * pivots[k] for k in range(j))
            lower[i][j] = rest / pivot
    return mp.matrix(lower), pivots


def cholesky(mp: Certifying, a: Matrix) -> Matrix:
    """The lower triangular Cholesky factor; ValueError if a pivot is certainly not positive."""
    lower, pivots = ldl(mp, a)
    roots = [mp.sqrt(pivot) for pivot in pivots]
    return lower * mp.diag(roots)


def qr(mp: Certifying, a: Matrix) -> tuple[Matrix, Matrix]:
    """``a = Q R`` through the Cholesky factor of ``a^T a`` (full column rank)."""
    upper = cholesky(mp, a.T * a).T
    return mp.lu_solve(upper.T, a.T).T, upper


def is_positive_definite(mp: Certifying, a: Matrix) -> bool | None:
    """By the signs of the pivots; None where the balls do not decide one."""
    n = a.rows
    rows = a.tolist()
    for j in range(n):
        pivot = rows[j][j]
        positive = mp.lt(0, pivot)
        if positive is not True:
            return positive
        for i in range(j + 1, n):
            factor = rows[i][j] / pivot
            for k in range(j + 1, i + 1):
                rows[i][k] = rows[i][k] - factor * rows[k][j]
    return True


def is_positive_semidefinite(mp: Certifying, a: Matrix) -> bool | None:
    """Exact for rational matrices (all coefficients of the reversed characteristic polynomial), else by definiteness."""
    if not a.is_rational:
        return True if is_positive_definite(mp, a) else None
    coefficients = a.native.charpoly().coeffs()
    degree = len(coefficients) - 1
    return all((c if (degree - i) % 2 == 0 else -c) >= 0 for i, c in enumerate(coefficients))


def spectral_norm_at_most(mp: Certifying, a: Matrix, t: Number) -> bool | None:
    """``t^2 I - a^T a`` is positive semidefinite (and ``t >= 0``)."""
    if mp.lt(t, 0):
        return False
    gram = a.T * a if a.cols <= a.rows else a * a.T
    shifted = mp.eye(gram.rows) * (t * t) - gram
    decided = is_positive_semidefinite(mp, shifted)
    if decided is None and is_positive_definite(mp, shifted) is False:
        return False
    return decided


def symmetric_eigenvalues(mp: Certifying, a: Matrix) -> list[Number]:
    """Ascending enclosures of the eigenvalues of a symmetric matrix.

    Rational: the real roots of the exact characteristic polynomial, with multiplicity.  Balls: with an approximate
    eigenvector matrix Q, the congruence ``Q^T a Q = diag(d) + R`` has eigenvalues within ``|R|_F`` of ``d`` (Weyl),
    and Ostrowski's theorem divides them by factors within ``|Q^T Q - I|_F`` of 1; repeated values are no obstacle.
    """
    mp.activate()
    if a.is_rational:
        values = []
        for root, multiplicity in a.native.charpoly().complex_roots():
            values += [mp.wrap(root.real)] * int(multiplicity)
        return sorted(values, key=lambda value: mp.bounds(value)[0])
    return _enclose_by_congruence(mp, a)


def _enclose_by_congruence(mp: Certifying, a: Matrix) -> list[Number]:
    import mpmath

    approximate = mpmath.mp.clone()
    approximate.prec = mp.bits + 10
    n = a.rows
    middle = approximate.matrix(n, n)
    for i in range(n):
        for j in range(n):
            mantissa, exponent = a[max(i, j), min(i, j)].ball().mid().man_exp()
            middle[i, j] = approximate.ldexp(approximate.mpf(int(mantissa)), int(exponent))
    _, vectors = approximate.eigsy(middle)
    columns = [[_dyadic_arb(vectors[i, j]) for j in range(n)] for i in range(n)]
    mp.activate()
    q = Matrix(flint.arb_mat(columns), mp)
    congruent = q.T * Matrix(a.balls(), mp) * q
    diagonal = [congruent[i, i] for i in range(n)]
    residual = mp.fsum(abs(congruent[i, j]) ** 2 for i in range(n) for j in range(n) if i != j)
    spread = mp.sqrt_of_squares(residual).ball()
    defect = mp.mnorm(q.T * q - mp.eye(n), "f").ball()
    if not defect < flint.arb(1) / 2:
        raise Ambiguous("no approximate eigenvectors at this precision")
    factor = flint.arb(1).union(1 - defect).union(1 + defect)
    ball = flint.arb(0).union(spread).union(-spread)
    ordered = sorted(diagonal, key=lambda value: mp.bounds(value)[0])
    lows = _running([value.ball() for value in ordered])
    return [mp.wrap((value + ball) / factor) for value in lows]


def _running(values: list[Any]) -> list[Any]:
    """Merge neighbouring balls that overlap, so that the k-th enclosure holds whatever the true order is."""
    merged = list(values)
    for i in range(1, len(merged)):
        if merged[i].overlaps(merged[i - 1]):
            union = merged[i].union(merged[i - 1])
            merged[i - 1] = merged[i] = union
    for i in range(len(merged) - 2, -1, -1):
        if merged[i].overlaps(merged[i + 1]):
            merged[i] = merged[i].union(merged[i + 1])
    return merged


def _dyadic_arb(x: Any) -> Any:
    sign, mantissa, exponent, _ = x._mpf_
    return flint.arb((flint.fmpz(int(-mantissa if sign else mantissa)), flint.fmpz(int(exponent))))


def singular_values(mp: Certifying, a: Matrix) -> list[Number]:
    """Descending enclosures, as square roots of the eigenvalues of the smaller Gram matrix, cut off at 0."""
    gram = a.T * a if a.cols <= a.rows else a * a.T
    return [mp.sqrt_of_squares(value) for value in reversed(symmetric_eigenvalues(mp, gram))]
