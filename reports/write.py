"""Writes the report of a results directory: Markdown, HTML and figures, replaced together."""

import contextlib
from pathlib import Path

from ..benchmarks.store import load_results
from ..datasets.errors import InputError
from . import figures, html, markdown
from .files import replace_all
from .summary import summarise


def write_report(directory: Path) -> list[Path]:
    """Make ``report.md``, ``report.html`` and ``figures/*`` from ``directory/results.json``.

    All are made in memory and staged beside their places first: a fault in the middle leaves the earlier report whole.
    Figures of an earlier report that these results cannot fill are removed.

    Returns:
        The files written, the two reports first.

    Raises:
        InputError: there is no ``results.json``, it is not one, or the report cannot be written.
    """
    summary = summarise(load_results(directory))
    drawings = figures.draw_all(summary)
    contents = {
        "report.md": markdown.render(summary, drawings).encode("utf-8", errors="replace"),
        "report.html": html.render(summary, drawings).encode("utf-8", errors="replace"),
    }
    for drawing in drawings:
        contents.update({f"figures/{drawing.name}.{form}": data for form, data in drawing.files.items()})
    try:
        written = replace_all(directory, contents)
    except OSError as error:
        raise InputError(
            f"cannot write the report into {directory}: {error.strerror}; make room or choose another directory"
        ) from error
    _remove_stale(directory, set(contents))
    return written


def _remove_stale(directory: Path, current: set[str]) -> None:
    for module in figures.FIGURES:
        for form in figures.FORMATS:
            name = f"figures/{module.NAME}.{form}"
            if name not in current:
                (directory / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (directory / "figures").rmdir()  # only where it is empty
