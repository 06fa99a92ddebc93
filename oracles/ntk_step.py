r"""The inequality in one variable that carries the lower bound of `isometry/ntk_relu_limit` from layer to layer, proved.

With $x=1-\cos\theta$, $x'=x-\frac1\pi(\sin\theta-\theta\cos\theta)$, $q=x'/x$ and $c=\frac{\sqrt2}{3\pi}$ the loss of one layer is
$$G(\theta)=\frac\pi\theta\Big[\frac{q^{3/2}-1+\theta/\pi}{4c\sqrt x}-1+x'+\frac{1-q^2}{4c\sqrt{qx}}\Big],\qquad0<\theta\le\pi,$$
the left side of the last inequality of that proof divided by $1-\kappa_0=\theta/\pi$.  `near_zero` bounds it for small angles by
alternating series, `pieces` halves the rest until balls decide.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles.subdivision import Piece, pieces
from refute.arithmetic import Certifying

BITS = 64
SMALL = Fraction(1, 2)
HIGHEST = Fraction(181, 100)
THREE, HALF = Fraction(3), Fraction(1, 2)


def loss(mp: Any, theta: Any) -> Any:
    r"""$G$ at an angle, or a ball around $G$ at a ball of angles in $(0,\pi]$."""
    x, sine = 1 - mp.cos(theta), mp.sin(theta)
    q = 1 - (sine - theta * (1 - x)) / (mp.pi * x)
    share, root = theta / mp.pi, mp.sqrt(x)
    c = mp.sqrt(mp.mpf(2)) / (3 * mp.pi)
    rise = (q * mp.sqrt(q) - 1 + share + (1 - q * q) / mp.sqrt(q)) / (4 * c * root)
    return (rise - 1 + q * x) / share


def near_zero(mp: Any, top: Fraction) -> Any:
    r"""An upper bound of $G$ on $(0,t]$ for $t\le1$.

    Let $s=\theta^2$, $A=3(\sin\theta-\theta\cos\theta)/\theta^3$, $B=2(1-\cos\theta)/\theta^2$, so that $1-q=u=k\theta A/B$ with
    $k=\frac2{3\pi}$.  The series alternate: $A\le1-\frac s{10}+\frac{s^2}{280}\le1$ and
    $0\le B-A\le\frac s{60}+\frac{s^2}{360}$, $B\ge1-\frac s{12}$.  Taylor's formula in $u$ and in $z=s/12$ gives
    $(1-u)^{3/2}\le1-\frac32u+\frac38u^2+\frac{u^3}{16(1-u)}$, $\frac{1-u/2}{\sqrt{1-u}}\le1+vu^2$ and $AB^{-3/2}\le1+ms$.
    """
    s = mp.mpf(top * top)
    k, z = 2 / (3 * mp.pi), s / 12
    u = k * top
    apart = (Fraction(1, 60) + s / 360) / (1 - z)
    first = top * apart / mp.pi + THREE / 8 * k**2 + k**3 * top / (16 * (1 - u))
    m = Fraction(1, 40) + s * (Fraction(1, 280) + Fraction(15, 1152) / mp.sqrt(1 - z) ** 7)
    v = THREE / 8 / mp.sqrt(1 - u) ** 5
    second = mp.pi * top * (HALF + m + v * k**2 * (1 + m * s))
    return THREE / 4 * mp.pi**2 * first / mp.sqrt(1 - z) + second


def proof(highest: Fraction = HIGHEST) -> tuple[Any, list[Piece]]:
    r"""The bound of $G$ on $(0,\frac12]$, and the pieces of $[\frac12,\pi]$ on which it is at most ``highest``."""
    mp = Certifying(bits=BITS)
    end = Fraction(22, 7)  # beyond pi, where the formula is analytic still

    def holds(a: Fraction, b: Fraction) -> bool | None:
        return bool(mp.le(loss(mp, mp.between(a, b)), highest))

    return near_zero(mp, SMALL), pieces(SMALL, end, holds)


def markdown() -> str:
    """What was proved, for the report page."""
    small, found = proof()
    mp = Certifying(bits=BITS)
    return "\n".join(
        [
            "## The one-step inequality, on the whole range",
            "",
            r"Its left side divided by $`1-\kappa_0`$, as a function of $`\theta=\arccos(1-x)\in(0,\pi]`$, is",
            "",
            f"- at most {mp.to_float(small):.3f} on $`(0,\\frac12]`$, by alternating series with their remainders;",
            f"- at most {float(HIGHEST)} on $`[\\frac12,\\pi]`$, in balls of {BITS} bits on {len(found)} intervals that cover it.",
            "",
            f"The least constant that this argument can give is {mp.to_float(loss(mp, mp.mpf(Fraction(207, 100)))):.5f}, "
            r"its value near $`\theta=2.07`$.",
        ]
    )
