r"""Iterated kernel maps $\rho_{\ell+1}=\kappa(\rho_\ell)$ of 2410.20107 on one correlation, exactly.

Each quantity is written as the paper prints it, from the plain power series or the closed form of the dual, and by
subtraction: rationals do not cancel, and balls say what they lost.
"""

from __future__ import annotations

from typing import Any

from oracles.activations import Kernel, polynomial


def iterates(step: Any, start: Any, layers: int) -> list[Any]:
    r"""$\rho_0,\dots,\rho_L$."""
    states = [start]
    for _ in range(layers):
        states.append(step(states[-1]))
    return states


def enclosed(mp: Any, step: Any) -> Any:
    r"""A kernel map that takes a ball in $[0,1]$ to the ball around the images of its ends, $\kappa$ being increasing there.

    The closed form on the ball itself would widen it by $1/\sqrt{1-\rho}$ in every layer.
    """

    def image(rho: Any) -> Any:
        if mp.radius(rho) == 0 or mp.lt(rho, 0) is not False:
            return step(rho)
        low, high = mp.bounds(rho)
        return mp.between(step(mp.mpf(low)), step(mp.mpf(min(high, 1))))

    return image


def approach_to_one(mp: Any, kernel: dict[str, Any], start: Any, L: int) -> dict[str, Any]:
    r"""$1-\rho_\ell$ of Theorem 1, cases 2 and 3, layers 1 to L, with $\kappa(0)$, $\kappa'(0)$ and $\kappa'(1)$."""
    step = Kernel(mp, **kernel)
    distances = [1 - state for state in iterates(enclosed(mp, step), start, L)]
    return {
        "distance": distances[1:],
        "distance_0": distances[0],
        "bias": step(mp.mpf(0)),
        "slope": step.slope(mp.mpf(0)),
        "slope_one": lambda: step.slope(mp.mpf(1)),
    }


def representations(mp: Any, kernel: dict[str, Any], start: Any, L: int) -> dict[str, Any]:
    r"""Distances of normalised representations, $\frac1d(\|h(x)\|^2+\|h(y)\|^2-2\langle h(x),h(y)\rangle)$ and its root."""
    step = Kernel(mp, **kernel)
    squares = [step(mp.mpf(1)) * 2 - 2 * state for state in iterates(enclosed(mp, step), start, L)[1:]]
    return {
        "square": squares,
        "distance": lambda: [mp.sqrt(square) for square in squares],
        "slope_one": step.slope(mp.mpf(1)),
    }


# maps with a known attractor -------------------------------------------------------------------------------------------


class Series:
    r"""A power series $\kappa$ with its exact attractor $\rho_\star$."""

    def __init__(self, mp: Any, coefficients: list[Any], fixed: Any) -> None:
        self.mp, self.coefficients, self.fixed = mp, coefficients, fixed

    def __call__(self, rho: Any) -> Any:
        return polynomial(self.mp, self.coefficients, rho)

    def slope(self, rho: Any) -> Any:
        r"""$\kappa'(\rho)$."""
        return polynomial(self.mp, [k * a for k, a in enumerate(self.coefficients)][1:], rho)

    def potential(self, rho: Any) -> Any:
        r"""$\Psi(\rho)$, by the three intervals $(-1,0]$, $[0,\rho_\star]$ and $[\rho_\star,1)$."""
        if rho <= 0:
            return (self.fixed - rho) / (1 - abs(rho))
        return self.fixed - rho if rho <= self.fixed else (rho - self.fixed) / (1 - rho)

    def hyperbolic(self, rho: Any) -> Any:
        r"""$\Phi(|\varphi(\rho)|)$ with $\varphi(\rho)=\frac{\rho-\rho_\star}{1-\rho_\star\rho}$."""
        moved = abs((rho - self.fixed) / (1 - self.fixed * rho))
        return moved / (1 - moved)


def potential_step(mp: Any, kernel: dict[str, Any], start: Any) -> dict[str, Any]:
    r"""$\Psi$ before and after one layer, and what the printed lemma compares beside it."""
    step = Series(mp, **kernel)
    value = step(start)
    return {
        "potential": step.potential(start),
        "potential_next": lambda: step.potential(value),
        "ratio": lambda: (start - step.fixed) / (1 - start),
        "ratio_next": lambda: (value - step.fixed) / (1 - value),
        "complement_next": 1 - abs(value),
        "rho": start,
        "fixed": step.fixed,
        "slope": step.slope(step.fixed),
    }


def negative_side(mp: Any, kernel: dict[str, Any], start: Any) -> dict[str, Any]:
    r"""$\kappa(\rho)$, $\kappa(-\rho)$ and the distances from the attractor before and after one layer."""
    step = Series(mp, **kernel)
    value = step(start)
    return {
        "minus_rho": -start,
        "value": value,
        "mirrored": step(-start),
        "bias": step.coefficients[0],
        "fixed": step.fixed,
        "distance": abs(start - step.fixed),
        "distance_next": abs(value - step.fixed),
    }


