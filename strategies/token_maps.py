r"""Token-wise maps between attention layers, ``y -> c phi(U y + b)`` with U orthogonal: exactly |c|-Lipschitz in the 2-norm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.networks import orthogonal
from strategies.readable import fractions

IDENTITY, RELU, ABSOLUTE = "identity", "relu", "absolute value"


class LipschitzMaps(Input):
    """One map per layer: Cayley parameters ``turn`` ``(L, d, d)``, ``shift`` ``(L, d)`` and ``slope`` ``(L,)``; one phi for all."""

    families = ("gaussian", "unit", "kink")
    choices = {"activation": (IDENTITY, RELU, ABSOLUTE)}

    def __init__(self, layers: str, dim: str) -> None:
        self.layers, self.dim = layers, dim

    def parts(self) -> Mapping[str, Shape]:
        return {"turn": (self.layers, self.dim, self.dim), "shift": (self.layers, self.dim), "slope": (self.layers,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """``unit`` maps have one slope for all layers and no shift; ``kink`` maps bend close to 0."""
        parts = {name: sampler.normal(batch, *shape_of(shape, sizes)) for name, shape in self.parts().items()}
        if family == "unit":
            common = sampler.log_uniform(batch, 1, low=2.0**-3, high=2.0**3)
            return {"turn": 0 * parts["turn"], "shift": 0 * parts["shift"], "slope": common + 0 * parts["slope"]}
        if family == "kink":
            parts["shift"] = parts["shift"] * sampler.log_uniform(batch, 1, 1, low=2.0**-30, high=1.0)
        return parts

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {name: fractions(draw, shape_of(shape, sizes), 4, 2) for name, shape in self.parts().items()}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        zeros = {name: np.zeros(shape_of(shape, sizes), dtype=object) for name, shape in self.parts().items()}
        for slope in (1, 2):
            yield {**zeros, "slope": zeros["slope"] + slope}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> TokenMaps:
        turn = parts["turn"]
        flat = orthogonal("d", "d").tensor(xp, {"": xp.reshape(turn, (-1, *turn.shape[2:]))}, sizes, {})
        return TokenMaps(xp, xp.reshape(flat, turn.shape), parts["shift"], parts["slope"], choices["activation"])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        return {
            "turn": [orthogonal("d", "d").exact(mp, {"": one}, sizes, {}) for one in parts["turn"]],
            "shift": [[mp.mpf(x) for x in row] for row in parts["shift"]],
            "slope": [mp.mpf(x) for x in parts["slope"]],
            "activation": choices["activation"],
        }


class TokenMaps:
    """The maps on a batch; they act on a first token and on the differences of the others from it, without cancellation."""

    def __init__(self, xp: Any, turn: Any, shift: Any, slope: Any, activation: str) -> None:
        self.xp, self.turn, self.shift, self.slope, self.activation = xp, turn, shift, slope, activation

    @property
    def lipschitz(self) -> Any:
        """The largest Lipschitz constant of a layer, ``(batch,)``."""
        return self.xp.max(self.xp.abs(self.slope), axis=1)

    def apply(self, layer: int, first: Any, rest: Any) -> tuple[Any, Any]:
        """The image of ``first`` ``(batch, 1, 1, d)``, and that of ``first + rest`` ``(batch, 1, N, d)`` less it."""
        xp, turn, slope = self.xp, self.turn[:, None, layer], self.slope[:, layer, None, None, None]
        base, move = first @ turn + self.shift[:, None, None, layer], rest @ turn
        image, zero = base, xp.zeros_like(base)
        if self.activation == RELU:
            image = xp.maximum(base, zero)
            move = xp.where(base > 0, xp.maximum(move, -base), xp.maximum(base + move, zero))
        if self.activation == ABSOLUTE:
            image, sign = xp.abs(base), xp.where(base < 0, zero - 1, zero + 1)
            along = sign * move
            move = xp.where(image + along >= 0, along, -2 * image - along)
        return slope * image, slope * move


def lipschitz_maps(layers: str, dim: str) -> LipschitzMaps:
    """One token-wise map per layer with an exactly known Lipschitz constant."""
    return LipschitzMaps(layers, dim)
