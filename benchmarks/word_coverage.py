"""How often the words of each rank occur, in some twenty numbers.

That is enough to know what subsampling leaves, and which rows are asked for most, where the vocabulary is not at hand.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[Any]
"""Occurrences of each word, whole or on the average."""


def coverage(counts: NDArray[np.int64]) -> list[float]:
    """Share of the tokens that the 1, 2, 4, 8, … most frequent words make up; the last is all of them, 1.

    Args:
        counts: int64 (n_words,), descending.
    """
    total = np.cumsum(counts, dtype=np.float64)
    shares = total[_ends(len(counts)) - 1] / total[-1]
    return [round(float(share), 6) for share in shares]


def counts_of(shares: Sequence[float] | None, n_words: int, tokens: int) -> Counts:
    """Counts that have this coverage, in the order of rank, float64 (n_words,).

    Between two of its ranks they follow Zipf's law, as 1 ÷ rank; so do all without a coverage, or with another
    vocabulary's.
    """
    ends = _ends(n_words)
    if shares is None or len(shares) != len(ends):
        ends, shares = ends[-1:], [1.0]
    weights = 1 / np.arange(1, n_words + 1)
    sums = np.add.reduceat(weights, np.concatenate([[0], ends[:-1]]))
    # Rounding may leave a group of rare words with nothing, but each of them occurs.
    totals = tokens * np.maximum(np.diff(np.asarray(shares, np.float64), prepend=0.0), 1e-9)
    return np.asarray(weights * np.repeat(totals / sums, np.diff(ends, prepend=0)))


def _ends(n_words: int) -> NDArray[np.int64]:
    """1, 2, 4, 8, … and the number of words."""
    powers = 2 ** np.arange(n_words.bit_length() + 1, dtype=np.int64)
    return np.unique(np.minimum(powers, n_words))
