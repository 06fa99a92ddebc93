r"""The laws of random inputs, for the `randomness` of a claim.

=========================================  ==========================================================
``gaussian("d", "n")``                     independent standard Gaussian entries
``rademacher("d", "n")``                   independent signs
``uniform("d", "n")``                      independent entries, uniform on [-1, 1]
``finite({0: half, 1: half}, "d", "n")``   independent entries of any law with finitely many values
``sphere("N", "d")``                       independent rows, uniform on the unit sphere
``haar("d", "d")``                         uniform on the orthogonal group (`strategies.haar`)
=========================================  ==========================================================

Draws are made on the device from a recorded seed.  Each law says in ``distance`` how far they are from it if the bits of the
generator are random; for a continuous law, of which floats can only hold a discrete one, by a coupling (a Wasserstein
distance): with m numbers within $\delta$ each, the mean of a function with the Lipschitz constant $\Lambda$ in the 1-norm is
within $\Lambda m\delta$.  Means over finite laws are sums, which the engine takes exactly (`refute.enumeration`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refute.errors import ClaimError
from refute.inputs import Input, Parts, Sampler, Shape, shape_of
from strategies.haar import Haar, haar

__all__ = [
    "Finite", "Gaussian", "Haar", "Law", "Rademacher", "Sphere", "Uniform",
    "finite", "gaussian", "haar", "rademacher", "sphere", "uniform",
]  # fmt: skip

LARGEST_DENOMINATOR = 1 << 53


class Law(Input):
    """An array of random numbers, or a stack of matrices, whose raw numbers are its entries unless a subclass says other."""

    families = ("law",)

    def __init__(self, *shape: int | str) -> None:
        self.shape = shape

    def parts(self) -> Mapping[str, Shape]:
        return {"": self.shape}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        raw = _integers(draw, shape_of(self.shape, sizes), -3, 3)
        if raw.ndim:
            raw[~np.any(raw != 0, axis=-1)] = 1
        return {"": raw}

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        array = parts[""]
        if array.ndim > 2:
            return [self.exact(mp, {"": one}, sizes, choices) for one in array]
        return super().exact(mp, {"": array}, sizes, choices)


class Gaussian(Law):
    r"""Independent standard Gaussian entries.

    A draw is Box and Muller's $\sqrt{-2\log v}\cos2\pi u$ or its sine, for $u$ and $v$ on a grid of the step $h=2^{-53}$: torch's
    on a CPU, where $v\ge h$, and cuRAND's, where $v\ge h/2$.  Against uniform numbers that are rounded to that grid the radius
    moves by less than $9h$ in the mean (a decreasing function: its differences over the cells telescope, and the first cell
    adds $h/8.5$), the angle by $\pi h$, which the mean radius 1.26 makes $4h$; rounding, with log, cos and sin within an ulp,
    adds less than $23h$.  Together less than $2^{-47}$.  None is larger than $\sqrt{-2\log(h/2)}=8.66$, which a Gaussian
    number exceeds with a probability below $10^{-17}$.
    """

    law = "independent standard Gaussian entries"
    distance = "each draw is within 2^-47 of one of that law in the mean (Wasserstein distance), and none is beyond 8.7"

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": sampler.normal(batch, *shape_of(self.shape, sizes))}


class Uniform(Law):
    """Independent entries uniform on [-1, 1], whose variance is 1/3: uniform on a grid of the step 2^-52."""

    law = "independent entries, uniform on [-1, 1]"
    distance = "each draw is within 2^-52 of one of that law"

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": sampler.uniform(batch, *shape_of(self.shape, sizes), low=-1.0)}


class Sphere(Law):
    r"""Unit vectors along the last axis, exactly of norm 1: independent and uniform on the sphere of $\mathbb R^n$.

    Raw: $u\in\mathbb R^{n-1}$ with $\|u\|\le1$ and a sign, for $x=\pm(2u,\|u\|^2-1)/(\|u\|^2+1)$; a draw takes $u$ from a
    Gaussian vector $g$, whose image is $g/\|g\|$ up to the sign.  If $g$ moves by $e$, $x$ moves by at most
    $\min(2,2\|e\|/\|g\|)$.  An entry's $|e_i|$ has a mean below $\delta=2^{-47}$ and is independent of another entry $t$ of $g$,
    and $\mathbb E\min(2,2\epsilon/|t|)\le2\epsilon(1.8+0.8\log\frac1\epsilon)$, concave: together below
    $56n\delta\le n2^{-41}$, and rounding of $u$ adds less than $n2^{-50}$.  At $n=2$ the ratio is a function of the angle alone.
    """

    law = "independent vectors along the last axis, uniform on the unit sphere"
    distance = "each vector has norm 1 exactly, within n 2^-40 of one of that law in the mean (Wasserstein distance)"

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        raw = sampler.normal(batch, *shape_of(self.shape, sizes))
        length = (raw * raw).sum(-1, keepdim=True) ** 0.5
        raw /= length + raw[..., -1:].abs()
        raw[..., -1] = sampler.signs(*raw.shape[:-1])
        return {"": raw}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        raw = super().draw(draw, sizes, choices)[""]
        raw[..., -1] = np.where(raw[..., -1] < 0, -1, 1).astype(object)
        return {"": raw}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(abs(sign) == 1 for sign in parts[""][..., -1].flat)

    def simplest(self, sizes: Mapping[str, int], part: str) -> int:
        return 1

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        u, sign = parts[""][..., :-1], parts[""][..., -1:]
        square = xp.sum(u * u, axis=-1, keepdims=True)
        return sign * xp.concat([2 * u, square - 1], axis=-1) / (square + 1)

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        raw = parts[""]
        u, sign = raw[..., :-1], raw[..., -1:]
        square = (u * u).sum(axis=-1, keepdims=True) + Fraction(0)
        return super().exact(mp, {"": sign * np.concatenate([2 * u, square - 1], axis=-1) / (square + 1)}, sizes, choices)


class Finite(Law):
    """Independent entries, each with one of finitely many values; the raw numbers are the numbers of the values, from 0.

    A draw is an integer below the common denominator of the probabilities, made of random bits and drawn again if it is not
    below: no probability is rounded.  The evaluator gets the values rounded to float64, the oracle the values.
    """

    families = ("finite",)
    discrete = True
    finite = True

    def __init__(self, probabilities: Mapping[Any, Any], *shape: int | str) -> None:
        super().__init__(*shape)
        table = sorted((_fraction(value, "value"), _probability(value, share)) for value, share in probabilities.items())
        total = sum(share for _, share in table)
        if total != 1:
            raise ClaimError(f"the probabilities of a finite law sum to {total}, but should sum to 1")
        self.values = [value for value, _ in table]
        self.denominator = math.lcm(*(share.denominator for _, share in table))
        self.weights = [int(share * self.denominator) for _, share in table]
        if self.denominator > LARGEST_DENOMINATOR:
            raise ClaimError(
                f"the probabilities of a finite law have the common denominator {self.denominator}, but it should be at most 2^53"
            )
        self.law = "independent entries: " + ", ".join(f"{value} with probability {share}" for value, share in table)
        self.distance = "draws have exactly that law"

    def sample(self, sampler: Sampler, family: str, batch: int, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape = (batch, *shape_of(self.shape, sizes))
        last = (1 << (self.denominator - 1).bit_length()) - 1  # a range of a power of two takes whole bits: no residues
        drawn = sampler.integers(0, last, *shape)
        while bool((drawn >= self.denominator).any()):
            drawn = sampler.where(drawn >= self.denominator, sampler.integers(0, last, *shape), drawn)
        raw = 0 * drawn
        for bound in itertools.accumulate(self.weights[:-1]):
            raw += drawn >= bound
        return {"": raw}

    def draw(self, draw: Callable[[Any], Any], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        return {"": _integers(draw, shape_of(self.shape, sizes), 0, len(self.values) - 1)}

    def corners(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Iterator[Parts]:
        return ({"": np.full(shape_of(self.shape, sizes), number, dtype=object)} for number in range(len(self.values)))

    def cardinality(self, sizes: Mapping[str, int], choices: Mapping[str, str]) -> int:
        return int(len(self.values) ** math.prod(shape_of(self.shape, sizes)))

    def numbered(self, xp: Any, indices: Any, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Parts:
        shape, base = shape_of(self.shape, sizes), len(self.values)
        digits = [indices // base**place % base for place in range(math.prod(shape))]
        return {"": xp.reshape(xp.astype(xp.stack(digits, axis=1), xp.float64), (-1, *shape))}

    def outcomes(self, sizes: Mapping[str, int]) -> Iterator[tuple[Parts, Fraction]]:
        shape = shape_of(self.shape, sizes)
        count = math.prod(shape)
        for numbers in itertools.product(range(len(self.values)), repeat=count):
            share = Fraction(math.prod(self.weights[number] for number in numbers), self.denominator**count)
            yield {"": np.array([Fraction(number) for number in numbers], dtype=object).reshape(shape)}, share

    def clamp(self, xp: Any, parts: Parts) -> Parts:
        return {"": xp.clip(xp.round(parts[""]), min=0, max=len(self.values) - 1)}

    def admits(self, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> bool:
        return all(number.denominator == 1 and 0 <= number < len(self.values) for number in parts[""].flat)

    def tensor(self, xp: Any, parts: Parts, sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        built = 0 * parts[""]
        for number, value in enumerate(self.values):
            built = xp.where(parts[""] == number, (0 * built + value.numerator) / value.denominator, built)
        return built

    def exact(self, mp: Any, parts: Mapping[str, NDArray[Any]], sizes: Mapping[str, int], choices: Mapping[str, str]) -> Any:
        chosen = np.empty(parts[""].shape, dtype=object)
        for place, number in np.ndenumerate(parts[""]):
            chosen[place] = self.values[int(number)]
        return super().exact(mp, {"": chosen}, sizes, choices)


class Rademacher(Finite):
    """Independent signs, -1 and 1 with equal probability; raw 0 is -1."""

    def __init__(self, *shape: int | str) -> None:
        super().__init__({-1: Fraction(1, 2), 1: Fraction(1, 2)}, *shape)


def gaussian(*shape: int | str) -> Gaussian:
    """Independent standard Gaussian entries."""
    return Gaussian(*shape)


def rademacher(*shape: int | str) -> Rademacher:
    """Independent signs."""
    return Rademacher(*shape)


def uniform(*shape: int | str) -> Uniform:
    """Independent entries, uniform on [-1, 1]."""
    return Uniform(*shape)


def sphere(*shape: int | str) -> Sphere:
    """Independent vectors along the last axis, uniform on the unit sphere."""
    return Sphere(*shape)


def finite(probabilities: Mapping[Any, Any], *shape: int | str) -> Finite:
    """Independent entries with the given ``{value: probability}``, all of them integers or fractions."""
    return Finite(probabilities, *shape)


def _fraction(number: Any, what: str) -> Fraction:
    if not isinstance(number, Rational):
        raise ClaimError(f"a {what} of a finite law is {number!r}, but should be an integer or a fraction such as Fraction(1, 3)")
    return Fraction(int(number.numerator), int(number.denominator))


def _probability(value: Any, share: Any) -> Fraction:
    exact = _fraction(share, "probability")
    if exact <= 0:
        raise ClaimError(f"the probability of {value} in a finite law is {exact}, but should be positive")
    return exact


def _integers(draw: Callable[[Any], Any], shape: tuple[int, ...], low: int, high: int) -> NDArray[Any]:
    from hypothesis import strategies as st

    count = math.prod(shape)
    drawn = draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
    return np.array(drawn, dtype=object).reshape(shape)
