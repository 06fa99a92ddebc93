r"""The third derivative of log-sum-exp is at most \(\sqrt6/9\) in the Euclidean norm.

For logits \(x\in\mathbb R^n\), \(n\ge2\), with \(s=\mathrm{softmax}(x)\), and directions \(h,g\in\mathbb R^n\),
\[
  |D^3\mathrm{lse}(x)[h,h,g]| = \bigl|E_s[(h-E_sh)^2(g-E_sg)]\bigr| \le \tfrac{\sqrt6}{9}\,\|h\|_2^2\,\|g\|_2 ,
\]
\[
  |D^3\mathrm{lse}(x)[h,h,h]| \le \mathrm{range}(h)\,D^2\mathrm{lse}(x)[h,h]
  \quad\text{and}\quad
  |D^3\mathrm{lse}(x)[h,h,h]| \le \tfrac{\sqrt3}{18}\,\mathrm{range}(h)^3 .
\]
A symmetric trilinear form attains its norm on the diagonal (Banach); a variable of range \(\rho\) has
\(|\kappa_3|\le\frac{\sqrt3}{18}\rho^3\); and \(\mathrm{range}(h)\le\sqrt2\|h\|_2\).

Tight: two tokens carry all mass with \(x_1-x_2=\pm\log(2+\sqrt3)\), \(h=g=(1,-1)/\sqrt2\).
Source: derived here; the first bound is the constant of the sharp smoothness of prompt attention.
"""

from sympy import Abs, And, Le, Rational, sqrt

from claims.sources import REFUTE_DERIVED
from oracles import attention
from refute import Claim, Mutant, quantities
from strategies.tokens import logits_and_directions

third, third_diagonal, second, norm_h, norm_g, range_h = quantities("third third_diagonal second norm_h norm_g range_h")


def evaluate(xp, tokens):
    """Central moments through pairwise differences, which do not cancel when one token takes all the mass."""
    h, g = tokens["h"], tokens["g"]
    s = xp.exp(tokens["x"] - xp.max(tokens["x"], axis=1, keepdims=True))
    s = s / xp.sum(s, axis=1, keepdims=True)
    centred_h, centred_g = (xp.sum(s[:, None, :] * (v[:, :, None] - v[:, None, :]), axis=2) for v in (h, g))
    return {
        third: xp.sum(s * centred_h**2 * centred_g, axis=1),
        third_diagonal: xp.sum(s * centred_h**3, axis=1),
        second: xp.sum(s * centred_h**2, axis=1),
        norm_h: xp.linalg.vector_norm(h, axis=1),
        norm_g: xp.linalg.vector_norm(g, axis=1),
        range_h: xp.max(h, axis=1) - xp.min(h, axis=1),
    }


SHARP = sqrt(6) / 9


def bounds(constant=SHARP, concordance=1):
    return And(
        Le(Abs(third), constant * norm_h**2 * norm_g),
        Le(Abs(third_diagonal), concordance * range_h * second),
        Le(Abs(third_diagonal), sqrt(3) / 18 * range_h**3),
    )


claim = Claim(
    source=REFUTE_DERIVED.item("Third derivative of log-sum-exp"),
    provenance="derived",
    inputs={"tokens": logits_and_directions("n")},
    sizes={"n": (2, 8)},
    definitions={
        third: "third derivative of log-sum-exp at x along h, h, g",
        third_diagonal: "third derivative of log-sum-exp at x along h, h, h",
        second: "second derivative of log-sum-exp at x along h, h",
        norm_h: "Euclidean norm of h",
        norm_g: "Euclidean norm of g",
        range_h: "largest minus smallest entry of h",
    },
    notation={
        third: r"D^3\mathrm{lse}[h,h,g]",
        third_diagonal: r"D^3\mathrm{lse}[h,h,h]",
        second: r"D^2\mathrm{lse}[h,h]",
        norm_h: r"\|h\|",
        norm_g: r"\|g\|",
        range_h: r"\mathrm{range}(h)",
    },
    statement=bounds(),
    evaluate=evaluate,
    oracle=attention.third_derivative,
    oracle_differs="raw moments of unshifted exponentials instead of centred pairwise differences",
    tight="n = 2 (or all other logits at minus infinity), x1 - x2 = log(2 + sqrt 3), h = g = (1, -1)",
    mutants=[
        Mutant(
            "constant 0.27",
            statement=bounds(Rational(27, 100)),
            because="the sharp constant sqrt(6)/9 = 0.27217 exceeds it at the two-token extremal point",
        ),
        Mutant(
            "range bounded by the norm without its square root of two",
            statement=Le(Abs(third_diagonal), sqrt(3) / 18 * norm_h**3),
            because="range(h) reaches sqrt(2) norm(h), so the constant is too small by 2 sqrt(2)",
        ),
        Mutant(
            "self-concordance with half the range",
            statement=bounds(concordance=Rational(1, 2)),
            because="as one of two masses tends to 0, the ratio of third to second derivative tends to the full range",
        ),
    ],
)
