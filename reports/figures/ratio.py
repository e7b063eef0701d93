"""Speed divided by the baseline's, with intervals: what a reader asks first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..summary import Row, Summary
from . import rows, style
from .speed import LOG_SPREAD

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "ratio"
TITLE = "Speed against the baseline"

_NAME = 20
"""Characters of a baseline's name that the axis label has room for."""


@dataclass(frozen=True)
class Mark:
    """One implementation in the figure: how many times as fast as its baseline it is."""

    label: str
    baseline: str
    ratio: float
    low: float | None
    high: float | None
    rounds: tuple[float, ...]


@dataclass(frozen=True)
class Data:
    """What is drawn, the highest ratio first."""

    marks: tuple[Mark, ...]
    baselines: tuple[str, ...]
    log: bool
    omitted: tuple[str, ...]


def data(summary: Summary) -> Data | None:
    """The marks of the figure, or None where nothing has a baseline other than itself."""
    marks = [_mark(row) for row in summary.rows if row.ratio is not None and not row.is_baseline]
    if not marks:
        return None
    marks.sort(key=lambda mark: -mark.ratio)
    baselines = tuple(name for name in summary.baselines if any(mark.baseline == name for mark in marks))
    shown = {*baselines, *(mark.label for mark in marks)}
    values = [1.0, *(value for mark in marks for value in (mark.ratio, *mark.rounds))]
    omitted = tuple(row.label for row in summary.rows if row.label not in shown)
    return Data(tuple(marks), baselines, max(values) / min(values) >= LOG_SPREAD, omitted)


def draw(data: Data) -> Figure:
    """The figure, one row an implementation, and a line where speeds are equal."""
    plot = rows.start([mark.label for mark in data.marks])
    axes, mixed = plot.axes, len({len(mark.rounds) for mark in data.marks}) > 1
    axes.axvline(1, color=style.INK, lw=0.9, zorder=2)
    for y, mark in zip(plot.y, data.marks, strict=True):
        rows.measured(axes, y, mark.ratio, mark.low, mark.high, mark.rounds)
        rows.value(axes, y, units.ratio(mark.ratio))
        if mixed and len(mark.rounds) == 1:
            rows.value(axes, y + 0.1, "n = 1", soft=True)
    ends = [1.0]
    ends += [end for mark in data.marks for end in (*mark.rounds, mark.low, mark.high) if end is not None]
    rows.rate_axis(axes, min(ends), max(ends), log=data.log, room=0.06)
    base = data.baselines[0] if len(data.baselines) == 1 and len(data.baselines[0]) <= _NAME else "baseline"
    rows.name_axis(plot.figure, f"Speed ÷ {base}{' (log scale)' if data.log else ''}", _named(data))
    return plot.figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    bases = "the baseline with the same hyperparameters and threads" if len(data.baselines) > 1 else data.baselines[0]
    several = f" Baselines: {', '.join(data.baselines)}." if len(data.baselines) > 1 else ""
    left_out = f" Without a round shared with a baseline, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    return (
        f"Words/s divided by those of {bases} in the same round: {_named(data)}. At the line both are equally fast; an "
        f"interval that holds 1 shows no difference.{' Logarithmic axis.' if data.log else ''}{several}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    parts = (
        f"{mark.label} {units.ratio(mark.ratio)}"
        + (f" ({units.ratio_range(mark.low, mark.high)})" if mark.low is not None and mark.high is not None else "")
        + (f" of {mark.baseline}" if len(data.baselines) > 1 else "")
        for mark in data.marks
    )
    base = data.baselines[0] if len(data.baselines) == 1 else "the baseline"
    return f"Training speed divided by that of {base}, the highest ratio first: {'; '.join(parts)}."


def _mark(row: Row) -> Mark:
    assert row.ratio is not None  # the caller looked
    assert row.baseline is not None  # every ratio has one
    return Mark(row.label, row.baseline, row.ratio.value, row.ratio.low, row.ratio.high, row.ratio.values)


def _named(data: Data) -> str:
    counts = sorted({len(mark.rounds) for mark in data.marks})
    if counts == [1]:
        return "one round (n = 1), no interval"
    span = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    return f"median, 95 % bootstrap interval; dots: rounds (n = {span})"
