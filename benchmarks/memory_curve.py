"""Memory of a process over time: what it has in memory that is its own, and what of it are pages of mapped files."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .guardian import Guardian


@dataclass
class MemoryCurve:
    """Resident memory, bytes, at seconds since the process was first looked at (proc(5), /proc/PID/status).

    Attributes:
        anonymous: RssAnon: heap and stacks, which only the process's end or its own doing gives back.
        file: RssFile and RssShmem: pages of mapped files, the corpus's and those of shared libraries, which the
            system takes back when it needs the room.
        phases: when the process told that a phase begins.
    """

    seconds: list[float] = field(default_factory=list)
    anonymous: list[int] = field(default_factory=list)
    file: list[int] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    _start: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        """Seconds count from now."""
        self._start = time.monotonic()

    def phase(self, name: str) -> None:
        """A phase begins, unless it has."""
        self.phases.setdefault(name, round(time.monotonic() - self._start, 3))

    def look(self, pid: int) -> bool:
        """Take down what a process holds now; False where that cannot be read."""
        held = resident(pid)
        if held is None:
            return False
        self.seconds.append(round(time.monotonic() - self._start, 3))
        self.anonymous.append(held[0])
        self.file.append(held[1])
        return True

    @property
    def peak_anonymous(self) -> int:
        return max(self.anonymous, default=0)

    @property
    def peak_file(self) -> int:
        return max(self.file, default=0)

    def record(self) -> dict[str, object]:
        """As JSON."""
        return {"seconds": self.seconds, "anonymous": self.anonymous, "file": self.file, "phases": self.phases}


class CurveGuardian(Guardian):
    """A guardian that also follows the memory of the process it watches.

    Args:
        curve: takes the samples.
        every: seconds between them.
    """

    def __init__(self, curve: MemoryCurve, every: float) -> None:
        self._curve = curve
        self._every = every
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, group: int, mark: str = "") -> None:
        super().watch(group, mark)
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if group:
            self._over.clear()
            self._curve.begin()
            self._thread = threading.Thread(target=self._follow, args=(group,), daemon=True)
            self._thread.start()

    def _follow(self, pid: int) -> None:
        while self._curve.look(pid) and not self._over.wait(self._every):
            pass


def resident(pid: int) -> tuple[int, int] | None:
    """Anonymous and file-backed resident bytes; None where there is no such process, or no /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    held = {
        name: int(value.split()[0]) * 1024
        for name, _, value in (line.partition(":") for line in lines)
        if name in ("RssAnon", "RssFile", "RssShmem")
    }
    if len(held) < 3:
        return None
    return held["RssAnon"], held["RssFile"] + held["RssShmem"]
