"""Medians, pseudomedians and paired ratios of measurements, each with a seeded 95 % bootstrap interval.

Percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). With n values the
interval cannot be wider than [min, max], and from three values it is nearly always exactly that: three rounds show the
spread, they do not prove a coverage of 95 %.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS, PSEUDOMEDIAN_DRAWS = 10_000, 2_000
LEVEL = 0.95
_BLOCK = 2_000_000
"""Resampled values held at a time: bounds the memory, not the result."""
_Centres = Callable[[NDArray[np.float64]], NDArray[np.float64]]


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
    return _interval(values, seed, _medians, draws=DRAWS, values_a_row=1)


def pseudomedian_interval(values: Sequence[float], seed: int = 0) -> Estimate:
    """Pseudomedian of the values, the median of the means of all pairs, each value with itself among them.

    The estimate that goes with Wilcoxon's signed-rank test (Hodges and Lehmann 1963). Of normal values it needs two
    thirds of the rounds that the median needs for the same precision, and still bears with some that are far off.
    Arguments, result and errors are those of ``median_interval``.
    """
    return _interval(values, seed, _pseudomedians, draws=PSEUDOMEDIAN_DRAWS, values_a_row=(len(values) + 1) // 2)


def _interval(values: Sequence[float], seed: int, centres: _Centres, *, draws: int, values_a_row: int) -> Estimate:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0:
        raise ValueError("a median needs at least one value")
    if not np.isfinite(sample).all():
        raise ValueError("a median needs finite values")
    centre = float(centres(sample[None])[0])
    if sample.size == 1:
        return Estimate(centre, None, None, 1)
    random, found = np.random.default_rng(seed), np.empty(draws)
    step = max(1, _BLOCK // (sample.size * values_a_row))
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        found[start : start + rows] = centres(sample[random.integers(0, sample.size, (rows, sample.size))])
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(found, [tail, 100 - tail])
    return Estimate(centre, float(low), float(high), int(sample.size))


def _medians(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row."""
    return np.asarray(np.median(samples, axis=1))


def _pseudomedians(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row."""
    first, second = np.triu_indices(samples.shape[1])
    return np.asarray(np.median((samples[:, first] + samples[:, second]) / 2, axis=1))


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
