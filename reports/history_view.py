"""What a history shows: a track a configuration and machine, its series, the changes of their level, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..benchmarks.history.records import Entry
from ..benchmarks.history.series import Change, Series, all_series, changes
from ..benchmarks.metrics import Metric
from ..datasets.printable import printable
from . import units
from .columns import columns

LEFT_OUT = ("train_seconds", "trained_words_per_second")
"""Metrics that are shown only when they are asked for: words/s tell the same."""


@dataclass(frozen=True)
class Line:
    """One series with its changes."""

    series: Series
    changes: tuple[Change, ...]

    @property
    def metric(self) -> Metric:
        return self.series.metric

    @property
    def level(self) -> float:
        """Where it stands now: the level since the last change, or the median where nothing changed."""
        from statistics import median

        start = self.changes[-1].index if self.changes else 0
        return median(point.value for point in self.series.points[start:])


@dataclass(frozen=True)
class Track:
    """One configuration on one kind of machine, a line a metric."""

    machine: str
    corpus: str
    configuration: str
    lines: tuple[Line, ...]

    @property
    def commits(self) -> int:
        return max(len(line.series.points) for line in self.lines)


@dataclass(frozen=True)
class Event:
    """A change, and where it happened."""

    track: Track
    line: Line
    change: Change

    @property
    def commit(self) -> str:
        return self.line.series.points[self.change.index].label

    @property
    def time(self) -> datetime:
        return self.line.series.points[self.change.index].time


def tracks(entries: Sequence[Entry], metrics: Sequence[str] | None = None) -> list[Track]:
    """The tracks of a history.

    Args:
        entries: as ``benchmarks.history.store.load`` gives them.
        metrics: names of those to show; None for all but ``LEFT_OUT``.

    Raises:
        InputError: a metric that is wanted is in no entry.
    """
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for one in all_series(entries, metrics):
        # A trainer that compiles nothing has a line of zeros.
        shown = one.metric.name not in LEFT_OUT and any(point.value for point in one.points)
        if metrics is not None or shown:
            key = (one.machine, one.corpus, one.configuration)
            groups.setdefault(key, []).append(Line(one, tuple(changes(one))))
    return [Track(*key, tuple(lines)) for key, lines in groups.items()]


def events(found: Sequence[Track]) -> list[Event]:
    """Every change of every track, the latest commit first."""
    all_ = [Event(track, line, change) for track in found for line in track.lines for change in line.changes]
    return sorted(all_, key=lambda event: event.time, reverse=True)


def history_text(entries: Sequence[Entry], metrics: Sequence[str] | None = None) -> str:
    """The history as plain text: under each machine a row a series, then the changes.

    Raises:
        InputError: a metric that is wanted is in no entry.
    """
    found = tracks(entries, metrics)
    parts = []
    for machine in dict.fromkeys(track.machine for track in found):
        rows: list[tuple[str, ...]] = [("configuration", "metric", "commits", "level now", "latest change")]
        for track in found:
            if track.machine == machine:
                rows += [(track.configuration, *_row(line)) for line in track.lines]
        parts.append(f"{printable(machine)}\n{columns(rows)}")
    return "\n\n".join(parts)


def value(metric: Metric, number: float) -> str:
    """A number in its metric's unit."""
    spell = {"speed": units.rate, "time": units.seconds, "memory": units.memory}.get(metric.kind)
    return spell(number) if spell else units.fraction(number, _score(metric))


def effect(metric: Metric, change: Change) -> str:
    """How far a level moved: in per cent, or in points of a score."""
    if metric.relative and change.before:
        return _signed(f"{100 * change.effect:+.1f} %")
    if units.is_share(_score(metric)):
        return _signed(f"{100 * change.effect:+.1f} points")
    return _signed(f"{change.effect:+.3f}")


def verdict(change: Change) -> str:
    """Better or worse, by the metric's direction."""
    return "better" if change.better else "worse"


def _row(line: Line) -> tuple[str, ...]:
    latest = "none"
    if line.changes:
        change = line.changes[-1]
        point = line.series.points[change.index]
        latest = f"{effect(line.metric, change)}, {verdict(change)}, at {point.label} of {point.time:%Y-%m-%d}"
    return line.metric.title, str(len(line.series.points)), value(line.metric, line.level), latest


def _score(metric: Metric) -> str:
    return metric.name.rpartition("/")[2]


def _signed(text: str) -> str:
    return text.replace("-", units.MINUS)
