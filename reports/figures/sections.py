"""Analogies by section: where one implementation is better than another, and where the total hides it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..scores import ScoreSummary, SectionSummary, headline_tasks
from ..summary import Row, Summary
from ..tables import TITLES
from . import rows, series, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "sections"
TITLE = "Analogies by section"

MOST_SECTIONS = 30
"""Rows: sets of more sections show those with the most questions."""

GROUPS = ("semantic", "syntactic", "macro")
"""Averages among a score's sections; under them stands the score itself, the average over questions."""

ALL = "all questions"


@dataclass(frozen=True)
class Part:
    """A row: a section or an average over sections.

    ``seen`` are the fewest and most questions that were scored; None where what is counted is no questions.
    """

    name: str
    title: str
    average: bool
    seen: tuple[float, float] | None


@dataclass(frozen=True)
class Point:
    """An accuracy as a fraction, with the ends of its interval where it has one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Series:
    """An implementation's accuracy in each part; None where none of its questions was scored."""

    label: str
    points: tuple[Point | None, ...]
    runs: int


@dataclass(frozen=True)
class Data:
    """What is drawn: sections as the set orders them, then the averages."""

    task: str
    metric: str
    parts: tuple[Part, ...]
    series: tuple[Series, ...]
    labels: tuple[str, ...]
    """All that were scored, drawn or not."""
    omitted: tuple[str, ...]
    """Those without a score."""
    left_out: int
    """Sections that found no room."""


def data(summary: Summary) -> Data | None:
    """The first analogy task with sections, or None where there is none."""
    for task in headline_tasks(summary.tasks, limit=len(summary.tasks)):
        scored = [(row, score) for row in summary.finished_rows if (score := row.score(task)) and _sectioned(score)]
        if scored:
            return _data(summary, task, scored)
    return None


def draw(data: Data) -> Figure:
    """The figure: a row a section, in it a marker with its interval for each implementation."""
    from matplotlib.ticker import MaxNLocator

    labels = [one.label for one in data.series]
    pitch = 0.062
    plot = rows.start(
        [part.title for part in data.parts], extra=series.legend_inches(labels) + 0.1,
        least=max(0.17, 0.075 + pitch * len(labels)),
    )  # fmt: skip
    axes = plot.axes
    axes.tick_params(axis="y", labelsize=6.6)
    for offset, one, look in zip(series.offsets(len(labels), pitch), data.series, series.LOOKS, strict=False):
        for y, point in zip(plot.y, one.points, strict=True):
            if point is None:
                continue
            if point.low is not None and point.high is not None:
                series.interval(axes, y + offset, 100 * point.low, 100 * point.high, look)
            series.mark(axes, 100 * point.value, y + offset, look, size=3.4)
    for y, part in zip(plot.y, data.parts, strict=True):
        rows.value(axes, y, _seen(part), inches=0.5)
    rows.value(axes, -0.08, "questions", inches=0.5, soft=True)
    _rule(plot, data.parts)
    ends = [end for one in data.series for point in one.points if point for end in (point.value, point.high) if end]
    axes.set_xlim(-2, min(102, max([10.0, *(104 * end for end in ends)])))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    series.legend(plot.figure, labels)
    rows.name_axis(plot.figure, f"{TITLES.get(data.task, data.task)}: {data.metric} (%)", _named(data))
    return plot.figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    less = f" {data.left_out} sections with fewer questions are not shown." if data.left_out else ""
    omitted = f" Without a score: {', '.join(data.omitted)}." if data.omitted else ""
    macro = " macro: the mean over sections." if any(part.name == "macro" for part in data.parts) else ""
    return (
        f"{TITLES.get(data.task, data.task)}, task {data.task}, by section: {_named(data)}. Questions: those that were "
        f"scored.{macro} “{ALL}” is the score of the other tables (micro average)."
        f"{less}{series.hidden(data.labels, [one.label for one in data.series])}{omitted}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    said = []
    for i, part in enumerate(data.parts):
        values = (
            f"{one.label} {units.fraction(point.value, data.metric)}"
            for one in data.series
            if (point := one.points[i]) is not None
        )
        said.append(f"{part.title}: {', '.join(values) or 'nothing scored'}")
    return f"{TITLES.get(data.task, data.task)} by section. {'; '.join(said)}"


def _sectioned(score: ScoreSummary) -> bool:
    """Whether a score is of analogies, which alone have averages over sections, and has two sections or more."""
    averaged = any(name in score.sections for name in GROUPS)
    return averaged and units.is_share(score.metric) and score.value is not None and len(_sections(score)) > 1


def _sections(score: ScoreSummary) -> dict[str, SectionSummary]:
    return {name: part for name, part in score.sections.items() if name not in GROUPS and part.correct is not None}


def _data(summary: Summary, task: str, scored: Sequence[tuple[Row, ScoreSummary]]) -> Data:
    labels = [row.label for row, _ in scored]
    shown = series.chosen(labels, summary.baselines)
    drawn = [score for row, score in scored if row.label in shown]
    names = list(dict.fromkeys(name for score in drawn for name in _sections(score)))
    largest = sorted(names, key=lambda name: -max(_n(score, name) for score in drawn))[:MOST_SECTIONS]
    kept = [name for name in names if name in largest]
    groups = [name for name in GROUPS if any(name in score.sections for score in drawn)]
    parts = [_part(name, drawn) for name in kept] + [_part(name, drawn, average=True) for name in groups]
    whole = [score.n for score in drawn]
    parts.append(Part("", ALL, True, (min(whole), max(whole))))
    lines = tuple(
        Series(row.label, (*(_point(score.sections.get(part.name)) for part in parts[:-1]), _point(score)),
               len(score.values))
        for row, score in scored if row.label in shown
    )  # fmt: skip
    omitted = tuple(row.label for row in summary.rows if row.label not in labels)
    return Data(task, drawn[0].metric, tuple(parts), lines, tuple(labels), omitted, len(names) - len(kept))


def _part(name: str, scores: Sequence[ScoreSummary], *, average: bool = False) -> Part:
    counts = [_n(score, name) for score in scores]
    title = re.sub(r"^gram\d+-", "", name).replace("-", " ").replace("_", " ")
    return Part(name, title or name, average, None if name == "macro" else (min(counts), max(counts)))


def _n(score: ScoreSummary, name: str) -> float:
    part = score.sections.get(name)
    return part.n if part else 0.0


def _point(part: SectionSummary | ScoreSummary | None) -> Point | None:
    return None if part is None or part.value is None else Point(part.value, part.low, part.high)


def _seen(part: Part) -> str:
    if part.seen is None:
        return ""
    fewest, most = part.seen
    return units.count(fewest) if fewest == most else f"{units.count(fewest)}–{units.count(most)}"


def _rule(plot: rows.Rows, parts: Sequence[Part]) -> None:
    """A line between the sections and the averages."""
    first = next(i for i, part in enumerate(parts) if part.average)
    if first:
        plot.axes.axhline((plot.y[first - 1] + plot.y[first]) / 2, color=style.SOFT, lw=0.6)


def _named(data: Data) -> str:
    counts = sorted({one.runs for one in data.series})
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    runs = "one run" if counts == [1] else f"mean of {span} runs"
    intervals = any(point and point.low is not None for one in data.series for point in one.points)
    return f"{runs}, 95 % bootstrap interval over items" if intervals else f"{runs}, no interval"
