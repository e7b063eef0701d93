"""What each implementation was really given, side by side: where they differ, and what all have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..benchmarks.records import Given
from . import units
from .listing import Footnotes, listed
from .summary import Row, Summary
from .tables import Column, Entry, Table, plain

HEADING = "What each was given"

_THREADS = "threads"


@dataclass(frozen=True)
class Setting:
    """One setting of every configuration, in their order; None where it does not tell."""

    name: str
    given: tuple[Given | None, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """As the table shows it; empty where it is not told."""
        return tuple("" if one is None else shown(one) for one in self.given)

    @property
    def differs(self) -> bool:
        """Whether anyone departs from the protocol or from another."""
        return len(set(self.texts) - {""}) > 1 or any(one.note for one in self.given if one is not None)


@dataclass(frozen=True)
class Settings:
    """Every setting of the configurations that tell theirs.

    Attributes:
        labels: of the configurations that were recorded with what they were given.
        settings: theirs, in the order of the table.
        untold: labels of those that ran before that was recorded.
    """

    labels: tuple[str, ...]
    settings: tuple[Setting, ...]
    untold: tuple[str, ...] = ()

    @property
    def differing(self) -> tuple[Setting, ...]:
        """Those that a table has to show."""
        return tuple(one for one in self.settings if one.differs)

    @property
    def sentences(self) -> list[str]:
        """What nobody departs in, and whose settings are not known."""
        told: dict[tuple[str, ...], list[str]] = {}
        for one in self.settings:
            if not one.differs:
                tellers = tuple(label for label, text in zip(self.labels, one.texts, strict=True) if text)
                told.setdefault(tellers, []).append(f"{one.name} {next(filter(None, one.texts))}")
        whole = told.pop(self.labels, [])
        said = []
        if whole:
            said.append(f"{'It was' if len(self.labels) == 1 else 'All were'} given: {', '.join(whole)}.")
        said += [f"Only {listed(tellers)} told: {', '.join(some)}." for tellers, some in told.items()]
        if self.labels and self.untold:
            said.append(f"What {listed(self.untold)} got was not recorded.")
        return said


def settings(summary: Summary) -> Settings:
    """What the finished runs of each configuration were given."""
    rows = [row for row in summary.finished_rows if row.run.given]
    taken = [_taken(row) for row in rows]
    asked = [name for row in rows[:1] for name in row.run.hyperparameters.model_dump()]
    found = [name for one in taken for name in one]
    ordered = dict.fromkeys([*(name for name in (*asked, _THREADS) if name in found), *found])
    return Settings(
        tuple(row.label for row in rows),
        tuple(Setting(name, tuple(one.get(name) for one in taken)) for name in ordered),
        tuple(row.label for row in summary.finished_rows if not row.run.given),
    )


def given_table(summary: Summary) -> Table:
    """A row a setting in which they differ, a column a configuration; departures are footnotes."""
    found, notes = settings(summary), Footnotes()
    rows = tuple(
        (
            Entry(one.name),
            *(_entry(each, label, notes) for each, label in zip(one.given, found.labels, strict=True)),
        )
        for one in found.differing
    )
    columns = (Column("Setting"), *map(Column, found.labels))
    return Table("given", HEADING, columns, rows, notes.lines)


def options_table(summary: Summary) -> Table:
    """The options of the implementations' own that were in force, defaults included."""
    rows = tuple(
        (Entry(row.label), Entry(", ".join(f"{name}={plain(value)}" for name, value in row.run.options.items())))
        for row in summary.finished_rows
        if row.run.options
    )
    return Table("options", "Options in force", tuple(map(Column, ("Implementation", "Options"))), rows)


def sentences(summary: Summary) -> list[str]:
    """What the table of differences leaves out."""
    return settings(summary).sentences


def shown(one: Given) -> str:
    """A value as it is written on the command line; a dash where the implementation has no such setting."""
    return units.MISSING if one.value is None else plain(one.value)


def _taken(row: Row) -> Mapping[str, Given]:
    return {_THREADS: Given(value=row.run.threads, note=None), **row.run.given}


def _entry(one: Given | None, label: str, notes: Footnotes) -> Entry:
    if one is None:
        return Entry("")
    return Entry(shown(one), notes=(notes.number(label, one.note),) if one.note else ())
