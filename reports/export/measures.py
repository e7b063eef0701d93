"""The numbers that trackers store: one estimate a configuration and metric, under a name that lasts."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...benchmarks.estimates import estimate
from ...benchmarks.metrics import Metric, metrics
from ...benchmarks.naming import configurations
from ...benchmarks.records import Results, RunRecord
from ...benchmarks.statistics import Estimate
from ...datasets.errors import InputError


@dataclass(frozen=True)
class Measure:
    """One metric of one configuration.

    Attributes:
        name: of the configuration (``benchmarks/naming.py``).
        metric: what was measured, with its unit and direction.
        estimate: over runs; ``n`` is their number.
        runs: all finished runs of the configuration.
    """

    name: str
    metric: Metric
    estimate: Estimate
    runs: Sequence[RunRecord]


def measures(results: Results) -> list[Measure]:
    """Every metric of every configuration, in the order of the results.

    Raises:
        InputError: no run finished.
    """
    found = [
        Measure(name, metric, value, runs)
        for name, runs in configurations(results).items()
        for metric in metrics(results)
        if (value := estimate(metric, runs)) is not None
    ]
    if not found:
        raise InputError("these results hold no finished run, so there is nothing to export")
    return found
