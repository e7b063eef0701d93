"""What the machine is like just before a run, and what else it did during one.

On a shared runner the same code is now fast, now slow. A fixed piece of work timed before each run, and the processor
time that others took during it, tell which rounds were disturbed. They flag rounds; nothing is dropped for them.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .measure import load_average, steal_seconds

_SIZE, _REPEATS = 384, 20


@dataclass
class Observation:
    """Conditions of one run.

    Attributes:
        probe_seconds: the fixed work before it: 20 products of 384 x 384 matrices in NumPy.
        load: load average of the last minute before it.
        megahertz: clock of the slowest core, where the system tells.
        steal: share of the cores' time that the hypervisor gave to others.
        foreign: share of the cores' time that other processes of this system took.
        seconds: how long it took, start and end of its process included, the probe not.
    """

    probe_seconds: float
    load: float | None = None
    megahertz: float | None = None
    steal: float | None = None
    foreign: float | None = None
    seconds: float | None = None


def probe() -> float:
    """Seconds that the fixed work takes; the first call also loads what it needs."""
    matrix = np.random.default_rng(0).random((_SIZE, _SIZE))
    start = time.perf_counter()
    for _ in range(_REPEATS):
        matrix = matrix @ matrix
        matrix /= matrix.max()
    return time.perf_counter() - start


@contextmanager
def observed() -> Iterator[Observation]:
    """Probe, then watch over a block in which this process's children run; the shares are filled in at its end.

    What children use counts as foreign until they are waited for, so the block has to wait for its own.
    """
    observation = Observation(probe(), load_average(), _megahertz())
    start, steal, busy, own = time.perf_counter(), steal_seconds(), _busy_seconds(), _own_seconds()
    try:
        yield observation
    finally:
        observation.seconds = time.perf_counter() - start
        available = observation.seconds * (os.cpu_count() or 1)
        steal_after, busy_after = steal_seconds(), _busy_seconds()
        if steal is not None and steal_after is not None:
            observation.steal = max(0.0, (steal_after - steal) / available)
        if busy is not None and busy_after is not None:
            observation.foreign = max(0.0, (busy_after - busy - (_own_seconds() - own)) / available)


def _busy_seconds() -> float | None:
    """Processor time of all processes since boot: user, nice, system, interrupts (proc(5), /proc/stat)."""
    try:
        user, nice, system, _, _, irq, softirq, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except (OSError, ValueError):
        return None
    return sum(map(int, (user, nice, system, irq, softirq))) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _megahertz() -> float | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    clocks = [float(line.split(":")[1]) for line in lines if line.startswith("cpu MHz")]
    return min(clocks, default=None)
