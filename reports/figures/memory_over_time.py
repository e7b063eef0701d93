"""Memory over time while corpora of growing length are encoded and trained on: a row a corpus, a column a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import units
from . import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "memory-over-time"
TITLE = "Memory over time"

ROW_HEIGHT = 0.95
"""Inches."""

OWN, FILES = style.BLUE, style.GRID
"""One is dark and the other light, so that they are told apart in grey print."""


@dataclass(frozen=True)
class Panel:
    """One process: resident bytes of its own and of mapped files at seconds since it started.

    Attributes:
        train: when training began, None for an encoding.
    """

    seconds: tuple[float, ...]
    own: tuple[float, ...]
    files: tuple[float, ...]
    train: float | None

    @property
    def peak(self) -> float:
        return max(own + files for own, files in zip(self.own, self.files, strict=True))


@dataclass(frozen=True)
class Row:
    """A corpus: its words and distinct words, and its processes in the order of the columns, None where one failed."""

    words: int
    types: int
    panels: tuple[Panel | None, ...]


@dataclass(frozen=True)
class Data:
    """What is drawn."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def data(log: Mapping[str, Any]) -> Data | None:
    """The first round of what ``bench.benchmarks.big_corpus`` wrote, each corpus with its lowest ``min_count``; None
    where no memory was measured.
    """
    least: dict[str, Mapping[str, Any]] = {}
    for corpus in log["corpora"]:
        kept = least.setdefault(corpus["folder"], corpus)
        least[corpus["folder"]] = min(kept, corpus, key=lambda one: one["min_count"])
    names = tuple(dict.fromkeys(run["implementation"] for run in log["runs"]))
    found = []
    for corpus in sorted(least.values(), key=lambda one: one["source_tokens"]):
        runs = {
            run["implementation"]: run
            for run in reversed(log["runs"])
            if (run["folder"], run["min_count"]) == (corpus["folder"], corpus["min_count"])
        }
        panels = (_panel(corpus["encode_curve"]), *(_panel(runs[n]["curve"]) if n in runs else None for n in names))
        found.append(Row(corpus["source_tokens"], corpus["source_types"], panels))
    if not any(panel for row in found for panel in row.panels):
        return None
    return Data(("encoding", *names), tuple(found))


def draw(data: Data) -> Figure:
    """The figure, at column width for two processes, all panels with the same height of a byte."""
    from matplotlib.figure import Figure

    width = style.COLUMN_WIDTH * max(1.0, len(data.columns) / 2)
    figure = Figure(figsize=(width, ROW_HEIGHT * len(data.rows) + 0.75), layout="constrained")
    grid = figure.subplots(len(data.rows), len(data.columns), squeeze=False, sharey=True)
    top = max(panel.peak for row in data.rows for panel in row.panels if panel is not None)
    for row, axes_of_row in zip(data.rows, grid, strict=True):
        for panel, axes in zip(row.panels, axes_of_row, strict=True):
            _draw_panel(axes, panel)
            axes.set_ylim(0, 1.05 * top)
        axes_of_row[0].set_ylabel(f"{units.rate(row.words)} words", fontsize=7)
    for name, axes in zip(data.columns, grid[0], strict=True):
        axes.set_title(style.broken(name), fontsize=7, pad=3)
    rows.name_axis(figure, "Seconds since the process started", _marks(data))
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    corpora = ", ".join(f"{units.rate(row.words)} words ({units.count(row.types)} distinct)" for row in data.rows)
    return (
        f"Resident memory of fresh processes that encode and train on corpora of {corpora}. Dark: the process's own "
        "(heap and stacks); light, on top of it: pages of mapped files, shared libraries and the corpus, which the "
        "system can take back. Dotted line: training begins. The vertical axis is the same everywhere."
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    told = [
        f"{units.rate(row.words)} words, {name}: peak {units.memory(panel.peak)}, "
        f"of its own at most {units.memory(max(panel.own))}"
        for row in data.rows
        for name, panel in zip(data.columns, row.panels, strict=True)
        if panel is not None
    ]
    return f"Memory over time. {'; '.join(told)}"


def _panel(curve: Mapping[str, Any]) -> Panel | None:
    """A process until it began to score its vectors; None where nothing was measured."""
    end = curve["phases"].get("evaluate", float("inf"))
    until = sum(seconds <= end for seconds in curve["seconds"])
    if until == 0:
        return None
    seconds, own, files = (tuple(curve[key][:until]) for key in ("seconds", "anonymous", "file"))
    return Panel(seconds, own, files, curve["phases"].get("train"))


def _draw_panel(axes: Axes, panel: Panel | None) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{units.tick(value)}B" if value else "0")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.tick_params(axis="both", labelsize=6.5)
    if panel is None:
        axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", va="center", color=style.SOFT)
        return
    both = [own + files for own, files in zip(panel.own, panel.files, strict=True)]
    axes.fill_between(panel.seconds, panel.own, both, color=FILES, lw=0, zorder=2)
    axes.plot(panel.seconds, both, color=style.SOFT, lw=0.5, zorder=3)
    axes.fill_between(panel.seconds, 0, panel.own, color=OWN, lw=0, zorder=2)
    if panel.train is not None:
        axes.axvline(panel.train, color=style.INK, lw=0.6, ls=(0, (1, 2)), zorder=4)
    axes.set_xlim(0, max(panel.seconds[-1], 1e-3))


def _marks(data: Data) -> str:
    trained = " dotted: training begins" if len(data.columns) > 1 else ""
    return f"dark: memory of its own; light: pages of files;{trained}".rstrip(";")
