"""Peak memory by implementation, and that of the GPU beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..summary import Row, Summary
from . import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "memory"
TITLE = "Peak memory"


@dataclass(frozen=True)
class Mark:
    """One implementation in the figure: the largest peaks of its runs, in bytes; None where none was measured."""

    label: str
    host: float | None
    gpu: float | None
    runs: int


@dataclass(frozen=True)
class Data:
    """What is drawn, in the order of the speed figure."""

    marks: tuple[Mark, ...]
    omitted: tuple[str, ...]

    @property
    def gpu(self) -> bool:
        return any(mark.gpu is not None for mark in self.marks)


def data(summary: Summary) -> Data | None:
    """The marks of the figure, or None where no memory was measured."""
    marks = tuple(mark for row in summary.rows if (mark := _mark(row)) is not None)
    shown = {mark.label for mark in marks}
    return Data(marks, tuple(row.label for row in summary.rows if row.label not in shown)) if marks else None


def draw(data: Data) -> Figure:
    """The figure, one row an implementation; bars begin at zero."""
    from matplotlib.ticker import MaxNLocator

    plot = rows.start([mark.label for mark in data.marks], extra=0.18 if data.gpu else 0.0)
    axes = plot.axes
    for y, mark in zip(plot.y, data.marks, strict=True):
        if mark.host is not None:
            _bar(axes, y, mark.host, gpu=False)
            rows.value(axes, y, units.memory(mark.host), inches=0.56)
        if mark.gpu is not None:
            _bar(axes, y, mark.gpu, gpu=True)
            rows.value(axes, y, units.memory(mark.gpu), inches=1.17)
    if data.gpu:
        rows.value(axes, -0.08, "memory", inches=0.56, soft=True)
        rows.value(axes, -0.08, "GPU", inches=1.17, soft=True)
    largest = max(peak for mark in data.marks for peak in (mark.host, mark.gpu) if peak is not None)
    axes.set_xlim(0, largest * 1.04)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if data.gpu else 4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{units.tick(value)}B" if value else "0")
    rows.name_axis(plot.figure, "Peak memory (1 MB = 1,000,000 bytes)", _named(data))
    return plot.figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    left_out = f" Without a measured peak, not shown: {', '.join(data.omitted)}." if data.omitted else ""
    gpu = " GPU memory: the most that torch held there." if data.gpu else ""
    return (
        f"Peak memory of the worker process (its resident set, corpus pages it has read included): {_named(data)}. "
        f"A largest value has no interval.{gpu}{left_out}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    parts = (
        mark.label
        + (f" {units.memory(mark.host)}" if mark.host is not None else "")
        + (f", GPU {units.memory(mark.gpu)}" if mark.gpu is not None else "")
        for mark in data.marks
    )
    return f"Peak memory by implementation. {'; '.join(parts)}"


def _mark(row: Row) -> Mark | None:
    host, gpu = (peak if peak is not None and peak > 0 else None for peak in (row.memory, row.gpu_memory))
    return Mark(row.label, host, gpu, row.finished) if host is not None or gpu is not None else None


def _bar(axes: Axes, y: float, peak: float, *, gpu: bool) -> None:
    """Host bars are filled, those of the GPU hollow and below them."""
    colour = style.VERMILION if gpu else style.BLUE
    axes.barh([y + (0.08 if gpu else -0.02)], [peak], height=0.08, fc=style.PAGE if gpu else colour, ec=colour, lw=0.8)


def _named(data: Data) -> str:
    counts = sorted({mark.runs for mark in data.marks})
    if counts == [1]:
        runs = "one run"
    else:
        runs = f"largest of {counts[0] if len(counts) == 1 else f'{counts[0]}–{counts[-1]}'} runs"
    return f"{runs}; hollow: GPU memory" if data.gpu else runs
