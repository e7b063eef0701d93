"""The roofline: operations a second against operations for each byte of rows, under what the machine can do.

Williams, Waterman and Patterson (2009); bytes are those that update units read and write, from whatever cache they come
(Ilic, Pratas and Sousa 2014), so a point says how a trainer works and not how large the vocabulary is.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...benchmarks.prediction import Prediction, ceilings_of
from .. import limits, units
from ..cells import labels
from ..summary import Row, Summary
from . import rows, series, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "roofline"
TITLE = "Distance from the machine's limits"

HEIGHT = 2.6
"""Inches, without the legend."""

GIGA = 1e9


@dataclass(frozen=True)
class Point:
    """A configuration.

    Attributes:
        intensity: operations for each byte of rows.
        flops: operations a second, with the ends of their interval.
        limit: operations a second that its own multiply-adds and rows allow.
        rounds: that the interval rests on.
    """

    label: str
    intensity: float
    flops: float
    low: float | None
    high: float | None
    limit: float
    rounds: int


@dataclass(frozen=True)
class Data:
    """What is drawn: points of one number of threads, and the machine's ceilings for it.

    Attributes:
        roof: operations a second.
        bandwidths: bytes a second by where they come from, the slowest first.
        found: labels of all that have a point.
        omitted: labels of the rows without one.
        elsewhere: other numbers of threads, for which there are points, too.
    """

    threads: int
    points: tuple[Point, ...]
    roof: float
    bandwidths: tuple[tuple[str, float], ...]
    found: tuple[str, ...]
    omitted: tuple[str, ...]
    elsewhere: tuple[int, ...]


def data(summary: Summary) -> Data | None:
    """The points of the number of threads that most rows have; None where the machine's ceilings are not known."""
    predictions = limits.predictions(summary)
    timed = [row for row in summary.rows if row.label in predictions]
    if not timed:
        return None
    counted = Counter(row.run.threads for row in timed)
    threads = max(counted, key=lambda n: (counted[n], n))
    drawn = [row for row in timed if row.run.threads == threads]
    found = tuple(labels([row.run for row in drawn]))  # shorter names: what all of them share is no part of one
    points = [_point(name, row, predictions[row.label]) for name, row in zip(found, drawn, strict=True)]
    shown = series.chosen(found, [name for name, row in zip(found, drawn, strict=True) if row.is_baseline])
    own = ceilings_of(summary.environment)[threads]
    return Data(
        threads,
        tuple(point for point in points if point.label in shown),
        roof=2 * own.multiply_adds_per_second,
        bandwidths=tuple(limits.bandwidths(own).items()),
        found=found,
        omitted=tuple(row.label for row in summary.rows if row.label not in predictions),
        elsewhere=tuple(sorted(set(counted) - {threads})),
    )


