"""What a plan would run, as lines for the terminal."""

from collections.abc import Mapping
from typing import Any

from .columns import columns


def forecast_lines(document: Mapping[str, Any]) -> list[str]:
    """A table of the cells, and how long what is missing takes.

    Args:
        document: as ``benchmarks.forecast.as_document`` gives it.
    """
    cells: list[Mapping[str, Any]] = document["cells"]
    rows: list[tuple[str, ...]] = [("implementation", "threads", "done", "failed", "to do", "a run", "left")]
    for cell in cells:
        each = _time(cell["seconds"]) + ("" if cell["measured"] or cell["seconds"] is None else " (probe)")
        counts = [str(cell[key]) for key in ("threads", "done", "failed", "open")]
        rows.append((_label(cell), *counts, each, cell["obstacle"] or _time(cell["left"])))
    runs = sum(cell["done"] + cell["failed"] + cell["open"] for cell in cells)
    known = sum(cell["left"] for cell in cells if cell["left"] is not None)
    missing = sum(cell["left"] is None for cell in cells)
    total = f"{runs} runs, {sum(cell['open'] for cell in cells)} to do, about {_time(known)}"
    if missing:
        total += f", and {missing} cell{'s' if missing > 1 else ''} of which nothing is known"
    if document["budget"] is not None and known > document["budget"]:
        total += f"; the budget of {_time(document['budget'])} ends before"
    return [f"{document['corpus']}, results in {document['results']}", columns(rows), f"{total}.", ""]


def _label(cell: Mapping[str, Any]) -> str:
    settings = ",".join(f"{key}={value}" for key, value in cell["settings"].items())
    return f"{cell['implementation']}[{settings}]" if settings else str(cell["implementation"])


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
