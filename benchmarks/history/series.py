"""Series of one metric over commits, measured under equal conditions, and the changes of their level."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...datasets.errors import InputError
from ..estimates import combined
from ..metrics import Kind, Metric
from ..metrics import metric as find_metric
from .changes import cuts
from .records import ConfigurationRecord, Entry, MeasuredRecord

LEAST: Mapping[Kind, float] = {"speed": 0.03, "time": 0.03, "memory": 0.03, "quality": 0.005}
"""Changes below this are not reported: 3 % of speeds, times and memory, half a point of a score."""

FLOOR: Mapping[Kind, float] = {"speed": 0.003, "time": 0.003, "memory": 0.003, "quality": 0.0005}
"""Noise is taken to be at least this: scores of equal seeds and sizes of memory may repeat to the digit."""


@dataclass(frozen=True)
class Point:
    """One commit of a series; benchmarks of the same commit are pooled."""

    revision: str
    dirty: bool
    time: datetime
    value: float
    low: float | None
    high: float | None
    values: tuple[float, ...]
    versions: Mapping[str, str]

    @property
    def label(self) -> str:
        """The commit's short name, with a plus where files were changed since."""
        return self.revision[:7] + ("+" if self.dirty else "")


@dataclass(frozen=True)
class Series:
    """One metric of one configuration on one kind of machine, in the order of commits."""

    machine: str
    corpus: str
    configuration: str
    metric: Metric
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Change:
    """A change of level that begins with a commit.

    Attributes:
        index: of the first point of the new level.
        before, after: medians of the levels, in the metric's unit.
        effect: ``after / before - 1``, or for quality the difference.
        better: whether it is an improvement.
        versions: libraries whose versions differ between the two points, such as ``numba 0.61.0 → 0.62.1``.
    """

    index: int
    before: float
    after: float
    effect: float
    better: bool
    versions: tuple[str, ...]


def all_series(entries: Sequence[Entry], wanted: Sequence[str] | None = None) -> list[Series]:
    """Every series of a history. Series differ in machine, corpus, configuration or metric.

    Args:
        entries: in the order of commits, as ``load`` gives them.
        wanted: names of metrics; None for all.

    Raises:
        InputError: a metric that is wanted is in no entry.
    """
    groups: dict[tuple[str, ...], list[tuple[Entry, ConfigurationRecord, MeasuredRecord]]] = {}
    for entry in entries:
        for one in entry.configurations:
            for name, measured in one.metrics.items():
                key = (entry.fingerprint.key(one.device), entry.corpus.model_dump_json(), one.name, name)
                groups.setdefault(key, []).append((entry, one, measured))
    names = _chosen(wanted, {key[-1]: None for key in groups})
    return [_series(key[-1], rows) for key, rows in groups.items() if key[-1] in names]


def changes(series: Series) -> list[Change]:
    """Where the level of a series changed, and whether for the better."""
    values = [point.value for point in series.points]
    logarithmic = series.metric.relative and min(values, default=0.0) > 0
    scaled = [math.log(value) for value in values] if logarithmic else values
    # A series with zeros (no time spent compiling) has no logarithms; its steps are measured against its largest value.
    unit = max(map(abs, values), default=0.0) if series.metric.relative and not logarithmic else 1.0
    floor, least = FLOOR[series.metric.kind] * unit, LEAST[series.metric.kind] * unit
    if not unit:
        return []
    found = []
    for cut in cuts(scaled, floor=floor, least=least):
        before, after = (math.exp(level) if logarithmic else level for level in (cut.before, cut.after))
        effect = after / before - 1 if series.metric.relative and before else after - before
        earlier, later = series.points[cut.index - 1], series.points[cut.index]
        better = (after > before) == series.metric.higher_is_better
        found.append(Change(cut.index, before, after, effect, better, tuple(_moved(earlier, later))))
    return found


def _series(name: str, rows: Sequence[tuple[Entry, ConfigurationRecord, MeasuredRecord]]) -> Series:
    entry, configuration, measured = rows[-1]
    pools: dict[tuple[str, str], list[tuple[Entry, ConfigurationRecord, MeasuredRecord]]] = {}
    for row in rows:
        pools.setdefault((row[0].revision, row[0].digest if row[0].dirty else ""), []).append(row)
    return Series(
        machine=entry.fingerprint.title(configuration.device),
        corpus=entry.corpus.name,
        configuration=configuration.name,
        metric=Metric(name, measured.unit, measured.higher_is_better, measured.kind, _title(name)),
        points=tuple(_point(pool) for pool in pools.values()),
    )


def _point(pool: Sequence[tuple[Entry, ConfigurationRecord, MeasuredRecord]]) -> Point:
    entry, configuration, record = pool[-1]
    value, low, high = record.value, record.low, record.high
    values = tuple(value for *_, each in pool for value in each.values)
    if len(pool) > 1:
        ends = [(each.low, each.high) for *_, each in pool for _ in each.values]
        known = [None if low is None or high is None else (low, high) for low, high in ends]
        value, low, high, _ = combined(record.kind, values, known)
    versions = dict(entry.versions)
    if configuration.version:
        versions.setdefault(configuration.implementation, configuration.version)
    return Point(entry.revision, entry.dirty, entry.time, value, low, high, values, versions)


def _chosen(wanted: Sequence[str] | None, present: Mapping[str, None]) -> set[str]:
    if wanted is None:
        return set(present)
    names = set()
    for text in wanted:
        name = text if text in present else find_metric(text).name
        if name not in present:
            raise InputError(f"the history holds no {name}; it has {', '.join(present)}")
        names.add(name)
    return names


def _title(name: str) -> str:
    try:
        return find_metric(name).title
    except InputError:
        return name.replace("/", " ")


def _moved(earlier: Point, later: Point) -> Iterator[str]:
    for name in sorted({*earlier.versions, *later.versions}):
        was, is_ = earlier.versions.get(name, "none"), later.versions.get(name, "none")
        if was != is_:
            yield f"{name} {was} → {is_}"
