"""Words as points with their names beside them: what the two kinds of maps share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...datasets.errors import InputError
from ..figures import style
from ..figures.labels import Spot, place
from ..units import MINUS
from .names import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 80
"""Words in one picture: names of more find no place on a page."""

_COLUMN = 24
"""Words for which a column of a paper is wide enough; more take the page's width."""

_PAGE_WIDTH = 7.0
"""Inches: both columns of a two-column paper."""

_NAME = 20
"""Columns of a word's name."""


@dataclass(frozen=True)
class Point:
    """A word; ``special`` ones are marked otherwise."""

    word: str
    x: float
    y: float
    special: bool = False

    def __str__(self) -> str:
        return f"{self.word} ({two(self.x)}, {two(self.y)})"


def start(points: Sequence[Point]) -> tuple[Figure, Axes]:
    """An empty figure with room for these points, and lines through 0 on both axes.

    Raises:
        InputError: their names would find no place.
    """
    from matplotlib.figure import Figure

    n = len(points)
    if n > MOST:
        raise InputError(f"a picture has room for {MOST} words, not for {n}: name fewer, or leave out --figures")
    narrow = n <= _COLUMN
    size = (style.COLUMN_WIDTH, 2.6 + 0.06 * max(0, n - 8)) if narrow else (_PAGE_WIDTH, 3.6 + 0.03 * (n - _COLUMN))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.grid(lw=0.4)
    axes.axhline(0, color=style.SOFT, lw=0.7, zorder=1)
    axes.axvline(0, color=style.SOFT, lw=0.7, zorder=1)
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.yaxis.set_major_formatter(lambda value, _: tick(value))
    axes.set_xlim(*_limits([point.x for point in points], 0.14))
    axes.set_ylim(*_limits([point.y for point in points], 0.09))
    return figure, axes


def fill(axes: Axes, points: Sequence[Point]) -> None:
    """Draw the points and their names; call it last, with final limits and labels."""
    from matplotlib.patheffects import withStroke

    for point in points:
        shape, inside = ("D", style.PAGE) if point.special else ("o", style.BLUE)
        size, colour = (3.6, style.VERMILION) if point.special else (4.2, style.BLUE)
        axes.plot([point.x], [point.y], shape, ms=size, mfc=inside, mec=colour, mew=0.9, zorder=4)
    before = len(axes.texts)
    place(axes, [Spot(shown(point.word, _NAME), (point.x, point.y)) for point in points], broken=False)
    for name in axes.texts[before:]:
        name.set_path_effects([withStroke(linewidth=1.6, foreground=style.PAGE)])  # lines do not run through it


def equal_units(figure: Figure, axes: Axes) -> None:
    """Widen the limits of one axis until a unit is as long on both."""
    for _ in range(2):  # other numbers on an axis may move the frame
        figure.draw_without_rendering()
        _widen(axes)
    figure.set_layout_engine("none")
    _widen(axes)


def _widen(axes: Axes) -> None:
    box, (left, right), (low, high) = axes.get_window_extent(), axes.get_xlim(), axes.get_ylim()
    unit = max((right - left) / box.width, (high - low) / box.height) / 2
    axes.set_xlim((left + right) / 2 - unit * box.width, (left + right) / 2 + unit * box.width)
    axes.set_ylim((low + high) / 2 - unit * box.height, (low + high) / 2 + unit * box.height)


def _limits(values: Sequence[float], room: float) -> tuple[float, float]:
    """Ends of an axis: all values and 0, with a share of their span left free at both ends."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = high - low or 1.0
    return low - room * span, high + room * span


def tick(value: float) -> str:
    """A number on an axis."""
    return f"{round(value, 6):g}".replace("-", MINUS)


def two(value: float) -> str:
    """A coordinate: ``0.31``, ``−0.02``."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", MINUS)
