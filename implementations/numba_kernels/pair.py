"""Kernel of skip-gram with negative sampling, every pair with noise words of its own.

Loaded by ``template.load_worker`` once for each ``CONFIG``.
"""

import numpy as np

from ..counter_random import NOISE_SLOT
from .compiling import compiled, inlined
from .hot_rows import begin_hot, count_words, meet_hot
from .random import draw, noise_word
from .sentence import find_addresses, lay_windows, open_sentence, take
from .template import CONFIG
from .training import make_train
from .unit import drop_clashes, fill_weights

shape, negative, window, shrink = CONFIG.shape, CONFIG.negative, CONFIG.window, CONFIG.shrink
train = make_train(shape, distinct=False)
width, padded, weights, blocks = shape.width, shape.padded_width, shape.weights, shape.blocks
columns, row_bytes, row, hot = width * blocks, 4 * shape.row, shape.row, CONFIG.hot


@inlined
def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
    base_in, base_out = job.inputs.ctypes.data, job.outputs.ctypes.data
    own_out = room.own_out.ctypes.data
    dummy = base_out + (job.outputs.shape[0] - 1) * row_bytes
    lay_windows(n, window, shrink, a, b, room)
    find_addresses(n, base_in, row_bytes, hot, room)
    fill_weights(rate, 1, 1 + negative, width, padded, weights, room.PQ)
    output = room.output
    for k in range(1 + negative, columns):
        output[k] = dummy
    for i in range(n):
        centre = np.int64(room.words[i])
        output[0] = (own_out if centre < hot else base_out) + centre * row_bytes
        for p in range(max(0, i - room.reach[i]), min(n - 1, i + room.reach[i]) + 1):
            if p == i:
                continue
            slot = NOISE_SLOT + (p - i + window - np.int64(p > i)) * negative
            for k in range(negative):
                word = noise_word(draw(room.positions[i], slot + k, a, b), job.noise)
                room.noise[k, 0] = word
                output[1 + k] = (own_out if word < hot else base_out) + np.int64(word) * row_bytes
            base = drop_clashes(0, i, 1, 1, negative, width, padded, weights, room)
            here = room.PQ.ctypes.data + 4 * base
            place = room.addresses.ctypes.data + 8 * p
            train(place, 1, output.ctypes.data, blocks, room.same.ctypes.data, here, room)


@compiled
def worker(job, thread, room):  # type: ignore[no-untyped-def]
    """Take sentences in order until the job's end or until it is stopped."""
    first, last = take(job)
    if hot and first < last:
        begin_hot(hot, True, row, thread, job, room)
    while first < last:
        for item in range(first, last):
            n, a, b, rate = open_sentence(job, item, thread, room)
            if n > 1:
                train_sentence(n, a, b, rate, job, room)
                if hot:
                    count_words(hot, True, row, n, job, room)
        first, last = take(job)
        if hot and first >= last:
            meet_hot(hot, True, row, True, job, room)
