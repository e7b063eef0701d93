"""Change points: where the level of a series of measurements moved.

The series is cut into segments so that the sum of within-segment scatter and of a penalty for each cut is least. The
scatter is that of a Gaussian kernel (Arlot, Celisse and Harchaoui, A kernel multiple change-point algorithm via model
selection, JMLR 20, 2019), whose contribution of a point is bounded, so that single bad nights make no level of their
own; its width is that of the series' noise, measured on differences of neighbours, which a step hardly touches. The
optimum is exact (dynamic programming). ``ruptures`` finds the same cuts (a test compares them), but excludes the newer
versions of Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEAST_POINTS = 3
"""Commits on either side of a change: a level is known after three, not after one bad night."""

GAMMA = 0.25
"""Of the kernel exp(-gamma * d²), d in standard deviations of the noise: points six apart are as good as unrelated."""

PENALTY, PENALTY_BY_LENGTH = 2.0, 0.35
"""A cut costs 2 + 0.35 ln n. Set by simulation (``python -m bench.benchmarks.change_point_rates``; docs/history.md)."""

MOST_POINTS = 2_000
"""Points that are looked at, the last ones: the work grows with their square (32 MB at this many)."""

_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True)
class Cut:
    """A change between point ``index - 1`` and point ``index``, and the medians of the segments on either side."""

    index: int
    before: float
    after: float


def cuts(values: Sequence[float], *, floor: float, least: float) -> list[Cut]:
    """Where the level of a series changes.

    Args:
        values: in the order of commits, on the scale on which levels are compared (logarithms for ratios).
        floor: standard deviation below which noise is not believed: counts and scores may repeat to the digit.
        least: changes below this are of no interest and are left out.
    """
    series = np.asarray(values, np.float64)
    start = max(0, len(series) - MOST_POINTS)
    seen = series[start:]
    ends = segments((seen - np.median(seen)) / max(noise(seen), floor)) if len(seen) else []
    bounds = [0, *ends, len(seen)]
    while len(bounds) > 2:
        levels = [float(np.median(seen[a:b])) for a, b in pairwise(bounds)]
        steps = [abs(after - before) for before, after in pairwise(levels)]
        smallest = int(np.argmin(steps))
        if steps[smallest] >= least:
            return [Cut(start + bound, *sides) for bound, sides in zip(bounds[1:-1], pairwise(levels), strict=True)]
        del bounds[smallest + 1]
    return []


def noise(series: NDArray[np.float64]) -> float:
    """Standard deviation of the noise about the levels, from the median absolute difference of neighbours."""
    if len(series) < 2:
        return 0.0
    return float(_MAD * np.median(np.abs(np.diff(series))) / np.sqrt(2))


def segments(z: NDArray[np.float64]) -> list[int]:
    """First indices of all segments but the first, for a series in units of its noise, float64 (n,)."""
    n = len(z)
    if n < 2 * LEAST_POINTS:
        return []
    penalty = PENALTY + PENALTY_BY_LENGTH * np.log(n)
    # within[a, b] is the sum of the kernel over the first a and the first b points.
    within = np.zeros((n + 1, n + 1))
    within[1:, 1:] = np.exp(-GAMMA * (z[:, None] - z[None, :]) ** 2).cumsum(axis=0).cumsum(axis=1)
    diagonal = within.diagonal()
    best, last = np.full(n + 1, np.inf), np.zeros(n + 1, np.int64)
    best[0] = -penalty
    for end in range(LEAST_POINTS, n + 1):
        begin = np.arange(end - LEAST_POINTS + 1)
        length = end - begin
        kernel = within[end, end] - 2 * within[end, begin] + diagonal[begin]
        cost = best[begin] + length - kernel / length + penalty
        last[end] = int(np.argmin(cost))
        best[end] = cost[last[end]]
    found = []
    end = int(last[n])
    while end > 0:
        found.append(end)
        end = int(last[end])
    return found[::-1]