def draw(data: Data) -> Figure:
    """The figure: the roofs, a marker for each implementation and, in its colour, the limit of its own rows."""
    from matplotlib.figure import Figure

    names = [point.label for point in data.points]
    figure = Figure(figsize=(style.COLUMN_WIDTH, HEIGHT + series.legend_inches(names)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    _limits(axes, data)
    for point, look in zip(data.points, series.LOOKS, strict=False):
        x, y = point.intensity, point.flops / GIGA
        if point.low is not None and point.high is not None:
            axes.plot([x, x], [point.low / GIGA, point.high / GIGA], "_-", color=look.colour, ms=5, lw=1.1, zorder=3)
        alike = sum((other.intensity, other.limit) == (x, point.limit) for other in data.points)
        colour = look.colour if alike == 1 else style.INK
        axes.plot([x / 1.13, x * 1.13], [point.limit / GIGA] * 2, "-", color=colour, lw=1.4, zorder=3)
        series.mark(axes, x, y, look, size=4.2)
    axes.set_ylabel("GFLOP/s, log")
    series.legend(figure, names)
    rows.name_axis(figure, "Operations for each byte of rows (FLOP/B, log)", _named(data))
    _roofs(figure, axes, data)
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    ceilings = [
        f"{units.rate(data.roof)}FLOP/s",
        *(f"{units.memory(speed)}/s, {name}" for name, speed in data.bandwidths),
    ]
    left_out = f" Without a prediction, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    elsewhere = ", ".join(map(str, data.elsewhere))
    others = f" Runs with other numbers of threads ({elsewhere}) are not shown." if elsewhere else ""
    shown = [point.label for point in data.points]
    return (
        "Floating-point operations a second against operations for each byte of rows that update units read and write "
        f"back, whether from caches or from memory ({_named(data)}). Lines: what this machine can do with "
        f"{_threads(data.threads)}: {'; '.join(ceilings)}. "
        "Dashes: what the multiply-adds and rows of the implementation of that colour allow (black: of several), the "
        "rows asked for most being cached. "
        "Operations are those of the products, counted on paper; drawing, sigmoids and padding are left out."
        f"{others}{series.hidden(data.found, shown)}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    points = (
        f"{point.label} {units.rate(point.flops)}FLOP/s at {units.digits(point.intensity)} FLOP/B, "
        f"{100 * point.flops / point.limit:.0f} % of its limit"
        for point in data.points
    )
    return f"Operations a second under a roof of {units.rate(data.roof)}FLOP/s. {'; '.join(points)}."


def _point(label: str, row: Row, prediction: Prediction) -> Point:
    assert row.speed is not None  # only timed rows have a prediction
    flops = prediction.flops

    def scaled(words: float | None) -> float | None:
        return None if words is None else flops * words

    return Point(
        label, prediction.intensity, flops * row.speed.value, scaled(row.speed.low), scaled(row.speed.high),
        flops * prediction.limit, row.speed.n,
    )  # fmt: skip


def _limits(axes: Axes, data: Data) -> None:
    """Both axes hold every point and interval, and the ridge where memory's line meets the roof."""
    from matplotlib.ticker import LogLocator, NullFormatter

    x = [point.intensity for point in data.points]
    ends = [end / GIGA for point in data.points for end in (point.flops, point.low, point.limit) if end is not None]
    axes.set_xlim(min(x) / 2.2, max(*x, data.roof / data.bandwidths[0][1]) * 1.6)
    axes.set_ylim(min(ends) / 1.8, max(*ends, data.roof / GIGA) * 2.0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(lambda value, _: units.tick(value) if value >= 1 else f"{value:g}")
    axes.grid()


def _roofs(figure: Figure, axes: Axes, data: Data) -> None:
    """The ceilings as lines, each with its name along it."""
    left, right = axes.get_xlim()
    bottom, _ = axes.get_ylim()
    roof = data.roof / GIGA
    slopes = [(name, speed / GIGA) for name, speed in data.bandwidths]
    axes.plot([max(left, roof / slopes[-1][1]), right], [roof, roof], "-", color=style.INK, lw=1.0, zorder=2)
    axes.annotate(
        f"{units.rate(data.roof)}FLOP/s", (right, roof), xytext=(-2, 2), textcoords="offset points", ha="right",
        va="bottom", fontsize=6, color=style.INK,
    ).set_in_layout(False)  # fmt: skip
    figure.draw_without_rendering()  # the angle of a slope is known once the axes have their place
    for number, (name, slope) in enumerate(slopes):
        ends = [(x, slope * x) for x in (max(left, bottom / slope), min(right, roof / slope))]
        if ends[0][0] >= ends[1][0]:
            continue
        axes.plot(*zip(*ends, strict=True), "-", color=style.SOFT, lw=0.8, zorder=2)
        # Lines may lie close: only the highest has its name over it, and one in the middle at its other end.
        under, late = number < len(slopes) - 1, 0 < number < len(slopes) - 1
        (x0, y0), (x1, y1) = axes.transData.transform(ends)
        angle = math.atan2(y1 - y0, x1 - x0)
        along, away = (-18 if late else 9), (-3 if under else 3)
        offset = (
            along * math.cos(angle) - away * math.sin(angle),
            along * math.sin(angle) + away * math.cos(angle),
        )
        axes.annotate(
            name, ends[1 if late else 0], xytext=offset, textcoords="offset points", rotation=math.degrees(angle),
            rotation_mode="anchor", ha="right" if late else "left", va="top" if under else "bottom", fontsize=6,
            color=style.SOFT,
        ).set_in_layout(False)  # fmt: skip


def _threads(n: int) -> str:
    return "1 thread" if n == 1 else f"{n} threads"


def _named(data: Data) -> str:
    counts = sorted({point.rounds for point in data.points})
    if counts == [1]:
        return "one round (n = 1), no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"median, 95 % bootstrap interval (n = {span} rounds)"
