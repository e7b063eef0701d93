"""What ``conformance`` prints: one trainer's checks, as they stand in JSON, as a table for the terminal."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_STYLES = {"pass": "green", "fail": "bold red", "not applicable": "dim"}
_TOLD = {"pass": "passed", "fail": "failed", "not applicable": "not applicable"}


def conformance_table(examined: Mapping[str, Any]) -> RenderableType:
    """A row a check with what was seen, under a failed one what is demanded and what to do, and a line that sums up.

    Args:
        examined: ``as_json`` of what ``benchmarks.conformance`` gives, or the same read from JSON.
    """
    return Group(_title(examined), _table(examined), Text(sentence(examined)), Text())


def sentence(examined: Mapping[str, Any]) -> str:
    """The whole in a line."""
    name = examined["implementation"]
    if examined["unavailable"] is not None:
        return f"{name} cannot be checked here: {examined['unavailable']}"
    counts = Counter(one["status"] for one in examined["outcomes"])
    parts = [f"{counts[status]} {told}" for status, told in _TOLD.items() if counts[status]]
    return f"{name} {'conforms' if examined['conforms'] else 'does not conform'}: {', '.join(parts)}"


def _title(examined: Mapping[str, Any]) -> Text:
    return Text(f"{examined['implementation']} {examined['version'] or ''}".rstrip(), style="bold")


def _table(examined: Mapping[str, Any]) -> Table:
    drawn = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for title in ("check", "result", "what was seen"):
        # Names and results keep their line; what was seen may break.
        drawn.add_column(title, no_wrap=title != "what was seen", vertical="top", overflow="fold")
    for one in examined["outcomes"]:
        drawn.add_row(Text(one["check"]), Text(one["status"], style=_STYLES[one["status"]]), _seen(one))
    return drawn


def _seen(outcome: Mapping[str, Any]) -> Text:
    seen = Text(outcome["words"])
    if outcome["todo"] is not None:
        seen.append(f"\nAsked for: {outcome['demand']}\nTo do: {outcome['todo']}", style="dim")
    return seen
