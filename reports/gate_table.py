"""A gate's result for readers: rows for the terminal and a page in Markdown for a pull request."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..benchmarks.metrics import metric
from .columns import columns
from .files import replace_all

MARKS = {"ok": "✅", "improvement": "🚀", "regression": "❌", "inconclusive": "⚠️"}
Row = tuple[str, ...]

SPEED = ("what", "head ÷ base", "95 % interval", "p (Holm)", "let pass", "verdict")
QUALITY = ("score", "base", "head", "difference", "99 % interval", "p (Holm)", "verdict")


def speed_rows(gate: Mapping[str, Any]) -> list[Row]:
    """Times and memory, a header first; ``gate`` is what ``gate.json`` holds."""
    rows: list[Row] = [SPEED]
    for name, decision in gate["speed"].items():
        title = metric(name.rpartition("/")[2]).title
        rows.append(
            (
                f"{name.rpartition('/')[0]} {title.lower()}",
                f"{decision['ratio']:.3f}",
                f"{decision['low']:.3f} to {decision['high']:.3f}",
                _p(decision["p"]),
                f"{decision['tolerance']:.1%}",
                decision["verdict"],
            )
        )
    return rows


def quality_rows(gate: Mapping[str, Any]) -> list[Row]:
    """Scores, a header first."""
    rows: list[Row] = [QUALITY]
    for name, decision in gate["quality"].items():
        rows.append(
            (
                name.replace("/", " "),
                f"{decision['base']:.4f}",
                f"{decision['head']:.4f}",
                f"{decision['difference']:+.4f}",
                f"{decision['low']:+.4f} to {decision['high']:+.4f}",
                _p(decision["p"]),
                decision["verdict"],
            )
        )
    return rows


def sentences(gate: Mapping[str, Any]) -> list[str]:
    """The verdict, why anything is inconclusive, and what the machine was like."""
    conditions, found = gate["conditions"], []
    headline = {
        "ok": "No regression",
        "regression": "Regression",
        "inconclusive": "Inconclusive: the measurements do not decide",
    }[gate["verdict"]]
    head, base = (_revision(gate[side]) for side in ("head", "base"))
    found.append(f"{headline}: {head} against {base}, {conditions['rounds']} rounds.")
    reasons = {
        f"{name}: {decision['reason']}."
        for name, decision in [*gate["speed"].items(), *gate["quality"].items()]
        if decision["reason"]
    }
    found += sorted(reasons)
    noise = [decision["noise"] for decision in gate["speed"].values() if decision["noise"] is not None]
    parts = []
    if noise:
        parts.append(f"base against itself is known to ± {max(noise):.1%}")
    for key, text in (("foreign", "other processes took up to {:.0%} of the cores"), ("steal", "up to {:.0%} stolen")):
        if conditions[key] is not None:
            parts.append(text.format(conditions[key]))
    if conditions["probe_spread"] is not None:
        parts.append(f"the probe's quartiles lie {conditions['probe_spread']:.0%} apart")
    if conditions["disturbed"]:
        parts.append(f"rounds {', '.join(map(str, conditions['disturbed']))} were disturbed, and are counted")
    if parts:
        found.append(f"The machine: {'; '.join(parts)}.")
    return found


def write_gate(gate: Mapping[str, Any], directory: Path) -> list[str]:
    """Write ``gate.md`` beside ``gate.json``; returns what the terminal shows."""
    replace_all(directory, {"gate.md": markdown(gate).encode("utf-8")})
    tables = [columns(rows) for rows in (speed_rows(gate), quality_rows(gate)) if len(rows) > 1]
    return [*tables, *sentences(gate), str(directory / "gate.md")]


def markdown(gate: Mapping[str, Any]) -> str:
    """The whole result as Markdown."""
    first, *others = sentences(gate)
    parts = [f"### {MARKS[gate['verdict']]} {first}"]
    for rows in (speed_rows(gate), quality_rows(gate)):
        if len(rows) > 1:
            parts.append(_table(rows))
    return "\n\n".join([*parts, *others]) + "\n"


def _revision(commit: str) -> str:
    """A commit, shortened; "+" where files were changed since."""
    return commit[:10] + ("+" if commit.endswith("+") else "")


def _table(rows: Sequence[Row]) -> str:
    header, *body = rows
    lines = [_line(header), "|" + "---|" * len(header)]
    return "\n".join([*lines, *(_line((*row[:-1], f"{MARKS[row[-1]]} {row[-1]}")) for row in body)])


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
