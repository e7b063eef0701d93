"""Quality against wall time while training: the headline score at the end of every epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import TYPE_CHECKING

from ...benchmarks.records import CurvePoint
from ...benchmarks.time_to_quality import Arrival
from .. import units
from ..scores import headline_tasks
from ..summary import Row, Summary
from . import quality, rows, series, speed, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "learning-curve"
TITLE = "Quality while training"

HEIGHT = 2.5
"""Inches, without the legend."""

MOST_MARKS = 12
"""Markers on a line: more epochs than that would make it a band."""


@dataclass(frozen=True)
class Point:
    """The end of an epoch: seconds of training until then, and the score, a fraction or correlation."""

    epoch: int
    seconds: float
    value: float


@dataclass(frozen=True)
class Line:
    """One configuration: the median of its runs' seconds and the mean of their scores, and the runs."""

    label: str
    points: tuple[Point, ...]
    runs: tuple[tuple[Point, ...], ...]
    reached: Point | None = None
    """The first of its points that is as good as the baseline's final score."""


@dataclass(frozen=True)
class Data:
    """What is drawn, fastest training first.

    Attributes:
        task: of the score.
        metric: of the score.
        lines: those that are drawn.
        log: whether the time axis is logarithmic.
        found: labels of all that have a curve.
        omitted: labels of those without.
        baseline: whose final score is the target; None where there is no target, or several.
        target: that score.
    """

    task: str
    metric: str
    lines: tuple[Line, ...]
    log: bool
    found: tuple[str, ...]
    omitted: tuple[str, ...]
    baseline: str | None = None
    target: float | None = None


def data(summary: Summary) -> Data | None:
    """The curves of the first headline task that has one of two points; None where none does."""
    asked = dict.fromkeys(
        score.task for row in summary.rows for run in row.curves for point in run for score in point.scores
    )
    for task in headline_tasks(list(asked), limit=len(asked)):
        lines = [line for row in summary.rows if (line := _line(row, task)) is not None]
        if lines:
            found = tuple(line.label for line in lines)
            shown = series.chosen(found, summary.baselines)
            kept = tuple(line for line in lines if line.label in shown)
            seconds = [point.seconds for line in kept for point in _all_points(line)]
            omitted = tuple(row.label for row in summary.rows if row.label not in found)
            log = max(seconds) / min(seconds) >= speed.LOG_SPREAD
            baseline, target = _target(summary, task)
            if target is None:
                kept = tuple(replace(line, reached=None) for line in kept)
            return Data(task, _metric(summary, task), kept, log, found, omitted, baseline, target)
    return None


def draw(data: Data) -> Figure:
    """The figure: a line for each implementation with a marker at the end of each epoch, its runs thin behind it."""
    from matplotlib.figure import Figure

    labels = [line.label for line in data.lines]
    figure = Figure(figsize=(style.COLUMN_WIDTH, HEIGHT + series.legend_inches(labels)), layout="constrained")
    axes = figure.add_subplot()
    axes.grid()
    factor, every = _factor(data), _every(data)
    for line, look in zip(data.lines, series.LOOKS, strict=False):
        if len(line.runs) > 1:
            for run in line.runs:
                x, y = [point.seconds for point in run], [factor * point.value for point in run]
                axes.plot(x, y, "-", color=look.colour, lw=0.5, alpha=0.6, zorder=2)
        x, y = [point.seconds for point in line.points], [factor * point.value for point in line.points]
        axes.plot(x, y, "-", color=look.colour, lw=1.1, zorder=3)
        for i in range(len(x) - 1, -1, -every):  # the last one is always marked
            series.mark(axes, x[i], y[i], look, size=4.0)
    _scale(axes, data)
    _show_target(axes, data)
    series.legend(figure, labels, line="-")
    rows.name_axis(figure, f"Training time (s{', log scale' if data.log else ''})", _named(data))
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    left_out = f" Without a curve, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    named = _named(data).replace("\n", " ")
    shown = [line.label for line in data.lines]
    return (
        f"{_quantity(data)}, task {data.task}, at the end of each epoch against seconds of training ({named}). "
        "The clock stood still while the vectors were looked at, so these seconds compare with those of runs without "
        "a curve. The learning rate falls until the last epoch ends: a point on the way is not the score of a training "
        f"that is shorter by plan.{' Logarithmic time axis.' if data.log else ''}{series.hidden(data.found, shown)}"
        f"{left_out}{_arrivals(data)}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    said = (
        f"{line.label} from {_told(line.points[0], data.metric)} to {_told(line.points[-1], data.metric)}"
        for line in data.lines
    )
    return f"{_quantity(data)} against seconds of training. {'; '.join(said)}.{_arrivals(data)}"


