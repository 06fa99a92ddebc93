r"""Expectations over the weights of single neurons, exactly, from the moments of one weight.

For $u=\langle w,x\rangle$, $v=\langle w,y\rangle$ with i.i.d. weights of the moments $m_k$, the joint moments $\mathbb E\,u^iv^j$
follow coordinate by coordinate, and a polynomial activation needs no more than them.  The kernel map beside them is the
Hermite series $\kappa(\rho)=\sum_kc_k^2\rho^k$, so that Mehler's formula is what is compared.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from oracles.activations import arc_cosine, double_factorial, polynomial

Moments = Callable[[int], Fraction]


def gaussian(k: int) -> Fraction:
    """Moments of the standard Gaussian."""
    return Fraction(0 if k % 2 else double_factorial(k - 1))


def uniform(k: int) -> Fraction:
    """Moments of the uniform law on [-1, 1]."""
    return Fraction(0) if k % 2 else Fraction(1, k + 1)


def joint_moments(mp: Any, law: Moments, x: Sequence[Any], y: Sequence[Any], order: int) -> dict[tuple[int, int], Any]:
    r"""$\mathbb E\,u^iv^j$ for ``i, j <= order``: every coordinate convolves the moments of those before it."""
    places = list(itertools.product(range(order + 1), repeat=2))
    moments = {place: mp.mpf(int(place == (0, 0))) for place in places}
    for a, b in zip(x, y, strict=True):
        own = {(i, j): mp.mpf(law(i + j)) * a**i * b**j for i, j in places}
        moments = {
            (i, j): mp.fsum(
                math.comb(i, p) * math.comb(j, q) * own[p, q] * moments[i - p, j - q]
                for p in range(i + 1)
                for q in range(j + 1)
                if (p + q) % 2 == 0 or law(p + q)
            )
            for i, j in places
        }
    return moments


class Polynomial:
    r"""The activation $\sum_kb_k\mathrm{He}_k/\sqrt V$ by its monomials, with $V=\mathbb E(\sum_kb_k\mathrm{He}_k)^2$."""

    def __init__(self, mp: Any, b: Sequence[Any]) -> None:
        self.mp, self.b, self.degree = mp, b, len(b) - 1
        self.monomials = [mp.mpf(0)] * len(b)
        for k, weight in enumerate(b):
            for j in range(k // 2 + 1):
                ways = (-1) ** j * math.factorial(k) // (math.factorial(j) * math.factorial(k - 2 * j) * 2**j)
                self.monomials[k - 2 * j] += ways * weight
        pairs = itertools.product(enumerate(self.monomials), repeat=2)
        self.variance = mp.fsum(c * d * mp.mpf(gaussian(i + j)) for (i, c), (j, d) in pairs)

    def __call__(self, u: Any) -> Any:
        return polynomial(self.mp, self.monomials, u) / self.mp.sqrt(self.variance)

    def product(self, u: Any, v: Any) -> Any:
        r"""$\phi(u)\phi(v)$, rational where u and v are."""
        return polynomial(self.mp, self.monomials, u) * polynomial(self.mp, self.monomials, v) / self.variance

    def share(self, k: int) -> Any:
        """``c_k^2``."""
        if k > self.degree:
            return self.mp.mpf(0)
        return self.b[k] ** 2 * math.factorial(k) / self.variance

    def kernel(self, rho: Any) -> Any:
        r"""$\kappa(\rho)$ by its Hermite series."""
        return polynomial(self.mp, [self.share(k) for k in range(self.degree + 1)], rho)

    def mean_product(self, moments: dict[tuple[int, int], Any]) -> Any:
        r"""$\mathbb E\,\phi(u)\phi(v)$ from the joint moments."""
        pairs = itertools.product(enumerate(self.monomials), repeat=2)
        return self.mp.fsum(c * d * moments[i, j] for (i, c), (j, d) in pairs) / self.variance

    def squared_mean(self, moments: dict[tuple[int, int], Any]) -> Any:
        r"""$(\mathbb E\,\phi(u))^2$, rational where the moments are."""
        return self.mp.fsum(c * moments[k, 0] for k, c in enumerate(self.monomials)) ** 2 / self.variance

    def mean_times(self, moments: dict[tuple[int, int], Any], i: int, j: int) -> Any:
        r"""$\mathbb E\,\phi(u)\,u^iv^j$."""
        terms = (c * moments[k + i, j] for k, c in enumerate(self.monomials))
        return self.mp.fsum(terms) / self.mp.sqrt(self.variance)


class ReLU:
    """The normalised ReLU with its arc-cosine kernel."""

    def __init__(self, mp: Any) -> None:
        self.mp = mp

    def product(self, u: Any, v: Any) -> Any:
        return 2 * u * v if u > 0 and v > 0 else self.mp.mpf(0)

    def kernel(self, rho: Any) -> Any:
        return arc_cosine(self.mp, 1, rho) / self.mp.pi


def activation(mp: Any, b: Sequence[Any] | None) -> Any:
    """The polynomial with the coefficients ``b``, or the ReLU for None."""
    return ReLU(mp) if b is None else Polynomial(mp, b)


def inputs(X: Any) -> tuple[list[Any], list[Any]]:
    """The two rows of ``X``."""
    return [X[0, j] for j in range(X.cols)], [X[1, j] for j in range(X.cols)]


def inner(mp: Any, x: Sequence[Any], y: Sequence[Any]) -> Any:
    return mp.fsum(a * b for a, b in zip(x, y, strict=True))


# the first layer -------------------------------------------------------------------------------------------------------


def first_layer(mp: Any, neuron: Any, X: Any, W: Any) -> dict[str, Any]:
    r"""$\phi(u)\phi(v)$ for one draw of the weights, beside $\kappa(\rho)$."""
    phi, (x, y), w = activation(mp, neuron), inputs(X), [W[0, j] for j in range(W.cols)]
    return _layer(mp, phi, x, y, phi.product(inner(mp, w, x), inner(mp, w, y)))


def first_layer_moments(law: Moments) -> Callable[..., dict[str, Any]]:
    """The mean over i.i.d. weights of the given moments, for polynomials."""

    def expectation(mp: Any, neuron: Any, X: Any) -> dict[str, Any]:
        phi, (x, y) = Polynomial(mp, neuron), inputs(X)
        return _layer(mp, phi, x, y, phi.mean_product(joint_moments(mp, law, x, y, phi.degree)))

    return expectation


def first_layer_deviation(mp: Any, neuron: Any, X: Any, W: Any) -> dict[str, Any]:
    r"""One draw for a polynomial, with $c_2^2\sum_ix_i^2y_i^2$ and $c_2^2\max_ix_i^2$."""
    share, (x, y) = Polynomial(mp, neuron).share(2), inputs(X)
    overlap = mp.fsum((a * b) ** 2 for a, b in zip(x, y, strict=True))
    return first_layer(mp, neuron, X, W) | {"localised": share * overlap, "largest": share * mp.maximum([a * a for a in x])}


def _layer(mp: Any, phi: Any, x: list[Any], y: list[Any], product: Any) -> dict[str, Any]:
    return {"product": product, "kappa": phi.kernel(inner(mp, x, y))}


# residual branches -----------------------------------------------------------------------------------------------------


def residual(mp: Any, neuron: Any, X: Any, strength: Any, W: Any, P: Any) -> dict[str, Any]:
    r"""$h(x)h(y)$ for one draw, $h(x)=\sqrt{1-r^2}\,\phi(\langle w,x\rangle)+r\langle p,x\rangle$."""
    (r, rest), phi, (x, y) = strength, Polynomial(mp, neuron), inputs(X)
    w, p = [W[0, j] for j in range(W.cols)], [P[0, j] for j in range(P.cols)]
    at_x, at_y = (rest * phi(inner(mp, w, z)) + r * inner(mp, p, z) for z in (x, y))
    return {"product": at_x * at_y, "kappa": phi.kernel(inner(mp, x, y)), "rho": inner(mp, x, y), "r": r}


def residual_mean(mp: Any, neuron: Any, X: Any, strength: Any) -> dict[str, Any]:
    """The mean over independent Gaussian ``w`` and ``p``: every term of the product from joint moments."""
    return _residual_mean(mp, neuron, X, strength, shared=False)


def residual_mean_shared(mp: Any, neuron: Any, X: Any, strength: Any) -> dict[str, Any]:
    """The mean for ``p = w``."""
    return _residual_mean(mp, neuron, X, strength, shared=True)


def residual_shared(mp: Any, neuron: Any, X: Any, strength: Any, W: Any) -> dict[str, Any]:
    """One draw for ``p = w``."""
    return residual(mp, neuron, X, strength, W, W)


def _residual_mean(mp: Any, neuron: Any, X: Any, strength: Any, shared: bool) -> dict[str, Any]:
    (r, rest), phi, (x, y) = strength, Polynomial(mp, neuron), inputs(X)
    there = joint_moments(mp, gaussian, x, y, phi.degree + 1)
    back = {(j, i): value for (i, j), value in there.items()}
    cross = [
        phi.mean_times(moments, 0, 1) if shared else phi.mean_times(moments, 0, 0) * moments[0, 1] for moments in (there, back)
    ]
    mean = rest**2 * phi.mean_product(there) + r**2 * there[1, 1] + r * rest * mp.fsum(cross)
    return {"product": mean, "kappa": phi.kernel(inner(mp, x, y)), "rho": inner(mp, x, y), "r": r}


# normalisation of a layer of width d -----------------------------------------------------------------------------------


def normalised(mp: Any, neuron: Any, X: Any, W: Any, d: int) -> dict[str, Any]:
    """Sample covariances and mean products of one draw, by the sums of products less the products of sums."""
    phi, (x, y) = Polynomial(mp, neuron), inputs(X)
    rows = [[W[i, j] for j in range(W.cols)] for i in range(d)]
    u, v = [inner(mp, w, x) for w in rows], [inner(mp, w, y) for w in rows]
    a, b = [phi(z) for z in u], [phi(z) for z in v]

    def product(s: list[Any], t: list[Any]) -> Any:
        return inner(mp, s, t) / d

    def covariance(s: list[Any], t: list[Any]) -> Any:
        return (inner(mp, s, t) - mp.fsum(s) * mp.fsum(t) / d) / (d - 1)

    return {
        "covariance": covariance(a, b),
        "variance": covariance(a, a),
        "product": product(a, b),
        "square": product(a, a),
        "covariance_before": covariance(u, v),
        "variance_before": covariance(u, u),
        "product_before": product(u, v),
        "square_before": product(u, u),
    } | _maps(mp, phi, inner(mp, x, y))


def normalised_mean(mp: Any, neuron: Any, X: Any, d: int) -> dict[str, Any]:
    """Their means over Gaussian weights: pairs of equal and of different neurons counted apart."""
    phi, (x, y) = Polynomial(mp, neuron), inputs(X)
    across, along = (joint_moments(mp, gaussian, x, z, max(phi.degree, 1)) for z in (y, x))
    bias = phi.squared_mean(along)

    def covariance(product: Any, squared_mean: Any) -> Any:
        equal, different = d * product, d * (d - 1) * squared_mean
        return (equal - (equal + different) / d) / (d - 1)

    return {
        "covariance": covariance(phi.mean_product(across), bias),
        "variance": covariance(phi.mean_product(along), bias),
        "product": phi.mean_product(across),
        "square": phi.mean_product(along),
        "covariance_before": covariance(across[1, 1], across[1, 0] * across[0, 1]),
        "variance_before": covariance(along[1, 1], along[1, 0] ** 2),
        "product_before": across[1, 1],
        "square_before": along[1, 1],
    } | _maps(mp, phi, inner(mp, x, y))


def _maps(mp: Any, phi: Polynomial, rho: Any) -> dict[str, Any]:
    return {"kappa": phi.kernel(rho), "kappa_0": phi.kernel(mp.mpf(0)), "rho": rho}
