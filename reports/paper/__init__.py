"""Tables for papers, one a module, and the formats they are written in."""

import importlib
from collections.abc import Callable, Sequence
from typing import cast

from ..merge import Group
from .table import PaperTable, chosen

TABLES = ("results", "quality", "tasks", "given")
"""Tables by name: module ``NAME``, function ``NAME_table``."""

FORMATS = {"latex": "tex", "markdown": "md", "csv": "csv"}
"""Formats of a table, and the suffix of each one's file."""


def table(name: str, groups: Sequence[Group], columns: Sequence[str] | None = None) -> PaperTable:
    """A table of ``TABLES`` with the columns asked for, or with the usual ones.

    Raises:
        InputError: these results cannot fill it, or it has no such column.
    """
    module = importlib.import_module(f".{name}", __name__)
    make = cast(Callable[[Sequence[Group]], PaperTable], getattr(module, f"{name}_table"))
    return chosen(make(groups), columns)


def written(drawn: PaperTable, form: str, *, caption: str | None = None, label: str | None = None) -> str:
    r"""A table as text of one of ``FORMATS``.

    Args:
        drawn: with the columns to show.
        form: its format.
        caption: put over the table; in LaTeX it makes a whole ``table`` environment, as ``label`` does.
        label: for LaTeX's ``\ref``.

    Raises:
        InputError: the format has no place for a caption or label, or the label is none.
    """
    from . import csv_text, latex, markdown

    match form:
        case "latex":
            return latex.render(drawn, caption=caption, label=label)
        case "markdown":
            return markdown.render(drawn, caption=caption, label=label)
        case _:
            return csv_text.render(drawn, caption=caption, label=label)
