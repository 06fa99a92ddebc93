r"""Activations without a closed dual, by their Hermite series with a proved tail.

$|\sum_{k\ge N}c_k^2\rho^k|\le|\rho|^N\big(\mathbb E\sigma^2-\sum_{k<N}c_k^2\big)$, and the same for the derivative with
$\mathbb E\sigma'^2-\sum_{k<N}kc_k^2$, where both second moments are rigorous integrals.  Near $|\rho|=1$ even and odd part are summed
from their values at 1.  With $\delta=1-|\rho|$, $T_1=\sum_{k\ge N}kc_k^2$ and $T_2=\sum_{k\ge N}k(k-1)c_k^2$, both from integrals at
$\rho=\pm1$ by Price's theorem, Taylor's formula gives
$$\sum_{k\ge N}c_k^2(1-|\rho|^k)\in\delta T_1-\tfrac{\delta^2}2[0,T_2],\qquad\sum_{k\ge N}kc_k^2|\rho|^{k-1}\in T_1-\delta[0,T_2],$$
so that nothing is lost as $|\rho|\to1$.

tanh, sigmoid, SiLU and softplus are analytic in a strip $|\mathrm{Im}\,z|\le a$ and at most $S(1+|x|)$ there, so the
trapezoidal rule of step $h$ gives all $c_k$ at once with the error $2M_k/(e^{2\pi a/h}-1)$ (Trefethen and Weideman, 2014,
Theorem 5.1) and $M_k\le2Se^{a^2/2}\sqrt{L_k(-a^2)}$: $\varphi$ grows by $e^{a^2/2}$ at most, and
$\mathbb E|\mathrm{he}_k(X+ia)|^2=\sum_i\binom ki\frac{a^{2i}}{i!}=L_k(-a^2)$, a Laguerre polynomial.  What lies beyond the
last node $T$ is at most $4e^{-T^2/4}$, by Cramer's bound.

The coefficients of softsign follow a recurrence from the one integral $\int_0^\infty\frac{\varphi(x)}{1+x}dx$.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oracles.activation_functions import BENDS, FUNCTIONS
from oracles.activations_piecewise import hermite_at_zero
from oracles.duals import Activation, polynomial
from oracles.gaussian import Function, coefficient, density, half_line, mirrored, product
from refute.arithmetic import Certifying, Reference

FEWEST, FEW, MANY = 40, 200, 320
SOFTSIGN_TERMS = 1024


@dataclass(frozen=True)
class Parity:
    r"""$\sum c_k^2$, $\sum kc_k^2$ and $\sum k(k-1)c_k^2$ over the even or the odd degrees."""

    value: Any
    slope: Any
    bend: Any

    def less(self, other: Parity) -> Parity:
        return Parity(self.value - other.value, self.slope - other.slope, self.bend - other.bend)


def parities(mp: Any, name: str) -> tuple[Parity, Parity]:
    """The sums over all even and over all odd degrees, by quadrature of the function and its two derivatives."""
    same, opposite = zip(*(both_ends(mp, build(mp, None)) for build in (*FUNCTIONS[name], BENDS[name])), strict=True)
    even, odd = ([(a + sign * b) / 2 for a, b in zip(same, opposite, strict=True)] for sign in (1, -1))
    # the derivative of the even part is odd
    return Parity(even[0], odd[1], even[2]), Parity(odd[0], even[1], odd[2])


@dataclass(frozen=True)
class Table:
    """Coefficients and their squares, and for either parity the sums over all degrees and over those beyond the table."""

    coefficients: list[Any]
    squares: list[Any]
    totals: tuple[Parity, Parity]
    rests: tuple[Parity, Parity]

    @classmethod
    def build(cls, mp: Any, coefficients: list[Any], totals: tuple[Parity, Parity]) -> Table:
        squares = [c * c for c in coefficients]
        rests = []
        for parity, total in enumerate(totals):
            kept = [(k, square) for k, square in enumerate(squares) if k % 2 == parity]
            moments = (mp.fsum(weight(k) * square for k, square in kept) for weight in (lambda k: 1, int, lambda k: k * (k - 1)))
            rests.append(total.less(Parity(*moments)))
        return cls(coefficients, squares, totals, (rests[0], rests[1]))


class HermiteSeries(Activation):
    """A dual summed from its coefficients, which are computed once per precision; exact at both ends."""

    name: str
    is_odd = False

    def __init__(self) -> None:
        self._tables: dict[Any, Table] = {}
        self._ends: dict[Any, tuple[Parity, Parity]] = {}

    @abstractmethod
    def coefficients(self, mp: Any) -> list[Any]:
        """The first Hermite coefficients, as many as the precision deserves."""

    def dual(self, mp: Any, v: Any, rho: Any) -> Any:
        if at_an_end(mp, rho):
            even, odd = self.ends(mp)
            return even.value + odd.value if rho > 0 else even.value - odd.value
        table, size = self.table(mp), abs(rho)
        delta, count = 1 - size, len(table.squares)
        rest = abs(mp.fsum(part.value for part in table.rests))
        bend = abs(mp.fsum(part.bend for part in table.rests))
        if mp.to_float(size) ** count * mp.to_float(rest) <= mp.to_float(delta) ** 2 * mp.to_float(bend) / 2:
            return polynomial(mp, table.squares, rho) + mp.between(-1, 1) * rest * size**count
        even_part, odd_part = (self._near_one(mp, table, size, parity) for parity in (0, 1))
        return even_part + odd_part if rho > 0 else even_part - odd_part

    def _near_one(self, mp: Any, table: Table, size: Any, parity: int) -> Any:
        """The even or the odd part, from its value at 1."""
        squares = [square if k % 2 == parity else mp.mpf(0) for k, square in enumerate(table.squares)]
        drop = mp.fsum(squares) - polynomial(mp, squares, size)
        delta, rest = 1 - size, table.rests[parity]
        return table.totals[parity].value - drop - delta * rest.slope + delta**2 / 2 * mp.between(0, 1) * abs(rest.bend)

    def dual_slope(self, mp: Any, v: Any, rho: Any) -> Any:
        if at_an_end(mp, rho):
            even, odd = self.ends(mp)
            return even.slope + odd.slope if rho > 0 else odd.slope - even.slope
        table, size = self.table(mp), abs(rho)
        slopes = [k * square for k, square in enumerate(table.squares)][1:]
        kept, beyond, delta = polynomial(mp, slopes, rho), size ** len(slopes), 1 - size
        total = mp.between(0, 0)
        for parity, rest in enumerate(table.rests):
            far = mp.between(0, 1) * abs(rest.slope) * beyond
            near = rest.slope - delta * mp.between(0, 1) * abs(rest.bend)
            tail = near if mp.to_float(delta * abs(rest.bend)) < mp.to_float(abs(rest.slope) * beyond) else far
            total = total + tail if rho > 0 or parity else total - tail
        return kept + total

    def coefficient(self, mp: Any, v: Any, k: int) -> Any:
        """For ``k`` below the number of coefficients that are kept, at least `FEWEST`; the first two by their definition."""
        if self.is_odd and k % 2 == 0:
            return mp.mpf(0)
        return coefficient(mp, FUNCTIONS[self.name][0](mp, None), k) if k < 2 else self.table(mp).coefficients[k]

    def ends(self, mp: Any) -> tuple[Parity, Parity]:
        key = (type(mp), precision(mp))
        if key not in self._ends:
            self._ends[key] = parities(mp, self.name)
        return self._ends[key]

    def table(self, mp: Any) -> Table:
        key = (type(mp), precision(mp))
        if key not in self._tables:
            self._tables[key] = Table.build(mp, self.coefficients(mp), self.ends(mp))
        return self._tables[key]


def at_an_end(mp: Any, rho: Any) -> bool:
    """Whether the correlation is exactly 1 or -1, as far as its arithmetic can say."""
    decided = mp.eq(abs(rho), 1)
    return bool(decided) if decided is not None else isinstance(mp, Reference)


class Analytic(HermiteSeries):
    """An activation that is analytic in the strip of half-width ``strip``, of size at most ``bound (1 + |x|)`` there."""

    def __init__(self, name: str, strip: Fraction, bound: int, is_odd: bool = False) -> None:
        super().__init__()
        self.name, self.strip, self.bound, self.is_odd = name, strip, bound, is_odd

    def coefficients(self, mp: Any) -> list[Any]:
        digits = precision(mp) * math.log(2)
        count = min(FEW if precision(mp) <= 128 else MANY, FEWEST + math.ceil((digits / (2 * float(self.strip))) ** 2 / 2))
        growth = 2 * float(self.strip) * math.sqrt(count)
        step = Fraction(math.floor(2**12 * 2 * math.pi * float(self.strip) / (digits + growth + 8)), 2**12)
        nodes = math.ceil(math.sqrt(4 * digits + 16) / step)
        # a three-term recurrence of balls forgets that its terms cancel, which costs less than a bit a degree
        fine = finer(mp, count)
        sums = trapezoid(fine, FUNCTIONS[self.name][0](fine, None), count, step, nodes, self.is_odd)
        beyond = 4 * mp.exp(-((nodes * mp.mpf(step)) ** 2) / 4)
        square = mp.mpf(self.strip) ** 2
        decay = 4 * self.bound * mp.exp(square / 2) / (mp.exp(2 * mp.pi * self.strip / step) - 1)
        errors = [decay * mp.sqrt(size) + beyond for size in laguerre(mp, count, square)]
        return [
            into(mp, total) + mp.between(-error, error) if total is not None else mp.mpf(0)
            for k, (total, error) in enumerate(zip(sums, errors, strict=True))
        ]


class Softsign(HermiteSeries):
    r"""``x / (1 + |x|)``, odd: $c_k=2(h_k-i_k)/\sqrt{k!}$.

    $h_k=\int_0^\infty\mathrm{He}_k\varphi$ is known, and for $i_k=\int_0^\infty\frac{\mathrm{He}_k\varphi}{1+x}$ the identity
    $x\,\mathrm{He}_k=\mathrm{He}_{k+1}+k\,\mathrm{He}_{k-1}$ gives $i_{k+1}=h_k-i_k-ki_{k-1}$.
    """

    name = "softsign"
    is_odd = True

    def coefficients(self, mp: Any) -> list[Any]:
        fine = finer(mp, 3 * math.isqrt(SOFTSIGN_TERMS) + 32)
        start = density(fine, fine.mpf(0))
        before = half_line(fine, lambda x: density(fine, x) / (1 + x), 1, 0)
        found, current, root = [mp.mpf(0)], fine.mpf(Fraction(1, 2)) - before, fine.mpf(1)
        for k in range(1, SOFTSIGN_TERMS):
            whole = hermite_at_zero(k - 1) * start
            root = root * fine.sqrt(fine.mpf(k))
            found.append(into(mp, 2 * (whole - current) / root) if k % 2 else mp.mpf(0))
            before, current = current, whole - current - k * before
        return found


def both_ends(mp: Any, f: Function) -> tuple[Any, Any]:
    r"""$\mathbb E f(X)^2$ and $\mathbb E f(X)f(-X)$."""
    return product(mp, f, f), product(mp, f, mirrored(f))


def trapezoid(mp: Any, f: Function, count: int, step: Fraction, nodes: int, is_odd: bool) -> list[Any]:
    r"""The trapezoidal sums of $f\,\mathrm{he}_k\varphi$ for ``k < count`` over the points ``j step``, ``|j| <= nodes``.

    The sums of even degree of an odd function are None.
    """
    roots = [mp.sqrt(mp.mpf(k)) for k in range(count + 1)]
    sums: list[list[Any]] = [[] for _ in range(count)]
    for j in range(nodes + 1):
        x = mp.mpf(j * step)
        weight = density(mp, x) * step / (2 if j == 0 else 1)
        right, left = f.right(x) * weight, f.left(x) * weight
        parts = (right + left, right - left)
        last, value = mp.mpf(0), mp.mpf(1)
        for k in range(count):
            if k % 2 or not is_odd:
                sums[k].append(value * parts[k % 2])
            last, value = value, (x * value - roots[k] * last) / roots[k + 1]
    return [mp.fsum(terms) if terms else None for terms in sums]


def laguerre(mp: Any, count: int, square: Any) -> list[Any]:
    r"""$L_k(-a^2)$ for ``k < count``, by the three-term recurrence."""
    found = [mp.mpf(1), 1 + square]
    for k in range(1, count):
        found.append(((2 * k + 1 + square) * found[-1] - k * found[-2]) / (k + 1))
    return found[:count]


def precision(mp: Any) -> int:
    """The bits of an arithmetic."""
    return int(mp.bits) if isinstance(mp, Certifying) else math.ceil(mp.dps * math.log2(10))


def finer(mp: Any, bits: int) -> Any:
    """The same arithmetic with so many bits more."""
    return Certifying(bits=mp.bits + bits) if isinstance(mp, Certifying) else Reference(dps=mp.dps + bits // 3)


def into(mp: Any, number: Any) -> Any:
    """A number of a finer arithmetic, in this one."""
    return mp.wrap(number.value) if isinstance(mp, Certifying) else mp.convert(number)


SUMMED: dict[str, Activation] = {
    # |tanh(x + ib)| <= max(1, tan b) and tan 3/2 < 15; the logistic function is (1 + tanh(z/2))/2
    "tanh": Analytic("tanh", Fraction(3, 2), 15, is_odd=True),
    "sigmoid": Analytic("sigmoid", Fraction(3), 8),
    "silu": Analytic("silu", Fraction(3), 31),
    "softplus": Analytic("softplus", Fraction(3), 12),
    "softsign": Softsign(),
}
