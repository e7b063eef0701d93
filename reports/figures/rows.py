"""What figures with one row an implementation share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE = 0.125
"""Inches that a line of a label takes."""


@dataclass(frozen=True)
class Rows:
    """An empty plot with a labelled row for each name, the first on top; one unit of y is an inch."""

    figure: Figure
    axes: Axes
    y: tuple[float, ...]


def start(labels: Sequence[str], *, extra: float = 0.0, least: float = 0.29) -> Rows:
    """A figure of column width, each row as high as its label needs.

    Args:
        labels: names of the rows.
        extra: inches added to the height, for a legend or headings.
        least: inches of the lowest row.
    """
    from matplotlib.figure import Figure

    names = [style.broken(label) for label in labels]
    heights = [max(least, 0.07 + _LINE * (name.count("\n") + 1)) for name in names]
    tops = [sum(heights[:i]) for i in range(len(heights))]
    centres = tuple(top + height / 2 for top, height in zip(tops, heights, strict=True))
    figure = Figure(figsize=(style.COLUMN_WIDTH, sum(heights) + 0.56 + extra), layout="constrained")
    axes = figure.add_subplot()
    axes.set_yticks(centres, names)
    axes.set_ylim(sum(heights), 0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    return Rows(figure, axes, centres)


def interval(axes: Axes, y: float, low: float, high: float) -> None:
    """An interval with caps, so that its ends show where the marker is wider than it."""
    axes.plot([low, high], [y, y], "|-", color=style.BLUE, ms=5, mew=1, lw=1.4, zorder=3)


def centre(axes: Axes, x: float, y: float) -> None:
    """The marker of a row's value."""
    axes.plot([x], [y], "o", ms=5, color=style.BLUE, mec=style.PAGE, mew=0.5, zorder=4)


def measured(axes: Axes, y: float, x: float, low: float | None, high: float | None, rounds: Sequence[float]) -> None:
    """A row's value with its interval, where it has one, and its rounds as dots below."""
    axes.plot(rounds, [y + 0.085] * len(rounds), "o", ms=2.4, mfc="none", mec=style.SOFT, mew=0.6)
    if low is not None and high is not None:
        interval(axes, y, low, high)
    centre(axes, x, y)


def value(axes: Axes, y: float, text: str, *, inches: float = 0.47, soft: bool = False) -> None:
    """A number of a row, flush right that many inches from the right end of the axes."""
    axes.annotate(
        text, (1, y), xycoords=axes.get_yaxis_transform(), xytext=(72 * inches, 0), textcoords="offset points",
        va="center", ha="right", fontsize=6 if soft else 7, color=style.SOFT if soft else style.INK,
        annotation_clip=False,
    )  # fmt: skip


def name_axis(figure: Figure, quantity: str, marks: str) -> None:
    """The axis label across the whole width: the quantity with its unit, and under it what the marks are."""
    figure.supxlabel(f"{quantity}\n{marks}", fontsize=7, color=style.INK, linespacing=1.35)


def rate_axis(axes: Axes, low: float, high: float, *, log: bool, room: float) -> None:
    """An x axis of words/s, with ``room`` (a share of the data's length) left free beside the data."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    if log:
        factor = 10 ** (room * math.log10(high / low))
        axes.set_xscale("log")
        axes.set_xlim(low / factor, high * factor)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high / low > 100 else (1.0, 3.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_xlim(0, high * (1 + room))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: units.tick(value))
