"""Plug-in for the tests of benchmarks/: one quick trainer that behaves, and one for each way not to."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.datasets.corpus import Corpus
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import Progress, Trainer, TrainingError


class Quick(Trainer):
    """Random vectors that depend on the seed alone."""

    name: ClassVar[str] = "quick"
    summary: ClassVar[str] = "random vectors"
    option_choices: ClassVar[Mapping[str, str]] = {"scale": "a number", "sleep": "seconds", "note": "file to append to"}

    def __init__(self, scale: float = 1.0, sleep: float = 0.0, note: str = "") -> None:
        if scale <= 0:
            raise ValueError(f"scale must be above 0, got {scale}")
        self.scale, self.sleep, self.note = scale, sleep, note

    @property
    def options(self) -> Mapping[str, Any]:
        return {"scale": self.scale, "sleep": self.sleep, "note": self.note}

    @classmethod
    def version(cls) -> str:
        return "1.2"

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        random = np.random.default_rng(seed)
        self.words = corpus.n_tokens * hyperparameters.epochs
        self.start = np.full((len(corpus.vocabulary), hyperparameters.vector_size), 0.5, dtype=np.float32)
        self.trained = self.scale * random.normal(size=self.start.shape).astype(np.float32)
        self.now = self.start
        self.compile_seconds = 0.25
        if self.note:
            with Path(self.note).open("a") as file:
                file.write(f"{self.name} {seed}\n")

    def train(self, progress: Progress) -> None:
        for step in range(10):
            progress(step * self.words // 10, self.words)
            if self.sleep:
                time.sleep(self.sleep / 10)
        self.now = self.trained
        self.trained_words = self.words // 2

    def vectors(self) -> NDArray[np.float32]:
        return self.now


class Reports(Quick):
    """Puts what a worker sees of itself into its version, which the record carries."""

    name = "reports"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        wanted = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "PYTHONHASHSEED")
        print("seen", sorted(os.sched_getaffinity(0)), {name: os.environ.get(name) for name in wanted})
        print("leaked", [name for name in os.environ if name.startswith("BENCH_WORKER")])
        print(
            "group",
            os.getpgrp() == os.getpid(),
            "modules",
            "gensim" in sys.modules,
            "bench.evaluation.tasks" in sys.modules,
        )


class Big(Quick):
    name = "big"

    def train(self, progress: Progress) -> None:
        np.ones(150_000_000, dtype=np.uint8).sum()
        super().train(progress)


class Raises(Quick):
    name = "raises"

    def train(self, progress: Progress) -> None:
        raise RuntimeError("the sky fell")


class Refuses(Quick):
    name = "refuses"

    def train(self, progress: Progress) -> None:
        raise TrainingError("it diverged at word 7; try a smaller alpha")


class Segfault(Quick):
    name = "segfault"

    def train(self, progress: Progress) -> None:
        print("last words")
        ctypes.string_at(0)


class Killed(Quick):
    """What the kernel's out-of-memory killer does."""

    name = "killed"

    def train(self, progress: Progress) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Hog(Quick):
    name = "hog"

    def train(self, progress: Progress) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        np.zeros(1 << 40, dtype=np.uint8)


class Quits(Quick):
    name = "quits"

    def train(self, progress: Progress) -> None:
        os._exit(0)


class Exits(Quick):
    name = "exits"

    def train(self, progress: Progress) -> None:
        print("giving up")
        raise SystemExit(7)


class Forger(Quick):
    """Leaves garbage where its record belongs."""

    name = "forger"

    def train(self, progress: Progress) -> None:
        Path(sys.argv[1]).with_name("record.json").write_text('{"status": "ok"')
        os._exit(0)


class Hangs(Quick):
    name = "hangs"

    def train(self, progress: Progress) -> None:
        progress(1, self.words)
        time.sleep(600)


class Stubborn(Quick):
    name = "stubborn"

    def train(self, progress: Progress) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        progress(1, self.words)
        time.sleep(600)


class Forks(Quick):
    """Starts other programs, one of them in a session of its own, and waits for them."""

    name = "forks"

    def train(self, progress: Progress) -> None:
        children = [subprocess.Popen(["sleep", "611"], start_new_session=own) for own in (False, True)]
        if self.note:
            Path(self.note).write_text(" ".join(str(child.pid) for child in children))
        for child in children:
            child.wait()


class Leaves(Quick):
    """Ends well, but leaves a program running."""

    name = "leaves"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        child = subprocess.Popen(["sleep", "612"])
        Path(self.note).write_text(str(child.pid))