def _show_target(axes: Axes, data: Data) -> None:
    """The baseline's final score as a line across, and a drop line where each line first comes up to it."""
    if data.target is None:
        return
    height = _factor(data) * data.target
    # Collections, not lines: they take no part in the limits.
    axes.hlines(height, *axes.get_xlim(), colors=style.SOFT, linestyles=(0, (4, 2)), lw=0.7, zorder=1)
    bottom = axes.get_ylim()[0]
    for line, look in zip(data.lines, series.LOOKS, strict=False):
        if line.reached is not None:
            reached = _factor(data) * line.reached.value
            axes.vlines(line.reached.seconds, bottom, reached, colors=look.colour, linestyles=":", lw=0.9, zorder=1)
    axes.annotate(
        f"final score of {style.broken(data.baseline or '')}", (0, height), xycoords=axes.get_yaxis_transform(),
        xytext=(3, 2), textcoords="offset points", va="bottom", fontsize=6, color=style.SOFT, annotation_clip=False,
    ).set_in_layout(False)  # fmt: skip


def _arrivals(data: Data) -> str:
    """The sentence on the dashed line and on who came up to it; empty without one."""
    if data.target is None:
        return ""
    came = [
        f"{line.label} after {units.seconds(line.reached.seconds)}" for line in data.lines if line.reached is not None
    ]
    missed = [line.label for line in data.lines if line.reached is None]
    said = f" The final score of {data.baseline}, {units.fraction(data.target, data.metric)} (dashed), is reached"
    if came:
        said += f" at the end of an epoch (dotted) by {', '.join(came)}"
    if missed:
        said += f"{'; not' if came else ' not'} by {', '.join(missed)}"
    return f"{said}."


def _line(row: Row, task: str) -> Line | None:
    """The curve of a row; None where no two epochs have a score."""
    runs = [run for curve in row.curves if (run := tuple(_points(curve, task)))]
    by_epoch: dict[int, list[Point]] = {}
    for point in (point for run in runs for point in run):
        by_epoch.setdefault(point.epoch, []).append(point)
    points = tuple(
        Point(epoch, median(point.seconds for point in found), fmean(point.value for point in found))
        for epoch, found in sorted(by_epoch.items())
    )
    if len(points) < 2:
        return None
    outcome = row.reached.outcome if row.reached and row.reached.target.task == task else None
    epoch = outcome.epoch if isinstance(outcome, Arrival) else None
    return Line(row.label, points, tuple(runs), next((point for point in points if point.epoch == epoch), None))


def _target(summary: Summary, task: str) -> tuple[str | None, float | None]:
    """Whose final score the others are measured by, and that score, where it is one and others are there."""
    aims = [(row.baseline, row.reached.target) for row in summary.rows if row.reached]
    if len(set(aims)) != 1 or len(aims) < 2 or aims[0][1].task != task:
        return None, None
    return aims[0][0], aims[0][1].value


def _points(curve: Iterable[CurvePoint], task: str) -> Iterable[Point]:
    """Epochs whose time and score are numbers, in their order."""
    for point in sorted(curve, key=lambda point: point.epoch):
        score = next((score for score in point.scores if score.task == task), None)
        if score is None or score.value is None or not math.isfinite(score.value):
            continue
        if point.train_seconds > 0:
            yield Point(point.epoch, point.train_seconds, score.value)


def _metric(summary: Summary, task: str) -> str:
    """Metric of a task's headline score."""
    curves = (run for row in summary.rows for run in row.curves)
    return next(score.metric for run in curves for point in run for score in point.scores if score.task == task)


def _all_points(line: Line) -> Sequence[Point]:
    return [*line.points, *(point for run in line.runs for point in run)]


def _scale(axes: Axes, data: Data) -> None:
    """Both axes: time from zero or logarithmic, the score over all that was scored."""
    from matplotlib.ticker import MaxNLocator

    seconds = [point.seconds for line in data.lines for point in _all_points(line)]
    rows.rate_axis(axes, min(seconds), max(seconds), log=data.log, room=0.05)
    factor = _factor(data)
    axes.set_ylim(*(factor * end for end in quality.limits(_as_quality(data))))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: units.tick(value))
    axes.set_ylabel(_quantity(data))


def _as_quality(data: Data) -> quality.Data:
    """Every score as a mark of the quality figure, which knows how to scale and name them."""
    values = [(line.label, point.value) for line in data.lines for point in _all_points(line)]
    values += [] if data.target is None else [(data.baseline or "", data.target)]
    marks = tuple(quality.Mark(label, value, None, None, (value,), {}) for label, value in values)
    return quality.Data(data.task, data.metric, marks, ())


def _quantity(data: Data) -> str:
    return quality.quantity(_as_quality(data))


def _factor(data: Data) -> float:
    return 100.0 if units.is_share(data.metric) else 1.0


def _every(data: Data) -> int:
    """Epochs from one marker to the next."""
    return math.ceil(max(len(line.points) for line in data.lines) / MOST_MARKS)


def _named(data: Data) -> str:
    """What the marks are, in lines that fit under the axis."""
    every = _every(data)
    marks = "markers: ends of epochs" if every == 1 else f"markers: every {every} epochs"
    counts = sorted({len(line.runs) for line in data.lines})
    if counts == [1]:
        return f"{marks}; one run, no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"{marks}; bold: median time, mean score;\nthin: runs (n = {span})"


def _told(point: Point, metric: str) -> str:
    return f"{units.fraction(point.value, metric)} after {units.seconds(point.seconds)} (epoch {point.epoch})"
