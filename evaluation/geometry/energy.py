"""Do two groups of runs agree with each other as much as within themselves?

With overlap as the measure of likeness, d = between − (within A + within B) / 2 is the (negative) energy distance of
two samples (Székely & Rizzo 2013; Gretton et al. 2012 call it MMD). If all runs come from one distribution, d is 0 on
average and every way to share the runs out into two groups is equally likely: that gives an exact test, whatever the
distribution. The interval is the jackknife's, over runs, with the sampling of words added; it errs on the wide side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Group = NDArray[np.int64]

FEWEST_RUNS = 3
"""Of each group, for an interval: leaving one run out must leave a pair."""
_SPLITS = 5_000


@dataclass(frozen=True)
class Agreement:
    """Mean overlaps within and between two groups of runs.

    Attributes:
        within_first, within_second: None for groups of one run.
        between: over all pairs of a run of each.
        difference: between less the mean of the two within.
        low, high: ends of its 95 % interval; None for groups of fewer than three runs.
    """

    within_first: float | None
    within_second: float | None
    between: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def agreement(bands: list[Floats], first: Group, second: Group) -> Agreement:
    """Agreement of two groups of runs, the mean of bands of words.

    Args:
        bands: for each band float64 (n_runs, n_runs, n_words), symmetric: the overlap of two runs at a word. NaN
            leaves a pair of runs out.
        first: runs of one group, as indices.
        second: of the other.
    """
    overall = average(bands)
    parts = _within(overall, first), _within(overall, second), _between(overall, first, second)
    within_first, within_second, between = (float(part) if np.isfinite(part) else None for part in parts)
    difference = _difference(overall, first, second)
    if not np.isfinite(difference):
        return Agreement(within_first, within_second, between)
    variance = _variance_by_runs(overall, first, second)
    if not np.isfinite(variance):
        return Agreement(within_first, within_second, between, float(difference))
    for band in bands:
        by_word = _difference(np.moveaxis(band, 2, 0), first, second)
        if len(by_word) > 1:
            variance += by_word.var(ddof=1) / len(by_word) / len(bands) ** 2
    from scipy import stats

    reach = float(stats.t.ppf(0.975, len(first) + len(second) - 2) * np.sqrt(variance))
    return Agreement(
        within_first, within_second, between, float(difference), float(difference) - reach, float(difference) + reach
    )


def permutation_p(overall: Floats, first: Group, second: Group, *, seed: int) -> tuple[float, int]:
    """Probability of a difference as low or lower if all runs were of one kind, and the number of splits looked at.

    All splits of the runs are looked at, or 5,000 drawn ones (and the real one) where there are more. NaN where a
    group has only one run.
    """
    runs = np.concatenate([first, second])
    observed = _difference(overall, first, second)
    if not np.isfinite(observed):
        return float("nan"), 0
    values = np.array([_difference(overall, *split) for split in _splits(runs, len(first), seed)])
    # Splits that leave a group without a pair say nothing.
    values = values[np.isfinite(values)]
    return float(np.mean(values <= observed + 1e-12)), len(values)


def within(bands: list[Floats], group: Group) -> float | None:
    """Mean overlap of the pairs of one group, bands weighing the same; None where it has no pair."""
    value = float(_within(average(bands), group))
    return value if np.isfinite(value) else None


def average(bands: list[Floats]) -> Floats:
    """float64 (n_runs, n_runs): mean overlap of two runs, every band weighing the same."""
    overall: Floats = np.mean([band.mean(axis=2) for band in bands], axis=0)
    return overall


def _splits(runs: Group, size: int, seed: int) -> Iterator[tuple[Group, Group]]:
    """Ways to share runs out, the real one first."""
    if comb(len(runs), size) <= _SPLITS:
        for chosen in combinations(range(len(runs)), size):
            taken = np.zeros(len(runs), dtype=np.bool_)
            taken[list(chosen)] = True
            yield runs[taken], runs[~taken]
        return
    yield runs[:size], runs[size:]
    rng = np.random.default_rng(seed)
    for _ in range(_SPLITS):
        order = rng.permutation(runs)
        yield order[:size], order[size:]


def _within(overlap: Floats, group: Group) -> Floats:
    """Mean over pairs of different runs; ``overlap`` is (…, n_runs, n_runs)."""
    above = np.triu_indices(len(group), 1)
    return _mean(overlap[..., group[above[0]], group[above[1]]])


def _between(overlap: Floats, first: Group, second: Group) -> Floats:
    pairs = overlap[..., first[:, None], second[None, :]]
    return _mean(pairs.reshape(*pairs.shape[:-2], -1))


def _mean(pairs: Floats) -> Floats:
    kept = ~np.isnan(pairs)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(kept, pairs, 0).sum(axis=-1) / kept.sum(axis=-1)
    return mean


def _difference(overlap: Floats, first: Group, second: Group) -> Floats:
    difference: Floats = _between(overlap, first, second) - (_within(overlap, first) + _within(overlap, second)) / 2
    return difference


def _variance_by_runs(overall: Floats, first: Group, second: Group) -> float:
    """Jackknife variance of the difference: each run of each group left out in turn."""
    if min(len(first), len(second)) < FEWEST_RUNS:
        return float("nan")
    variance = 0.0
    for group in (first, second):
        left = [
            _difference(overall, *(one[one != run] if one is group else one for one in (first, second)))
            for run in group
        ]
        n = len(group)
        variance += (n - 1) / n * float(np.sum((np.array(left) - np.mean(left)) ** 2))
    return variance