class Garbage(Quick):
    name = "garbage"

    def train(self, progress: Progress) -> None:
        sys.stdout.buffer.write(bytes(range(256)) * 50 + b'\n["train", 1, 2]\n{"status": "ok"}\n')
        sys.stdout.flush()
        os.close(1)
        os.close(2)
        super().train(progress)


class Chatters(Quick):
    """Reports progress far more often than anyone reads it, and nonsense too."""

    name = "chatters"

    def train(self, progress: Progress) -> None:
        for word in range(200_000):
            progress(word, 100)
        super().train(progress)


class NotFinite(Quick):
    name = "not-finite"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        self.now = self.now.copy()
        self.now[1, 1] = np.nan


class WrongShape(Quick):
    name = "wrong-shape"

    def train(self, progress: Progress) -> None:
        self.now = self.trained[:, :-1]


class Constant(Quick):
    name = "constant"

    def train(self, progress: Progress) -> None:
        self.now = np.ones_like(self.trained)


class NoOperation(Quick):
    name = "no-operation"

    def prepare(self, *arguments: Any, **named: Any) -> None:
        super().prepare(*arguments, **named)
        self.now = self.trained

    def train(self, progress: Progress) -> None:
        return


class NoWords(Quick):
    name = "no-words"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        self.trained_words = 0


class Absent(Quick):
    name = "absent"

    def __init__(self) -> None:
        raise AssertionError("an unavailable trainer must not be made")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        return "the package absent is not installed: pip install absent"


class Unable(Quick):
    name = "unable"

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        return "unable has no CBOW" if hyperparameters.model == "cbow" else None

    def train(self, progress: Progress) -> None:
        if os.environ.get("NEVER_TRAIN"):
            raise AssertionError("an unsupported run must not be started")
        super().train(progress)


class Aborts(Quick):
    name = "aborts"

    def train(self, progress: Progress) -> None:
        os.abort()


class Eats(Quick):
    """Takes memory until somebody stops it."""

    name = "eats"

    def train(self, progress: Progress) -> None:
        taken = []
        while len(taken) < 200:
            taken.append(np.ones(20 << 20, dtype=np.uint8))
            time.sleep(0.01)


class Recurses(Quick):
    name = "recurses"

    def train(self, progress: Progress) -> None:
        self.train(progress)


class PressesControlC(Quick):
    name = "presses-control-c"

    def train(self, progress: Progress) -> None:
        raise KeyboardInterrupt


class Deletes(Quick):
    """Deletes the folder that its launcher gave it."""

    name = "deletes"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        shutil.rmtree(Path(sys.argv[1]).parent)


class ComplainsAtLength(Quick):
    name = "complains-at-length"

    def train(self, progress: Progress) -> None:
        raise ValueError("\x1b[31mx\n\x07\u202ex" + "x \r" * 500_000 + " " * 2_000_000 + "x \r" * 500_000)


class Floods(Quick):
    """Fills its output for as long as it is let."""

    name = "floods"

    def train(self, progress: Progress) -> None:
        line = b"lorem ipsum " * 10_000 + b"\n"
        for _ in range(20_000):
            os.write(1, line)


class StopsItself(Quick):
    name = "stops-itself"

    def train(self, progress: Progress) -> None:
        progress(1, self.words)
        os.kill(os.getpid(), signal.SIGSTOP)


def _daemon() -> None:
    """A process in a session of its own whose parent has gone."""
    code = "import os, time; os.setsid() if os.fork() == 0 else os._exit(0); time.sleep(613)"
    subprocess.run([sys.executable, "-c", code], check=True, stdin=subprocess.DEVNULL)


class Daemon(Quick):
    name = "daemon"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        _daemon()


class DaemonHangs(Quick):
    name = "daemon-hangs"

    def train(self, progress: Progress) -> None:
        _daemon()
        progress(1, self.words)
        time.sleep(600)


class Wanders(Quick):
    """Changes what a process has only once."""

    name = "wanders"

    def train(self, progress: Progress) -> None:
        super().train(progress)
        os.chdir("/")
        os.umask(0o777)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)


class HalfWrites(Quick):
    """Is killed in the middle of writing a file beside its record."""

    name = "half-writes"

    def train(self, progress: Progress) -> None:
        Path(sys.argv[1]).with_name(f".record.json.{os.getpid()}-0.part").write_text('{"status": ')
        os.kill(os.getpid(), signal.SIGKILL)
