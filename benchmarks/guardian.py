"""Kills the running worker's process group when the launcher dies, even by SIGKILL.

The kernel's parent-death signal reaches the worker alone; a trainer that runs another program has children of its own.
This tiny process outlives the launcher by a moment: it reads the group in force from a pipe, and when the pipe closes
without a farewell the launcher is dead and the group goes with it.
"""

import contextlib
import os
import signal
import subprocess
import sys
from types import TracebackType
from typing import Self


class Guardian:
    """Watches over one worker at a time; a context manager for the length of a benchmark."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def watch(self, group: int) -> None:
        """Kill this process group should the launcher die; 0 for none."""
        if self._process.stdin is None:
            return
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{group}\n".encode())
            self._process.stdin.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.watch(0)
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Read process groups line by line; at the end of the input kill the last one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group = 0
    for line in sys.stdin:
        group = int(line)
    if group > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
