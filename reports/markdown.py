"""``report.md``: the report for a repository or an issue thread."""

import re
from collections.abc import Sequence

from . import quality, tables
from .figures import Drawing
from .summary import Summary
from .tables import Entry, Table
from .words import footnotes, sentences


def render(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """The whole report as Markdown (GitHub's flavour); figures are linked from ``figures/``."""
    parts = [f"# word2vec on {escape(summary.corpus.name)}", escape(dateline(summary))]
    if summary.corpus.generated:
        parts.append(f"> **Generated corpus.** {escape(summary.corpus.generated)}")
    parts.append("\n\n".join(escape(line) for line in sentences(summary)))
    if summary.rows:
        parts += ["## Results", _table(tables.main_table(summary))]
        parts.append("\n".join(f"- {escape(note)}" for note in footnotes(summary)))
    if summary.quality:
        parts += [f"## {quality.HEADING}", *map(escape, quality.sentences(summary))]
        if (verdicts := quality.table(summary)).rows:
            parts += [_table(verdicts), "\n".join(f"- {escape(note)}" for note in quality.notes(summary))]
    if summary.failures:
        parts += ["## Runs without numbers", _table(tables.failures_table(summary))]
    if drawings:
        parts.append("## Figures")
        parts += [f"![{escape(each.alt)}](figures/{each.name}.png)\n\n{escape(each.caption)}" for each in drawings]
    for heading, found in details(summary):
        parts.append(f"## {heading}")
        parts += [_table(table, caption=len(found) > 1) for table in found]
    parts += ["## How to reproduce", _reproduce(summary)]
    return "\n\n".join(parts) + "\n"


def details(summary: Summary) -> list[tuple[str, list[Table]]]:
    """The tables behind the main one, by heading; empty ones are left out."""
    found = [
        ("Sections", tables.section_tables(summary)),
        ("All scores", [tables.scores_table(summary)]),
        ("Timing", [tables.timing_table(summary)]),
        ("Hyperparameters", [tables.hyperparameters_table(summary)]),
        ("Corpus", [tables.corpus_table(summary)]),
        ("Environment", [tables.environment_table(summary)]),
    ]
    return [(heading, kept) for heading, some in found if (kept := [table for table in some if table.rows])]


def dateline(summary: Summary) -> str:
    """When the runs were made."""
    return f"Runs of {summary.created:%Y-%m-%d %H:%M} {summary.created.tzname() or ''}".rstrip() + "."


def escape(text: str) -> str:
    """Text that Markdown and any HTML in it show as it is, on one line."""
    flat = " ".join(text.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~$])", r"\\\1", flat)


def code(text: str) -> str:
    """A block of code whose fence no run of backticks in the text can close."""
    longest = max((len(ticks) for ticks in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{text.strip()}\n{fence}"


def _table(table: Table, *, caption: bool = False) -> str:
    head = [escape(column.title) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    body = [[_entry(entry) for entry in row] for row in table.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, rule, *body)]
    return "\n".join([*([f"**{escape(table.caption)}**", ""] if caption else []), *lines])


def _entry(entry: Entry) -> str:
    return f"{escape(entry.text)} ({escape(entry.detail)})" if entry.detail else escape(entry.text)


def _reproduce(summary: Summary) -> str:
    text = "The same corpus has the SHA-256 given above; versions and processor stand under Environment."
    if summary.command is None:
        return f"The command was not recorded. {text}"
    return f"{code(summary.command)}\n\n{text}"
