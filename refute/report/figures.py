"""The figures of a claim's page: where the gaps lie, how the search came closer, and what each size does to it.

Every figure is opaque (it must serve on a dark page too), 700 px wide, in the palette of Okabe and Ito with a marker
per lane besides, and the same bytes for the same record.  matplotlib is imported when the first figure is drawn.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refute.records import Claim, Lane
from refute.report import means, numbers
from refute.report.canvas import (
    ALARM,
    FAINT,
    INK,
    MARKS,
    NOISE,
    SETTINGS,
    Distances,
    canvas,
    decade,
    legend,
    nothing,
    panels,
    style,
)
from refute.tally import GAP_EDGES

MANY_OPTIONS = 9
ZERO = GAP_EDGES.index(0.0)


@dataclass(frozen=True)
class Drawing:
    """One kind of figure: its name in the file name, what it shows, and the function that draws it or returns None."""

    kind: str
    shows: str
    draw: Callable[[Claim], Any]


def svg(drawing: Drawing, record: Claim) -> bytes | None:
    """The figure of one kind for a record as SVG, or None if the record has nothing to show in it."""
    return rendered(drawing, record, "svg")


def rendered(drawing: Drawing, record: Claim, form: str) -> bytes | None:
    """The figure in a format of matplotlib (``svg``, ``png``)."""
    import matplotlib

    with matplotlib.rc_context({**SETTINGS, "svg.hashsalt": f"{record.claim}.{drawing.kind}"}):
        figure = drawing.draw(record)
        if figure is None:
            return None
        sink = io.BytesIO()
        metadata = {"Date": None, "Creator": "refute", "Title": f"{record.claim}: {drawing.shows}"} if form == "svg" else None
        figure.savefig(
            sink,
            format=form,
            metadata=metadata,
            facecolor="white",
            edgecolor="white",
            dpi=96,
            bbox_inches="tight",
            pad_inches=0.08,
        )
        return sink.getvalue()


# where the gaps lie --------------------------------------------------------------------------------------------


def gap_label(edge: float) -> str:
    """An edge of the gap axis, ``−10⁻⁴``."""
    if abs(edge) in (0.0, 1.0):
        return {0.0: "0", 1.0: "1", -1.0: "−1"}[edge]
    return ("−" if edge < 0 else "") + numbers.power_of_ten(round(math.log10(abs(edge))))


def distribution(record: Claim) -> Any:
    """Counts of relative gaps, a row per lane, on an axis that is logarithmic towards 0 from both sides."""
    lanes = [lane for lane in record.lanes if sum(lane.histogram)]
    if sum(sum(lane.histogram) for lane in lanes) < 2:
        return None
    figure, axes = canvas(len(lanes), 1, 0.72 + 0.78 * len(lanes), 0.24, (0.42, 0.1), sharex=True, sharey=True)
    highest = max(max(lane.histogram) for lane in lanes)
    last = max(position for lane in lanes for position, number in enumerate(lane.histogram) if number)
    right = len(GAP_EDGES) - 1 if last > ZERO else ZERO + 4
    for ax, lane in zip(axes[:, 0], lanes):
        colour, _, _ = style(lane.name)
        ax.axvspan(ZERO, right, color=ALARM, linewidth=0, zorder=0)
        ax.axvline(ZERO, color=INK, linewidth=0.8, zorder=1)
        filled = [k for k, number in enumerate(lane.histogram) if number]
        ax.bar([k + 0.5 for k in filled], [lane.histogram[k] for k in filled], width=0.88, color=colour, zorder=2)
        ax.set_yscale("log")
        ax.set_ylim(0.6, 3 * highest)
        ax.set_xlim(-0.3, right)
        powers = _decades(highest)
        ax.set_yticks([10.0**power for power in powers], [decade(power) for power in powers])
        ax.yaxis.set_minor_locator(nothing())
        ax.grid(axis="y", color=FAINT, linewidth=0.5)
        closest = numbers.real(lane.closest_gap)
        counted = f"{numbers.count(lane.instances)} instances" if lane.instances else "no new instance"
        ax.set_title(f"{lane.name}: {counted}, closest gap {closest}", fontsize=8.5, pad=2)
    ticks = [k for k in (0, 4, 8, 12, ZERO, ZERO + 5, ZERO + 9, ZERO + 13, len(GAP_EDGES) - 1) if k <= right]
    axes[-1, 0].set_xticks(ticks, [gap_label(GAP_EDGES[k]) for k in ticks])
    arithmetic = "float64: negative where the statement holds; 0 and beyond goes to exact arithmetic"
    if record.means is not None:
        arithmetic = "exact arithmetic: negative where the statement holds strictly"
    axes[-1, 0].set_xlabel(f"relative gap in {arithmetic}")
    figure.supylabel("instances per bin (count)" if len(lanes) > 1 else "instances\nper bin", fontsize=9, x=0.035)
    return figure


def _decades(highest: float) -> list[int]:
    top = max(0, math.floor(math.log10(max(highest, 1))))
    return list(range(0, top + 1, max(1, math.ceil((top + 1) / 3))))


# how the search came closer ------------------------------------------------------------------------------------


def progress(record: Claim) -> Any:
    """Closest gap against evaluations, a step line per lane."""
    lanes = [lane for lane in record.lanes if lane.trace]
    if sum(lane.instances for lane in lanes) < 2:
        return None
    axis = Distances.of({lane.name: [gap for _, gap in lane.trace] for lane in lanes})
    if axis is None:
        return None
    figure, axes = canvas(1, 1, 3.1)
    ax = axes[0, 0]
    for lane in lanes:
        colour, marker, line = style(lane.name)
        steps = [max(1, number) for number, _ in lane.trace]
        heights = [axis.place(gap, lane.name) for _, gap in lane.trace]
        end = max(steps[-1], lane.instances)
        ax.plot([*steps, end], [*heights, heights[-1]], drawstyle="steps-post", color=colour, linestyle=line, linewidth=1.6)
        ax.plot(steps, heights, marker, color=colour, **MARKS)
    ax.set_xscale("log")
    most = max(2, *(lane.instances for lane in lanes))
    ax.set_xlim(0.9, 1.15 * most)
    powers = range(math.floor(math.log10(most)) + 1)
    ax.set_xticks([10.0**power for power in powers], [decade(power) for power in powers])
    axis.dress(ax)
    ax.set_xlabel("instances evaluated by the lane (count)")
    ax.set_ylabel("distance to violation,\n−(relative gap)")
    legend(figure, lanes)
    return figure


# what each size does -------------------------------------------------------------------------------------------


def sizes(record: Claim) -> Any:
    """Closest gap against each size (small multiples, a line per lane) and each discrete choice (a row of its own)."""
    lanes = [lane for lane in record.lanes if lane.by_size or lane.by_choice]
    names = _varied(lane.by_size for lane in lanes)
    choices = _varied(lane.by_choice for lane in lanes)
    if not names and not choices:
        return None
    chosen = {*names, *choices}
    axis = Distances.of(
        {lane.name: [g for name, row in _all(lane).items() if name in chosen for g in row.values()] for lane in lanes}
    )
    if axis is None:
        return None
    rows = [names[start : start + 3] for start in range(0, len(names), 3)] + [[name] for name in choices]
    figure, axes = panels([len(row) for row in rows])
    for row, shown in zip(rows, axes):
        for name, ax in zip(row, shown):
            if name in names:
                _against_size(ax, axis, lanes, name)
            else:
                _against_choice(ax, axis, lanes, name)
        shown[0].set_ylabel("distance to violation,\n−(relative gap)")
        for ax in shown[1:]:
            ax.tick_params(labelleft=False)
    legend(figure, lanes)
    return figure


def _all(lane: Lane) -> dict[str, Mapping[Any, float]]:
    return {**lane.by_size, **lane.by_choice}


def _varied(tables: Any) -> list[str]:
    seen: dict[str, set[Any]] = {}
    for table in tables:
        for name, row in table.items():
            seen.setdefault(name, set()).update(row)
    return [name for name, values in seen.items() if len(values) > 1]


def _against_size(ax: Any, axis: Distances, lanes: Sequence[Lane], name: str) -> None:
    from matplotlib.ticker import MaxNLocator

    for lane in lanes:
        if row := lane.by_size.get(name):
            colour, marker, line = style(lane.name)
            values = sorted(row)
            heights = [axis.place(row[value], lane.name) for value in values]
            ax.plot(values, heights, color=colour, linestyle=line, linewidth=1.1, marker=marker, **MARKS)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.set_xlabel(f"size {name}")
    axis.dress(ax)


def _against_choice(ax: Any, axis: Distances, lanes: Sequence[Lane], name: str) -> None:
    options = sorted({option for lane in lanes for option in lane.by_choice.get(name, {})})
    for shift, lane in enumerate(lanes):
        colour, marker, _ = style(lane.name)
        row = lane.by_choice.get(name, {})
        places = [options.index(option) + 0.14 * (shift - (len(lanes) - 1) / 2) for option in sorted(row)]
        heights = [axis.place(row[option], lane.name) for option in sorted(row)]
        ax.plot(places, heights, marker, color=colour, **MARKS)
    if len(options) > MANY_OPTIONS:
        ax.set_xticks(range(len(options)), options, fontsize=8, rotation=40, ha="right", rotation_mode="anchor")
    else:
        width = max(8, 88 // len(options))
        labels = [textwrap.fill(option, width, break_long_words=False) for option in options]
        ax.set_xticks(range(len(options)), labels, fontsize=8)
    ax.set_xlim(-0.5, len(options) - 0.5)
    ax.set_xlabel(f"choice {name}")
    axis.dress(ax)


DRAWINGS = (
    Drawing("gaps", "distribution of relative gaps per lane", distribution),
    Drawing("progress", "closest gap against the number of instances evaluated", progress),
    Drawing("sizes", "closest gap against each size and choice", sizes),
    Drawing("wealth", "wealth of the bet against a claim about a mean", means.wealth),
    Drawing("means", "means of fresh draws with their confidence sequences, beside the bounds", means.means),
)


def reached_at_once(record: Claim) -> bool:
    """Whether no lane ever had an instance short of equality as its closest, so that `progress` has nothing to show."""
    gaps = [gap for lane in record.lanes for _, gap in lane.trace]
    return record.counterexample is None and bool(gaps) and all(gap >= NOISE for gap in gaps)
