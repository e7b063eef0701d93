"""Runs an external program to its end, or ends it."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
import warnings
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ..trainer import TrainingError
from .memory import MemoryWatch
from .output import Output
from .processes import descendants, resident_peak, threads

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


class Program:
    """A program that was started without a shell; a context manager that ends it with all that it started.

    Its standard input is empty; its output, errors among it, is read as it comes. It inherits the environment, the
    thread counts of a worker among it, and the cores. The kernel kills it when this process ends, however that
    happens: start it from a thread that lives as long.

    Args:
        command: the program and its arguments.
        directory: where it starts, the current directory by default.
        said: called with each line of its output, and with those that a carriage return writes over.
        shown: its lines go to stderr, which in a run is its log.

    Raises:
        TrainingError: it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path | None = None,
        said: Callable[[str], None] | None = None,
        shown: bool = False,
    ) -> None:
        self.name = Path(command[0]).name
        self._output = Output(said, shown=shown)
        peak = resident_peak()
        try:
            with warnings.catch_warnings():
                # Python 3.12 on warns of forks beside threads; the child makes system calls and nothing else.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    bufsize=0,
                    cwd=directory,
                    preexec_fn=_dies_with(os.getpid()),
                )
        except OSError as error:
            raise TrainingError(f"{command[0]} cannot be started: {error.strerror or error}") from error
        self.pid = self._process.pid
        assert self._process.stdout is not None
        self._pipe: int | None = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._end = _end_of(self.pid)
        self._memory = MemoryWatch(self.pid, peak)
        self._finalizer = weakref.finalize(self, _abandon, self._process, self._end)

    @property
    def memory(self) -> int | None:
        """Largest resident size of the program and its descendants so far, bytes; None where it could not be seen."""
        return self._memory.peak

    @property
    def code(self) -> int | None:
        """Its exit code, minus the number of the signal that killed it; None while it runs."""
        return self._process.returncode

    @property
    def output(self) -> Output:
        """What it has said."""
        return self._output

    def thread_count(self) -> int:
        """Threads of the program itself; 0 where it has ended."""
        return len(threads(self.pid))

    def watch(
        self, until: Callable[[], bool] | None = None, *, every: float = 0.25, timeout: float | None = None
    ) -> bool:
        """Read its output and watch its memory until a condition holds, or it ends.

        Args:
            until: looked at ``every`` so many seconds, and whenever there is output.
            every: see there.
            timeout: seconds after which it is killed.

        Returns:
            Whether the condition holds; False where it has ended.

        Raises:
            TrainingError: the time is up.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._process.returncode is None:
            if until is not None and until():
                return True
            if self._has_ended():
                self._reap()
                break
            if deadline is not None and time.monotonic() > deadline:
                self.stop()
                raise TrainingError(f"{self.name} did not end within {timeout:g} s and was killed{self._said()}")
            self._memory.look()
            self._wait(min(every, self._memory.seconds) if until is None else every)
        return False

    def finish(self, *, timeout: float | None = None) -> None:
        """Wait for its end.

        Raises:
            TrainingError: it failed, or took longer than ``timeout`` seconds.
        """
        self.watch(timeout=timeout)
        code = self._process.returncode
        if code:
            raise TrainingError(f"{self.name} {_how(code)}{self._said()}")

    def hold(self) -> bool:
        """Stop it where it is, until ``go_on``; False where it has ended instead."""
        os.kill(self.pid, signal.SIGSTOP)
        state = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return state is not None and state.si_code == os.CLD_STOPPED

    def go_on(self) -> None:
        """Let it continue."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Kill it and its descendants, if it runs."""
        if self._process.returncode is None:
            self._output.silence()
            _kill(self.pid)
            self._reap()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _wait(self, seconds: float) -> None:
        """Until there is output, or it ends, or the time is up."""
        descriptors = [one for one in (self._pipe, self._end) if one is not None]
        if self._end is None:  # an old kernel, which does not wake us when it ends
            seconds = min(seconds, 0.01)
        if self._pipe in select.select(descriptors, [], [], seconds)[0]:
            self._read()

    def _read(self) -> bool:
        """Take some of the output; False where there is none at present."""
        if self._pipe is None:
            return False
        try:
            data = os.read(self._pipe, 1 << 16)
        except BlockingIOError:
            return False
        if data:
            self._output.feed(data)
            return True
        self._close()
        return False

    def _close(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._pipe = None

    def _has_ended(self) -> bool:
        """Whether it has. It is not reaped yet, so that its number stays its own."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _reap(self) -> None:
        for _ in range(64):  # what children that it left behind go on writing is not waited for
            if not self._read():
                break
        self._close()
        self._output.close()
        _, status, usage = os.wait4(self.pid, 0)
        self._finalizer.detach()
        if self._end is not None:
            os.close(self._end)
            self._end = None
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._memory.ended(usage.ru_maxrss * 1024)

    def _said(self) -> str:
        end = self._output.end()
        return f"; its output ends: {end}" if end else "; it said nothing"


def _dies_with(parent: int) -> Callable[[], None] | None:
    """What a child does between fork and exec to die with its parent (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _end_of(process: int) -> int | None:
    """A descriptor that becomes readable when a child ends, or None before Linux 5.3."""
    with contextlib.suppress(AttributeError, OSError):
        return os.pidfd_open(process)
    return None


def _abandon(process: "subprocess.Popen[bytes]", end: int | None) -> None:
    """End a program that nobody holds any more."""
    _kill(process.pid)
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
    if end is not None:
        os.close(end)


def _kill(process: int) -> None:
    """Kill a child that is not reaped, and its descendants."""
    family = [process, *descendants(process)]
    for member in family:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)


def _how(code: int) -> str:
    """How a program ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if -code == signal.SIGKILL:
        return f"was killed by {name}, most likely by the system for want of memory"
    return f"was killed by {name} ({signal.strsignal(-code)})"
