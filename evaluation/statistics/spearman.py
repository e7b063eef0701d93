"""Spearman's correlation seen from its pairs: how much each of them moves it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def influences(similarities: Floats, gold: Floats) -> Floats:
    """How much each pair moves the correlation: float64 (n_pairs, n_runs), each column's mean zero.

    The correlation changes by influence / n_pairs where a pair is counted once more (to first order), so that the
    influences play the part that right and wrong answers play for an accuracy. Hampel 1974, The influence curve and its
    role in robust estimation, JASA 69; for Spearman's correlation Croux & Dehon 2010, Influence functions of the
    Spearman and Kendall correlation measures, Statistical Methods & Applications 19. Equal values have their average
    rank, here as everywhere.

    Args:
        similarities: (n_pairs, n_runs); a column of equal values gives NaN.
        gold: (n_pairs,), people's judgements, not all equal.
    """
    n, n_runs = similarities.shape
    weights = np.full(n, 1 / n)
    own = below(gold, weights)
    own_change = _centred(own**2 - 2 * below(gold, own / n))
    own_spread = np.mean(own**2) - 0.25
    result = np.empty((n, n_runs))
    for run in range(n_runs):
        x = similarities[:, run]
        ranks = below(x, weights)
        spread = np.mean(ranks**2) - 0.25
        joint = np.mean(ranks * own) - 0.25
        joint_change = _centred(ranks * own - below(x, own / n) - below(gold, ranks / n))
        change = _centred(ranks**2 - 2 * below(x, ranks / n))
        scale = np.sqrt(spread * own_spread)
        with np.errstate(invalid="ignore", divide="ignore"):
            result[:, run] = joint_change / scale - joint / scale / 2 * (change / spread + own_change / own_spread)
    return result


def below(values: Floats, weights: Floats) -> Floats:
    """For each value the weight of the smaller ones and half of that of the equal ones, itself among them.

    Args:
        values: (n,).
        weights: (n,); with 1 / n each the result is the average rank, less a half, over n.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sums = np.add.reduceat(weights[order], starts)
    result = np.empty(len(values))
    result[order] = np.repeat(np.cumsum(sums) - sums / 2, np.diff(np.append(starts, len(values))))
    return result


def _centred(values: Floats) -> Floats:
    centred: Floats = values - values.mean()
    return centred
