"""A table for papers as CSV: numbers in base units and unrounded, their intervals and marks in columns of their own."""

import csv
import io
from collections.abc import Iterator

from ...datasets.errors import InputError
from ..formulas import defused
from .table import EMPTY, Cell, Column, PaperTable


def render(table: PaperTable, *, caption: str | None = None, label: str | None = None) -> str:
    """The table, UTF-8; what was not measured is an empty field, and no text is a formula.

    ``KEY_low`` and ``KEY_high`` end the interval of ``KEY``, ``KEY_mark`` is ``best`` or ``equal``, ``KEY_note`` is its
    footnote, each only where a row has one. Units: words/s, bytes, seconds, fractions.

    Raises:
        InputError: a caption or a label was given, for which CSV has no place.
    """
    if caption is not None or label is not None:
        raise InputError("CSV has no place for --caption and --label; leave them out, or use --format latex")
    parts = [(column, part) for column in table.columns for part in _parts(table, column)]
    several = any(block.title for block in table.blocks)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = [column.key if part == "value" else f"{column.key}_{part}" for column, part in parts]
    writer.writerow([*(["group"] if several else []), *map(defused, names)])
    for block in table.blocks:
        for row in block.rows:
            fields = [_field(row.get(column.key, EMPTY), part) for column, part in parts]
            writer.writerow([*([defused(block.title)] if several else []), *map(defused, fields)])
    return buffer.getvalue()


def _parts(table: PaperTable, column: Column) -> Iterator[str]:
    cells = [row.get(column.key, EMPTY) for row in table.rows]
    yield "value"
    if any(cell.low is not None for cell in cells):
        yield from ("low", "high")
    elif any(cell.detail for cell in cells):
        yield "detail"
    if any(cell.mark for cell in cells):
        yield "mark"
    if any(cell.note for cell in cells):
        yield "note"


def _field(cell: Cell, part: str) -> str:
    match part:
        case "low":
            return _number(cell.low)
        case "high":
            return _number(cell.high)
        case "mark":
            return cell.mark or ""
        case "detail":
            return cell.detail
        case "note":
            return "" if cell.note is None else cell.note.text
    if cell.value is not None:
        return _number(cell.value)
    return "" if cell.text == EMPTY.text else cell.text


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
