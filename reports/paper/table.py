"""A table for a paper as plain data: what it shows, apart from how LaTeX, Markdown or CSV write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from ...datasets.errors import InputError
from ...datasets.suggestion import suggestion
from ..listing import Footnotes

Mark = Literal["best", "equal"]
"""``best``: above every other by test. ``equal``: shown to be equal to the highest (``marks.py``)."""

NOTES: Mapping[Mark, str] = {
    "best": "Bold: better than every other by test (5 %).",
    "equal": "equal to the best within 1 point (shares) or 0.02 (correlations) by test (TOST, 5 %).",
}


class Note(NamedTuple):
    """A footnote on an entry: of what it holds, and what must be known."""

    name: str
    text: str


RESERVED = (
    "implementation", "speed", "ratio", "memory", "gpu-memory", "trained-speed", "train", "prepare", "compile",
    "transfer", "evaluate", "time-to-quality", "words-to-quality", "n",
)  # fmt: skip
"""Keys of the table of results that no task gets, should one have such a name."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: what ``--columns`` calls it, and CSV.
        title: the heading.
        unit: of its numbers, shown in the heading; empty where they have none or it differs by row.
        numeric: set flush right.
        default: shown where nobody chooses.
        narrow: words that break into short lines, so that many such columns fit a page.
    """

    key: str
    title: str
    unit: str = ""
    numeric: bool = True
    default: bool = True
    narrow: bool = False


@dataclass(frozen=True)
class Cell:
    """One entry.

    Attributes:
        text: what is shown, in the column's unit.
        detail: what stands under it in small: an interval, a version.
        mark: what the tests say of it.
        value, low, high: the same in base units (words/s, bytes, s, fractions) and unrounded, for CSV.
        note: what stands below the table with a number.
    """

    text: str
    detail: str = ""
    mark: Mark | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: Note | None = None


@dataclass(frozen=True)
class Block:
    """Rows that may be compared with each other, under a line that says what they share where there are several."""

    title: str
    rows: tuple[Mapping[str, Cell], ...]


@dataclass(frozen=True)
class PaperTable:
    """A table. The first column names the rows; cells are found by their column's key.

    Attributes:
        notes: what must be known to read it, a sentence each; ``marks`` gives those of the marks that occur.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> tuple[Mapping[str, Cell], ...]:
        return tuple(row for block in self.blocks for row in block.rows)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Marks that occur in the columns shown."""
        found = {row[column.key].mark for row in self.rows for column in self.columns if column.key in row}
        return tuple(mark for mark in NOTES if mark in found)

    @property
    def footnotes(self) -> Footnotes:
        """Numbers of the notes on the entries shown, in reading order."""
        cells = (row[column.key] for row in self.rows for column in self.columns if column.key in row)
        return Footnotes(cell.note for cell in cells if cell.note is not None)


EMPTY = Cell("–")
"""Where there is no number."""


def chosen(table: PaperTable, names: Sequence[str] | None) -> PaperTable:
    """The table with the columns asked for, in that order, the rows' names first; without names the usual ones.

    Raises:
        InputError: there is no such column; the message tells the nearest.
    """
    first = table.columns[0]
    if names is None:
        columns = [column for column in table.columns if column.default]
    else:
        columns = [_found(table, name) for name in names]
    kept = dict.fromkeys([first, *columns])
    return replace(table, columns=tuple(kept))


def _found(table: PaperTable, name: str) -> Column:
    by_name = {column.title.casefold(): column for column in table.columns}
    by_name |= {column.key.casefold(): column for column in table.columns}
    wanted = name.casefold()
    for spelling in (wanted, wanted.replace("_", "-")):
        if spelling in by_name:
            return by_name[spelling]
    keys = [column.key for column in table.columns]
    spellings = {spelling: column.key for spelling, column in by_name.items()}
    hint = suggestion(wanted, spellings) or f"the columns are {', '.join(keys)}"
    raise InputError(f"the table {table.name} has no column {name!r}; {hint}")
