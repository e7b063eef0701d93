"""What the runs of one configuration say together about a metric: the statistic that the report shows, too."""

from collections.abc import Sequence
from statistics import fmean

from .metrics import Kind, Metric
from .records import RunRecord
from .statistics import Estimate, median_interval

SEED = 1
"""Of the bootstrap, so that an estimate made twice is the same."""


def estimate(metric: Metric, runs: Sequence[RunRecord]) -> Estimate | None:
    """The metric over runs that differ in round and seed only, or None where no run has it."""
    measured = [(run, value) for run in runs if (value := metric.read(run)) is not None]
    if not measured:
        return None
    ends = [metric.interval(run) for run, _ in measured]
    return combined(metric.kind, [value for _, value in measured], ends)


def combined(kind: Kind, values: Sequence[float], ends: Sequence[tuple[float, float] | None]) -> Estimate:
    """One estimate from the values of several runs.

    Speeds and times: the median, with its 95 % bootstrap interval over runs. Memory: the largest peak. Quality: the
    mean, with the mean of the runs' intervals: all runs answer the same items, so averaging leaves the items'
    uncertainty where it is.

    Args:
        kind: of the metric.
        values: one a run, at least one, all finite.
        ends: the interval of each value where it has one of its own, else None.
    """
    if kind == "memory":
        return Estimate(max(values), None, None, len(values))
    if kind == "quality":
        known = [pair for pair in ends if pair is not None]
        low, high = (fmean(side) for side in zip(*known, strict=True)) if known else (None, None)
        return Estimate(fmean(values), low, high, len(values))
    return median_interval(values, SEED)
