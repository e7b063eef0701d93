"""The loop of a worker thread."""

from typing import Any

import numba

from .job import NEXT, STOP
from .machine import atomic_add
from .sentence import open_sentence

BLOCK = 4
"""Sentences that a thread takes at a time."""


def make_worker(train_sentence: Any) -> Any:
    """``worker(job, thread, room)``: takes sentences of all epochs in order until none is left or it is told to stop.

    ``train_sentence(n, a, b, rate, job, room)`` trains the n >= 2 words in the room.
    """

    @numba.njit(nogil=True, error_model="numpy")
    def worker(job, thread, room):  # type: ignore[no-untyped-def]
        total = (job.offsets.shape[0] - 1) * job.keys_a.shape[0]
        counter = job.shared.ctypes.data + 8 * NEXT
        while job.shared[STOP] == 0:
            first = atomic_add(counter, BLOCK)
            if first >= total:
                break
            for item in range(first, min(first + BLOCK, total)):
                n, a, b, rate = open_sentence(job, item, thread, room)
                if n > 1:
                    train_sentence(n, a, b, rate, job, room)

    return worker
