r"""A table for papers as LaTeX: needs ``\usepackage{booktabs}`` and nothing else.

Intervals stand under their numbers, so that the table stays narrow. Without a caption it is a ``tabular``, to be put
into a ``table`` of the author's; with one, or with a label, it is the whole ``table``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from ...datasets.errors import InputError
from .latex_text import LONGEST, escaped, lines, sentence
from .table import EMPTY, NOTES, Cell, Column, Mark, PaperTable

_WIDEST = 44
"""Characters of a row that fit into one column of a two-column paper; a wider table spans both."""

_HEADING = 15
"""Characters of a line of a heading."""

_SIGNS: Mapping[Mark, str] = {"equal": r"$^\dagger$"}


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
    environment = "table" if _width(table) <= _WIDEST else "table*"
    notes = [*_mark_notes(table), *map(sentence, table.notes)]
    return "\n".join(
        [
            rf"\begin{{{environment}}}",
            r"\centering\small",
            r"\setlength{\tabcolsep}{4pt}",
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
    for number, block in enumerate(table.blocks):
        if number:
            yield r"\midrule"
        if block.title:
            yield rf"\multicolumn{{{len(sides)}}}{{@{{}}l@{{}}}}{{\emph{{{escaped(block.title)}}}}} \\"
        for position, row in enumerate(block.rows):
            cells = [_lines(row.get(column.key, EMPTY)) for column in table.columns]
            if position and max(map(len, cells)) > 1:
                yield r"\addlinespace[2pt]"
            yield from map(_row, zip_longest(*cells, fillvalue=""))
    yield r"\bottomrule"
    if notes:
        for note in _mark_notes(table):
            yield rf"\multicolumn{{{len(sides)}}}{{@{{}}l@{{}}}}{{\footnotesize {note}}} \\"
    yield r"\end{tabular}"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _heading(column: Column) -> list[str]:
    """Lines of a heading; the unit closes the last."""
    if column.title in ("n", "p"):
        return [f"${column.title}$"]
    words = column.title.split()
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


def _lines(cell: Cell) -> list[str]:
    """The lines of an entry, its detail the last."""
    # In braces: a bracket at the begin of a row would be read as an argument of the line break before it.
    found = [f"{{{line}}}" for line in lines(cell.text)] or [""]
    if cell.mark == "best":
        found = [rf"\textbf{line}" for line in found]
    elif cell.mark is not None:
        # A mark takes no room, so that the digits of a column stay under one another.
        found[-1] += rf"\rlap{{{_SIGNS[cell.mark]}}}"
    details = lines(cell.detail) if cell.detail else []
    if cell.low is not None:
        details = [f"({line})" for line in details]
    return [*found, *(rf"{{\footnotesize {line}}}" for line in details)]


def _mark_notes(table: PaperTable) -> list[str]:
    return [f"{_SIGNS.get(mark, '')} {sentence(NOTES[mark])}".strip() for mark in table.marks]


def _width(table: PaperTable) -> int:
    """Characters of the widest row, with two for each gap; details are set smaller."""
    total = 0
    for column in table.columns:
        widths = [len(line) for line in lines(column.title, _HEADING)] if len(column.title) > _HEADING else []
        widths += [len(word) for word in column.title.split()] + [len(column.unit) + 2 * bool(column.unit)]
        for row in table.rows:
            cell = row.get(column.key, EMPTY)
            widths += [min(len(cell.text), LONGEST), round(0.9 * min(len(cell.detail), LONGEST))]
        total += max(widths) + 2
    return total
