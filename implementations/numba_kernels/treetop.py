"""The top of the Huffman tree, which every word's path goes through, in a copy of each thread's own.

With hierarchical softmax all threads write the same few rows for every word: the root's for each, its children's for
every other one. Each write takes the row away from the other cores, and the threads wait for one another. So each
trains a copy of the rows nearest the root, and brings what they have gained to the shared ones now and then.

How much of the gain? Where a row moves slowly, all of it: the threads' steps add up as they would have one after the
other. Where it is trained so much between two meetings that each copy alone reaches the optimum, the sum of the steps
would overshoot it as many times as there are threads, and the mean is right. Between the two lies the share

    1 / (1 + (threads - 1) f),    f = 1 - exp(-rate · |x|² / 4 · inputs),

f being how far plain gradient descent on a logistic loss (second derivative at most |x|² / 4) goes in so many steps. A
single thread needs no copy.
"""

import numpy as np

from .compiling import inlined, inner

TOP = 255
"""Rows: the last inner nodes, the most frequent ones, about eight levels of the tree."""
PERIOD = 256
"""Centres between two meetings."""
_MEMORY = np.float32(0.9)


@inner
def load_top(top, row, job, room):  # type: ignore[no-untyped-def]
    """Begin with the shared rows."""
    first = job.outputs.shape[0] - 1 - top
    for t in range(top):
        for k in range(row):
            room.top[t * row + k] = room.met[t * row + k] = job.outputs[first + t, k]


@inner
def meet_top(top, row, rate, job, room):  # type: ignore[no-untyped-def]
    """Add to the shared rows what these have gained, and go on from there."""
    first = job.outputs.shape[0] - 1 - top
    # The factors of f that all rows have in common: the step and the inputs since the last meeting.
    pull = rate * room.energy[0] * np.float32(0.25) * np.float32(room.since[1])
    for t in range(top):
        near = np.float32(1) - np.exp(-pull * room.visits[t])
        share = np.float32(1) / (np.float32(1) + room.others[0] * near)
        for k in range(row):
            at = t * row + k
            new = job.outputs[first + t, k] + share * (room.top[at] - room.met[at])
            room.top[at] = room.met[at] = new
            job.outputs[first + t, k] = new
    room.since[0] = room.since[1] = 0


@inlined
def count_centre(top, row, inputs, x, rate, job, room):  # type: ignore[no-untyped-def]
    """One centre more is trained, with so many inputs of which ``x`` is one; every ``PERIOD`` of them the rows meet."""
    room.since[0] += 1
    room.since[1] += inputs
    if room.since[0] >= PERIOD:
        energy = np.float32(0)
        for k in range(row):
            energy += x[k] * x[k]
        room.energy[0] = _MEMORY * room.energy[0] + (np.float32(1) - _MEMORY) * energy
        meet_top(top, row, rate, job, room)
