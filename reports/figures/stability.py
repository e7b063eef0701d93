"""Do implementations agree on nearest neighbours as much as runs of one do? A matrix of overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...benchmarks.neighbour_overlap import GROUPS, neighbour_overlap
from ...benchmarks.records import Results
from ...benchmarks.saved_vectors import System
from ...datasets.errors import InputError
from .. import units
from ..cells import cells
from . import rows, series, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "stability"
TITLE = "Stability of neighbours"

SIGNS = {"as high": "≈", "lower": "<", "undecided": "?"}
"""Of verdicts, under the number of a pair; a pair with too few runs for a verdict has none."""

_ROW = 0.42
"""Inches of a row, at least: a number and a sign under it."""


@dataclass(frozen=True)
class Pair:
    """Two implementations, or one and itself.

    Attributes:
        first, second: their labels; the same for runs of one implementation.
        overlap: mean share of the ten nearest neighbours that two runs have in common; None without a pair of runs.
        difference, low, high: between less the mean of the two within, and the ends of its 95 % interval.
        verdict: ``as high``, ``lower`` or ``undecided``, as ``evaluation.geometry.stability`` decides; None without an
            interval.
    """

    first: str
    second: str
    overlap: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Data:
    """What is drawn."""

    labels: tuple[str, ...]
    runs: tuple[int, ...]
    pairs: tuple[Pair, ...]
    k: int
    words: int
    """Asked of all bands together."""
    shared: int
    """Words that all files have, among which neighbours are sought."""
    margin: float
    hidden: tuple[str, ...]
    """With vectors, but without room."""


def saved_vectors(results: Results, directory: Path) -> dict[str, System]:
    """The saved vectors of each configuration, by its label in the report; files that are gone are left out.

    Args:
        results: of one directory, or merged ones whose ``vectors`` are absolute paths.
        directory: that the paths are relative to.
    """
    found = {}
    for cell in cells(results.runs):
        runs = [run for run in cell.finished if run.vectors and (directory / run.vectors).is_file()]
        runs.sort(key=lambda run: (run.seed, run.round))
        if runs:
            found[cell.label] = System([directory / str(run.vectors) for run in runs], [run.seed for run in runs])
    return found


def data(saved: Mapping[str, System], order: tuple[str, ...] = (), always: tuple[str, ...] = ()) -> Data | None:
    """Overlaps within and between implementations, or None where no two runs can be compared.

    Args:
        saved: vectors by label.
        order: labels as the report orders them.
        always: labels that are drawn before others, where there are too many.
    """
    labels = [label for label in order if label in saved] or list(saved)
    shown = series.chosen(labels, always)[:GROUPS]
    if sum(len(saved[label].files) for label in shown) < 2:
        return None
    try:
        record = neighbour_overlap({label: saved[label] for label in shown})
    except InputError:  # damaged, or of other words: `evaluate` says what is wrong with a file
        return None
    pairs = tuple(_pairs(record))
    if all(pair.overlap is None for pair in pairs):
        return None
    return Data(
        shown, tuple(group["runs"] for group in record["groups"].values()), pairs, record["k"],
        sum(record["bands"].values()), record["shared_words"], record["margin"],
        tuple(label for label in labels if label not in shown),
    )  # fmt: skip


def draw(data: Data) -> Figure:
    """The figure: the lower half of the matrix, darker where more neighbours are shared."""
    n = len(data.labels)
    names = [label if n == 1 else f"{i}  {label}" for i, label in enumerate(data.labels, 1)]
    plot = rows.start(names, least=_ROW, extra=0.12)
    axes = plot.axes
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_xticks(range(n), [str(i + 1) for i in range(n)] if n > 1 else [""])
    axes.tick_params(axis="x", length=0)
    edges = _edges(plot)
    for pair in data.pairs:
        column, row = sorted((data.labels.index(pair.first), data.labels.index(pair.second)))
        _cell(axes, column, plot.y[row], edges[row], pair)
    signs = [SIGNS[pair.verdict] for pair in data.pairs if pair.verdict]
    rows.name_axis(plot.figure, f"Share of the {data.k} nearest neighbours in common", _marks(data, bool(signs)))
    return plot.figure


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    counts = ", ".join(f"{label} {n}" for label, n in zip(data.labels, data.runs, strict=True))
    verdicts = ""
    if any(pair.verdict for pair in data.pairs):
        verdicts = (
            f" Verdicts on between less the mean of the two within: ≈ not lower by {data.margin:g} or more (95 % "
            "interval), < lower, ? undecided."
        )
    hidden = f" Not shown: {', '.join(data.hidden)}." if data.hidden else ""
    return (
        f"Mean share of the {data.k} nearest neighbours that two runs have in common; outlined: runs of one "
        f"implementation, which differ by the seed; others: a run of each, with different seeds. {data.words:,} words, "
        f"equally many of each band of frequency as far as there are, the bands weighing the same; neighbours among "
        f"{data.shared:,} words. Runs: {counts}.{verdicts}{hidden}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    said = []
    for pair in data.pairs:
        if pair.overlap is None:
            continue
        who = f"within {pair.first}" if pair.first == pair.second else f"between {pair.first} and {pair.second}"
        said.append(f"{who} {pair.overlap:.3f}" + (f" ({pair.verdict})" if pair.verdict else ""))
    return f"Mean share of nearest neighbours that two runs have in common. {'; '.join(said)}"


def _pairs(record: Mapping[str, Any]) -> list[Pair]:
    pairs = [Pair(label, label, group["within"]["all"]) for label, group in record["groups"].items()]
    for one in record["comparisons"]:
        ends = one["difference"], one["low"], one["high"]
        verdict = None if one["low"] is None else one["verdict"]
        pairs.append(Pair(one["first"], one["second"], one["between"], *ends, verdict))
    return pairs


def _edges(plot: rows.Rows) -> list[tuple[float, float]]:
    """Top and bottom of each row."""
    bottom = plot.axes.get_ylim()[0]
    tops = [0.0]
    for y in plot.y:
        tops.append(2 * y - tops[-1])  # a row's name stands in its middle
    tops[-1] = bottom
    return list(pairwise(tops))


def _cell(axes: Axes, column: int, y: float, ends: tuple[float, float], pair: Pair) -> None:
    from matplotlib.patches import Rectangle

    within = pair.first == pair.second
    gap = 0.03
    place = (column - 0.5 + gap, ends[0] + gap)
    size = (1 - 2 * gap, ends[1] - ends[0] - 2 * gap)
    # A clear blue over the page's own colour: the numbers stay readable on dark pages, too.
    axes.add_patch(Rectangle(place, *size, fc=style.BLUE, ec="none", alpha=0.5 * (pair.overlap or 0.0)))
    if within:
        axes.add_patch(Rectangle(place, *size, fc="none", ec=style.INK, lw=0.9))
    sign = SIGNS.get(pair.verdict or "", "")
    text = units.MISSING if pair.overlap is None else f"{pair.overlap:.3f}"
    axes.text(column, y, f"{text}\n{sign}" if sign else text, ha="center", va="center", fontsize=7, linespacing=1.1)


def _marks(data: Data, signs: bool) -> str:
    told = f"means over {data.words:,} words; outlined: runs of one implementation"
    if not signs:
        return told
    return f"{told}\nbetween against within: ≈ as high, < lower, ? undecided (95 %)"
