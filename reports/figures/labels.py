"""Names beside points, moved until none covers a point or another name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_SIZE = 6.8
"""Of the type, in points."""

_CLEAR = 4.0
"""Half the side of the square that a point's marker keeps free, in points."""

_RADII = (6, 10, 15, 21, 28, 36, 46, 58, 72, 90, 110, 135, 160)
"""Distances tried, in points: near ones first. Beyond the second a thin line ties the name to its point."""

_ANGLES = (0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240)
"""Directions tried, in degrees: beside the point before above and below it."""


@dataclass(frozen=True)
class Spot:
    """A point to name, in data coordinates; ``ends`` are those of its intervals, which names keep off too."""

    name: str
    point: tuple[float, float]
    ends: tuple[tuple[float, float], ...] = ()


def place(axes: Axes, spots: Sequence[Spot], *, broken: bool = True) -> None:
    """Write each point's name at the nearest free place inside the axes.

    Call it last, with final limits and labels: it measures the finished layout. Crowded points come first, as they
    have the fewest choices. A name that finds no free place may cross an interval, then its line another name, and
    failing all that it stands right of its point: a crowded figure is better than a silent gap. ``broken`` names stand
    on short lines, others are words, which stay as they are.
    """
    from matplotlib.transforms import Bbox

    figure = axes.get_figure(root=True)
    assert figure is not None  # axes are made by our own figures
    figure.draw_without_rendering()
    unit = figure.dpi / 72
    frame = axes.get_window_extent()
    points = [_pixels(axes, spot.point) for spot in spots]
    side = _CLEAR * unit
    taken = [Bbox.from_bounds(x - side, y - side, 2 * side, 2 * side) for x, y in points]
    bars = [
        _bar(point, _pixels(axes, end), unit) for spot, point in zip(spots, points, strict=True) for end in spot.ends
    ]
    for index in sorted(range(len(spots)), key=lambda i: _nearest(i, points)):
        text = style.broken(spots[index].name, 22) if broken else spots[index].name
        size = _extent(axes, text)
        boxes = [(offset, _box(points[index], offset, size, unit)) for offset in _offsets()]
        inside = [(offset, box) for offset, box in boxes if _inside(box, frame)]
        others = taken[:index] + taken[index + 1 :]
        apart = [(offset, box) for offset, box in inside if not any(box.overlaps(other) for other in taken)]
        free = [(offset, box) for offset, box in apart if not _crosses(points[index], offset, others, unit)]
        clear = [(offset, box) for offset, box in free if not any(box.overlaps(bar) for bar in bars)]
        offset, box = [*clear[:1], *free[:1], *apart[:1], *boxes][0]
        taken.append(box)
        line = {"arrowstyle": "-", "lw": 0.5, "color": style.SOFT, "shrinkA": 0, "shrinkB": 3}
        note = axes.annotate(
            text, spots[index].point, xytext=(offset.dx, offset.dy), textcoords="offset points", fontsize=_SIZE,
            ha=offset.across, va=offset.up, zorder=5, linespacing=1.0, arrowprops=line if offset.far else None,
        )  # fmt: skip
        note.set_in_layout(False)


@dataclass(frozen=True)
class _Offset:
    """Where a name stands from its point, in points, and which of its edges is there."""

    dx: float
    dy: float
    across: Literal["left", "center", "right"]
    up: Literal["bottom", "center", "top"]
    far: bool


def _offsets() -> Iterator[_Offset]:
    for step, radius in enumerate(_RADII):
        for angle in _ANGLES:
            dx, dy = radius * math.cos(math.radians(angle)), radius * math.sin(math.radians(angle))
            across: Literal["left", "center", "right"] = "left" if dx > 1 else "right" if dx < -1 else "center"
            up: Literal["bottom", "center", "top"] = "bottom" if dy > 1 else "top" if dy < -1 else "center"
            yield _Offset(dx, dy, across, up, far=step > 1)


def _box(point: Sequence[float], offset: _Offset, size: tuple[float, float], unit: float) -> Bbox:
    from matplotlib.transforms import Bbox

    left = point[0] + offset.dx * unit - {"left": 0.0, "center": 0.5, "right": 1.0}[offset.across] * size[0]
    bottom = point[1] + offset.dy * unit - {"bottom": 0.0, "center": 0.5, "top": 1.0}[offset.up] * size[1]
    return Bbox.from_bounds(left, bottom, *size)


def _crosses(point: Sequence[float], offset: _Offset, boxes: Sequence[Bbox], unit: float) -> bool:
    """Whether the line from a point to its name would run through one of the boxes."""
    ends = (point[0] + offset.dx * unit, point[1] + offset.dy * unit)
    steps = [i / 10 for i in range(11)] if offset.far else []
    along = [(point[0] + t * (ends[0] - point[0]), point[1] + t * (ends[1] - point[1])) for t in steps]
    return any(box.contains(x, y) for x, y in along for box in boxes)


def _bar(start: Sequence[float], end: Sequence[float], unit: float) -> Bbox:
    from matplotlib.transforms import Bbox

    (left, right), (bottom, top) = (sorted(pair) for pair in zip(start, end, strict=True))
    return Bbox.from_extents(left - unit, bottom - unit, right + unit, top + unit)


def _pixels(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    x, y = axes.transData.transform(point)
    return float(x), float(y)


def _extent(axes: Axes, text: str) -> tuple[float, float]:
    """Width and height of a text in pixels."""
    probe = axes.text(0, 0, text, transform=None, fontsize=_SIZE, linespacing=1.0)
    box = probe.get_window_extent()
    probe.remove()
    return box.width, box.height


def _inside(box: Bbox, frame: Bbox) -> bool:
    return bool(box.x0 >= frame.x0 and box.x1 <= frame.x1 and box.y0 >= frame.y0 and box.y1 <= frame.y1)


def _nearest(index: int, points: Sequence[Sequence[float]]) -> float:
    """Pixels to the nearest other point; small means crowded."""
    others = [math.dist(points[index], other) for i, other in enumerate(points) if i != index]
    return min(others, default=0.0)
