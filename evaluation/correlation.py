"""Correlations of resampled items: item i of a sample counts as often as it was drawn, its weight."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDING = 1e-12


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation, equal values given their average rank; NaN where all values of one are equal."""
    return float(WeightedSpearman(x, y)(np.ones((1, len(x))))[0])


def pearson(x: Floats, y: Floats) -> float:
    """Pearson's correlation; NaN where all values of one are equal."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(weighted_pearson(x, y, np.ones((1, len(x))))[0])


class WeightedSpearman:
    """Spearman's correlation of many samples of the same items, which are put in order only once.

    Args:
        x, y: the two values of each item, (n_items,).
    """

    def __init__(self, x: Floats, y: Floats) -> None:
        # Items stand in the order of y, so that those of equal y lie side by side.
        self._items = np.argsort(y, kind="stable")
        self._x = _Order(x[self._items])
        self._y = _Order(y[self._items])

    def __call__(self, weights: Floats) -> Floats:
        """The correlation of each sample, (n_samples,), where item i occurs ``weights[t, i]`` times, or NaN."""
        own = np.take(weights, self._items, axis=1)
        size_y = self._y.sums(own)
        rank_y = _ranks(size_y)
        size_x = self._x.sums(np.take(own, self._x.order, axis=1))
        rank_x = _ranks(size_x)
        variance_x = np.einsum("ti,ti->t", size_x * rank_x, rank_x)
        variance_y = np.einsum("ti,ti->t", size_y * rank_y, rank_y)
        # The ranks of x, weighted, summed over each group of equal y.
        weighted = np.take(rank_x, self._x.group, axis=1)
        weighted *= own
        covariance = np.einsum("ti,ti->t", self._y.sums(weighted), rank_y)
        return _ratio(covariance, variance_x, variance_y)


def weighted_pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Pearson's correlation of each sample, (n_samples,), where item i occurs ``weights[t, i]`` times."""
    # The origin is moved near the data: sums of squares far from it would lose what differs.
    x, y = x - x.mean(), y - y.mean()
    columns = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    total, sum_x, sum_y, xx, yy, xy = (weights @ columns).T
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = xy - sum_x * sum_y / total
        variance_x, variance_y = xx - sum_x**2 / total, yy - sum_y**2 / total
    # What rounding leaves of equal values is no variance.
    constant = (variance_x <= _ROUNDING * xx) | (variance_y <= _ROUNDING * yy)
    return _ratio(np.where(constant, np.nan, covariance), variance_x, variance_y)


class _Order:
    """Values in ascending order, equal ones as groups."""

    def __init__(self, values: Floats) -> None:
        self.order = np.argsort(values, kind="stable")
        ordered = values[self.order]
        self._starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        self.group = np.empty(len(values), dtype=np.int64)
        self.group[self.order] = np.repeat(np.arange(len(self._starts)), np.diff(np.append(self._starts, len(values))))

    def sums(self, ordered: Floats) -> Floats:
        """(n_samples, n_groups): sums over equal values of what stands in their order."""
        if len(self._starts) == ordered.shape[1]:
            return ordered
        sums: Floats = np.add.reduceat(ordered, self._starts, axis=1)
        return sums


def _ranks(sizes: Floats) -> Floats:
    """Average rank of each group less the mean of all ranks, (n_samples, n_groups)."""
    # Ranks below + 1 … below + size have the mean below + (size + 1) / 2, and all n of them the mean (n + 1) / 2.
    ranks = np.cumsum(sizes, axis=1)
    middle = ranks[:, -1:] / 2
    ranks -= sizes / 2
    ranks -= middle
    return ranks


def _ratio(covariance: Floats, variance_x: Floats, variance_y: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: Floats = np.clip(covariance / np.sqrt(variance_x * variance_y), -1, 1)
    return correlation
