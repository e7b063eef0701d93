"""Kills the running worker and all it has started when the launcher dies, even by SIGKILL.

The kernel's parent-death signal reaches the worker alone; a trainer that runs another program has children of its own.
This tiny process outlives the launcher by a moment: it reads the worker in force from a pipe, and when the pipe closes
without a farewell the launcher is dead and the worker's process group goes with it, and whatever carries its mark.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

MARK = "BENCH_RUN_MARK"
"""Environment variable of a worker. What it starts inherits it, whatever session or parent that moves to."""


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

    def watch(self, group: int, mark: str = "") -> None:
        """Kill this process group, and what carries the mark, should the launcher die; 0 for none."""
        if self._process.stdin is None:
            return
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{group} {mark}\n".encode())
            self._process.stdin.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.watch(0)
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()


def new_mark() -> str:
    """A value of ``MARK`` that no other worker has."""
    return secrets.token_hex(12)


def kill_marked(mark: str) -> None:
    """Kill every process that was started under this mark (Linux); the caller does not carry it.

    A program that has left its session and its parent, as daemons do, still has the environment it was started with.
    """
    wanted = f"{MARK}={mark}".encode()
    for _ in range(5):  # one that forks meanwhile is found the next time
        found = [pid for pid in _processes() if wanted in _environment(pid)]
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _processes() -> list[int]:
    try:
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    except OSError:
        return []


def _environment(pid: int) -> list[bytes]:
    """Empty where it has ended or is somebody else's."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def main() -> None:
    """Read workers line by line; at the end of the input kill the last one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group, mark = 0, ""
    for line in sys.stdin:
        first, *rest = line.split()
        group, mark = int(first), rest[0] if rest else ""
    if group > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        kill_marked(mark)


if __name__ == "__main__":
    main()
