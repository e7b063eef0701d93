"""Speed against quality: faster counts only where the score holds. The Pareto front says who is not beaten in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..listing import listed
from ..summary import Summary
from . import pareto, quality, rows, speed, style
from .labels import Spot, place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "speed-quality"
TITLE = "Speed against quality"

HEIGHT = 2.6
"""Inches, for up to five names; each further one adds a little, as names need room."""


@dataclass(frozen=True)
class Data:
    """Marks of both figures, paired by label; at least two.

    Attributes:
        front: labels of the Pareto front, fastest first.
        uncertain: those of them that a faster one's score is not told apart from.
        possible: those off the front whose scores are not told apart from the front's.
    """

    pairs: tuple[tuple[speed.Mark, quality.Mark], ...]
    quality: quality.Data
    log: bool
    omitted: tuple[str, ...]
    front: tuple[str, ...]
    uncertain: tuple[str, ...]
    possible: tuple[str, ...]


def data(summary: Summary) -> Data | None:
    """Rows that have both a speed and a score, or None where fewer than two do."""
    fast, good = speed.data(summary), quality.data(summary)
    if fast is None or good is None:
        return None
    scores = {mark.label: mark for mark in good.marks}
    pairs = tuple((mark, scores[mark.label]) for mark in fast.marks if mark.label in scores)
    if len(pairs) < 2:
        return None
    shown = {mark.label for mark, _ in pairs}
    values = [mark.median for mark, _ in pairs]
    log = max(values) / min(values) >= speed.LOG_SPREAD
    candidates = [pareto.Candidate(fast.label, fast.median, good.value, good.low, good.high) for fast, good in pairs]
    on, chance, off = (
        tuple(one.label for one in found(candidates)) for found in (pareto.front, pareto.uncertain, pareto.possible)
    )
    return Data(
        pairs, good, log, tuple(row.label for row in summary.rows if row.label not in shown), on, chance, off
    )  # fmt: skip


def draw(data: Data) -> Figure:
    """The figure: a marker with both intervals for each implementation, named beside it; filled ones on the front."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    factor = 100 if units.is_share(data.quality.metric) else 1
    height = HEIGHT + 0.12 * max(0, min(len(data.pairs), 15) - 5)
    figure = Figure(figsize=(style.COLUMN_WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid()
    for fast, good in data.pairs:
        x, y = fast.median, factor * good.value
        if fast.low is not None and fast.high is not None:
            axes.plot([fast.low, fast.high], [y, y], "-", color=style.BLUE, lw=1, zorder=2)
        if good.low is not None and good.high is not None:
            axes.plot([x, x], [factor * good.low, factor * good.high], "-", color=style.BLUE, lw=1, zorder=2)
        inside = style.BLUE if fast.label in data.front else style.PAGE
        axes.plot([x], [y], "o", ms=5, mfc=inside, mec=style.BLUE, mew=0.9, zorder=4)
    ends = [end for fast, _ in data.pairs for end in (fast.median, fast.low, fast.high) if end is not None]
    rows.rate_axis(axes, min(ends), max(ends), log=data.log, room=0.15)
    low, high = quality.limits(data.quality)
    axes.set_ylim(factor * low, factor * (high + 0.08 * (high - low)))
    steps = _staircase(data, factor, axes.get_xlim()[0], axes.get_ylim()[0])
    axes.plot(*zip(*steps, strict=True), color=style.SOFT, lw=0.8, ls=(0, (3, 2)), zorder=1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: units.tick(value))
    axes.set_ylabel(quality.quantity(data.quality))
    quantity = f"Training speed (words/s{', log scale' if data.log else ''})"
    rows.name_axis(figure, quantity, "bars: 95 % bootstrap intervals; filled, dashed: Pareto front")
    place(axes, [_spot(fast, good, factor, steps) for fast, good in data.pairs])
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    left_out = f" Without both numbers, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    return (
        f"{quality.quantity(data.quality)} against training speed in words/s; up and to the right is better. "
        f"Horizontal bars: interval of the median over rounds, where there is more than one; vertical bars: interval "
        f"over the items. {_front(data)}{' Logarithmic speed axis.' if data.log else ''}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    points = (
        f"{fast.label}: {units.rate(fast.median)} words/s at {units.fraction(good.value, data.quality.metric)}"
        for fast, good in data.pairs
    )
    return f"Speed against {quality.quantity(data.quality)}. {'; '.join(points)}. {_front(data)}"


def _front(data: Data) -> str:
    """Who is on the front, and how sure that is: intervals that overlap call nobody worse."""
    said = [
        f"On the Pareto front (filled; of no other are both measured speed and score at least as high): "
        f"{listed(data.front, most=None)}."
    ]
    if data.uncertain:
        said.append(
            f"A faster one’s score interval overlaps that of {listed(data.uncertain, most=None)}, whose place there "
            "may be chance."
        )
    if data.possible:
        said.append(
            f"Off it, but with score intervals that overlap those of the faster ones, and so not shown to score lower: "
            f"{listed(data.possible, most=None)}."
        )
    return " ".join(said)


def _staircase(data: Data, factor: float, left: float, bottom: float) -> list[tuple[float, float]]:
    """The front as the edge of what is reached, from the axis below: nobody is above and to the right of it."""
    by_label = {fast.label: (fast.median, factor * good.value) for fast, good in data.pairs}
    steps = [(by_label[data.front[0]][0], bottom)]
    for label in data.front:
        x, y = by_label[label]
        steps += [(x, steps[-1][1]), (x, y)]
    return [*steps, (left, steps[-1][1])]


def _spot(fast: speed.Mark, good: quality.Mark, factor: float, steps: Sequence[tuple[float, float]]) -> Spot:
    """A point with the ends of its intervals and of the front's lines at it, which names keep off."""
    point = (fast.median, factor * good.value)
    ends = [(end, point[1]) for end in (fast.low, fast.high) if end is not None]
    ends += [(point[0], factor * end) for end in (good.low, good.high) if end is not None]
    for before, here, after in zip(steps, steps[1:], steps[2:], strict=False):
        ends += [before, after] if here == point else []
    return Spot(fast.label, point, tuple(ends))
