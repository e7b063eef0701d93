"""Skip-gram: workers for each way to group examples."""

from typing import Any

import numpy as np

from ..counter_random import NOISE_SLOT
from .inner import inner
from .layout import is_tabulated
from .machine import make_prefetch
from .products import Shape
from .random import draw, noise_word
from .sentence import draw_noise, find_addresses, find_repeats, lay_windows
from .training import make_train
from .unit import address_outputs, address_path, drop_clashes, fill_weights, list_inputs, reach_of
from .worker import make_worker


def make_window_worker(shape: Shape, centres: int, negative: int, window: int, shrink: bool) -> Any:
    """``worker(job, thread, room)`` for negative sampling with noise shared by the windows of adjacent centres."""
    train, prefetch = make_train(shape, distinct=False), make_prefetch(4 * shape.row)
    width, padded, weights, blocks = shape.width, shape.padded_width, shape.weights, shape.blocks
    columns, row_bytes = width * blocks, 4 * shape.row
    span = 2 * window + centres
    tabulated = centres > 1 and is_tabulated(window, centres)
    used = centres + negative

    @inner
    def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
        base_in = job.inputs.ctypes.data
        contexts, listed, around = room.addresses.ctypes.data, room.context.ctypes.data, room.around.ctypes.data
        PQ, kind, same = room.PQ.ctypes.data, room.kind.ctypes.data, room.same.ctypes.data
        lay_windows(n, window, shrink, a, b, room)
        find_repeats(n, span, room)
        find_addresses(n, base_in, row_bytes, room)
        groups = draw_noise(n, centres, negative, a, b, job.noise, room)
        address_outputs(n, groups, centres, negative, columns, row_bytes, job, room)
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

    return make_worker(train_sentence)


def make_pair_worker(shape: Shape, negative: int, window: int, shrink: bool) -> Any:
    """``worker(job, thread, room)`` for negative sampling with noise of its own for every pair."""
    train = make_train(shape, distinct=False)
    width, padded, weights, blocks = shape.width, shape.padded_width, shape.weights, shape.blocks
    columns, row_bytes = width * blocks, 4 * shape.row

    @inner
    def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
        base_in, base_out = job.inputs.ctypes.data, job.outputs.ctypes.data
        dummy = base_out + (job.outputs.shape[0] - 1) * row_bytes
        lay_windows(n, window, shrink, a, b, room)
        find_addresses(n, base_in, row_bytes, room)
        fill_weights(rate, 1, 1 + negative, width, padded, weights, room.PQ)
        output = room.output
        for k in range(1 + negative, columns):
            output[k] = dummy
        for i in range(n):
            output[0] = base_out + np.int64(room.words[i]) * row_bytes
            for p in range(max(0, i - room.reach[i]), min(n - 1, i + room.reach[i]) + 1):
                if p == i:
                    continue
                slot = NOISE_SLOT + (p - i + window - np.int64(p > i)) * negative
                for k in range(negative):
                    word = noise_word(draw(room.positions[i], slot + k, a, b), job.noise)
                    room.noise[k, 0] = word
                    output[1 + k] = base_out + np.int64(word) * row_bytes
                base = drop_clashes(0, i, 1, 1, negative, width, padded, weights, room)
                here = room.PQ.ctypes.data + 4 * base
                place = room.addresses.ctypes.data + 8 * p
                train(place, 1, output.ctypes.data, blocks, room.same.ctypes.data, here, room)

    return make_worker(train_sentence)


def make_path_worker(shape: Shape, pairs: bool, window: int, shrink: bool) -> Any:
    """``worker(job, thread, room)`` for hierarchical softmax, a window or (``pairs``) a context word at a time."""
    train, prefetch = make_train(shape, distinct=True), make_prefetch(4 * shape.row)
    width, padded, weights, row_bytes = shape.width, shape.padded_width, shape.weights, 4 * shape.row
    span = 2 * window + 1

    @inner
    def train_sentence(n, a, b, rate, job, room):  # type: ignore[no-untyped-def]
        base_out, around = job.outputs.ctypes.data, room.around.ctypes.data
        output, kind, same = room.output.ctypes.data, room.kind.ctypes.data, room.same.ctypes.data
        PQ, contexts = room.PQ.ctypes.data, room.addresses.ctypes.data
        lay_windows(n, window, shrink, a, b, room)
        find_repeats(n, span, room)
        find_addresses(n, job.inputs.ctypes.data, row_bytes, room)
        for i in range(n):
            blocks = address_path(room.words[i], rate, width, padded, weights, row_bytes, job, room)
            low, high = max(0, i - room.reach[i]), min(n - 1, i + room.reach[i])
            if i + 1 < n:
                word = room.words[i + 1]
                for k in range(job.path_offsets[word], job.path_offsets[word + 1]):
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

    return make_worker(train_sentence)
