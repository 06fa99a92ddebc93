"""One row of attention: the logits of a softmax, and a shift that is added to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, dimension

LARGEST_LOGIT = 256


class ShiftedLogits(Input):
    """Logits ``b`` and a shift ``e`` of them, ``(n,)`` each: the two rows are softmax(b) and softmax(b + e).

    Logits lie within `LARGEST_LOGIT` of 0, so that no weight underflows.  Of the families, "rare" gives one token a tiny
    mass and the whole shift, "two values" shifts some tokens alike, "balanced" does so where the masses before and after
    are mirror images, "scales" varies the size of both.
    """

    families = ("gaussian", "rare", "two values", "balanced", "scales")

    def __init__(self, tokens: int | str) -> None:
        self.tokens = tokens

    def parts(self) -> Mapping[str, Shape]:
        return {"logits": (self.tokens,), "shift": (self.tokens,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = dimension(self.tokens, sizes)
        logits, shift = 2 * sampler.normal(batch, n), sampler.normal(batch, n)
        small = sampler.log_uniform(batch, 1, low=2.0**-12, high=4.0)
        reach = sampler.where(sampler.bernoulli(0.5, batch, 1), small, sampler.uniform(batch, 1, high=2.0))
        noise = sampler.log_uniform(batch, 1, low=2.0**-40, high=1.0) * sampler.bernoulli(0.5, batch, 1)
        first = sampler.uniform(1, n).new_zeros(1, n)
        first[0, 0] = 1.0
        match family:
            case "rare":
                mass = sampler.log_uniform(batch, 1, low=2.0**-40, high=1.0)
                logits = logits * (1 - first) * noise + first * mass.log()
                shift = first * reach * sampler.signs(batch, 1) + sampler.normal(batch, 1) * sampler.bernoulli(0.5, batch, 1)
            case "two values":
                shift = reach * sampler.integers(0, 1, batch, n) + noise * shift
            case "balanced":
                shift = reach * first + noise * shift
                logits = -reach / 2 * first - (1 - first) * float(np.log(max(n - 1, 1))) + noise * logits
            case "scales":
                logits = logits * sampler.log_uniform(batch, 1, low=2.0**-10, high=2.0**6)
                shift = shift * sampler.log_uniform(batch, 1, low=2.0**-20, high=2.0**5)
        return {"logits": _within(logits), "shift": _within(shift)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        n = dimension(self.tokens, sizes)
        return {
            "logits": draw(st.lists(st.integers(-20, 8), min_size=n, max_size=n)),
            "shift": [Fraction(k, 64) for k in draw(st.lists(st.integers(-128, 128), min_size=n, max_size=n))],
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        """No shift, a constant shift, and the first token moved: of even logits, of mirrored masses, of a tiny mass."""
        n = dimension(self.tokens, sizes)
        zeros, rest = [0] * n, [0] * (n - 1)
        yield {"logits": zeros, "shift": zeros}
        yield {"logits": list(range(n)), "shift": [3] * n}
        for reach in (Fraction(1, 1024), Fraction(1), Fraction(5, 4), Fraction(8)):
            for logit in (Fraction(0), -reach / 2, Fraction(-40)):
                yield {"logits": [logit, *rest], "shift": [reach, *rest]}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {name: xp.clip(array, min=-LARGEST_LOGIT, max=LARGEST_LOGIT) for name, array in parts.items()}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(abs(entry) <= LARGEST_LOGIT for array in parts.values() for entry in array.flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> TiltedRow:
        return TiltedRow(xp, parts["logits"], parts["shift"])

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {name: [mp.mpf(entry) for entry in array] for name, array in parts.items()}


class TiltedRow:
    """softmax(b) and softmax(b + e) for a batch of rows ``(batch, n)``, by the ratio of their masses.

    The shift is measured from its largest entry, so that nothing overflows, and masses are compared through ``expm1``.
    """

    def __init__(self, xp: Any, logits: Any, shift: Any) -> None:
        weights = xp.exp(logits - xp.max(logits, axis=1, keepdims=True))
        self.xp, self.masses = xp, weights / xp.sum(weights, axis=1, keepdims=True)
        highest = xp.max(shift, axis=1, keepdims=True)
        self.oscillation = xp.max(highest - shift, axis=1)
        self.magnitude = xp.max(xp.abs(shift), axis=1)
        self._below = shift - highest

    @property
    def excess(self) -> Any:
        """``P_j / p_j - 1`` for the masses ``p`` before and ``P`` after the shift, ``(batch, n)``."""
        return relative_change(self.xp, self.masses, self._below)

    @property
    def ratio(self) -> Any:
        """``P_j / p_j``, ``(batch, n)``, without cancellation where it is small."""
        xp = self.xp
        grown = xp.exp(self._below)
        return grown / xp.sum(self.masses * grown, axis=1, keepdims=True)

    @property
    def distance(self) -> Any:
        """The total variation distance of the two rows, ``(batch,)``."""
        xp = self.xp
        return xp.sum(self.masses * xp.abs(self.excess), axis=1) / 2


def relative_change(xp: Any, masses: Any, below: Any) -> Any:
    """``P_j / p_j - 1`` when masses ``p`` are multiplied by ``exp(below_j)``, ``below <= 0``, and normalised to ``P``.

    Where all exponents are above -1, ``expm1`` keeps the digits that a subtraction would lose.
    """
    grown, close = xp.exp(below), xp.expm1(below)
    total = xp.sum(masses * grown, axis=-1, keepdims=True)
    mean = xp.sum(masses * close, axis=-1, keepdims=True)
    small = xp.min(below, axis=-1, keepdims=True) > -1
    return xp.where(small, close - mean, grown - total) / total


def row_differences(xp: Any, logits: Any, tilts: Any) -> Any:
    """softmax(b + e_i) - softmax(b), ``(..., N, n)``, for ``logits`` b ``(..., 1, n)`` and ``tilts`` e ``(..., N, n)``.

    Tokens that are close to each other attend almost alike, and their difference keeps all digits.
    """
    masses = xp.special.softmax(logits, axis=-1)
    return masses * relative_change(xp, masses, tilts - xp.max(tilts, axis=-1, keepdims=True))


def shifted_logits(tokens: int | str) -> ShiftedLogits:
    """A row of ``tokens`` logits, and a shift of them."""
    return ShiftedLogits(tokens)


def _within(values: Any) -> Any:
    return values.clip(-LARGEST_LOGIT, LARGEST_LOGIT)
