"""Lists of words with a dot for each, laid out in lines under headings: every place is set in inches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..figures import style
from .names import columns, shown
from .scatter import tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from .neighbors import List

_MARGIN, _TITLE, _HEAD, _ROW, _TICKS, _GAP = 0.06, 0.18, 0.15, 0.118, 0.16, 0.1
"""Inches: around all; of a panel's title, a list's heading, a word, the numbers of an axis; between lines of lists."""

_NAMES = {1: 0.5, 2: 0.56, 3: 0.64}
"""Share of a list's width that its names take, by the number of lists in a line."""

_MOST = max(_NAMES)
"""Lists in a line."""


def draw(panels: Sequence[Sequence[List]], *, by_word: bool, compared: bool) -> Figure:
    """The figure, of column width and as high as it has lists.

    Args:
        panels: one under the other.
        by_word: a panel is a word and its lists are systems; otherwise the other way round.
        compared: dots are filled or hollow, and panels have titles.
    """
    from matplotlib.figure import Figure

    across = min(_MOST, max(map(len, panels)))
    deep = max(1, *(len(one.neighbors) for panel in panels for one in panel))
    lines = [math.ceil(len(panel) / across) for panel in panels]
    line, title = _HEAD + _ROW * deep + _GAP, _TITLE if compared else 0.0
    foot = _MARGIN + (0.3 if compared else 0.17)
    height = _MARGIN + len(panels) * title + sum(lines) * line + _TICKS - _GAP + foot
    figure = Figure(figsize=(style.COLUMN_WIDTH, height))
    width = (style.COLUMN_WIDTH - 2 * _MARGIN) / across
    top, limits = height - _MARGIN, _limits(panels)
    for panel, n in zip(panels, lines, strict=True):
        if panel is not panels[0]:
            _rule(figure, top + _GAP / 2)
        if compared:
            name = panel[0].word if by_word else panel[0].system
            _text(figure, _MARGIN, top, name, style.COLUMN_WIDTH - 2 * _MARGIN, size=8)
            top -= title
        for place, one in enumerate(panel):
            left, head = _MARGIN + place % across * width, top - place // across * line
            _text(figure, left, head, one.system if by_word else one.word, width - 0.06, size=7)
            bottom = head - _HEAD - _ROW * deep
            room = _NAMES[across] * width
            axes = _axes(figure, (left + room, bottom, width - room - 0.08, _ROW * deep), limits)
            _list(axes, one, 72 * room, deep, compared=compared)
            last = panel is panels[-1] and place + across >= len(panel)
            axes.tick_params(axis="x", labelbottom=last, length=2 if last else 0, pad=1.5, labelsize=6)
        top -= n * line
    marks = "\nfilled: also in the list of another system; hollow: only here" if compared else ""
    figure.text(0.5, _MARGIN / height, f"cosine{marks}", ha="center", va="bottom", fontsize=7, linespacing=1.35)
    return figure


def _axes(figure: Figure, box: tuple[float, float, float, float], limits: tuple[float, float]) -> Axes:
    """Where the dots of a list go; the box is in inches: left, bottom, width, height."""
    from matplotlib.ticker import MultipleLocator

    left, bottom, width, height = box
    across, up = figure.get_size_inches()
    axes = figure.add_axes((left / across, bottom / up, width / across, height / up))
    low, high = limits
    axes.set_xlim(low, high)
    axes.set_xticks([low, high], [tick(low), tick(high)])
    axes.xaxis.set_minor_locator(MultipleLocator(0.1 if high - low < 0.65 else 0.5))
    axes.grid(axis="x", which="both", lw=0.4)
    axes.tick_params(axis="x", which="minor", length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return axes


def _list(axes: Axes, one: List, room: float, deep: int, *, compared: bool) -> None:
    """The words of a list, with so many points of room for their names, and their dots."""
    axes.set_ylim(deep - 0.5, -0.5)
    for y, near in enumerate(one.neighbors):
        name = axes.annotate(
            "", (0, y), xycoords=axes.get_yaxis_transform(), xytext=(-room, 0), textcoords="offset points", va="center",
            fontsize=6.3, annotation_clip=False,
        )  # fmt: skip
        _fit(name, near.word, room - 4)
        filled = near.shared or not compared
        axes.axhline(y, color=style.GRID, lw=0.4, zorder=1)
        axes.plot(
            [near.cosine],
            [y],
            "o",
            ms=3.4,
            mec=style.BLUE,
            mew=0.8,
            mfc=style.BLUE if filled else style.PAGE,
            zorder=4,
            clip_on=False,
        )
    if not one.neighbors:
        axes.annotate(
            "no vector", (0, 0), xycoords=axes.get_yaxis_transform(), xytext=(-room, 0), textcoords="offset points",
            va="center", fontsize=6.3, color=style.SOFT, annotation_clip=False,
        )  # fmt: skip


def _rule(figure: Figure, y: float) -> None:
    """A line between panels, at a height in inches."""
    from matplotlib.lines import Line2D

    across, up = figure.get_size_inches()
    figure.add_artist(Line2D((_MARGIN / across, 1 - _MARGIN / across), (y / up, y / up), color=style.GRID, lw=0.6))


def _text(figure: Figure, left: float, top: float, text: str, room: float, *, size: float) -> None:
    """A heading, cut to its room; places are in inches."""
    across, up = figure.get_size_inches()
    artist = figure.text(left / across, top / up, "", va="top", fontsize=size, fontweight="bold")
    _fit(artist, text, 72 * room)


def _fit(artist: Text, word: str, room: float) -> None:
    """Set a text, cut so that it is no wider than so many points."""
    figure = artist.get_figure(root=True)
    assert figure is not None  # it was made by one
    width = max(1, columns(word))
    while True:
        artist.set_text(shown(word, width))
        taken = 72 * artist.get_window_extent().width / figure.dpi
        if taken <= room or width == 1:
            return
        width = max(1, min(width - 1, int(width * room / taken)))


def _limits(panels: Sequence[Sequence[List]]) -> tuple[float, float]:
    """Ends of the scale of cosines, both round: the numbers of two more digits would not fit under a list."""
    cosines = [near.cosine for panel in panels for one in panel for near in one.neighbors]
    low, high = math.floor(10 * min(cosines)), math.ceil(10 * max(cosines))
    return low / 10, max(high, low + 1) / 10
