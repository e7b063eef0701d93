"""An analogy as a heat map: a row each for king, man, woman, king − man + woman and queen, a column a dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..figures import style
from ..units import MINUS
from .answers import Answers
from .names import columns, file_name, listing, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

TITLE = "Components of an analogy"

_SMALL = 20
"""Up to so many dimensions the largest component ends the scale of colours; above, single ones must not wash it out."""

_CLIPPED = 99.0
"""Per cent of all components that the scale holds then."""

_SHARP = 300
"""Dimensions that are wide enough at column width to be drawn with sharp edges."""

_HEAD, _FOOT = 0.22, 0.58
"""Inches over and under the rows."""

_LABEL = 13
"""Columns of a line of a row's name."""


@dataclass(frozen=True)
class Row:
    """A row of the picture: components in the order of the columns, and the cosine with a − b + c."""

    name: str
    values: tuple[float, ...]
    cosine: float


@dataclass(frozen=True)
class Data:
    """What is drawn.

    Attributes:
        name: of the files.
        rows: a, b, c, a − b + c and, where there is one, the answer.
        dimensions: the dimension in each column, from 0: by its value in a − b + c, the lowest first.
        limit: both ends of the scale of colours are this far from 0.
        clipped: components that lie beyond.
        among: words that could have been the answer.
        rank_with_question: of the answer if a, b and c could be answers.
        source: whose vectors.
    """

    name: str
    rows: tuple[Row, ...]
    dimensions: tuple[int, ...]
    limit: float
    clipped: int
    among: int
    rank_with_question: int | None
    source: str

    @property
    def formula(self) -> str:
        return self.rows[3].name

    @property
    def answer(self) -> Row | None:
        return self.rows[4] if len(self.rows) > 4 else None


def data(answers: Answers, *name: str) -> Data | None:
    """The rows in the order of a − b + c, or None where the analogy has no answer to draw.

    Args:
        answers: of a system.
        name: what follows the words in the name of the files.
    """
    found = answers.analogy
    if found is None:
        return None
    formula = found["rows"][3]["vector"]
    order = sorted(range(len(formula)), key=lambda i: (formula[i], i))
    names = [shown(row["name"]) for row in found["rows"]]
    names[3] = f"{names[0]} {MINUS} {names[1]} + {names[2]}"
    rows = tuple(
        Row(name, tuple(row["vector"][i] for i in order), row["cosine"])
        for name, row in zip(names, found["rows"], strict=True)
    )
    sizes = sorted(abs(value) for row in rows for value in row.values)
    within = len(sizes) if len(order) <= _SMALL else round(len(sizes) * _CLIPPED / 100)
    limit = sizes[within - 1]
    return Data(
        name=file_name("analogy", *(row["name"] for row in found["rows"][:3]), *name),
        rows=rows,
        dimensions=tuple(order),
        limit=limit,
        clipped=sum(size > limit for size in sizes),
        among=found["among"],
        rank_with_question=found["rank_with_question"],
        source=answers.source,
    )


def draw(data: Data) -> Figure:
    """The figure: the three words, the formula and the answer, apart from each other."""
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    names = _names(data)
    heights = [max(0.25, 0.05 + 0.105 * (name.count("\n") + 1)) for name in names]
    gaps = [0.0, 0.025, 0.025, 0.09, 0.09][: len(names)]
    tops = [sum(heights[:i]) + sum(gaps[: i + 1]) for i in range(len(names))]
    total = tops[-1] + heights[-1]
    figure = Figure(figsize=(style.COLUMN_WIDTH, _HEAD + total + _FOOT))
    axes, bar = _frames(figure, names, total)
    scale, colours, wide = Normalize(-data.limit, data.limit), colour_map(), len(data.dimensions)
    for row, name, top, height in zip(data.rows, names, tops, heights, strict=True):
        axes.imshow(
            [row.values], extent=(0, wide, top + height, top), norm=scale, cmap=colours, aspect="auto",
            interpolation="nearest" if wide <= _SHARP else "antialiased",
        )  # fmt: skip
        _beside(axes, 0, top + height / 2, name)
        _beside(axes, 1, top + height / 2, _two(row.cosine))
    _beside(axes, 1, -0.09, "cosine", soft=True)
    axes.set_xlim(0, wide)
    axes.set_ylim(total, 0)
    axes.set_axis_off()
    _scale(figure, bar, data)
    middle = (axes.get_position().x0 + axes.get_position().x1) / 2
    figure.text(
        middle, (_FOOT - 0.05) / figure.get_figheight(), f"{wide} dimensions, by their value in the formula",
        ha="center", va="top", fontsize=7,
    )  # fmt: skip
    return figure


