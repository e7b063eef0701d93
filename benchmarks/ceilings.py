"""What this machine can do: multiply-adds a second, and bytes a second from memory and caches.

    python -m bench.benchmarks.ceilings [--threads 1,2] [--json]

Multiply-adds are those of ``numba_roof``, on vectors of the machine's width. Bandwidths are of one array that all
threads share out among them: summed up (read), or multiplied and stored back (update, where bytes read and written both
count). For memory the array is several times as large as the last-level cache, for that cache a quarter of it, for
the first-level caches half of them. Each figure is the highest of several rounds, as in STREAM (McCalpin, 1995): a
ceiling is what can be reached, not what is usual.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError
from .caches import Caches, cache_sizes
from .isolation import choose_cores, core_count
from .prediction import Ceilings

ROUNDS = 5
LEAST_ARRAY, LARGEST_ARRAY = 128 << 20, 4 << 30
"""Bytes of the array that stands for memory."""
LARGER = 6
"""Times the last-level cache that it is, within these bounds."""
PASSES_BYTES = 1 << 29
"""Bytes that a thread goes through in a round: some hundredths of a second."""

Floats = NDArray[np.float32]


def measure(threads: int, *, rounds: int = ROUNDS, array: int | None = None) -> Ceilings:
    """Ceilings of so many threads, each on a core of its own.

    Args:
        threads: how many.
        rounds: of each measurement; the highest counts.
        array: bytes of the array that stands for memory; by default what is larger than the caches.

    Raises:
        InputError: there are not so many cores.
    """
    if not 1 <= threads <= core_count():
        raise InputError(f"ceilings of {threads} threads need as many cores; this process may use {core_count()}")
    from ..implementations.numba_kernels.simd import native_lanes
    from .numba_roof import LOOPS, multiply_add_loop

    cores = choose_cores(threads)
    caches = cache_sizes(cores or [])
    lanes = native_lanes()
    loop = multiply_add_loop(lanes)
    read, update = _passes()
    with _Threads(cores, threads) as together:
        multiply_adds = together.rate(lambda _: loop(LOOPS), rounds)
        size = array or _memory_array(caches)
        reading, updating = (together.through(go, size, rounds) for go in (read, update))
        in_cache = _cache_array(caches, threads)
        in_first = None if caches.first is None else threads * caches.first // 2
        cached = [None if size is None else together.through(update, size, rounds) for size in (in_cache, in_first)]
    return Ceilings(
        threads=threads,
        lanes=lanes,
        multiply_adds_per_second=multiply_adds,
        memory_read_bytes_per_second=reading,
        memory_update_bytes_per_second=updating,
        cache_update_bytes_per_second=cached[0],
        first_cache_update_bytes_per_second=cached[1],
        cache_bytes=caches.last,
        core_cache_bytes=caches.core,
    )


class _Threads:
    """Threads that begin together, each kept to a core; a rate is of all of them."""

    def __init__(self, cores: Sequence[int] | None, n: int) -> None:
        self._n, self._barrier = n, Barrier(n)
        self._free = list(cores or [])
        self._pool = ThreadPoolExecutor(n, initializer=self._pin)

    def _pin(self) -> None:
        if self._free and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {self._free.pop()})  # 0 is the calling thread, not the process

    def __enter__(self) -> "_Threads":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def rate(self, work: Callable[[int], float], rounds: int) -> float:
        """What all threads get done a second, the highest of the rounds; ``work`` returns what one of them did."""

        def timed(i: int) -> tuple[float, float, float]:
            self._barrier.wait()
            begin = time.perf_counter()
            done = work(i)
            return done, begin, time.perf_counter()

        found: list[float] = []
        for _ in range(rounds + 1):
            done, begins, ends = zip(*self._pool.map(timed, range(self._n)), strict=True)
            found.append(sum(done) / (max(ends) - min(begins)))
        return max(found[1:])  # the first round warms up

    def through(self, go: Callable[[Floats, int], float], size: int, rounds: int) -> float:
        """The rate of going through an array of so many bytes, each thread through its own part again and again."""
        parts = self._parts(size)
        return self.rate(lambda i: go(parts[i], max(1, PASSES_BYTES // parts[i].nbytes)), rounds)

    def _parts(self, size: int) -> list[Floats]:
        """The array's parts, each first touched by the thread that will read it."""

        def made(_: int) -> Floats:
            self._barrier.wait()
            return np.ones(max(1, size // 4 // self._n), np.float32)

        return list(self._pool.map(made, range(self._n)))


def _passes() -> tuple[Callable[[Floats, int], float], Callable[[Floats, int], float]]:
    """Functions that go through an array several times, reading or updating, and return the bytes that took."""
    import numba

    @numba.njit(nogil=True, fastmath=True)
    def total(array, times):  # type: ignore[no-untyped-def]
        found = np.float32(0.0)
        for _ in range(times):
            for i in range(len(array)):
                found += array[i]
        return found

    @numba.njit(nogil=True, fastmath=True)
    def scale(array, factor, summand, times):  # type: ignore[no-untyped-def]
        for _ in range(times):
            for i in range(len(array)):
                array[i] = array[i] * factor + summand

    def read(array: Floats, times: int) -> float:
        if not np.isfinite(total(array, times)):  # used, so that it is computed
            raise ArithmeticError("a sum of ones is not finite")
        return float(times * array.nbytes)

    def update(array: Floats, times: int) -> float:
        scale(array, np.float32(0.5), np.float32(0.5), times)  # leaves ones as they are
        return float(2 * times * array.nbytes)

    one = np.ones(1, np.float32)
    read(one, 1)
    update(one, 1)
    return read, update


def _memory_array(caches: Caches) -> int:
    wanted = LARGER * (caches.last or 0) * caches.lasts
    free = LARGEST_ARRAY
    if hasattr(os, "sysconf"):
        free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") // 4
    return max(LEAST_ARRAY, min(wanted, LARGEST_ARRAY, free))


def _cache_array(caches: Caches, threads: int) -> int | None:
    """A quarter of the last-level cache, where the caches of the cores hold less than half of that.

    Not more: of a shared machine's cache other guests take their part.
    """
    if caches.last is None:
        return None
    quarter = caches.last * caches.lasts // 4
    return quarter if quarter >= 2 * threads * (caches.core or 0) else None


def table(found: Sequence[Ceilings]) -> str:
    """Markdown: a row for each number of threads."""
    lines = [
        "| threads | multiply-adds/s | memory, read | update | last-level cache, update | first-level caches, update |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        bandwidths = (
            one.memory_read_bytes_per_second,
            one.memory_update_bytes_per_second,
            one.cache_update_bytes_per_second,
            one.first_cache_update_bytes_per_second,
        )
        shown = ["–" if value is None else f"{value / 1e9:.1f} GB/s" for value in bandwidths]
        lines.append(f"| {one.threads} | {one.multiply_adds_per_second / 1e9:.1f} G | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or JSON."""
    every = sorted({1, core_count()})
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", default=",".join(map(str, every)))
    parser.add_argument("--json", action="store_true", help="what results.json keeps under environment.ceilings")
    a = parser.parse_args()
    try:
        found = [measure(int(n)) for n in a.threads.split(",")]
    except (InputError, ValueError) as error:
        raise SystemExit(f"{error}") from None
    if a.json:
        print(json.dumps([one.model_dump() for one in found], indent=1))
        return
    sizes = [found[0].core_cache_bytes, found[0].cache_bytes]
    core, last = ("unknown" if size is None else f"{size / 1024:,.0f} kB" for size in sizes)
    print(f"vectors of {found[0].lanes} floats; cache of a core {core}, last-level cache {last}\n")
    print(table(found))


if __name__ == "__main__":
    main()
