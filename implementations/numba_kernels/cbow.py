"""Kernel of CBOW, with negative sampling or hierarchical softmax.

Loaded by ``template.load_worker`` once for each ``CONFIG``.
"""

import numpy as np

from .compiling import compiled, inlined
from .hidden import make_hidden
from .hot_rows import begin_hot, count_words, meet_hot
from .layout import is_tabulated
from .machine import make_prefetch
from .products import make_products
from .sentence import draw_noise, find_addresses, lay_windows, open_sentence, take
from .template import CONFIG
from .treetop import count_centre, load_top, meet_top
from .unit import address_outputs, address_path, drop_clashes, fill_weights, kind_of, reach_of

shape, centres, negative, window, shrink = CONFIG.shape, CONFIG.centres, CONFIG.negative, CONFIG.window, CONFIG.shrink
mean, tree, top, hot = CONFIG.mean, CONFIG.tree, CONFIG.top, CONFIG.hot
products, prefetch = make_products(shape), make_prefetch(4 * shape.row)
gather, scatter = make_hidden(shape, centres)
logits, gradient, input_step = products.logits, products.gradient, products.input_step
output_step, step_apart, scale = products.output_step, products.step_apart, products.scale
width, padded, weights, row_bytes = shape.width, shape.padded_width, shape.weights, 4 * shape.row
row, columns, all_blocks, single = shape.row, shape.width * shape.blocks, shape.blocks, shape.blocks == 1 and not tree
span = 2 * window + centres
tabulated = centres > 1 and is_tabulated(window, centres)


@inlined
def find_inputs(first, size, n, room):  # type: ignore[no-untyped-def]
    """The words in the windows of a unit: the address of their table, their number, and that of their kinds."""
    if centres == 1:
        low, high = max(0, first - room.reach[first]), min(n - 1, first + room.reach[first])
        return room.around.ctypes.data + 8 * (low + 1), high - low, room.same.ctypes.data
    if tabulated and size == centres:
        number, factor = 0, 1
        for c in range(centres):
            number += (room.reach[first + c] - 1) * factor
            factor *= window
        begin = first - room.left[number]
        low, high = max(0, begin), min(n - 1, first + room.right[number])
        kinds = room.kinds.ctypes.data + 4 * (number * span + low - begin)
        return room.addresses.ctypes.data + 8 * low, high - low + 1, kinds
    low, high = reach_of(first, size, n, room)
    m = 0
    for p in range(low, high + 1):
        room.context[m] = room.addresses[p]
        room.kind[m] = 4 * centres * kind_of(p, first, size, room)
        m += room.kind[m] != 0
    return room.context.ctypes.data, m, room.kind.ctypes.data


@inlined
def train(first, size, n, outputs, blocks, PQ, room):  # type: ignore[no-untyped-def]
    hidden, G, D, H = room.hidden.ctypes.data, room.G.ctypes.data, room.D.ctypes.data, room.H.ctypes.data
    weighted, shares = room.single.ctypes.data, room.shares.ctypes.data
    inputs, m, kinds = find_inputs(first, size, n, room)
    gather(inputs, m, kinds, shares, H)
    if mean:
        for c in range(size):
            centre = first + c
            words = min(n - 1, centre + room.reach[centre]) - max(0, centre - room.reach[centre])
            scale(H + c * row_bytes, np.float32(1) / np.float32(words))
    if single:
        logits(hidden, size, outputs, G)
        gradient(G, size, weighted, PQ)
        step_apart(hidden, size, outputs, G, D)
    else:
        block_bytes, table_bytes = 4 * padded * size, 8 * width
        for block in range(blocks):
            logits(hidden, size, outputs + table_bytes * block, G + block_bytes * block)
            gradient(G + block_bytes * block, size, weighted, PQ + 4 * padded * block)
        room.D[: size * row] = 0
        for block in range(blocks):
            input_step(D, size, outputs + table_bytes * block, G + block_bytes * block)
        for block in range(blocks):
            output_step(hidden, size, outputs + table_bytes * block, G + block_bytes * block)
    # word2vec.c gives every context word the whole error, averaged or not.
    scatter(inputs, m, kinds, shares, D)


@inlined
def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
    lay_windows(n, window, shrink, a, b, room)
    find_addresses(n, job.inputs.ctypes.data, row_bytes, hot, room)
    output, PQ = room.output.ctypes.data, room.PQ.ctypes.data
    groups, shared = (n + centres - 1) // centres, job.outputs.shape[0] - 1 - top
    if not tree:
        draw_noise(n, centres, negative, a, b, job.noise, room)
        address_outputs(n, groups, centres, negative, columns, row_bytes, hot, job, room)
        fill_weights(rate, centres, centres + negative, width, padded, weights, room.PQ)
    for g in range(groups):
        first = g * centres
        size = min(centres, n - first)
        if tree:
            blocks = address_path(room.words[g], rate, width, padded, weights, row_bytes, top, job, room)
            outputs, base = output, 0
            if g + 1 < groups:
                word = room.words[g + 1]
                for k in range(job.path_offsets[word], job.path_offsets[word + 1]):
                    if job.path_nodes[k] < shared:
                        prefetch(job.outputs.ctypes.data + np.int64(job.path_nodes[k]) * row_bytes)
        else:
            base = drop_clashes(g, first, size, centres, negative, width, padded, weights, room)
            outputs, blocks = output + 8 * columns * g, all_blocks
            # A unit is so short that rows asked for at the one before would still be on their way.
            if g + 2 < groups:
                for k in range(centres + negative):
                    prefetch(room.output[(g + 2) * columns + k])
        for p in range(first + 2 * centres + window + 1, min(first + 3 * centres + window + 1, n)):
            prefetch(room.addresses[p])
        train(first, size, n, outputs, blocks, PQ + 4 * base, room)
        room.around[first + 1] = room.addresses[first]
        if top:
            count_centre(top, row, 1, room.H, rate, job, room)


@compiled
def worker(job, thread, room):  # type: ignore[no-untyped-def]
    """Take sentences in order until the job's end or until it is stopped."""
    first, last = take(job)
    if top and first < last:
        load_top(top, row, job, room)
    if hot and first < last:
        begin_hot(hot, not tree, row, thread, job, room)
    while first < last:
        for item in range(first, last):
            n, a, b, rate = open_sentence(job, item, thread, room)
            if n > 1:
                train_sentence(n, a, b, rate, job, room)
                if hot:
                    count_words(hot, not tree, row, n, job, room)
        first, last = take(job)
        if top and first >= last:
            meet_top(top, row, rate, job, room)
        if hot and first >= last:
            meet_hot(hot, not tree, row, True, job, room)
