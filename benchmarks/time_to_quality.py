"""Time to quality: seconds and words of training until a configuration first scores as well as its baseline at the end.

Runs of one configuration are taken together, since single scores jump: what arrives is the mean of their scores at the
end of an epoch, and it took the median of their seconds. Between the ends of epochs nobody has looked, so nothing is
read off between them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from .metrics import HEADLINES, Metric, score_metric
from .naming import BASELINE, configurations
from .records import CurvePoint, Results, RunRecord
from .statistics import Estimate, median_interval

NAME = "time_to_quality"

SEED = 1
"""Of the bootstrap."""

_ROUNDING = 1e-9
"""A mean that is summed in another order is the same mean."""


@dataclass(frozen=True)
class Target:
    """A score to reach: a task's mean over the finished runs of a baseline, at their end."""

    task: str
    metric: str
    value: float

    def reached_by(self, value: float) -> bool:
        """Whether a score is as good as this one."""
        if score_metric(self.task, self.metric).higher_is_better:
            return value >= self.value - _ROUNDING
        return value <= self.value + _ROUNDING


@dataclass(frozen=True)
class Arrival:
    """The first end of an epoch at which the mean score is as good as the target.

    Attributes:
        epoch: its number, from 1.
        words: in-vocabulary tokens of these epochs.
        seconds: of training until then, the median over runs with its interval.
        value: the mean score there.
    """

    epoch: int
    words: int
    seconds: Estimate
    value: float


@dataclass(frozen=True)
class Missed:
    """The target was not reached: how many epochs there were, and the best mean score at the end of any."""

    epochs: int
    best: float


@dataclass(frozen=True)
class Reached:
    """What became of one configuration's way to a target."""

    target: Target
    outcome: Arrival | Missed


def reached(runs: Sequence[RunRecord], baseline: Sequence[RunRecord]) -> Reached | None:
    """When finished runs first scored as well as those of a baseline at their end, on its first headline task.

    Runs without a curve were looked at once, at their end. None where there is no score or time.
    """
    aim = target(baseline)
    outcome = None if aim is None else time_to(aim, [run.curve or _end(run) for run in runs])
    return None if aim is None or outcome is None else Reached(aim, outcome)


def target(baseline: Sequence[RunRecord]) -> Target | None:
    """The mean score of finished runs at their end; None where they have none."""
    found = [score for run in baseline for score in run.scores if _is_number(score.value)]
    tasks = list(dict.fromkeys(score.task for score in found))
    if not tasks:
        return None
    task = next((name for name in HEADLINES if name in tasks), tasks[0])
    metric = next(score.metric for score in found if score.task == task)
    values = [score.value or 0.0 for score in found if (score.task, score.metric) == (task, metric)]
    return Target(task, metric, fmean(values))


def time_to(aim: Target, curves: Sequence[Sequence[CurvePoint]]) -> Arrival | Missed | None:
    """When the mean of several runs' scores reached a target; None where nothing was scored and timed.

    Args:
        aim: what to reach.
        curves: of one configuration's runs.
    """
    ends: dict[int, list[_End]] = {}
    for curve in curves:
        for point in curve:
            ends.setdefault(point.epoch, []).extend(_scored(point, aim))
    # Means over other runs than those of the next epoch would not compare with its mean.
    most = max(map(len, ends.values()), default=0)
    means = {epoch: some for epoch, some in sorted(ends.items()) if some and len(some) == most}
    best = None
    for epoch, some in means.items():
        value = fmean(end.value for end in some)
        if aim.reached_by(value):
            return Arrival(epoch, some[0].words, median_interval([end.seconds for end in some], SEED), value)
        if best is None or Target(aim.task, aim.metric, best).reached_by(value):
            best = value
    return None if best is None else Missed(max(means), best)


class _End(NamedTuple):
    words: int
    seconds: float
    value: float


def _scored(point: CurvePoint, aim: Target) -> list[_End]:
    """The end of an epoch of one run, where its time and its score are numbers."""
    if point.train_seconds <= 0:
        return []
    values = [score.value for score in point.scores if (score.task, score.metric) == (aim.task, aim.metric)]
    return [_End(point.words, point.train_seconds, value or 0.0) for value in values[:1] if _is_number(value)]


def _end(run: RunRecord) -> list[CurvePoint]:
    """What a run without a curve is known to have come to."""
    if run.train_seconds is None or run.words_per_second is None:
        return []
    words = round(run.words_per_second * run.train_seconds)
    return [
        CurvePoint(epoch=run.hyperparameters.epochs, words=words, train_seconds=run.train_seconds, scores=run.scores)
    ]


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


@dataclass(frozen=True)
class TimeToQuality(Metric):
    """Seconds until the epoch after which a run's configuration reached its baseline's score."""

    epochs: Mapping[str, int] = field(default_factory=dict, compare=False)
    """By the run's id; those that never came so far are missing."""

    def read(self, record: RunRecord) -> float | None:
        epoch = self.epochs.get(record.id)
        if record.status != "ok" or epoch is None:
            return None
        return next((point.train_seconds for point in record.curve or _end(record) if point.epoch == epoch), None)


def time_to_quality(results: Results) -> TimeToQuality | None:
    """Time to quality as a metric of these results; None without learning curves, or with nothing to compare with.

    The baseline is gensim where it ran with equal hyperparameters and threads, else the first implementation that did.
    """
    groups: dict[str, list[list[RunRecord]]] = {}
    for runs in configurations(results).values():
        groups.setdefault(f"{runs[0].hyperparameters!r} {runs[0].threads}", []).append(runs)
    epochs: dict[str, int] = {}
    for group in groups.values():
        if len(group) == 1 or not any(run.curve for runs in group for run in runs):
            continue
        base = next((runs for runs in group if runs[0].implementation == BASELINE), group[0])
        for runs in group:
            found = reached(runs, base)
            if found is not None and isinstance(found.outcome, Arrival):
                epochs |= dict.fromkeys((run.id for run in runs), found.outcome.epoch)
    if not epochs:
        return None
    return TimeToQuality(NAME, "s", False, "time", "Time to the baseline's score", epochs)
