"""A family of words on the plane of its first two singular directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import scatter
from .answers import Answers, found_points, missing, without
from .names import file_name, shown
from .scatter import Point

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Map of a family of words"


@dataclass(frozen=True)
class Data:
    """What is drawn.

    Attributes:
        name: of the files.
        points: coordinates in units of the vectors' length, 1.
        variance: shares of both directions in the variance of these words.
        least: what both hold at the least, whatever the vectors.
        note: what makes the map one of several.
        missing: words without a vector.
        source: whose vectors.
    """

    name: str
    points: tuple[Point, ...]
    variance: tuple[float, float]
    least: float
    note: str | None
    missing: tuple[str, ...]
    source: str


def data(answers: Answers, *name: str) -> Data | None:
    """The points, or None where no map could be laid."""
    found = answers.word_map
    if found is None or found["variance"] is None:
        return None
    points = tuple(Point(shown(one["found"]), one["x"], one["y"]) for one in found_points(found))
    first, second = found["variance"]
    return Data(
        name=file_name("map", *(one["found"] for one in found_points(found)), *name),
        points=points,
        variance=(first, second),
        least=found["least"],
        note=found["note"],
        missing=missing(found["points"]),
        source=answers.source,
    )


def draw(data: Data) -> Figure:
    """The figure; a unit is as long on both axes, so that distances can be seen."""
    figure, axes = scatter.start(data.points)
    axes.set_xlabel(f"first direction ({_share(data.variance[0])} of the variance)")
    axes.set_ylabel(f"second direction ({_share(data.variance[1])})")
    scatter.equal_units(figure, axes)
    scatter.fill(axes, data.points)
    return figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    first, second = data.variance
    note = f" Note that {data.note}." if data.note else ""
    return (
        f"{len(data.points)} words on the first two singular directions of their vectors, scaled to length 1 and "
        f"centred. The plane shows {_share(first + second)} of their variance ({_share(first)} and "
        f"{_share(second)}); {len(data.points)} words of any kind would have {_share(data.least)} on it at the least. "
        "Distances in the plane are never larger than those of the vectors. Coordinates have no meaning of their own: "
        "the map may be turned or mirrored (signs are set so that the farthest word of each direction is on the "
        f"positive side).{note}{without(data.missing)} {data.source}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    return (
        f"Map of {len(data.points)} words that shows {_share(sum(data.variance))} of their variance: "
        f"{'; '.join(map(str, data.points))}."
    )


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
