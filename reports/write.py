"""Writes reports: the page, Markdown, tables, references and figures, all replaced together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..benchmarks.store import RESULTS
from ..datasets.errors import InputError
from ..datasets.suggestion import suggestion
from . import figures, html, markdown, paper, stale
from .bibtex import references
from .files import replace_all
from .merge import Group, groups
from .part import Part
from .sources import read_sources
from .summary import Summary

FILES = {
    "html": ("report.html",),
    "markdown": ("report.md", "tables/results.md"),
    "latex": ("tables/results.tex",),
    "csv": ("tables/results.csv",),
    "bibtex": ("references.bib",),
}
"""Formats of a report, and the files of each; the others are those of figures."""

FORMATS = (*FILES, *figures.FORMATS)


def write_report(
    directory: Path, *, formats: Collection[str] | None = None, only: Collection[str] | None = None
) -> list[Path]:
    """Make the report of ``directory/results.json`` in that directory.

    All files are made in memory and staged beside their places first: a fault in the middle leaves the earlier report
    whole. Files of an earlier report that these results cannot fill are removed.

    Args:
        directory: that ``run`` filled.
        formats: of ``FORMATS``; all where None, or those of figures where ``only`` is given.
        only: names of figures to draw; all where None.

    Returns:
        The files written, the two reports first.

    Raises:
        InputError: there is no ``results.json``, it is not one, a format or a figure has no such name, or the report
            cannot be written.
    """
    return write_groups(groups(read_sources([directory])), directory, formats=formats, only=only)


def write_groups(
    found: Sequence[Group],
    out: Path,
    *,
    formats: Collection[str] | None = None,
    only: Collection[str] | None = None,
    beside: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """Make one report of groups of results; ``beside`` are further files of it."""
    wanted = _known(formats, FORMATS, "format") if formats is not None else figures.FORMATS if only else FORMATS
    drawn = None if only is None else _known(only, [module.NAME for module in figures.FIGURES], "figure")
    parts = [
        _part(group, [other.summary for other in found if other is not group], out, wanted, drawn) for group in found
    ]
    contents: dict[str, bytes] = dict(beside or {})
    for part in parts:
        for drawing in part.drawings:
            names = {f"figures/{drawing.name}.{form}": data for form, data in drawing.files.items() if form in wanted}
            contents.update(names)
    contents |= _tables(found, wanted)
    if "bibtex" in wanted and any(group.results.runs for group in found):
        contents["references.bib"] = references([group.results for group in found]).encode()
    pages = {}
    if "markdown" in wanted:
        pages["report.md"] = markdown.render(_linked(parts, contents, out)).encode("utf-8", errors="replace")
    if "html" in wanted:
        files = {*contents, *pages, *_there(found, out)}
        pages["report.html"] = html.render(parts, files=files).encode("utf-8", errors="replace")
    contents = {**pages, **contents}
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = replace_all(out, contents)
    except OSError as error:
        raise InputError(
            f"cannot write the report into {out}: {error.strerror}; make room or choose another directory"
        ) from error
    stale.remove(out, {*_names(found, wanted, drawn)} - {*contents})
    return written


def _part(
    group: Group, beside: Sequence[Summary], out: Path, formats: Collection[str], only: Collection[str] | None
) -> Part:
    """What the pages show of a group. Where others stand beside it, it has a folder for its figures."""
    shown = {form for form in figures.FORMATS if form in formats}
    shown |= {needed for form, needed in (("html", "svg"), ("markdown", "png")) if form in formats}
    if not shown:
        return Part(group.summary, (), group.title)
    names = [module.NAME for module in figures.FIGURES]
    saved = figures.saved_vectors(group.results, out) if "stability" in (names if only is None else only) else None
    drawings = figures.draw_all(
        group.summary,
        saved=saved,
        beside=beside,
        only=only,
        formats=[form for form in figures.FORMATS if form in shown],
    )
    if beside:
        drawings = [replace(drawing, name=f"{group.name}/{drawing.name}") for drawing in drawings]
    return Part(group.summary, drawings, group.title)


def _linked(parts: Sequence[Part], contents: Collection[str], out: Path) -> list[Part]:
    """The parts with those figures that Markdown finds as files."""
    return [
        replace(part, drawings=[one for one in part.drawings if _has(f"figures/{one.name}.png", contents, out)])
        for part in parts
    ]


def _has(name: str, contents: Collection[str], out: Path) -> bool:
    return name in contents or (out / name).is_file()


def _tables(found: Sequence[Group], formats: Collection[str]) -> dict[str, bytes]:
    """The table of results in the formats that are wanted; none without a finished run."""
    forms = [form for form in paper.FORMATS if form in formats]
    if not forms or not any(run.status == "ok" for group in found for run in group.results.runs):
        return {}
    table = paper.table("results", found)
    return {
        f"tables/results.{paper.FORMATS[form]}": paper.written(table, form).encode("utf-8", errors="replace")
        for form in forms
    }


def _known(names: Collection[str], all_of: Sequence[str], what: str) -> list[str]:
    for name in names:
        if name not in all_of:
            hint = suggestion(name, all_of, most=2) or f"there are {', '.join(all_of)}"
            raise InputError(f"a report has no {what} {name!r}; {hint}")
    return list(dict.fromkeys(names))


def _names(found: Sequence[Group], formats: Collection[str], only: Collection[str] | None) -> Iterator[str]:
    """Every file that such a report may have."""
    for form in formats:
        yield from FILES.get(form, ())
    folders = ["", *(f"{group.name}/" for group in found if len(found) > 1)]
    for module in figures.FIGURES:
        if only is None or module.NAME in only:
            yield from (
                f"figures/{folder}{module.NAME}.{form}"
                for folder in folders
                for form in figures.FORMATS
                if form in formats
            )


def _there(found: Sequence[Group], out: Path) -> set[str]:
    """Files of a report that lie there already: the page may link them."""
    own = [RESULTS] if len(found) == 1 else []  # those of several groups lie in their folders
    names = {*own, *_names(found, FORMATS, None)} - {"report.html"}
    return {name for name in names if (out / name).is_file()}
