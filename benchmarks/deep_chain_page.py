"""The page on deep chains: a table of what 1000 layers do to floats, two figures, and what they support."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from refute.report import numbers
from refute.report.canvas import FAINT, INK, SETTINGS, WIDTH, canvas, decade, nothing

LOOKS: Mapping[str, tuple[str, Any]] = {
    "exact": (INK, "solid"), "float32": ("#D55E00", (0, (4, 1.5))), "float64": ("#0072B2", "solid")
}  # fmt: skip
FIRST_DIGIT = 0.1
SETTLED = 10
PANELS = (0, 1, 4, 7)


def write(results: Sequence[Any], depth: int, draws: int, reports: Path) -> Path:
    """Write page and figures into the reports folder; the path of the page."""
    folder = reports / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    for kind, figure in (("errors", errors_figure), ("gaps", gaps_figure)):
        (folder / f"deep_chain.{kind}.svg").write_bytes(svg(kind, lambda figure=figure: figure(results)))
    path = reports / "deep_chain.md"
    path.write_text(markdown(results, depth, draws), encoding="utf-8")
    return path


def markdown(results: Sequence[Any], depth: int, draws: int) -> str:
    digits = min(result.digits for result in results)
    lines = [
        f"# What float32 and float64 do to a chain of {depth} layers",
        "",
        "[All claims](README.md)",
        "",
        r"A network with batch normalization and random weights, $`H_{\ell+1}=\frac1{\sqrt d}\mathrm{BN}(W_\ell H_\ell)`$ with "
        r"$`H_\ell\in\mathbb R^{d\times n}`$, is run in float32, in float64 and with 200 digits, from the same weights and the same "
        "input: all of them are float32 numbers, so nothing but the arithmetic differs. BN scales every row to unit norm. The "
        r"*gap* is $`V(H)=\big\|H^\top H/\|H\|_F^2-\frac1nI\big\|_F`$: 0 for orthogonal columns, $`\sqrt{1-1/n}`$ for rank one.",
        "",
        *(conclusion(results) if depth >= 1000 else []),
        f"| network | n, d | H wrong from layer (float32) | H wrong from layer (float64) | digits of H lost per {depth} layers | "
        f"digits that the gradient grows in {depth} layers: exact, float32, float64 | gap after {depth} layers: exact, float32, float64 "
        "| gap wrong from layer: float32, float64 |",
        "|---|---|---|---|--:|---|---|---|",
        *(row(result) for result in results),
        "",
        f"*Wrong* means a relative error of more than {FIRST_DIGIT}: the first digit is lost. Medians of {draws} draws, with the "
        f"smallest and the largest in brackets; digits of H are lost at the rate of float64 from layer {SETTLED} to where it has two "
        "left. The gradient is that of a linear loss with respect to the first weight. Without normalization the gap is "
        r"$`1-\|H^\top H\|_F^2/\|H\|_F^4`$, which is 0 for rank one, and NaN for a state that has become 0: "
        "float32 loses H there because it underflows.",
        "",
        "![Relative error of H, layer by layer](figures/deep_chain.errors.svg)",
        "",
        "*Relative error of H in the Frobenius norm: the median of the draws, and their range.*",
        "",
        "![The gap, layer by layer](figures/deep_chain.gaps.svg)",
        "",
        "*The gap on one draw (the first; the table has medians), computed without rounding from the states of the three chains. "
        "Without normalization float32 underflows, after which its gap means nothing.*",
        "",
        "## How it was measured",
        "",
        "Float chains and gradients are those of the catalogue's evaluators, batched over the draws. The chain of 200 digits runs "
        "in integers; rerun with 400 digits, the first draw of every network agrees at the last layer to "
        f"{digits:.0f} digits or more. Orthogonal weights are orthogonal exactly: products of four reflections "
        r"$`I-\frac18vv^\top`$ with integer $`v`$, $`\|v\|^2=16`$. A start near rank one has columns of numbers "
        r"$`1+k2^{-23}`$, $`k\le3`$. `python -m benchmarks.deep_chain` repeats it.",
        "",
    ]
    return "\n".join(lines)


# the table -------------------------------------------------------------------------------------------------------------


def row(result: Any) -> str:
    network = result.network
    gaps = gap_of(result)
    last = ", ".join(numbers.real(_median(gaps[name][-1]), 2) for name in LOOKS)
    wrong = ", ".join(layers(first_wrong(relative(gaps[name], gaps["exact"]), result.at)) for name in ("float32", "float64"))
    lost = [layers(first_wrong(result.errors[name])) for name in ("float32", "float64")]
    rates = [numbers.real(_median(digits_lost(result)), 2), ", ".join(grown(growth(result)[name]) for name in LOOKS)]
    return " | ".join(["| " + network.name, f"{network.n}, {network.d}", *lost, *rates, last, wrong]) + " |"


def gap_of(result: Any) -> Mapping[str, Any]:
    """The gap that says something of a network: V, or the distance from rank one without normalization."""
    return dict(result.gaps if result.network.normalised else result.ranks)


def relative(values: Any, truth: Any) -> Any:
    return np.abs(values - truth) / truth


def first_wrong(errors: Any, at: Sequence[int] | None = None) -> list[int | None]:
    """For each draw the first layer with a relative error above `FIRST_DIGIT` (NaN is wrong too), or None."""
    places = range(1, len(errors) + 1) if at is None else at
    wrong = ~(errors <= FIRST_DIGIT)
    return [places[int(np.argmax(column))] if column.any() else None for column in wrong.T]


def layers(found: Sequence[int | None]) -> str:
    """``85 (76–96)``, *never*, or in how many draws."""
    known = sorted(layer for layer in found if layer is not None)
    if not known:
        return "never"
    if len(known) < len(found):
        return f"from {known[0]} in {len(known)} of {len(found)}"
    return f"{_median(known):.0f} ({known[0]}–{known[-1]})"


def digits_lost(result: Any) -> list[float]:
    """Digits of H that float64 loses in as many layers as there are, for each draw, at the rate between `SETTLED` and two left."""
    found = []
    for column in result.errors["float64"].T:
        end = int(np.argmax(column > 0.01)) if (column > 0.01).any() else len(column) - 1
        start = min(SETTLED, end) - 1
        found.append(len(column) * math.log10(column[end] / column[start]) / (end - start))
    return found


def growth(result: Any) -> dict[str, Any]:
    """Digits by which the gradient of the first layer exceeds that of the loss, for each draw."""
    return {name: np.array(logs) / math.log(10) for name, logs in result.log_gradients.items()}


def grown(digits: Any) -> str:
    """The median, or in how many draws there is none."""
    lost = int((~np.isfinite(digits)).sum())
    underflow = bool((digits == -math.inf).any())
    return f"{'underflow' if underflow else 'overflow'} in {lost} of {len(digits)}" if lost else numbers.real(_median(digits), 2)


def _median(values: Any) -> float:
    return float(np.median(np.asarray(values, dtype=float)))


# what it supports ------------------------------------------------------------------------------------------------------


def conclusion(results: Sequence[Any]) -> list[str]:
    """Three sentences with the numbers of this run; ValueError if one of them is not what the run shows."""
    square, square_near, *others, plain = results
    stretched = [result for result in others if _median(first(result, "float64")) < math.inf]
    deviations = [abs(z) for result in stretched for z in agreement_of_means(result)]
    ratio = [_median(digits_lost(result)) / _median(growth(result)["exact"]) for result in stretched]
    last = {name: numbers.real(_median(square.errors[name][-1]), 1) for name in ("float32", "float64")}
    gap = {name: numbers.real(_median(square.gaps[name][-1]), 1) for name in LOOKS}
    generic = [result for result in stretched if not result.network.near_rank_one]
    soonest = {name: min((min(first(result, name)) for result in generic), default=math.inf) for name in ("float32", "float64")}
    rises = {name: f"{min(found, default=math.inf)} to {max(found, default=math.inf)}" for name, found in square.rises.items()}
    near = [layer for result in results if result.network.near_rank_one for layer in first(result, "float32")]
    blind = {
        name: _median(or_never(first_wrong(relative(gap_of(plain)[name], gap_of(plain)["exact"]), plain.at))) for name in soonest
    }
    _require("errors stay small for orthogonal weights and n = d", max(square.errors["float64"][-1]) < 1e-13)
    _require("gradients neither grow nor vanish there", max(abs(growth(square)["exact"])) < 2)
    _require("the gap stalls in floats", _median(square.gaps["exact"][-1]) < 1e-30 < 1e-17 < _median(square.gaps["float64"][-1]))
    _require(
        "the isometry gap rises in floats",
        all(len(found) == square.errors[name].shape[1] for name, found in square.rises.items()),
    )
    bounds = [slack.min() for result in (square, square_near) for slack in result.slack.values()]
    _require("the bound of the gradient holds in floats", min(bounds) > 0)
    _require("errors grow with n < d", [result for result in others if result.network.n < result.network.d] == stretched)
    _require("they grow like gradients", 0.5 < min(ratio, default=0) <= max(ratio, default=0) < 2)
    _require("the mean gap survives", max(deviations, default=math.inf) < 4)
    _require("a start near rank one is lost at once in float32", max(near) < 50)
    _require("float64 keeps a start near rank one with n = d", max(square_near.errors["float64"][-1]) < 0.01)
    _require("H without normalization keeps its digits in float64", max(plain.errors["float64"][-1]) < 1e-9)
    return [
        "**With orthogonal weights and n = d depth does no harm to H**: nothing stretches there, neither errors nor gradients, and "
        f"after the last layer H is wrong by {last['float32']} in float32 and by {last['float64']} in float64, and no draw contradicts "
        "the bound of the gradient ([batchnorm/grad_pathwise](batchnorm/grad_pathwise.md)); but the gap, in truth "
        f"{gap['exact']}, stalls at {gap['float32']} and {gap['float64']}, and at layer {rises['float32']} (float32) or "
        f"{rises['float64']} (float64), depending on the draw, the isometry gap rises in floats for the first time, which the true "
        "theorem [batchnorm/iso_bn_gain](batchnorm/iso_bn_gain.md) excludes.",
        "",
        f"**With n < d errors grow as gradients do**, by up to {_rate(stretched):.0f} digits per 100 layers, so "
        f"that float32 computes the states of another network from layer {soonest['float32']} on at the soonest "
        "(a start near rank one aside), and "
        f"float64 from layer {soonest['float64']} on; a statement about one path then says nothing, whereas one about the law "
        f"still holds: the mean gap of the second half of the layers differs from the exact one by at most {max(deviations):.1f} "
        "standard errors.",
        "",
        f"**A start near rank one hides its information in the last digits**: float32 has lost H by layer {max(near)}, float64 keeps "
        f"it for n = d with {-math.log10(max(square_near.errors['float64'][-1])):.0f} digits; and without normalization H keeps its "
        f"digits in float64 while its rank is lost: from layer {blind['float64']:.0f} on (float32: {blind['float32']:.0f}) the states "
        f"are of rank one up to rounding, from which the exact ones keep a distance, {numbers.real(_median(plain.ranks['exact'][-1]), 1)} "
        "at the end.",
        "",
    ]


def first(result: Any, name: str) -> list[float]:
    """The first wrong layer of H for each draw, infinite if there is none."""
    return or_never(first_wrong(result.errors[name]))


def or_never(found: Iterable[int | None]) -> list[float]:
    """Layers as numbers, infinite for None."""
    return [math.inf if layer is None else layer for layer in found]


def agreement_of_means(result: Any) -> list[float]:
    """How far the mean gap of the second half of the layers is from the exact one in floats, in standard errors over draws."""
    half = [place for place, layer in enumerate(result.at) if layer > result.at[-1] / 2]
    means = {name: values[half].mean(axis=0) for name, values in result.gaps.items()}
    error = {name: value.std(ddof=1) / math.sqrt(len(value)) for name, value in means.items()}
    return [
        float((means[name].mean() - means["exact"].mean()) / math.hypot(error[name], error["exact"]))
        for name in ("float32", "float64")
    ]


def _rate(results: Iterable[Any]) -> float:
    """The most digits of H that a network loses per 100 layers."""
    return max(100 * _median(digits_lost(result)) / len(result.errors["float64"]) for result in results)


def _require(statement: str, holds: bool) -> None:
    if not holds:
        raise ValueError(f"the page says that {statement}, but this run does not show it; rewrite the conclusion")


# the figures -----------------------------------------------------------------------------------------------------------


def svg(kind: str, draw: Callable[[], Any]) -> bytes:
    """A figure as SVG, the same bytes for the same numbers."""
    with matplotlib.rc_context({**SETTINGS, "svg.hashsalt": f"deep_chain.{kind}"}):
        sink = io.BytesIO()
        metadata = {"Date": None, "Creator": "refute", "Title": f"deep chains: {kind}"}
        draw().savefig(sink, format="svg", metadata=metadata, facecolor="white", bbox_inches="tight", pad_inches=0.08)
    return sink.getvalue()


def errors_figure(results: Sequence[Any]) -> Any:
    """Relative errors of H, a panel per network."""
    rows = math.ceil(len(results) / 2)
    figure, axes = canvas(rows, 2, 0.9 + 1.45 * rows, 0.5, (0.42, 0.08), sharex=True, sharey=True)
    for ax, result in zip(axes.flat, results):
        shown = [k for k in result.at if k <= 20 or k % 20 == 0]
        for name in ("float32", "float64"):
            colour, line = LOOKS[name]
            values = np.maximum(result.errors[name][[k - 1 for k in shown]], 1e-17)
            ax.fill_between(shown, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2, linewidth=0)
            ax.plot(shown, np.median(values, axis=1), color=colour, linestyle=line, linewidth=1.4)
        ax.set_title(titled(result.network), fontsize=8, pad=3)
        _dress(ax, range(-16, 1, 4), (1e-17, 10))
    return _finished(figure, axes, "relative error of H", ("float32", "float64"))


def gaps_figure(results: Sequence[Any]) -> Any:
    """The gap of the first draw in the three chains, for a few networks."""
    chosen = [results[k] for k in PANELS if k < len(results)]
    figure, axes = canvas(math.ceil(len(chosen) / 2), 2, 4.6, 0.5, (0.3, 0.24), sharex=True)
    for ax, result in zip(axes.flat, chosen):
        gaps = gap_of(result)
        for name, (colour, line) in LOOKS.items():
            values = np.where(gaps[name][:, 0] > 0, gaps[name][:, 0], np.nan)
            width, fade = (3.2, 0.3) if name == "exact" else (1.3, 1.0)
            ax.plot(result.at, values, color=colour, linestyle=line, linewidth=width, alpha=fade)
        lowest = min(0, math.floor(math.log10(max(1e-300, np.nanmin(np.where(gaps["exact"] > 0, gaps["exact"], np.nan))))))
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if lowest >= -5 * step)
        ax.set_title(titled(result.network), fontsize=8, pad=3)
        _dress(ax, range(0, lowest - 1, -step), (10.0**lowest, 3))
    return _finished(figure, axes, "gap (without normalization: distance from rank one)", tuple(LOOKS))


def titled(network: Any) -> str:
    return (
        f"{network.name}\n(n = {network.n}, d = {network.d})"
        if len(network.name) > 32
        else f"{network.name} ({network.n}, {network.d})"
    )


def _dress(ax: Any, powers: Iterable[int], limits: tuple[float, float]) -> None:
    ax.set_yscale("log")
    ax.set_ylim(*limits)
    ax.set_yticks([10.0**power for power in powers], [decade(power) for power in powers])
    ax.yaxis.set_minor_locator(nothing())
    ax.grid(color=FAINT, linewidth=0.5)


def _finished(figure: Any, axes: Any, label: str, names: Sequence[str]) -> Any:
    from matplotlib.lines import Line2D

    for ax in axes[-1]:
        ax.set_xlabel("layer")
    figure.supylabel(label, fontsize=9, x=0.05)
    handles = []
    for name in names:
        colour, line = LOOKS[name]
        exact = name == "exact"
        text = "200 digits" if exact else name
        handles.append(
            Line2D([], [], color=colour, linestyle=line, linewidth=3.2 if exact else 1.4, alpha=0.3 if exact else 1, label=text)
        )
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.97 / WIDTH, 1), ncols=len(handles), frameon=False)
    return figure
