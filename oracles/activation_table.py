r"""The constants of twenty activations, certified, beside the values that are printed.

$c_0=\mathbb E\sigma$, $c_1=\mathbb E X\sigma$, $m_2=\mathbb E\sigma^2$, $\alpha=\frac{c_1^2}{m_2-c_0^2}$, the non-linearity
strength $\beta_0=2-\alpha$, and $\kappa(0)=\frac{c_0^2}{m_2}$, $\kappa'(0)=\frac{c_1^2}{m_2}$, $\kappa'(1)$ of the kernel map of
$\sigma/\sqrt{m_2}$ without centring.  All come from the objects of `oracles.activations`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oracles.activation_functions import logistic
from oracles.activations import ACTIVATIONS
from oracles.gaussian import density, distribution, half_line
from refute.arithmetic import Certifying

COLUMNS = ("c_0", "c_1", "m_2", r"\alpha", r"\beta_0", r"\kappa(0)", r"\kappa'(0)", r"\kappa'(1)")
STRENGTH = 4
MONIC_TERMS = 25
DIGITS = 12
Printed = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Row:
    """An activation, ``factor`` times one of `ACTIVATIONS`, and the eight printed values: decimals, or closed forms."""

    label: str
    activation: str
    parameter: Fraction | tuple[int, ...]
    printed: Sequence[Printed]
    factor: int = 1

    def argument(self, mp: Any) -> Any:
        """The parameter in the arithmetic ``mp``."""
        return [mp.mpf(w) for w in self.parameter] if isinstance(self.parameter, tuple) else mp.mpf(self.parameter)


def root_over(top: int, bottom: int, over_pi: bool = False) -> Printed:
    r"""$\sqrt{a/b}$ or $\sqrt{a/(b\pi)}$."""
    return lambda mp: mp.sqrt(mp.mpf(Fraction(top, bottom)) / (mp.pi if over_pi else 1))


HALF, ONE = Fraction(1, 2), Fraction(1)
TABLE: tuple[Row, ...] = (
    Row(
        "ReLU", "leaky relu", HALF,
        (root_over(1, 2, True), "1/2", "1/2", "0.73347110346", "1.26652889654", lambda mp: 1 / mp.pi, "1/2", "1"),
    ),
    Row(
        "leaky ReLU, slope 0.5", "leaky relu", Fraction(1, 4),
        ("0.19947114020", "3/4", "5/8", "0.96119134129", "1.03880865871", "0.0636619772", "9/10", "1"),
    ),
    Row(
        "leaky ReLU, slope 0.01", "leaky relu", Fraction(99, 200),
        (
            "0.39495285760", "101/200", "10001/20000", "0.74121763491", "1.25878236509", "0.3119443250", "0.5099990001", "1",
        ),
    ),
    Row(
        "absolute value", "leaky relu", ONE,
        (root_over(2, 1, True), "0", "1", "0", "2", lambda mp: 2 / mp.pi, "0", "1"),
    ),
    Row(
        "tanh", "tanh", ONE,
        (
            "0", "0.605705509602159", "0.394294490397841", "0.930469923615", "1.069530076385", "0", "0.930469923615",
            "1.177807232304",
        ),
    ),
    Row(
        "sigmoid", "sigmoid", ONE,
        (
            "1/2", "0.206620964141907", "0.293379035858093", "0.984167166891", "1.015832833109", "0.852139960406",
            "0.145518996264", "0.152827011716",
        ),
    ),
    Row(
        "GELU", "gelu", ONE,
        (
            lambda mp: 1 / (2 * mp.sqrt(mp.pi)), "1/2", lambda mp: mp.mpf(Fraction(1, 3)) + 1 / (2 * mp.pi * mp.sqrt(mp.mpf(3))),
            "0.723287521341", "1.276712478659", "0.187143582363", "0.587928903518", "1.072031598436",
        ),
    ),
    Row(
        "SiLU", "silu", ONE,
        (
            "0.206620964141907", "1/2", "0.355775519817352", "0.798509541710", "1.201490458290", "0.119997640211",
            "0.702690281019", "1.066634241242",
        ),
    ),
    Row(
        "softplus", "softplus", ONE,
        (
            "0.80605918334744", "1/2", "0.9212459088593", "0.920761131881", "1.079238868119", "0.705274672930",
            "0.271371625747", "0.318458983684",
        ),
    ),
    Row(
        "ELU", "elu", ONE,
        (
            "0.160520572266556", "0.761578291865123", "0.644945417492924", "0.936727349670", "1.063272650330",
            "0.039951991939", "0.899303226147", "1.035904718604",
        ),
    ),
    Row(
        "SELU", "selu", ONE,
        ("0", "0.985231116185796", "1", "0.970680352301", "1.029319647699", "0", "0.970680352301", "1.071574992456"),
    ),
    Row(
        "exp", "exponential", HALF,
        (
            lambda mp: mp.exp(mp.mpf(HALF)), lambda mp: mp.exp(mp.mpf(HALF)), lambda mp: mp.exp(mp.mpf(2)), "0.581976706869",
            "1.418023293131", lambda mp: mp.exp(mp.mpf(-1)), lambda mp: mp.exp(mp.mpf(-1)), "1",
        ),
    ),
    Row(
        "sin", "sine", HALF,
        (
            "0", lambda mp: mp.exp(mp.mpf(-HALF)), lambda mp: (1 - mp.exp(mp.mpf(-2))) / 2, "0.850918128239", "1.149081871761",
            "0", "0.850918128239", "1.313035285499",
        ),
    ),
    Row(
        "cos", "cosine", HALF,
        (
            lambda mp: mp.exp(mp.mpf(-HALF)), "0", lambda mp: (1 + mp.exp(mp.mpf(-2))) / 2, "0", "2",
            lambda mp: 1 / mp.cosh(mp.mpf(1)), "0", "0.761594155956",
        ),
    ),
    Row(
        "erf", "erf", HALF,
        (
            "0", root_over(4, 3, True), lambda mp: 2 * mp.asin(mp.mpf(Fraction(2, 3))) / mp.pi, "0.913582842829",
            "1.086417157171", "0", "0.913582842829", "1.225700003786",
        ),
    ),
    Row(
        "squared ReLU", "squared relu", ONE,
        ("1/2", root_over(2, 1, True), "3/2", "0.509295817894", "1.490704182106", "1/6", lambda mp: 4 / (3 * mp.pi), "4/3"),
    ),
    Row(
        "softsign", "softsign", ONE,
        (
            "0", "0.412755100339183", "0.183014021266547", "0.930894647727", "1.069105352273", "0", "0.930894647727",
            "1.244010370608",
        ),
    ),
    Row("He_2", "hermite series", (0, 0, 1), ("0", "0", "2", "0", "2", "0", "0", "2"), factor=2),
    Row("He_3", "hermite series", (0, 0, 0, 1), ("0", "0", "6", "0", "2", "0", "0", "3"), factor=6),
    Row("identity", "hermite series", (0, 1), ("0", "1", "1", "1", "1", "0", "1", "1")),
)  # fmt: skip


def constants(mp: Any, row: Row) -> list[Any]:
    """The eight constants of a row."""
    activation, v = ACTIVATIONS[row.activation], row.argument(mp)
    first, second = (mp.sqrt(mp.mpf(row.factor)) * activation.coefficient(mp, v, k) for k in (0, 1))
    square = row.factor * activation.dual(mp, v, mp.mpf(1))
    alpha = second**2 / (square - first**2)
    slope = row.factor * activation.dual_slope(mp, v, mp.mpf(1)) / square
    return [first, second, square, alpha, 2 - alpha, first**2 / square, second**2 / square, slope]


def printed_value(mp: Any, printed: Printed) -> tuple[Any, Any]:
    """A printed value, and half a unit of its last digit (0 for a closed form or a fraction)."""
    if callable(printed):
        return printed(mp), mp.mpf(0)
    decimals = len(printed.partition(".")[2])
    return mp.mpf(Fraction(printed)), mp.mpf(Fraction(1, 2 * 10**decimals) if decimals else 0)


def strengths(mp: Any, row: int) -> dict[str, Any]:
    r"""The constants of a row beside the printed ones, and what other definitions of $\beta_0$ give."""
    chosen = TABLE[row]
    found = constants(mp, chosen)
    printed = [printed_value(mp, item) for item in chosen.printed]

    def monic() -> Any:
        activation, v = ACTIVATIONS[chosen.activation], chosen.argument(mp)
        squares = [chosen.factor * activation.coefficient(mp, v, k) ** 2 for k in range(1, MONIC_TERMS)]
        rest = abs(found[2] - found[0] ** 2 - mp.fsum(squares)) / math.factorial(MONIC_TERMS)
        total = mp.fsum(square / math.factorial(k) for k, square in enumerate(squares, start=1))
        return 2 - squares[0] / (total + mp.between(0, rest))

    return {
        "value": found,
        "printed": [value for value, _ in printed],
        "unit": [unit for _, unit in printed],
        "strength": printed[STRENGTH][0],
        "strength_unit": printed[STRENGTH][1],
        "kept": lambda: 2 - found[6],
        "inverted": found[3],
        "share": found[6],
        "monic": monic,
    }


def printed_floats(rows: Sequence[Sequence[Printed]]) -> tuple[list[list[float]], list[list[float]]]:
    """Printed values and half units of the last digits in floats."""
    mp = Certifying(bits=64)
    pairs = [[printed_value(mp, item) for item in row] for row in rows]
    values, units = ([[float(mp.to_float(pair[side])) for pair in row] for row in pairs] for side in (0, 1))
    return values, units


def identities(mp: Any, a: Any) -> dict[str, Any]:
    """The means of tanh, the logistic function, softplus, SiLU and GELU of the rate ``a`` that are tied to each other."""

    def mean(right: Callable[[Any], Any], left: Callable[[Any], Any], scale: Any = 2) -> Callable[[], Any]:
        # x <= e^x, x^2 <= 2 e^x
        return lambda: half_line(mp, lambda x: (right(x) + left(x)) * density(mp, x), 2 * scale, 2)

    def rising(x: Any) -> Any:
        return logistic(mp, a * x)

    def falling(x: Any) -> Any:
        return logistic(mp, -a * x)

    def rest(x: Any) -> Any:
        return mp.log(1 + mp.exp(-a * x))

    return {
        "tanh_first": mean(lambda x: x * mp.tanh(a * x), lambda x: x * mp.tanh(a * x)),
        "tanh_square": mean(lambda x: mp.tanh(a * x) ** 2, lambda x: mp.tanh(a * x) ** 2),
        "logistic_first": mean(lambda x: x * rising(x), lambda x: -x * falling(x)),
        "logistic_square": mean(lambda x: rising(x) ** 2, lambda x: falling(x) ** 2),
        "logistic_slope": mean(lambda x: rising(x) * falling(x), lambda x: rising(x) * falling(x)),
        "softplus_first": mean(lambda x: x * (a * x + rest(x)), lambda x: -x * rest(x), 2 * a + 2),
        "silu_first": mean(lambda x: x * x * rising(x), lambda x: x * x * falling(x)),
        "gelu_first": mean(lambda x: x * x * distribution(mp, a * x), lambda x: x * x * distribution(mp, -a * x)),
        "a": a,
    }


@dataclass(frozen=True)
class Misprint:
    """A value of the activation table of arXiv 2410.20107: two decimals of a constant of one activation."""

    label: str
    activation: str
    parameter: Fraction
    constant: str
    printed: str


MISPRINTS = (
    Misprint("ReLU", "leaky relu", HALF, r"\kappa'(1)", "0.95"),
    Misprint("SELU", "selu", ONE, r"\kappa'(1)", "1.06"),
    Misprint("exp", "exponential", HALF, r"1-\kappa(0)-\kappa'(0)", "0.74"),
)


def misprint(mp: Any, row: int) -> dict[str, Any]:
    """The true value of an entry, the printed one, and half a unit of its last digit."""
    entry = MISPRINTS[row]
    _, _, _, _, _, at_zero, slope_at_zero, slope = constants(mp, Row(entry.label, entry.activation, entry.parameter, ()))
    value, unit = printed_value(mp, entry.printed)
    return {"value": slope if entry.constant == r"\kappa'(1)" else 1 - at_zero - slope_at_zero, "printed": value, "unit": unit}


def certified(mp: Certifying, number: Any) -> str:
    """The digits of a number that its ball leaves no doubt about, at most `DIGITS` and one."""
    if mp.is_exact(number):
        return mp.exact_str(number)
    if mp.eq(number, 0) is None:
        return f"0 (to {-int(mp.log2_radius(number))} bits)"
    return str(number.ball().str(DIGITS + 1, radius=False))


def markdown(bits: int = 64) -> str:
    """The table for a report page: the certified constants, and the values of the paper's table that differ."""
    mp = Certifying(bits=bits)
    lines = [
        "## The constants of twenty activations",
        "",
        f"Digits that are certain, from enclosures at {bits} bits; a number without decimals or with a slash is exact.",
        "",
        "| activation | " + " | ".join(f"$`{column}`$" for column in COLUMNS) + " |",
        "|---|" + "--:|" * len(COLUMNS),
    ]
    for row in TABLE:
        lines.append(f"| {row.label} | " + " | ".join(certified(mp, number) for number in constants(mp, row)) + " |")
    lines += [
        "",
        "Printed in the activation table of arXiv 2410.20107:",
        "",
        "| activation | constant | printed | certified |",
        "|---|---|--:|--:|",
    ]
    for position, entry in enumerate(MISPRINTS):
        value = misprint(mp, position)["value"]
        lines.append(f"| {entry.label} | $`{entry.constant}`$ | {entry.printed} | {certified(mp, value)} |")
    return "\n".join(lines)
