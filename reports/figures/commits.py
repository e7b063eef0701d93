"""One configuration over commits: a panel a metric, levels as lines, changes marked as better or worse."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ...benchmarks.metrics import Metric
from .. import units
from ..history_view import Line, Track, effect, value, verdict
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Over commits"
PANEL_HEIGHT = 1.15
"""Inches."""

LEAST_SPAN = 0.2
"""Share of the level that an axis covers at least, so that noise does not look like an event."""

LEAST_SPAN_QUALITY = 0.05
"""The same for scores, as a difference."""

_LABELS = 5
"""Commits that are named on the axis, at most."""

_LOOKS = {True: (style.GREEN, "^"), False: (style.VERMILION, "v")}
"""Colour and marker of a change, by whether it is better: the shape tells it without colour, too."""


def draw(track: Track) -> Figure:
    """The figure of a track, column width, as high as it has metrics."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(style.COLUMN_WIDTH, PANEL_HEIGHT * len(track.lines) + 0.35), layout="constrained")
    panels = figure.subplots(len(track.lines), 1, squeeze=False)[:, 0]
    commits = _commits(track)
    for axes, line in zip(panels, track.lines, strict=True):
        _panel(axes, line, commits)
    places = _named(len(commits))
    names = list(commits.values())
    for axes in panels:
        axes.set_xticks(places, [names[place] for place in places] if axes is panels[-1] else [])
        axes.set_xlim(-0.6, max(len(commits) - 0.4, 1.0))
    panels[-1].tick_params(axis="x", labelsize=6)
    return figure


def caption(track: Track) -> str:
    """What the figure shows, for the line under it."""
    days = [point.time for line in track.lines for point in line.series.points]
    return (
        f"{track.configuration} on {track.machine}; {track.commits} commits from {min(days):%Y-%m-%d} to "
        f"{max(days):%Y-%m-%d}, equally spaced. Dots: one commit, for speeds and times with the interval over "
        "rounds; hollow: files were changed since the commit. Lines: levels. ▲ better, ▼ worse. Axes do not begin at 0."
    )


def alt(track: Track) -> str:
    """The figure in words, for those who cannot see it."""
    parts = []
    for line in track.lines:
        told = [f"now {value(line.metric, line.level)}"]
        told += [
            f"{effect(line.metric, change)} ({verdict(change)}) at {line.series.points[change.index].label}"
            for change in line.changes
        ]
        parts.append(f"{line.metric.title}: {', '.join(told)}")
    return f"{track.configuration} over {track.commits} commits. {'; '.join(parts)}"


def _commits(track: Track) -> dict[tuple[object, ...], str]:
    """Every commit of a track by its place in time, with its label."""
    points = {(point.time.timestamp(), point.label): point for line in track.lines for point in line.series.points}
    return {key: points[key].label for key in sorted(points)}


def _panel(axes: Axes, line: Line, commits: dict[tuple[object, ...], str]) -> None:
    places = {key: place for place, key in enumerate(commits)}
    points, metric = line.series.points, line.metric
    factor = 100.0 if metric.kind == "quality" and units.is_share(metric.name) else 1.0
    x = [places[point.time.timestamp(), point.label] for point in points]
    y = [factor * point.value for point in points]
    size = 3.0 if len(points) < 60 else 1.8
    for place, point in zip(x, points, strict=True):
        # A score's interval is over its items, the same at every commit: it is no noise between commits.
        if metric.kind != "quality" and point.low is not None and point.high is not None:
            axes.plot([place, place], [point.low, point.high], color=style.GRID, lw=1.0, zorder=2)
    for place, height, point in zip(x, y, points, strict=True):
        inside = style.PAGE if point.dirty else style.BLUE
        axes.plot([place], [height], "o", ms=size, mfc=inside, mec=style.BLUE, mew=0.6, zorder=4)
    _levels(axes, line, x, y)
    axes.set_ylim(*_limits(metric, line, factor))
    for change in line.changes:
        _mark(axes, line, change.index, x)
    arrow = "higher" if metric.higher_is_better else "lower"
    unit = " (%)" if factor == 100 else " (s)" if metric.kind == "time" else ""
    axes.set_title(f"{metric.title}{unit}, {arrow} is better", fontsize=7, loc="left", pad=3, color=style.INK)
    _ticks(axes, metric, factor)


def _levels(axes: Axes, line: Line, x: Sequence[int], y: Sequence[float]) -> None:
    bounds = [0, *(change.index for change in line.changes), len(x)]
    for first, end in pairwise(bounds):
        level = median(y[first:end])
        axes.plot([x[first] - 0.4, x[end - 1] + 0.4], [level, level], color=style.INK, lw=1.1, zorder=3)


def _mark(axes: Axes, line: Line, index: int, x: Sequence[int]) -> None:
    change = next(one for one in line.changes if one.index == index)
    colour, shape = _LOOKS[change.better]
    place = (x[index - 1] + x[index]) / 2
    axes.axvline(place, color=colour, lw=0.8, ls=(0, (3, 2)), zorder=1)
    top = axes.get_xaxis_transform()
    axes.plot([place], [0.93], shape, ms=4.5, color=colour, transform=top, zorder=5, clip_on=False)
    right = place > 0.75 * max(x[-1], 1)
    axes.annotate(
        effect(line.metric, change), (place, 0.93), xycoords=top, xytext=(-5 if right else 5, 0),
        textcoords="offset points", ha="right" if right else "left", va="center", fontsize=6.2, color=style.INK,
        bbox={"boxstyle": "square,pad=0.1", "fc": style.PAGE, "ec": "none"}, zorder=6,
    )  # fmt: skip


def _limits(metric: Metric, line: Line, factor: float) -> tuple[float, float]:
    """Ends of the value axis: all values, at least the least span, and room on top for the marks."""
    points = line.series.points
    low, high = min(point.value for point in points), max(point.value for point in points)
    least = LEAST_SPAN_QUALITY if metric.kind == "quality" else LEAST_SPAN * abs(high) or 1.0
    missing = max(0.0, least - (high - low)) / 2
    low, high = low - missing, high + missing
    room = high - low
    floor = 0.0 if metric.relative else -1.0
    return factor * max(low - 0.1 * room, floor), factor * (high + (0.35 if line.changes else 0.15) * room)


def _ticks(axes: Axes, metric: Metric, factor: float) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda number, _: _tick(metric, number, factor))
    axes.tick_params(axis="y", labelsize=6.5)


def _tick(metric: Metric, number: float, factor: float) -> str:
    if metric.kind == "memory":
        return f"{units.tick(number)}B" if number else "0"
    return units.tick(round(number, 6))


def _named(n: int) -> list[int]:
    """Places of the commits that are named: the first, the last, and some between."""
    if n <= _LABELS:
        return list(range(n))
    return sorted({round(i * (n - 1) / (_LABELS - 1)) for i in range(_LABELS)})
