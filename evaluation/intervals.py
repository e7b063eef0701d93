"""95 % intervals by the bootstrap: percentiles of what resampled questions would have given.

Analogy questions are not independent: the 19,544 of Google's set are made of 573 word pairs, so that one pair a model
does not know costs dozens of questions. What is resampled are therefore the pairs of each section, and question
(i, j) counts as often as the product of its pairs' multiplicities: the two-way cluster or pigeonhole bootstrap (Owen
2007, The pigeonhole bootstrap, Annals of Applied Statistics 1(2)). It errs on the wide side. Similarity sets are
resampled by word pair, judged pairs of documents by document, and questions that come in groups by group.

The draws depend on the seed and the questions only, not on the vectors: two models are resampled alike.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .correlation import WeightedSpearman, spearman

__all__ = [
    "DRAWS",
    "multiplicities",
    "percentile_interval",
    "resample_groups",
    "resample_section",
    "resample_spearman",
    "spearman",
]

Floats = NDArray[np.float64]
Numbers = Floats | NDArray[np.integer[Any]]

DRAWS = 10_000
_DENSE = 400
# Numbers worked on at a time: what stays in a core's second-level cache.
_CELLS = 1 << 17
_KEPT = 16 << 20


def percentile_interval(draws: Floats) -> tuple[float, float] | tuple[None, None]:
    """2.5 and 97.5 % percentiles of the draws that gave a number; (None, None) where none did."""
    numbers = draws[np.isfinite(draws)]
    if not len(numbers):
        return None, None
    low, high = np.percentile(numbers, (2.5, 97.5))
    return float(low), float(high)


def resample_section(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    right: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> tuple[Floats, Floats]:
    """Weighted numbers of right and of counted questions of one section, (draws,) each, its pairs resampled.

    Args:
        first: (n_questions,), the number of each question's pair (a, b), from 0.
        second: (n_questions,), the number of its pair (c, d).
        right: (n_questions,), whether it was answered right.
        counted: (n_questions,), whether it counts at all.
        rng: where the draws come from.
        draws: how many.
    """
    n_pairs = int(max(first.max(), second.max())) + 1
    n_right, n_counted = np.empty(draws), np.empty(draws)
    if n_pairs <= _DENSE:
        # Questions as a matrix over pairs: the weighted sums of all draws are two matrix products.
        cells = first * n_pairs + second
        size = n_pairs * n_pairs
        right_matrix = np.bincount(cells, right & counted, size).reshape(n_pairs, n_pairs)
        counted_matrix = np.bincount(cells, counted, size).reshape(n_pairs, n_pairs)
        for chunk, weights in multiplicities(n_pairs, draws, n_pairs, rng):
            n_right[chunk] = np.einsum("ti,ti->t", weights @ right_matrix, weights)
            n_counted[chunk] = np.einsum("ti,ti->t", weights @ counted_matrix, weights)
    else:
        for chunk, weights in multiplicities(n_pairs, draws, len(first), rng):
            products = weights[:, first] * weights[:, second]
            n_right[chunk] = products @ (right & counted)
            n_counted[chunk] = products @ counted
    return n_right, n_counted


def resample_groups(
    numerators: Numbers, denominators: Numbers, *, rng: np.random.Generator, draws: int = DRAWS
) -> Floats:
    """Ratios of sums, (draws,), groups of questions resampled whole; NaN where a draw has nothing to divide by.

    Args:
        numerators: (n_groups,), such as the right answers of each group.
        denominators: (n_groups,), such as its questions.
        rng: where the draws come from.
        draws: how many.
    """
    result = np.empty(draws)
    for chunk, weights in multiplicities(len(numerators), draws, len(numerators), rng):
        with np.errstate(invalid="ignore", divide="ignore"):
            result[chunk] = (weights @ numerators) / (weights @ denominators)
    return result


def resample_spearman(x: Floats, y: Floats, *, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """Spearman's correlation of each of ``draws`` samples of the items with replacement; NaN for a constant sample."""
    correlation = WeightedSpearman(x, y)
    result = np.empty(draws)
    for chunk, weights in multiplicities(len(x), draws, len(x), rng):
        result[chunk] = correlation(weights)
    return result


def multiplicities(n: int, draws: int, width: int, rng: np.random.Generator) -> Iterator[tuple[slice, Floats]]:
    """How often each of ``n`` items is drawn, (some draws, n); few enough draws that ``width`` columns stay small."""
    # Until it has freed one block of this size, glibc returns freed arrays to the system, and every new one costs page
    # faults: two thirds of the time that resampling takes. The block is never written to, so it takes no memory.
    np.empty(_KEPT, dtype=np.uint8)
    step = max(1, _CELLS // max(width, n))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        picked = rng.integers(0, n, size=(stop - start, n))
        picked += np.arange(stop - start)[:, None] * n
        counts = np.bincount(picked.ravel(), minlength=(stop - start) * n)
        yield slice(start, stop), counts.reshape(-1, n).astype(np.float64)
