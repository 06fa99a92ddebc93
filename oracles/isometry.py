r"""Isometry of Gram matrices and iterated kernel maps, exactly.

Joudaki, Daneshmand and Bach (2023), arXiv 2305.18399, for isometry and normalisation; Joudaki and Hofmann (2025), arXiv
2410.20107, for kernel maps.  Determinants are those of rational matrices wherever the inputs are rational.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from oracles.activations import Kernel, polynomial
from oracles.batchnorm_rank import rank_of

# isometry --------------------------------------------------------------------------------------------------------------


def isometry(mp: Any, determinant: Any, trace: Any, n: int) -> Any:
    r"""``det^{1/n} / (tr / n)`` of a positive semidefinite matrix; 0 for a determinant that is exactly 0."""
    if mp.le(determinant, 0):
        return mp.mpf(0)
    return n * mp.root(determinant, n) / trace


def normalised(normalisation: Callable[[Any, Any], tuple[list[Any], Callable[[], Any]]]) -> Callable[..., dict[str, Any]]:
    """The quantities of 2305.18399, Theorem 1, for one way to normalise the columns of ``X``, ``(d, n)``.

    ``normalisation(mp, X)`` gives the squared lengths by which it divides and, unless one of them is 0, a rational matrix
    that is similar to the new Gram matrix.
    """

    def oracle(mp: Any, X: Any) -> dict[str, Any]:
        n = X.cols
        gram = X.T * X
        squares = [gram[i, i] for i in range(n)]
        mean, variance = moments(mp, [mp.sqrt(square) for square in squares], squares)
        mean_square, variance_square = moments(mp, squares, squares)
        divisors, similar = normalisation(mp, X)

        def isometry_after() -> Any:
            M = similar()
            return isometry(mp, mp.det(M), mp.trace(M), n)

        return {
            "isometry": isometry(mp, mp.det(gram), mp.fsum(squares), n),
            "isometry_normalised": isometry_after,
            "power": lambda: power(mp, gram),
            "power_normalised": lambda: power(mp, similar()),
            "geometric": mp.fprod(squares),
            "arithmetic": mean_square**n,
            "arithmetic_norm": lambda: mean ** (2 * n),
            "spread": lambda: variance_square / mean_square**2,
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
    r"""Every column divided by its length $a_i$: with $D=\mathrm{diag}(a)$, $D^{-2}G$ is similar to $D^{-1}GD^{-1}$."""
    return _by_length(mp, X.T * X)


def by_centred_length(mp: Any, X: Any) -> tuple[list[Any], Callable[[], Any]]:
    """Every column less its mean, divided by its length."""
    centring = mp.eye(X.rows) - mp.ones(X.rows, X.rows) / X.rows
    return _by_length(mp, X.T * centring * X)


def _by_length(mp: Any, gram: Any) -> tuple[list[Any], Callable[[], Any]]:
    squares = [gram[i, i] for i in range(gram.rows)]
    return squares, lambda: mp.diag([1 / square for square in squares]) * gram


def by_feature(mp: Any, X: Any) -> tuple[list[Any], Callable[[], Any]]:
    """Every row (feature) divided by its length."""
    squares = [mp.fsum(X[k, i] * X[k, i] for i in range(X.cols)) for k in range(X.rows)]
    return squares, lambda: X.T * mp.diag([1 / square for square in squares]) * X


# powers of the isometry, in rationals -----------------------------------------------------------------------------------


def power(mp: Any, M: Any) -> Any:
    r"""$\mathcal I|\mathcal I|^{n-1}$ for a symmetric ``M`` of trace other than 0: $n^n\det M/(\mathrm{tr}M)^n$ up to its sign."""
    n, trace = M.rows, mp.trace(M)
    return mp.det(M) * mp.sign(trace) * (n / abs(trace)) ** n


def powers(mp: Any, X: Any) -> dict[str, Any]:
    """2305.18399, Definition 1, for the Gram matrix of the columns of ``X``, ``(d, n)``, of any rank."""
    M = X.T * X
    return {
        "power": lambda: power(mp, M),
        "trace": mp.trace(M),
        "square_norm": mp.trace(M * M),
        "rank": lambda: rank_of(mp, X),
    }


def powers_of_sum(mp: Any, X: Any, Y: Any) -> dict[str, Any]:
    """`powers` of ``M = X^T X`` beside those of ``N = Y^T Y`` and of ``M + N``."""
    other = Y.T * Y
    added = {"power_other": lambda: power(mp, other), "trace_other": mp.trace(other)}
    return {**powers(mp, X), **added, "power_sum": lambda: power(mp, X.T * X + other)}


def transformed(mp: Any, X: Any, c: Any, Q: Any) -> dict[str, Any]:
    """Powers of the isometry of ``M = X^T X``, of ``c M`` and of ``Q^T M Q``."""
    M = X.T * X
    return {
        "power": lambda: power(mp, M),
        "power_scaled": lambda: power(mp, M * c),
        "power_rotated": lambda: power(mp, Q.T * M * Q),
        "determinant": mp.det(M),
        "volume": abs(mp.det(Q)),
    }


# kernel maps on Gram matrices ------------------------------------------------------------------------------------------


def gap(mp: Any, M: Any) -> Any:
    r"""$-\log\mathcal I(M)$ of a positive semidefinite matrix; infinite for a determinant that is exactly 0."""
    n, determinant = M.rows, mp.det(M)
    return mp.inf if mp.le(determinant, 0) else mp.log(mp.trace(M) / n) - mp.log(determinant) / n


def entrywise(mp: Any, step: Kernel, G: Any) -> Any:
    """The matrix of the ``step`` of every entry of a symmetric ``G``; 1 stays 1."""
    found: dict[tuple[int, int], Any] = {}
    for i in range(G.rows):
        for j in range(i + 1):
            entry = G[i, j]
            found[i, j] = mp.mpf(1) if mp.eq(entry, 1) else step(entry)
    return mp.matrix([[found[max(i, j), min(i, j)] for j in range(G.rows)] for i in range(G.rows)])


def kernel_step(mp: Any, G: Any, kernel: dict[str, Any]) -> dict[str, Any]:
    """Isometry gaps before and after one kernel map."""
    return {"gap_before": gap(mp, G), "gap_after": gap(mp, entrywise(mp, Kernel(mp, **kernel), G))}


def local_rate(mp: Any, G: Any, kernel: dict[str, Any]) -> dict[str, Any]:
    r"""Gaps before and after one kernel map, with $r=\max_{i\ne j}|G_{ij}|$, its image, and $\kappa'(0)$."""
    step = Kernel(mp, **kernel)
    after = entrywise(mp, step, G)
    largest, largest_after = (mp.maximum([abs(A[i, j]) for i in range(G.rows) for j in range(i)]) for A in (G, after))
    return {
        "gap_before": lambda: gap(mp, G),
        "gap_after": lambda: gap(mp, after),
        "largest": largest,
        "potential": lambda: largest / (1 - largest),
        "potential_after": lambda: largest_after / (1 - largest_after),
        "slope": step.slope(mp.mpf(0)),
    }


