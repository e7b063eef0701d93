"""``report.html``: one self-contained page; everything that comes from the results is escaped."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from . import given, quality, tables
from .figures import Drawing
from .markdown import dateline, details
from .page import figure_files, render_page
from .part import Part, parts_of, title
from .reproduce import remark, steps
from .setting import model, setting
from .summary import Summary
from .views import view
from .words import footnotes, sentences

_FILES = {
    "results.json": "every run with all that was measured",
    "report.md": "this report for an issue or a repository",
    "tables/results.csv": "the results for a spreadsheet, R or pandas",
    "tables/results.tex": "the results for LaTeX (booktabs)",
    "tables/results.md": "the results in Markdown",
    "references.bib": "what to cite: implementations, data, this harness",
}
"""What the files beside the page are for."""


def render(
    results: Summary | Sequence[Part], drawings: Sequence[Drawing] = (), *, files: Collection[str] | None = None
) -> str:
    """The whole report as HTML that needs no network: styles, script and figures are inside.

    Args:
        results: a summary with its ``drawings``, or the parts of a report on several, each with its own.
        drawings: the figures of a single summary.
        files: what lies beside the page, relative to it: only that is linked. None for the usual: ``results.json`` and
            the files of every figure.
    """
    parts = parts_of(results, drawings)
    if files is None:
        files = ["results.json", *(name for part in parts for name in figure_files(part.drawings))]
    shown = [_part(part, f"part-{number}-" if len(parts) > 1 else "") for number, part in enumerate(parts, 1)]
    downloads = _downloads(files)
    context = {
        "title": title(parts),
        "parts": shown,
        "contents": _contents(shown) + ([("downloads", "Downloads")] if downloads else []),
        "files": files,
        "downloads": downloads,
    }
    return render_page("report.html.jinja", context)


def _part(part: Part, prefix: str) -> dict[str, Any]:
    """What the template shows of one set of results; ``prefix`` keeps ids apart."""
    summary = part.summary
    shown: dict[str, Any] = {
        "prefix": prefix,
        "title": part.heading,
        "summary": summary,
        "dateline": f"{dateline(summary)} {setting(summary)}",
        "sentences": sentences(summary),
        "footnotes": footnotes(summary),
        "main": view(tables.main_table(summary), Model=[model(row) for row in summary.rows]),
        "quality": view(quality.table(summary)),
        "quality_sentences": quality.sentences(summary),
        "quality_notes": quality.notes(summary),
        "given": view(given.given_table(summary)),
        "given_sentences": given.sentences(summary),
        "options": view(given.options_table(summary)),
        "failures": view(tables.failures_table(summary)),
        "details": {heading: list(map(view, found)) for heading, found in details(summary)},
        "steps": steps(summary),
        "remark": remark(summary),
        "drawings": part.drawings,
    }
    return {**shown, "sections": _sections(shown)}


def _sections(shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and heading of each section that has anything to show, in order."""
    found = [("summary", "Summary")]
    if shown["main"].table.rows:
        found.append(("results", "Results"))
    if shown["quality_sentences"] or shown["quality"].table.rows:
        found.append(("quality", shown["quality"].table.caption))
    if shown["given_sentences"] or shown["given"].table.rows or shown["options"].table.rows:
        found.append(("given", given.HEADING))
    if shown["failures"].table.rows:
        found.append(("failures", shown["failures"].table.caption))
    if shown["drawings"]:
        found.append(("figures", "Figures"))
    found += [(heading.lower().replace(" ", "-"), heading) for heading in shown["details"]]
    return [*found, ("reproduce", "How to reproduce")]


def _contents(parts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Anchors and what they lead to: the sections of a single part, else the parts."""
    if len(parts) == 1:
        return [(name, heading) for name, heading in parts[0]["sections"] if name != "summary"]
    return [(f"{part['prefix']}top", part["title"]) for part in parts]


def _downloads(files: Collection[str]) -> list[tuple[str, str]]:
    """Files to offer with what they are for, known ones first; figures are linked where they stand."""
    known = [(name, text) for name, text in _FILES.items() if name in files]
    others = sorted(name for name in files if name not in _FILES and not name.startswith("figures/"))
    return known + [(name, _FILES.get(PurePosixPath(name).name, "")) for name in others]
