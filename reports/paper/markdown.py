"""A table for papers as Markdown (GitHub's flavour)."""

from ...datasets.errors import InputError
from ..listing import Footnotes
from ..markdown import escape, raised
from .table import EMPTY, NOTES, Cell, Column, PaperTable

SIGNS = {"equal": "†"}


def render(table: PaperTable, *, caption: str | None = None, label: str | None = None) -> str:
    """The table with its notes under it.

    Raises:
        InputError: a label was given, for which Markdown has no place.
    """
    if label is not None:
        raise InputError("--label is for LaTeX; leave it out, or use --format latex")
    numbers = table.footnotes
    head = [escape(_heading(column)) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    lines = [head, rule]
    for block in table.blocks:
        if block.title:
            lines.append([f"**{escape(block.title)}**", *[""] * (len(head) - 1)])
        lines += [[_entry(row.get(column.key, EMPTY), numbers) for column in table.columns] for row in block.rows]
    parts = [f"**{escape(caption)}**"] if caption else []
    parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    notes = [f"{SIGNS[mark]}: {NOTES[mark]}" if mark in SIGNS else NOTES[mark] for mark in table.marks]
    if numbers.lines:
        parts.append("\n".join(f"{number}. {escape(line)}" for number, line in enumerate(numbers.lines, 1)))
    parts += [escape(note) for note in (*notes, *table.notes)]
    return "\n\n".join(parts) + "\n"


def _heading(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _entry(cell: Cell, numbers: Footnotes) -> str:
    text = escape(cell.text)
    if cell.mark == "best":
        text = f"**{text}**"
    elif cell.mark is not None:
        text += SIGNS[cell.mark]
    if cell.note is not None:
        text += raised([numbers.number(*cell.note)])
    return f"{text} ({escape(cell.detail)})" if cell.detail else text
