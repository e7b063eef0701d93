"""Speed against threads, vector size, window, negatives and corpus size: a panel for each that varies, all else equal.

Where the machine's ceilings were measured, what they allow is drawn beside what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import units
from ..listing import listed
from . import series, style
from .scaling_lines import OF_CORPORA, TITLES, Data, Panel
from .scaling_lines import data as data
from .speed import LOG_SPREAD

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "scaling"
TITLE = "Scaling"

PANEL_HEIGHT = 1.55
"""Inches."""

_LOG_X = 8.0
"""From this ratio of largest to smallest the axis of what varies is logarithmic, and where that of speed is."""

_MOST_TICKS = 7


def draw(data: Data) -> Figure:
    """The figure: panels under one another, a line for each implementation."""
    from matplotlib.figure import Figure

    height = PANEL_HEIGHT * len(data.panels) + series.legend_inches(data.labels) + 0.12
    figure = Figure(figsize=(style.COLUMN_WIDTH, height), layout="constrained")
    for axes, panel in zip(figure.subplots(len(data.panels), 1, squeeze=False)[:, 0], data.panels, strict=True):
        _panel(axes, panel, data.labels)
    series.legend(figure, data.labels, line="-")
    figure.supxlabel(_named(data), fontsize=7, color=style.INK)
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    axes = listed([TITLES[panel.axis].lower().replace(" (words)", " size") for panel in data.panels])
    ideal = " Thin lines: as many times the speed as threads." if data.panels[0].axis == "threads" else ""
    limit = ""
    if any(_limits(panel) for panel in data.panels):
        limit = (
            " Dashed: what the machine's multiply-adds and bandwidths allow the implementation of that colour; black "
            "where they allow several the same."
        )
    logs = [TITLES[panel.axis].lower().replace(" (words)", "") for panel in data.panels if _log_speed(panel)]
    log = f" Logarithmic speed axis: {', '.join(logs)}." if logs else ""
    return (
        f"Training speed in words/s against {axes}; what a line joins differs in nothing else: {_named(data)}."
        f"{ideal}{limit}{log}{_hidden(data)}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    said = []
    for panel in data.panels:
        lines = (
            f"{line.label} "
            + ", ".join(f"{units.rate(point.speed)} at {_value(panel.axis, point.x)}" for point in line.points)
            for line in panel.lines
        )
        said.append(f"{TITLES[panel.axis]}: {'; '.join(lines)}")
    return f"Training speed in words per second. {'. '.join(said)}"


def _hidden(data: Data) -> str:
    """The sentence of the caption on lines that are not drawn."""
    if not data.thinned:
        return series.hidden(data.found, data.labels)
    left = ", ".join(label for label in data.found if label not in data.labels)
    return f" A panel has one line of each implementation, the fastest; not shown: {left}."


def _panel(axes: Axes, panel: Panel, shown: Sequence[str]) -> None:
    values = panel.values
    # With both axes logarithmic, ideal scaling is a straight line.
    log_x = _log_speed(panel) or values[-1] / max(values[0], 1) > _LOG_X
    axes.grid(axis="y")
    if log_x:
        axes.set_xscale("log")
    for limit, lines in _limits(panel).items():
        colour = series.LOOKS[shown.index(lines[0])].colour if len(lines) == 1 else style.INK
        axes.plot(*zip(*limit, strict=True), linestyle=(0, (4, 2)), color=colour, lw=0.8, zorder=2)
    for line in panel.lines:
        look = series.LOOKS[shown.index(line.label)]
        if panel.axis == "threads":
            first = line.points[0]
            # As a curve of points: on an axis of two scales it is no straight line.
            steps = [first.x * (line.points[-1].x / first.x) ** (i / 40) for i in range(41)]
            ideal = [first.speed * x / first.x for x in steps]
            axes.plot(steps, ideal, "-", color=look.colour, lw=0.5, alpha=0.7, zorder=2)
        axes.plot([p.x for p in line.points], [p.speed for p in line.points], "-", color=look.colour, lw=1.1, zorder=3)
        for point in line.points:
            if point.low is not None and point.high is not None:
                axes.plot([point.x] * 2, [point.low, point.high], "_-", color=look.colour, ms=5, lw=1.1, zorder=3)
            series.mark(axes, point.x, point.speed, look, size=4.2)
    _x_axis(axes, panel.axis, values, log=log_x)
    _y_axis(axes, panel)


def _limits(panel: Panel) -> dict[tuple[tuple[int, float], ...], list[str]]:
    """What the machine allows along the axis, with the lines it is true of: equal schemes have equal limits."""
    found: dict[tuple[tuple[int, float], ...], list[str]] = {}
    for line in panel.lines:
        known = tuple((point.x, point.limit) for point in line.points if point.limit is not None)
        if len(known) > 1:
            found.setdefault(known, []).append(line.label)
    return found


def _x_axis(axes: Axes, axis: str, values: Sequence[int], *, log: bool) -> None:
    from matplotlib.ticker import NullFormatter, NullLocator

    step = -(-len(values) // _MOST_TICKS)
    ticks = values[::step]
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(ticks, [_value(axis, tick) for tick in ticks])
    span = values[-1] / values[0] if log else values[-1] - values[0]
    if log:
        axes.set_xlim(values[0] / span**0.06, values[-1] * span**0.06)
    else:
        axes.set_xlim(values[0] - 0.06 * span, values[-1] + 0.06 * span)
    axes.set_xlabel(f"{TITLES[axis]}{', log scale' if log else ''}", labelpad=1)


def _y_axis(axes: Axes, panel: Panel) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    ends = _ends(panel)
    log = _log_speed(panel)
    if log:
        axes.set_yscale("log")
        axes.set_ylim(min(ends) / 1.25, max(ends) * 1.25)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if max(ends) / min(ends) > 100 else (1.0, 3.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.06 * max(ends))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: units.tick(value))
    axes.set_ylabel(f"words/s{', log' if log else ''}")


def _ends(panel: Panel) -> list[float]:
    """All that the speed axis has to hold, ideal lines included."""
    points = [point for line in panel.lines for point in line.points]
    ends = [end for point in points for end in (point.speed, point.low, point.high) if end is not None]
    ends += [limit for known in _limits(panel) for _, limit in known]
    if panel.axis == "threads":
        ends += [line.points[0].speed * line.points[-1].x / line.points[0].x for line in panel.lines]
    return ends


def _log_speed(panel: Panel) -> bool:
    ends = _ends(panel)
    return max(ends) / min(ends) >= LOG_SPREAD


def _value(axis: str, value: int) -> str:
    return units.rate(value) if axis in OF_CORPORA else f"{value}"


def _named(data: Data) -> str:
    counts = sorted({point.rounds for panel in data.panels for line in panel.lines for point in line.points})
    if counts == [1]:
        return "one round (n = 1), no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"median, 95 % bootstrap interval (n = {span} rounds)"
