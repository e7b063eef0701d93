"""Compiled loops of the counting: pairs of a piece of text, sums of sorted pairs, sums of sorted runs."""

import numpy as np

from ..counter_random import KEEP_SLOT
from ..numba_kernels.compiling import compiled, inner
from ..numba_kernels.random import draw, sentence_key
from .runs import DISTANCE_BITS, WORD_BITS

_DISTANCE, _WORD = np.uint64(DISTANCE_BITS), np.uint64(WORD_BITS)
_DISTANCES = np.uint64((1 << DISTANCE_BITS) - 1)
_FIRST = np.uint64(DISTANCE_BITS + WORD_BITS)


@compiled
def collect(tokens, bounds, first, window, symmetric, keep, key_a, key_b, words, events):  # type: ignore[no-untyped-def]
    """Every pair within the window of every sentence.

    Args:
        tokens: int32, the sentences' words.
        bounds: int64, where in ``tokens`` each sentence begins, and the end.
        first: number of the first sentence in the corpus.
        window: largest distance.
        symmetric: write the smaller word id first, else the earlier word.
        keep: uint32 (n_words,), thresholds of subsampling; empty keeps every word.
        key_a: first key word of the epoch that is drawn.
        key_b: second key word.
        words: int32, room for a sentence.
        events: uint64, takes the pairs; it must have room for all.

    Returns:
        Pairs, and words that were kept.
    """
    m, kept = np.int64(0), np.int64(0)
    for s in range(bounds.shape[0] - 1):
        n = np.int64(0)
        if keep.shape[0]:
            a, b = sentence_key(key_a, first + s), sentence_key(key_b, first + s)
            for i in range(bounds[s + 1] - bounds[s]):
                token = tokens[bounds[s] + i]
                words[n] = token
                n += np.int64(draw(i, KEEP_SLOT, a, b) <= keep[token])
        else:
            for i in range(bounds[s], bounds[s + 1]):
                words[n] = tokens[i]
                n += 1
        kept += n
        for i in range(n):
            for d in range(1, min(window, n - 1 - i) + 1):
                one, other = words[i], words[i + d]
                if symmetric and other < one:
                    one, other = other, one
                events[m] = np.uint64(one) << _FIRST | np.uint64(other) << _DISTANCE | np.uint64(d)
                m += 1
    return m, kept


@compiled
def count_distinct(events):  # type: ignore[no-untyped-def]
    """Distinct pairs among sorted events, whatever their distances."""
    distinct = np.int64(0)
    for i in range(events.shape[0]):
        distinct += np.int64(i == 0 or events[i] >> _DISTANCE != events[i - 1] >> _DISTANCE)
    return distinct


@compiled
def combine(events, at, units, keys, sums):  # type: ignore[no-untyped-def]
    """Sum up sorted events from place ``at`` until ``keys`` is full or the events end.

    Returns:
        The place reached, and the number of pairs written to ``keys`` and ``sums``.
    """
    m = np.int64(0)
    while at < events.shape[0]:
        key = events[at] >> _DISTANCE
        if m == keys.shape[0]:
            return at, m
        total = np.int64(0)
        while at < events.shape[0] and events[at] >> _DISTANCE == key:
            total += units[events[at] & _DISTANCES]
            at += 1
        keys[m], sums[m] = key, total
        m += 1
    return at, m


@compiled
def merge(keys, sums, at, ends, heap, merged_keys, merged_sums):  # type: ignore[no-untyped-def]
    """Merge sorted runs that lie in one array, adding up equal keys.

    Args:
        keys: uint64, the runs end to end.
        sums: int64, theirs.
        at: int64, where each run begins; used up.
        ends: int64, where each run ends.
        heap: int64, room for as many numbers as there are runs.
        merged_keys: takes the result; room for all.
        merged_sums: takes its sums.

    Returns:
        Pairs written.
    """
    size = np.int64(0)
    for run in range(at.shape[0]):
        if at[run] < ends[run]:
            heap[size] = run
            size += 1
    for i in range(size // 2 - 1, -1, -1):
        _sink(i, size, heap, keys, at)
    m = np.int64(0)
    while size:
        run = heap[0]
        key, amount = keys[at[run]], sums[at[run]]
        if m and merged_keys[m - 1] == key:
            merged_sums[m - 1] += amount
        else:
            merged_keys[m], merged_sums[m] = key, amount
            m += 1
        at[run] += 1
        if at[run] == ends[run]:
            size -= 1
            heap[0] = heap[size]
        _sink(0, size, heap, keys, at)
    return m


@inner
def _sink(i, size, heap, keys, at):  # type: ignore[no-untyped-def]
    """Restore the heap of runs by their next keys below place i."""
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and keys[at[heap[child + 1]]] < keys[at[heap[child]]]:
            child += 1
        if keys[at[heap[i]]] <= keys[at[heap[child]]]:
            return
        heap[i], heap[child] = heap[child], heap[i]
        i = child


@compiled
def split_keys(keys, rows, columns):  # type: ignore[no-untyped-def]
    """The two word ids of each key."""
    low = np.uint64((1 << WORD_BITS) - 1)
    for i in range(keys.shape[0]):
        rows[i], columns[i] = np.int32(keys[i] >> _WORD), np.int32(keys[i] & low)
