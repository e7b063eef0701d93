"""What a worker reads off itself around the one timed call."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..implementations.programs.processes import (
    cpu_seconds,
    descendants,
    has_children,
    involuntary_switches,
    resident_peak,
)
from .records import Conditions


@dataclass
class Timing:
    """What a timed block took, its pauses left out; filled in whenever the clock stops."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    steal_seconds: float | None = None
    involuntary_switches: int | None = None
    _since: "_Counters | None" = field(default=None, repr=False, compare=False)

    def resume(self) -> None:
        """Start the clock."""
        self._since = _Counters(_cpu_seconds(), steal_seconds(), _involuntary_switches(), time.perf_counter())

    def stop(self) -> None:
        """Stop the clock, if it goes."""
        now, since, self._since = time.perf_counter(), self._since, None
        if since is None:
            return
        self.seconds += now - since.clock
        self.cpu_seconds += _cpu_seconds() - since.cpu
        steal, switches = steal_seconds(), _involuntary_switches()
        if steal is not None and since.steal is not None:
            self.steal_seconds = round((self.steal_seconds or 0.0) + steal - since.steal, 3)
        if switches is not None and since.switches is not None:
            self.involuntary_switches = (self.involuntary_switches or 0) + switches - since.switches


@dataclass(frozen=True)
class _Counters:
    """The counters when the clock started, which was last."""

    cpu: float
    steal: float | None
    switches: int | None
    clock: float


@contextmanager
def timed() -> Iterator[Timing]:
    """Time a block with ``perf_counter``; processor time and lost cores are those of this process and all below it."""
    timing = Timing()
    timing.resume()
    try:
        yield timing
    finally:
        timing.stop()


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
    """Largest resident size of a process so far, bytes; of this one by default. None outside Linux."""
    return resident_peak(pid)


def forget_peak_memory() -> None:
    """Let ``peak_memory`` of this process begin anew with what it holds now (proc(5), clear_refs), where Linux can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


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
    """Of this process, of children it has waited for, and of those that run: a program may start before the clock."""
    running = sum(map(cpu_seconds, _programs()))
    waited = os.times()
    return time.process_time() + waited.children_user + waited.children_system + running


def _involuntary_switches() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(who).ru_nivcsw for who in whose) + sum(map(involuntary_switches, _programs()))


def _programs() -> list[int]:
    return descendants(os.getpid()) if has_children() else []
