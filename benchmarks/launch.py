"""Starts one worker, watches it, and ends it with all it started."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .guardian import MARK, Guardian, kill_marked, new_mark
from .isolation import thread_variables
from .measure import peak_memory
from .signals import Signal, SignalReader
from .worker import PARENT_VARIABLE, SIGNAL_VARIABLE

GRACE_SECONDS = 2.0
"""Between SIGTERM and SIGKILL."""

LOG_LIMIT = 64 << 20
"""Bytes of output after which a worker is stopped, before it fills the disk."""

WORKER = "bench.benchmarks.worker"

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Ended:
    """How a worker ended.

    Attributes:
        code: exit code; minus the number of the signal that killed it.
        stopped: "timeout", "interrupted" or "output" (too much of it) where the launcher ended it, else None.
        phase: the last it told of.
        memory_seen: its peak resident size when last looked at, bytes.
    """

    code: int
    stopped: str | None
    phase: str
    memory_seen: int | None


def launch(
    job_file: Path,
    log: Path,
    *,
    threads: int,
    timeout: float | None,
    guardian: Guardian,
    heard: Callable[[Signal], None],
    interrupted: Callable[[], bool],
    variables: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
    directory: Path | None = None,
    module: str = WORKER,
    before_kill: Callable[[int], None] | None = None,
) -> Ended:
    """Run one worker to its end. When this returns, nothing that it has started is left.

    Args:
        job_file: what the worker reads.
        log: takes its stdout and stderr.
        threads: for the environment's thread counts.
        timeout: seconds, or None for no limit.
        guardian: ends the group should this process be killed.
        heard: called with each progress signal.
        interrupted: asked several times a second; True ends the worker.
        variables: further environment variables.
        descriptors: further open files that it inherits.
        directory: where it starts, this process's own by default.
        module: run with ``-m``; takes the job file as its only argument.
        before_kill: called with its process id when the worker has ended, or had the time to, and before what it
            left behind is killed.

    Raises:
        OSError: the log cannot be opened or the process not be started.
    """
    ours, theirs = os.pipe()
    mark = new_mark()
    try:
        with log.open("wb") as output:
            environment = {**_environment(threads, theirs, variables or {}), MARK: mark}
            process = _start(module, job_file, output.fileno(), (theirs, *descriptors), environment, directory)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    guardian.watch(process.pid, mark)
    try:
        stopped, phase, memory = _watch(process, ours, log, timeout, heard, interrupted)
        _end(process, gently=stopped is not None, before_kill=before_kill)
    except BaseException:
        _end(process, gently=False)
        raise
    finally:
        kill_marked(mark)
        guardian.watch(0)
        os.close(ours)
    if stopped == "output":
        os.truncate(log, LOG_LIMIT)
    return Ended(process.returncode, stopped, phase, memory)


def _environment(threads: int, signals: int, variables: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **thread_variables(threads),
        PARENT_VARIABLE: str(os.getpid()),
        SIGNAL_VARIABLE: str(signals),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        **variables,
    }


def _start(
    module: str,
    job_file: Path,
    output: int,
    descriptors: Sequence[int],
    environment: Mapping[str, str],
    directory: Path | None,
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", module, str(job_file)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=directory,
        pass_fds=tuple(descriptors),
        start_new_session=True,
    )


def _watch(
    process: "subprocess.Popen[bytes]",
    descriptor: int,
    log: Path,
    timeout: float | None,
    heard: Callable[[Signal], None],
    interrupted: Callable[[], bool],
) -> tuple[str | None, str, int | None]:
    reader = SignalReader(descriptor)
    deadline = None if timeout is None else time.monotonic() + timeout
    phase, memory, open_pipe = "start", None, True
    while not _ended(process):
        if interrupted():
            return "interrupted", phase, memory
        if _size(log) > LOG_LIMIT:
            return "output", phase, memory
        wait = _POLL_SECONDS
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                return "timeout", phase, memory
            wait = min(wait, left)
        memory = peak_memory(process.pid) or memory
        if not open_pipe:  # it is on its way out, or a child of it holds the other end no more
            time.sleep(min(wait, 0.02))
            continue
        if select.select([descriptor], [], [], wait)[0]:
            arrived = reader.read()
            open_pipe = arrived is not None
            for signal_ in arrived or ():
                phase = signal_.phase
                heard(signal_)
    return None, phase, memory


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended. It is not reaped yet, so that its process group's number stays its own."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process: "subprocess.Popen[bytes]", *, gently: bool, before_kill: Callable[[int], None] | None = None) -> None:
    """End the process, its group and its descendants, and reap it."""
    import psutil

    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        family = []
    if gently:
        _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not _ended(process) and time.monotonic() < deadline:
            time.sleep(0.02)
    if before_kill is not None:
        before_kill(process.pid)
    _signal_group(process.pid, signal.SIGKILL)
    for member in family:  # those that left the group
        with contextlib.suppress(psutil.Error):
            member.kill()
    process.wait()


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
