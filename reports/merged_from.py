"""Where merged results come from: a row a directory."""

from collections.abc import Mapping
from typing import Any

from . import units
from .summary import Summary
from .tables import Column, Entry, Table

HEADING = "Sources"

_COLUMNS = {
    "directory": "Directory",
    "created": "Made",
    "rounds": "Rounds",
    "runs": "Runs",
    "implementations": "Implementations",
    "machine": "Machine",
    "harness": "Harness",
    "command": "Command",
}
"""Facts that ``merge`` keeps of a source, and their headings."""


def merged_from(summary: Summary) -> Table:
    """Directories, dates, rounds, machines and commands of merged results; no rows for those of one benchmark."""
    listed = summary.environment.get("sources")
    sources = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    rows = tuple(tuple(_entry(one.get(key)) for key in _COLUMNS) for one in sources)
    return Table("sources", HEADING, tuple(map(Column, _COLUMNS.values())), rows)


def _entry(value: Any) -> Entry:
    if isinstance(value, list):
        return Entry(", ".join(map(str, value)) or units.MISSING)
    return Entry(units.MISSING if value is None or value == "" else str(value))
