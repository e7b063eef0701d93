"""What the kernel tells of a process and of those that descend from it (proc(5)); nothing outside Linux."""

import os
from pathlib import Path


def has_children() -> bool:
    """Whether this process has children that run, or that ended and were not waited for. Costs next to nothing."""
    if not hasattr(os, "waitid"):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def descendants(root: int) -> list[int]:
    """Processes below this one, parents before their children. Goes through all processes of the machine."""
    children: dict[int, list[int]] = {}
    for process in _numbers("/proc"):
        if fields := _stat(process):
            children.setdefault(int(fields[1]), []).append(process)
    found = list(children.get(root, ()))
    for process in found:  # grows while it is gone through
        found += children.get(process, ())
    return found


def resident_peak(process: int | None = None) -> int | None:
    """Largest resident size so far, bytes; of this process by default. None where it has ended, and outside Linux.

    ``VmHWM`` rather than ``ru_maxrss``: the latter starts from the size of the process that it was forked from.
    """
    kilobytes = _status(f"/proc/{process or 'self'}/status", "VmHWM:")
    return None if kilobytes is None else kilobytes * 1024


def cpu_seconds(process: int) -> float:
    """User and system time of a process that runs, and of the children it has waited for; 0 where it is gone."""
    fields = _stat(process)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def involuntary_switches(process: int) -> int:
    """Times that the threads it has now have lost their core."""
    return sum(
        _status(f"/proc/{process}/task/{thread}/status", "nonvoluntary_ctxt_switches:") or 0
        for thread in threads(process)
    )


def threads(process: int) -> list[int]:
    """Its threads; none where it has ended."""
    return _numbers(f"/proc/{process}/task")


def _stat(process: int) -> list[bytes]:
    """Fields of its ``stat`` from the third on, since the second may hold anything; [] where it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return []


def _numbers(directory: str) -> list[int]:
    try:
        return [int(name) for name in os.listdir(directory) if name.isdigit()]  # noqa: PTH208 - a Path an entry is slow
    except OSError:
        return []


def _status(path: str, key: str) -> int | None:
    try:
        text = Path(path).read_text()
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    return None