def fixed_points(mp: Any, kernel: dict[str, Any], start: Any) -> dict[str, Any]:
    r"""$\rho$ and $\kappa(\rho)$ on either side of the attractor, and value and slope at the ends $\pm1$."""
    step = Series(mp, **kernel)
    one = mp.mpf(1)
    return {
        "rho": start,
        "rho_next": step(start),
        "fixed": step.fixed,
        "slope_fixed": step.slope(step.fixed),
        "curvature": mp.fsum(abs(a) for a in step.coefficients[2:]),
        "even_mass": mp.fsum(step.coefficients[::2]),
        "slope_one": step.slope(one),
        "value_minus": step(-one),
        "slope_minus": step.slope(-one),
    }


def hyperbolic_iteration(mp: Any, kernel: dict[str, Any], start: Any, L: int) -> dict[str, Any]:
    r"""$\Phi(|\varphi_{\rho_\star}(\rho_\ell)|)$ for the layers 1 to L."""
    step = Series(mp, **kernel)
    gauges = [step.hyperbolic(state) for state in iterates(step, start, L)]
    return {"gauge": gauges[1:], "gauge_0": gauges[0], "slope": step.slope(step.fixed)}


def residual_pair(mp: Any, kernel: dict[str, Any], start: Any, shares: list[Any], L: int) -> dict[str, Any]:
    r"""Distances from the attractor with residual shares $r^2$, a weaker and a stronger one, layer by layer."""
    step = Series(mp, **kernel)
    weaker, stronger = shares

    def distances(share: Any) -> list[Any]:
        states = iterates(lambda rho: (1 - share) * step(rho) + share * rho, start, L)
        return [abs(state - step.fixed) for state in states[1:]]

    slope = step.slope(step.fixed)
    return {
        "rho_0": start,
        "weaker": distances(weaker),
        "stronger": distances(stronger),
        "rate_weaker": slope + weaker * (1 - slope),
        "rate_stronger": slope + stronger * (1 - slope),
    }


def lowest_order(mp: Any, weights: list[Any], start: Any, m: int, L: int) -> dict[str, Any]:
    r"""$\log|\rho_\ell|$ for $\kappa(\rho)=\sum_{j\ge0}a_{m+j}\rho^{m+j}$, layers 1 to L, by iteration and one logarithm each."""
    total = mp.fsum(weights)
    coefficients = [mp.mpf(0)] * m + [w / total for w in weights]
    states = iterates(lambda rho: polynomial(mp, coefficients, rho), start, L)
    logs = [mp.ninf if mp.eq(state, 0) else mp.log(abs(state)) for state in states]
    return {"log_rho": logs[1:], "log_rho_0": logs[0], "terms": mp.mpf(sum(1 for w in weights if not mp.eq(w, 0)))}


# holomorphic self-maps of the disk -------------------------------------------------------------------------------------


def self_map(mp: Any, map: list[list[Any]], z: list[Any]) -> dict[str, Any]:
    r"""$|z|$, $|g(z)|$, their potentials and $g'(0)$ for $g(z)=z\,b_1(z)\cdots b_n(z)$.

    A factor is a list of one number c, $b(z)=\frac{z+c}{1+cz}$, or of the real part x and the squared modulus m of a conjugate
    pair of zeros, $b(z)=\frac{z^2-2xz+m}{1-2xz+mz^2}$.
    """
    value, slope = (z[0], z[1]), mp.mpf(1)
    for factor in map:
        value, slope = _times(value, _factor(mp, factor, z)), slope * factor[-1]
    return _moduli(mp, z, value) | {"slope": slope}


def self_map_off_centre(mp: Any, map: list[list[Any]], z: list[Any]) -> dict[str, Any]:
    r"""The same for $g(z)=b_1(z)\cdots b_n(z)$ with real factors, where $g(0)=c_1\cdots c_n$."""
    value: Any = (mp.mpf(1), mp.mpf(0))
    at_zero, slope = mp.mpf(1), mp.mpf(0)
    for factor in map:
        (c,) = factor
        value = _times(value, _factor(mp, factor, z))
        at_zero, slope = at_zero * c, slope * c + at_zero * (1 - c * c)
    return _moduli(mp, z, value) | {"slope": slope}


def _moduli(mp: Any, z: Any, value: Any) -> dict[str, Any]:
    size, image = mp.sqrt(_norm(z)), mp.sqrt(_norm(value))
    return {"size": size, "image": image, "potential": size / (1 - size), "potential_next": image / (1 - image)}


def _factor(mp: Any, factor: list[Any], z: Any) -> Any:
    """One Blaschke factor, or the two of a conjugate pair, at z."""
    one = (mp.mpf(1), mp.mpf(0))
    if len(factor) == 1:
        (c,) = factor
        return _over(_add(z, _scale(c, one)), _add(one, _scale(c, z)))
    x, m = factor
    square, middle = _times(z, z), _scale(-2 * x, z)
    return _over(_add(_add(square, middle), _scale(m, one)), _add(_add(one, middle), _scale(m, square)))


def _add(a: Any, b: Any) -> Any:
    return a[0] + b[0], a[1] + b[1]


def _scale(c: Any, a: Any) -> Any:
    return c * a[0], c * a[1]


def _times(a: Any, b: Any) -> Any:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _norm(a: Any) -> Any:
    return a[0] * a[0] + a[1] * a[1]


def _over(a: Any, b: Any) -> Any:
    return _scale(1 / _norm(b), _times(a, (b[0], -b[1])))
