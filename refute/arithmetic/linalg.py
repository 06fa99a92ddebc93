"""Rigorous linear algebra that python-flint lacks: LDL^T, Cholesky, QR, symmetric eigenvalues, singular values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flint

from refute.arithmetic.matrix import Matrix
from refute.arithmetic.numbers import Ambiguous, Number

if TYPE_CHECKING:
    from refute.arithmetic.certifying import Certifying


def require_symmetric(mp: Certifying, a: Matrix) -> None:
    """Raise ValueError for a matrix that is certainly not symmetric."""
    if a.rows != a.cols:
        raise ValueError(f"got a {a.rows}x{a.cols} matrix, but a symmetric one is required")
    for i in range(a.rows):
        for j in range(i):
            if mp.eq(a[i, j], a[j, i]) is False:
                raise ValueError(f"got {a[i, j]} at {i, j} and {a[j, i]} at {j, i}, but a symmetric matrix is required")


def ldl(mp: Certifying, a: Matrix) -> tuple[Matrix, list[Number]]:
    """``a = L diag(D) L^T`` of a symmetric matrix without pivoting; ZeroDivisionError at a pivot that is exactly 0."""
    require_symmetric(mp, a)
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
    factor: Matrix = lower * mp.diag([mp.sqrt(pivot) for pivot in pivots])
    return factor


def qr(mp: Certifying, a: Matrix) -> tuple[Matrix, Matrix]:
    """``a = Q R`` through the Cholesky factor of ``a^T a`` (full column rank)."""
    upper = cholesky(mp, a.T * a).T
    return mp.lu_solve(upper.T, a.T).T, upper


def is_positive_definite(mp: Certifying, a: Matrix) -> bool | None:
    """By the signs of pivots; None where the balls do not decide."""
    return _definiteness(mp, a)[0]


def is_positive_semidefinite(mp: Certifying, a: Matrix) -> bool | None:
    """Exact for rational matrices: the signs of the characteristic polynomial alternate; for balls by pivots."""
    if not a.is_rational:
        return _definiteness(mp, a)[1]
    require_symmetric(mp, a)
    coefficients = a.native.charpoly().coeffs()
    degree = len(coefficients) - 1
    return all((c if (degree - i) % 2 == 0 else -c) >= 0 for i, c in enumerate(coefficients))


def _definiteness(mp: Certifying, a: Matrix) -> tuple[bool | None, bool | None]:
    """Whether a matrix is positive definite and whether semidefinite, by elimination with the largest pivot first.

    A diagonal entry below 0 and a 2x2 minor below 0 refute both; a block that is exactly 0 leaves it semidefinite.
    """
    require_symmetric(mp, a)
    rows, left = a.tolist(), list(range(a.rows))
    while left:
        if any(mp.lt(rows[i][i], 0) for i in left):
            return False, False
        positive = [i for i in left if mp.lt(0, rows[i][i])]
        if not positive:
            return _of_the_rest(mp, rows, left)
        pivot = max(positive, key=lambda i: mp.to_float(rows[i][i]))
        left.remove(pivot)
        for i in left:
            factor = _entry(rows, i, pivot) / rows[pivot][pivot]
            for k in left:
                if k <= i:
                    rows[i][k] = rows[i][k] - factor * _entry(rows, k, pivot)
    return True, True


def _of_the_rest(mp: Certifying, rows: list[list[Number]], left: list[int]) -> tuple[bool | None, bool | None]:
    """Definiteness of a block without a diagonal entry that is certainly positive."""
    pairs = [(i, k) for i in left for k in left if k < i]
    if any(mp.lt(rows[i][i] * rows[k][k], rows[i][k] ** 2) for i, k in pairs):
        return False, False
    if all(mp.eq(rows[i][k], 0) for i, k in (*pairs, *((i, i) for i in left))):
        return False, True
    return (False if any(mp.eq(rows[i][i], 0) for i in left) else None), None


def _entry(rows: list[list[Number]], i: int, k: int) -> Number:
    """An entry of a symmetric matrix from its lower triangle."""
    return rows[max(i, k)][min(i, k)]


def spectral_norm_at_most(mp: Certifying, a: Matrix, t: Number) -> bool | None:
    """``t^2 I - a^T a`` is positive semidefinite (and ``t >= 0``); None for an equality that balls cannot decide."""
    if mp.lt(t, 0):
        return False
    shifted = mp.eye(min(a.rows, a.cols)) * (t * t) - _gram(a)
    decided = is_positive_semidefinite(mp, shifted)
    return None if decided and mp.le(0, t) is None else decided


def symmetric_eigenvalues(mp: Certifying, a: Matrix) -> list[Number]:
    """Ascending enclosures of the eigenvalues of a symmetric matrix.

    Rational: the real roots of the exact characteristic polynomial, with multiplicity.  Balls: with an approximate
    eigenvector matrix Q, the congruence ``Q^T a Q = diag(d) + R`` has eigenvalues within ``|R|_F`` of ``d`` (Weyl),
    and Ostrowski's theorem divides them by factors within ``|Q^T Q - I|_F`` of 1; repeated values are no obstacle.
    """
    require_symmetric(mp, a)
    mp.activate()
    if a.is_rational:
        roots = a.native.charpoly().complex_roots()
        return in_order(mp, [root.real for root, multiplicity in roots for _ in range(int(multiplicity))])
    return _enclose_by_congruence(mp, a)


def in_order(mp: Certifying, balls: list[Any]) -> list[Number]:
    """Ascending enclosures of numbers that are known in any order.

    The k-th smallest number lies between the k-th smallest lower end and the k-th smallest upper end.
    """
    if any(not ball.is_finite() for ball in balls):
        raise Ambiguous(f"an eigenvalue is not enclosed at {mp.bits} bits")
    lows, highs = sorted(ball.lower() for ball in balls), sorted(ball.upper() for ball in balls)
    return [mp.wrap(low.union(high)) for low, high in zip(lows, highs, strict=True)]


def _enclose_by_congruence(mp: Certifying, a: Matrix) -> list[Number]:
    n = a.rows
    q = _approximate_eigenvectors(mp, a)
    mp.activate()
    congruent = q.T * Matrix(a.balls(), mp) * q
    residual = mp.fsum(abs(congruent[i, j]) ** 2 for i in range(n) for j in range(n) if i != j)
    spread = mp.sqrt_of_squares(residual).ball()
    defect = mp.mnorm(q.T * q - mp.eye(n), "f").ball()
    if not defect < flint.arb(1) / 2:
        raise Ambiguous("no approximate eigenvectors at this precision")
    factor = flint.arb(1).union(1 - defect).union(1 + defect)
    around = flint.arb(0).union(spread).union(-spread)
    return in_order(mp, [(value.ball() + around) / factor for value in in_order(mp, [congruent[i, i].ball() for i in range(n)])])


def _approximate_eigenvectors(mp: Certifying, a: Matrix) -> Matrix:
    """A dyadic matrix whose columns are nearly orthonormal eigenvectors of the midpoint of ``a``; nothing rests on how nearly."""
    import mpmath

    approximate = mpmath.mp.clone()
    approximate.prec = mp.bits + 10
    n = a.rows
    middle = approximate.matrix(n, n)
    for i in range(n):
        for j in range(n):
            ball = a[max(i, j), min(i, j)].ball()
            if not ball.is_finite():
                raise Ambiguous(f"an entry of the matrix is not enclosed at {mp.bits} bits")
            mantissa, exponent = ball.mid().man_exp()
            middle[i, j] = approximate.ldexp(approximate.mpf(int(mantissa)), int(exponent))
    try:
        _, vectors = approximate.eigsy(middle)
    except (RuntimeError, ArithmeticError) as error:
        raise Ambiguous(f"no approximate eigenvectors at {mp.bits} bits: {error}") from error
    return Matrix(flint.arb_mat([[_dyadic_arb(vectors[i, j]) for j in range(n)] for i in range(n)]), mp)


def _dyadic_arb(x: Any) -> Any:
    sign, mantissa, exponent, _ = x._mpf_
    return flint.arb((flint.fmpz(int(-mantissa if sign else mantissa)), flint.fmpz(int(exponent))))


def _gram(a: Matrix) -> Matrix:
    """The smaller of the two Gram matrices."""
    gram: Matrix = a.T * a if a.cols <= a.rows else a * a.T
    return gram


def singular_values(mp: Certifying, a: Matrix) -> list[Number]:
    """Descending enclosures, as square roots of the eigenvalues of the smaller Gram matrix, cut off at 0."""
    return [mp.sqrt_of_squares(value) for value in reversed(symmetric_eigenvalues(mp, _gram(a)))]
