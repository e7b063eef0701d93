"""What a plan would run, as lines for the terminal."""

from collections.abc import Sequence
from pathlib import Path

from ..benchmarks.forecast import Cell
from ..benchmarks.plan import Plan
from .columns import columns


def forecast_lines(plan: Plan, out: Path, cells: Sequence[Cell]) -> list[str]:
    """A table of the cells, and how long what is missing takes."""
    rows = [("implementation", "threads", "done", "failed", "to do", "a run", "left")]
    for cell in cells:
        each = _time(cell.seconds) + ("" if cell.measured or cell.seconds is None else " (probe)")
        counts = (str(cell.threads), str(cell.done), str(cell.failed), str(cell.open))
        rows.append((_label(cell), *counts, each, cell.obstacle or _time(cell.left)))
    runs = sum(cell.done + cell.failed + cell.open for cell in cells)
    left = [cell.left for cell in cells]
    known = sum(part for part in left if part is not None)
    missing = sum(part is None for part in left)
    total = f"{runs} runs, {sum(cell.open for cell in cells)} to do, about {_time(known)}"
    if missing:
        total += f", and {missing} cell{'s' if missing > 1 else ''} of which nothing is known"
    if plan.budget is not None and known > plan.budget:
        total += f"; the budget of {_time(plan.budget)} ends before"
    return [f"{plan.corpus}, results in {out}", columns(rows), f"{total}.", ""]


def _label(cell: Cell) -> str:
    settings = ",".join(f"{key}={value}" for key, value in cell.settings.items())
    return f"{cell.implementation}[{settings}]" if settings else cell.implementation


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
