"""Which value of a column may be called the best: only what a test shows, never just the largest number.

Speed: of those whose training alone is timed the fastest is best where in the rounds that they share it is faster than
every other, by a paired t-test of the logarithms of the ratios (p < .05, two-sided) and by the bootstrap interval that
is printed (above 1). All of these tests have to hold, so that there is nothing to correct (an intersection-union test).
A bootstrap interval alone would not do: of three rounds it excludes 1 in a quarter of the cases where nothing differs.

Scores: the tests of the report (``benchmarks/quality_comparison.py``) for all pairs, with Holm's correction over all of
them. The best is better than every other that was scored. What is shown to be equal to the highest mean (TOST) gets a
mark of its own; undecided gets none.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean, median

from ...benchmarks.metrics import metric
from ...benchmarks.quality_comparison import FEWEST_RUNS, Contrast, compare_quality
from ...benchmarks.records import Results
from ...benchmarks.statistics import paired_ratio
from ...datasets.errors import InputError
from ..cells import Cell, Moment, cells, same_protocol
from ..summary import SEED
from .table import RESERVED, Mark

ALPHA = 0.05

Marks = dict[tuple[str, str], Mark]
"""By label of the row and key of the column: ``speed``, ``ratio``, a task, ``TASK/METRIC``."""


def marks(results: Results) -> Marks:
    """Every mark that these results allow."""
    finished = [cell for cell in cells(results.runs) if cell.finished]
    return {**_speed_marks(finished), **_score_marks(finished)}


def _speed_marks(finished: Sequence[Cell]) -> Marks:
    speeds = {cell.label: found for cell in finished if (found := _speeds(cell))}
    # Nobody is called the fastest for another thing than training.
    measured = [cell for cell in finished if cell.label in speeds and cell.first.timing_note is None]
    if len(measured) < 2:
        return {}
    fastest = max(measured, key=lambda cell: median(speeds[cell.label].values()))
    others = [cell for cell in measured if cell is not fastest]
    for other in others:
        comparable = same_protocol(fastest.first, other.first)
        if not (comparable and _faster(speeds[fastest.label], speeds[other.label])):
            return {}
    return {(fastest.label, "speed"): "best", (fastest.label, "ratio"): "best"}


def _speeds(cell: Cell) -> dict[Moment, float]:
    """Words/s by round, seed and computer."""
    read = metric("words_per_second").read
    return {(run.round, run.seed, run.node): value for run in cell.finished if (value := read(run)) is not None}


def _faster(head: Mapping[Moment, float], base: Mapping[Moment, float]) -> bool:
    """Whether the rounds that two share show the first to be faster."""
    from scipy.stats import ttest_1samp

    shared = [key for key in head if key in base]
    if len(shared) < 2:
        return False
    interval = paired_ratio([head[key] for key in shared], [base[key] for key in shared], SEED)
    if interval.low is None or interval.low <= 1:
        return False
    logs = [math.log(head[key] / base[key]) for key in shared]
    if max(logs) - min(logs) < 1e-12:  # no spread at all is no measurement: a test would call it infinitely certain
        return False
    return bool(ttest_1samp(logs, 0.0).pvalue < ALPHA)


def _score_marks(finished: Sequence[Cell]) -> Marks:
    if len(finished) < 2:
        return {}
    contrasts = compare_quality({cell.label: cell.finished for cell in finished}, _pairs(finished))
    tasks: dict[tuple[str, str], list[Contrast]] = {}
    for one in contrasts:
        tasks.setdefault((one.task, one.metric), []).append(one)
    found: Marks = {}
    for (task, name), some in tasks.items():
        for label, mark in _task_marks(some, higher=_higher_is_better(task, name)).items():
            found[label, f"{task}/{name}"] = mark
            if task not in RESERVED:
                found[label, task] = mark
    return found


def _pairs(finished: Sequence[Cell]) -> list[tuple[str, str]]:
    """All pairs that can be told apart, and one more for each configuration with too few seeds, for its mean.

    A grid may have a thousand configurations, of one seed each.
    """
    able = [cell.label for cell in finished if len({run.seed for run in cell.finished}) >= FEWEST_RUNS]
    if not able:
        return []
    unable = [cell.label for cell in finished if cell.label not in set(able)]
    return [*combinations(able, 2), *((able[0], label) for label in unable)]


def _task_marks(contrasts: Sequence[Contrast], *, higher: bool) -> dict[str, Mark]:
    """Marks of one task by label. The mean that is highest stands against each of the others."""
    values: dict[str, list[float]] = {}
    for one in contrasts:
        for label, value in ((one.system, one.value), (one.baseline, one.baseline_value)):
            if value is not None:
                values.setdefault(label, []).append(value)
    if len(values) < 2:
        return {}
    top = (max if higher else min)(values, key=lambda label: fmean(values[label]))
    verdicts = dict.fromkeys((label for label in values if label != top), "undecided")
    for one in contrasts:
        if one.system == top:
            verdicts[one.baseline] = one.verdict
        elif one.baseline == top:
            verdicts[one.system] = {"better": "worse", "worse": "better"}.get(one.verdict, one.verdict)
    if all(verdict == "better" for verdict in verdicts.values()):
        return {top: "best"}
    return {label: "equal" for label, verdict in verdicts.items() if verdict == "equal within margin"}


def _higher_is_better(task: str, name: str) -> bool:
    try:
        return metric(f"{task}/{name}").higher_is_better
    except InputError:  # a task of a plug-in or of a later version; so far a higher score has always been the better
        return True
