"""A table as the page offers it: what may be picked, and whether it may be sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .tables import Table

_CHOOSABLE = ("Implementation", "Task", "Metric", "Verdict", "Status")
"""Columns by whose values a table may be narrowed down."""

_MOST = 12
"""Values of one kind that are offered; more are better searched for."""


@dataclass(frozen=True)
class View:
    """A table on the page.

    Attributes:
        table: what is shown.
        choices: by name a value for each row: a reader picks one and sees its rows only.
        sortable: facts about one thing have an order of their own; other tables may be sorted.
    """

    table: Table
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sortable: bool = True

    @property
    def names(self) -> list[str]:
        """What may be picked from."""
        return list(self.choices)

    @property
    def picks(self) -> list[tuple[str, ...]]:
        """The values of each row, in the order of ``names``."""
        return list(zip(*self.choices.values(), strict=True))


def view(table: Table, **more: Sequence[str]) -> View:
    """A table with the choices that its columns and ``more``, by name a value for each row, give."""
    facts = [column.title for column in table.columns] == ["Name", "Value"]
    choices: dict[str, Sequence[str]] = {
        column.title: [row[index].text for row in table.rows]
        for index, column in enumerate(table.columns)
        if column.title in _CHOOSABLE
    }
    # Where each value has its own row there is nothing to narrow down.
    most = min(_MOST, len(table.rows) - 1)
    offered = {name: values for name, values in {**choices, **more}.items() if 1 < len(set(values)) <= most}
    return View(table, offered, sortable=not facts)
