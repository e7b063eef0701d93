"""The largest resident memory of a process and its descendants, together."""

import time

from .processes import descendants, resident_peak

_SHORTEST, _LONGEST = 0.005, 0.25
"""Seconds between looks: short while a program is young, as it may end at once."""

_SHARE = 100
"""At most this part of a core goes into finding descendants: all processes of the machine are gone through for it."""

_AGE = 10
"""And they are looked for again after this part of the time that the program has run: what lasts, changes rarely."""


class MemoryWatch:
    """Looks now and then; between looks each process keeps its own high-water mark (``VmHWM``).

    What is added up are the marks of the processes that live at the same time, so memory that they share counts for
    each of them, and peaks need not have been at one moment.

    Args:
        process: the root of the tree. It has replaced the image it was forked with.
        launcher_peak: resident peak of the process that started it, at that time.
    """

    def __init__(self, process: int, launcher_peak: int | None) -> None:
        self._process = process
        self._launcher_peak = launcher_peak
        self._descendants: list[int] = []
        self._begun = time.monotonic()
        self._next = self._next_search = 0.0
        self._wait = _SHORTEST
        self.peak: int | None = None

    def look(self) -> None:
        """Look, if it is time to."""
        now = time.monotonic()
        if now < self._next:
            return
        if now >= self._next_search:
            begun = time.thread_time()  # not by the clock: where the cores are taken, a look waits for its turn
            self._descendants = descendants(self._process)
            cost = time.thread_time() - begun
            self._next_search = now + max(_SHARE * cost, (now - self._begun) / _AGE)
        own = resident_peak(self._process)
        if own is not None:
            self.peak = max(self.peak or 0, own + sum(resident_peak(process) or 0 for process in self._descendants))
        self._next = now + self._wait
        self._wait = min(1.5 * self._wait, _LONGEST)

    def ended(self, maximum: int) -> None:
        """Take what ``wait4`` reports, bytes.

        It begins with the size of the launcher, so it tells of the program only where it is larger; then it knows what
        came after the last look. It is of one process, not of the tree.
        """
        if self._launcher_peak is not None and maximum > self._launcher_peak:
            self.peak = max(self.peak or 0, maximum)

    @property
    def seconds(self) -> float:
        """Until the next look."""
        return max(0.0, self._next - time.monotonic())
