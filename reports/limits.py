"""How far each implementation is from what the machine allows, where its ceilings were measured."""

from collections.abc import Mapping, Sequence

from ..benchmarks.prediction import Ceilings, Prediction, ceilings_of, predicted
from . import units
from .listing import listed
from .summary import Row, Summary

MOST = 6
"""Implementations that a sentence names."""


def predictions(summary: Summary) -> dict[str, Prediction]:
    """What the machine allows each timed row, by label; without those of which it cannot be said."""
    ceilings = ceilings_of(summary.environment)
    if not ceilings:
        return {}
    found = {row.label: predicted(row.run, summary.corpus, ceilings) for row in summary.rows if row.speed}
    return {label: one for label, one in found.items() if one is not None}


def sentences(summary: Summary) -> list[str]:
    """The machine's ceilings, and what share of the words/s that they allow each implementation reaches."""
    found, ceilings = predictions(summary), ceilings_of(summary.environment)
    by_threads: dict[int, list[Row]] = {}
    for row in summary.rows:
        if row.label in found:
            by_threads.setdefault(row.run.threads, []).append(row)
    return [_sentence(ceilings[threads], rows, found) for threads, rows in sorted(by_threads.items())]


def share(row: Row, prediction: Prediction) -> float:
    """Of the words/s that the machine allows, what a row reaches."""
    return row.speed.value / prediction.limit if row.speed else 0.0


def bound(prediction: Prediction) -> str:
    """What sets the limit, in words."""
    if prediction.limit == prediction.arithmetic:
        return "multiply-adds"
    return "rows from cache and memory" if prediction.limit == prediction.bandwidth else "the first-level cache"


def bandwidths(ceilings: Ceilings) -> dict[str, float]:
    """Bytes a second, read and written back, by where they come from, the slowest first."""
    found = {
        "memory": ceilings.memory_update_bytes_per_second,
        "last-level cache": ceilings.cache_update_bytes_per_second,
        "first-level cache": ceilings.first_cache_update_bytes_per_second,
    }
    return {name: speed for name, speed in found.items() if speed is not None}


def described(ceilings: Ceilings) -> str:
    """The ceilings in words."""
    speeds = [f"{units.memory(speed)}/s ({name})" for name, speed in bandwidths(ceilings).items()]
    return f"{units.rate(ceilings.multiply_adds_per_second)} multiply-adds/s and moves {listed(speeds)}"


def _sentence(ceilings: Ceilings, rows: Sequence[Row], found: Mapping[str, Prediction]) -> str:
    threads = "1 thread" if ceilings.threads == 1 else f"{ceilings.threads} threads"
    parts = [_reaches(row, found[row.label]) for row in rows[:MOST]]
    if len(rows) > MOST:
        parts.append(f"{len(rows) - MOST} more less")
    over = [row.label for row in rows if share(row, found[row.label]) > 1]
    text = f"With {threads} this machine does {described(ceilings)}. Of the words/s that this allows {listed(parts)}."
    if over:
        text += f" More than all: the ceilings were measured too low, or too much is counted for {listed(over)}."
    return text


def _reaches(row: Row, prediction: Prediction) -> str:
    reached = 100 * share(row, prediction)
    shown = f"{reached:.0f}" if reached >= 9.5 else f"{reached:.1f}"
    return f"{row.label} reaches {shown} % (of {units.rate(prediction.limit)}, set by {bound(prediction)})"
