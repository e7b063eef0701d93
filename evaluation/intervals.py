"""95 % intervals by the bootstrap: percentiles of what resampled questions would have given.

Analogy questions are not independent: the 19,544 of Google's set are made of 573 word pairs, so that one pair a model
does not know costs dozens of questions. What is resampled are therefore the pairs of each section, and question
(i, j) counts as often as the product of its pairs' multiplicities: the two-way cluster or pigeonhole bootstrap (Owen
2007, The pigeonhole bootstrap, Annals of Applied Statistics 1(2)). It errs on the wide side. Similarity sets are
resampled by word pair.

The draws depend on the seed and the questions only, not on the vectors: two models are resampled alike.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 2000
_DENSE = 400
_CELLS = 1 << 20


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
        for chunk, weights in _multiplicities(n_pairs, draws, n_pairs, rng):
            n_right[chunk] = np.einsum("ti,ti->t", weights @ right_matrix, weights)
            n_counted[chunk] = np.einsum("ti,ti->t", weights @ counted_matrix, weights)
    else:
        for chunk, weights in _multiplicities(n_pairs, draws, len(first), rng):
            products = weights[:, first] * weights[:, second]
            n_right[chunk] = products @ (right & counted)
            n_counted[chunk] = products @ counted
    return n_right, n_counted


def resample_spearman(x: Floats, y: Floats, *, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """Spearman's correlation of each of ``draws`` samples of the items with replacement; NaN for a constant sample."""
    result = np.empty(draws)
    for chunk, weights in _multiplicities(len(x), draws, len(x), rng):
        result[chunk] = _weighted_spearman(x, y, weights)
    return result


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation, equal values given their average rank; NaN where all values of one are equal."""
    return float(_weighted_spearman(x, y, np.ones((1, len(x))))[0])


def _weighted_spearman(x: Floats, y: Floats, weights: Floats) -> Floats:
    """(draws,): the correlation where item i occurs ``weights[t, i]`` times in draw t."""
    rank_x, rank_y = _ranks(x, weights), _ranks(y, weights)
    weighted_x, weighted_y = weights * rank_x, weights * rank_y
    covariance = np.einsum("ti,ti->t", weighted_x, rank_y)
    variance_x = np.einsum("ti,ti->t", weighted_x, rank_x)
    variance_y = np.einsum("ti,ti->t", weighted_y, rank_y)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: Floats = np.clip(covariance / np.sqrt(variance_x * variance_y), -1, 1)
    return correlation


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Average ranks less their mean, (draws, n_items), of samples that hold item i ``weights[t, i]`` times."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    up_to = np.cumsum(sizes, axis=1)
    # Ranks below + 1 … below + size have the mean below + (size + 1) / 2, and all n of them the mean (n + 1) / 2.
    middle = up_to - (sizes + weights.sum(axis=1, keepdims=True)) / 2
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(values))))
    ranks: Floats = middle[:, group]
    return ranks


def _multiplicities(n: int, draws: int, width: int, rng: np.random.Generator) -> Iterator[tuple[slice, Floats]]:
    """How often each of ``n`` items is drawn, (some draws, n); few enough draws that ``width`` columns stay small."""
    step = max(1, _CELLS // max(width, n))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        picked = rng.integers(0, n, size=(stop - start, n))
        picked += np.arange(stop - start)[:, None] * n
        counts = np.bincount(picked.ravel(), minlength=(stop - start) * n)
        yield slice(start, stop), counts.reshape(-1, n).astype(np.float64)
