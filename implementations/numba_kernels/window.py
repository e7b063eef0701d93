"""Kernel of skip-gram with negative sampling, noise shared by the windows of adjacent centres.

Loaded by ``template.load_worker`` once for each ``CONFIG``.
"""

from .compiling import compiled, inlined
from .hot_rows import begin_hot, count_words, meet_hot
from .layout import is_tabulated
from .machine import make_prefetch
from .sentence import draw_noise, find_addresses, find_repeats, lay_windows, open_sentence, take
from .template import CONFIG
from .training import make_train
from .unit import address_outputs, drop_clashes, fill_weights, list_inputs, reach_of

shape, centres, negative, window, shrink = CONFIG.shape, CONFIG.centres, CONFIG.negative, CONFIG.window, CONFIG.shrink
train, prefetch = make_train(shape, distinct=False), make_prefetch(4 * shape.row)
width, padded, weights, blocks = shape.width, shape.padded_width, shape.weights, shape.blocks
columns, row_bytes, row, hot = width * blocks, 4 * shape.row, shape.row, CONFIG.hot
span, used = 2 * window + centres, centres + negative
tabulated = centres > 1 and is_tabulated(window, centres)


@inlined
def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
    base_in = job.inputs.ctypes.data
    contexts, listed, around = room.addresses.ctypes.data, room.context.ctypes.data, room.around.ctypes.data
    PQ, kind, same = room.PQ.ctypes.data, room.kind.ctypes.data, room.same.ctypes.data
    lay_windows(n, window, shrink, a, b, room)
    find_repeats(n, span, room)
    find_addresses(n, base_in, row_bytes, hot, room)
    groups = draw_noise(n, centres, negative, a, b, job.noise, room)
    address_outputs(n, groups, centres, negative, columns, row_bytes, hot, job, room)
    fill_weights(rate, centres, used, width, padded, weights, room.PQ)
    for g in range(groups):
        first = g * centres
        size = min(centres, n - first)
        base = drop_clashes(g, first, size, centres, negative, width, padded, weights, room)
        plain = size == centres
        if centres == 1:
            low, high = max(0, first - room.reach[first]), min(n - 1, first + room.reach[first])
            inputs, m, offsets = around + 8 * (low + 1), high - low, same
        elif tabulated:
            number, scale = 0, 1
            for c in range(size):
                number += (room.reach[first + c] - 1) * scale
                scale *= window
            begin = first - room.left[number]
            low, high = max(0, begin), min(n - 1, first + room.right[number])
            inputs, m = contexts + 8 * low, high - low + 1
            offsets = room.kinds.ctypes.data + 4 * (number * span + low - begin)
        else:
            low, high = reach_of(first, size, n, room)
            inputs, m, offsets, plain = contexts, 0, kind, False
        here = PQ + 4 * base
        if not plain or room.repeat[high] >= low:
            m = list_inputs(first, size, low, high, base, centres, weights, room)
            inputs, offsets, here = listed, kind, PQ
        if g + 1 < groups:
            for k in range(used):
                prefetch(room.output[(g + 1) * columns + k])
            for p in range(first + centres + window + 1, min(first + 2 * centres + window + 1, n)):
                prefetch(room.addresses[p])
        train(inputs, m, room.output.ctypes.data + 8 * columns * g, blocks, offsets, here, room)
        room.around[first + 1] = room.addresses[first]


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
