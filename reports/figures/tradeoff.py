"""Speed against quality: faster counts only where the score holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..summary import Summary
from . import quality, rows, speed, style
from .labels import Spot, place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "speed-quality"
TITLE = "Speed against quality"

HEIGHT = 2.6
"""Inches, for up to five names; each further one adds a little, as names need room."""


@dataclass(frozen=True)
class Data:
    """Marks of both figures, paired by label; at least two."""

    pairs: tuple[tuple[speed.Mark, quality.Mark], ...]
    quality: quality.Data
    log: bool
    omitted: tuple[str, ...]


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
    return Data(pairs, good, log, tuple(row.label for row in summary.rows if row.label not in shown))


def draw(data: Data) -> Figure:
    """The figure: a marker with both intervals for each implementation, named beside it."""
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
        axes.plot([x], [y], "o", ms=5, color=style.BLUE, mec=style.PAGE, mew=0.5, zorder=4)
    ends = [end for fast, _ in data.pairs for end in (fast.median, fast.low, fast.high) if end is not None]
    rows.rate_axis(axes, min(ends), max(ends), log=data.log, room=0.15)
    low, high = quality.limits(data.quality)
    axes.set_ylim(factor * low, factor * (high + 0.08 * (high - low)))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: units.tick(value))
    axes.set_ylabel(quality.quantity(data.quality))
    quantity = f"Training speed (words/s{', log scale' if data.log else ''})"
    rows.name_axis(figure, quantity, "bars: 95 % bootstrap intervals")
    place(axes, [_spot(fast, good, factor) for fast, good in data.pairs])
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    left_out = f" Without both numbers, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    return (
        f"{quality.quantity(data.quality)} against training speed in words/s; up and to the right is better. "
        f"Horizontal bars: interval of the median over rounds, where there is more than one; vertical bars: interval "
        f"over the items.{' Logarithmic speed axis.' if data.log else ''}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    points = (
        f"{fast.label}: {units.rate(fast.median)} words/s at {units.fraction(good.value, data.quality.metric)}"
        for fast, good in data.pairs
    )
    return f"Speed against {quality.quantity(data.quality)}. {'; '.join(points)}"


def _spot(fast: speed.Mark, good: quality.Mark, factor: float) -> Spot:
    value = good.value
    ends = [(end, value) for end in (fast.low, fast.high) if end is not None]
    ends += [(fast.median, end) for end in (good.low, good.high) if end is not None]
    return Spot(fast.label, (fast.median, factor * value), tuple((x, factor * y) for x, y in ends))
