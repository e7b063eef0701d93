"""Tables as plain text, of whatever width: for people, and for what stands behind a pipe."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..datasets.printable import printable


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as lines, their cells one under the other. The rows have equal numbers of cells, each shown on one line."""
    rows = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def score_rows(scores: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Scores as ``evaluate`` gives them, a row each under a row of headings."""
    rows: list[tuple[str, ...]] = [("task", "metric", "value", "95 % interval", "scored", "of")]
    for one in scores:
        value = "-" if one["value"] is None else f"{one['value']:.4f}"
        interval = "-" if one["low"] is None or one["high"] is None else f"{one['low']:.4f} to {one['high']:.4f}"
        scored, total = f"{one['n']:,}", f"{one['total']:,}"
        rows.append((one["task"], one["metric"], value, one["reason"] or interval, scored, total))
    return rows
