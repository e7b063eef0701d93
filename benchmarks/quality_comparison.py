"""Are configurations equally good, as far as the scores of their runs tell? What varies is the seed; questions stay.

``results.json`` holds each run's scores, not its answers: a verdict here is about training with other seeds, scored on
these very questions. ``evaluation.compare`` works on vectors and takes the questions as a sample, too.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from ..evaluation.comparison.collected import Collected
from ..evaluation.comparison.contrast import Margins, contrasts
from ..evaluation.comparison.result import Contrast as Contrast
from ..evaluation.comparison.verdict import decide
from ..evaluation.score import Score
from ..evaluation.statistics.welch import FEWEST_RUNS as FEWEST_RUNS
from .records import RunRecord


def compare_quality(
    configurations: Mapping[str, Sequence[RunRecord]],
    pairs: Sequence[tuple[str, str]],
    *,
    margins: Margins | None = None,
) -> list[Contrast]:
    """Compare configurations by their runs' scores, task by task: Welch's test, Holm's correction, equivalence.

    Several runs of one seed count once, by their mean: they tell what threads do, not what another seed would. Fewer
    than three seeds of either give no verdict. Each task is judged by its first metric.

    Args:
        configurations: finished runs by label.
        pairs: (baseline, configuration) labels: who is compared with whom.
        margins: differences smaller than these are taken as none; one point, and .02 of a correlation, by default.
    """
    from ..evaluation.tasks import all_tasks

    about = {task.metadata.name: task.metadata for task in all_tasks()}
    found, higher = [], []
    for task, metric in _tasks(configurations):
        scores = {label: _by_seed(runs, task, metric) for label, runs in configurations.items()}
        known = about.get(task)
        values = [fmean(score.value or 0.0 for score in some) for own in scores.values() for some in own]
        held = [score for own in scores.values() for some in own for score in some]
        collected = Collected(
            task, metric, np.array(values), min(score.n for score in held), held[0].total,
            ranked=known.ranked if known else True, higher_is_better=known.higher_is_better if known else True,
        )  # fmt: skip
        start, runs = 0, {}
        for label, own in scores.items():
            runs[label] = range(start, start + len(own))
            start += len(own)
        some_runs = [pair for pair in pairs if all(len(runs[label]) for label in pair)]
        own_contrasts = contrasts(collected, runs, some_runs, margins or Margins(), seed=0, draws=1)
        found += own_contrasts
        higher += [collected.higher_is_better] * len(own_contrasts)
    return decide(found, higher_is_better=higher)


def _tasks(configurations: Mapping[str, Sequence[RunRecord]]) -> list[tuple[str, str]]:
    """Tasks that any run has a score of, each with its first metric."""
    first: dict[str, str] = {}
    for runs in configurations.values():
        for run in runs:
            for score in run.scores:
                if _is_number(score):
                    first.setdefault(score.task, score.metric)
    return list(first.items())


def _by_seed(runs: Sequence[RunRecord], task: str, metric: str) -> list[list[Score]]:
    """The task's scores of runs that have one, those of one seed together."""
    seeds: dict[int, list[Score]] = {}
    for run in runs:
        for score in run.scores:
            if (score.task, score.metric) == (task, metric) and _is_number(score):
                seeds.setdefault(run.seed, []).append(score)
    return list(seeds.values())


def _is_number(score: Score) -> bool:
    return score.value is not None and math.isfinite(score.value)
