"""``report.md``: the report for a repository or an issue thread."""

import re
from collections.abc import Sequence

from . import given, merged_from, quality, tables
from .figures import Drawing
from .part import Part, parts_of, title
from .reproduce import remark, steps
from .setting import setting
from .summary import Summary
from .tables import Entry, Table
from .words import footnotes, sentences


def render(results: Summary | Sequence[Part], drawings: Sequence[Drawing] = ()) -> str:
    """The whole report as Markdown (GitHub's flavour); figures are linked from ``figures/``.

    Args:
        results: a summary with its ``drawings``, or the parts of a report on several, each with its own.
        drawings: the figures of a single summary.
    """
    parts = parts_of(results, drawings)
    lines = [f"# {escape(title(parts))}"]
    for part in parts:
        if len(parts) > 1:
            lines.append(f"## {escape(part.heading)}")
        lines += _part(part, "##" if len(parts) == 1 else "###")
    return "\n\n".join(lines) + "\n"


def _part(part: Part, marks: str) -> list[str]:
    """Its blocks of text; ``marks`` begin a heading."""
    summary = part.summary
    lines = [escape(f"{dateline(summary)} {setting(summary)}")]
    if summary.corpus.generated:
        lines.append(f"> **Generated corpus.** {escape(summary.corpus.generated)}")
    lines.append("\n\n".join(escape(line) for line in sentences(summary)))
    if summary.rows:
        lines += [f"{marks} Results", _table(tables.main_table(summary))]
        lines.append("\n".join(f"- {escape(note)}" for note in footnotes(summary)))
    if summary.quality:
        lines += [f"{marks} {quality.HEADING}", *map(escape, quality.sentences(summary))]
        if (verdicts := quality.table(summary)).rows:
            lines += [_table(verdicts), "\n".join(f"- {escape(note)}" for note in quality.notes(summary))]
    lines += _given(summary, marks)
    if summary.failures:
        failures = tables.failures_table(summary)
        lines += [f"{marks} {failures.caption}", _table(failures)]
    if part.drawings:
        lines.append(f"{marks} Figures")
        lines += [f"![{escape(one.alt)}](figures/{one.name}.png)\n\n{escape(one.caption)}" for one in part.drawings]
    for heading, found in details(summary):
        lines.append(f"{marks} {heading}")
        lines += [_table(table, caption=len(found) > 1) for table in found]
    return [*lines, f"{marks} How to reproduce", *_reproduce(summary)]


def _given(summary: Summary, marks: str) -> list[str]:
    found = [table for table in (given.given_table(summary), given.options_table(summary)) if table.rows]
    said = given.sentences(summary)
    if not found and not said:
        return []
    lines = [f"{marks} {given.HEADING}", *map(escape, said)]
    return lines + [_table(table, caption=table.caption != given.HEADING) for table in found]


def details(summary: Summary) -> list[tuple[str, list[Table]]]:
    """The tables behind the main one, by heading; empty ones are left out."""
    found = [
        ("Sections", tables.section_tables(summary)),
        ("All scores", [tables.scores_table(summary)]),
        ("Timing", [tables.timing_table(summary)]),
        ("Hyperparameters", [tables.hyperparameters_table(summary)]),
        ("Corpus", [tables.corpus_table(summary)]),
        (merged_from.HEADING, [merged_from.merged_from(summary)]),
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
    notes = [f"{number}. {escape(note)}" for number, note in enumerate(table.notes, 1)]
    above = [f"**{escape(table.caption)}**", ""] if caption else []
    return "\n".join([*above, *lines, *(["", *notes] if notes else [])])


def _entry(entry: Entry) -> str:
    text = f"{escape(entry.text)}{raised(entry.notes)}"
    return f"{text} ({escape(entry.detail)})" if entry.detail else text


def raised(numbers: Sequence[int]) -> str:
    """Numbers of footnotes, set small and high."""
    return f"<sup>{', '.join(map(str, numbers))}</sup>" if numbers else ""


def _reproduce(summary: Summary) -> list[str]:
    lines = [f"{escape(step.what)}:\n\n{code(step.command)}" for step in steps(summary)]
    if summary.command is None:
        lines.append("The command of the runs was not recorded.")
    return [*lines, escape(remark(summary))]
