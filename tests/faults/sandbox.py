"""A place of its own for one fault: text, cache, results, and every process that it starts known by a mark."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.benchmarks.records import Results
from bench.benchmarks.store import load_results
from bench.datasets.errors import InputError

TRAINERS = Path(__file__).parent.parent / "misbehaving_trainers.py"
TEXT = "the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60
MARK = "BENCH_FAULT"
PATIENCE = 60.0
"""Seconds until a command that hangs is a finding."""

ORPHAN_SECONDS = 8.0
"""What a process may take to notice that it is no longer wanted."""


# What a shell starts in the background ignores Ctrl-C, and so would all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


class NotHere(Exception):  # noqa: N818 - no error: this machine cannot show the fault
    """The fault cannot be made on this machine, and why."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (None: it had to be killed), and what its user saw."""

    code: int | None
    stdout: str
    stderr: str


@dataclass
class Sandbox:
    """One fault's folder.

    Attributes:
        root: everything is below it.
        variables: further environment of what is started.
        finished: records that were finished when the fault struck, by id; a later result must still have them.
        repairs: what undoes the fault, for resuming.
        forgiven: names of half-written files that a killed process may leave.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    finished: dict[str, object] = field(default_factory=dict)
    repairs: list[Callable[[], object]] = field(default_factory=list)
    forgiven: str = "(?!)"
    arguments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.out, self.cache, self.text = self.root / "out", self.root / "cache", self.root / "text.txt"
        self._disks: list[Path] = []
        for name in ("home", "tmp", "work"):
            (self.root / name).mkdir(parents=True)
        self.text.write_text(TEXT)

    @property
    def environment(self) -> dict[str, str]:
        """Of every command: nothing of the user's own settings, and the mark."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BENCH_")}
        own = {"BENCH_CACHE": self.cache, "HOME": self.root / "home", "TMPDIR": self.root / "tmp", MARK: self.token}
        return {**kept, **{name: str(value) for name, value in own.items()}, **self.variables}

    def plan(self, impl: str = "quick", *more: str, repeats: int = 2) -> tuple[str, ...]:
        """The arguments of a small benchmark."""
        return (
            "run", "--impl", impl, "--plugin", str(TRAINERS), "--corpus", str(self.text), "--tasks", "wordsim-353",
            "--repeats", str(repeats), "--vector-size", "8", "--threads", "1", "--out", str(self.out), *more,
        )  # fmt: skip

    def start(self, *arguments: str, **settings: object) -> "subprocess.Popen[bytes]":
        """Begin ``python -m bench ARGUMENTS``."""
        self.arguments = arguments
        chosen = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            [sys.executable, "-m", "bench", *arguments], cwd=self.root / "work", env=self.environment,
            start_new_session=True, **chosen,
        )  # fmt: skip

    def end(self, process: "subprocess.Popen[bytes]", seconds: float = PATIENCE) -> Ended:
        """Wait for a command that was begun."""
        try:
            out, err = process.communicate(timeout=seconds)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            code = None
        return Ended(code, (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace"))

    def bench(self, *arguments: str, **settings: object) -> Ended:
        """``python -m bench ARGUMENTS`` to its end."""
        return self.end(self.start(*arguments, **settings))

    def run(self, impl: str, *more: str, repeats: int = 2) -> Ended:
        """A small benchmark to its end."""
        return self.bench(*self.plan(impl, *more, repeats=repeats))

    def results(self) -> Results | None:
        """What ``results.json`` holds, or None where there is none that can be read."""
        with contextlib.suppress(InputError):
            return load_results(self.out)
        return None

    def note_finished(self) -> None:
        """From now on the runs that are finished must not be lost."""
        found = self.results()
        for run in found.runs if found else ():
            if run.status == "ok":
                self.finished[run.id] = (run.started, run.train_seconds, run.scores)

    def lost(self) -> list[str]:
        """Runs that were finished and are not what they were."""
        found = self.results()
        now = {run.id: (run.started, run.train_seconds, run.scores) for run in found.runs} if found else {}
        return [one for one, was in self.finished.items() if now.get(one) != was]

    def wait_for_runs(self, number: int) -> None:
        """Until so many runs are finished.

        Raises:
            TimeoutError: they are not, in a minute.
        """
        wait_until(lambda: (found := self.results()) is not None and len(found.runs) >= number, f"{number} runs")

    def wait_for_training(self) -> None:
        """Until a worker is in training: its log is there."""
        wait_until(lambda: any(self.out.glob("runs/*/log.txt")), "a worker's log")
        time.sleep(0.7)

    def disk(self, name: str, kilobytes: int, *, inodes: int = 0) -> Path:
        """A disk of so many kB.

        Raises:
            NotHere: this user may not mount one.
        """
        place = self.root / name
        place.mkdir()
        options = f"size={kilobytes}k" + (f",nr_inodes={inodes}" if inodes else "")
        self._mount("-t", "tmpfs", "-o", options, "none", str(place))
        self._disks.append(place)
        self.repairs.append(lambda: self._mount("-o", "remount,size=64m,nr_inodes=10000", str(place)))
        return place

    def read_only(self, place: Path) -> None:
        """Make a folder one that nobody can write to, root included.

        Raises:
            NotHere: this user may not mount.
        """
        self._mount("--bind", str(place), str(place))
        self._disks.append(place)
        self._mount("-o", "remount,bind,ro", str(place))
        self.repairs.append(lambda: self._mount("-o", "remount,bind,rw", str(place)))

    def _mount(self, *arguments: str) -> None:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
        if done.returncode:
            raise NotHere("this user may not mount a disk")

    def processes(self) -> Iterator[psutil.Process]:
        """Those that this fault's commands have started, however far they have gone."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self.token and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def orphans(self) -> list[str]:
        """Command lines of what still runs after a while; it is killed."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while (alive := list(self.processes())) and time.monotonic() < deadline:
            time.sleep(0.1)
        left = []
        for process in alive:
            with contextlib.suppress(psutil.Error):
                left.append(" ".join(process.cmdline())[:80] or process.name())
                process.kill()
        return left

    def half_written(self) -> list[str]:
        """Files in the results, the cache and the folder for temporary files that nobody will want."""
        places = (self.out, self.cache, self.root / "tmp")
        found = [
            path for place in places if place.is_dir() for path in place.rglob("*")
            if re.search(r"\.part$|\.tmp$|^\.", path.name) or path.parent == self.root / "tmp"
        ]  # fmt: skip
        return [str(path.relative_to(self.root)) for path in found if not re.search(self.forgiven, str(path))]

    def close(self) -> None:
        """Unmount and delete everything."""
        for place in reversed(self._disks):
            subprocess.run(["umount", "-l", str(place)], capture_output=True)
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        shutil.rmtree(self.root, ignore_errors=True)


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look every few milliseconds.

    Raises:
        TimeoutError: it has not come true.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} after {seconds:g} s")
        time.sleep(0.02)
