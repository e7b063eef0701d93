"""What a process leaves behind: other processes that it started, and files."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "BENCH_CONFORMANCE"
"""Environment variable that a worker's descendants inherit, whatever session they move to."""

PATIENCE_SECONDS = 4.0
"""What a descendant may take to notice that the worker has ended: a Java machine takes a second or two."""

SHOWN = 5


class Descendants:
    """Knows the processes that one worker started by a mark in their environment.

    Attributes:
        variables: environment for the worker.
        left: command lines of those that outlived it, in words.
    """

    def __init__(self) -> None:
        self._token = secrets.token_hex(8)
        self.variables = {MARK: self._token}
        self.left: list[str] = []

    def look(self, worker: int) -> None:
        """Wait a while for them to end; note and kill those that do not. The worker itself is somebody else's."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (alive := list(self._alive(worker))) and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in alive:
            with contextlib.suppress(psutil.Error):
                self.left.append(" ".join(process.cmdline())[:100] or process.name())
                process.kill()

    def _alive(self, worker: int) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            if process.pid == worker:
                continue
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self._token and process.status() != psutil.STATUS_ZOMBIE:
                    yield process


def files_in(directory: Path) -> list[str]:
    """Files and empty folders below a directory, relative to it, the first few."""
    found = sorted(
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if not path.is_dir() or not any(path.iterdir())
    )
    return [*found[:SHOWN], *([f"{len(found) - SHOWN} more"] if len(found) > SHOWN else [])]
