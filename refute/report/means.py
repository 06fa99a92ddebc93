"""The figures of a claim about means: the wealth of the bet against it, and the means of the draws beside their bounds."""

from __future__ import annotations

import math
from typing import Any

from refute.records import Betted, Claim
from refute.report import numbers
from refute.report.canvas import ALARM, FAINT, INK, MARKS, canvas, nothing, style

ROW = 0.24


def wealth(record: Claim) -> Any:
    """The wealth of the e-process against fresh draws, from where earlier runs left it, with the level at which it refutes."""
    process = record.wealth
    if process is None or len(process.path) < 2:
        return None
    figure, axes = canvas(1, 1, 2.6, top=0.12)
    ax = axes[0, 0]
    level = -math.log10(process.alpha)
    draws = [process.earlier_draws + number for number, _ in process.path]
    heights = [logarithm / math.log(10) for _, logarithm in process.path]
    ax.plot(draws, heights, color=style("structured")[0], linewidth=1.8)
    ax.axhline(level, color=style("ascent")[0], linewidth=1.4, linestyle=(0, (4, 2)))
    label = f"refutes from 1/α on, α = {numbers.power_of_ten(-round(level))}"
    ax.annotate(label, (0.995, level), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
                ha="right", fontsize=8.5, color=style("ascent")[0])  # fmt: skip
    ax.set_yscale("symlog", linthresh=10, linscale=0.8)
    lowest, highest = min(0.0, *heights), max(level, *heights)
    ax.set_ylim(1.6 * lowest - 2, 3 * highest)
    ticks = [sign * 10**power for sign in (-1, 1) for power in range(1, 7)] + [0]
    ticks = [tick for tick in sorted({*ticks, round(level)} - {10}) if 1.6 * lowest - 2 <= tick <= 3 * highest]
    ax.set_yticks(ticks, [numbers.real(float(tick), 1) for tick in ticks])
    ax.yaxis.set_minor_locator(nothing())
    ax.xaxis.set_major_formatter(lambda value, _: numbers.count(round(value)))
    ax.set_xlabel("fresh draws, those of earlier runs included (count)" if process.earlier_draws else "fresh draws (count)")
    ax.set_ylabel("log₁₀ of the wealth of\na bet against the claim")
    ax.grid(color=FAINT, linewidth=0.5)
    return figure


def means(record: Claim) -> Any:
    """A row per mean: the draws' mean with its confidence sequence, the exact mean, and the bound, on a common scale.

    The scale puts the end of the declared range from which the bet starts at 0 and the bound at 1: beyond is a violation.
    """
    rows = ordered(record.wealth.means) if record.wealth is not None else []
    if not rows:
        return None
    figure, axes = canvas(1, 1, 0.9 + ROW * len(rows), top=0.3)
    ax = axes[0, 0]
    colour, mark = style("structured")[0], style("ascent")[0]
    left, reach = _frame(rows)
    ax.axvspan(1, reach, color=ALARM, linewidth=0, zorder=0)
    ax.axvline(1, color=INK, linewidth=0.9, zorder=1)
    for height, row in enumerate(reversed(rows)):
        low, high = (_place(row, end) if end is not None else None for end in ends(row))
        start, end = left if low is None else max(low, left), reach if high is None else min(high, reach)
        ax.plot([start, end], [height, height], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="butt")
        if high is None:
            ax.plot([reach], [height], ">", color=colour, alpha=0.55, clip_on=False, markersize=5)
        ax.plot([_place(row, row.mean)], [height], "o", color=colour, **MARKS)
        if row.exact is not None:
            places = [min(max(_place(row, end), left), reach) for end in row.exact]
            ax.plot(places, [height, height], color=mark, marker="|", markersize=9, linewidth=1.2)
    ax.set_xlim(left, reach)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    labels = [f"{where(row)}  ({number})" for number, row in enumerate(rows, 1)]
    ax.set_yticks(range(len(rows)), labels[::-1], fontsize=7.5)
    ax.yaxis.set_minor_locator(nothing())
    figure.subplots_adjust(left=min(0.5, 0.03 + 0.0083 * max(map(len, labels))))
    ax.grid(axis="x", color=FAINT, linewidth=0.5)
    ax.set_xlabel("mean, on a scale with the end of its range at 0 and its bound at 1")
    ax.annotate("beyond the bound", (1, 0), xycoords=("data", "axes fraction"), xytext=(4, 3), textcoords="offset points",
                fontsize=7.5, color=INK)  # fmt: skip
    _key(figure, colour, mark if any(row.exact for row in rows) else "")
    return figure


def _frame(rows: list[Betted]) -> tuple[float, float]:
    """The ends of the scale: from 0, or from near the data where all of it lies close to the bound."""
    lows = [_place(row, end) if (end := ends(row)[0]) is not None else _place(row, row.mean) for row in rows]
    nearest = min([*lows, *(_place(row, row.mean) for row in rows)])
    left = 0.0 if nearest < 0.5 else 1 - max(1.15 * (1 - nearest), 1e-3)
    highs = [min(_place(row, end), 2 - left) for row in rows if (end := ends(row)[1]) is not None]
    furthest = max([*highs, *(_place(row, row.mean) for row in rows)])
    return left, max(1 + 0.25 * (1 - left), 1 + 1.15 * (furthest - 1))


def _key(figure: Any, colour: str, mark: str) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, marker="o", alpha=0.8, linewidth=2.2, label="mean of the draws, confidence sequence")]
    if mark:
        handles.append(
            Line2D([], [], color=mark, marker="|", markersize=9, linewidth=1.2, label="exact mean, or what encloses it")
        )
    figure.legend(handles=handles, loc="upper left", ncols=2, frameon=False, borderaxespad=0.2, fontsize=8.5)


def ordered(rows: list[Betted]) -> list[Betted]:
    """Rows by sizes, choices and index."""
    return sorted(rows, key=lambda row: (tuple(row.sizes.values()), sorted(row.choices.items()), row.left, row.sign, where(row)))


def where(row: Betted) -> str:
    """Sizes, choices and index of a row, ``n = 2, d = 3``."""
    return ", ".join(f"{name} = {value}" for name, value in {**row.sizes, **row.choices, **row.index}.items()) or numbers.MISSING


def ends(row: Betted) -> tuple[float | None, float | None]:
    """The ends of the confidence sequence in the order in which `_place` rises."""
    return (row.low, row.high) if row.sign > 0 else (row.high, row.low)


def _place(row: Betted, value: float) -> float:
    """The position of a value on the common scale: 0 at the end of the range that the bet starts from, 1 at the bound."""
    start = row.floor if row.sign > 0 else row.ceiling
    assert start is not None  # no bet without that end
    return (value - start) / (row.bound - start)
