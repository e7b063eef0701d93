"""Speed against threads, vector size, window, negatives and corpus size: a panel for each that varies, all else equal.

Where the machine's ceilings were measured, what they allow is drawn beside what was measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...benchmarks.history.fingerprint import fingerprint
from ...benchmarks.records import CorpusRecord, RunRecord
from .. import limits, units
from ..cells import labels
from ..listing import listed
from ..summary import Estimate, Row, Summary
from . import series, style
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


@dataclass(frozen=True)
class Point:
    """A configuration: where it stands on the axis, and its words/s with the ends of their interval."""

    x: int
    speed: float
    low: float | None
    high: float | None
    rounds: int
    limit: float | None = None
    """Words/s that the machine allows, where its ceilings are known."""


@dataclass(frozen=True)
class Line:
    """Configurations that differ in one thing, in its order."""

    label: str
    points: tuple[Point, ...]
    implementation: str = ""


@dataclass(frozen=True)
class Panel:
    """One thing that varies: ``threads``, a hyperparameter, ``vocabulary`` or ``tokens`` (words of the corpus)."""

    axis: str
    lines: tuple[Line, ...]

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(sorted({point.x for line in self.lines for point in line.points}))


@dataclass(frozen=True)
class Data:
    """What is drawn, and of which lines."""

    panels: tuple[Panel, ...]
    labels: tuple[str, ...]
    found: tuple[str, ...]
    """All lines, drawn or not."""
    thinned: bool = False
    """Whether a grid has so many lines that a panel has only the fastest of each implementation."""


_TITLES = {
    "threads": "Threads",
    "vector_size": "Vector size",
    "window": "Window",
    "negative": "Negatives",
    "vocabulary": "Vocabulary (words)",
    "tokens": "Corpus (words)",
}
_HYPERPARAMETERS = ("vector_size", "window", "negative")
_OF_CORPORA = ("vocabulary", "tokens")
"""What a report of several parts varies, each with its own text or ``min_count``."""


@dataclass(frozen=True)
class _Timed:
    """A row with a speed, its corpus, and the words/s that the machine allows, where they are known."""

    row: Row
    speed: Estimate
    corpus: CorpusRecord
    limit: float | None

    def value(self, axis: str) -> int:
        """Where it stands on an axis."""
        run = self.row.run
        if axis in _HYPERPARAMETERS:
            return int(getattr(run.hyperparameters, axis))
        values = {"threads": run.threads, "vocabulary": self.corpus.vocabulary_size, "tokens": self.corpus.tokens}
        return values[axis]


def data(summary: Summary, beside: Sequence[Summary] = ()) -> Data | None:
    """A panel for each thing of which some implementation has two values with all else equal; None without any.

    Args:
        summary: of the report's part.
        beside: of its other parts: those of the same machine and code give the panels of corpora and vocabularies.
    """
    own = _timed(summary)
    panels, always = [], set[str]()
    for axis in _TITLES:
        timed = own
        if axis in _OF_CORPORA:
            timed = own + [one for other in beside if _comparable(axis, summary, other) for one in _timed(other)]
        lines = _lines(axis, timed, always)
        if lines:
            panels.append(Panel(axis, tuple(lines)))
    if not panels:
        return None
    found = tuple(dict.fromkeys(line.label for panel in panels for line in panel.lines))
    if len(found) > series.MOST:
        panels = [Panel(panel.axis, _fastest(panel.lines)) for panel in panels]
    drawn = tuple(dict.fromkeys(line.label for panel in panels for line in panel.lines))
    thinned = len(drawn) < len(found)
    shown = series.chosen(drawn, always)
    kept = [Panel(panel.axis, tuple(one for one in panel.lines if one.label in shown)) for panel in panels]
    return Data(tuple(panel for panel in kept if panel.lines), shown, found, thinned)


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
    axes = listed([_TITLES[panel.axis].lower().replace(" (words)", " size") for panel in data.panels])
    ideal = " Thin lines: as many times the speed as threads." if data.panels[0].axis == "threads" else ""
    limit = ""
    if any(_limits(panel) for panel in data.panels):
        limit = (
            " Dashed: what the machine's multiply-adds and bandwidths allow the implementation of that colour; black "
            "where they allow several the same."
        )
    logs = [_TITLES[panel.axis].lower().replace(" (words)", "") for panel in data.panels if _log_speed(panel)]
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
        said.append(f"{_TITLES[panel.axis]}: {'; '.join(lines)}")
    return f"Training speed in words per second. {'. '.join(said)}"


def _fastest(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Of each implementation the line of most points, and among these the fastest at its end."""
    best: dict[str, Line] = {}
    for line in lines:
        other = best.get(line.implementation)
        if other is None or _rank(line) > _rank(other):
            best[line.implementation] = line
    return tuple(line for line in lines if best[line.implementation] is line)


