"""The quantities a run is judged by: name, unit, which direction is better, and where a run's record holds them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ..datasets.errors import InputError
from ..datasets.suggestion import suggestion
from .records import Results, RunRecord, Score

Kind = Literal["speed", "time", "memory", "quality"]


@dataclass(frozen=True)
class Metric:
    """One quantity of a run.

    Attributes:
        name: a field of ``RunRecord`` (``words_per_second``), or ``TASK/METRIC`` for a score (``google-30k/accuracy``).
        unit: ``words/s``, ``s``, ``bytes``, ``fraction`` (0 to 1) or ``correlation`` (-1 to 1).
        higher_is_better: whether a rise is an improvement.
        kind: what it measures. Speeds, times and memory are above zero and are compared by their ratio, quality by its
            difference.
        title: how readers know it.
    """

    name: str
    unit: str
    higher_is_better: bool
    kind: Kind
    title: str

    @property
    def relative(self) -> bool:
        """Whether two values are compared by their ratio rather than by their difference."""
        return self.kind != "quality"

    def read(self, record: RunRecord) -> float | None:
        """The value of a finished run, or None where the run did not finish or has no number that can be meant."""
        if record.status != "ok":
            return None
        if self.kind == "quality":
            score = self._score(record)
            value = None if score is None else score.value
        else:
            value = getattr(record, self.name)
        if value is None or not math.isfinite(value) or (self.kind == "speed" and value <= 0):
            return None
        return float(value)

    def interval(self, record: RunRecord) -> tuple[float, float] | None:
        """Ends of the 95 % interval that a run's score has of its own; None for what is not a score."""
        score = self._score(record)
        if score is None or score.low is None or score.high is None:
            return None
        return (score.low, score.high) if math.isfinite(score.low) and math.isfinite(score.high) else None

    def _score(self, record: RunRecord) -> Score | None:
        task, _, metric = self.name.partition("/")
        return next((one for one in record.scores if (one.task, one.metric) == (task, metric)), None)


_FIELDS = (
    Metric("words_per_second", "words/s", True, "speed", "Words/s"),
    Metric("trained_words_per_second", "words/s", True, "speed", "Trained words/s"),
    Metric("train_seconds", "s", False, "time", "Training time"),
    Metric("compile_seconds", "s", False, "time", "Compile time"),
    Metric("peak_memory_bytes", "bytes", False, "memory", "Peak memory"),
    Metric("peak_gpu_memory_bytes", "bytes", False, "memory", "Peak GPU memory"),
)

HEADLINES = ("google-30k", "wordsim-353", "simlex-999")
"""Tasks of the main table, in its order, where they were run."""

_UNITS: Mapping[str, str] = {"spearman": "correlation", "pearson": "correlation"}
"""Units of scores; the others are shares of items."""


def metric(name: str) -> Metric:
    """A metric by name: one of the record's fields, ``TASK/METRIC``, or ``TASK`` for the task's headline metric.

    Raises:
        InputError: there is none of that name.
    """
    fields = {one.name: one for one in _FIELDS}
    if name in fields:
        return fields[name]
    task, _, which = name.partition("/")
    headline = _headlines().get(task)
    if headline is not None:
        return score_metric(task, which or headline[0])
    known = [*fields, *_headlines()]
    hint = suggestion(name, known) or f"the metrics are {', '.join(fields)} and every task"
    raise InputError(f"there is no metric {name!r}; {hint}")


def metrics(results: Results) -> list[Metric]:
    """Those that at least one finished run has a value for: the record's fields, then scores in the order of scoring.

    A task that this version does not know (results of a later one, or of a plug-in) is taken to be one where higher is
    better, as it is for every task so far.
    Learning curves add the time to the baseline's score.
    """
    from .time_to_quality import time_to_quality

    scored = dict.fromkeys((score.task, score.metric) for run in results.runs for score in run.scores)
    found = [*_FIELDS, *(score_metric(task, which) for task, which in scored)]
    if (late := time_to_quality(results)) is not None:
        found.append(late)
    return [one for one in found if any(one.read(run) is not None for run in results.runs)]


def score_metric(task: str, which: str) -> Metric:
    """A score's metric, whether or not the task is known here."""
    _, higher = _headlines().get(task, (which, True))
    return Metric(f"{task}/{which}", _UNITS.get(which, "fraction"), higher, "quality", f"{task} {which}")


@cache
def _headlines() -> dict[str, tuple[str, bool]]:
    """Headline metric and direction of every task."""
    from ..evaluation.tasks import all_tasks

    tasks = (task.metadata for task in all_tasks())
    return {about.name: (about.metric, about.higher_is_better) for about in tasks}
