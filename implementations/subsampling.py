"""Subsampling of frequent words."""

import numpy as np
from numpy.typing import NDArray

from .counter_random import Words


def keep_probabilities(counts: NDArray[np.int64], sample: float) -> NDArray[np.float64]:
    """Chance that an occurrence is kept: min(1, sqrt(t/f) + t/f), f the word's share of the kept corpus.

    This is word2vec.c's formula; Mikolov et al. (2013) print the first term only. ``sample`` 0 keeps everything.
    """
    if sample == 0:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / counts
    return np.asarray(np.minimum(1.0, np.sqrt(ratio) + ratio))


def keep_thresholds(counts: NDArray[np.int64], sample: float) -> Words:
    """The same as thresholds, uint32 (n_words,): an occurrence is kept where its 32-bit number is not above it."""
    scaled = np.rint(keep_probabilities(counts, sample) * 2.0**32)
    return (np.clip(scaled, 1, 2.0**32) - 1).astype(np.uint32)


def expected_kept(counts: NDArray[np.int64], thresholds: Words) -> NDArray[np.float64]:
    """How many occurrences of each word are left on the average, float64 (n_words,)."""
    kept: NDArray[np.float64] = counts * (thresholds.astype(np.float64) + 1) / 2**32
    return kept
