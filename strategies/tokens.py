"""Tokens: logits with two directions, and keys with scores for max-margin token selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, dimension
from strategies.margins import max_margin

SMALLEST_GAP = 2.0**-10
LARGEST_LOGIT = 256


class LogitsAndDirections(Input):
    """A point ``x`` of softmax and two directions ``h`` and ``g``, each of shape ``(n,)``.

    They are one input because the extremal set ties them together: two tokens carry all the mass, and both
    directions are contrasts of these two.  Logits lie within `LARGEST_LOGIT` of 0, so that no weight underflows.
    """

    families = ("gaussian", "pair", "rare", "scales")

    def __init__(self, tokens: int | str) -> None:
        self.tokens = tokens

    def parts(self) -> Mapping[str, tuple[int | str, ...]]:
        return {"x": (self.tokens,), "h": (self.tokens,), "g": (self.tokens,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        n = dimension(self.tokens, sizes)
        x, h, g = (sampler.normal(batch, n) for _ in range(3))
        if family == "scales":
            x, h, g = (v * sampler.log_uniform(batch, 1, low=2.0**-10, high=2.0**10) for v in (x, h, g))
        if family in ("pair", "rare"):
            noise = sampler.log_uniform(batch, 1, low=1e-8, high=1.0)
            contrast = sampler.where(_positions(h) == 0, 1.0, sampler.where(_positions(h) == 1, -1.0, 0.0))
            h, g = contrast + noise * h, contrast * sampler.signs(batch, 1) + noise * g
            others = -sampler.log_uniform(batch, 1, low=1.0, high=LARGEST_LOGIT)
            spread = 2.0 if family == "pair" else 20.0
            x = sampler.where(_positions(x) < 2, spread * x, others - abs(x))
        return {"x": x.clip(-LARGEST_LOGIT, LARGEST_LOGIT), "h": h, "g": g}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        n = dimension(self.tokens, sizes)
        entries = st.lists(st.integers(-4, 4), min_size=n, max_size=n)
        return {part: draw(entries) for part in self.parts()}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n = dimension(self.tokens, sizes)
        first, constant = [1] + [0] * (n - 1), [1] * n
        yield {"x": [0] * n, "h": [0] * n, "g": first}
        yield {"x": [0] * n, "h": constant, "g": constant}
        for logit in (0, 1, -1, 8, -40):
            yield {"x": [logit] + [0] * (n - 1), "h": first, "g": first}
        if n > 1:
            yield {"x": [0, 0] + [-60] * (n - 2), "h": [1, -1] + [0] * (n - 2), "g": first}

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {**parts, "x": xp.clip(parts["x"], min=-LARGEST_LOGIT, max=LARGEST_LOGIT)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(abs(logit) <= LARGEST_LOGIT for logit in parts["x"].flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return dict(parts)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {part: [mp.mpf(value) for value in parts[part]] for part in self.parts()}


class TokenSelection(Input):
    """Keys, scores and a point of the sublevel set for attention with one selected token per sample.

    ``differences`` ``(n, T-1, d)`` holds ``a_it``, the selected key minus the others; their first coordinates are
    positive, which up to a rotation of the keys is exactly separability.  ``gaps`` ``(n, T-1)`` are the positive
    score gaps, ``best`` ``(n,)`` the selected scores, ``radius`` the bound R, ``p`` ``(d,)`` the point.  The choice
    ``loss`` is "correlation" or "logistic".  With ``ball=False`` the point also leaves the ball of radius R.
    """

    families = ("path", "ties", "degenerate", "unequal", "inside")
    choices: Mapping[str, tuple[str, ...]] = {"loss": ("correlation", "logistic")}

    def __init__(self, samples: int | str, others: int | str, dim: int | str, ball: bool = True) -> None:
        self.samples, self.others, self.dim, self.ball = samples, others, dim, ball
        if not ball:
            self.families = (*self.families, "outside")

    def parts(self) -> Mapping[str, tuple[int | str, ...]]:
        rows = (self.samples, self.others)
        return {"differences": (*rows, self.dim), "gaps": rows, "best": (self.samples,), "radius": (), "p": (self.dim,)}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        import array_api_compat.torch as xp

        n, others, d = (dimension(size, sizes) for size in (self.samples, self.others, self.dim))
        whole = sampler.bernoulli(0.5, batch, 1, 1, 1)
        differences = sampler.where(whole, sampler.integers(-4, 4, batch, n, others, d), 2 * sampler.normal(batch, n, others, d))
        gaps = sampler.integers(1, 16, batch, n, others) / 8
        equal = sampler.bernoulli(0.4, batch, 1, 1)
        gaps = sampler.where(equal, gaps[:, :1, :1], gaps)
        if family == "unequal":
            gaps = sampler.log_uniform(batch, n, others, low=1e-3, high=10.0)
        differences = _separable(xp, differences)
        if family == "ties":
            differences = _tied(sampler, differences)
            gaps = gaps[:, :1, :1] + 0 * gaps
        if family == "degenerate":
            differences, gaps = _degenerate(xp, differences), gaps[:, :1, :1] + 0 * gaps
        radius = sampler.log_uniform(batch, low=1.0, high=1e6)
        parts = {"differences": differences, "gaps": gaps, "best": sampler.normal(batch, n), "radius": radius}
        direction, _ = max_margin(xp, xp.reshape(differences, (batch, n * others, d)))
        direction = direction / xp.linalg.vector_norm(direction, axis=1, keepdims=True)
        parts["p"] = self._point(sampler, family, radius, direction)
        return parts

    def _point(self, sampler: Sampler, family: str, radius: Any, direction: Any) -> Any:
        """A point near the regularisation path, at distance O(1) or along the sphere, pulled into the ball."""
        import array_api_compat.torch as xp

        batch, d = direction.shape
        noise = sampler.normal(batch, d) * sampler.log_uniform(batch, 1, low=1e-3, high=10.0)
        path = radius[:, None] * direction
        across = noise - xp.sum(noise * direction, axis=1)[:, None] * direction
        if family == "outside":
            return path + across * radius[:, None]
        if family == "degenerate":
            return pulled_into_ball(xp, _drifted(xp, sampler, path, across, radius), radius)
        if family == "ties":
            noise = sampler.where(sampler.bernoulli(0.7, batch, 1), xp.zeros_like(noise), noise)
        if family == "inside":
            noise = noise * radius[:, None]
        return pulled_into_ball(xp, path + noise, radius)

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        n, others, d = (dimension(size, sizes) for size in (self.samples, self.others, self.dim))
        row = st.tuples(st.integers(1, 4), *[st.integers(-3, 3)] * (d - 1))
        radius = draw(st.integers(1, 40))
        return {
            "differences": [[list(draw(row)) for _ in range(others)] for _ in range(n)],
            "gaps": [[draw(st.integers(1, 3)) for _ in range(others)] for _ in range(n)],
            "best": [draw(st.integers(-2, 2)) for _ in range(n)],
            "radius": radius,
            "p": [draw(st.integers(-radius, radius)) for _ in range(d)],
        }

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        n, others, d = (dimension(size, sizes) for size in (self.samples, self.others, self.dim))
        tail = [0] * (d - 1)
        for radius in (1, 10, 10**4):
            yield {
                "differences": [[[1, *tail]] * others] * n,
                "gaps": [[1] * others] * n,
                "best": [0] * n,
                "radius": radius,
                "p": [radius, *tail],
            }

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        radius = xp.clip(xp.abs(parts["radius"]), min=SMALLEST_GAP)
        point = pulled_into_ball(xp, parts["p"], radius) if self.ball else parts["p"]
        gaps = xp.clip(xp.abs(parts["gaps"]), min=SMALLEST_GAP)
        return {**parts, "differences": _separable(xp, parts["differences"]), "gaps": gaps, "radius": radius, "p": point}

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1 if part in ("gaps", "radius") else 0

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        positive = (parts["differences"][..., 0], parts["gaps"], parts["radius"])
        return all(value > 0 for array in positive for value in np.asarray(array, dtype=object).flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {**parts, "loss": choices["loss"]}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        """Fractions, not numbers of ``mp``: the support vector machine is solved in rationals in every arithmetic."""
        return {**{part: parts[part] for part in self.parts()}, "loss": choices["loss"]}


def logits_and_directions(tokens: int | str) -> LogitsAndDirections:
    """A point and two directions of log-sum-exp over ``tokens`` logits."""
    return LogitsAndDirections(tokens)


def token_selection(samples: int | str, others: int | str, dim: int | str, ball: bool = True) -> TokenSelection:
    """Separable tokens of ``samples`` sequences with ``others`` unselected tokens each, and a point of the ball."""
    return TokenSelection(samples, others, dim, ball)


def pulled_into_ball(xp: Any, point: Any, radius: Any) -> Any:
    """``point`` ``(batch, d)``, shortened where it is longer than ``radius`` so that rounding keeps it inside."""
    norm = xp.linalg.vector_norm(point, axis=1)
    factor = xp.where(norm > radius, radius / xp.where(norm > 0, norm, xp.ones_like(norm)) * (1 - 2.0**-50), xp.ones_like(norm))
    return point * factor[:, None]


def _drifted(xp: Any, sampler: Sampler, path: Any, across: Any, radius: Any) -> Any:
    """Points behind the end of the path by O(1), and off it by up to the O(sqrt(R)) that the ball then leaves room for."""
    behind = xp.minimum(sampler.log_uniform(*radius.shape, low=1e-2, high=4.0), radius)
    room = xp.sqrt(behind * (2 * radius - behind)) * sampler.uniform(*radius.shape)
    length = xp.linalg.vector_norm(across, axis=1)
    unit = across / xp.where(length > 0, length, xp.ones_like(length))[:, None]
    return path * (1 - behind / radius)[:, None] + unit * room[:, None]


def _separable(xp: Any, differences: Any) -> Any:
    """The same vectors with a first coordinate of at least `SMALLEST_GAP`."""
    return xp.concat([xp.clip(xp.abs(differences[..., :1]), min=SMALLEST_GAP), differences[..., 1:]], axis=-1)


def _tied(sampler: Sampler, differences: Any) -> Any:
    """All tokens of all samples at one key difference of rational length: multiples of (1, 0, …) or (3, 4, 0, …)."""
    d = differences.shape[-1]
    position = _positions(differences)
    leg = sampler.where(position == 0, 3.0, sampler.where(position == 1, 4.0, 0.0))
    axis = sampler.where(position == 0, 1.0, 0.0)
    slanted = sampler.bernoulli(0.5 if d > 1 else 0.0, differences.shape[0], 1, 1, 1)
    return sampler.where(slanted, leg, axis) * sampler.integers(1, 4, differences.shape[0], 1, 1, 1) / 2 + 0 * differences


def _degenerate(xp: Any, differences: Any) -> Any:
    """Equal first coordinates, the first vector along the axis, no other pointing back: active with multiplier 0."""
    first = differences[:, :1, :1, :1] + 0 * differences[..., :1]
    across = xp.abs(differences[..., 1:])
    flat = xp.concat([xp.zeros_like(across[:, :, :1]), across[:, :, 1:]], axis=2)
    return xp.concat([first, flat], axis=-1)


def _positions(array: Any) -> Any:
    """Index along the last axis, as a tensor that broadcasts against ``array``."""
    import torch

    return torch.arange(array.shape[-1], device=array.device)


def log_loss_excess(xp: Any, data: Parts, margins: Any) -> Any:
    """Logarithm of n times the excess of the loss over perfect selection; margins ``(batch, n, T-1)``.

    Computed from the logarithms of the softmax weights, so that it is right for margins of a million.
    """
    logits = xp.concat([xp.zeros_like(margins[..., :1]), -margins], axis=-1)
    log_weights = -margins - xp.special.logsumexp(logits)[..., None]
    log_lost = xp.special.logsumexp(log_weights + xp.log(data["gaps"]))
    if data["loss"] == "logistic":
        log_slope = -xp.logaddexp(xp.zeros_like(data["best"]), data["best"])
        tiny = log_lost < -40  # log1p(slope expm1(lost)) = slope lost (1 + O(lost)), to all digits
        lost = xp.exp(xp.where(tiny, xp.zeros_like(log_lost), log_lost))
        log_lost = xp.where(tiny, log_lost + log_slope, xp.log(xp.log1p(xp.exp(log_slope) * xp.expm1(lost))))
    return xp.special.logsumexp(log_lost)


def slope_ratio(xp: Any, data: Parts) -> Any:
    """Steepest over flattest slope of the loss on the range of the scores, ``(batch,)`` or 1."""
    if data["loss"] == "correlation":
        return 1
    lowest, highest = xp.min(data["best"] - xp.max(data["gaps"], axis=2), axis=1), xp.max(data["best"], axis=1)
    return (1 + xp.exp(highest)) / (1 + xp.exp(lowest))
