r"""Prompts that a transformer learns from in context: Gaussian regression before one attention layer, and TD transitions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension
from strategies.networks import Cayley

SMALLEST = 2.0**-20
STATES = 3


class RegressionLayer(Input):
    r"""The law of a regression prompt, $x\sim N(0,\Sigma)$ with $\Sigma=U\,\mathrm{diag}(\lambda)U^\top$, and one linear layer.

    ``eigenvalues`` ``(d,)`` are not negative and not all 0 (all positive if ``definite``), ``turn`` ``(d, d)`` is the
    Cayley parameter of the orthogonal ``U``.  Of the layer, ``u`` ``(d,)`` and ``beta`` are the last row of P, ``A`` ``(d, d)``
    and ``a`` ``(d,)`` the upper and the last row of the first d columns of Q; ``gauge`` is a non-zero rescaling.
    """

    families = ("gaussian", "sparse", "resolvent", "rescaled resolvent")

    def __init__(self, dim: str, definite: bool = False) -> None:
        self.dim, self.definite = dim, definite
        self.basis = Cayley(dim, dim)

    def parts(self) -> Mapping[str, Shape]:
        vector, square = (self.dim,), (self.dim, self.dim)
        return {"eigenvalues": vector, "turn": square, "u": vector, "beta": (), "A": square, "a": vector, "gauge": ()}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``resolvent`` layers are sparse with ``beta A = -(x Sigma + y tr(Sigma) I)^{-1}`` for random positive x and y."""
        import array_api_compat.torch as xp

        d = dimension(self.dim, sizes)
        eigenvalues = sampler.where(
            sampler.bernoulli(0.5, batch, 1),
            sampler.integers(1, 4, batch, d),
            sampler.log_uniform(batch, d, low=1e-3, high=1e2),
        )
        if not self.definite:
            vanishing = sampler.bernoulli(0.1, batch, d)
            vanishing[:, 0] = False
            eigenvalues = sampler.where(vanishing, 0.0, eigenvalues)
        turn = sampler.normal(batch, d, d) * sampler.bernoulli(0.7, batch, 1, 1)
        u, beta, A, a = sampler.normal(batch, d), sampler.normal(batch), sampler.normal(batch, d, d), sampler.normal(batch, d)
        gauge = sampler.signs(batch) * sampler.log_uniform(batch, low=2.0**-20, high=2.0**20)
        if family == "sparse":
            u, a = u * sampler.bernoulli(0.3, batch, 1), a * sampler.bernoulli(0.3, batch, 1)
            beta = beta * sampler.bernoulli(0.8, batch)
        if "resolvent" in family:
            U = self.basis.tensor(xp, {"": turn}, sizes, choices)
            trace = xp.sum(eigenvalues, axis=1)[:, None]
            x, y = sampler.log_uniform(batch, 1, low=0.25, high=4.0), sampler.log_uniform(batch, 1, low=2.0**-8, high=2.0)
            inverse = -1 / (x * eigenvalues + y * trace)
            noise = sampler.log_uniform(batch, 1, low=1e-6, high=1.0) * sampler.bernoulli(0.5, batch, 1)
            scale = gauge if family == "rescaled resolvent" else sampler.signs(batch)
            A = ((U * inverse[:, None, :]) @ xp.matrix_transpose(U) + (noise / trace)[:, :, None] * A) / scale[:, None, None]
            u, a, beta = noise * u * scale[:, None], noise * a / scale[:, None], scale
        return {"eigenvalues": eigenvalues, "turn": turn, "u": u, "beta": beta, "A": A, "a": a, "gauge": gauge}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        d = dimension(self.dim, sizes)
        entry = st.integers(-8, 8)

        def vector(scale: int = 4) -> list[Fraction]:
            return [Fraction(k, scale) for k in draw(st.lists(entry, min_size=d, max_size=d))]

        positive = st.integers(1 if self.definite else 0, 4)
        eigenvalues = [draw(st.integers(1, 4)), *(draw(positive) for _ in range(d - 1))]
        return {
            "eigenvalues": eigenvalues,
            "turn": [vector() for _ in range(d)],
            "u": vector(),
            "beta": Fraction(draw(entry), 4),
            "A": [vector(8) for _ in range(d)],
            "a": vector(),
            "gauge": draw(st.sampled_from((1, -1, 2))),
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Isotropic, unequal and nearly singular covariances with the zero layer, blocks of zeros, and a large gauge."""
        d = dimension(self.dim, sizes)
        zeros, ones = [0] * d, [1] * d
        small: list[Any] = [1] + [Fraction(1, 2**20)] * (d - 1)
        spectra = [ones, list(range(1, d + 1)), small]
        if not self.definite and d > 1:
            spectra.append([1] + [0] * (d - 1))
        for eigenvalues, size, (u, beta, a) in itertools.product(
            spectra,
            (0, Fraction(-1, 4), Fraction(-1, 2), Fraction(-3, 4)),
            ((zeros, 1, zeros), (ones, 0, ones), (ones, 1, zeros), (zeros, 1, ones)),
        ):
            square = [[size * int(i == j) for j in range(d)] for i in range(d)]
            for gauge in (1, -(2**20)):
                layer = {"u": u, "beta": beta * gauge, "A": [[Fraction(x) / gauge for x in row] for row in square], "a": a}
                yield {"eigenvalues": eigenvalues, "turn": [zeros] * d, **layer, "gauge": gauge}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        gauge = parts["gauge"]
        away = xp.where(abs(gauge) < SMALLEST, xp.full_like(gauge, SMALLEST), gauge)
        return {**parts, "eigenvalues": xp.clip(parts["eigenvalues"], min=SMALLEST if self.definite else 0.0), "gauge": away}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part in ("eigenvalues", "gauge") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        eigenvalues = list(parts["eigenvalues"])
        spread = min(eigenvalues) > 0 if self.definite else min(eigenvalues) >= 0 and max(eigenvalues) > 0
        return bool(spread and parts["gauge"][()] != 0)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {**parts, "basis": self.basis.tensor(xp, {"": parts["turn"]}, sizes, choices)}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``Sigma`` and ``A`` as matrices, ``u`` and ``a`` as vectors, with the eigenvalues and the basis of ``Sigma``."""
        eigenvalues = [mp.mpf(value) for value in parts["eigenvalues"]]
        basis = self.basis.exact(mp, {"": parts["turn"]}, sizes, choices)
        return {
            "eigenvalues": eigenvalues,
            "basis": basis,
            "Sigma": basis * mp.diag(eigenvalues) * basis.T,
            "A": mp.matrix([[mp.mpf(x) for x in row] for row in parts["A"]]),
            "u": [mp.mpf(x) for x in parts["u"]],
            "a": [mp.mpf(x) for x in parts["a"]],
            "beta": mp.mpf(parts["beta"][()]),
            "gauge": mp.mpf(parts["gauge"][()]),
        }


class Transitions(Input):
    r"""A trajectory of features and rewards with a discount, and the free weights of a network that evaluates it in context.

    ``features`` ``(n+1, d)`` are those of the visited states (one more row if ``beyond`` shows the state after the query),
    ``rewards`` ``(n,)``, ``discount`` is any number, ``weights`` ``(L, d, d)`` the preconditioner of every layer.
    """

    families = ("gaussian", "reward process", "resting", "integers")

    def __init__(self, length: str, dim: str, layers: str, beyond: bool = False) -> None:
        self.length, self.dim, self.layers, self.beyond = length, dim, layers, beyond

    def parts(self) -> Mapping[str, Shape]:
        seen = f"{self.length}+{2 if self.beyond else 1}"
        square = (self.layers, self.dim, self.dim)
        return {"features": (seen, self.dim), "rewards": (self.length,), "discount": (), "weights": square}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Independent numbers, paths of a random Markov reward process, a process that rests, and small integers."""
        n, d, layers = (dimension(size, sizes) for size in (self.length, self.dim, self.layers))
        seen = n + (2 if self.beyond else 1)
        features, rewards = sampler.normal(batch, seen, d), sampler.normal(batch, n)
        weights = sampler.normal(batch, layers, d, d)
        discount = sampler.where(sampler.bernoulli(0.3, batch), sampler.integers(0, 1, batch), sampler.uniform(batch))
        if family == "reward process":
            features, rewards = _path(sampler, batch, seen, n, d)
        if family == "resting":
            features = features[:, :1] + features * sampler.bernoulli(0.5, batch, seen, 1)
        if family == "integers":
            features, rewards = sampler.integers(-2, 2, batch, seen, d), sampler.integers(-2, 2, batch, n)
            weights, discount = sampler.integers(-1, 1, batch, layers, d, d), sampler.integers(0, 2, batch) / 2
        return {"features": features, "rewards": rewards, "discount": discount, "weights": weights}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n, d, layers = (dimension(size, sizes) for size in (self.length, self.dim, self.layers))
        small = st.integers(-2, 2)

        def row(length: int) -> Any:
            return draw(st.lists(small, min_size=length, max_size=length))

        return {
            "features": [row(d) for _ in range(n + (2 if self.beyond else 1))],
            "rewards": row(n),
            "discount": draw(st.sampled_from((0, 1, Fraction(1, 2)))),
            "weights": [[row(d) for _ in range(d)] for _ in range(layers)],
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Equal, zero and alternating features with the discounts 0 and 1, unit and triangular preconditioners."""
        n, d, layers = (dimension(size, sizes) for size in (self.length, self.dim, self.layers))
        seen = n + (2 if self.beyond else 1)
        unit = [[int(i == j) for j in range(d)] for i in range(d)]
        triangular = [[int(i <= j) for j in range(d)] for i in range(d)]
        for discount, square in itertools.product((0, 1), (unit, triangular)):
            for features in (
                [[1] * d] * seen,
                [[0] * d] * seen,
                [[int(k % d == i) for i in range(d)] for k in range(seen)],
                [[(-1) ** k] * d for k in range(seen)],
            ):
                yield {"features": features, "rewards": [1] * n, "discount": discount, "weights": [square] * layers}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return dict(parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Rows of features, rewards and discount as numbers, the weights as a list of matrices."""
        return {
            "features": [[mp.mpf(x) for x in row] for row in parts["features"]],
            "rewards": [mp.mpf(x) for x in parts["rewards"]],
            "discount": mp.mpf(parts["discount"][()]),
            "weights": [mp.matrix([[mp.mpf(x) for x in row] for row in square]) for square in parts["weights"]],
        }


def _path(sampler: Sampler, batch: int, seen: int, rewarded: int, d: int) -> tuple[Any, Any]:
    """Features ``(batch, seen, d)`` and rewards ``(batch, rewarded)`` along a path of a Markov chain on a few states."""
    import torch

    transition = torch.softmax(2 * sampler.normal(batch, STATES, STATES), dim=2).cumsum(2)
    features, rewards = sampler.normal(batch, STATES, d), sampler.normal(batch, STATES)
    state = sampler.integers(0, STATES - 1, batch).to(torch.int64)
    rows = torch.arange(batch, device=state.device)
    visited = []
    for _ in range(seen):
        visited.append(state)
        state = (sampler.uniform(batch)[:, None] > transition[rows, state, :-1]).sum(dim=1)
    path = torch.stack(visited, dim=1)
    return features[rows[:, None], path], rewards[rows[:, None], path[:, :rewarded]]


def regression_layer(dim: str, definite: bool = False) -> RegressionLayer:
    """A Gaussian regression prompt of dimension ``dim`` and one linear attention layer."""
    return RegressionLayer(dim, definite)


def transitions(length: str, dim: str, layers: str, beyond: bool = False) -> Transitions:
    """``length`` transitions with features of dimension ``dim`` and preconditioners for ``layers`` layers."""
    return Transitions(length, dim, layers, beyond)
