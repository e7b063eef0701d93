"""One table of a report as text: what ``report --format latex`` prints."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..datasets.errors import InputError
from ..datasets.suggestion import suggestion
from . import paper
from .bibtex import references
from .merge import groups
from .sources import read_sources

FORMATS = (*paper.FORMATS, "bibtex")
"""Formats that can be printed."""


def printed(
    paths: Sequence[Path],
    form: str = "markdown",
    *,
    table: str | None = None,
    columns: Sequence[str] | None = None,
    caption: str | None = None,
    label: str | None = None,
) -> str:
    """A table of these results; of those that do not compare, each has a block of its own.

    Args:
        paths: results directories or files.
        form: one of ``FORMATS``.
        table: one of ``paper.TABLES``; ``results`` where None.
        columns: to show, by key or title, commas between (not in brackets); the usual ones where None.
        caption: over the table.
        label: of a LaTeX table.

    Raises:
        InputError: results cannot be read or do not fill the table, or a name is unknown.
    """
    sources = read_sources(paths)
    found = groups(sources)
    if form == "bibtex":
        if any(flag is not None for flag in (table, columns, caption, label)):
            raise InputError("BibTeX is no table: leave out --table, --columns, --caption and --label")
        return references([group.results for group in found])
    name = table or paper.TABLES[0]
    if name not in paper.TABLES:
        raise InputError(f"there is no table {name!r}; {suggestion(name, paper.TABLES, most=1) or _tables()}")
    drawn = paper.table(name, found, _names(columns))
    if not drawn.rows:
        raise InputError("these results hold no finished run, so there is no table to write")
    return paper.written(drawn, form, caption=caption, label=label)


def _tables() -> str:
    return f"the tables are {', '.join(paper.TABLES)}"


def _names(columns: Sequence[str] | None) -> list[str] | None:
    if columns is None:
        return None
    names = [name.strip() for text in columns for name in re.split(r",(?![^\[]*\])", text) if name.strip()]
    if not names:
        raise InputError("--columns names nothing; leave it out for the usual ones")
    return names
