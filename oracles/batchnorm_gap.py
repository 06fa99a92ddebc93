r"""Orthogonality gaps of matrices and of layers with batch normalization, exactly (P1: arXiv 2106.03970).

``sigma`` are singular values up to a common factor, ``a`` their squares up to a common factor.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any


def squares(mp: Any, sigma: list[Any]) -> list[Any]:
    """``sigma_i^2 / sum(sigma_j^2)`` in the given order."""
    total = mp.fsum(value * value for value in sigma)
    return [value * value / total for value in sigma]


def distance_from_isotropy(mp: Any, C: Any) -> Any:
    """``|C - I/n|_F^2``, the square of the gap ``V`` of a Gram matrix of trace 1."""
    n = C.rows
    return mp.fsum(C[i, j] ** 2 for i in range(n) for j in range(n)) - mp.mpf(Fraction(1, n))


# gap_frobenius ---------------------------------------------------------------------------------------------------------


def normalised_layer(mp: Any, H: Any, W: Any) -> Mapping[str, Any]:
    """Norms, smallest eigenvalue and 2x2 minors of ``H' = BN(W H) / sqrt(d)``, all from the unnormalised rows of ``W H``."""
    d, n = H.rows, H.cols
    M = W * H
    norms = [mp.fsum(M[i, j] ** 2 for j in range(n)) for i in range(d)]
    shortest = mp.minimum(norms)
    if shortest == 0:
        return {"shortest": shortest}
    shares = [[M[i, j] ** 2 / (d * norms[i]) for j in range(n)] for i in range(d)]
    C = mp.matrix([[mp.fsum(M[k, i] * M[k, j] / (d * norms[k]) for k in range(d)) for j in range(n)] for i in range(n)])
    minors = mp.fsum(
        (M[k, i] * M[m, j] - M[k, j] * M[m, i]) ** 2 / (d * norms[k] * d * norms[m])
        for k, m in itertools.combinations(range(d), 2)
        for i, j in itertools.combinations(range(n), 2)
    )
    return {
        "shortest": shortest,
        "row": [mp.fsum(line) for line in shares],
        "frobenius": mp.fsum(mp.fsum(line) for line in shares),
        "column": [mp.fsum(shares[i][j] for i in range(d)) for j in range(n)],
        "frobenius_before": mp.fsum(H[i, j] ** 2 for i in range(d) for j in range(n)),
        "smallest": lambda: mp.mpf(0) if d < n else mp.eigsy(C)[0],
        "square_gap": distance_from_isotropy(mp, C),
        "minors": minors,
    }


# gap_lyapunov, gap_iterative_init --------------------------------------------------------------------------------------


def two_gaps(mp: Any, a: list[Any]) -> dict[str, Any]:
    """``V^2`` and the gap of the squared singular values ``a_i / sum(a)``: ``V^2`` is a sum of squares less ``1/n``."""
    n, total = len(a), mp.fsum(a)
    return {
        "square_gap": mp.fsum(value * value for value in a) / total**2 - mp.mpf(Fraction(1, n)),
        "gap": mp.mpf(Fraction(1, n)) - mp.minimum(a) / total,
    }


def two_gaps_unnormalised(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The same where the squared singular values are the ``a_i`` themselves; ``V`` does not change."""
    return {**two_gaps(mp, a), "gap": mp.mpf(Fraction(1, len(a))) - mp.minimum(a)}


def iterative_init(mp: Any, sigma: list[Any]) -> dict[str, Any]:
    """Power sums of normalised singular values, and ``V^2`` before and after the initialisation by the SVD (eq. 6)."""
    n = len(sigma)
    second = mp.fsum(value**2 for value in sigma)
    fourth = mp.fsum(value**4 for value in sigma) / second**2
    first = mp.fsum(sigma) ** 2 / second
    return {
        "first": first,
        "fourth": fourth,
        "square_gap": fourth - mp.mpf(Fraction(1, n)),
        "square_gap_after": 1 / first - mp.mpf(Fraction(1, n)),
    }


# gap_wasserstein -------------------------------------------------------------------------------------------------------


def wasserstein(mp: Any, a: list[Any]) -> dict[str, Any]:
    """``W_2^2`` from the coupling ``(W U diag(sigma), W U / sqrt(n))``, which shifts singular values one by one."""
    total = mp.fsum(a)
    return _transport(mp, a, [mp.sqrt(value / total) for value in a])


def wasserstein_unnormalised(mp: Any, a: list[Any]) -> dict[str, Any]:
    """The same where the squared singular values are the ``a_i`` themselves."""
    return _transport(mp, a, [mp.sqrt(value) for value in a])


def _transport(mp: Any, a: list[Any], sigma: list[Any]) -> dict[str, Any]:
    target = mp.sqrt(mp.mpf(Fraction(1, len(a))))
    return {
        "distance": mp.fsum((value - target) ** 2 for value in sigma),
        "nuclear": mp.fsum(sigma),
        "gap": mp.sqrt_of_squares(two_gaps(mp, a)["square_gap"]),
    }