def pivots(mp: Any, G: Any) -> list[Any]:
    r"""$d_2,\dots,d_n$ of a positive definite matrix: each a leading minor over the one before."""
    n = G.rows
    minors = [mp.det(mp.matrix([[G[i, j] for j in range(k)] for i in range(k)])) for k in range(1, n + 1)]
    return [minors[k] / minors[k - 1] for k in range(1, n)]


def schur_step(mp: Any, G: Any, kernel: dict[str, Any]) -> dict[str, Any]:
    r"""Deficits of the pivots after one kernel map, and their bounds $\kappa(1-d_j)$."""
    n, step = G.rows, Kernel(mp, **kernel)
    after = entrywise(mp, step, G)

    def bounds() -> list[Any]:
        return [step(1 - d) for d in pivots(mp, G)]

    return {
        "determinant": mp.det(G),
        "deficit": lambda: [1 - d for d in pivots(mp, after)],
        "bound": bounds,
        "gap": lambda: gap(mp, after),
        "gap_bound": lambda: -mp.fsum(mp.log(1 - bound) for bound in bounds()) / n,
    }


def schur_depth(mp: Any, G: Any, kernel: dict[str, Any], L: int) -> dict[str, Any]:
    r"""Excesses $1/d_j-1$ of the pivots and isometry gaps of $G^0=G$ and of the layers 1 to ``L``."""
    step = Kernel(mp, **kernel)
    determinant = mp.det(G)

    def excess(matrix: Any) -> list[Any]:
        return [1 / d - 1 for d in pivots(mp, matrix)]

    matrices = iterates(mp, step, G, L)
    return {
        "excess": lambda: [excess(matrix) for matrix in matrices[1:]],
        "excess_0": lambda: excess(G),
        "total": lambda: mp.fsum(excess(G)),
        "gap": lambda: [gap(mp, matrix) for matrix in matrices[1:]],
        "gap_0": lambda: gap(mp, G),
        "determinant": determinant,
        "inverse": lambda: 1 / determinant - 1,
        "slope": step.slope(mp.mpf(0)),
    }


def gap_iteration(mp: Any, G: Any, kernel: dict[str, Any], L: int) -> dict[str, Any]:
    """Isometry gaps of ``G`` and of its ``L`` images."""
    step = Kernel(mp, **kernel)
    return {
        "gap": lambda: [gap(mp, matrix) for matrix in iterates(mp, step, G, L)],
        "gap_0": lambda: gap(mp, G),
        "determinant": mp.det(G),
        "slope": step.slope(mp.mpf(0)),
    }


def iterates(mp: Any, step: Kernel, G: Any, L: int) -> list[Any]:
    """``G`` and its ``L`` images, as balls beyond the first: the degree of the rationals grows like that of the series."""
    matrices = [G]
    for layer in range(L):
        last = matrices[-1]
        if layer:
            last = mp.matrix(
                [[mp.between(last[i, j], last[i, j]) if i != j else 1 for j in range(G.rows)] for i in range(G.rows)]
            )
        matrices.append(entrywise(mp, step, last))
    return matrices


def gram_iteration(mp: Any, G: Any, kernel: dict[str, Any], L: int) -> dict[str, Any]:
    r"""Isometry gaps of $G^{\ell+1}=\kappa[G^\ell]$ and the potential of $G^0$ that the authors' notebook plots."""
    largest = mp.maximum([abs(G[i, j]) for i in range(G.rows) for j in range(i)])
    return {**gap_iteration(mp, G, kernel, L), "potential": lambda: largest / (1 - largest)}


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
