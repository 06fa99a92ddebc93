"""What all figures share: the look, the style of each lane, and the axis of distances to violation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refute.records import Lane
from refute.report import numbers

WIDTH = 7.3
NOISE = -1e-17
INK, FAINT, ALARM = "#222222", "#d9d9d9", "#fbe9e1"
STYLES: Mapping[str, tuple[str, str, Any]] = {
    "replay": ("#CC79A7", "D", (0, (1, 1))),
    "corners": ("#E69F00", "s", (0, (5, 1.5))),
    "sample": ("#009E73", "o", "solid"),
    "ascent": ("#D55E00", "v", (0, (4, 1, 1, 1))),
    "structured": ("#0072B2", "^", (0, (2, 1))),
}
OTHER = ("#56B4E9", "P", "solid")
MARKS: Mapping[str, Any] = {"markersize": 6.5, "markeredgecolor": "white", "markeredgewidth": 0.6, "clip_on": False}
SETTINGS = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 9.0,
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "path.simplify": False,
}


def style(lane: str) -> tuple[str, str, Any]:
    """Colour, marker and line style of a lane."""
    return STYLES.get(lane, OTHER)


def canvas(
    rows: int, columns: int, height: float, top: float = 0.34, apart: tuple[float, float] = (0.3, 0.14), **options: Any
) -> Any:
    """A figure with a grid of axes, apart from any global state of matplotlib.

    ``height`` and the space above the axes (``top``) are in inches, the space between rows and columns (``apart``) in
    heights and widths of one of them.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    figure.subplots_adjust(
        left=1.02 / WIDTH, right=1 - 0.12 / WIDTH, bottom=0.48 / height, top=1 - top / height, hspace=apart[0], wspace=apart[1]
    )
    for ax in axes.flat:
        ax.tick_params(length=3)
        ax.set_axisbelow(True)
    return figure, axes


def panels(widths: Sequence[int]) -> tuple[Any, list[list[Any]]]:
    """A figure whose rows hold the given numbers of axes, each row over the whole width."""
    from matplotlib.figure import Figure

    height = 0.5 + 2.1 * len(widths)
    figure = Figure(figsize=(WIDTH, height))
    rows: Any = figure.add_gridspec(
        len(widths), 1, left=1.02 / WIDTH, right=1 - 0.12 / WIDTH, bottom=0.6 / height, top=1 - 0.34 / height, hspace=0.42
    )
    grids = [rows[k].subgridspec(1, number, wspace=0.1) for k, number in enumerate(widths)]
    axes = [[figure.add_subplot(grid[0, column]) for column in range(number)] for grid, number in zip(grids, widths)]
    for row in axes:
        for ax in row:
            ax.tick_params(length=3)
            ax.set_axisbelow(True)
    return figure, axes


def decade(exponent: int) -> str:
    """The label of a power of ten."""
    return "1" if exponent == 0 else "10" if exponent == 1 else numbers.power_of_ten(exponent)


def nothing() -> Any:
    """A locator of no ticks."""
    from matplotlib.ticker import NullLocator

    return NullLocator()


@dataclass(frozen=True)
class Distances:
    """The vertical axis of distances to violation: logarithmic, with a band below for gaps at or beyond 0.

    Within the band every lane keeps a height of its own, so that lanes which all reached 0 stay apart.
    """

    nearest: float
    lanes: tuple[str, ...]
    band: bool

    @classmethod
    def of(cls, gaps: Mapping[str, Sequence[float]]) -> Distances | None:
        """The axis for the gaps of each lane; None if no gap is inside, so that there is nothing to show."""
        inside = [-gap for row in gaps.values() for gap in row if gap < NOISE]
        reached = tuple(lane for lane, row in gaps.items() if any(gap >= NOISE for gap in row))
        return cls(min([1e-1, *inside]), reached, bool(reached)) if inside else None

    @property
    def decades(self) -> float:
        """Decades from the nearest distance to 1; the band is a part of them."""
        return max(1.0, -math.log10(self.nearest))

    def place(self, gap: float, lane: str) -> float:
        """The height of a gap."""
        if gap < NOISE:
            return min(-gap, 1.0)
        share = (1 + self.lanes.index(lane)) / (1 + len(self.lanes))
        return float(self._top / 10 ** (share * self._depth))

    @property
    def _top(self) -> float:
        return self.nearest / 10 ** (0.06 * self.decades)

    @property
    def _depth(self) -> float:
        return 0.1 * (1 + len(self.lanes)) * self.decades

    def dress(self, ax: Any) -> None:
        """Scale, ticks, grid and band."""
        ax.set_yscale("log")
        bottom = self._top / 10**self._depth if self.band else self._top
        ax.set_ylim(bottom, 10 ** (0.08 * self.decades))
        places, labels = self._ticks()
        if self.band:
            ax.axhspan(bottom, self._top, color=ALARM, linewidth=0, zorder=0)
            ax.axhline(self._top, color=INK, linewidth=0.8, zorder=1)
            places, labels = [*places, math.sqrt(bottom * self._top)], [*labels, "0 or\nbeyond"]
        ax.set_yticks(places, labels)
        ax.yaxis.set_minor_locator(nothing())
        ax.grid(axis="x", color=FAINT, linewidth=0.5)
        for height in places[: len(places) - self.band]:
            ax.axhline(height, color=FAINT, linewidth=0.5, zorder=0)

    def _ticks(self) -> tuple[list[float], list[str]]:
        low = math.floor(math.log10(self.nearest) + 1e-9)
        if low >= -2:
            fine = [m * 10.0**power for power in range(low, 1) for m in (1, 2, 5) if self._top <= m * 10.0**power <= 1]
            return fine, [numbers.real(height, 1) for height in fine]
        powers = list(range(0, low - 1, -max(1, math.ceil(-low / 5))))
        powers = [power for power in powers if 10.0**power >= self._top]
        return [10.0**power for power in powers], [decade(power) for power in powers]


def legend(figure: Any, lanes: Sequence[Lane]) -> None:
    """A legend of the lanes above the axes, in one row."""
    from matplotlib.lines import Line2D

    handles = []
    for lane in lanes:
        colour, marker, line = style(lane.name)
        shown = Line2D([], [], color=colour, marker=marker, linestyle=line, linewidth=1.6, label=lane.name)
        shown.set(**{name: value for name, value in MARKS.items() if name != "clip_on"})
        handles.append(shown)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.97 / WIDTH, 1), ncols=len(handles), frameon=False,
                  handlelength=2.8, columnspacing=1.8, borderaxespad=0.2)  # fmt: skip
