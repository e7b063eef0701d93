"""Words per second by implementation: medians with intervals, single rounds as dots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..summary import Row, Summary
from . import rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "speed"
TITLE = "Training speed"

LOG_SPREAD = 12.0
"""From this ratio of fastest to slowest on the axis is logarithmic: a linear one would show all slow ones at 0."""


@dataclass(frozen=True)
class Mark:
    """One implementation in the figure; words/s throughout."""

    label: str
    median: float
    low: float | None
    high: float | None
    rounds: tuple[float, ...]
    ratio: float | None


@dataclass(frozen=True)
class Data:
    """What is drawn, fastest first."""

    marks: tuple[Mark, ...]
    log: bool
    baselines: tuple[str, ...]
    omitted: tuple[str, ...]


def data(summary: Summary) -> Data | None:
    """The marks of the figure, or None where no run was timed."""
    timed = [row for row in summary.rows if row.speed]
    if not timed:
        return None
    lonely = {row.baseline for row in timed if sum(other.baseline == row.baseline for other in timed) == 1}
    marks = tuple(_mark(row, compared=row.baseline not in lonely) for row in timed)
    values = [value for mark in marks for value in (*mark.rounds, mark.median)]
    omitted = tuple(row.label for row in summary.rows if not row.speed)
    baselines = tuple(name for name in summary.baselines if name not in lonely)
    return Data(marks, max(values) / min(values) >= LOG_SPREAD, baselines, omitted)


def draw(data: Data) -> Figure:
    """The figure, one row an implementation."""
    plot = rows.start([mark.label for mark in data.marks], extra=0.18)
    axes, mixed = plot.axes, len({len(mark.rounds) for mark in data.marks}) > 1
    for y, mark in zip(plot.y, data.marks, strict=True):
        rows.measured(axes, y, mark.median, mark.low, mark.high, mark.rounds)
        rows.value(axes, y, units.rate(mark.median))
        if mark.ratio is not None:
            rows.value(axes, y, units.ratio(mark.ratio) if mark.ratio != 1 else "1", inches=0.92)
        if mixed and len(mark.rounds) == 1:
            rows.value(axes, y + 0.1, "n = 1", soft=True)
    rows.value(axes, -0.08, "words/s", soft=True)
    if any(mark.ratio is not None for mark in data.marks):
        rows.value(axes, -0.08, "ratio", inches=0.92, soft=True)
    ends = [end for mark in data.marks for end in (*mark.rounds, mark.low, mark.high) if end is not None]
    rows.rate_axis(axes, min(ends), max(ends), log=data.log, room=0.06)
    rows.name_axis(plot.figure, f"Training speed (words/s{', log scale' if data.log else ''})", _named(data))
    return plot.figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    axis = " Logarithmic axis." if data.log else ""
    bases = (
        f" Ratio: words/s divided by those of {', '.join(data.baselines)} in the same round, the median."
        if data.baselines
        else ""
    )
    left_out = f" Without a measured speed, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    return (
        "Training speed in words/s (in-vocabulary words × epochs ÷ seconds of training): "
        f"{_named(data)}.{bases}{axis}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    parts = (
        f"{mark.label} {units.rate(mark.median)}" + (f", ratio {units.ratio(mark.ratio)}" if mark.ratio else "")
        for mark in data.marks
    )
    return f"Training speed in words per second by implementation, fastest first: {'; '.join(parts)}."


def _mark(row: Row, *, compared: bool) -> Mark:
    assert row.speed is not None  # the caller looked
    ratio = row.ratio.value if row.ratio and compared else None
    return Mark(row.label, row.speed.value, row.speed.low, row.speed.high, row.speed.values, ratio)


def _named(data: Data) -> str:
    counts = sorted({len(mark.rounds) for mark in data.marks})
    if counts == [1]:
        return "one round (n = 1), no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"median, 95 % bootstrap interval; dots: rounds (n = {span})"
