"""The vectors of the most frequent words, in a copy of each thread's own.

A few words stand in most windows and are drawn as noise most often. Where all threads write their rows, each write
takes the row away from the other cores, and the threads wait for one another. So each of a few threads trains copies,
and adds what they have gained to the shared rows now and then: the most frequent rows at every meeting, those of the
next tier, about a quarter as frequent, a quarter of them at each, and so on.

The threads' gains are added up whole. So long as they are small that is what would have come of training in turn. Else
it overshoots: sixteen threads that met every 1024 words of Wikipedia learned nothing. So threads meet the more often
the more they are and the more frequent the first word is; where meetings would cost more than they save, they share all
rows.
"""

import numpy as np
from numpy.typing import NDArray

from ...datasets.threads import n_threads
from ..subsampling import expected_kept
from .compiling import inlined, inner

HOT = 2048
"""Words. Their copies, and the copies' state at the last meeting, are all the memory that this takes."""
FIRST = 64
"""Words whose rows meet at every meeting; each later tier reaches four times as far and meets a quarter as often."""
STALE = 16
"""How often the most frequent word occurs, in other threads, between two meetings of a thread."""
LEAST_PERIOD, PERIOD = 256, 1024
"""Words, left after subsampling, from one meeting to the next: at least, or there are no copies, and at most."""


def period_of(counts: NDArray[np.int64], keep: NDArray[np.uint32], threads: int) -> int:
    """Words between two meetings of a thread; 0 where no copies should be made.

    None where threads share a core: one that waits for its turn would bring its gains long after the others.

    Args:
        counts: int64 (n_words,), of the corpus.
        keep: uint32 (n_words,), thresholds of subsampling.
        threads: all of them.
    """
    if not 2 <= threads <= n_threads():
        return 0
    kept = expected_kept(counts, keep)
    period = min(PERIOD, int(STALE * kept.sum() / kept.max() / (threads - 1)))
    return period if period >= LEAST_PERIOD else 0


@inner
def load_hot(hot, row, shared, own, met):  # type: ignore[no-untyped-def]
    """Begin with the shared rows."""
    for r in range(hot):
        for k in range(row):
            own[r * row + k] = met[r * row + k] = shared[r, k]


@inner
def meet_rows(first, last, row, shared, own, met):  # type: ignore[no-untyped-def]
    """Add to the shared rows what the copies have gained, and go on from there."""
    for r in range(first, last):
        for k in range(row):
            at = r * row + k
            new = shared[r, k] + (own[at] - met[at])
            own[at] = new
            met[at] = new
            shared[r, k] = new


@inner
def meet_hot(hot, outputs_too, row, every, job, room):  # type: ignore[no-untyped-def]
    """The rows whose turn it is meet, or ``every`` row."""
    turn = room.meetings[1]
    begin, end, parts = 0, FIRST, 1
    while begin < hot:
        size = (end - begin) // parts
        first = begin if every else begin + turn % parts * size
        last = min(hot, end if every else first + size)
        meet_rows(first, last, row, job.inputs, room.own_in, room.met_in)
        if outputs_too:
            meet_rows(first, last, row, job.outputs, room.own_out, room.met_out)
        begin, end, parts = end, 4 * end, 4 * parts
    room.meetings[0] = 0
    room.meetings[1] = turn + 1


@inlined
def begin_hot(hot, outputs_too, row, thread, job, room):  # type: ignore[no-untyped-def]
    """Make the copies. Threads meet by turns, not all at once."""
    load_hot(hot, row, job.inputs, room.own_in, room.met_in)
    if outputs_too:
        load_hot(hot, row, job.outputs, room.own_out, room.met_out)
    room.meetings[0] = thread * room.meetings[2] // (np.int64(room.others[0]) + 1)


@inlined
def count_words(hot, outputs_too, row, n, job, room):  # type: ignore[no-untyped-def]
    """A sentence of n words is trained; after enough of them rows meet."""
    room.meetings[0] += n
    if room.meetings[0] >= room.meetings[2]:
        meet_hot(hot, outputs_too, row, False, job, room)
