"""The compiled loop of GloVe's training."""

import numpy as np

from ..numba_kernels.compiling import compiled
from ..numba_kernels.machine import make_prefetch
from .step import LANES, step

AHEAD = 4
"""Entries ahead of the one that is trained whose rows are fetched from memory."""

fetch_line = make_prefetch(64)


@compiled
def train_entries(entries, words, contexts, eta, mirrored):  # type: ignore[no-untyped-def]
    """One step for each entry, in order.

    Args:
        entries: records of ``entries.ENTRY``.
        words: float32 (n_words, 2 * padded), see ``parameters``.
        contexts: the same of the contexts.
        eta: float32, learning rate.
        mirrored: an entry off the diagonal stands for its mirror image too.

    Returns:
        Sum of weight · e² over the steps, each e from before its step.
    """
    row_bytes = 4 * words.shape[1]
    chunks = words.shape[1] // (2 * LANES)
    first_word, first_context = words.ctypes.data, contexts.ctypes.data
    n, loss = entries.shape[0], 0.0
    for k in range(n):
        if k + AHEAD < n:
            coming = entries[k + AHEAD]
            row, column = row_bytes * np.int64(coming.row), row_bytes * np.int64(coming.column)
            for line in range(0, row_bytes, 64):
                fetch_line(first_word + row + line)
                fetch_line(first_context + column + line)
            if mirrored:
                for line in range(0, row_bytes, 64):
                    fetch_line(first_word + column + line)
                    fetch_line(first_context + row + line)
        entry = entries[k]
        row, column = row_bytes * np.int64(entry.row), row_bytes * np.int64(entry.column)
        e = step(first_word + row, first_context + column, chunks, entry.log, entry.weight, eta)
        loss += entry.weight * e * e
        if mirrored and row != column:
            e = step(first_word + column, first_context + row, chunks, entry.log, entry.weight, eta)
            loss += entry.weight * e * e
    return loss
