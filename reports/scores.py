"""Scores of a configuration's runs, averaged: runs differ by seed, items stay the same."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from ..benchmarks.metrics import HEADLINES
from ..benchmarks.records import Score, Section


@dataclass(frozen=True)
class SectionSummary:
    """A part of a score, averaged over runs."""

    value: float | None
    correct: float | None
    n: float
    total: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ScoreSummary:
    """A task's score, averaged over runs.

    ``low`` and ``high`` are the means of the runs' 95 % intervals, which come from resampling the task's items. All
    runs answer the same items, so averaging leaves that uncertainty where it is; the spread over runs is in
    ``values``.
    """

    task: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    correct: float | None
    n: float
    total: int
    values: tuple[float, ...]
    sections: Mapping[str, SectionSummary] = field(default_factory=dict)
    reason: str | None = None


def summarise_scores(runs: Sequence[Sequence[Score]]) -> dict[tuple[str, str], ScoreSummary]:
    """Average every (task, metric) over the runs that have it."""
    collected: dict[tuple[str, str], list[Score]] = {}
    for scores in runs:
        for score in scores:
            collected.setdefault((score.task, score.metric), []).append(score)
    return {key: _average(scores) for key, scores in collected.items()}


def headline_tasks(tasks: Sequence[str], limit: int = 3) -> list[str]:
    """The tasks of the main table: the usual ones where they were run, filled up with the first others."""
    usual = [task for task in HEADLINES if task in tasks]
    return (usual + [task for task in tasks if task not in HEADLINES])[: max(limit, len(usual))]


def _average(scores: Sequence[Score]) -> ScoreSummary:
    values = tuple(numbers(score.value for score in scores))
    # A run without a value has no interval or count that means anything either.
    scored = [score for score in scores if numbers([score.value])] or scores
    names = dict.fromkeys(name for score in scored for name in score.sections)
    return ScoreSummary(
        task=scores[0].task,
        metric=scores[0].metric,
        value=_mean(values),
        low=_mean(score.low for score in scored) if values else None,
        high=_mean(score.high for score in scored) if values else None,
        correct=_mean(score.correct for score in scored),
        n=fmean(score.n for score in scored),
        total=scores[0].total,
        values=values,
        sections={
            name: _section([score.sections[name] for score in scored if name in score.sections]) for name in names
        },
        reason=None if values else next((score.reason for score in scores if score.reason), None),
    )


def _section(parts: Sequence[Section]) -> SectionSummary:
    return SectionSummary(
        value=_mean(part.value for part in parts),
        correct=_mean(part.correct for part in parts),
        n=fmean(part.n for part in parts),
        total=parts[0].total,
        low=_mean(part.low for part in parts),
        high=_mean(part.high for part in parts),
    )


def numbers(values: Iterable[float | None]) -> list[float]:
    """What is there and finite: a NaN must not blot out the other runs."""
    return [value for value in values if value is not None and math.isfinite(value)]


def _mean(values: Iterable[float | None]) -> float | None:
    kept = numbers(values)
    return fmean(kept) if kept else None
