r"""Orthogonal weights with the uniform (Haar) law, exact in rationals draw by draw.

If $x$ is uniform on the sphere of $\mathbb R^k$ and $W'$ is Haar on $O(k-1)$, then $R_x\,\mathrm{diag}(W',1)$ is Haar on
$O(k)$, where $R_x$ is the reflection that takes $e_k$ to $x$.  A raw draw holds, for $k=2,\dots,d$, the point
$u=(x_1,\dots,x_{k-1})/(1-x_k)$ of which $x$ is the stereographic image, and a sign for $k=1$; the first $k-1$ entries of
row $k$ hold $u$.  The reflection is rational in $u$: $R_x=I-2vv^\top/\|v\|^2$ with $v=(u,-1)$.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.inputs import Input, Parts, Sampler, Shape, shape_of


class Haar(Input):
    """Haar orthogonal matrices ``(d, d)`` or stacks ``(count, d, d)``, exactly orthogonal: functions of points of spheres.

    Each point is drawn as `strategies.laws.Sphere` draws it, a Gaussian vector over its norm, and is as near to uniform.
    """

    families = ("haar",)
    law = "independent orthogonal matrices, uniform (Haar) on the orthogonal group"
    distance = (
        "each draw is orthogonal exactly, a product of reflections in points that are within k 2^-40 of uniform on the sphere "
        "of dimension k - 1 in the mean (Wasserstein distance), k = 2, ..., d"
    )

    def __init__(self, *shape: int | str) -> None:
        self.shape = shape

    def parts(self) -> Mapping[str, Shape]:
        return {"": self.shape}

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        *stack, d, _ = shape_of(self.shape, sizes)
        rows = [_padded(sampler.signs(batch, *stack, 1), d)]
        for k in range(2, d + 1):
            point = sampler.normal(batch, *stack, k)
            rest, last = point[..., :-1], point[..., -1:]
            square, length = (rest * rest).sum(-1, keepdim=True), (point * point).sum(-1, keepdim=True) ** 0.5
            # 1 / (|x| - x_k) = (|x| + x_k) / (x_1^2 + ... + x_{k-1}^2) without cancellation
            rows.append(_padded(sampler.where(last > 0, rest * (length + last) / square, rest / (length - last)), d))
        return {"": _stacked_rows(rows)}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        from hypothesis import strategies as st

        shape = shape_of(self.shape, sizes)
        count = int(np.prod(shape))
        raw = np.array(draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count)), dtype=object).reshape(shape)
        raw[..., 0, 0] = np.where(raw[..., 0, 0] < 0, -1, 1).astype(object)
        return {"": raw}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        shape = shape_of(self.shape, sizes)
        yield {"": np.ones(shape, dtype=object)}

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        raw = parts[""]
        d = raw.shape[-1]
        product = xp.eye(d, dtype=raw.dtype, device=raw.device) + xp.zeros_like(raw[..., :1])
        places = xp.arange(d, device=raw.device)
        product = xp.where((places == 0) & (places[:, None] == 0), raw[..., :1, :1] * product, product)
        for k in range(1, d):
            v = xp.where(places < k, raw[..., k, :], xp.where(places == k, -xp.ones_like(raw[..., k, :]), 0 * raw[..., k, :]))
            v = v / xp.linalg.vector_norm(v, axis=-1, keepdims=True)
            product = product - 2 * v[..., :, None] * xp.sum(v[..., :, None] * product, axis=-2, keepdims=True)
        return product

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        raw = parts[""]
        if raw.ndim == 3:
            return [self.exact(mp, {"": one}, sizes, choices) for one in raw]
        d = raw.shape[0]
        product = mp.diag([raw[0, 0] if i == 0 else Fraction(1) for i in range(d)])
        for k in range(1, d):
            v = [*(Fraction(x) for x in raw[k, :k]), Fraction(-1), *[Fraction(0)] * (d - k - 1)]
            square = sum(x * x for x in v)
            reflection = [[int(i == j) - Fraction(2 * v[i] * v[j], square) for j in range(d)] for i in range(d)]
            product = mp.matrix(reflection) * product
        return product


def haar(*shape: int | str) -> Haar:
    """Independent matrices, uniform on the orthogonal group: ``(d, d)``, or a stack ``(count, d, d)``."""
    return Haar(*shape)


def _padded(row: Any, d: int) -> Any:
    """A row continued by zeros to ``d`` entries."""
    import torch

    return torch.nn.functional.pad(row, (0, d - row.shape[-1]))


def _stacked_rows(rows: list[Any]) -> Any:
    import torch

    return torch.stack(rows, dim=-2)
