r"""Isometry of Gram matrices and iterated kernel maps, exactly.

Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, for isometry and normalisation; Joudaki and Hofmann (2025), arXiv
2410.20107, for kernel maps.  Determinants are those of rational matrices wherever the inputs are rational.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from oracles.activations import Kernel, polynomial

# isometry --------------------------------------------------------------------------------------------------------------


def isometry(mp: Any, determinant: Any, trace: Any, n: int) -> Any:
    r"""``det^{1/n} / (tr / n)`` of a positive semidefinite matrix; 0 for a determinant that is exactly 0."""
    if mp.le(determinant, 0):
        return mp.mpf(0)
    return n * mp.root(determinant, n) / trace


def normalised(normalisation: Callable[[Any, Any], tuple[list[Any], Callable[[], Any]]]) -> Callable[..., dict[str, Any]]:
    """The quantities of 2305.18399, Theorem 1, for one way to normalise the columns of ``X``, ``(d, n)``.

    ``normalisation(mp, X)`` gives the squared lengths by which it divides and, unless one of them is 0, the isometry.
    """

    def oracle(mp: Any, X: Any) -> dict[str, Any]:
        n = X.cols
        gram = X.T * X
        squares = [gram[i, i] for i in range(n)]
        mean, variance = moments(mp, [mp.sqrt(square) for square in squares], squares)
        mean_square, variance_square = moments(mp, squares, squares)
        divisors, isometry_after = normalisation(mp, X)
        return {
            "isometry": isometry(mp, mp.det(gram), mp.fsum(squares), n),
            "isometry_normalised": isometry_after,
            "mean": mean,
            "variance": variance,
            "shortest": mp.sqrt(mp.minimum(divisors)),
            "mean_square": mean_square,
            "variance_square": variance_square,
        }

    return oracle


def moments(mp: Any, numbers: Sequence[Any], keys: Sequence[Any]) -> tuple[Any, Any]:
    """Mean and biased variance; the variance is exactly 0 where the rational ``keys`` of the numbers agree."""
    mean = mp.fsum(numbers) / len(numbers)
    if all(mp.eq(key, keys[0]) for key in keys):
        return mean, mp.mpf(0)
    return mean, mp.fsum((number - mean) ** 2 for number in numbers) / len(numbers)


def by_length(mp: Any, X: Any) -> tuple[list[Any], Callable[[], Any]]:
    r"""Every column divided by its length: the new determinant is $\det G/\prod a_i^2$, the new trace is ``n``."""
    return _by_length(mp, X.T * X)


def by_centred_length(mp: Any, X: Any) -> tuple[list[Any], Callable[[], Any]]:
    """Every column less its mean, divided by its length."""
    centring = mp.eye(X.rows) - mp.ones(X.rows, X.rows) / X.rows
    return _by_length(mp, X.T * centring * X)


def _by_length(mp: Any, gram: Any) -> tuple[list[Any], Callable[[], Any]]:
    n = gram.rows
    squares = [gram[i, i] for i in range(n)]
    return squares, lambda: isometry(mp, mp.det(gram) / mp.fprod(squares), mp.mpf(n), n)


def by_feature(mp: Any, X: Any) -> tuple[list[Any], Callable[[], Any]]:
    """Every row (feature) divided by its length."""
    squares = [mp.fsum(X[k, i] * X[k, i] for i in range(X.cols)) for k in range(X.rows)]

    def isometry_after() -> Any:
        gram = X.T * mp.diag([1 / square for square in squares]) * X
        return isometry(mp, mp.det(gram), mp.trace(gram), X.cols)

    return squares, isometry_after


# kernel maps on Gram matrices ------------------------------------------------------------------------------------------


def gram_iteration(mp: Any, G: Any, kernel: dict[str, Any], L: int) -> dict[str, Any]:
    r"""Isometry gaps of $G^{\ell+1}=\kappa[G^\ell]$ and the potential of $G^0$ that the authors' notebook plots."""
    n, step = G.rows, Kernel(mp, **kernel)
    matrices = [G]
    for _ in range(L):
        last = matrices[-1]
        moved = [[mp.mpf(1) if i == j else step(last[max(i, j), min(i, j)]) for j in range(n)] for i in range(n)]
        matrices.append(mp.matrix(moved))
    largest = mp.maximum([abs(G[i, j]) for i in range(n) for j in range(i)])
    return {
        "gap": lambda: [-mp.log(mp.det(matrix)) / n for matrix in matrices],
        "potential": lambda: largest / (1 - largest),
        "determinant": mp.det(G),
        "slope": step.slope(mp.mpf(0)),
    }


def off_diagonal(mp: Any, G: Any) -> dict[str, Any]:
    """Largest off-diagonal entry, determinant, isometry gap and 1 - r^2 for a Gram matrix with unit diagonal."""
    n = G.rows
    largest = mp.maximum([abs(G[i, j]) for i in range(n) for j in range(i)])
    determinant = mp.det(G)
    return {
        "largest": largest,
        "fischer": 1 - largest * largest,
        "determinant": determinant,
        "gap": mp.inf if mp.le(determinant, 0) else -mp.log(determinant) / n,
    }


# kernel maps on one correlation ----------------------------------------------------------------------------------------


def centred_iteration(mp: Any, kernel: dict[str, Any], start: Any, L: int) -> dict[str, Any]:
    r"""$|\rho_\ell|$ and $\Phi(\rho_\ell)=|\rho_\ell|/(1-|\rho_\ell|)$ of 2410.20107, Theorem 1, case 1, layers 1 to L."""
    step = Kernel(mp, **kernel)
    magnitudes, state = [abs(start)], start
    for _ in range(L):
        state = step(state)
        magnitudes.append(abs(state))
    potentials = [mp.inf if mp.eq(magnitude, 1) else magnitude / (1 - magnitude) for magnitude in magnitudes]
    return {
        "rho": magnitudes[1:],
        "potential": potentials[1:],
        "rho_0": magnitudes[0],
        "potential_0": potentials[0],
        "slope": step.slope(mp.mpf(0)),
    }


def fixed_point_iteration(mp: Any, kernel: dict[str, Any], start: Any, L: int) -> dict[str, Any]:
    r"""Distances $|\rho_\ell-\rho_\star|$ of 2410.20107, Theorem 1, case 4, from the plain power series."""
    coefficients, fixed = kernel["coefficients"], kernel["fixed"]
    distances, state = [abs(start - fixed)], start
    for _ in range(L):
        state = polynomial(mp, coefficients, state)
        distances.append(abs(state - fixed))
    return {
        "distance": distances[1:],
        "distance_0": distances[0],
        "complement_0": 1 - abs(start),
        "bias": coefficients[0],
        "slope": polynomial(mp, [k * a for k, a in enumerate(coefficients)][1:], fixed),
        "fixed": fixed,
    }
