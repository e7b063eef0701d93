"""The inputs and outputs of a unit and the weights of its pairs."""

import numpy as np

from .compiling import inlined, inner


@inner
def weight_of(k, width, padded):  # type: ignore[no-untyped-def]
    """Where the k-th output stands in a row of P or Q: each block of ``width`` is padded to whole vectors."""
    return k // width * padded + k % width


@inner
def fill_weights(rate, centres, outputs, width, padded, weights, PQ):  # type: ignore[no-untyped-def]
    """P and Q of every kind of input: kind t lies in the windows of the centres whose bits it has.

    The first outputs are the centres, the others noise words, which count once for every centre.
    """
    for t in range(1 << centres):
        P, Q, near = t * 2 * weights, (t * 2 + 1) * weights, np.float32(0)
        for c in range(centres):
            share = rate if t >> c & 1 else np.float32(0)
            at = weight_of(c, width, padded)
            PQ[P + at] = PQ[Q + at] = share
            near += share
        for k in range(centres, outputs):
            PQ[Q + weight_of(k, width, padded)] = near


@inlined
def drop_clashes(g, first, size, centres, negative, width, padded, weights, room):  # type: ignore[no-untyped-def]
    """Where a noise word is one of the unit's centres, make a second set of weights without it.

    Returns:
        The index of the weights to use, in floats.
    """
    clash = False
    for k in range(negative):
        for c in range(size):
            clash |= room.noise[k, g] == room.words[first + c]
    if not clash:
        return 0
    PQ = room.PQ
    base = (1 << centres) * 2 * weights
    for t in range(base):
        PQ[base + t] = PQ[t]
    for k in range(negative):
        for c in range(size):
            if room.noise[k, g] == room.words[first + c]:
                for t in range(1 << centres):
                    PQ[base + (t * 2 + 1) * weights + weight_of(centres + k, width, padded)] = np.float32(0)
    return base


@inner
def kind_of(p, first, size, room):  # type: ignore[no-untyped-def]
    """The centres of a unit whose windows hold position p, as bits."""
    bits = np.int64(0)
    for c in range(size):
        apart = abs(p - first - c)
        bits |= np.int64((apart > 0) & (apart <= room.reach[first + c])) << c
    return bits


@inner
def reach_of(first, size, n, room):  # type: ignore[no-untyped-def]
    """First and last position that the windows of a unit reach."""
    low, high = first, first
    for c in range(size):
        low = min(low, first + c - room.reach[first + c])
        high = max(high, first + c + room.reach[first + c])
    return max(low, 0), min(high, n - 1)


@inner
def list_inputs(first, size, low, high, base, centres, weights, room):  # type: ignore[no-untyped-def]
    """List the inputs of a unit one by one, each word once; a repeated one gets the sum of its places' weights.

    Their weights stand behind the two sets of ``fill_weights`` and ``drop_clashes``.

    Returns:
        How many inputs; ``room.context`` and ``room.kind`` hold them.
    """
    PQ, pair = room.PQ, 2 * weights
    extra = 2 * (1 << centres) * pair
    m = 0
    for p in range(low, high + 1):
        bits = kind_of(p, first, size, room)
        if bits == 0:
            continue
        at = 0
        while at < m and room.merged[at] != room.words[p]:
            at += 1
        source, target = base + bits * pair, extra + at * pair
        if at == m:
            room.merged[at] = room.words[p]
            room.context[at] = room.addresses[p]
            room.kind[at] = 4 * target
            m += 1
            for t in range(pair):
                PQ[target + t] = PQ[source + t]
        else:
            for t in range(pair):
                PQ[target + t] += PQ[source + t]
    return m


@inner
def address_outputs(n, groups, centres, negative, columns, row_bytes, hot, job, room):  # type: ignore[no-untyped-def]
    """Addresses of the output rows of a sentence's units: the centres, their noise words, then idle columns.

    Those of the first ``hot`` words are the thread's own (see ``hot_rows``).
    """
    base, own = job.outputs.ctypes.data, room.own_out.ctypes.data
    for g in range(groups):
        for c in range(centres):
            # A last unit may have fewer centres; those it lacks weigh nothing.
            word = np.int64(room.words[min(g * centres + c, n - 1)])
            room.output[g * columns + c] = (own if word < hot else base) + word * row_bytes
        for k in range(centres + negative, columns):
            room.output[g * columns + k] = base + (job.outputs.shape[0] - 1) * row_bytes
    for k in range(negative):
        for g in range(groups):
            word = np.int64(room.noise[k, g])
            room.output[g * columns + centres + k] = (own if word < hot else base) + word * row_bytes


@inlined
def address_path(word, rate, width, padded, weights, row_bytes, top, job, room):  # type: ignore[no-untyped-def]
    """Outputs and weights of a word's path, filled up to whole blocks; returns how many blocks.

    The last ``top`` nodes are the thread's own (see ``treetop``).
    """
    begin, end = job.path_offsets[word], job.path_offsets[word + 1]
    blocks = (end - begin + width - 1) // width
    base = job.outputs.ctypes.data
    shared = job.outputs.shape[0] - 1 - top
    own = room.top.ctypes.data - shared * row_bytes
    P, Q = 2 * weights, 3 * weights
    for k in range(blocks * width):
        at = weight_of(k, width, padded)
        if k < end - begin:
            node = np.int64(job.path_nodes[begin + k])
            room.output[k] = (base if node < shared else own) + node * row_bytes
            room.PQ[P + at] = rate * np.float32(1 - job.path_codes[begin + k])
            room.PQ[Q + at] = rate
        else:
            room.output[k] = base + (job.outputs.shape[0] - 1) * row_bytes
            room.PQ[P + at] = room.PQ[Q + at] = np.float32(0)
    return blocks
