"""Results in other tools' formats, one a module: each has ``SUMMARY``, ``NAMES`` of its files and ``render``."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ...benchmarks.records import Results
from ...datasets.errors import InputError
from ...datasets.suggestion import suggestion
from ..files import replace_all

FORMATS = {
    "github-action-benchmark": "github_action_benchmark",
    "bencher": "bencher",
    "pytest-benchmark": "pytest_benchmark",
    "csv": "csv_table",
    "parquet": "parquet",
    "latex": "latex",
}
"""Formats by name, and the module of each; a module is imported when its format is asked for."""


def export(results: Results, form: str, out: Path) -> list[Path]:
    """Write results in another tool's format.

    Args:
        results: of one invocation.
        form: one of ``FORMATS``.
        out: a file, or a folder in which the files get their usual names. A format of several files needs a folder.

    Returns:
        The files written.

    Raises:
        InputError: there is no such format, the results cannot be told in it, or ``out`` cannot be written.
    """
    contents = exporter(form).render(results)
    directory, contents = _placed(contents, form, out)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return replace_all(directory, contents)
    except OSError as error:
        raise InputError(f"cannot write to {out}: {error.strerror or error}; choose another --out") from error


def exporter(form: str) -> ModuleType:
    """The module of a format.

    Raises:
        InputError: there is none of that name.
    """
    if form not in FORMATS:
        hint = suggestion(form, list(FORMATS), most=2, cutoff=0.4) or f"the formats are {', '.join(FORMATS)}"
        raise InputError(f"there is no format {form!r}; {hint}")
    return importlib.import_module(f".{FORMATS[form]}", __name__)


def format_rows() -> list[tuple[str, ...]]:
    """Every format with its files and what it is for, under a row of headings."""
    rows: list[tuple[str, ...]] = [("format", "files", "for")]
    for form in FORMATS:
        module = exporter(form)
        rows.append((form, ", ".join(module.NAMES), module.SUMMARY))
    return rows


def _placed(contents: dict[str, bytes], form: str, out: Path) -> tuple[Path, dict[str, bytes]]:
    """The folder, and the files' names in it."""
    names: Sequence[str] = exporter(form).NAMES
    if len(names) == 1 and not out.is_dir():
        return out.parent, {out.name: contents[names[0]]}
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; {form} writes {' and '.join(names)}, so give a directory to --out")
    return out, contents
