r"""A table for papers as LaTeX: needs ``\usepackage{booktabs}`` and nothing else.

Intervals stand under their numbers, so that the table stays narrow. Without a caption it is a ``tabular``, to be put
into a ``table`` of the author's; with one, or with a label, it is the whole ``table``.
"""

import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from ...datasets.errors import InputError
from ..listing import Footnotes
from .latex_text import LONGEST, escaped, lines, sentence
from .table import EMPTY, NOTES, Cell, Column, Mark, PaperTable

_WIDEST = 44
"""Characters of a row that fit into one column of a two-column paper; a wider table spans both."""

_PAGE = 100
"""Characters of a row that fit onto a page in small type."""

_SIZES = (
    (_PAGE, r"\small", "4pt"),
    (1.12 * _PAGE, r"\footnotesize", "4pt"),
    (math.inf, r"\scriptsize", "2pt"),
)
"""Type and gap between columns of a table of at most so many characters."""

_HEADING = 15
"""Characters of a line of a heading."""

_NARROW = 11
"""Characters of a line of a narrow column."""

_SIGNS: Mapping[Mark, str] = {"equal": r"\dagger"}


def render(table: PaperTable, *, caption: str | None = None, label: str | None = None) -> str:
    r"""The table.

    Args:
        table: with the columns to show.
        caption: plain text; where only a label is given, the table's own.
        label: for ``\ref``.

    Raises:
        InputError: the label holds what LaTeX takes for something else.
    """
    if caption is None and label is None:
        comments = [f"% {sentence(note)}" for note in (table.caption, *table.notes)]
        return "\n".join([*comments, *_tabular(table, notes=True), ""])
    if label is not None and not re.fullmatch(r"[A-Za-z0-9:._/+-]+", label):
        raise InputError(f"--label {label!r} is no label: take letters, digits and : . _ / + -, as in tab:results")
    width = _width(table)
    environment = "table" if width <= _WIDEST else "table*"
    size, gap = next((size, gap) for most, size, gap in _SIZES if width <= most)
    notes = [*_mark_notes(table), *_footnotes(table), *map(sentence, table.notes)]
    return "\n".join(
        [
            rf"\begin{{{environment}}}",
            rf"\centering{size}",
            rf"\setlength{{\tabcolsep}}{{{gap}}}",
            rf"\caption{{{sentence(caption if caption is not None else table.caption)}}}",
            *([rf"\label{{{label}}}"] if label is not None else []),
            r"\smallskip",
            *_tabular(table, notes=False),
            r"\par\smallskip",
            rf"\begin{{minipage}}{{\linewidth}}\footnotesize\raggedright {' '.join(notes)}\end{{minipage}}",
            rf"\end{{{environment}}}",
            "",
        ]
    )


def _tabular(table: PaperTable, *, notes: bool) -> Iterator[str]:
    sides = "".join("r" if column.numeric else "l" for column in table.columns)
    yield rf"\begin{{tabular}}{{@{{}}{sides}@{{}}}}"
    yield r"\toprule"
    heads = [_heading(column)[::-1] for column in table.columns]
    yield from list(map(_row, zip_longest(*heads, fillvalue="")))[::-1]
    yield r"\midrule"
    numbers = table.footnotes
    for place, block in enumerate(table.blocks):
        if place:
            yield r"\midrule"
        if block.title:
            yield rf"\multicolumn{{{len(sides)}}}{{@{{}}l@{{}}}}{{\emph{{{escaped(block.title)}}}}} \\"
        for position, row in enumerate(block.rows):
            cells = [_lines(column, row.get(column.key, EMPTY), numbers) for column in table.columns]
            if position and max(map(len, cells)) > 1:
                yield r"\addlinespace[2pt]"
            yield from map(_row, zip_longest(*cells, fillvalue=""))
    yield r"\bottomrule"
    if notes:
        for note in [*_mark_notes(table), *_footnotes(table, round(0.8 * _width(table)))]:
            yield rf"\multicolumn{{{len(sides)}}}{{@{{}}l@{{}}}}{{\footnotesize {note}}} \\"
    yield r"\end{tabular}"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _heading(column: Column) -> list[str]:
    """Lines of a heading; the unit closes the last."""
    if column.title in ("n", "p"):
        return [f"${column.title}$"]
    words = column.title.split()
    if column.narrow:
        return lines(column.title, _NARROW)
    if len(column.title) > _HEADING or (not column.unit and len(words) == 1):
        found = lines(column.title, _HEADING)
    else:
        ways = range(1, len(words)) if len(words) > 1 else [1]
        cut = min(ways, key=lambda at: abs(len(" ".join(words[:at])) - len(" ".join(words[at:]))))
        found = [escaped(" ".join(some)) for some in (words[:cut], words[cut:]) if some]
    if not column.unit:
        return found
    unit = f"({escaped(column.unit)})"
    return [*found[:-1], f"{found[-1]} {unit}"] if len(found) > 1 else [*found, unit]


def _lines(column: Column, cell: Cell, numbers: Footnotes) -> list[str]:
    """The lines of an entry, its detail the last."""
    # In braces: a bracket at the begin of a row would be read as an argument of the line break before it.
    found = [f"{{{line}}}" for line in lines(cell.text, _NARROW if column.narrow else LONGEST)] or [""]
    raised = [_SIGNS[cell.mark]] if cell.mark is not None and cell.mark in _SIGNS else []
    if cell.note is not None:
        raised.append(str(numbers.number(*cell.note)))
    if cell.mark == "best":
        found = [rf"\textbf{line}" for line in found]
    if raised and column.numeric:
        # It takes no room, so that the digits of a column stay under one another.
        found[-1] += rf"\rlap{{{_raised(raised)}}}"
    elif raised:
        found[-1] += _raised(raised)
    details = lines(cell.detail) if cell.detail else []
    if cell.low is not None:
        details = [f"({line})" for line in details]
    return [*found, *(rf"{{\footnotesize {line}}}" for line in details)]


def _mark_notes(table: PaperTable) -> list[str]:
    signs = {mark: f"{_raised([_SIGNS[mark]])} " if mark in _SIGNS else "" for mark in table.marks}
    return [f"{sign}{sentence(NOTES[mark])}" for mark, sign in signs.items()]


def _footnotes(table: PaperTable, width: int | None = None) -> Iterator[str]:
    """The notes on entries, on lines of about so many characters where a width is given: no cell breaks them."""
    for number, note in enumerate(table.footnotes.lines, 1):
        parts = [note] if width is None else textwrap.wrap(note, max(width, 30))
        yield from (
            f"{_raised([str(number)])} {sentence(part)}" if part is parts[0] else sentence(part) for part in parts
        )


def _raised(signs: Sequence[str]) -> str:
    inside = ",".join(signs)
    return f"$^{inside}$" if inside in _SIGNS.values() else f"$^{{{inside}}}$"


def _width(table: PaperTable) -> int:
    """Characters of the widest row, with two for each gap; details are set smaller."""
    total = 0
    for column in table.columns:
        most = _NARROW if column.narrow else _HEADING
        widths = [len(line) for line in lines(column.title, most)] if len(column.title) > most else []
        widths += [min(len(word), most) for word in column.title.split()] + [len(column.unit) + 2 * bool(column.unit)]
        longest = _NARROW if column.narrow else LONGEST
        for row in table.rows:
            cell = row.get(column.key, EMPTY)
            widths += [min(len(cell.text), longest), round(0.9 * min(len(cell.detail), LONGEST))]
        total += max(widths) + 2
    return total
