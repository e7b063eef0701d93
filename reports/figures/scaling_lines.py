"""What the figure of scaling shows: lines of configurations that differ in one thing alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...benchmarks.history.fingerprint import fingerprint
from ...benchmarks.records import CorpusRecord, RunRecord
from .. import limits
from ..cells import labels
from ..summary import Estimate, Row, Summary
from . import series


@dataclass(frozen=True)
class Point:
    """A configuration: where it stands on the axis, and its words/s with the ends of their interval."""

    x: int
    speed: float
    low: float | None
    high: float | None
    rounds: int
    limit: float | None = None
    """Words/s that the machine allows, where its ceilings are known."""


@dataclass(frozen=True)
class Line:
    """Configurations that differ in one thing, in its order."""

    label: str
    points: tuple[Point, ...]
    implementation: str = ""


@dataclass(frozen=True)
class Panel:
    """One thing that varies: ``threads``, a hyperparameter, ``vocabulary`` or ``tokens`` (words of the corpus)."""

    axis: str
    lines: tuple[Line, ...]

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(sorted({point.x for line in self.lines for point in line.points}))


@dataclass(frozen=True)
class Data:
    """What is drawn, and of which lines."""

    panels: tuple[Panel, ...]
    labels: tuple[str, ...]
    found: tuple[str, ...]
    """All lines, drawn or not."""
    thinned: bool = False
    """Whether a grid has so many lines that a panel has only the fastest of each implementation."""


TITLES = {
    "threads": "Threads",
    "vector_size": "Vector size",
    "window": "Window",
    "negative": "Negatives",
    "vocabulary": "Vocabulary (words)",
    "tokens": "Corpus (words)",
}
_HYPERPARAMETERS = ("vector_size", "window", "negative")
OF_CORPORA = ("vocabulary", "tokens")
"""What a report of several parts varies, each with its own text or ``min_count``."""


@dataclass(frozen=True)
class _Timed:
    """A row with a speed, its corpus, and the words/s that the machine allows, where they are known."""

    row: Row
    speed: Estimate
    corpus: CorpusRecord
    limit: float | None

    def value(self, axis: str) -> int:
        """Where it stands on an axis."""
        run = self.row.run
        if axis in _HYPERPARAMETERS:
            return int(getattr(run.hyperparameters, axis))
        values = {"threads": run.threads, "vocabulary": self.corpus.vocabulary_size, "tokens": self.corpus.tokens}
        return values[axis]


def data(summary: Summary, beside: Sequence[Summary] = ()) -> Data | None:
    """A panel for each thing of which some implementation has two values with all else equal; None without any.

    Args:
        summary: of the report's part.
        beside: of its other parts: those of the same machine and code give the panels of corpora and vocabularies.
    """
    own = _timed(summary)
    panels, always = [], set[str]()
    for axis in TITLES:
        timed = own
        if axis in OF_CORPORA:
            timed = own + [one for other in beside if _comparable(axis, summary, other) for one in _timed(other)]
        lines = _lines(axis, timed, always)
        if lines:
            panels.append(Panel(axis, tuple(lines)))
    if not panels:
        return None
    found = tuple(dict.fromkeys(line.label for panel in panels for line in panel.lines))
    if len(found) > series.MOST:
        panels = [Panel(panel.axis, _fastest(panel.lines)) for panel in panels]
    drawn = tuple(dict.fromkeys(line.label for panel in panels for line in panel.lines))
    thinned = len(drawn) < len(found)
    shown = series.chosen(drawn, always)
    kept = [Panel(panel.axis, tuple(one for one in panel.lines if one.label in shown)) for panel in panels]
    return Data(tuple(panel for panel in kept if panel.lines), shown, found, thinned)


def _fastest(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Of each implementation the line of most points, and among these the fastest at its end."""
    best: dict[str, Line] = {}
    for line in lines:
        other = best.get(line.implementation)
        if other is None or _rank(line) > _rank(other):
            best[line.implementation] = line
    return tuple(line for line in lines if best[line.implementation] is line)


def _rank(line: Line) -> tuple[int, float]:
    return len(line.points), line.points[-1].speed


def _timed(summary: Summary) -> list[_Timed]:
    known = limits.predictions(summary)
    return [
        _Timed(row, row.speed, summary.corpus, known[row.label].limit if row.label in known else None)
        for row in summary.rows
        if row.speed
    ]


def _comparable(axis: str, a: Summary, b: Summary) -> bool:
    """Whether two parts differ in what the axis shows: other texts, or one text with other least counts of a word."""
    return (a.corpus.sha256 == b.corpus.sha256) == (axis == "vocabulary") and _same_machine(a, b)


def _same_machine(a: Summary, b: Summary) -> bool:
    """Whether both were run on one kind of machine, which was recorded, by the same code of this harness."""
    cpu = a.environment.get("cpu")
    recorded = isinstance(cpu, Mapping) and cpu.get("model")
    same_code = a.environment.get("code") == b.environment.get("code")
    return bool(recorded) and same_code and fingerprint(a.environment) == fingerprint(b.environment)


def _lines(axis: str, timed: Sequence[_Timed], always: set[str]) -> list[Line]:
    """What differs in ``axis`` alone, as lines of two values or more; baselines' labels are added to ``always``."""
    groups: dict[str, list[_Timed]] = {}
    for one in timed:
        groups.setdefault(_all_else(axis, one.row.run), []).append(one)
    kept = [group for group in groups.values() if len({one.value(axis) for one in group}) > 1]
    lines = []
    for label, group in zip(_labels(axis, [group[0].row.run for group in kept]), kept, strict=True):
        if any(one.row.is_baseline for one in group):
            always.add(label)
        points = sorted((_point(axis, one) for one in group), key=lambda point: point.x)
        lines.append(Line(label, tuple(points), group[0].row.run.implementation))
    return lines


def _all_else(axis: str, run: RunRecord) -> str:
    """What may move a speed, except for what varies. The corpus of rows is the same unless it is what varies."""
    settings = {
        **run.hyperparameters.model_dump(), "threads": run.threads,
        "trainer": [run.implementation, run.version, run.device, run.options],
    }  # fmt: skip
    settings.pop("min_count" if axis == "vocabulary" else axis, None)
    return json.dumps(settings, sort_keys=True, default=str)


def _labels(axis: str, runs: Sequence[RunRecord]) -> list[str]:
    """The shortest names of the lines; what varies along them is no part of a name."""
    if axis == "threads":
        return labels([run.model_copy(update={"threads": 1}) for run in runs])
    if axis in _HYPERPARAMETERS:
        alike = [run.hyperparameters.model_copy(update={axis: 1}) for run in runs]
        return labels([run.model_copy(update={"hyperparameters": own}) for run, own in zip(runs, alike, strict=True)])
    return labels(runs)


def _point(axis: str, one: _Timed) -> Point:
    return Point(one.value(axis), one.speed.value, one.speed.low, one.speed.high, one.speed.n, one.limit)
