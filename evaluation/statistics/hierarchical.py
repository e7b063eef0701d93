"""The bootstrap over seeds and items: runs drawn anew, and the questions they all answer drawn anew.

Its percentiles are too narrow with few seeds: five runs drawn with replacement show four fifths of the variance of a
mean, and know nothing of the wider tails of Student's t. Drawing one run fewer than there are gives the right variance
(Rao & Wu 1988, Resampling inference with complex survey data, JASA 83), not the tails. docs/statistics.md has what
simulation makes of it. The verdicts of a comparison therefore rest on ``crossed_difference``; this is shown beside it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hierarchical_draws(
    item_draws: Floats, a: Sequence[int], b: Sequence[int], *, seed: int | Sequence[int], fewer: int = 1
) -> Floats:
    """Differences of the systems' mean scores, (draws,), with runs and items resampled.

    Args:
        item_draws: (draws, n_runs), the runs' scores on resampled items.
        a: numbers of the first system's runs. Where there is one only, it is in every draw.
        b: numbers of the second's.
        seed: of the draws of runs.
        fewer: how many runs fewer than there are make a draw; 0 is the plain bootstrap.
    """
    rng = np.random.default_rng(seed)
    return _mean_of_drawn(item_draws[:, list(a)], fewer, rng) - _mean_of_drawn(item_draws[:, list(b)], fewer, rng)


def _mean_of_drawn(scores: Floats, fewer: int, rng: np.random.Generator) -> Floats:
    draws, n_runs = scores.shape
    size = max(1, n_runs - fewer)
    times = rng.multinomial(size, np.full(n_runs, 1 / n_runs), size=draws)
    mean: Floats = np.einsum("tr,tr->t", scores, times) / size
    return mean


def percentiles(draws: Floats, level: float) -> tuple[float, float]:
    """Ends of the percentile interval of the draws that gave a number; NaN where none did."""
    numbers = draws[np.isfinite(draws)]
    if not len(numbers):
        return float("nan"), float("nan")
    low, high = np.quantile(numbers, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
