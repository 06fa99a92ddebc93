"""Two tokens that pass through attention layers with layer normalisation after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.composite_heads import column_norm, composite_norm, two_token_residual
from strategies.layer_norm import normalised
from strategies.readable import fractions

SMALLEST = 2.0**-30


class NormalisedPair(Input):
    """Two ``tokens`` ``(2, d)`` and one head per layer, ``key`` and ``value`` ``(L, d, d)``, mostly with small weights."""

    families = ("gaussian", "isotropic")

    def __init__(self, layers: str, dim: str) -> None:
        self.layers, self.dim = layers, dim

    def parts(self) -> Mapping[str, Shape]:
        weights = (self.layers, self.dim, self.dim)
        return {"tokens": (2, self.dim), "key": weights, "value": weights}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``isotropic`` tokens are opposite, and the weights multiples of I."""
        import array_api_compat.torch as xp

        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: sampler.normal(batch, *shape) for name, shape in shapes.items()}
        if family == "isotropic":
            parts["tokens"][:, 1] = -parts["tokens"][:, 0]
            identity = xp.eye(shapes["key"][2], dtype=parts["key"].dtype, device=sampler.device)
            parts |= {name: identity + 0 * parts[name] for name in ("key", "value")}
        size = sampler.log_uniform(batch, 1, 1, 1, low=2.0**-16, high=1.0)
        return {**parts, "key": parts["key"] * size}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        return {name: fractions(draw, shape, 4, 64 if name == "key" else 1) for name, shape in shapes.items()}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """Equal tokens, and tokens in two coordinates of their own, with small multiples of I."""
        layers, d = sizes[self.layers], sizes[self.dim]
        identity = np.broadcast_to(np.eye(d, dtype=int).astype(object), (layers, d, d))
        for tokens in (np.ones((2, d), dtype=object), np.eye(2, d, dtype=int).astype(object)):
            yield {"tokens": tokens, "key": identity * Fraction(1, 64), "value": identity.copy()}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> PairLayers:
        return PairLayers(xp, parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        def matrix(array: NDArray[Any]) -> Any:
            return mp.matrix([[mp.mpf(x) for x in row] for row in array])

        weights = {name: [matrix(one) for one in parts[name]] for name in ("key", "value")}
        return {"tokens": matrix(parts["tokens"]), **weights}


class PairLayers:
    """The layers on a batch of pairs."""

    def __init__(self, xp: Any, parts: Parts) -> None:
        self.xp, self.parts = xp, parts
        self._ones = xp.ones_like(parts["tokens"][:, 0])

    @property
    def strength(self) -> Any:
        """The largest ``|W_QK|_1 |W_V|_{1,inf}`` of a layer, ``(batch,)``."""
        key, value = self.parts["key"], self.parts["value"]
        norms = column_norm(self.xp, key, self._ones) * composite_norm(self.xp, value, self._ones, self._ones)
        return self.xp.max(norms, axis=1)

    def residual(self, X: Any) -> Any:
        """The composite norm of the residual of two tokens."""
        return two_token_residual(self.xp, X[:, 0] - X[:, 1], self._ones)

    def states(self, d_qk: int) -> tuple[list[Any], list[Any]]:
        """The tokens before and after every layer, and the smallest deviation that every normalisation divides by."""
        xp, states, deviations = self.xp, [self.parts["tokens"]], []
        for layer in range(self.parts["key"].shape[1]):
            X = states[-1]
            logits = X @ self.parts["key"][:, layer] @ xp.matrix_transpose(X) / d_qk**0.5
            attended = xp.special.softmax(logits, axis=-1) @ X @ self.parts["value"][:, layer]
            deviations.append(xp.min(xp.std(attended, axis=2), axis=1))
            states.append(normalised(xp, attended))
        return states, deviations


class OppositePair(Input):
    """Tokens ``v`` and ``-v`` for the centred ``direction`` ``(d,)``, with the key weights ``weight_l I`` plus a skew matrix.

    The value weights are ``scale_l I`` with positive scales; ``bend`` ``(L, d)`` is a diagonal that may take their place.
    A ``weight`` ``(L,)`` is positive unless ``signed``.
    """

    families = ("gaussian", "weak")

    def __init__(self, layers: str, dim: str, signed: bool = False) -> None:
        self.layers, self.dim, self.signed = layers, dim, signed

    def parts(self) -> Mapping[str, Shape]:
        layers, d = self.layers, self.dim
        return {"direction": (d,), "weight": (layers,), "scale": (layers,), "turn": (layers, d, d), "bend": (layers, d)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        parts = {name: sampler.normal(batch, *shape) for name, shape in shapes.items()}
        lowest = 2.0**-20 if family == "weak" else 2.0**-3
        for name in ("weight", "scale"):
            parts[name] = sampler.log_uniform(batch, *shapes[name], low=lowest, high=4.0)
        if self.signed:
            parts["weight"] = parts["weight"] * sampler.signs(batch, *shapes["weight"])
        return parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        parts = {name: fractions(draw, shape_of(shape, sizes), 4, 4) for name, shape in self.parts().items()}
        for name in ("weight", "scale"):
            values = parts[name] if self.signed and name == "weight" else abs(parts[name])
            parts[name] = np.where(values == 0, Fraction(1), values)
        return parts

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        shapes = {name: shape_of(shape, sizes) for name, shape in self.parts().items()}
        ramp = np.array(range(shapes["direction"][0]), dtype=object)
        ones = np.ones(shapes["weight"], dtype=object)
        for weight in (Fraction(1, 1 << 20), Fraction(1, 4), *((Fraction(-1),) if self.signed else ())):
            for direction in (ramp, 0 * ramp + 1):
                turn = np.zeros(shapes["turn"], dtype=object)
                bend = np.broadcast_to(ramp + 1, shapes["bend"]).copy()
                yield {"direction": direction, "weight": weight * ones, "scale": ones, "turn": turn, "bend": bend}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        weight = parts["weight"] if self.signed else xp.clip(parts["weight"], min=SMALLEST)
        away = xp.where(xp.abs(weight) < SMALLEST, xp.full_like(weight, SMALLEST), weight)
        return {**parts, "weight": away, "scale": xp.clip(parts["scale"], min=SMALLEST)}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part in ("weight", "scale") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        weights = all(weight != 0 if self.signed else weight > 0 for weight in parts["weight"])
        return bool(weights and all(scale > 0 for scale in parts["scale"]))

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Tokens, key weights, and value weights of both kinds, as matrices."""
        direction, turn = parts["direction"], parts["turn"]
        identity = xp.eye(direction.shape[1], dtype=direction.dtype, device=direction.device)
        v = direction - xp.mean(direction, axis=1, keepdims=True)
        key = parts["weight"][..., None, None] * identity + turn - xp.matrix_transpose(turn)
        return {
            "direction": direction,
            "tokens": xp.stack([v, -v], axis=1),
            "key": key,
            "straight": parts["scale"][..., None, None] * identity,
            "bent": (parts["scale"][..., None] * parts["bend"])[..., None] * identity,
        }

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        def numbers(array: NDArray[Any]) -> Any:
            return [numbers(entry) if array.ndim > 1 else mp.mpf(entry) for entry in array]

        skew = np.array([one - one.T for one in parts["turn"]], dtype=object)
        return {**{name: numbers(parts[name]) for name in ("direction", "weight", "scale", "bend")}, "skew": numbers(skew)}


def normalised_pair(layers: str, dim: str) -> NormalisedPair:
    """Two tokens under attention with layer normalisation after every layer."""
    return NormalisedPair(layers, dim)


def opposite_pair(layers: str, dim: str, signed: bool = False) -> OppositePair:
    """Two opposite tokens under attention with key weights whose symmetric part is a multiple of the identity."""
    return OppositePair(layers, dim, signed)
