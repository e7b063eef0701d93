"""Bootstraps over items: what each of several runs would have scored on resampled questions.

All runs are resampled alike, so that differences of columns are paired. The draws depend on the seed and the questions
only.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..correlation import WeightedSpearman
from ..intervals import multiplicities, resample_section

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def analogy_draws(
    pairs: Sequence[Numbers], right: Sequence[NDArray[np.bool_]], *, seed: int | Sequence[int], draws: int
) -> Floats:
    """Accuracies with the word pairs of each section resampled: (draws, n_runs); NaN where no question is left.

    The two-way cluster or pigeonhole bootstrap (Owen 2007): question (i, j) counts as often as the product of its
    pairs' multiplicities. It errs on the wide side, and the more so the less two runs differ: what is peculiar to one
    question enters the variance of a difference three times.

    Args:
        pairs: for each section (n_questions, 2), the numbers of each question's pairs (a, b) and (c, d), from 0.
        right: for each section (n_questions, n_runs), whether each question was answered right.
        seed: of the draws.
        draws: how many.
    """
    n_runs = right[0].shape[1]
    result = np.empty((draws, n_runs))
    for run in range(n_runs):
        rng = np.random.default_rng(seed)
        n_right, n_counted = np.zeros(draws), np.zeros(draws)
        for numbers, answers in zip(pairs, right, strict=True):
            counted = np.ones(len(answers), dtype=np.bool_)
            own = resample_section(numbers[:, 0], numbers[:, 1], answers[:, run], counted, rng=rng, draws=draws)
            n_right += own[0]
            n_counted += own[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            result[:, run] = n_right / n_counted
    return result


def pair_draws(similarities: Floats, gold: Floats, *, seed: int | Sequence[int], draws: int) -> Floats:
    """Spearman's correlations with the pairs resampled: (draws, n_runs); NaN for a constant sample.

    Args:
        similarities: (n_pairs, n_runs).
        gold: (n_pairs,), people's judgements.
        seed: of the draws.
        draws: how many.
    """
    n = len(gold)
    return _correlations(similarities, gold, multiplicities(n, draws, n, np.random.default_rng(seed)), draws)


def word_draws(similarities: Floats, gold: Floats, words: Numbers, *, seed: int | Sequence[int], draws: int) -> Floats:
    """The same with the words resampled: a pair counts as often as the product of its words' multiplicities.

    It is as wide as ``analogy_draws``, and for the same reason.

    Args:
        similarities: (n_pairs, n_runs).
        gold: (n_pairs,), people's judgements.
        words: (n_pairs, 2), the numbers of each pair's words, from 0.
        seed: of the draws.
        draws: how many.
    """
    first, second = words.T
    other = np.where(first == second, 0, 1)  # a word beside itself is drawn once
    drawn = multiplicities(int(words.max()) + 1, draws, len(gold), np.random.default_rng(seed))
    weights = ((chunk, times[:, first] * times[:, second] ** other) for chunk, times in drawn)
    return _correlations(similarities, gold, weights, draws)


def _correlations(similarities: Floats, gold: Floats, weights: Iterable[tuple[slice, Floats]], draws: int) -> Floats:
    correlations = [WeightedSpearman(column, gold) for column in similarities.T]
    result = np.empty((draws, len(correlations)))
    for chunk, own in weights:
        for run, correlation in enumerate(correlations):
            result[chunk, run] = correlation(own)
    return result
