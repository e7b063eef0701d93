"""Positive pointwise mutual information as a sparse matrix."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cooccurrence.counts import Cooccurrences, Entries


def ppmi_matrix(
    counts: Cooccurrences,
    *,
    smoothing: float,
    shift: float,
    factors: NDArray[np.float64] | None = None,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Any:
    """max(0, PMI(i, j) - log shift) for every counted pair.

    PMI(i, j) = log X[i, j] + log Z - log X[i] - smoothing · log X[j], with X[i] the sum of row i and
    Z = Σ X[j] ** smoothing: the contexts' probabilities are smoothed (Levy, Goldberg & Dagan 2015, §3).

    Args:
        counts: symmetric; read three times.
        smoothing: exponent of the contexts' counts; 1 smooths nothing.
        shift: the k of shifted PPMI (Levy & Goldberg 2014); 1 shifts nothing.
        factors: float64 (n_words,), multiply a count by both its words' factors: subsampling in the mean.
        progress: told of the fraction that is done.

    Returns:
        scipy.sparse.csr_array, float32 (n_words, n_words), word by context, without explicit zeros.
    """
    from scipy.sparse import csr_array

    from .kernels import add_margins, count_positive, fill_positive

    n = counts.n_words
    scale = np.ones(n) if factors is None else factors
    margins = np.zeros(n)
    for part in _told(counts, progress, 0):
        add_margins(part.rows, part.columns, part.values, scale, margins)
    # A word without any pair has no entries, so whatever stands here for it is not read.
    logs = np.log(np.where(margins > 0, margins, 1.0))
    total = np.log((margins[margins > 0] ** smoothing).sum()) if margins.any() else 0.0
    word, context = logs - np.log(scale), smoothing * logs - total + np.log(shift) - np.log(scale)

    filled = np.zeros(n, np.int64)
    for part in _told(counts, progress, 1):
        count_positive(*part, word, context, filled)
    bounds = np.concatenate([[0], np.cumsum(filled)])
    indices, data = np.empty(bounds[-1], np.int32), np.empty(bounds[-1], np.float32)
    at = bounds[:-1].copy()
    for part in _told(counts, progress, 2):
        fill_positive(*part, word, context, at, indices, data)
    return csr_array((data, indices, bounds.astype(np.int32 if bounds[-1] < 1 << 31 else np.int64)), shape=(n, n))


def _told(counts: Cooccurrences, progress: Callable[[float], None], reading: int) -> Iterator[Entries]:
    """The entries; progress of the given reading out of three."""
    done = 0
    for part in counts.chunks():
        yield part
        done += len(part.rows)
        progress((reading + done / len(counts)) / 3)


def compile_matrix() -> None:
    """Compile the kernels by running them on nothing."""
    from .kernels import add_margins, count_positive, fill_positive

    ids, numbers, places = np.empty(0, np.int32), np.empty(0), np.empty(0, np.int64)
    add_margins(ids, ids, numbers, numbers, numbers)
    count_positive(ids, ids, numbers, numbers, numbers, places)
    fill_positive(ids, ids, numbers, numbers, numbers, places, ids, np.empty(0, np.float32))