def _frames(figure: Figure, names: Sequence[str], total: float) -> tuple[Axes, Axes]:
    """Of the rows and of the scale of colours; the names on the left get the room that they take."""
    probe = figure.text(0, 0, "\n".join(names), fontsize=7.5)
    left = probe.get_window_extent().width / figure.dpi + 0.1
    probe.remove()
    across, up = figure.get_size_inches()
    width = (across - left - 0.36) / across
    rows = figure.add_axes((left / across, _FOOT / up, width, total / up))
    return rows, figure.add_axes((left / across, 0.32 / up, width, 0.07 / up))


def _scale(figure: Figure, bar: Axes, data: Data) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    drawn = figure.colorbar(
        ScalarMappable(Normalize(-data.limit, data.limit), colour_map()), cax=bar, orientation="horizontal",
        extend="both" if data.clipped else "neither", extendfrac=0.04,
    )  # fmt: skip
    drawn.outline.set_visible(False)
    drawn.set_ticks([-data.limit, 0, data.limit], labels=[_two(-data.limit), "0", _two(data.limit)])
    bar.tick_params(length=2, pad=1.5, labelsize=6.5)
    drawn.set_label("component of the vector scaled to length 1", fontsize=7, labelpad=2)


def colour_map() -> Colormap:
    """Cividis (Nuñez, Anderton & Renslow 2018): blue below 0, neutral grey at 0, yellow above.

    The colour-blind see it as others do, and it only gets lighter from end to end: in grey print, too, the sign shows,
    where maps that are light in the middle give −1 and 1 one grey.
    """
    from matplotlib import colormaps

    return colormaps["cividis"]


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    ends = f"; {data.clipped} components beyond its ends have the colours of the ends" if data.clipped else ""
    return (
        f"{data.formula} in {len(data.dimensions)} dimensions.{_answer(data)} Rows: vectors scaled to length 1; right: "
        f"their cosines with {data.formula}. Columns: dimensions, in every row by their value in {data.formula}: the "
        "more a row goes from dark to light as that one does, the more they point the same way. The scale of colours "
        f"is symmetric around 0{ends}. A dimension by itself means nothing: training fixes the angles between vectors, "
        f"not the axes. {data.source}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    told = "; ".join(f"{row.name} {_two(row.cosine)}" for row in data.rows)
    return (
        f"Heat map of {len(data.rows)} vectors in {len(data.dimensions)} dimensions, one row each, with their cosines "
        f"with {data.formula}: {told}.{_answer(data)}"
    )


def _answer(data: Data) -> str:
    left_out = listing(dict.fromkeys(row.name for row in data.rows[:3]))
    if data.answer is None:
        return f" There is no answer: the vectors hold no word beside {left_out}."
    rank = data.rank_with_question
    return (
        f" The answer is {data.answer.name}, with a cosine of {_two(data.answer.cosine)} at rank 1 of {data.among:,} "
        f"words; {left_out} are left out, as 3CosAdd does (at rank {rank} were they not)."
    )


def _names(data: Data) -> list[str]:
    """Names of the rows as the picture has them: short, and the formula on as many lines as it needs."""
    a, b, c, *answer = (shown(row.name, _LABEL) for row in (*data.rows[:3], *data.rows[4:]))
    formula = f"{a} {MINUS} {b} + {c}"
    if columns(formula) > _LABEL:
        first = f"{a} {MINUS} {b}"
        formula = f"{first}\n+ {c}" if columns(first) <= _LABEL else f"{a}\n{MINUS} {b}\n+ {c}"
    return [a, b, c, formula, *(f"{word}\n(rank 1)" for word in answer)]


def _beside(axes: Axes, side: int, y: float, text: str, *, soft: bool = False) -> None:
    """A text left (0) or right (1) of a row."""
    axes.annotate(
        text, (side, y), xycoords=axes.get_yaxis_transform(), xytext=(4 if side else -4, 0),
        textcoords="offset points", va="center", ha="left" if side else "right", multialignment="right",
        fontsize=6 if soft else 7 if side else 7.5, color=style.SOFT if soft else style.INK, annotation_clip=False,
        linespacing=1.0,
    )  # fmt: skip


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)
