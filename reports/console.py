"""The results as a table for the terminal."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text

from ..benchmarks.records import Results
from . import tables
from .summary import Summary, summarise
from .words import doubts, sentences

_GAP = 2
"""Blanks between columns."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def results_table(results: Results | Summary) -> RenderableType:
    """Notice of a generated corpus, table, doubts and the reasons of runs without numbers, ready for ``print``."""
    return Group(*_parts(results if isinstance(results, Summary) else summarise(results)))


def _parts(summary: Summary) -> Iterator[RenderableType]:
    if not summary.rows:
        yield from map(Text, sentences(summary))
        return
    if summary.corpus.generated:
        yield Panel(Text(summary.corpus.generated), title=Text("Generated corpus"), border_style="yellow", expand=False)
    table = tables.main_table(summary)
    yield _Fitting(table)
    yield from (Text(f"{_raised([number])} {note}") for number, note in enumerate(table.notes, 1))
    yield from map(Text, doubts(summary))
    for failure in summary.failures:
        rounds = f"round{'s' if len(failure.rounds) > 1 else ''} {', '.join(map(str, failure.rounds))}"
        yield Text.assemble((failure.label, "bold"), " ", (failure.status, "red"), f" ({rounds}): {failure.reason}")


class Terminal(Console):
    """Goes on in silence when whoever read it, such as ``head``, has left: what else a command does is done.

    rich's own would end the process.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Fitting:
    """A table that moves its columns to a second one where the terminal is too narrow for all of them."""

    def __init__(self, table: tables.Table) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        widths = [_width(self.table, index) for index in range(len(self.table.columns))]
        widths[0] = min(widths[0], options.max_width // 2)
        for columns in _blocks(widths, options.max_width):
            yield _draw(self.table, columns, widths)
            yield Text()


def _blocks(widths: Sequence[int], total: int) -> list[list[int]]:
    """Which columns stand in which block; the first, which names the rows, in all of them."""
    blocks: list[list[int]] = []
    left = 0
    for index in range(1, len(widths)):
        if not blocks or widths[index] + _GAP > left:
            blocks.append([0])
            left = total - widths[0]
        blocks[-1].append(index)
        left -= widths[index] + _GAP
    return blocks


def _width(table: tables.Table, index: int) -> int:
    """Characters a column needs: its heading may break between words, its numbers may not."""
    texts = table.columns[index].title.split()
    texts += [text for row in table.rows for text in (_shown(row[index]), row[index].detail)]
    return max(map(cell_len, texts), default=0)


def _draw(table: tables.Table, columns: Sequence[int], widths: Sequence[int]) -> RichTable:
    drawn = RichTable(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    for index in columns:
        column = table.columns[index]
        side: Literal["left", "right"] = "right" if column.numeric else "left"
        # Text throughout: rich would take the bracket of numpy[negatives=window] for markup and drop it.
        drawn.add_column(Text(column.title), justify=side, width=widths[index], vertical="top", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(_entry(row[index], name=index == 0) for index in columns))
    return drawn


def _entry(entry: tables.Entry, *, name: bool) -> Text:
    text = Text(_shown(entry), style="bold" if name else "")
    return text + Text(f"\n{entry.detail}", style="dim") if entry.detail else text


def _shown(entry: tables.Entry) -> str:
    return f"{entry.text}{_raised(entry.notes)}"


def _raised(numbers: Sequence[int]) -> str:
    return " ".join(str(number).translate(_RAISED) for number in numbers)
