"""What may happen to the benchmark's own process. What was finished stays, and the rest can be made."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from fault import fault
from sandbox import Ended, Sandbox, wait_until

GROUP = "The benchmark's own process"
STOPPED = r"stopped after \d of 3 runs|error: stopped|interrupted"


def _running(box: Sandbox, *, finished: int = 1, **settings: object) -> "subprocess.Popen[bytes]":
    process = box.start(*box.plan("quick[sleep=1.5]", repeats=3), **settings)
    box.wait_for_runs(finished)
    box.note_finished()
    time.sleep(0.5)
    return process


def _signalled(box: Sandbox, *numbers: int, finished: int = 1) -> Ended:
    process = _running(box, finished=finished)
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.05)
    return box.end(process)


@fault(GROUP, "Ctrl-C in training", codes=130, says=STOPPED, after=0, short=True)
def _ctrl_c(box: Sandbox) -> Ended:
    return _signalled(box, signal.SIGINT)


@fault(GROUP, "Ctrl-C five times in a quarter of a second", codes=130, says=STOPPED, after=0)
def _ctrl_c_often(box: Sandbox) -> Ended:
    return _signalled(box, *[signal.SIGINT] * 5)


@fault(GROUP, "Ctrl-C before the first run", codes=130, says=r"stopped|interrupted", after=None)
def _ctrl_c_early(box: Sandbox) -> Ended:
    process = box.start(*box.plan())
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)
    return box.end(process)


@fault(GROUP, "SIGTERM, as of a batch system", codes=(130, 143), says=STOPPED, after=0)
def _terminated(box: Sandbox) -> Ended:
    return _signalled(box, signal.SIGTERM)


@fault(GROUP, "SIGHUP, as of a closed terminal", codes=(129, 130), says=STOPPED, after=0)
def _hung_up(box: Sandbox) -> Ended:
    return _signalled(box, signal.SIGHUP)


@fault(GROUP, "SIGKILL in training", codes=-9, says="", after=0, short=True)
def _killed(box: Sandbox) -> Ended:
    return _signalled(box, signal.SIGKILL)


@fault(GROUP, "SIGKILL while a trainer's programs run", codes=-9, says="")
def _killed_with_programs(box: Sandbox) -> Ended:
    process = box.start(*box.plan(f"quick,forks[note={box.root / 'work' / 'note'}]"))
    with contextlib.suppress(TimeoutError):
        box.wait_for_training()
    note = box.root / "work" / "note"
    wait_until(note.exists, "note of the trainer")
    box.note_finished()
    process.kill()
    return box.end(process)


@fault(GROUP, "SIGKILL while a trainer's daemon runs", codes=-9, says="")
def _killed_with_daemon(box: Sandbox) -> Ended:
    process = box.start(*box.plan("daemon-hangs"))
    box.wait_for_training()
    time.sleep(1.5)
    process.kill()
    return box.end(process)


@fault(GROUP, "its guardian is killed, then the process", codes=-9, says="", after=0)
def _guardian_killed(box: Sandbox) -> Ended:
    process = _running(box)
    for one in box.processes():
        with contextlib.suppress(psutil.Error):
            if any("guardian" in part for part in one.cmdline()):
                one.kill()
    time.sleep(0.1)
    process.kill()
    return box.end(process)


@fault(GROUP, "stopped and continued (SIGSTOP, SIGCONT) for three seconds", codes=0, says="results.json")
def _stopped(box: Sandbox) -> Ended:
    process = _running(box)
    process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    process.send_signal(signal.SIGCONT)
    return box.end(process)


@fault(GROUP, "stdout is closed by the reader (a pipe into head)", codes=(0, 141, -13), says="")
def _closed_stdout(box: Sandbox) -> Ended:
    reading, writing = os.pipe()
    process = _running(box, stdout=writing)
    os.close(writing)
    os.close(reading)
    ended = box.end(process)
    box.note_finished()
    assert len(box.finished) == 3, "all runs are made, whoever listens"
    return ended


@fault(GROUP, "stdout is a full device", codes=2, says="No space left on device where output goes")
def _full_stdout(box: Sandbox) -> Ended:
    with Path("/dev/full").open("wb") as full:
        ended = box.end(_running(box, stdout=full))
    box.note_finished()
    assert len(box.finished) == 3, "all runs are made, whoever listens"
    return ended


@fault(GROUP, "stdin, stdout and stderr are closed from the start", codes=0, says="")
def _no_streams(box: Sandbox) -> Ended:
    shell = 'exec 0<&- 1>&- 2>&-; exec "$@"'
    arguments = box.plan()
    box.arguments = arguments
    process = subprocess.Popen(
        ["sh", "-c", shell, "sh", sys.executable, "-m", "bench", *arguments],
        cwd=box.root / "work", env=box.environment, start_new_session=True,
    )  # fmt: skip
    ended = box.end(process)
    box.note_finished()
    assert len(box.finished) == 2, "all runs are made, whoever listens"
    return ended


@fault(GROUP, "no more than 40 files may be open", codes=(0, 3), says="results.json")
def _few_files(box: Sandbox) -> Ended:
    import resource

    ended = box.bench(*box.plan(), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    box.note_finished()
    return ended


@fault(GROUP, "a second benchmark on the same directory", codes=2, says="another benchmark is writing to", short=True)
def _two(box: Sandbox) -> Ended:
    first = _running(box)
    second = box.bench(*box.plan(), "--resume")
    ended = box.end(first)
    assert ended.code == 0, f"the first benchmark ended with {ended.code}"
    box.note_finished()
    return second


@fault(GROUP, "two benchmarks encode the same text at the same time", codes=0, says="results.json")
def _two_encode(box: Sandbox) -> Ended:
    first = box.start(*box.plan())
    other = (*box.plan()[:-1], str(box.root / "other"))
    second = box.bench(*other)
    assert second.code == 0, second.stderr
    ended = box.end(first)
    box.note_finished()
    return ended


@fault(GROUP, "its results directory is deleted in mid-run", codes=3, says=r"no record|No such file", after=0)
def _directory_deleted(box: Sandbox) -> Ended:
    import shutil

    process = box.start(*box.plan("quick[sleep=1.5]", repeats=3))
    box.wait_for_runs(1)
    box.note_finished()
    time.sleep(0.7)
    shutil.rmtree(box.out)
    return box.end(process)
