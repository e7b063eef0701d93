"""Sorted runs of counted pairs in a temporary file, and one run made of many."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .spill import SpillFile

DISTANCE_BITS, WORD_BITS = 10, 27
"""A pair at a distance is one 64-bit number: from the top first word, second word, distance, which is 1,000 at most.
The key of a pair is that number without the distance."""

PAIR_BYTES = 16
LEAST_WINDOW = 512
"""Pairs of a run that are in memory at least: fewer would be mostly calls of the system."""
MOST_RUNS = 512
"""Runs merged at once."""

_MERGE_BYTES = 3 * PAIR_BYTES
"""A pair that is being merged stands in its window, among the others and in the result."""

Keys = NDArray[np.uint64]
Sums = NDArray[np.int64]


class Run(NamedTuple):
    """Pairs in ascending order of their keys.

    Attributes:
        offset: where the keys begin; the sums of their units stand ``room`` places behind.
        pairs: how many there are.
        room: how many there could have been. What was not needed is a hole in the file.
    """

    offset: int
    pairs: int
    room: int

    def read(self, file: SpillFile, first: int, keys: Keys, sums: Sums) -> None:
        """Fill both arrays from pair ``first`` on."""
        file.read(self.offset + 8 * first, keys)
        file.read(self.offset + 8 * (self.room + first), sums)


class RunWriter:
    """Writes a run piece by piece into room for ``room`` pairs."""

    def __init__(self, file: SpillFile, room: int) -> None:
        self._file = file
        self.run = Run(file.reserve(PAIR_BYTES * room), 0, room)

    def write(self, keys: Keys, sums: Sums) -> None:
        """Append pairs, whose keys lie above all before."""
        run = self.run
        self._file.write(run.offset + 8 * run.pairs, keys)
        self._file.write(run.offset + 8 * (run.room + run.pairs), sums)
        self.run = run._replace(pairs=run.pairs + len(keys))


def merge_all(
    file: SpillFile, runs: Sequence[Run], memory: int, progress: Callable[[float], None]
) -> tuple[SpillFile, Run]:
    """One run of all, in a file of its own; the given one is closed.

    Args:
        file: holds the runs.
        runs: at least one.
        memory: bytes that may be used.
        progress: told of the fraction that is done of the last merge.

    Raises:
        InputError: the disk is full.
    """
    at_once = int(np.clip(memory // (_MERGE_BYTES * LEAST_WINDOW), 2, MOST_RUNS))
    while len(runs) > 1:
        groups = [runs[first : first + at_once] for first in range(0, len(runs), at_once)]
        last = len(groups) == 1
        merged = SpillFile()
        try:
            runs = [_merge(file, group, merged, memory, progress if last else _silent) for group in groups]
        except BaseException:
            merged.close()
            raise
        file.close()
        file = merged
    return file, runs[0]


def _silent(fraction: float) -> None:
    pass


def _merge(
    file: SpillFile, runs: Sequence[Run], merged: SpillFile, memory: int, progress: Callable[[float], None]
) -> Run:
    """Merge runs by windows: up to the least last key of a window that has more behind it, all is in memory."""
    from .kernels import merge

    total = sum(run.pairs for run in runs)
    writer = RunWriter(merged, total)
    size = max(LEAST_WINDOW, memory // (_MERGE_BYTES * len(runs)))
    windows = [_Window(file, run, size) for run in runs]
    heap = np.empty(len(runs), np.int64)
    done = 0
    while done < total:
        for window in windows:
            window.fill()
        limit = min((window.keys[-1] for window in windows if window.unread), default=None)
        taken = [window.take(limit) for window in windows]
        ends = np.cumsum([len(keys) for keys, _ in taken])
        keys, sums = np.concatenate([keys for keys, _ in taken]), np.concatenate([sums for _, sums in taken])
        merged_keys, merged_sums = np.empty_like(keys), np.empty_like(sums)
        starts = np.concatenate([[0], ends[:-1]])
        n = merge(keys, sums, starts, ends, heap, merged_keys, merged_sums)
        writer.write(merged_keys[:n], merged_sums[:n])
        done += len(keys)
        progress(done / total)
    return writer.run


class _Window:
    """The next pairs of a run, at most ``size`` of them."""

    def __init__(self, file: SpillFile, run: Run, size: int) -> None:
        self._file, self._run, self._size = file, run, size
        self._read = 0
        self.keys, self._sums = np.empty(0, np.uint64), np.empty(0, np.int64)

    @property
    def unread(self) -> bool:
        """Whether the run has pairs that are not in the window yet."""
        return self._read < self._run.pairs

    def fill(self) -> None:
        held = len(self.keys)
        more = min(self._size - held, self._run.pairs - self._read)
        if more > 0:
            keys, sums = np.empty(held + more, np.uint64), np.empty(held + more, np.int64)
            keys[:held], sums[:held] = self.keys, self._sums
            self._run.read(self._file, self._read, keys[held:], sums[held:])
            self._read += more
            self.keys, self._sums = keys, sums

    def take(self, limit: np.uint64 | None) -> tuple[Keys, Sums]:
        """Take out the pairs up to a key, or all."""
        n = len(self.keys) if limit is None else int(np.searchsorted(self.keys, limit, side="right"))
        taken = self.keys[:n], self._sums[:n]
        self.keys, self._sums = self.keys[n:], self._sums[n:]
        return taken
