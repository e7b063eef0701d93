"""What a worker reads off itself around the one timed call."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .records import Conditions


@dataclass
class Timing:
    """Filled in when the timed block ends."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    steal_seconds: float | None = None
    involuntary_switches: int | None = None


@contextmanager
def timed() -> Iterator[Timing]:
    """Time a block with ``perf_counter``; processor time includes children that were waited for."""
    timing = Timing()
    steal, switches, cpu = steal_seconds(), _involuntary_switches(), _cpu_seconds()
    start = time.perf_counter()
    try:
        yield timing
    finally:
        timing.seconds = time.perf_counter() - start
        timing.cpu_seconds = _cpu_seconds() - cpu
        steal_after, switches_after = steal_seconds(), _involuntary_switches()
        if steal is not None and steal_after is not None:
            timing.steal_seconds = round(steal_after - steal, 3)
        if switches is not None and switches_after is not None:
            timing.involuntary_switches = switches_after - switches


def mean(timings: Sequence[Timing]) -> Timing:
    """What one of several equal timed blocks took, on average."""

    def of(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if len(known) == len(timings) else None

    steal, switches = of([one.steal_seconds for one in timings]), of([one.involuntary_switches for one in timings])
    return Timing(
        seconds=sum(one.seconds for one in timings) / len(timings),
        cpu_seconds=sum(one.cpu_seconds for one in timings) / len(timings),
        steal_seconds=None if steal is None else round(steal, 3),
        involuntary_switches=None if switches is None else round(switches),
    )


def conditions(timing: Timing, load_before: float | None) -> Conditions:
    """What the machine did during a run."""
    return Conditions(
        load_before=load_before,
        steal_seconds=timing.steal_seconds,
        involuntary_switches=timing.involuntary_switches,
    )


def load_average() -> float | None:
    """Load of the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def peak_memory(pid: int | None = None) -> int | None:
    """Largest resident size of a process so far, bytes; of this one by default. None outside Linux.

    ``VmHWM`` rather than ``ru_maxrss``: the latter starts from the size of the process that forked the worker.
    """
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def peak_gpu_memory() -> int | None:
    """Largest GPU memory held through torch's allocator, bytes, all devices; None where torch used no GPU."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    return sum(int(torch.cuda.max_memory_reserved(index)) for index in range(torch.cuda.device_count()))


def steal_seconds() -> float | None:
    """Processor time the hypervisor has given to others since boot, all cores (proc(5), /proc/stat, field 8)."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        return int(fields[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def _cpu_seconds() -> float:
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _involuntary_switches() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
