r"""The bounds of one critical tanh layer for every variance $K$, proved: the finite part of the proof in `isometry/crit_tanh`.

Let $m(K)=\mathbb E\tanh^2(\sqrt Kz)$.  The Taylor sums of $\tanh^2$ envelop it on the whole line, since
$1-\tanh^2x=\sum_k\frac8{a_k^2}\frac{1-s_k}{(1+s_k)^2}$ with $a_k=(2k-1)\pi$, $s_k=4x^2/a_k^2$, whose Taylor sums in $s$ alternate
around it.  With the moments of $z$,
$$K-2K^2+\tfrac{17}3K^3-\tfrac{62}3K^4\le m(K)\le K-2K^2+\tfrac{17}3K^3-\tfrac{62}3K^4+\tfrac{1382}{15}K^5,$$
which is enough below `SMALL`.  $m(K)$, $\frac K{1+2K}$ and $\frac K{1+2K-5K^2/3}$ increase, so that one value of each side settles an
interval, and finitely many intervals settle $[$`SMALL`$,2]$.  Beyond, $m(K)\ge m(2)>\frac12$, and $2-\frac53K<0$ for $K>\frac65$.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.criticality import tanh_second_moment
from oracles.subdivision import Piece, pieces
from refute.arithmetic import Certifying

BITS = 64
SMALL, LARGE, TURN = Fraction(1, 12), Fraction(2), Fraction(6, 5)
BEND = Fraction(5, 3)


def lowest(K: Fraction) -> Fraction:
    r"""$\frac K{1+2K}$."""
    return K / (1 + 2 * K)


def highest(K: Fraction) -> Fraction:
    r"""$\frac K{1+2K-5K^2/3}$."""
    return K / (1 + 2 * K - BEND * K**2)


def taylor(K: Fraction, terms: int) -> Fraction:
    r"""The sum of so many terms of the expansion of $m$ at 0."""
    coefficients = (Fraction(1), Fraction(-2), Fraction(17, 3), Fraction(-62, 3), Fraction(1382, 15))
    return sum((c * K ** (k + 1) for k, c in enumerate(coefficients[:terms])), Fraction(0))


def small_variances_hold() -> tuple[bool, bool]:
    r"""Whether the Taylor sums settle the two bounds on $(0,$ `SMALL` $]$.

    Multiplied out, $\big(K-\dots-\frac{62}3K^4\big)(1+2K)-K=\frac{K^3}3(5-28K-124K^2)$ and
    $\big(K-\dots+\frac{1382}{15}K^5\big)\big(1+2K-\frac53K^2\big)-K=
    K^4\big(-6+\frac{1861}{45}K+\frac{9842}{45}K^2-\frac{1382}9K^3\big)$; both brackets are monotone up to `SMALL`, so that their signs
    there decide.
    """
    below = taylor(SMALL, 4) * (1 + 2 * SMALL) - SMALL
    above = taylor(SMALL, 5) * (1 + 2 * SMALL - BEND * SMALL**2) - SMALL
    return below >= 0, above <= 0


def proof() -> tuple[list[Piece], list[Piece]]:
    r"""The pieces of $[$ `SMALL` $,2]$ with the lower bound of $m$, and those of $[$ `SMALL` $,\frac65]$ with the upper one."""
    mp = Certifying(bits=BITS)

    def moment(K: Fraction) -> Any:
        return tanh_second_moment(mp, mp.mpf(K))

    def above_lowest(a: Fraction, b: Fraction) -> bool | None:
        return bool(mp.le(lowest(b), moment(a)))

    def below_highest(a: Fraction, b: Fraction) -> bool | None:
        return bool(mp.le(moment(b), highest(a)))

    if not (all(small_variances_hold()) and mp.lt(Fraction(1, 2), moment(LARGE))):
        raise ArithmeticError("the bounds of a tanh layer are not proved for small or for large variances")
    return pieces(SMALL, LARGE, above_lowest), pieces(SMALL, TURN, below_highest)


def markdown() -> str:
    """What was proved, for the report page."""
    below, above = proof()
    return "\n".join(
        [
            "## One layer, for every variance",
            "",
            r"The two bounds of $`\frac1{K_1}-\frac1{K_0}`$ are proved for all $`K_0>0`$:",
            "",
            rf"- for $`K_0\le\frac1{{{SMALL.denominator}}}`$ by the Taylor sums, which envelop $`\tanh^2`$, in rationals;",
            f"- from there to 2 the upper bound on {len(below)} intervals and, up to $`\\frac65`$, the lower one on {len(above)}, in balls "
            f"of {BITS} bits;",
            r"- beyond, because $`\mathbb E\tanh^2(\sqrt2z)>\frac12`$ and $`2-\frac53K_0<0`$.",
        ]
    )
