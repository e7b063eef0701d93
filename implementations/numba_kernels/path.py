"""Kernel of skip-gram with hierarchical softmax, a window or a context word at a time.

Loaded by ``template.load_worker`` once for each ``CONFIG``.
"""

import numpy as np

from .compiling import compiled, inlined
from .hot_rows import begin_hot, count_words, meet_hot
from .machine import make_prefetch
from .sentence import find_addresses, find_repeats, lay_windows, open_sentence, take
from .template import CONFIG
from .training import make_train
from .treetop import count_centre, load_top, meet_top
from .unit import address_path, list_inputs

shape, pairs, window, shrink = CONFIG.shape, CONFIG.pairs, CONFIG.window, CONFIG.shrink
top, hot, row = CONFIG.top, CONFIG.hot, CONFIG.shape.row
train, prefetch = make_train(shape, distinct=True), make_prefetch(4 * shape.row)
width, padded, weights, row_bytes = shape.width, shape.padded_width, shape.weights, 4 * shape.row
span = 2 * window + 1


@inlined
def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
    base_out, around = job.outputs.ctypes.data, room.around.ctypes.data
    output, kind, same = room.output.ctypes.data, room.kind.ctypes.data, room.same.ctypes.data
    PQ, contexts = room.PQ.ctypes.data, room.addresses.ctypes.data
    shared = job.outputs.shape[0] - 1 - top
    lay_windows(n, window, shrink, a, b, room)
    find_repeats(n, span, room)
    find_addresses(n, job.inputs.ctypes.data, row_bytes, hot, room)
    for i in range(n):
        blocks = address_path(room.words[i], rate, width, padded, weights, row_bytes, top, job, room)
        low, high = max(0, i - room.reach[i]), min(n - 1, i + room.reach[i])
        if i + 1 < n:
            word = room.words[i + 1]
            for k in range(job.path_offsets[word], job.path_offsets[word + 1]):
                if job.path_nodes[k] < shared:
                    prefetch(base_out + np.int64(job.path_nodes[k]) * row_bytes)
            if i + window + 2 < n:
                prefetch(room.addresses[i + window + 2])
        if pairs:
            for p in range(low, high + 1):
                if p != i:
                    train(contexts + 8 * p, 1, output, blocks, same, PQ, room)
        elif room.repeat[high] >= low:
            m = list_inputs(i, 1, low, high, 0, 1, weights, room)
            train(room.context.ctypes.data, m, output, blocks, kind, PQ, room)
        else:
            train(around + 8 * (low + 1), high - low, output, blocks, same, PQ, room)
        room.around[i + 1] = room.addresses[i]
        if top:
            count_centre(top, row, high - low, job.inputs[room.words[i]], rate, job, room)


@compiled
def worker(job, thread, room):  # type: ignore[no-untyped-def]
    """Take sentences in order until the job's end or until it is stopped."""
    first, last = take(job)
    if top and first < last:
        load_top(top, row, job, room)
    if hot and first < last:
        begin_hot(hot, False, row, thread, job, room)
    while first < last:
        for item in range(first, last):
            n, a, b, rate = open_sentence(job, item, thread, room)
            if n > 1:
                train_sentence(n, a, b, rate, job, room)
                if hot:
                    count_words(hot, False, row, n, job, room)
        first, last = take(job)
        if top and first >= last:
            meet_top(top, row, rate, job, room)
        if hot and first >= last:
            meet_hot(hot, False, row, True, job, room)