def _rank(line: Line) -> tuple[int, float]:
    return len(line.points), line.points[-1].speed


def _hidden(data: Data) -> str:
    """The sentence of the caption on lines that are not drawn."""
    if not data.thinned:
        return series.hidden(data.found, data.labels)
    left = ", ".join(label for label in data.found if label not in data.labels)
    return f" A panel has one line of each implementation, the fastest; not shown: {left}."


def _timed(summary: Summary) -> list[_Timed]:
    known = limits.predictions(summary)
    return [
        _Timed(row, row.speed, summary.corpus, known[row.label].limit if row.label in known else None)
        for row in summary.rows
        if row.speed
    ]


def _comparable(axis: str, a: Summary, b: Summary) -> bool:
    """Whether two parts differ in what the axis shows: other texts, or one text with other least counts of a word."""
    return (a.corpus.sha256 == b.corpus.sha256) == (axis == "vocabulary") and _same_machine(a, b)


def _same_machine(a: Summary, b: Summary) -> bool:
    """Whether both were run on one kind of machine, which was recorded, by the same code of this harness."""
    cpu = a.environment.get("cpu")
    recorded = isinstance(cpu, Mapping) and cpu.get("model")
    same_code = a.environment.get("code") == b.environment.get("code")
    return bool(recorded) and same_code and fingerprint(a.environment) == fingerprint(b.environment)


def _lines(axis: str, timed: Sequence[_Timed], always: set[str]) -> list[Line]:
    """What differs in ``axis`` alone, as lines of two values or more; baselines' labels are added to ``always``."""
    groups: dict[str, list[_Timed]] = {}
    for one in timed:
        groups.setdefault(_all_else(axis, one.row.run), []).append(one)
    kept = [group for group in groups.values() if len({one.value(axis) for one in group}) > 1]
    lines = []
    for label, group in zip(_labels(axis, [group[0].row.run for group in kept]), kept, strict=True):
        if any(one.row.is_baseline for one in group):
            always.add(label)
        points = sorted((_point(axis, one) for one in group), key=lambda point: point.x)
        lines.append(Line(label, tuple(points), group[0].row.run.implementation))
    return lines


def _all_else(axis: str, run: RunRecord) -> str:
    """What may move a speed, except for what varies. The corpus of rows is the same unless it is what varies."""
    settings = {
        **run.hyperparameters.model_dump(), "threads": run.threads,
        "trainer": [run.implementation, run.version, run.device, run.options],
    }  # fmt: skip
    settings.pop("min_count" if axis == "vocabulary" else axis, None)
    return json.dumps(settings, sort_keys=True, default=str)


def _labels(axis: str, runs: Sequence[RunRecord]) -> list[str]:
    """The shortest names of the lines; what varies along them is no part of a name."""
    if axis == "threads":
        return labels([run.model_copy(update={"threads": 1}) for run in runs])
    if axis in _HYPERPARAMETERS:
        alike = [run.hyperparameters.model_copy(update={axis: 1}) for run in runs]
        return labels([run.model_copy(update={"hyperparameters": own}) for run, own in zip(runs, alike, strict=True)])
    return labels(runs)


def _point(axis: str, one: _Timed) -> Point:
    return Point(one.value(axis), one.speed.value, one.speed.low, one.speed.high, one.speed.n, one.limit)


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
    axes.set_xlabel(f"{_TITLES[axis]}{', log scale' if log else ''}", labelpad=1)


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
    return units.rate(value) if axis in _OF_CORPORA else f"{value}"


def _named(data: Data) -> str:
    counts = sorted({point.rounds for panel in data.panels for line in panel.lines for point in line.points})
    if counts == [1]:
        return "one round (n = 1), no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"median, 95 % bootstrap interval (n = {span} rounds)"
