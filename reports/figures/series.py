"""What figures share that draw several implementations on one line: who is drawn, how each looks, and the legend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MOST = 6
"""Implementations in one such figure: more markers than that cannot be told apart at column width."""

_LINE = 0.125
"""Inches that a line of the legend takes."""

_WIDTH = 24
"""Characters of a line of the legend."""


@dataclass(frozen=True)
class Look:
    """How a series is drawn: every one has its own marker, and neighbours differ in their filling, too."""

    marker: str
    colour: str
    filled: bool


LOOKS = (
    Look("o", style.BLUE, True),
    Look("^", style.VERMILION, False),
    Look("s", style.GREEN, True),
    Look("D", style.INK, False),
    Look("v", style.ORANGE, True),
    Look("X", style.PURPLE, False),
)


def chosen(labels: Sequence[str], always: Collection[str] = ()) -> tuple[str, ...]:
    """The labels that are drawn, in their order: those in ``always``, then the first, ``MOST`` in all."""
    kept = [label for label in labels if label in always][:MOST]
    kept += [label for label in labels if label not in kept][: MOST - len(kept)]
    return tuple(label for label in labels if label in kept)


def hidden(labels: Sequence[str], shown: Sequence[str]) -> str:
    """The sentence of a caption about those that are not drawn; empty where all are."""
    left = [label for label in labels if label not in shown]
    if not left:
        return ""
    return f" Drawn are the baselines and the fastest, {MOST} in all; not shown: {', '.join(left)}."


def offsets(n: int, pitch: float) -> list[float]:
    """Where the series of a row stand, in inches from its middle, the first on top."""
    return [pitch * (i - (n - 1) / 2) for i in range(n)]


def mark(axes: Axes, x: float, y: float, look: Look, *, size: float = 3.8) -> None:
    """A value."""
    inside = look.colour if look.filled else style.PAGE
    axes.plot([x], [y], look.marker, ms=size, mfc=inside, mec=look.colour, mew=0.8, zorder=4)


def interval(axes: Axes, y: float, low: float, high: float, look: Look) -> None:
    """The interval of a value, thin: there are many."""
    axes.plot([low, high], [y, y], "-", color=look.colour, lw=0.8, zorder=3, solid_capstyle="butt")


def legend(figure: Figure, labels: Sequence[str], *, line: str = "") -> None:
    """A legend over the plot.

    Args:
        figure: with a layout that leaves room (see ``legend_inches``).
        labels: in the order of ``LOOKS``.
        line: style of the line that joins a series' values, where one does.
    """
    handles = [_handle(label, look, line) for label, look in zip(labels, LOOKS, strict=False)]
    figure.legend(
        handles=handles, loc="outside upper center", ncols=_columns(labels), handletextpad=0.4, columnspacing=1.2,
        handlelength=1.6 if line else 0.8, labelspacing=0.35, borderaxespad=0.2, borderpad=0.1,
    )  # fmt: skip


def legend_inches(labels: Sequence[str]) -> float:
    """The height that a legend adds to a figure."""
    lines = [style.broken(label, _WIDTH).count("\n") + 1.35 for label in labels]
    n = _columns(labels)
    deep = -(-len(lines) // n)
    return _LINE * max(sum(lines[i : i + deep]) for i in range(0, len(lines), deep)) + 0.08


def _columns(labels: Sequence[str]) -> int:
    """As many columns as the longest lines leave room for."""
    longest = max(len(line) for label in labels for line in style.broken(label, _WIDTH).split("\n"))
    return min(len(labels), 3 if longest <= 13 else 2)


def _handle(label: str, look: Look, line: str) -> Line2D:
    from matplotlib.lines import Line2D

    text = style.broken(label, _WIDTH)
    return Line2D(
        [], [], ls=line, lw=1.0, color=look.colour, marker=look.marker, ms=4.2, mew=0.8, mec=look.colour,
        mfc=look.colour if look.filled else style.PAGE,
        label=f"\N{ZERO WIDTH SPACE}{text}" if text.startswith("_") else text,  # matplotlib hides labels of that kind
    )  # fmt: skip
