"""A sentence's examples, drawn and laid out for the kernels in loops that vectorise."""

import numpy as np

from ..counter_random import KEEP_SLOT, NOISE_SLOT, WINDOW_SLOT
from .compiling import inner
from .job import END, FIRST_THREAD, NEXT, PER_THREAD, STOP
from .machine import atomic_add
from .random import below, draw, noise_word, sentence_key

BLOCK = 4
"""Sentences that a thread takes at a time."""


@inner
def take(job):  # type: ignore[no-untyped-def]
    """The next sentences for a thread, as a range; an empty one at the end, or where the job is stopped."""
    end = job.shared[END]
    if job.shared[STOP] != 0:
        return end, end
    first = atomic_add(job.shared.ctypes.data + 8 * NEXT, BLOCK)
    return min(first, end), min(first + BLOCK, end)


@inner
def open_sentence(job, item, thread, room):  # type: ignore[no-untyped-def]
    """Subsample a sentence into the room. ``item`` counts the sentences of all epochs.

    Returns:
        Words kept, the sentence's key and its learning rate.
    """
    n_sentences = job.offsets.shape[0] - 1
    epoch = item // n_sentences
    s = item - epoch * n_sentences
    first, last = job.offsets[s], job.offsets[s + 1]
    a, b = sentence_key(job.keys_a[epoch], s), sentence_key(job.keys_b[epoch], s)
    for i in range(last - first):
        room.numbers[i] = draw(i, KEEP_SLOT, a, b)
    n = np.int64(0)
    for i in range(last - first):
        token = job.tokens[first + i]
        room.words[n] = token
        room.positions[n] = i
        n += np.int64(room.numbers[i] <= job.keep[token])
    job.shared[FIRST_THREAD + PER_THREAD * thread] += n
    job.shared[FIRST_THREAD + PER_THREAD * thread + 1] += last - first
    n_tokens, epochs = job.tokens.shape[0], job.keys_a.shape[0]
    done = epoch * n_tokens + first
    rate = np.float32(job.alpha - (job.alpha - job.min_alpha) * done / (epochs * n_tokens))
    return n, a, b, rate


@inner
def lay_windows(n, window, shrink, a, b, room):  # type: ignore[no-untyped-def]
    """Size of each kept word's window."""
    for i in range(n):
        room.reach[i] = 1 + below(draw(room.positions[i], WINDOW_SLOT, a, b), window) if shrink else window


@inner
def draw_noise(n, every, negative, a, b, table, room):  # type: ignore[no-untyped-def]
    """Noise words ``room.noise[k, g]`` for the centres at 0, every, 2 * every, … of n; returns how many centres."""
    groups = (n + every - 1) // every
    for k in range(negative):
        row = room.noise[k]
        for g in range(groups):
            row[g] = np.int32(draw(room.positions[g * every], NOISE_SLOT + k, a, b))
        for g in range(groups):
            row[g] = noise_word(np.uint32(row[g]), table)
    return groups


@inner
def find_repeats(n, span, room):  # type: ignore[no-untyped-def]
    """Where words repeat: at most ``span`` words from low to high hold one twice just where ``repeat[high] >= low``."""
    words, repeat = room.words, room.repeat
    for i in range(n):
        repeat[i] = -1
    for apart in range(min(span, n) - 1, 0, -1):
        for i in range(apart, n):
            repeat[i] = i - apart if words[i] == words[i - apart] else repeat[i]
    for i in range(1, n):
        repeat[i] = max(repeat[i], repeat[i - 1])


@inner
def find_addresses(n, base, row_bytes, hot, room):  # type: ignore[no-untyped-def]
    """Addresses of the input rows of n words, in ``room.addresses`` and, for the first centre, in ``room.around``.

    Those of the first ``hot`` words are the thread's own (see ``hot_rows``).
    """
    own = room.own_in.ctypes.data
    for i in range(n):
        room.addresses[i] = (own if room.words[i] < hot else base) + np.int64(room.words[i]) * row_bytes
    for i in range(n):
        room.around[i] = room.addresses[i]
