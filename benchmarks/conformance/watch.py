"""When a training that is to be interrupted has gone on for long enough, and how long its end took."""

import time
from collections.abc import Callable

from ..signals import Signal

INTERRUPT_AFTER = 0.7
"""Seconds of training before it is interrupted."""


class Watch:
    """Follows one worker.

    Args:
        interrupt: whether it is to be interrupted at all.

    Attributes:
        end_seconds: from the interrupt to the end, or to the end of the grace; None where there was none.
    """

    def __init__(self, interrupt: bool) -> None:
        self._interrupt = interrupt
        self._since: float | None = None
        self._asked: float | None = None
        self.end_seconds: float | None = None

    def heard(self, signal: Signal) -> None:
        """The worker tells where it is."""
        if signal.phase == "train" and self._since is None:
            self._since = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether to interrupt it now."""
        if self._interrupt and self._since is not None and time.monotonic() > self._since + INTERRUPT_AFTER:
            self._asked = self._asked or time.monotonic()
        return self._asked is not None

    def then(self, look: Callable[[int], None]) -> Callable[[int], None]:
        """To be called at the end: takes the time, then looks at what is left."""

        def ended(worker: int) -> None:
            if self._asked is not None:
                self.end_seconds = time.monotonic() - self._asked
            look(worker)

        return ended
