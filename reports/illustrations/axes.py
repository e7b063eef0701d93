"""Words on two chosen axes, such as woman − man and king − man."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..units import MINUS
from . import scatter
from .answers import Answers, found_points, missing, without
from .names import file_name, shown
from .scatter import Point, two

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Words on two axes"

_END = 16
"""Columns of a word that names an end of an axis."""


@dataclass(frozen=True)
class Data:
    """What is drawn.

    Attributes:
        name: of the files.
        x, y: the two words of an axis, that of its high end first.
        points: coordinates are cosines with the axes; special are the words of the axes.
        cosine: of the two axes.
        missing: words without a vector.
        source: whose vectors.
    """

    name: str
    x: tuple[str, str]
    y: tuple[str, str]
    points: tuple[Point, ...]
    cosine: float
    missing: tuple[str, ...]
    source: str


def data(answers: Answers, *name: str) -> Data | None:
    """The points, or None where the axes could not be laid."""
    found = answers.axes
    if found is None or not found["points"]:
        return None
    spelled = {point["word"]: point["found"] for point in found["points"]}
    a, b, c, d = (spelled[word] for word in (*found["x"], *found["y"]))
    points = found_points(found)
    return Data(
        name=file_name("axes", a, b, c, d, *name),
        x=(shown(a), shown(b)),
        y=(shown(c), shown(d)),
        points=tuple(Point(shown(one["found"]), one["x"], one["y"], one["found"] in (a, b, c, d)) for one in points),
        cosine=found["cosine"],
        missing=missing(found["points"]),
        source=answers.source,
    )


def draw(data: Data) -> Figure:
    """The figure: words as dots, the words of the axes as diamonds, both ends of each axis named."""
    figure, axes = scatter.start(data.points)
    _name(figure, axes, data)
    scatter.fill(axes, data.points)
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    return (
        f"{len(data.points)} words on two axes: across, the cosine of a word with {_axis(data.x)}; up, with "
        f"{_axis(data.y)}; all vectors of length 1. Diamonds are the words of the axes. {_angle(data)} What is "
        "at right angles to both is not seen: words that are near each other here need not be alike."
        f"{without(data.missing)} {data.source}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    points = "; ".join(map(str, data.points))
    return f"Scatter of words by their cosines with {_axis(data.x)} and {_axis(data.y)}: {points}."


def _axis(pair: tuple[str, str]) -> str:
    return f"{pair[0]} {MINUS} {pair[1]}"


def _angle(data: Data) -> str:
    told = f"The axes have a cosine of {two(data.cosine)} with each other"
    if abs(data.cosine) > 0.5:
        return f"{told}: both show much of the same, though they are drawn at right angles."
    return f"{told} (0: independent), though they are drawn at right angles."


def _name(figure: Figure, axes: Axes, data: Data) -> None:
    """Names of the axes, and between them and the numbers which word is at which end."""
    (right, left), (top, bottom) = ([shown(word, _END) for word in pair] for pair in (data.x, data.y))
    axes.set_xlabel(f"cosine with {right} {MINUS} {left}", labelpad=12)
    axes.set_ylabel(f"cosine with {top} {MINUS} {bottom}", labelpad=12)
    figure.draw_without_rendering()
    numbers = max(label.get_window_extent().width for label in axes.get_yticklabels()) * 72 / figure.dpi
    look: Any = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 7}
    axes.annotate(f"← {left}", (0, 0), (0, -15), va="top", ha="left", **look)
    axes.annotate(f"{right} →", (1, 0), (0, -15), va="top", ha="right", **look)
    axes.annotate(f"← {bottom}", (0, 0), (-numbers - 8, 0), va="bottom", ha="right", rotation=90, **look)
    axes.annotate(f"{top} →", (0, 1), (-numbers - 8, 0), va="top", ha="right", rotation=90, **look)
