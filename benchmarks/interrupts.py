"""Ctrl-C, SIGTERM and SIGHUP as a request that is looked at between two steps, never in the middle of one."""

import contextlib
import signal
import threading
from collections.abc import Iterator

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupts:
    """Whether the user, or the system, has asked the benchmark to end."""

    def __init__(self) -> None:
        self.requested = False

    def _request(self, number: int, frame: object) -> None:
        self.requested = True

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Take the signals over for a while. Outside the main thread, where Python allows no handler, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        earlier = {number: signal.signal(number, self._request) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)
