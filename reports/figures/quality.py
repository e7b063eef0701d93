"""Quality by implementation: the headline score with its interval, for analogies also semantic and syntactic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..scores import ScoreSummary, headline_tasks
from ..summary import Row, Summary
from ..tables import TITLES
from . import rows, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "quality"
TITLE = "Quality of the vectors"

PARTS = ("semantic", "syntactic")
"""Groups of sections that are drawn beside the total."""

_LOOKS = {"semantic": ("^", style.VERMILION, -0.1), "syntactic": ("s", style.GREEN, 0.1)}
"""Marker, colour and offset in inches."""

LEAST_SPAN = 0.1
"""The axis covers at least this much, so that a difference of a tenth of a point does not look like a cliff."""


@dataclass(frozen=True)
class Mark:
    """One implementation in the figure; values are fractions or correlations."""

    label: str
    value: float
    low: float | None
    high: float | None
    runs: tuple[float, ...]
    parts: dict[str, float]


@dataclass(frozen=True)
class Data:
    """What is drawn, in the order of the speed figure."""

    task: str
    metric: str
    marks: tuple[Mark, ...]
    omitted: tuple[str, ...]


def data(summary: Summary) -> Data | None:
    """The marks of the first headline task that gave a score, or None where none did."""
    for task in headline_tasks(summary.tasks, limit=len(summary.tasks)):
        scored = [
            (row, score) for row in summary.finished_rows if (score := row.score(task)) and score.value is not None
        ]
        if scored:
            marks = tuple(_mark(row, score) for row, score in scored)
            shown = {mark.label for mark in marks}
            omitted = tuple(row.label for row in summary.rows if row.label not in shown)
            return Data(task, scored[0][1].metric, marks, omitted)
    return None


def draw(data: Data) -> Figure:
    """The figure, one row an implementation."""
    from matplotlib.ticker import MaxNLocator

    factor = 100 if units.is_share(data.metric) else 1
    with_parts = any(mark.parts for mark in data.marks)
    plot = rows.start(
        [mark.label for mark in data.marks], extra=0.2 if with_parts else 0.0, least=0.36 if with_parts else 0.29
    )
    axes = plot.axes
    for y, mark in zip(plot.y, data.marks, strict=True):
        if mark.low is not None and mark.high is not None:
            rows.interval(axes, y, factor * mark.low, factor * mark.high)
        rows.centre(axes, factor * mark.value, y)
        for part, value in mark.parts.items():
            shape, colour, offset = _LOOKS[part]
            axes.plot([factor * value], [y + offset], shape, ms=3.6, mfc="none", mec=colour, mew=0.9)
        rows.value(axes, y, units.fraction(mark.value, data.metric))
    axes.set_xlim(*(factor * end for end in limits(data)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: units.tick(value))
    if with_parts:
        _legend(plot.figure)
    rows.name_axis(plot.figure, quantity(data), _named(data))
    return plot.figure


def limits(data: Data) -> tuple[float, float]:
    """Ends of the axis: all marks with some room, from zero where zero is near, never out of the metric's range."""
    ends = [
        end for mark in data.marks for end in (mark.value, mark.low, mark.high, *mark.parts.values()) if end is not None
    ]
    low, high = min(ends), max(ends)
    if 0 <= low < 0.5 * high or (low >= 0 and high <= LEAST_SPAN):
        return 0.0 - 0.02 * max(high, LEAST_SPAN), max(high * 1.06, LEAST_SPAN)
    room = max(0.06 * (high - low), (LEAST_SPAN - (high - low)) / 2)
    return low - room, min(high + room, 1.02)


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    left_out = f" Without a score, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    return f"{quantity(data)}, task {data.task}: {_named(data)}.{left_out}"


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    parts = (
        f"{mark.label}: {units.fraction(mark.value, data.metric)}"
        + "".join(f", {name} {units.fraction(value, data.metric)}" for name, value in mark.parts.items())
        for mark in data.marks
    )
    return f"{quantity(data)} by implementation. {'; '.join(parts)}"


def _mark(row: Row, score: ScoreSummary) -> Mark:
    assert score.value is not None  # the caller looked
    parts = {
        part: section.value
        for part in PARTS
        if (section := score.sections.get(part)) is not None and section.value is not None
    }
    return Mark(row.label, score.value, score.low, score.high, score.values, parts)


def quantity(data: Data) -> str:
    """The score and its unit, as axes and captions name it."""
    unit = " (%)" if units.is_share(data.metric) else ""
    metric = {"spearman": "Spearman’s ρ"}.get(data.metric, data.metric)
    return f"{TITLES.get(data.task, data.task)}: {metric}{unit}"


def _named(data: Data) -> str:
    counts = sorted({len(mark.runs) for mark in data.marks})
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    runs = "one run" if counts == [1] else f"mean of {span} runs"
    intervals = any(mark.low is not None for mark in data.marks)
    return f"{runs}, 95 % bootstrap interval over items" if intervals else f"{runs}, no interval"


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], ls="", marker="o", ms=5, color=style.BLUE, label="all")]
    handles += [
        Line2D([], [], ls="", marker=shape, ms=3.6, mfc="none", mec=colour, mew=0.9, label=part)
        for part, (shape, colour, _) in _LOOKS.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, handletextpad=0.2, columnspacing=1.2)
