"""Similarity sets: correlation with people's judgements, and how small a difference each set could show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..scores import ScoreSummary, headline_tasks
from ..summary import Summary
from ..tables import TITLES
from . import rows, series, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "similarity"
TITLE = "Word similarity"

METRIC = "spearman"
LEAST_SPAN = 0.1
"""The axis covers at least this much of the correlation."""

MOST_SETS = 20
PITCH = 0.085
"""Inches between the series of a row."""


@dataclass(frozen=True)
class Point:
    """A correlation, with the ends of its interval over pairs where it has one."""

    label: str
    value: float
    low: float | None
    high: float | None
    runs: int


@dataclass(frozen=True)
class Set:
    """A row: a set of word pairs.

    Attributes:
        task: its name on the command line.
        points: of the implementations that are drawn and were scored.
        pairs: the fewest and the most that were scored.
        total: pairs of the set.
        detectable: the difference from a baseline that these seeds would find with a probability of 80 %, the largest
            of the comparisons; None where there are too few seeds.
    """

    task: str
    points: tuple[Point, ...]
    pairs: tuple[float, float]
    total: int
    detectable: float | None

    @property
    def title(self) -> str:
        return TITLES.get(self.task, self.task)


@dataclass(frozen=True)
class Data:
    """What is drawn: the usual sets first, then in the order they were run."""

    sets: tuple[Set, ...]
    labels: tuple[str, ...]
    """Implementations that are drawn."""
    scored: tuple[str, ...]
    """Those with a score, drawn or not."""
    omitted: tuple[str, ...]
    left_out: tuple[str, ...]
    """Sets that found no room."""


def data(summary: Summary) -> Data | None:
    """Every set that gave a correlation, or None where none did."""
    order = headline_tasks(summary.tasks, limit=len(summary.tasks))
    tasks = [task for task in order if any(_correlation(row.score(task)) for row in summary.finished_rows)]
    if not tasks:
        return None
    scored = [row.label for row in summary.finished_rows if any(_correlation(row.score(task)) for task in tasks)]
    shown = series.chosen(scored, summary.baselines)
    sets = tuple(one for task in tasks if (one := _set(summary, task, shown)) is not None)
    omitted = tuple(row.label for row in summary.rows if row.label not in scored)
    return Data(sets[:MOST_SETS], shown, tuple(scored), omitted, tuple(one.title for one in sets[MOST_SETS:]))


def draw(data: Data) -> Figure:
    """The figure: a row a set, in it a marker with its interval for each implementation."""
    from matplotlib.ticker import MaxNLocator

    bars = any(one.detectable is not None for one in data.sets)
    several = len(data.labels) > 1
    lines = len(data.labels) + bars
    plot = rows.start(
        [one.title for one in data.sets], least=max(0.29, 0.12 + PITCH * lines),
        extra=0.18 + 0.12 * bars + (series.legend_inches(data.labels) if several else 0.0),
    )  # fmt: skip
    axes, places = plot.axes, series.offsets(lines, PITCH)
    for y, one in zip(plot.y, data.sets, strict=True):
        for point in one.points:
            place = data.labels.index(point.label)
            if point.low is not None and point.high is not None:
                series.interval(axes, y + places[place], point.low, point.high, series.LOOKS[place])
            series.mark(axes, point.value, y + places[place], series.LOOKS[place])
        if one.detectable is not None:
            _scale_bar(axes, y + places[-1], one)
            rows.value(axes, y, f"{one.detectable:.3f}", inches=1.0)
        rows.value(axes, y, _pairs(one))
    rows.value(axes, -0.08, "pairs", soft=True)
    if bars:
        rows.value(axes, -0.08, "detectable", inches=1.0, soft=True)
    axes.set_xlim(*limits(data))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", units.MINUS))
    if several:
        series.legend(plot.figure, data.labels)
    marks = f"{_named(data)}\ngrey bar: detectable difference" if bars else _named(data)
    rows.name_axis(plot.figure, "Spearman’s ρ", marks)
    return plot.figure


def limits(data: Data) -> tuple[float, float]:
    """Ends of the axis: all marks with some room."""
    points = [point for one in data.sets for point in one.points]
    ends = [end for point in points for end in (point.value, point.low, point.high) if end is not None]
    low, high = min(ends), max(ends)
    room = max(0.05 * (high - low), (LEAST_SPAN - (high - low)) / 2)
    return max(low - room, -1.02), min(high + room, 1.02)


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    known = any(one.detectable is not None for one in data.sets)
    bars = (
        " Grey bars, to scale: the smallest difference from the baseline that these seeds would find on these very "
        "pairs with a probability of 80 % (Welch’s test at 5 %), the largest of the comparisons."
        if known
        else " With fewer than three seeds of two implementations no detectable difference can be told."
    )
    omitted = f" Without a score: {', '.join(data.omitted)}." if data.omitted else ""
    left_out = f" Sets not shown: {', '.join(data.left_out)}." if data.left_out else ""
    return (
        "Spearman’s correlation of cosines with people’s judgements, over pairs whose words are both known (pairs: how "
        f"many): {_named(data)}. The intervals say how far another set of pairs might move a score: that two overlap "
        f"is no proof of equality.{bars}{series.hidden(data.scored, data.labels)}{left_out}{omitted}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    said = []
    for one in data.sets:
        values = ", ".join(f"{point.label} {units.fraction(point.value, METRIC)}" for point in one.points)
        found = f" (detectable difference {one.detectable:.3f})" if one.detectable is not None else ""
        said.append(f"{one.title}: {values}{found}")
    return f"Spearman’s correlation with people’s judgements by set. {'; '.join(said)}"


def _correlation(score: ScoreSummary | None) -> bool:
    return score is not None and score.metric == METRIC and score.value is not None


def _set(summary: Summary, task: str, shown: Sequence[str]) -> Set | None:
    scores = {row.label: score for row in summary.finished_rows if (score := row.score(task)) and row.label in shown}
    scores = {label: score for label, score in scores.items() if _correlation(score)}
    if not scores:
        return None
    points = tuple(
        Point(label, score.value, score.low, score.high, len(score.values))
        for label, score in scores.items()
        if score.value is not None
    )
    found = [
        one.detectable
        for one in summary.quality
        if one.task == task and one.metric == METRIC and one.detectable and {one.system, one.baseline} <= set(scores)
    ]
    counts = [score.n for score in scores.values()]
    total = next(iter(scores.values())).total
    return Set(task, points, (min(counts), max(counts)), total, max(found, default=None))


def _scale_bar(axes: Axes, y: float, one: Set) -> None:
    """A bar as long as the detectable difference, under the middle of the set's marks."""
    assert one.detectable is not None  # the caller looked
    middle = (min(point.value for point in one.points) + max(point.value for point in one.points)) / 2
    ends = [middle - one.detectable / 2, middle + one.detectable / 2]
    axes.plot(ends, [y, y], "-", color=style.SOFT, lw=2.6, solid_capstyle="butt", zorder=2)


def _pairs(one: Set) -> str:
    fewest, most = one.pairs
    return units.count(fewest) if fewest == most else f"{units.count(fewest)}–{units.count(most)}"


def _named(data: Data) -> str:
    counts = sorted({point.runs for one in data.sets for point in one.points})
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    runs = "one run" if counts == [1] else f"mean of {span} runs"
    intervals = any(point.low is not None for one in data.sets for point in one.points)
    return f"{runs}, 95 % bootstrap interval over pairs" if intervals else f"{runs}, no interval"
