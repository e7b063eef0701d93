"""Kernel of CBOW, with negative sampling or hierarchical softmax.

Loaded by ``template.load_worker`` once for each ``CONFIG``.
"""

import numpy as np

from .compiling import compiled, inlined, inner
from .machine import make_prefetch
from .products import make_products
from .sentence import draw_noise, find_addresses, lay_windows, open_sentence, take
from .template import CONFIG
from .unit import address_outputs, address_path, drop_clashes, fill_weights

shape, centres, negative, window, shrink = CONFIG.shape, CONFIG.centres, CONFIG.negative, CONFIG.window, CONFIG.shrink
mean, tree = CONFIG.mean, CONFIG.tree
products, prefetch = make_products(shape), make_prefetch(4 * shape.row)
logits, gradient, input_step = products.logits, products.gradient, products.input_step
output_step, sum_rows, spread, scale = products.output_step, products.sum, products.spread, products.scale
width, padded, weights, row_bytes = shape.width, shape.padded_width, shape.weights, 4 * shape.row
row, columns, all_blocks = shape.row, shape.width * shape.blocks, shape.blocks


@inner
def find_hidden(first, size, n, room):  # type: ignore[no-untyped-def]
    """Sum or average the windows of a unit; ``room.context`` keeps the addresses, centre by centre."""
    for c in range(size):
        centre, at = first + c, 2 * window * c
        low, high = max(0, centre - room.reach[centre]), min(n - 1, centre + room.reach[centre])
        m = 0
        for p in range(low, high + 1):
            room.context[at + m] = room.addresses[p]
            m += p != centre
        hidden = room.H.ctypes.data + c * row_bytes
        sum_rows(room.context.ctypes.data + 8 * at, m, hidden)
        if mean:
            scale(hidden, np.float32(1) / np.float32(m))
        room.merged[c] = m


@inner
def train(size, outputs, blocks, PQ, room):  # type: ignore[no-untyped-def]
    hidden, G, D = room.hidden.ctypes.data, room.G.ctypes.data, room.D.ctypes.data
    kinds, block_bytes, table_bytes = room.single.ctypes.data, 4 * padded * size, 8 * width
    for block in range(blocks):
        logits(hidden, size, outputs + table_bytes * block, G + block_bytes * block)
        gradient(G + block_bytes * block, size, kinds, PQ + 4 * padded * block)
    room.D[: size * row] = 0
    for block in range(blocks):
        input_step(D, size, outputs + table_bytes * block, G + block_bytes * block)
    for block in range(blocks):
        output_step(hidden, size, outputs + table_bytes * block, G + block_bytes * block)
    for c in range(size):
        # word2vec.c gives every context word the whole error, averaged or not.
        spread(room.context.ctypes.data + 16 * window * c, np.int64(room.merged[c]), D + c * row_bytes)


@inlined
def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
    lay_windows(n, window, shrink, a, b, room)
    find_addresses(n, job.inputs.ctypes.data, row_bytes, room)
    output, PQ = room.output.ctypes.data, room.PQ.ctypes.data
    groups = (n + centres - 1) // centres
    if not tree:
        draw_noise(n, centres, negative, a, b, job.noise, room)
        address_outputs(n, groups, centres, negative, columns, row_bytes, job, room)
        fill_weights(rate, centres, centres + negative, width, padded, weights, room.PQ)
    for g in range(groups):
        first = g * centres
        size = min(centres, n - first)
        if tree:
            blocks = address_path(room.words[g], rate, width, padded, weights, row_bytes, job, room)
            outputs, base = output, 0
            if g + 1 < groups:
                word = room.words[g + 1]
                for k in range(job.path_offsets[word], job.path_offsets[word + 1]):
                    prefetch(job.outputs.ctypes.data + np.int64(job.path_nodes[k]) * row_bytes)
        else:
            base = drop_clashes(g, first, size, centres, negative, width, padded, weights, room)
            outputs, blocks = output + 8 * columns * g, all_blocks
            if g + 1 < groups:
                for k in range(centres + negative):
                    prefetch(room.output[(g + 1) * columns + k])
        for p in range(first + centres + window + 1, min(first + 2 * centres + window + 1, n)):
            prefetch(room.addresses[p])
        find_hidden(first, size, n, room)
        train(size, outputs, blocks, PQ + 4 * base, room)


@compiled
def worker(job, thread, room):  # type: ignore[no-untyped-def]
    """Take sentences of all epochs in order until none is left or the job is stopped."""
    first, last = take(job)
    while first < last:
        for item in range(first, last):
            n, a, b, rate = open_sentence(job, item, thread, room)
            if n > 1:
                train_sentence(n, a, b, rate, job, room)
        first, last = take(job)
