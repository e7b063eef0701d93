"""Medians and paired ratios of measurements, each with a seeded 95 % bootstrap interval.

Percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). With n values the
interval cannot be wider than [min, max], and from three values it is nearly always exactly that: three rounds show the
spread, they do not prove a coverage of 95 %.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
LEVEL = 0.95
_BLOCK = 2_000_000
"""Resampled values held at a time: bounds the memory, not the result."""


class Estimate(NamedTuple):
    """A value with the ends of its interval; both are None where one value alone cannot give any."""

    value: float
    low: float | None
    high: float | None
    n: int


def median_interval(values: Sequence[float], seed: int = 0) -> Estimate:
    """Median of the values with its bootstrap interval.

    Args:
        values: one a round, at least one, all finite.
        seed: of the resampling; the same values and seed give the same interval.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0:
        raise ValueError("a median needs at least one value")
    if not np.isfinite(sample).all():
        raise ValueError("a median needs finite values")
    centre = float(np.median(sample))
    if sample.size == 1:
        return Estimate(centre, None, None, 1)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(_resampled_medians(sample, seed), [tail, 100 - tail])
    return Estimate(centre, float(low), float(high), int(sample.size))


def paired_ratio(head: Sequence[float], base: Sequence[float], seed: int = 0) -> Estimate:
    """How many times ``base`` is ``head``: exp of the median over rounds of log(head / base), with its interval.

    Args:
        head: measurements of one implementation, one a round.
        base: measurements of the baseline in the same rounds, in the same order.
        seed: of the resampling, which draws whole rounds, so that what a round's noise does to both stays together.

    Raises:
        ValueError: lengths differ, there is no round, or a value is not above zero.
    """
    if len(head) != len(base):
        raise ValueError(f"{len(head)} rounds cannot be paired with {len(base)}")
    above, below = np.asarray(head, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if not ((above > 0).all() and (below > 0).all()):
        raise ValueError("a ratio needs values above zero")
    log = median_interval(list(np.log(above) - np.log(below)), seed)
    low, high = (None if end is None else float(np.exp(end)) for end in (log.low, log.high))
    return Estimate(float(np.exp(log.value)), low, high, log.n)


def _resampled_medians(sample: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    medians = np.empty(DRAWS)
    step = max(1, _BLOCK // sample.size)
    for start in range(0, DRAWS, step):
        rows = min(step, DRAWS - start)
        medians[start : start + rows] = np.median(sample[random.integers(0, sample.size, (rows, sample.size))], axis=1)
    return medians
